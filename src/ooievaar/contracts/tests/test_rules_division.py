"""The borders of a division: one part per million, the last day of a rule, nothing at all."""

from datetime import timedelta
from typing import Any

import pytest

from ooievaar.contracts.rules.division import divide_tables
from ooievaar.contracts.tests.test_division import (
    DAY,
    HOME,
    LEFT,
    NIGHT,
    NORTH,
    SCAN,
    SOUTH,
    START,
    WARD,
    agreement,
    entitled,
    leaves,
    member,
    performed,
    product,
    region,
    share,
)
from ooievaar.kernel.money import PPM

MILLION = 100_000_000
ZUID, OUTSIDER, OOST, EAST, WEST, FROM_OUTSIDE = 4, 5, 6, 7, 8, 99
PLAIN: dict[str, Any] = {"agreements": [agreement(1, overhead_ppm=0)]}


def to_whom(found: set[tuple[Any, ...]]) -> dict[Any, int]:
    return {who if kind == "partner" else reason: cents for kind, reason, _, who, cents in found}


def divided(*products: dict[str, Any], **changes: Any) -> dict[Any, int]:
    return to_whom(leaves(*products, **PLAIN | changes))


def test_one_part_per_million_of_a_million_is_an_euro_at_every_level() -> None:
    found = divided(
        product(MILLION),
        discipline_shares=[
            share("prenatal", "midwives", PPM - 1),
            share("prenatal", "hospital", 1),
        ],
    )
    assert found[WARD] == 100
    found = divided(
        product(MILLION, "postnatal"), member_shares=[entitled(NORTH, PPM - 1), entitled(SOUTH, 1)]
    )
    assert (found[NORTH], found[SOUTH]) == (MILLION - 100, 100)
    found = divided(product(MILLION, "postnatal"), **cooperative({NORTH: PPM - 1, SOUTH: 1}))
    assert (found[NORTH], found[SOUTH]) == (MILLION - 100, 100)


def cooperative(ppm: dict[int, int], method: str = "fixed_share") -> dict[str, Any]:
    rows = [{"agreement_id": 1, "cooperative_id": ZUID, "organisation_id": who, "ppm": part}
            for who, part in ppm.items()]  # fmt: skip
    return {
        "cooperatives": [{"agreement_id": 1, "organisation_id": ZUID, "method": method}],
        "cooperative_members": rows,
        "member_shares": [entitled(ZUID, PPM)],
        "organisations": [
            {"organisation_id": who, "discipline": "midwives"} for who in (*ppm, ZUID)
        ],
        "memberships": [member(who) for who in (*ppm, ZUID)],
    }


def test_a_share_of_nothing_is_no_share() -> None:
    """Who has no part of a product leaves it to the shares of every other product."""
    shares = [share("prenatal", "midwives", 0), share("*", "hospital", PPM)]
    assert divided(product(100), discipline_shares=shares) == {WARD: 100}
    only = [share("prenatal", "midwives", 0)]
    assert divided(product(100), discipline_shares=only) == {"no_agreement": 100}
    least = [share("prenatal", "hospital", 1)]
    assert divided(product(100), discipline_shares=least) == {WARD: 100}


def test_a_product_that_is_named_never_falls_back_on_every_other() -> None:
    shares = [share("prenatal", "midwives", PPM), share("*", "hospital", PPM)]
    assert WARD not in divided(product(100), discipline_shares=shares)
    named = [{"agreement_id": 1, "product": "prenatal", "method": "performed", "until": None}]
    found = divided(
        product(100),
        discipline_shares=[share("*", "hospital", PPM)],
        product_rules=named,
        units=[performed(NORTH, 1)],
    )
    assert found == {NORTH: 100}


def test_of_two_agreements_in_force_the_newest_divides() -> None:
    both = [agreement(1, overhead_ppm=0), agreement(2, overhead_ppm=PPM)]
    shares = [share("prenatal", "hospital", PPM, agreement_id=number) for number in (1, 2)]
    rows = [entitled(WARD, PPM, agreement_id=number) for number in (1, 2)]
    for agreements in (both, both[::-1]):
        found = divided(product(100), agreements=agreements, discipline_shares=shares,
                        member_shares=rows)  # fmt: skip
        assert found == {"overhead": 100}


@pytest.mark.parametrize(("days", "who"), [(-1, WARD), (0, WARD), (1, NORTH)])
def test_a_rule_holds_until_its_last_day_and_not_on_it(days: int, who: int) -> None:
    until = [{"agreement_id": 1, "product": "prenatal", "method": "performed",
              "until": DAY + timedelta(days=days)}]  # fmt: skip
    found = divided(
        product(100),
        product_rules=until,
        discipline_shares=[share("prenatal", "hospital", PPM)],
        units=[performed(NORTH, 1)],
    )
    assert found == {who: 100}


