"""The division of a product: overhead, disciplines, organisations; every cent once."""

import re
from collections import defaultdict
from datetime import date, timedelta

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ooievaar.contracts.rules import schemas
from ooievaar.contracts.rules.division import compiled_split, divide_tables
from ooievaar.kernel.money import PPM, split_largest_remainder
from ooievaar.kernel.period import FAR_DATE
from ooievaar.storage.pipeline import run_stages

START, DAY = date(2025, 1, 1), date(2025, 3, 1)
NORTH, SOUTH, LEFT, WARD, HOME, NIGHT, SCAN = 1, 2, 3, 11, 21, 22, 31
DISCIPLINES = {
    NORTH: "midwives",
    SOUTH: "midwives",
    LEFT: "midwives",
    WARD: "hospital",
    HOME: "kraamzorg",
    NIGHT: "kraamzorg",
    SCAN: "ultrasound",
}


def region(**changes):
    """A region in which LEFT stopped before the product's phase began and SCAN is no member."""
    tables = {
        "agreements": [agreement(1)],
        "discipline_shares": [
            share("prenatal", "midwives", 600_000),
            share("prenatal", "hospital", 250_000),
            share("prenatal", "ultrasound", 150_000),
            share("postnatal", "midwives", PPM),
            share("kraamzorg_hour", "kraamzorg", PPM, "performed"),
        ],
        "member_shares": [
            entitled(NORTH, 500_000),
            entitled(SOUTH, 300_000),
            entitled(LEFT, 200_000),
            entitled(WARD, PPM),
        ],
        "memberships": [
            *(member(who) for who in (NORTH, SOUTH, WARD, HOME, NIGHT)),
            member(LEFT, until=DAY),
        ],
        "organisations": [
            {"organisation_id": who, "discipline": what} for who, what in DISCIPLINES.items()
        ],
    }
    return tables | changes


def agreement(agreement_id, start=START, until=FAR_DATE, overhead_ppm=40_000):
    return {
        "agreement_id": agreement_id,
        "valid_from": start,
        "valid_until": until,
        "overhead_ppm": overhead_ppm,
    }


def share(product, discipline, ppm, method="fixed_share", agreement_id=1):
    return {
        "agreement_id": agreement_id,
        "product": product,
        "discipline": discipline,
        "ppm": ppm,
        "method": method,
    }


def entitled(organisation_id, ppm, agreement_id=1):
    return {"agreement_id": agreement_id, "organisation_id": organisation_id, "ppm": ppm}


def member(organisation_id, start=START, until=FAR_DATE):
    return {"organisation_id": organisation_id, "valid_from": start, "valid_until": until}


def product(cents, name="prenatal", starts_on=DAY, product_no=101):
    return {"product_no": product_no, "product": name, "starts_on": starts_on, "cents": cents}


def performed(organisation_id, units, product_no=101):
    return {"product_no": product_no, "organisation_id": organisation_id, "units": units}


def leaves(*products, units=(), **changes):
    """Divide and show each leaf as (kind, reason, discipline, organisation, cents)."""
    tables = region(divisible_products=list(products), units=list(units), **changes)
    return {
        (row["kind"], row["reason"], row["discipline"], row["organisation_id"], row["cents"])
        for row in divide_tables(tables)
    }


TABLE = {
    "each level splits what the level above left": (
        [product(100_000)],
        [],
        {
            ("overhead", "overhead", "", None, 4_000),
            ("partner", "fixed_share", "midwives", NORTH, 28_800),
            ("partner", "fixed_share", "midwives", SOUTH, 17_280),
            ("reserve", "not_a_member", "midwives", LEFT, 11_520),
            ("partner", "fixed_share", "hospital", WARD, 24_000),
            ("reserve", "no_member_share", "ultrasound", None, 14_400),
        },
    ),
    "a credit is the exact mirror": (
        [product(-100_000)],
        [],
        {
            ("overhead", "overhead", "", None, -4_000),
            ("partner", "fixed_share", "midwives", NORTH, -28_800),
            ("partner", "fixed_share", "midwives", SOUTH, -17_280),
            ("reserve", "not_a_member", "midwives", LEFT, -11_520),
            ("partner", "fixed_share", "hospital", WARD, -24_000),
            ("reserve", "no_member_share", "ultrasound", None, -14_400),
        },
    ),
    "a cent goes to the largest remainder, not to the first": (
        # 96 % of 1 cent rounds to the cent itself; 60/25/15 % of it: midwives; 50/30/20: NORTH
        [product(1)],
        [],
        {("partner", "fixed_share", "midwives", NORTH, 1)},
    ),
    "only who is of the discipline counts": (
        [product(2, "kraamzorg_hour")],
        [performed(NIGHT, 30), performed(HOME, 30), performed(NORTH, 999)],
        {
            ("partner", "performed", "kraamzorg", HOME, 1),
            ("partner", "performed", "kraamzorg", NIGHT, 1),
        },
    ),
    "the odd cent of a tie goes to the earlier key": (
        [product(3, "kraamzorg_hour")],
        [performed(NIGHT, 30), performed(HOME, 15), performed(HOME, 15)],
        {
            ("partner", "performed", "kraamzorg", HOME, 2),
            ("partner", "performed", "kraamzorg", NIGHT, 1),
        },
    ),
    "who performed nothing gets nothing; nobody: the reserve": (
        [product(1_000, "kraamzorg_hour"), product(2_000, "kraamzorg_hour", product_no=102)],
        [performed(HOME, 0), performed(NIGHT, 45), performed(SCAN, 9)],
        {
            ("overhead", "overhead", "", None, 40),
            ("partner", "performed", "kraamzorg", NIGHT, 960),
            ("overhead", "overhead", "", None, 80),
            ("reserve", "nobody_performed", "kraamzorg", None, 1_920),
        },
    ),
    "a product before the agreement goes whole to the reserve": (
        [product(100_000, starts_on=date(2024, 12, 31))],
        [],
        {("reserve", "no_agreement", "", None, 100_000)},
    ),
    "a product the agreement does not name goes whole to the reserve": (
        [product(500, "natal_on_request")],
        [],
        {("reserve", "no_agreement", "", None, 500)},
    ),
    "nothing is divided into nothing": ([product(0)], [], set()),
}


