"""Everything that is done for the pregnancies of a region, and how it is written down."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ooievaar.simulator.acts import NO_TIME, ActPile, Acts
from ooievaar.simulator.childbirth import add_birth_acts
from ooievaar.simulator.prenatal import Scene, add_prenatal_acts
from ooievaar.simulator.puerperium import add_puerperium_acts
from ooievaar.simulator.randomness import NEVER, Days, Mask, chance, stream

LABORATORY = "L-"
MONO_CODES = ("V-CON", "V-PP", "KZ-UUR", "G-HER", "V-ECT")
"""What a member may send to an insurer the old way by mistake."""
KRAAMZORG_LINES = ("KZ-UUR", "KZ-INS", "KZ-INT", "KZ-INTT", "196204", "KZ-PUUR")
SOURCES = ("record", "claims")


@dataclass(frozen=True, slots=True)
class Registered:
    """Acts as they were written down, in order of the day that they became known."""

    acts: Acts
    codes: list[str]
    recorded: Days
    linked: Mask
    billed_mono: Mask
    source: NDArray[np.int8]
    withdrawn: Days  # the day on which the act was withdrawn, or `NEVER`


def simulate_activities(scene: Scene, end: int) -> Registered:
    """Return every act before `end` (days since 1970) that was also known before it."""
    pile = ActPile()
    add_prenatal_acts(pile, scene)
    add_birth_acts(pile, scene)
    add_puerperium_acts(pile, scene)
    acts = _before(pile.acts(), end)
    # Acts by pregnancy and day, so that what follows does not depend on the order of the rooms.
    acts = acts.taken(np.lexsort((acts.code, acts.day, acts.pregnancy)))
    codes = np.array(pile.codes)
    acts = _with_times(scene, acts, codes)

    rates = scene.profile.registration
    rng = stream(scene.seed, "registration")
    n = len(acts)
    delay = rng.choice(8, n, p=(0.46, 0.25, 0.1, 0.06, 0.05, 0.04, 0.02, 0.02))
    delay = np.where(chance(rng, n, rates.late), rng.integers(8, rates.late_days + 1, n), delay)
    laboratory = np.char.startswith(codes, LABORATORY)[acts.code]
    unlinked = chance(rng, n, np.where(laboratory, rates.unlinked_laboratory, rates.unlinked))
    withdrawn = chance(rng, n, rates.withdrawn)
    # What was done before a woman was taken over from outside came with her.
    courses = scene.courses
    came_on = np.where(courses.entered, courses.taken_over, 0)[acts.pregnancy]
    recorded = (np.maximum(acts.day, came_on) + delay).astype(np.int32)
    withdrawn_on = np.where(withdrawn, recorded + rng.integers(1, 45, n), NEVER)
    first = Registered(
        acts=acts,
        codes=pile.codes,
        recorded=recorded,
        linked=~unlinked,
        billed_mono=_billed_mono(scene, acts, codes),
        source=np.zeros(n, np.int8),
        withdrawn=withdrawn_on.astype(np.int32),
    )
    return _known_before(_with_duplicates(first, rng, rates.duplicate), end)


def _before(acts: Acts, end: int) -> Acts:
    return acts.taken(acts.day < end)


def _with_times(scene: Scene, acts: Acts, codes: NDArray[np.str_]) -> Acts:
    """Give part of the acts without a time one in the day, as a caregiver would write it."""
    rng = stream(scene.seed, "times")
    known = (acts.minute != NO_TIME) | chance(rng, len(acts), scene.profile.registration.time_known)
    # Around a birth a guessed hour could lie on the wrong side of it.
    courses = scene.courses
    near_birth = np.abs(courses.ended[acts.pregnancy] - acts.day) <= 1
    known &= (acts.minute != NO_TIME) | ~near_birth
    hours = (8 * 60 + rng.integers(0, 9 * 12, len(acts)) * 5).astype(np.int16)
    minute = np.where(acts.minute != NO_TIME, acts.minute, np.where(known, hours, NO_TIME))
    return replace(acts, minute=minute.astype(np.int16))


def _billed_mono(scene: Scene, acts: Acts, codes: NDArray[np.str_]) -> Mask:
    """Tell which lines are known to have gone to an insurer the old way."""
    rng = stream(scene.seed, "billed-mono")
    courses, households = scene.courses, scene.households
    mistaken = chance(rng, len(courses), scene.profile.registration.billed_mono)
    possible = np.isin(codes, MONO_CODES)[acts.code] & mistaken[acts.pregnancy]
    rows = np.flatnonzero(possible)
    rows = rows[rng.permutation(len(rows))]
    _, first = np.unique(acts.pregnancy[rows], return_index=True)
    billed = np.zeros(len(acts), np.bool_)
    billed[rows[first]] = True
    if scene.region.bills_itself_insurer >= 0:
        insured = np.zeros(households.women, np.bool_)
        for women, insurer, _, until in households.insurers:
            if until >= NEVER:
                insured[women[insurer == scene.region.bills_itself_insurer]] = True
        own_bill = insured[households.woman] & chance(rng, len(courses), 0.5)
        billed |= np.isin(codes, KRAAMZORG_LINES)[acts.code] & own_bill[acts.pregnancy]
    return billed


def _with_duplicates(first: Registered, rng: np.random.Generator, rate: float) -> Registered:
    """Add a second line, from claims, to some acts: the same act, known some weeks later."""
    rows = np.flatnonzero(chance(rng, len(first.acts), rate))
    copies = first.acts.taken(rows)
    later = first.recorded[rows] + rng.integers(15, 45, len(rows))
    return Registered(
        acts=Acts(
            *(
                np.concatenate(pair)
                for pair in zip(first.acts.columns(), copies.columns(), strict=True)
            )
        ),
        codes=first.codes,
        recorded=np.concatenate([first.recorded, later]).astype(np.int32),
        linked=np.concatenate([first.linked, chance(rng, len(rows), 0.4)]),
        billed_mono=np.concatenate([first.billed_mono, first.billed_mono[rows]]),
        source=np.concatenate([first.source, np.ones(len(rows), np.int8)]),
        withdrawn=np.concatenate([first.withdrawn, np.full(len(rows), NEVER, np.int32)]),
    )


def _known_before(registered: Registered, end: int) -> Registered:
    known = np.flatnonzero(registered.recorded < end)
    order = known[np.argsort(registered.recorded[known], kind="stable")]
    withdrawn = registered.withdrawn[order]
    return Registered(
        acts=registered.acts.taken(order),
        codes=registered.codes,
        recorded=registered.recorded[order],
        linked=registered.linked[order],
        billed_mono=registered.billed_mono[order],
        source=registered.source[order],
        withdrawn=np.where(withdrawn < end, withdrawn, NEVER).astype(np.int32),
    )
