"""Seeded random pregnancies that no region would have: every border, hole and contradiction.

A family is one woman or two sisters, made from a seed of its own, so that it can be made again
alone: `generate(seed, only=[family])`. Everything of it has a number of its thousand.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate, count
from random import Random
from typing import Any

from ooievaar.kernel.period import FAR_DATE
from tests.engine.rule_book import rule_book
from tests.engine.world import BY_DISCIPLINE, INSURERS, OUTSIDERS, Facts, Row, make_world

CODES = {  # discipline to codes, most common first
    "midwives": "V-CON V-INT V-PP V-PAR V-VER V-ECT V-TEL V-ZES V-NAZ V-UIT V-CTG V-PRE V-ACP",
    "hospital": "G-KVM 190036 190037 L-HB G-KBD L-TSH 377881C G-HCO K-CON G-DAG",
    "gynaecologists": "G-CON G-HER 037651 G-SEC G-NAC G-MDO G-ECH 037590 037653 037610 039683",
    "kraamzorg": "KZ-UUR KZ-UUR KZ-UUR 196204 KZ-PUUR KZ-INS KZ-INT KZ-INTT",
    "ultrasound": "E-TER E-STR E-GRO E-GUO",
}
DISCIPLINE_WEIGHTS = {
    "midwives": 45,
    "hospital": 15,
    "gynaecologists": 12,
    "kraamzorg": 22,
    "ultrasound": 6,
}
END_KINDS = {
    "birth": 52,
    "miscarriage": 16,
    "termination": 4,
    "ectopic": 3,
    "moved_away": 10,
    "lost": 4,
    "ongoing": 11,
}
EVERY_CODE = sorted({row["code"] for row in rule_book()["catalogue"]})
UNHEARD_OF = ("X-999", "v-con", "termijnecho", "", "V-CON ")
"""Codes of no catalogue; one is the name of a pair of equivalents."""
EVERYBODY = [who for ids in BY_DISCIPLINE.values() for who in ids]
SPECIAL_DAYS = (
    *(date(year, 2, 28) for year in (2020, 2023, 2024)),
    *(date(2020, 2, 29), date(2024, 2, 29), date(2024, 3, 1), date(2022, 12, 31)),
    *(date(2023, 1, 1), date(2021, 10, 31), date(2024, 12, 31)),
)
WITHIN_A_FAMILY = 1_000
LONG_NUMBERS = 10**9
"""A supposed copy of a woman has numbers as long as these (see `bundles.hypothesis`)."""
MASKED = ("birth_on", "labour_on", "placenta_on", "entered_on")


def family_of(number: int) -> int:
    """Return the family that a woman, pregnancy or activity is of."""
    return number // WITHIN_A_FAMILY


class Dice:
    """A random source with the few throws that are needed, made for speed."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def between(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def one_of(self, values: Any) -> Any:
        return values[int(self.random.random() * len(values))]

    def weighed(self, weights: dict[str, int]) -> str:
        sums = list(accumulate(weights.values()))
        return list(weights)[bisect(sums, self.random.random() * sums[-1])]

    def maybe(self, probability: float, value: Any) -> Any:
        return value if self.chance(probability) else None

    def first_mostly(self, values: Any) -> Any:
        """One of the values, the earlier ones more often."""
        return values[int(self.random.random() ** 1.7 * len(values))]


def later(day: date, count: int) -> date:
    return day + timedelta(days=count)


def generate(seed: int, pregnancies: int = 0, only: Iterable[int] | None = None) -> Facts:
    """Return facts with at least this many pregnancies (those that the clock hides left out).

    `only`: of these families of the same region.
    """
    families = iter(only) if only is not None else _numbers(seed)
    women = ((number, Random(f"{seed}-{number}")) for number in families)
    return _assemble(Random(seed), women, None if only is not None else pregnancies)


def generate_from(random: Random, seed: int) -> Facts:
    """Return one family in the region of a seed; Hypothesis can shrink throws of its own."""
    return _assemble(Random(seed), ((number, random) for number in count(1)), 1)


def _numbers(seed: int) -> Iterator[int]:
    return count(1 + (LONG_NUMBERS if seed % 10 == 3 else 0))


def _assemble(world: Random, families: Iterator[tuple[int, Random]], enough: int | None) -> Facts:
    facts = make_world(world)
    tables: Facts = {"pregnancies": [], "activities": [], "coverages": [], "made_products": []}
    made = 0
    while enough is None or made < enough:
        number, random = next(families, (0, None))
        if random is None:
            break
        made += family(Dice(random), number, facts, tables)
    return facts | tables


