"""Seeded random pregnancies made to be awkward: every border, hole and contradiction at once."""

from bisect import bisect
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from hypothesis import strategies as st

from ooievaar.kernel.period import FAR_DATE
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


class Dice:
    """A random source with the few throws that are needed, made for speed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

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


def generate(seed: int, pregnancies: int) -> Facts:
    """Return facts with this many pregnancies (those the clock has not reached left out)."""
    dice = Dice(seed)
    facts = make_world(dice.random)
    clock = facts["clock"][0]["until"]
    tables: Facts = {"pregnancies": [], "activities": [], "coverages": [], "made_products": []}
    woman = made = 0
    while made < pregnancies:
        woman += 1
        tables["coverages"].extend(coverages(dice, woman))
        day = later(date(2021, 1, 1), dice.between(0, 1300))
        if dice.chance(0.3):
            day = later(date(2022, 6, 1), dice.between(0, 300))
        own: list[Row] = []
        for _ in range(min(dice.one_of((1, 1, 1, 2, 2, 3)), pregnancies - made)):
            made += 1
            row = pregnancy(dice, made, woman, day, clock)
            end = row["ended_on"] or later(row["due_on"], 20)
            day = later(end, dice.one_of((dice.between(-30, 60), dice.between(0, 300))))
            if row["first_intake_on"] < clock:
                own.append(row)
        tables["pregnancies"].extend(own)
        for row in own:
            tables["activities"].extend(activities(dice, row, own, clock))
            if row["end_kind"] in ("miscarriage", "termination") and dice.chance(0.15):
                tables["made_products"].extend(made_products(dice, row))
    numbers = list(range(1, len(tables["activities"]) + 1))
    dice.random.shuffle(numbers)
    for act, number in zip(tables["activities"], numbers, strict=True):
        act["activity_id"] = number
    return facts | tables


def coverages(dice: Dice, woman: int) -> list[Row]:
    """Her insurers: switches on 1 January or in mid-year, gaps, and none at all."""
    if dice.chance(0.02):
        return []
    rows = []
    day, insurer = date(2019, 1, 1), dice.one_of(INSURERS)
    for year in range(2021, 2026):
        if not dice.chance(0.22):
            continue
        until = date(year, 1, 1) if dice.chance(0.8) else date(year, 1, dice.between(2, 31))
        rows.append((insurer, day, until))
        gap = dice.one_of((0, 0, 0, 0, 0, 0, 0, 1, 40, 200))
        day = later(until, gap)
        insurer = insurer if dice.chance(0.15) else dice.one_of(INSURERS)
    rows.append((insurer, day, FAR_DATE if dice.chance(0.95) else later(day, 300)))
    return [
        {"woman_id": woman, "insurer_id": insurer, "valid_from": start, "valid_until": until}
        for insurer, start, until in rows
    ]


def pregnancy(dice: Dice, number: int, woman: int, conceived: date, clock: date) -> Row:
    """One pregnancy, with its end masked when the clock has not reached it."""
    due = later(conceived, 280)
    intake = later(conceived, dice.one_of((dice.between(30, 90), dice.between(30, 250))))
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
    end(dice, row, conceived)
    if dice.chance(0.08):
        until = row["ended_on"] or due
        row["entered_on"] = later(intake, dice.between(-2, max(0, (until - intake).days) + 40))
        if dice.chance(0.3):  # taken over after the birth
            row["first_intake_on"] = later(until, dice.between(-1, 20))
    if row["ended_on"] and row["ended_on"] >= clock:
        row["end_kind"] = "ongoing"
        row |= dict.fromkeys(("ended_on", "birth_on", "labour_on", "placenta_on"))
        row |= dict.fromkeys(("labour_minute", "placenta_minute"))
    return row


def end(dice: Dice, row: Row, conceived: date) -> None:
    """Let it end: at term or early, around the sixteenth week above all."""
    kind = row["end_kind"]
    intake = row["first_intake_on"]
    if kind == "ongoing":
        return
    if kind == "birth":
        gestation = dice.one_of((dice.between(255, 290), dice.between(255, 290), 112, 160))
    elif kind in ("moved_away", "lost"):
        gestation = dice.between(40, 340)
    else:
        gestation = dice.one_of((dice.between(108, 116), dice.between(35, 110), 150))
    ended = max(later(conceived, gestation), intake)
    row["ended_on"] = ended
    if kind == "birth":
        row["birth_on"] = ended if dice.chance(0.9) else dice.one_of((None, later(ended, -1)))
    elif kind in ("moved_away", "lost") and (gestation > 265 or dice.chance(0.05)):
        row["birth_on"] = later(ended, dice.one_of((-45, -42, -20, -2, -1, 0, 0, 3)))
    final = row["birth_on"] or ended
    if kind in ("birth", "moved_away", "lost", "termination") and dice.chance(0.6):
        row["labour_on"] = later(final, dice.one_of((0, 0, 0, -1, -1, -2, -30, 1)))
        row["labour_minute"] = dice.maybe(0.7, dice.between(0, 1439))
    if kind == "birth" and dice.chance(0.6):
        row["placenta_on"] = later(final, dice.one_of((0, 0, 0, 0, 1, -1)))
        row["placenta_minute"] = dice.maybe(0.8, dice.between(0, 1439))


def practice(dice: Dice, outside: float) -> int:
    if dice.chance(outside):
        return OUTSIDERS["midwives"]
    return dice.first_mostly(BY_DISCIPLINE["midwives"][:-1])


def activities(dice: Dice, row: Row, of_woman: list[Row], clock: date) -> list[Row]:
    """The care of a pregnancy, some of it before, after, elsewhere, twice or without sense."""
    intake, due = row["first_intake_on"], row["due_on"]
    ended = row["ended_on"] or due
    final = row["birth_on"] or ended
    outside = dice.one_of((0.0, 0.0, 0.03, 0.3))
    usual = {name: dice.first_mostly(ids[:-1]) for name, ids in BY_DISCIPLINE.items()}
    acts: list[Row] = []
    for _ in range(dice.between(2, 22)):
        throw = dice.random.random()
        if throw < 0.45:
            day = later(intake, dice.between(0, max(0, (final - intake).days)))
        elif throw < 0.68:
            day = later(final, dice.one_of((-1, 0, 0, 0, 0, 1, 1)))
        elif throw < 0.92:
            day = later(final, dice.between(0, 30))
        elif throw < 0.96:
            day = later(final, dice.between(38, 75))
        else:
            day = later(intake, -dice.between(1, 120))
        discipline = dice.weighed(DISCIPLINE_WEIGHTS)
        code = dice.first_mostly(CODES[discipline].split())
        organisation = usual[discipline]
        if dice.chance(0.08):
            organisation = dice.one_of(BY_DISCIPLINE[discipline])
        if dice.chance(outside):
            organisation = OUTSIDERS[discipline]
        gynaecologist = discipline == "gynaecologists" and dice.chance(0.9)
        acts.append({
            "activity_id": 0,
            "woman_id": row["woman_id"],
            "pregnancy_id": link(dice, row, of_woman),
            "organisation_id": organisation,
            "code": "X-999" if dice.chance(0.01) else code,
            "specialism": "0307" if gynaecologist else dice.one_of(("", "", "0316", "0389")),
            "performed_on": day,
            "performed_minute": dice.maybe(0.5, dice.between(0, 1439)),
            "quantity": dice.one_of((1, 1, 1, 1, 1, 1, 2, 0)),
            "duration_minutes": minutes(dice) if discipline == "kraamzorg" else 0,
            "child_number": dice.one_of((0, 0, 0, 0, 1, 2)),
            "source_rank": dice.one_of((1, 1, 1, 2, 3, 5)),
            "billed_mono": dice.chance(0.03),
        })  # fmt: skip
        if dice.chance(0.08):
            acts.append(told_again(dice, acts[-1]))
    return [act for act in acts if act["performed_on"] < clock]


def minutes(dice: Dice) -> int:
    return dice.one_of((0, 7, 8, 52, 53, 180, dice.between(1, 600)))


def link(dice: Dice, row: Row, of_woman: list[Row]) -> int | None:
    """What the source says of the pregnancy: mostly nothing, at times something wrong."""
    throw = dice.random.random()
    if throw < 0.7:
        return None
    if throw < 0.97:
        return row["pregnancy_id"]
    return dice.one_of(of_woman)["pregnancy_id"] if throw < 0.99 else 9_000_000


def told_again(dice: Dice, act: Row) -> Row:
    """The same act from another source, or nearly."""
    again = act | {"source_rank": dice.between(1, 5)}
    if dice.chance(0.3):
        again["code"] = {"V-ECT": "E-TER", "E-TER": "V-ECT"}.get(act["code"], act["code"])
    if dice.chance(0.1):
        again["child_number"] = act["child_number"] + 1
    if dice.chance(0.3):
        again["billed_mono"] = not act["billed_mono"]
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


def small_facts() -> st.SearchStrategy[Facts]:
    """Facts of a few pregnancies, for properties."""
    return st.builds(generate, st.integers(0, 2**32 - 1), st.integers(1, 12))
