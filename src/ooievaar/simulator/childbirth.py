"""Acts of the birth: under a midwife, wherever that is, or in the second line."""

import numpy as np

from ooievaar.simulator.acts import ActPile
from ooievaar.simulator.pregnancies import Onset, Place
from ooievaar.simulator.prenatal import Scene
from ooievaar.simulator.randomness import Index, chance, stream


def add_birth_acts(pile: ActPile, scene: Scene) -> None:
    """Add every act between the start of labour and two hours after the birth."""
    _add_midwife_births(pile, scene)
    _add_second_line_births(pile, scene)


def _add_midwife_births(pile: ActPile, scene: Scene) -> None:
    c, h, region = scene.courses, scene.households, scene.region
    rng = stream(scene.seed, "midwife-births")
    # Also when the birth ends in the second line the midwife attended the first part of it.
    attended = np.flatnonzero(c.born & (c.onset == Onset.MIDWIFE) & (c.place != Place.UNKNOWN))
    day = c.labour[attended]
    pile.add("V-PAR", attended, h.midwives(c, attended, day), day, minute=c.labour_minute[attended])
    first_line = np.isin(c.place, (Place.HOME, Place.BIRTH_CENTRE, Place.POLIKLINISCH))
    who = scene.drawn(rng, first_line, 0.9)
    pile.add("196204", who, h.kraamzorg[who], c.ended[who])
    minutes = rng.integers(8, 26, len(who)) * 15
    pile.add("KZ-PUUR", who, h.kraamzorg[who], c.ended[who], duration=minutes)

    who = np.flatnonzero(c.place == Place.POLIKLINISCH)
    medical = chance(rng, len(who), scene.profile.course.poliklinisch_medical)
    hospital = np.array(region.hospitals)[h.birth_hospital[who]]
    for code, rows in (("190037", medical), ("190036", ~medical)):
        pile.add(
            code, who[rows], hospital[rows], c.ended[who[rows]], minute=c.birth_minute[who[rows]]
        )
    who = np.flatnonzero(c.place == Place.BIRTH_CENTRE)
    pile.add("190036", who, region.birth_centre, c.ended[who], minute=c.birth_minute[who])


def _add_second_line_births(pile: ActPile, scene: Scene) -> None:
    c, h, region = scene.courses, scene.households, scene.region
    rng = stream(scene.seed, "second-line-births")
    second = c.place == Place.SECOND_LINE

    def gynaecologists(who: Index) -> np.ndarray:
        return np.array(region.gynaecologists)[h.birth_hospital[who]]

    def hospital(who: Index) -> np.ndarray:
        return np.array(region.hospitals)[h.birth_hospital[who]]

    who = np.flatnonzero(second & (c.onset == Onset.INDUCED))
    pile.add("G-IND", who, gynaecologists(who), c.labour[who], minute=c.labour_minute[who])
    who = np.flatnonzero(second & c.caesarean)
    pile.add("G-SEC", who, gynaecologists(who), c.ended[who], minute=c.birth_minute[who])

    vaginal = second & ~c.caesarean
    by_clinical_midwife = vaginal & ~c.instrumental & chance(rng, len(c), 0.35) & (c.children == 1)
    who = np.flatnonzero(by_clinical_midwife)
    pile.add("G-KVM", who, hospital(who), c.ended[who], minute=c.birth_minute[who])
    breech = c.breech & (c.children == 1)
    for prefix, kind in (("03765", ~c.instrumental), ("03775", c.instrumental)):
        for digit, position in (
            ("1", (c.children == 1) & ~breech), ("2", breech), ("3", c.children > 1),
        ):  # fmt: skip
            who = np.flatnonzero(vaginal & kind & position & ~by_clinical_midwife)
            pile.add(
                prefix + digit, who, gynaecologists(who), c.ended[who],
                minute=c.birth_minute[who],
            )  # fmt: skip
    labours = second & (c.onset != Onset.PLANNED_CAESAREAN)
    who = np.flatnonzero(labours & c.epidural)
    pile.add("039683", who, hospital(who), c.ended[who])
    who = scene.drawn(rng, labours & ~c.epidural, scene.profile.course.nitrous_oxide)
    pile.add("199803", who, hospital(who), c.ended[who])
    for rate in (0.97, 0.75, 0.4):
        who = scene.drawn(rng, labours, rate)
        at_start = chance(rng, len(who), 0.5)
        day = np.where(at_start, c.labour[who], c.ended[who])
        pile.add("G-CTG", who, gynaecologists(who), day)
    for code, rate in (("L-HB", 0.85), ("L-MCV", 0.7), ("L-BLG", 0.5)):
        who = scene.drawn(rng, second, rate)
        pile.add(code, who, hospital(who), c.ended[who])