def family(dice: Dice, number: int, facts: Facts, tables: Facts) -> int:
    """Add a woman, or two sisters of whom one has care written down with the other."""
    clock, first = facts["clock"][0]["until"], number * WITHIN_A_FAMILY
    rows: list[Row] = []
    for woman in (1, 2) if dice.chance(0.03) else (1,):
        day = later(date(2021, 1, 1), dice.between(0, 1300))
        if dice.chance(0.3):
            day = later(date(2022, 6, 1), dice.between(0, 300))
        if dice.chance(0.02):  # where the rule book ends, at either side
            day = dice.one_of((date(2016, 6, 1), date(2027, 6, 1), date(2028, 3, 1)))
        for _ in range(dice.one_of((1, 1, 1, 2, 2, 3))):
            row = pregnancy(dice, first + len(rows) + 1, first + woman, day)
            rows.append(row)
            end = row["ended_on"] or later(row["due_on"], 20)
            day = later(end, dice.one_of((dice.between(-30, 60), dice.between(0, 300), -280)))
    if dice.chance(0.3):  # a pregnancy from before that was written down last
        for row, turned in zip(rows, range(len(rows), 0, -1), strict=True):
            row["pregnancy_id"] = first + turned
    known = [hide(row, clock) for row in rows if row["first_intake_on"] < clock]
    acts = [act for row in known for act in activities(dice, row, known, clock)]
    numbers = list(range(1, len(acts) + 1))
    dice.random.shuffle(numbers)
    for act, nth in zip(acts, numbers, strict=True):
        act["activity_id"] = first + nth
    tables["pregnancies"].extend(known)
    tables["activities"].extend(acts)
    for woman in sorted({row["woman_id"] for row in rows}):
        tables["coverages"].extend(coverages(dice, woman, rows))
    for row in known:
        if row["end_kind"] in ("miscarriage", "termination") and dice.chance(0.15):
            tables["made_products"].extend(made_products(dice, row))
    return len(rows)


def coverages(dice: Dice, woman: int, pregnancies: list[Row]) -> list[Row]:
    """Her insurers: switches on 1 January, in mid-year or at a border, gaps, and none at all."""
    if dice.chance(0.02):
        return []
    borders = {date(year, 1, 1) for year in range(2021, 2026) if dice.chance(0.2)}
    borders |= {later(day, dice.between(1, 30)) for day in borders if dice.chance(0.2)}
    for row in pregnancies:
        if row["woman_id"] == woman and dice.chance(0.1):
            borders.add(later(dice.one_of(borders_of(row)), dice.between(-1, 1)))
    rows = []
    day, insurer = date(2015, 1, 1), dice.one_of(INSURERS)
    for until in sorted(borders):
        if until > day:
            rows.append((insurer, day, until))
            day = later(until, dice.one_of((0, 0, 0, 0, 0, 0, 0, 1, 40, 200)))
            insurer = insurer if dice.chance(0.15) else dice.one_of(INSURERS)
    rows.append((insurer, day, FAR_DATE if dice.chance(0.95) else later(day, 300)))
    return [
        {"woman_id": woman, "insurer_id": insurer, "valid_from": start, "valid_until": until}
        for insurer, start, until in rows
    ]


def pregnancy(dice: Dice, number: int, woman: int, conceived: date) -> Row:
    """One pregnancy, as it went or as somebody wrote it down."""
    due = later(conceived, 280)
    intake = later(conceived, dice.one_of((dice.between(30, 90), dice.between(30, 250))))
    if dice.chance(0.06):
        intake = dice.one_of(SPECIAL_DAYS)
        due = later(intake, dice.between(-30, 250))
    row: Row = {
        "pregnancy_id": number,
        "woman_id": woman,
        "first_intake_on": intake,
        "first_intake_organisation_id": practice(dice, 0.1),
        "due_on": due,
        "due_precision_days": dice.one_of((0, 3, 14)),
        "end_kind": dice.weighed(END_KINDS),
        "ended_on": None,
        "ended_precision_days": 0,
        "birth_on": None,
        "labour_on": None,
        "labour_minute": None,
        "placenta_on": None,
        "placenta_minute": None,
        "entered_on": None,
        "exempt": dice.chance(0.03),
    }
    end(dice, row, later(due, -280))
    if dice.chance(0.08):
        until = row["ended_on"] or due
        row["entered_on"] = later(intake, dice.between(-2, max(0, (until - intake).days) + 40))
        if dice.chance(0.3):  # taken over after the birth
            row["first_intake_on"] = later(until, dice.between(-1, 20))
    return row


