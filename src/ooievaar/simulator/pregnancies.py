"""How each pregnancy goes: dates, end, place and line of birth, one value per pregnancy.

A course runs to its own end; what falls on or after the end of the simulation is cut off later,
when tables are made, so that a longer simulation tells the same stories further.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ooievaar.simulator.profiles import Course, Profile
from ooievaar.simulator.randomness import NEVER, Days, Mask, chance, stream, whole

TERM = 280
DAY_MINUTES = 24 * 60


class End(IntEnum):
    """How a pregnancy ends, as the tables name it."""

    BIRTH = 0
    MISCARRIAGE = 1
    TERMINATION = 2
    ECTOPIC = 3
    MOVED_AWAY = 4
    LOST = 5


class Place(IntEnum):
    """Where and in which line a birth is; `NONE` without a birth that the region sees."""

    NONE = 0
    HOME = 1
    BIRTH_CENTRE = 2
    POLIKLINISCH = 3
    SECOND_LINE = 4
    UNKNOWN = 5


class Onset(IntEnum):
    """How the birth starts: under a midwife, spontaneous in hospital, induced, or by plan."""

    MIDWIFE = 0
    HOSPITAL = 1
    INDUCED = 2
    PLANNED_CAESAREAN = 3


@dataclass(slots=True)
class Courses:
    """The pregnancies, in order of first intake. Days since 1970; `NEVER` where nothing happens."""

    intake: Days
    due: Days
    due_first_guess: Days
    due_corrected_on: Days
    nulliparous: Mask
    children: NDArray[np.int8]
    end: NDArray[np.int8]
    ended: Days
    labour: Days
    labour_minute: NDArray[np.int32]
    birth_minute: NDArray[np.int32]
    starts_second_line: Mask
    referred: Days  # to the second line, in pregnancy or in labour
    referred_in_labour: Mask
    onset: NDArray[np.int8]
    place: NDArray[np.int8]
    caesarean: Mask
    instrumental: Mask
    breech: Mask
    epidural: Mask
    taken_over: Days  # by another practice than the first
    entered: Mask  # that first practice was outside the region
    exempt: Mask

    def __len__(self) -> int:
        return len(self.intake)

    @property
    def born(self) -> Mask:
        """The pregnancies that end in a birth the region sees."""
        return self.end == End.BIRTH

    @property
    def prenatal_until(self) -> Days:
        """The first day on which no pregnancy care is given any more."""
        return np.where(self.born, self.labour, self.ended).astype(np.int32)

    @property
    def midwife_until(self) -> Days:
        """The first day on which no midwife leads the pregnancy any more."""
        led = np.minimum(self.prenatal_until, self.referred)
        return np.where(self.starts_second_line, self.intake, led).astype(np.int32)

    def taken(self, rows: NDArray[np.int64]) -> "Courses":
        """Return these pregnancies only, in this order."""
        return Courses(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def simulate_courses(
    profile: Profile, seed: int, births_per_year: int, start: int, end: int
) -> Courses:
    """Return the pregnancies with a first intake before `end` that still run on `start` (days)."""
    rates = profile.course
    ends_elsewhere = rates.moved_away + rates.lost
    ends_early = rates.miscarriage + rates.termination + rates.ectopic
    first, last = start - 60, end + TERM - 30
    per_day = births_per_year / 365.25 / (1 - ends_early - ends_elsewhere)
    count = round(per_day * (last - first))

    rng = stream(seed, "due")
    due = np.sort(rng.integers(first, last, count)).astype(np.int32)
    courses = _courses(rates, seed, due)
    known = np.where(courses.entered, courses.taken_over, courses.intake)
    runs = (courses.ended >= start) & (known < end)
    rows = np.flatnonzero(runs)
    return courses.taken(rows[np.argsort(courses.intake[rows], kind="stable")])


def _courses(rates: Course, seed: int, due: Days) -> Courses:
    n = len(due)
    rng = stream(seed, "births")
    nulliparous = chance(rng, n, rates.nulliparous)
    twins = chance(rng, n, rates.twins)
    preterm = chance(rng, n, np.where(twins, rates.preterm_twins, rates.preterm_one))
    at_term = np.clip(rng.normal(279.8, 8.2, n), 259, 295)
    early = np.clip(259 - rng.gamma(1.25, 15.0, n), 170, 258)
    birth = due - TERM + whole(np.where(preterm, early, at_term))

    rng = stream(seed, "intakes")
    weeks = np.clip(rng.normal(rates.intake_mean_days, rates.intake_spread_days, n), 42, 97)
    late = chance(rng, n, rates.intake_late)
    weeks = np.where(late, rng.uniform(98, 165, n), weeks)
    intake = due - TERM + whole(weeks)

    end, ended = _ends(rates, stream(seed, "ends"), intake, due, birth)
    born = end == End.BIRTH
    births = _births(rates, seed, due, intake, birth, nulliparous, twins, preterm, born)

    rng = stream(seed, "due-dates")
    corrected = chance(rng, n, rates.due_corrected)
    error = np.where(corrected, rng.normal(0, 4.5, n).round(), 0).astype(np.int32)
    scan = np.maximum(intake + 1, due - TERM + rng.integers(70, 84, n)).astype(np.int32)
    seen_twins = np.where(born & twins, 2, 1).astype(np.int8)

    rng = stream(seed, "moves-in")
    until = np.where(born, births["labour"], ended)
    entered = chance(rng, n, rates.entered) & ~births["starts_second_line"]
    changed = chance(rng, n, rates.changed_practice) & ~births["starts_second_line"] & ~entered
    moves = intake + 10 + whole(rng.random(n) * np.maximum(until - intake - 20, 0))
    moves_at_all = (entered | changed) & (until - intake > 40)
    return Courses(
        intake=intake,
        due=due,
        due_first_guess=(due + error).astype(np.int32),
        due_corrected_on=np.where((error != 0) | (seen_twins > 1), scan, NEVER).astype(np.int32),
        nulliparous=nulliparous,
        children=seen_twins,
        end=end,
        ended=ended,
        taken_over=np.where(moves_at_all, moves, NEVER).astype(np.int32),
        entered=entered & moves_at_all,
        exempt=chance(rng, n, rates.exempt),
        **births,
    )


def _ends(
    rates: Course, rng: np.random.Generator, intake: Days, due: Days, birth: Days
) -> tuple[NDArray[np.int8], Days]:
    n = len(due)
    chances = [
        rates.miscarriage, rates.termination, rates.ectopic, rates.moved_away, rates.lost,
    ]  # fmt: skip
    edges = np.cumsum([1 - sum(chances), *chances])[:-1]
    end = np.searchsorted(edges, rng.random(n), side="right").astype(np.int8)
    conceived = due - TERM
    early = np.minimum(intake + 1 + whole(rng.gamma(1.6, 9.0, n)), conceived + 111)
    late = conceived + rng.integers(112, 168, n)
    is_late = chance(rng, n, rates.miscarriage_late)
    lost_early = np.where(is_late, late, early)
    ended_by_choice = np.minimum(intake + 3 + rng.integers(0, 45, n), conceived + 160)
    ectopic = np.minimum(intake + 1 + rng.integers(0, 14, n), conceived + 70)
    sometime = intake + 15 + whole(rng.random(n) * np.maximum(birth - intake - 20, 0))
    ended = np.choose(end, [birth, lost_early, ended_by_choice, ectopic, sometime, sometime])
    # A late first intake: what ends a pregnancy early comes at least a day after it.
    ended = np.maximum(ended, intake + 1).astype(np.int32)
    # No miscarriage after a late intake at 24 weeks or more: such an end is a birth.
    impossible = ((end == End.MISCARRIAGE) | (end == End.ECTOPIC)) & (intake - conceived > 105)
    end = np.where(impossible, End.BIRTH, end).astype(np.int8)
    return end, np.where(impossible, birth, ended).astype(np.int32)


def _births(
    rates: Course,
    seed: int,
    due: Days,
    intake: Days,
    birth: Days,
    nulliparous: Mask,
    twins: Mask,
    preterm: Mask,
    born: Mask,
) -> dict[str, NDArray]:
    n = len(due)
    rng = stream(seed, "lines")
    direct = chance(rng, n, rates.starts_second_line)
    by_parity = np.where(nulliparous, rates.referred_pregnant_nulli, rates.referred_pregnant_multi)
    referred_pregnant = (twins | preterm | chance(rng, n, by_parity)) & ~direct
    midwife_led = ~direct & ~referred_pregnant
    by_parity = np.where(nulliparous, rates.referred_labour_nulli, rates.referred_labour_multi)
    referred_labour = midwife_led & chance(rng, n, by_parity)
    second_start = direct | referred_pregnant
    second = second_start | referred_labour

    planned = second_start & chance(rng, n, rates.planned_caesarean)
    induced = second_start & ~planned & chance(rng, n, rates.induction)
    onset = np.select(
        [planned, induced, second_start],
        [Onset.PLANNED_CAESAREAN, Onset.INDUCED, Onset.HOSPITAL],
        Onset.MIDWIFE,
    ).astype(np.int8)
    in_labour = np.select(
        [referred_labour, induced, second_start],
        [rates.caesarean_referred, rates.caesarean_induced, rates.caesarean_spontaneous],
        0.0,
    ) * np.where(nulliparous, 1.0, rates.caesarean_multi_factor)
    caesarean = planned | chance(rng, n, in_labour)
    instrumental = second & ~caesarean & chance(rng, n, rates.instrumental)
    epidural = second & ~planned & chance(rng, n, rates.epidural)

    rng = stream(seed, "hours")
    hours = rng.gamma(4.0, np.where(nulliparous, 2.5, 1.5))
    hours = hours + np.where(induced, rng.uniform(4, 20, n), 0.0)
    hours = np.where(planned, 1.0, np.clip(hours, 0.5, 40))
    birth_minute = np.where(
        planned, rng.integers(8 * 60, 15 * 60, n), rng.integers(0, DAY_MINUTES, n)
    ).astype(np.int32)
    labour_at = birth.astype(np.int64) * DAY_MINUTES + birth_minute - whole(hours * 60)
    labour = np.maximum(labour_at // DAY_MINUTES, intake + 1).astype(np.int32)
    labour = np.minimum(labour, birth)

    rng = stream(seed, "places")
    draw = rng.random(n)
    first_line = np.select(
        [draw < rates.place_home, draw < rates.place_home + rates.place_birth_centre],
        [Place.HOME, Place.BIRTH_CENTRE],
        Place.POLIKLINISCH,
    )
    place = np.where(second, Place.SECOND_LINE, first_line)
    place = np.where(chance(rng, n, rates.place_unknown), Place.UNKNOWN, place)

    rng = stream(seed, "referrals")
    between = rng.beta(2.0, 1.3, n)
    referred_on = intake + 3 + whole(between * np.maximum(labour - intake - 4, 0))
    shortly = chance(rng, n, np.where(induced, 0.5, 0.1))
    shortly |= preterm & chance(rng, n, 0.5)
    referred_on = np.where(shortly, labour - rng.integers(0, 8, n), referred_on)
    referred_on = np.clip(referred_on, intake + 1, labour)
    referred = np.select(
        [direct, referred_pregnant, referred_labour], [intake, referred_on, labour], NEVER
    ).astype(np.int32)
    none = ~born
    return {
        "labour": np.where(none, NEVER, labour).astype(np.int32),
        "labour_minute": (labour_at % DAY_MINUTES).astype(np.int32),
        "birth_minute": birth_minute,
        "starts_second_line": direct,
        "referred": np.where(none & ~direct, NEVER, referred).astype(np.int32),
        "referred_in_labour": referred_labour & born,
        "onset": onset,
        "place": np.where(none, Place.NONE, place).astype(np.int8),
        "caesarean": caesarean & born,
        "instrumental": instrumental & born,
        "breech": chance(rng, n, rates.breech),
        "epidural": epidural & born,
    }
