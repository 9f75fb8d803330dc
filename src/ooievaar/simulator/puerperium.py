"""Acts after the birth: hospital days, midwife visits, kraamzorg by the hour, six-week checks."""

import numpy as np

from ooievaar.simulator.acts import ActPile, repeated
from ooievaar.simulator.pregnancies import TERM, Place
from ooievaar.simulator.prenatal import Scene
from ooievaar.simulator.randomness import Days, Index, chance, stream

QUARTER = 15
LONGEST_BLOCK = 150
KRAAMZORG_DAYS = 8
VISIT_RATES = (0.8, 0.5, 0.85, 0.45, 0.85, 0.3, 0.6, 0.75)
"""Share of women at home that a midwife visits on day 1, 2, ... after the birth [own]."""
KRAAMZORG_DAYS_LONG = 10


def add_puerperium_acts(pile: ActPile, scene: Scene) -> None:
    """Add every act after the birth, and the registration and intake of kraamzorg before it."""
    nights = _add_hospital_days(pile, scene)
    _add_midwife_visits(pile, scene, nights)
    _add_kraamzorg(pile, scene, nights)


def _add_hospital_days(pile: ActPile, scene: Scene) -> Days:
    c, h, region = scene.courses, scene.households, scene.region
    rng = stream(scene.seed, "hospital-days")
    n = len(c)
    second = c.place == Place.SECOND_LINE
    after_section = rng.integers(2, 4, n)
    after_vaginal = rng.choice(3, n, p=(0.45, 0.42, 0.13))
    nights = np.where(c.caesarean, after_section, after_vaginal) + np.where(c.children > 1, 1, 0)
    nights = np.where(second, nights, 0).astype(np.int32)
    row, nth = repeated(nights)
    day = c.ended[row] + 1 + nth
    hospital = np.array(region.hospitals)[h.birth_hospital[row]]
    pile.add("G-KBD", row, hospital, day)
    taken = chance(rng, len(row), 0.5)
    for code in ("L-HB", "L-MCV"):
        pile.add(code, row[taken], hospital[taken], day[taken])
    for among, rate in ((second & c.caesarean, 0.85), (second & ~c.caesarean, 0.14)):
        who = scene.drawn(rng, among, rate)
        pile.add(
            "G-NAC", who, scene.gynaecologists(who), c.ended[who] + rng.integers(35, 46, len(who))
        )
    return nights


def _add_midwife_visits(pile: ActPile, scene: Scene, nights: Days) -> None:
    c, h = scene.courses, scene.households
    rng = stream(scene.seed, "puerperium-visits")
    home = np.flatnonzero(c.born & chance(rng, len(c), 0.97))
    for day_after, rate in enumerate(VISIT_RATES, start=1):
        who = home[(nights[home] < day_after) & chance(rng, len(home), rate)]
        day = c.ended[who] + day_after
        pile.add("V-PP", who, h.midwives(c, who, day), day)
    outside = np.array(scene.region.practices[scene.region.practices_inside :])
    who = scene.drawn(rng, c.born, scene.profile.registration.outside_visit * 0.4)
    strangers = outside[rng.integers(0, len(outside), len(who))]
    pile.add("V-PP", who, strangers, c.ended[who] + rng.integers(3, 9, len(who)))
    who = home[chance(rng, len(home), 0.7)]
    day = c.ended[who] + rng.integers(1, 40, len(who))
    pile.add("V-TEL", who, h.midwives(c, who, day), day)
    who = home[chance(rng, len(home), 0.8)]
    day = c.ended[who] + rng.integers(36, 44, len(who))
    pile.add("V-ZES", who, h.midwives(c, who, day), day)
    for code, rate in (("V-ACV", 0.35), ("V-ACP", 0.05)):
        rows = chance(rng, len(who), rate)
        pile.add(code, who[rows], h.midwives(c, who[rows], day[rows]), day[rows])


def _add_kraamzorg(pile: ActPile, scene: Scene, nights: Days) -> None:
    c, h = scene.courses, scene.households
    rates = scene.profile.kraamzorg
    rng = stream(scene.seed, "kraamzorg-care")
    n = len(c)
    uses = chance(rng, n, rates.users)
    lives = c.ended - c.due > -100
    registers = np.flatnonzero(uses & (c.prenatal_until > c.intake + 75))
    day = np.maximum(
        c.due[registers] - TERM + rng.integers(95, 175, len(registers)), c.intake[registers] + 3
    )
    known = day < c.prenatal_until[registers]
    pile.add("KZ-INS", registers[known], h.kraamzorg[registers[known]], day[known])
    day = c.due[registers] - TERM + rng.integers(25 * 7, 37 * 7, len(registers))
    known = (day < c.prenatal_until[registers]) & (day > c.intake[registers])
    at_home = c.nulliparous[registers]
    for code, rows in (("KZ-INT", known & at_home), ("KZ-INTT", known & ~at_home)):
        pile.add(code, registers[rows], h.kraamzorg[registers[rows]], day[rows])

    who = np.flatnonzero(uses & c.born & lives)
    feeds = chance(rng, len(who), rates.breastfeeding)
    base = np.where(feeds, rates.hours_breastfeeding, rates.hours_bottle)
    hours = base - rates.hours_less + rng.normal(0, rates.hours_spread, len(who))
    hours = hours - nights[who] * rates.hours_per_hospital_day
    hours = hours + np.where(c.children[who] > 1, rates.hours_twins, 0)
    hours = np.clip(hours, rates.hours_least, rates.hours_most)
    quarters = np.floor(hours * 4).astype(np.int64)
    days = np.where(hours > 56, KRAAMZORG_DAYS_LONG, KRAAMZORG_DAYS)
    _add_kraamzorg_days(pile, scene, rng, who, quarters, days, c.ended[who] + nights[who])


def _add_kraamzorg_days(
    pile: ActPile,
    scene: Scene,
    rng: np.random.Generator,
    who: Index,
    quarters: np.ndarray,
    days: np.ndarray,
    first_day: Days,
) -> None:
    """Spread quarters of an hour over the days, in blocks of at most `LONGEST_BLOCK` minutes."""
    region = scene.region
    row, nth = repeated(days)
    per_day = quarters[row] // days[row] + (nth < quarters[row] % days[row])
    on = first_day[row] + np.where(scene.courses.place[who][row] == Place.SECOND_LINE, nth, nth + 1)
    on = np.maximum(on, scene.courses.ended[who][row] + 1)
    # An outsider beside the own organisation: the last days, or all of them.
    outsiders = np.array(region.kraamzorg[region.kraamzorg_inside :])
    parallel = chance(rng, len(who), scene.profile.kraamzorg.parallel_outsider)
    since = rng.integers(0, 6, len(who))
    stranger = outsiders[rng.integers(0, len(outsiders), len(who))]
    own = scene.households.kraamzorg[who]
    by = np.where(parallel[row] & (nth >= since[row]), stranger[row], own[row])
    longest = LONGEST_BLOCK // QUARTER
    blocks = -(-per_day // longest)
    begins = rng.integers(16, 20, len(row)) * 30
    for block in range(int(blocks.max(initial=0))):
        in_block = per_day // np.maximum(blocks, 1) + (block < per_day % np.maximum(blocks, 1))
        rows = np.flatnonzero((block < blocks) & (in_block > 0))
        pile.add(
            "KZ-UUR", who[row[rows]], by[rows], on[rows],
            minute=begins[rows] + block * (LONGEST_BLOCK + QUARTER),
            duration=in_block[rows] * QUARTER,
        )  # fmt: skip