def end(dice: Dice, row: Row, conceived: date) -> None:
    """Let it end: at term or early, around the sixteenth week above all."""
    kind = row["end_kind"]
    intake = row["first_intake_on"]
    if kind == "ongoing" and dice.chance(0.95):
        row["labour_on"] = dice.maybe(0.1, row["due_on"])
        return
    if kind == "birth":
        gestation = dice.one_of((dice.between(255, 290), dice.between(255, 290), 112, 160))
    elif kind in ("moved_away", "lost", "ongoing"):
        gestation = dice.between(40, 340)
    else:
        gestation = dice.one_of((dice.between(108, 116), dice.between(35, 110), 150))
    ended = later(conceived, gestation)
    ended = ended if dice.chance(0.03) else max(ended, intake)  # else before her first intake
    row["ended_on"] = ended
    if kind == "birth":
        row["birth_on"] = ended if dice.chance(0.9) else dice.one_of((None, later(ended, -1)))
    elif kind in ("moved_away", "lost") and (gestation > 265 or dice.chance(0.05)):
        row["birth_on"] = later(ended, dice.one_of((-45, -42, -20, -2, -1, 0, 0, 3)))
    if dice.chance(0.03):  # what contradicts the rest
        row["birth_on"] = later(ended, dice.one_of((-300, -3, 1, 2, 60)))
    final = row["birth_on"] or ended
    if kind in ("birth", "moved_away", "lost", "termination") and dice.chance(0.6):
        row["labour_on"] = later(final, dice.one_of((0, 0, 0, -1, -1, -2, -30, 1)))
        row["labour_minute"] = dice.maybe(0.7, minute(dice))
    if (kind == "birth" and dice.chance(0.6)) or dice.chance(0.03):
        row["placenta_on"] = later(final, dice.one_of((0, 0, 0, 0, 1, -1)))
        row["placenta_minute"] = dice.maybe(0.8, minute(dice))


def hide(row: Row, clock: date) -> Row:
    """Mask what lies on or after the clock: it has not happened, each day by itself."""
    hidden = [name for name in MASKED if row[name] is not None and row[name] >= clock]
    masked = dict.fromkeys(hidden) | {
        name.replace("_on", "_minute"): None for name in hidden if name in MASKED[1:3]
    }
    if row["ended_on"] is not None and row["ended_on"] >= clock:
        masked |= {"end_kind": "ongoing", "ended_on": None}
    return row | masked


def borders_of(row: Row) -> list[date]:
    """The days around which its care changes place."""
    final = row["birth_on"] or row["ended_on"] or row["due_on"]
    days = [row["first_intake_on"], row["due_on"], later(row["due_on"], -280), final]
    days += [later(final, 1), later(final, 43), later(row["due_on"], 21)]
    optional = (row["ended_on"], row["labour_on"], row["entered_on"])
    return days + [day for day in optional if day is not None]


def practice(dice: Dice, outside: float) -> int:
    if dice.chance(0.02):
        return int(dice.one_of(EVERYBODY))
    if dice.chance(outside):
        return OUTSIDERS["midwives"]
    return int(dice.first_mostly(BY_DISCIPLINE["midwives"][:-1]))


def minute(dice: Dice) -> int:
    return dice.between(0, 1439) if dice.chance(0.8) else int(dice.one_of((0, 1, 119, 120, 1439)))