def test_an_agreement_holds_from_its_first_day_to_the_day_before_its_last() -> None:
    shares = {"discipline_shares": [share("prenatal", "hospital", PPM)]}
    for day, who in ((START, WARD), (START - timedelta(days=1), "no_agreement"), (DAY, WARD),
                     (DAY + timedelta(days=1), "no_agreement")):  # fmt: skip
        ends = [agreement(1, until=DAY + timedelta(days=1), overhead_ppm=0)]
        assert divided(product(7, starts_on=day), agreements=ends, **shares) == {who: 7}


def cost(cents: int) -> dict[str, int]:
    return {"product_no": 101, "organisation_id": FROM_OUTSIDE, "cents": cents}


def test_invoices_that_cancel_out_are_no_leaf_and_take_nothing() -> None:
    found = divided(
        product(100),
        supplier_costs=[cost(30), cost(-30)],
        discipline_shares=[share("prenatal", "hospital", PPM)],
    )
    assert found == {WARD: 100}


def test_two_suppliers_of_one_product_are_both_paid() -> None:
    found = leaves(
        product(100),
        **PLAIN,
        supplier_costs=[cost(30), cost(20) | {"organisation_id": FROM_OUTSIDE + 1}],
        discipline_shares=[share("prenatal", "hospital", PPM)],
    )
    assert found == {
        ("supplier", "invoice", "", FROM_OUTSIDE, 30),
        ("supplier", "invoice", "", FROM_OUTSIDE + 1, 20),
        ("partner", "fixed_share", "hospital", WARD, 50),
    }


def test_an_invoice_of_the_whole_product_leaves_nothing_to_divide_and_nothing_short() -> None:
    assert divided(product(100), supplier_costs=[cost(100)]) == {"invoice": 100}
    assert divided(product(-100), supplier_costs=[cost(-100)]) == {"invoice": -100}
    assert divided(product(100), supplier_costs=[cost(101)]) == {
        "invoice": 101,
        "supplier_shortfall": -1,
    }
    shares = [share("prenatal", "hospital", PPM)]
    assert divided(product(100), supplier_costs=[cost(99)], discipline_shares=shares) == {
        "invoice": 99,
        WARD: 1,
    }


@pytest.mark.parametrize("sign", [1, -1])
def test_the_reserve_gets_no_more_than_what_is_earmarked_leaves(sign: int) -> None:
    both = agreement(1, overhead_ppm=0) | {"earmarked_ppm": 700_000, "reserve_ppm": 400_000}
    assert divided(product(sign * 100), agreements=[both]) == {
        "earmarked": sign * 70,
        "agreed_reserve": sign * 30,
    }
    exactly = both | {"reserve_ppm": 300_000}
    assert divided(product(sign * 100), agreements=[exactly]) == {
        "earmarked": sign * 70,
        "agreed_reserve": sign * 30,
    }


def test_what_was_taken_back_weighs_nothing() -> None:
    by_work = {"discipline_shares": [share("prenatal", "midwives", PPM, "performed")]}
    units = [performed(NORTH, 3), performed(SOUTH, 2), performed(SOUTH, -5)]
    assert divided(product(100), units=units, **by_work) == {NORTH: 100}
    clients = {"discipline_shares": [share("prenatal", "midwives", PPM, "by_clients")]}
    units = [performed(NORTH, 1), performed(SOUTH, 9), performed(SOUTH, -9)]
    assert divided(product(100), units=units, **clients) == {NORTH: 100}


def test_one_minute_is_a_client_as_much_as_a_hundred() -> None:
    clients = {"discipline_shares": [share("kraamzorg_hour", "kraamzorg", PPM, "by_clients")]}
    units = [performed(HOME, 1), performed(NIGHT, 500)]
    assert divided(product(100, "kraamzorg_hour"), units=units, **clients) == {HOME: 50, NIGHT: 50}


def test_only_who_takes_part_on_the_first_day_weighs() -> None:
    """LEFT stopped on that very day; what it did divides nothing."""
    by_work = {"discipline_shares": [share("prenatal", "midwives", PPM, "performed")]}
    units = [performed(NORTH, 1), performed(LEFT, 99)]
    assert divided(product(100), units=units, **by_work) == {NORTH: 100}
    earlier = product(100, starts_on=DAY - timedelta(days=1))
    assert divided(earlier, units=units, **by_work) == {NORTH: 1, LEFT: 99}


