"""Who the women are, who insures them, and who cares for them: one draw per woman or pregnancy."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ooievaar.simulator.pregnancies import TERM, Courses, End, Onset, Place
from ooievaar.simulator.profiles import Profile
from ooievaar.simulator.randomness import NEVER, Days, Mask, chance, day_number, stream
from ooievaar.simulator.region import RULE_BOOK_FROM, Region

Numbers = NDArray[np.int32]

FIRST_NAMES = (
    "Aaf", "Bente", "Carlijn", "Doutzen", "Eefje", "Femke", "Geertje", "Hanneke", "Imke",
    "Jacqueline", "Karlijn", "Lieke", "Marit", "Noor", "Olga", "Puck", "Quirine", "Roos",
    "Sanne", "Tess",
)  # fmt: skip
SURNAMES = (
    "Proefland", "Verzonnen", "Fictema", "Voorbeeldsma", "Schijnhout", "Testerink", "Bedachtsma",
    "van Nergenshuizen", "de Onbestaande", "Denkbeeldig",
)  # fmt: skip


@dataclass(slots=True)
class Households:
    """Per pregnancy its woman and carers (organisation numbers); per woman her insurers."""

    woman: Numbers
    women: int
    practice_first: Numbers
    practice: Numbers
    hospital: Numbers  # position in `Region.hospitals`, for care in pregnancy
    birth_hospital: Numbers
    kraamzorg: Numbers
    insurers: list[tuple[Numbers, NDArray[np.int8], int, int]]
    """Coverage rows: women, insurer, first day, first day no longer (`NEVER`: open)."""
    insured_from: Days  # per woman; `NEVER`: not insured
    born_on: Days  # per woman

    def midwives(self, courses: Courses, who: NDArray[np.int64], day: Days) -> Numbers:
        """Return the practice that cares for each of these pregnancies on its day."""
        first = day < courses.taken_over[who]
        return np.where(first, self.practice_first[who], self.practice[who])


def simulate_households(
    profile: Profile, seed: int, region: Region, courses: Courses, start: date, end: date
) -> Households:
    """Give every pregnancy a woman, and every woman an insurer, a practice and a hospital."""
    woman, women = _women(profile, seed, courses)
    n = len(courses)
    providers = profile.providers

    rng = stream(seed, "practices")
    home = _pick(rng, women, _spread(providers.practices_inside, providers.practices_outside,
                                     providers.practices_outside_share))  # fmt: skip
    other = rng.integers(0, providers.practices_inside, n)
    practices = np.array(region.practices, np.int32)
    practice = practices[home[woman]]
    practice_first = practice.copy()
    moved = courses.taken_over < NEVER
    # Taken over: by an inside practice, from an outside one (entered) or from a colleague.
    practice[moved] = practices[other[moved]]
    outsiders = rng.integers(providers.practices_inside, len(practices), n)
    practice_first[courses.entered] = practices[outsiders[courses.entered]]

    rng = stream(seed, "hospitals")
    hospital = _hospitals(profile, rng, home[woman])
    birth_hospital = _birth_hospitals(profile, rng, courses, hospital)

    rng = stream(seed, "kraamzorg")
    chosen = _pick(rng, women, _spread(providers.kraamzorg_inside, providers.kraamzorg_outside,
                                       providers.kraamzorg_outside_share))  # fmt: skip
    kraamzorg = np.array(region.kraamzorg, np.int32)[chosen[woman]]
    insurers, insured_from = _insurers(profile, seed, courses, woman, women, start, end)
    return Households(
        woman=woman,
        women=women,
        practice_first=practice_first,
        practice=practice,
        hospital=hospital,
        birth_hospital=birth_hospital,
        kraamzorg=kraamzorg,
        insurers=insurers,
        insured_from=insured_from,
        born_on=_birth_dates(seed, courses, woman, women),
    )


def _women(profile: Profile, seed: int, courses: Courses) -> tuple[Numbers, int]:
    """Number the women; a later pregnancy of some of them is one that another would have had."""
    n = len(courses)
    rates = profile.course
    rng = stream(seed, "women")
    lost = np.isin(courses.end, (End.MISCARRIAGE, End.TERMINATION, End.ECTOPIC))
    again = (lost & chance(rng, n, rates.again_after_loss)) | (
        courses.born & chance(rng, n, rates.again_after_birth)
    )
    # From the end to the next first intake: at least two weeks to conceive, and six to come.
    gap = np.where(lost, 40 + rng.gamma(1.5, 60.0, n), 210 + rng.gamma(2.0, 120.0, n))
    wanted = (courses.ended + gap).astype(np.int64)
    position = np.searchsorted(courses.intake, wanted)
    ids = np.arange(n)
    taken = np.zeros(n, np.bool_)
    conceived = courses.due - TERM
    for earlier in np.flatnonzero(again & (position < n)):
        for later in range(position[earlier], min(position[earlier] + 40, n)):
            fits = courses.born[earlier] <= (not courses.nulliparous[later])
            after = conceived[later] - 12 > courses.ended[earlier]
            if fits and after and not taken[later] and ids[later] == later:
                ids[later] = ids[earlier]
                taken[later] = True
                break
    _, numbered = np.unique(ids, return_inverse=True)
    return numbered.astype(np.int32), int(numbered.max(initial=-1)) + 1


def _spread(inside: int, outside: int, outside_share: float) -> NDArray[np.float64]:
    """Return the share of each organisation: larger and smaller ones, insiders first."""
    sizes_in = 1.0 + 0.9 * np.arange(inside)[::-1] / max(inside - 1, 1)
    sizes_out = np.ones(outside)
    return np.concatenate(
        [
            sizes_in / sizes_in.sum() * (1 - outside_share),
            sizes_out / max(sizes_out.sum(), 1) * outside_share,
        ]
    )


def _pick(rng: np.random.Generator, size: int, shares: NDArray[np.float64]) -> Numbers:
    edges = np.cumsum(shares)
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int32)


def _hospitals(profile: Profile, rng: np.random.Generator, home: Numbers) -> Numbers:
    shares = np.array(profile.providers.hospital_shares)
    chosen = _pick(rng, len(home), shares)
    if not profile.providers.hospital_shares_rotate:
        return chosen
    # Seven of ten practices favour the IGO's hospital; the others are tied to one of the others.
    turn = np.where(home % 10 < 7, 0, 1 + home % (len(shares) - 1))
    return ((chosen + turn) % len(shares)).astype(np.int32)


def _birth_hospitals(
    profile: Profile, rng: np.random.Generator, courses: Courses, hospital: Numbers
) -> Numbers:
    rates, n = profile.course, len(courses)
    count = len(profile.providers.hospitals)
    full = chance(rng, n, rates.full_ward) & (courses.onset != Onset.PLANNED_CAESAREAN)
    birth = np.where(full, (hospital + 1 + rng.integers(0, count - 1, n)) % count, hospital)
    before_32_weeks = courses.ended - courses.due + TERM < 32 * 7
    rate = np.where(before_32_weeks, rates.perinatal_centre_early, rates.perinatal_centre)
    sent = chance(rng, n, rate) & (courses.place == Place.SECOND_LINE)
    return np.where(sent, count - 1, birth).astype(np.int32)


def _insurers(
    profile: Profile,
    seed: int,
    courses: Courses,
    woman: Numbers,
    women: int,
    start: date,
    end: date,
) -> tuple[list[tuple[Numbers, NDArray[np.int8], int, int]], Days]:
    rates = profile.insurance
    rng = stream(seed, "insurers")
    shares = np.array(rates.shares)
    insurer = _pick(rng, women, shares).astype(np.int8)
    first = day_number(max(RULE_BOOK_FROM, date(start.year - 2, 1, 1)))
    intake = np.full(women, NEVER, np.int32)
    np.minimum.at(intake, woman, courses.intake)
    insured_from = np.full(women, first, np.int32)
    late = chance(rng, women, rates.insured_late)
    insured_from[late] = intake[late] + rng.integers(10, 90, women)[late]
    insured_from[chance(rng, women, rates.uninsured)] = NEVER

    rows = []
    since = insured_from.copy()
    last = day_number(end)
    for year in range(start.year, end.year + 1):
        new_year = day_number(date(year, 1, 1))
        if new_year >= last:
            break
        switches: Mask = chance(rng, women, rates.switch) & (since < new_year)
        other = _pick(rng, women, shares).astype(np.int8)
        other = np.where(other == insurer, (other + 1) % len(shares), other).astype(np.int8)
        for day in np.unique(since[switches]):
            left = np.flatnonzero(switches & (since == day)).astype(np.int32)
            rows.append((left, insurer[left], int(day), new_year))
        insurer = np.where(switches, other, insurer).astype(np.int8)
        since = np.where(switches, new_year, since).astype(np.int32)
    for day in np.unique(since[since < last]):
        stays = np.flatnonzero(since == day).astype(np.int32)
        rows.append((stays, insurer[stays], int(day), NEVER))
    return rows, insured_from


def _birth_dates(seed: int, courses: Courses, woman: Numbers, women: int) -> Days:
    rng = stream(seed, "ages")
    first = np.zeros(women, np.int64)
    first[woman[::-1]] = np.arange(len(courses))[::-1]
    years = np.where(courses.nulliparous[first], 30.3, 32.4) + rng.normal(0, 4.3, women)
    return (courses.intake[first] - np.clip(years, 17, 46) * 365.25).astype(np.int32)