def day_of_care(dice: Dice, row: Row) -> date:
    """Mostly in the pregnancy or soon after it, often at a border, at times anywhere."""
    intake = row["first_intake_on"]
    final = row["birth_on"] or row["ended_on"] or row["due_on"]
    throw = dice.random.random()
    if throw < 0.42:
        return later(intake, dice.between(0, max(0, (final - intake).days)))
    if throw < 0.62:
        return later(final, dice.one_of((-1, 0, 0, 0, 0, 1, 1)))
    if throw < 0.84:
        return later(final, dice.between(0, 30))
    if throw < 0.92:
        return later(dice.one_of(borders_of(row)), dice.between(-1, 1))
    if throw < 0.95:
        return later(final, dice.between(38, 75))
    if throw < 0.99:
        return later(intake, -dice.between(1, 120))
    days = (date(2016, 12, 31), date(2017, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    return later(intake, dice.between(-700, 900)) if dice.chance(0.5) else dice.one_of(days)


def activities(dice: Dice, row: Row, of_family: list[Row], clock: date) -> list[Row]:
    """The care of a pregnancy, some of it before, after, elsewhere, twice or without sense."""
    outside = dice.one_of((0.0, 0.0, 0.03, 0.3))
    usual = {name: dice.first_mostly(ids[:-1]) for name, ids in BY_DISCIPLINE.items()}
    acts: list[Row] = []
    for _ in range(dice.one_of((0, 1, 2, 4, 8, 12, 16, 22))):
        discipline = dice.weighed(DISCIPLINE_WEIGHTS)
        code = dice.first_mostly(CODES[discipline].split())
        if dice.chance(0.06):
            code = dice.one_of(EVERY_CODE) if dice.chance(0.75) else dice.one_of(UNHEARD_OF)
        organisation = usual[discipline]
        if dice.chance(0.08):
            organisation = dice.one_of(BY_DISCIPLINE[discipline])
        if dice.chance(0.02):
            organisation = dice.one_of(EVERYBODY)
        if dice.chance(outside):
            organisation = OUTSIDERS[discipline]
        gynaecologist = discipline == "gynaecologists" and dice.chance(0.9)
        acts.append({
            "activity_id": 0,
            "woman_id": row["woman_id"],
            "pregnancy_id": link(dice, row, of_family),
            "organisation_id": organisation,
            "code": code,
            "specialism": "0307" if gynaecologist else dice.one_of(("", "", "0316", "0389")),
            "performed_on": day_of_care(dice, row),
            "performed_minute": dice.maybe(0.5, moment_of_care(dice, row)),
            "quantity": dice.one_of((1, 1, 1, 1, 1, 1, 2, 0, 99)),
            "duration_minutes": minutes(dice) if discipline == "kraamzorg" else 0,
            "child_number": dice.one_of((0, 0, 0, 0, 1, 2)),
            "source_rank": dice.one_of((1, 1, 1, 2, 3, 5)),
            "billed_mono": dice.chance(0.03),
        })  # fmt: skip
        while dice.chance(0.08):
            acts.append(told_again(dice, acts[-1]))
    return [act for act in acts if act["performed_on"] < clock]


def moment_of_care(dice: Dice, row: Row) -> int:
    """Any minute, or one at the beginning of labour or the end of the natal phase."""
    known = [row["labour_minute"], (row["placenta_minute"] or 0) + 120]
    edge = dice.one_of(known) if dice.chance(0.15) else None
    return minute(dice) if edge is None else (edge + dice.between(-1, 1)) % 1440


def minutes(dice: Dice) -> int:
    return int(dice.one_of((0, 7, 8, 52, 53, 180, dice.between(1, 600), 10_000)))


def link(dice: Dice, row: Row, of_family: list[Row]) -> int | None:
    """What the source says of the pregnancy: mostly nothing, at times something wrong."""
    throw = dice.random.random()
    if throw < 0.7:
        return None
    if throw < 0.97:
        return int(row["pregnancy_id"])
    return int(dice.one_of(of_family)["pregnancy_id"]) if throw < 0.99 else 999


def told_again(dice: Dice, act: Row) -> Row:
    """The same act from another source, or nearly."""
    again = act | {"source_rank": dice.between(1, 5)}
    if dice.chance(0.3):
        again["code"] = {"V-ECT": "E-TER", "E-TER": "V-ECT"}.get(act["code"], act["code"])
    if dice.chance(0.1):
        again["child_number"] = act["child_number"] + 1
    if dice.chance(0.3):
        again["billed_mono"] = not act["billed_mono"]
    if dice.chance(0.1):
        again["pregnancy_id"] = None
    return again


def made_products(dice: Dice, row: Row) -> list[Row]:
    """What an earlier derivation made of it, when it still seemed to last."""
    phases = [phase for phase in (1, 2, 3) if dice.chance(0.5)]
    if dice.chance(0.2):
        phases.append(3)  # kraamzorg, made beside the postnatal product
    return [
        {
            "pregnancy_id": row["pregnancy_id"],
            "phase": phase,
            "cents": dice.between(0, 200_000),
            "contract_id": dice.between(1, 9),
        }
        for phase in phases
    ]
