"""A region made to be awkward: holes in contracts, memberships that come and go, odd prices."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from ooievaar.kernel.period import FAR_DATE
from tests.engine.rule_book import rule_book

Row = dict[str, Any]
Facts = dict[str, list[Row]]

FAR_CLOCK = date(2030, 1, 1)
START, BORDER = date(2017, 1, 1), date(2023, 1, 1)
PRACTICES, HOSPITALS, GYNAECOLOGISTS = (1, 2, 3), (11, 12), (21, 22)
KRAAMZORG, ULTRASOUND = (31, 32, 33), (41, 42)
OUTSIDERS = {"midwives": 4, "hospital": 13, "gynaecologists": 23, "kraamzorg": 34, "ultrasound": 43}
BY_DISCIPLINE = {
    "midwives": (*PRACTICES, 4),
    "hospital": (*HOSPITALS, 13),
    "gynaecologists": (*GYNAECOLOGISTS, 23),
    "kraamzorg": (*KRAAMZORG, 34),
    "ultrasound": (*ULTRASOUND, 43),
}
SUPPLIED = ("L-HB", "E-STR", "037651", "KZ-UUR", "V-PP", "190036", "G-CON")
INSURERS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
REGIMES = ("parallel_ban", "correction", "none")
PRODUCTS = (
    "early_end",
    "prenatal",
    "prenatal_complex",
    "natal",
    "natal_on_request",
    "natal_complex",
    "postnatal",
    "postnatal_complex",
    "kraamzorg_hour",
)


def period(start: date = START, until: date = FAR_DATE) -> Row:
    return {"valid_from": start, "valid_until": until}


def make_world(random: Random) -> Facts:
    """Return every table of facts that is not about a woman."""
    return bent_rule_book(random) | {
        "organisations": [
            {"organisation_id": organisation, "discipline": discipline}
            for discipline, organisations in BY_DISCIPLINE.items()
            for organisation in organisations
        ],
        "memberships": memberships(random),
        "suppliers": suppliers(random),
        **contracts(random),
        "price_list": price_list(random),
        "clock": [{"until": clock(random)}],
    }


def clock(random: Random) -> date:
    """Mostly after some births and before others; at times before all, or long after."""
    if random.random() < 0.12:
        return random.choice((date(2021, 3, 1), date(2024, 2, 29), date(2025, 1, 1), FAR_CLOCK))
    return date(2023, 6, 1) + timedelta(days=random.randrange(700))


def bent_rule_book(random: Random) -> Facts:
    """The rule book, now and then of a country with other years and other limits."""
    book = rule_book()
    if random.random() < 0.5:
        # Tariffs that nobody knows: the old-way value becomes unknown.
        book["mono_tariffs"] = [row for row in book["mono_tariffs"] if random.random() > 0.04]
    if random.random() < 0.4:
        # A code that leaves the catalogue is unknown from then on; a product can be missed too.
        ends = date(2022, 1, 1) + timedelta(days=random.randrange(500))
        gone = {row["code"] for row in random.sample(book["catalogue"], 4)}
        gone |= {random.choice(PRODUCTS[1:])}
        for table, key in (("catalogue", "code"), ("products_in_force", "product")):
            book[table] = [
                row | {"valid_until": min(row["valid_until"], ends)} if row[key] in gone else row
                for row in book[table]
                if row[key] not in gone or row["valid_from"] < ends
            ]
    if random.random() < 0.3:
        # A code is judged otherwise from a day on: inside the law's bundle or not, and where.
        day = date(2021, 7, 1) + timedelta(days=random.randrange(900))
        chosen = random.sample(book["catalogue"], 6)
        other = {"phase_hint": random.randrange(4), "complex_counts": random.random() < 0.5}
        other |= {"scope": random.choice(("inside", "preconception")), "valid_from": day}
        for row in chosen:
            if row["valid_from"] < day < row["valid_until"]:
                book["catalogue"].remove(row)
                book["catalogue"] += [row | {"valid_until": day}, row | other]
    if random.random() < 0.3:
        # A public tariff that changes in mid-month.
        day = date(2022, 1, 1) + timedelta(days=random.randrange(700))
        for row in random.sample(book["mono_tariffs"], min(8, len(book["mono_tariffs"]))):
            if row["valid_from"] < day < row["valid_until"]:
                cents = random.choice((row["cents"], 0, row["cents"] + 1))
                book["mono_tariffs"].remove(row)
                book["mono_tariffs"] += [
                    row | {"valid_until": day},
                    row | {"valid_from": day, "cents": cents, "is_exact": random.random() < 0.5},
                ]
    if random.random() < 0.4:
        (limits,) = book["limits"]
        other = {
            "early_end_days": 105,
            "aftercare_days": 56,
            "ongoing_extra_days": 14,
            "after_placenta_minutes": 60,
            "gynaecology_specialism": "0316",
            "valid_from": BORDER,
        }
        book["limits"] = [limits | {"valid_until": BORDER}, limits | other]
    return book


def memberships(random: Random) -> list[Row]:
    """The first of each discipline is always in; the others come, go and come back."""
    rows = []
    merger = random.choice((None, None, None, None, date(2023, 3, 1), date(2022, 8, 17)))
    for discipline, organisations in BY_DISCIPLINE.items():
        for organisation in organisations:
            if organisation == OUTSIDERS[discipline]:
                if merger:  # the IGO of the outsiders joins
                    rows.append({"organisation_id": organisation} | period(merger))
                continue
            if organisation == organisations[0]:
                rows.append({"organisation_id": organisation} | period())
                continue
            day = date(2019, 6, 1) + timedelta(days=random.randrange(900))
            for _ in range(random.randint(1, 3)):
                until = day + timedelta(
                    days=random.choice((1, random.randint(1, 600), random.randint(400, 2500)))
                )
                rows.append({"organisation_id": organisation} | period(day, until))
                day = until + timedelta(days=random.choice((0, 0, 1, 90)))
    return rows


def suppliers(random: Random) -> list[Row]:
    """Outsiders that sell named care, some of them for a while, and one member that does too."""
    pairs = {
        (random.choice((4, 13, 23, 34, 43, 2, 12)), random.choice(SUPPLIED)) for _ in range(10)
    }
    pairs |= {(23, "G-CON"), (34, "KZ-UUR")}
    rows = []
    for organisation, code in sorted(pairs):
        start = date(2021, 1, 1) + timedelta(days=random.randrange(700))
        until = FAR_DATE if random.random() < 0.4 else start + timedelta(days=400)
        rows.append({"organisation_id": organisation, "code": code} | period(start, until))
    return rows


def contracts(random: Random) -> Facts:
    """Terms of nine insurers: own, followed, late, ended, with a hole, in mid-month, none."""
    middle = date(2022, random.randint(3, 9), random.randint(2, 27))
    later = middle + timedelta(days=random.randint(20, 200))
    spans = [  # insurer, contract, followed, from, until
        (1, 1, False, START, FAR_DATE),
        (2, 2, False, START, FAR_DATE),
        (3, 3, False, START, FAR_DATE),
        (4, 1, True, START, FAR_DATE),
        (6, 4, False, START, BORDER),
        (6, 5, False, BORDER, FAR_DATE),
        (7, 7, False, START, middle),
        (7, 6, False, middle, FAR_DATE),
        (8, 2, True, START, middle),
        (8, 8, False, later, date(2024, 1, 1)),
        (9, 9, False, later, FAR_DATE),
    ]
    regimes = {contract: random.choice(REGIMES) for contract in range(1, 10)}
    regimes |= dict(zip(random.sample(range(1, 4), 3), REGIMES, strict=True))
    clauses = {
        contract: {
            "regime": regimes[contract],
            "insurer_switch_breaks": random.random() < 0.5,
            "kraamzorg_bills_itself": random.random() < 0.5,
            "kraamzorg_unit_minutes": random.choice((1, 5, 7, 15, 15, 30, 60)),
        }
        for contract in regimes
    }
    tariffs = []
    for contract in regimes:
        for product in PRODUCTS:
            if contract > 3 and random.random() < 0.12:
                continue  # not covered
            cents = random.choice((0, 1, *(random.randint(0, 300_000) for _ in range(8))))
            cents = random.choice((6_000, 6_000, 0, 1)) if product == "kraamzorg_hour" else cents
            starts = [date(year, 1, 1) for year in range(2017, 2028)]
            starts += [day for day in (middle, later) if random.random() < 0.1]
            for start, until in pairwise([*sorted(starts), FAR_DATE]):
                row = {"contract_id": contract, "product": product, "cents": cents}
                if random.random() > 0.01:  # else a hole
                    tariffs.append(row | period(start, until))
                cents += random.choice((0, 0, 7, 133))
    listed = {(random.randint(1, 9), random.choice(("037651", "L-HB", "KZ-UUR", "V-PP", "G-CON")))
              for _ in range(8)}  # fmt: skip
    return {
        "terms": [
            {"insurer_id": insurer, "contract_id": contract, "followed": followed}
            | period(start, until)
            | clauses[contract]
            for insurer, contract, followed, start, until in spans
        ],
        "tariffs": tariffs,
        "parallel_care": [
            {"contract_id": contract, "code": code} for contract, code in sorted(listed)
        ],
    }


def price_list(random: Random) -> list[Row]:
    """Prices for everyone with holes and changes, and some own prices."""
    catalogue = rule_book()["catalogue"]
    codes = sorted({row["code"] for row in catalogue if row["mono"] == "price_list"})
    rows = []
    for code in codes:
        if random.random() < 0.1:
            continue
        for organisation in (0, random.choice((11, 13, 21, 23, 41))):
            if organisation and random.random() < 0.6:
                continue
            change = date(2022, 1, 1) + timedelta(days=random.randrange(700))
            resumes = change + timedelta(days=random.choice((0, 0, 0, 60)))
            price = {"organisation_id": organisation, "code": code}
            for held in (period(START, change), period(resumes)):
                rows.append(price | {"cents": random.choice((0, random.randint(1, 90_000)))} | held)
    return rows
