"""Acts in pregnancy: midwife, laboratory, ultrasound, gynaecologist."""

from dataclasses import dataclass

import numpy as np

from ooievaar.simulator.acts import ActPile, planned_days, random_days, repeated
from ooievaar.simulator.households import Households
from ooievaar.simulator.pregnancies import TERM, Courses, End
from ooievaar.simulator.profiles import Profile
from ooievaar.simulator.randomness import NEVER, Index, Mask, chance, stream
from ooievaar.simulator.region import Region

WEEK = 7
VISIT_WEEKS = (12, 16, 20, 24, 27, 29, 31, 33, 35, 36, 37, 38, 39, 40, 41)
SECOND_LINE_WEEKS = (10, 13, 16, 19, 22, 24, 26, 28, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41)

# Determinations one by one, with the share of women that has each [own].
FIRST_BLOOD = {
    "L-HB": 1.0, "L-MCV": 0.95, "L-BLG": 1.0, "L-RHD": 1.0, "L-IEA": 1.0, "L-HBS": 1.0,
    "L-HIV": 1.0, "L-LUE": 1.0, "L-RUB": 0.4, "L-GLU": 0.92, "L-FER": 0.55, "L-TSH": 0.18,
    "L-URI": 0.9,
}  # fmt: skip
BLOOD_AT_27_WEEKS = {
    "L-HB": 0.96, "L-MCV": 0.9, "L-FER": 0.45, "L-GLU": 0.45, "L-OGT": 0.2, "L-IEA": 0.95,
    "L-RHD": 0.16, "L-URI": 0.4,
}  # fmt: skip
BLOOD_AT_36_WEEKS = {
    "L-HB": 0.8, "L-MCV": 0.7, "L-FER": 0.35, "L-KWK": 0.18, "L-URI": 0.35, "L-TSH": 0.05,
}  # fmt: skip
# Per 100 days under a gynaecologist [own].
SECOND_LINE_BLOOD = (
    ("L-HB", 4.0), ("L-MCV", 3.0), ("L-URI", 4.5), ("L-GLU", 3.0), ("L-FER", 1.5), ("L-TSH", 0.8),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything an act needs to know: the region, its pregnancies, who cares for them."""

    profile: Profile
    seed: int
    region: Region
    courses: Courses
    households: Households

    def hospital(self, who: Index) -> np.ndarray:
        """Return the hospital (organisation number) for care in pregnancy."""
        return np.array(self.region.hospitals)[self.households.hospital[who]]

    def gynaecologists(self, who: Index) -> np.ndarray:
        """Return the gynaecologists (organisation number) for care in pregnancy."""
        return np.array(self.region.gynaecologists)[self.households.hospital[who]]

    def drawn(self, rng: np.random.Generator, among: Mask, rate: float) -> Index:
        """Return the pregnancies of `among` that a draw at this rate takes."""
        return np.flatnonzero(among & chance(rng, len(self.courses), rate))


def add_prenatal_acts(pile: ActPile, scene: Scene) -> None:
    """Add every act between the first contact and the start of labour or another end."""
    _add_midwife_visits(pile, scene)
    _add_midwife_extras(pile, scene)
    _add_laboratory(pile, scene)
    _add_ultrasound(pile, scene)
    _add_second_line(pile, scene)
    _add_outside_the_bundle(pile, scene)
    _add_after_early_end(pile, scene)


def _add_midwife_visits(pile: ActPile, scene: Scene) -> None:
    c, h = scene.courses, scene.households
    rng = stream(scene.seed, "midwife-visits")
    first_line = np.flatnonzero(~c.starts_second_line)
    pile.add("V-INT", first_line, h.practice_first[first_line], c.intake[first_line])
    again = np.flatnonzero((c.taken_over < NEVER) & (c.taken_over < c.midwife_until))
    pile.add("V-INT", again, h.practice[again], c.taken_over[again])

    since, until = c.intake[first_line] + 5, c.midwife_until[first_line]
    weeks = np.array(VISIT_WEEKS) * WEEK
    who, day = planned_days(rng, first_line, c.due[first_line], since, until, weeks, kept=0.93)
    pile.add("V-CON", who, h.midwives(c, who, day), day)
    tested = chance(rng, len(who), 0.2)
    pile.add("L-URI", who[tested], scene.hospital(who[tested]), day[tested])
    # Who is referred comes back now and then.
    referred = np.flatnonzero(~c.starts_second_line & (c.referred < c.prenatal_until))
    who, day = random_days(rng, referred, c.referred[referred], c.prenatal_until[referred], 1.2)
    pile.add("V-CON", who, h.midwives(c, who, day), day)
    who, day = random_days(rng, first_line, since, c.prenatal_until[first_line], 1.5)
    pile.add("V-TEL", who, h.midwives(c, who, day), day)
    who = scene.drawn(rng, ~c.starts_second_line, 0.82)
    day = c.intake[who] + np.where(rng.random(len(who)) < 0.6, 0, 6)
    keep = day < c.prenatal_until[who]
    pile.add("V-CNS", who[keep], h.midwives(c, who[keep], day[keep]), day[keep])


def _add_midwife_extras(pile: ActPile, scene: Scene) -> None:
    c, h = scene.courses, scene.households
    rng = stream(scene.seed, "midwife-extras")
    leads = ~c.starts_second_line
    for code, rate, week, spread in (
        ("V-ECS", 0.16, 31, 28), ("V-CTG", 0.13, 39, 12), ("V-UIT", 0.012, 36, 3),
    ):  # fmt: skip
        who = scene.drawn(rng, leads, rate)
        who, day = planned_days(
            rng, who, c.due[who], c.intake[who] + 3, c.midwife_until[who], [week * WEEK],
            kept=1.0, spread=spread,
        )  # fmt: skip
        pile.add(code, who, h.midwives(c, who, day), day)
    referred = np.flatnonzero(leads & (c.referred < NEVER))
    day = c.referred[referred]
    pile.add("V-VER", referred, h.midwives(c, referred, day), day)
    outside = np.array(scene.region.practices[scene.region.practices_inside :])
    who = scene.drawn(rng, c.born, scene.profile.registration.outside_visit)
    length = np.maximum(c.prenatal_until[who] - c.intake[who] - 20, 1)
    day = c.intake[who] + 10 + (rng.random(len(who)) * length).astype(np.int32)
    keep = day < c.prenatal_until[who]
    strangers = outside[rng.integers(0, len(outside), len(who))]
    pile.add("V-CON", who[keep], strangers[keep], day[keep])
    # Before the first intake: preconception care, outside the bundle.
    who = scene.drawn(rng, leads, 0.025)
    pile.add(
        "V-PRE", who, h.practice_first[who], c.due[who] - TERM - rng.integers(10, 150, len(who))
    )


def _add_laboratory(pile: ActPile, scene: Scene) -> None:
    c = scene.courses
    rng = stream(scene.seed, "laboratory")
    everyone = np.arange(len(c))
    for panel, week, spread in (
        (FIRST_BLOOD, 0, 0), (BLOOD_AT_27_WEEKS, 27, 6), (BLOOD_AT_36_WEEKS, 35, 6),
    ):  # fmt: skip
        if week:
            who, day = planned_days(
                rng, everyone, c.due, c.intake + 15, c.prenatal_until, [week * WEEK],
                kept=0.97, spread=spread,
            )  # fmt: skip
        else:
            who, day = everyone, c.intake + rng.integers(0, 9, len(c))
            keep = day <= c.prenatal_until
            who, day = who[keep], day[keep]
        for code, rate in panel.items():
            has = chance(rng, len(who), rate)
            pile.add(code, who[has], scene.hospital(who[has]), day[has])
    second = np.flatnonzero(c.referred < c.prenatal_until)
    for code, mean in SECOND_LINE_BLOOD:
        who, day = random_days(rng, second, c.referred[second], c.prenatal_until[second], mean)
        pile.add(code, who, scene.hospital(who), day)
    # Diabetes of pregnancy: a day curve of four determinations, every other week.
    who = scene.drawn(rng, c.born, 0.07)
    who, day = planned_days(
        rng, who, c.due[who], c.intake[who] + 20, c.prenatal_until[who],
        np.arange(26, 40, 2) * WEEK, kept=0.85,
    )  # fmt: skip
    for _ in range(4):
        pile.add("L-GLU", who, scene.hospital(who), day)


def _add_ultrasound(pile: ActPile, scene: Scene) -> None:
    c, h, centre = scene.courses, scene.households, scene.region.ultrasound
    rng = stream(scene.seed, "ultrasound")
    everyone = np.arange(len(c))
    early = c.due - TERM + rng.integers(70, 84, len(c))
    day = np.where(early > c.intake, early, c.intake + rng.integers(1, 8, len(c)))
    seen = (day < c.prenatal_until) & chance(rng, len(c), 0.97)
    own = np.flatnonzero(seen & ~c.starts_second_line & chance(rng, len(c), 0.4))
    pile.add("V-ECT", own, h.midwives(c, own, day[own]), day[own])
    sent = np.setdiff1d(np.flatnonzero(seen), own)
    pile.add("E-TER", sent, centre, day[sent])
    for code, rate, weeks, spread in (
        ("E-STR", 0.8, (13,), 4), ("E-STR", 0.96, (20,), 4), ("E-GRO", 0.72, (28, 31, 34), 6),
        ("E-LIG", 0.62, (36,), 4), ("E-GRO", 0.35, (38, 40), 3),
    ):  # fmt: skip
        who, day = planned_days(
            rng, everyone, c.due, c.intake + 2, c.prenatal_until, np.array(weeks) * WEEK,
            kept=rate, spread=spread,
        )  # fmt: skip
        pile.add(code, who, centre, day)


def _add_second_line(pile: ActPile, scene: Scene) -> None:
    c, region = scene.courses, scene.region
    rng = stream(scene.seed, "second-line")
    until = c.prenatal_until
    under = np.flatnonzero((c.referred < NEVER) & ~c.referred_in_labour)
    first = c.referred[under] + np.where(
        c.starts_second_line[under], 0, rng.integers(0, 8, len(under))
    )
    keep = (first < until[under]) | c.starts_second_line[under]
    who, day = under[keep], first[keep]
    pile.add(
        "G-CON", who, scene.gynaecologists(who), day, minute=rng.integers(8 * 60, 17 * 60, len(who))
    )
    who, day = planned_days(
        rng, under, c.due[under], c.referred[under] + 6, until[under],
        np.array(SECOND_LINE_WEEKS) * WEEK, kept=0.72, spread=4,
    )  # fmt: skip
    pile.add("G-HER", who, scene.gynaecologists(who), day)
    looked = chance(rng, len(who), 0.75)
    pile.add("G-ECH", who[looked], scene.gynaecologists(who[looked]), day[looked])
    from_30 = np.maximum(c.due[under] - TERM + 210, c.referred[under])
    for code, mean, is_hospital in (
        ("G-CTG", 8.0, False), ("G-DAG", 2.4, True), ("G-MDO", 0.7, False),
    ):  # fmt: skip
        who, day = random_days(rng, under, from_30, until[under], mean)
        by = scene.hospital(who) if is_hospital else scene.gynaecologists(who)
        pile.add(code, who, by, day)

    # Admissions: a stay of some days, a CTG on each of them.
    who = scene.drawn(rng, (c.referred < until) & c.born, 0.09)
    stay = rng.integers(1, 6, len(who))
    row, nth = repeated(stay)
    begins = until[who] - 1 - rng.integers(3, 60, len(who))
    day = begins[row] + nth
    keep = (day >= c.referred[who][row]) & (day < until[who][row])
    who, day = who[row][keep], day[keep].astype(np.int32)
    pile.add("G-OPN", who, scene.hospital(who), day)
    pile.add("G-CTG", who, scene.gynaecologists(who), day)

    # One consult, after which the midwife goes on.
    who = scene.drawn(rng, ~c.starts_second_line, 0.1)
    who, day = planned_days(
        rng, who, c.due[who], c.intake[who] + 8, c.midwife_until[who], [24 * WEEK],
        kept=1.0, spread=90,
    )  # fmt: skip
    pile.add("G-CON", who, scene.gynaecologists(who), day)
    breech = scene.drawn(rng, c.breech & c.born & (c.children == 1), 0.6)
    who, day = planned_days(
        rng, breech, c.due[breech], c.intake[breech], until[breech], [36 * WEEK + 2],
        kept=1.0, spread=4,
    )  # fmt: skip
    outside = chance(rng, len(who), 0.3)
    by = np.where(outside, region.gynaecologists[-1], scene.gynaecologists(who))
    pile.add("037610", who, by, day)
    who = scene.drawn(rng, (c.referred < until) & c.born, 0.05)
    by = np.where(chance(rng, len(who), 0.25), region.hospitals[-1], scene.hospital(who))
    pile.add(
        "K-CON", who, by, np.maximum(until[who] - rng.integers(2, 40, len(who)), c.intake[who])
    )


def _add_outside_the_bundle(pile: ActPile, scene: Scene) -> None:
    c, region = scene.courses, scene.region
    rng = stream(scene.seed, "outside-the-bundle")
    everyone = np.arange(len(c))
    who, day = planned_days(
        rng, everyone, c.due, c.intake + 2, c.prenatal_until, [21 * WEEK], kept=0.06, spread=10
    )
    pile.add("E-GUO", who, region.hospitals[-1], day)
    who, day = planned_days(
        rng, everyone, c.due, c.intake + 2, c.prenatal_until, [12 * WEEK], kept=0.035, spread=6
    )
    pile.add("377881C", who, region.hospitals[-1], day)
    early = c.born & (c.ended < c.due - TERM + 34 * WEEK) & (c.referred < c.prenatal_until)
    who = scene.drawn(rng, early, 0.3)
    stay = rng.integers(2, 9, len(who))
    row, nth = repeated(stay)
    day = c.prenatal_until[who][row] - 1 - nth
    keep = day > c.intake[who][row]
    pile.add("G-HCO", who[row][keep], region.gynaecologists[-1], day[keep])


def _add_after_early_end(pile: ActPile, scene: Scene) -> None:
    c, h = scene.courses, scene.households
    rng = stream(scene.seed, "after-early-end")
    ended = np.isin(c.end, (End.MISCARRIAGE, End.TERMINATION, End.ECTOPIC))
    who = scene.drawn(rng, ended & ~c.starts_second_line, 0.55)
    day = c.ended[who] + rng.integers(1, 21, len(who))
    pile.add("V-NAZ", who, h.midwives(c, who, day), day)
    who = scene.drawn(rng, ended, 0.3)
    pile.add("G-CON", who, scene.gynaecologists(who), c.ended[who] - rng.integers(0, 2, len(who)))
    who = scene.drawn(rng, ended, 0.18)
    pile.add("G-HER", who, scene.gynaecologists(who), c.ended[who] + rng.integers(1, 15, len(who)))
    late = ended & (c.end == End.MISCARRIAGE) & (c.ended - c.due + TERM >= 112)
    who = np.flatnonzero(late)
    pile.add("037590", who, scene.gynaecologists(who), c.ended[who])
    pile.add("G-OPN", who, scene.hospital(who), c.ended[who])