def test_who_has_a_share_and_is_no_member_leaves_it_to_the_reserve() -> None:
    shares = [share("prenatal", "midwives", 999_999), share("prenatal", "ultrasound", 1)]
    found = leaves(
        product(MILLION),
        **PLAIN,
        discipline_shares=shares,
        member_shares=[entitled(NORTH, PPM), entitled(SCAN, PPM)],
    )
    assert ("reserve", "not_a_member", "ultrasound", SCAN, 100) in found


def test_nothing_is_divided_into_nothing() -> None:
    assert leaves(product(0), **PLAIN) == set()
    assert divide_tables(region(divisible_products=[])) == []


# cooperatives


def value(who: int, cents: int | None) -> dict[str, Any]:
    return {"product_no": 101, "organisation_id": who, "cents": cents}


def beside_an_outsider(method: str) -> dict[str, Any]:
    """NORTH and SOUTH are ZUID together; the OUTSIDER is a midwife like them."""
    tables = cooperative({NORTH: 500_000, SOUTH: 500_000}, method)
    return tables | {
        "organisations": [
            *tables["organisations"],
            {"organisation_id": OUTSIDER, "discipline": "midwives"},
        ],
        "memberships": [*tables["memberships"], member(OUTSIDER)],
    }


def for_what(found: set[tuple[Any, ...]]) -> dict[int, tuple[str, int]]:
    return {who: (reason, cents) for kind, reason, _, who, cents in found if kind == "partner"}


def test_a_cooperative_whose_members_have_no_share_leaves_its_part_to_the_reserve() -> None:
    found = divided(product(100, "postnatal"), **cooperative({NORTH: 0, SOUTH: 0}))
    assert found == {"no_member_share": 100}


def test_an_unknown_value_in_a_cooperative_marks_what_its_members_get() -> None:
    """All is the part of ZUID, who divides it by what the old way would have paid."""
    found = leaves(
        product(100, "postnatal"),
        **PLAIN,
        **cooperative({NORTH: 500_000, SOUTH: 500_000}, "mono_pro_rata"),
        mono=[value(NORTH, 30_000), value(SOUTH, None)],
    )
    assert for_what(found) == {NORTH: ("mono_partly_unknown", 100)}


def test_an_unknown_value_in_a_cooperative_marks_its_discipline() -> None:
    found = leaves(
        product(100),
        **PLAIN,
        **beside_an_outsider("fixed_share"),
        discipline_shares=[share("prenatal", "midwives", PPM, "mono_pro_rata")],
        mono=[value(NORTH, 30_000), value(SOUTH, None), value(OUTSIDER, 10_000)],
    )
    assert for_what(found) == {
        NORTH: ("mono_partly_unknown", 38),
        SOUTH: ("mono_partly_unknown", 37),
        OUTSIDER: ("mono_partly_unknown", 25),
    }


def test_an_unknown_value_outside_a_cooperative_marks_its_members_too() -> None:
    """What ZUID divides by work done came to it by values, of which one is not known."""
    found = leaves(
        product(100),
        **PLAIN,
        **beside_an_outsider("performed"),
        discipline_shares=[share("prenatal", "midwives", PPM, "mono_pro_rata")],
        mono=[value(NORTH, 30_000), value(OUTSIDER, None)],
        units=[performed(NORTH, 1), performed(SOUTH, 3)],
    )
    assert for_what(found) == {
        NORTH: ("mono_partly_unknown", 25),
        SOUTH: ("mono_partly_unknown", 75),
    }


def test_two_cooperatives_of_one_discipline_each_divide_their_own_part() -> None:
    of = {ZUID: (NORTH, SOUTH), OOST: (EAST, WEST)}
    everybody = [NORTH, SOUTH, EAST, WEST, ZUID, OOST]
    found = divided(
        product(1_000),
        cooperatives=[
            {"agreement_id": 1, "organisation_id": who, "method": "performed"} for who in of
        ],
        cooperative_members=[
            {"agreement_id": 1, "cooperative_id": whole, "organisation_id": who, "ppm": 0}
            for whole, members in of.items()
            for who in members
        ],
        organisations=[{"organisation_id": who, "discipline": "midwives"} for who in everybody],
        memberships=[member(who) for who in everybody],
        discipline_shares=[share("prenatal", "midwives", PPM)],
        member_shares=[entitled(ZUID, 400_000), entitled(OOST, 600_000)],
        units=[performed(NORTH, 1), performed(SOUTH, 3), performed(EAST, 2), performed(WEST, 1)],
    )
    assert found == {NORTH: 100, SOUTH: 300, EAST: 400, WEST: 200}