@pytest.mark.parametrize(("products", "units", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_leaves_of_a_product(products, units, expected):
    assert leaves(*products, units=units) == expected


def test_membership_is_that_of_the_day_the_phase_started():
    day_before = date(2025, 2, 28)
    assert ("partner", "fixed_share", "midwives", LEFT, 11_520) in leaves(
        product(100_000, starts_on=day_before)
    )


def test_the_agreement_is_the_one_in_force_when_the_phase_started():
    two = {
        "agreements": [agreement(1, until=DAY), agreement(2, start=DAY, overhead_ppm=0)],
        "discipline_shares": [
            share("prenatal", "midwives", PPM),
            share("prenatal", "hospital", PPM, agreement_id=2),
        ],
        "member_shares": [entitled(NORTH, PPM), entitled(WARD, PPM, agreement_id=2)],
    }
    day_before = date(2025, 2, 28)
    assert leaves(product(1_000, starts_on=day_before), **two) == {
        ("overhead", "overhead", "", None, 40),
        ("partner", "fixed_share", "midwives", NORTH, 960),
    }
    assert leaves(product(1_000), **two) == {("partner", "fixed_share", "hospital", WARD, 1_000)}


def test_a_member_twice_over_is_paid_once():
    twice = [member(NORTH), member(NORTH), member(SOUTH), member(WARD)]
    divided = leaves(product(100_000), memberships=twice)
    assert sum(cents for *_, cents in divided) == 100_000


def test_a_share_carries_what_explains_it():
    rows = divide_tables(region(divisible_products=[product(100_000)]))
    north = next(row for row in rows if row["organisation_id"] == NORTH)
    assert north["agreement_id"] == 1
    assert north["discipline_ppm"] == 600_000
    assert north["parent_cents"] == 57_600
    assert (north["weight"], north["weight_total"]) == (500_000, PPM)
    overhead = next(row for row in rows if row["kind"] == "overhead")
    assert overhead["parent_cents"] == 100_000
    assert (overhead["weight"], overhead["weight_total"]) == (40_000, PPM)


CENTS = st.integers(-(10**9), 10**9) | st.integers(-30, 30)
PARTS = st.lists(st.integers(0, 1_000), min_size=1, max_size=4).filter(sum)


@st.composite
def divisions(draw):
    """A product, an agreement with any shares, and units; the members are drawn too."""
    people = sorted(DISCIPLINES)
    ppm = draw(st.fixed_dictionaries({what: st.integers(0, PPM) for what in set_of_disciplines()}))
    methods = {what: draw(st.sampled_from(["fixed_share", "performed"])) for what in ppm}
    tables = region(
        divisible_products=[
            product(draw(CENTS), product_no=number, name=name)
            for number, name in ((101, "prenatal"), (102, "prenatal"), (103, "natal"))
        ],
        agreements=[agreement(1, overhead_ppm=draw(st.integers(0, PPM)))],
        discipline_shares=[
            share("prenatal", what, part, methods[what]) for what, part in ppm.items()
        ],
        member_shares=[entitled(who, draw(st.integers(0, PPM))) for who in people],
        memberships=[member(who) for who in people if draw(st.booleans())],
        units=[
            performed(who, draw(st.integers(0, 3_000)), number)
            for who in people
            for number in (101, 102, 103)
            if draw(st.booleans())
        ],
    )
    return tables, methods


def set_of_disciplines():
    return sorted(set(DISCIPLINES.values()))


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_every_level_adds_up_and_agrees_with_the_plain_split(drawn):
    tables, methods = drawn
    rows = divide_tables(tables)
    for one in tables["divisible_products"]:
        mine = [row for row in rows if row["product_no"] == one["product_no"]]
        assert {(r["kind"], r["discipline"], r["organisation_id"]): r["cents"] for r in mine} == (
            plain_division(one, tables, methods)
        )
        assert sum(row["cents"] for row in mine) == one["cents"]
        by_discipline = defaultdict(int)
        for row in mine:
            if row["discipline"]:
                by_discipline[row["discipline"], row["parent_cents"]] += row["cents"]
        assert all(parent == cents for (_, parent), cents in by_discipline.items())


def plain_division(one, tables, methods):
    """Divide one product in plain Python, from the rule's sentence, over whole numbers."""
    found = defaultdict(int)
    shares = {s["discipline"]: s["ppm"] for s in tables["discipline_shares"]}
    named = [what for what in sorted(shares) if shares[what]]
    if one["product"] != "prenatal" or not named:
        return {("reserve", "", None): one["cents"]} if one["cents"] else {}
    overhead_ppm = tables["agreements"][0]["overhead_ppm"]
    overhead, rest = split_largest_remainder(one["cents"], [overhead_ppm, PPM - overhead_ppm])
    found["overhead", "", None] = overhead
    members = {row["organisation_id"] for row in tables["memberships"]}
    for what, cents in zip(
        named, split_largest_remainder(rest, [shares[what] for what in named]), strict=True
    ):
        people = [who for who in sorted(DISCIPLINES) if DISCIPLINES[who] == what]
        if methods[what] == "fixed_share":
            ppm = {row["organisation_id"]: row["ppm"] for row in tables["member_shares"]}
            weights = [ppm[who] for who in people]
        else:
            people = [who for who in people if who in members]
            units = {
                row["organisation_id"]: row["units"]
                for row in tables["units"]
                if row["product_no"] == one["product_no"]
            }
            weights = [units.get(who, 0) for who in people]
        if not sum(weights):
            found["reserve", what, None] += cents
            continue
        for who, part in zip(people, split_largest_remainder(cents, weights), strict=True):
            found["partner" if who in members else "reserve", what, who] += part
    return {leaf: cents for leaf, cents in found.items() if cents}


@settings(max_examples=40, deadline=None)
@given(CENTS, PARTS)
def test_the_mirror_of_a_split_is_the_split_of_the_mirror(cents, weights):
    units = [performed(who, weight) for who, weight in zip((21, 22, 23, 24), weights, strict=False)]
    organisations = [
        {"organisation_id": who, "discipline": "kraamzorg"} for who in (21, 22, 23, 24)
    ]
    memberships = [member(who) for who in (21, 22, 23, 24)]

    def divided(amount):
        return leaves(
            product(amount, "kraamzorg_hour"),
            units=units,
            organisations=organisations,
            memberships=memberships,
        )

    assert divided(cents) == {(*leaf, -part) for *leaf, part in divided(-cents)}


def test_large_amounts_stay_exact():
    cents = 9_000_000_000_001
    weights = {NORTH: 333_333, SOUTH: 333_334, LEFT: 333_333}
    tables = region(
        divisible_products=[product(cents, "postnatal")],
        agreements=[agreement(1, overhead_ppm=333_333)],
        member_shares=[entitled(who, ppm) for who, ppm in weights.items()],
        memberships=[member(who) for who in weights],
    )
    overhead, rest = split_largest_remainder(cents, [333_333, PPM - 333_333])
    parts = split_largest_remainder(rest, list(weights.values()))
    assert [row["cents"] for row in divide_tables(tables)] == [overhead, *parts]


def test_the_order_of_the_rows_does_not_matter():
    products = [product(cents, product_no=cents) for cents in (101, 333, 777)]
    tables = region(divisible_products=products)
    turned = {name: rows[::-1] for name, rows in tables.items()}
    assert divide_tables(tables) == divide_tables(turned)


def test_every_column_has_the_type_that_is_declared():
    connection = filled(products=1)
    found = connection.sql("FROM shares").to_arrow_table().schema
    expected = ibis.schema(schemas.SHARES).to_pyarrow()
    assert list(zip(found.names, found.types, strict=True)) == list(
        zip(expected.names, expected.types, strict=True)
    )


def test_no_stage_joins_every_product_with_every_row():
    connection = filled(products=20_000)
    slow = {"NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT"}
    for stage in compiled_split():
        if stage.name in ("dated_agreements", "members_on"):
            continue  # distinct days by a handful of agreements or members: small however many
        ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT json) {stage.sql}").fetchall()
        assert not slow & set(re.findall(r'"name": "(\w+)"', plan)), stage.name


def filled(products):
    """A connection with this many products divided, over two years of starts and fifty amounts."""
    many = [
        product(100_000 + i % 50, starts_on=START + timedelta(i % 730), product_no=i)
        for i in range(products)
    ]
    tables = region(divisible_products=many)
    connection = duckdb.connect()
    for name, columns in schemas.DIVISION_INPUTS.items():
        kinds = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"CREATE TABLE {name} ({kinds.replace('int64', 'BIGINT')})")
        rows = pa.Table.from_pylist(tables.get(name, []), ibis.schema(columns).to_pyarrow())
        connection.register("rows", rows).execute(f"INSERT INTO {name} FROM rows")
    run_stages(connection, compiled_split())
    return connection
