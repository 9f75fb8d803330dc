"""Every method of an agreement on small numbers, and its edges."""

from datetime import date

import pytest

from ooievaar.contracts.rules.division import divide_tables
from ooievaar.contracts.tests.test_division import (
    DAY,
    HOME,
    LEFT,
    NIGHT,
    NORTH,
    SOUTH,
    START,
    WARD,
    agreement,
    entitled,
    leaves,
    member,
    performed,
    product,
    share,
)
from ooievaar.kernel.money import PPM

BOUGHT_FROM = 91


def rule(method, name="prenatal", until=None):
    return {"agreement_id": 1, "product": name, "method": method, "until": until}


def members(discipline, method):
    return {"agreement_id": 1, "discipline": discipline, "method": method}


def value(who, cents, product_no=101):
    return {"product_no": product_no, "organisation_id": who, "cents": cents}


def coded(who, code, units):
    return {"product_no": 101, "organisation_id": who, "code": code, "units": units}


def price(code, cents, name="prenatal"):
    return {"agreement_id": 1, "product": name, "code": code, "cents": cents}


def without_overhead(*products, **changes):
    return leaves(*products, **{"agreements": [agreement(1, overhead_ppm=0)], **changes})


def to_partners(found):
    return {(reason, who): cents for kind, reason, _, who, cents in found if kind == "partner"}


def test_by_what_the_old_way_would_have_paid():
    found = without_overhead(
        product(60_000),
        product_rules=[rule("mono_pro_rata")],
        discipline_shares=[],
        mono=[value(NORTH, 30_000), value(SOUTH, 10_000), value(WARD, 80_000), value(LEFT, 5)],
    )
    assert to_partners(found) == {
        ("mono_pro_rata", NORTH): 15_000,
        ("mono_pro_rata", SOUTH): 5_000,
        ("mono_pro_rata", WARD): 40_000,
    }


def test_a_value_below_zero_weighs_nothing_and_takes_nothing_from_who_is_beside_it():
    found = without_overhead(
        product(60_000),
        product_rules=[rule("mono_pro_rata")],
        discipline_shares=[],
        mono=[value(NORTH, 30_000), value(SOUTH, -10_000), value(WARD, 30_000)],
    )
    assert to_partners(found) == {
        ("mono_pro_rata", NORTH): 30_000,
        ("mono_pro_rata", WARD): 30_000,
    }


def test_a_value_of_which_one_part_is_unknown_is_partly_unknown():
    found = without_overhead(
        product(60_000),
        product_rules=[rule("mono_pro_rata")],
        discipline_shares=[],
        mono=[value(NORTH, 30_000), value(NORTH, None), value(WARD, 30_000)],
    )
    assert {reason for reason, _ in to_partners(found)} == {"mono_partly_unknown"}


def test_an_unknown_value_weighs_nothing_and_marks_what_is_divided_beside_it():
    found = without_overhead(
        product(60_000),
        product_rules=[rule("mono_pro_rata")],
        discipline_shares=[],
        mono=[value(NORTH, 30_000), value(SOUTH, 10_000), value(WARD, None)],
    )
    assert to_partners(found) == {
        ("mono_partly_unknown", NORTH): 45_000,
        ("mono_partly_unknown", SOUTH): 15_000,
    }


@pytest.mark.parametrize("values", [[], [value(NORTH, None)], [value(NORTH, 0)]])
def test_without_any_known_value_the_reserve_keeps_it(values):
    found = without_overhead(
        product(60_000), product_rules=[rule("mono_pro_rata")], discipline_shares=[], mono=values
    )
    assert found == {("reserve", "no_mono_value", "", None, 60_000)}


def test_a_rule_that_ended_leaves_the_fixed_shares():
    rules = {"product_rules": [rule("mono_pro_rata", until=DAY)], "mono": [value(NORTH, 1)]}
    the_day_before = product(1_000, starts_on=date(2025, 2, 28))
    assert to_partners(without_overhead(the_day_before, **rules, discipline_shares=[])) == {
        ("mono_pro_rata", NORTH): 1_000
    }
    shares = [share("prenatal", "hospital", PPM)]
    assert to_partners(without_overhead(product(1_000), **rules, discipline_shares=shares)) == {
        ("fixed_share", WARD): 1_000
    }
    assert without_overhead(product(1_000), **rules, discipline_shares=[]) == {
        ("reserve", "no_agreement", "", None, 1_000)
    }


def test_by_work_done_at_internal_prices():
    found = without_overhead(
        product(10_000),
        product_rules=[rule("performed")],
        discipline_shares=[],
        unit_prices=[price("V-CON", 300), price("V-PAR", 2_000), price("G-CON", 1_000)],
        coded_units=[
            coded(NORTH, "V-CON", 10),  # 3,000
            coded(SOUTH, "V-PAR", 1),  # 2,000
            coded(WARD, "G-CON", 5),  # 5,000
            coded(WARD, "L-HB", 99),  # without a price: nothing
        ],
        units=[performed(LEFT, 1_000)],
    )
    assert to_partners(found) == {
        ("performed", NORTH): 3_000,
        ("performed", SOUTH): 2_000,
        ("performed", WARD): 5_000,
    }


def test_a_star_stands_for_codes_and_products_that_are_not_named():
    found = without_overhead(
        product(10_000, "natal"),
        product_rules=[rule("performed", "*"), rule("mono_pro_rata", "prenatal")],
        unit_prices=[price("*", 1, "*"), price("V-PAR", 7, "*")],
        coded_units=[coded(NORTH, "V-CON", 3), coded(SOUTH, "V-PAR", 1)],
    )
    assert to_partners(found) == {("performed", NORTH): 3_000, ("performed", SOUTH): 7_000}


def test_by_clients_whoever_had_her_gets_the_same():
    found = without_overhead(
        product(10_001),
        discipline_shares=[share("prenatal", "midwives", PPM, "by_clients")],
        units=[performed(NORTH, 40), performed(SOUTH, 1), performed(LEFT, 7)],
    )
    assert to_partners(found) == {("by_clients", NORTH): 5_001, ("by_clients", SOUTH): 5_000}


def test_a_discipline_divides_by_its_own_rule_what_came_by_value():
    found = without_overhead(
        product(60_000),
        product_rules=[rule("mono_pro_rata")],
        discipline_shares=[],
        member_rules=[members("midwives", "by_clients")],
        mono=[value(NORTH, 30_000), value(WARD, 30_000)],
        units=[performed(NORTH, 40), performed(SOUTH, 1)],
    )
    assert to_partners(found) == {
        ("by_clients", NORTH): 15_000,
        ("by_clients", SOUTH): 15_000,
        ("mono_pro_rata", WARD): 30_000,
    }


COOPERATIVE = {
    "cooperatives": [{"agreement_id": 1, "organisation_id": 4, "method": "fixed_share"}],
    "cooperative_members": [
        {"agreement_id": 1, "cooperative_id": 4, "organisation_id": who, "ppm": ppm}
        for who, ppm in ((NORTH, 250_000), (SOUTH, 750_000))
    ],
    "organisations": [
        *({"organisation_id": who, "discipline": "midwives"} for who in (NORTH, SOUTH, LEFT, 4)),
        *({"organisation_id": who, "discipline": "kraamzorg"} for who in (HOME, NIGHT)),
    ],
    "memberships": [member(NORTH), member(SOUTH), member(LEFT)],
    "discipline_shares": [share("prenatal", "midwives", PPM)],
    "member_shares": [entitled(4, 800_000), entitled(LEFT, 200_000)],
}


def test_a_cooperative_divides_its_part_over_its_members():
    assert to_partners(without_overhead(product(1_000), **COOPERATIVE)) == {
        ("fixed_share", NORTH): 200,
        ("fixed_share", SOUTH): 600,
        ("fixed_share", LEFT): 200,
    }


def test_a_client_of_two_members_is_one_client_of_their_cooperative():
    shares = [share("prenatal", "midwives", PPM, "by_clients")]
    found = without_overhead(
        product(1_000),
        **COOPERATIVE | {"discipline_shares": shares},
        units=[performed(NORTH, 5), performed(SOUTH, 5), performed(LEFT, 5)],
    )
    assert to_partners(found) == {
        ("fixed_share", NORTH): 125,
        ("fixed_share", SOUTH): 375,
        ("by_clients", LEFT): 500,
    }


def test_a_cooperative_in_which_nobody_worked_leaves_its_part_to_the_reserve():
    by_work = [{"agreement_id": 1, "organisation_id": 4, "method": "performed"}]
    found = without_overhead(product(1_000), **COOPERATIVE | {"cooperatives": by_work})
    assert ("reserve", "nobody_performed", "midwives", 4, 800) in found


def test_a_share_in_a_cooperative_tells_every_level():
    rows = divide_tables(
        {"divisible_products": [product(1_000)], "agreements": [agreement(1)], **COOPERATIVE}
    )
    north = next(row for row in rows if row["organisation_id"] == NORTH)
    assert (north["weight"], north["weight_total"]) == (250_000, PPM)
    assert north["parent_cents"] == 768
    assert (north["cooperative_id"], north["cooperative_weight"]) == (4, 800_000)
    assert north["discipline_cents"] == 960


def test_a_share_by_value_tells_how_its_discipline_came_to_its_part():
    rows = divide_tables({
        "divisible_products": [product(60_000)],
        "agreements": [agreement(1, overhead_ppm=0)],
        "product_rules": [rule("mono_pro_rata")],
        "organisations": COOPERATIVE["organisations"],
        "memberships": [member(NORTH), member(HOME)],
        "mono": [value(NORTH, 30_000), value(HOME, 10_000)],
    })  # fmt: skip
    home = next(row for row in rows if row["organisation_id"] == HOME)
    assert (home["product_method"], home["rest_cents"]) == ("mono_pro_rata", 60_000)
    assert (home["discipline_weight"], home["discipline_weight_total"]) == (10_000, 40_000)
    assert (home["discipline_ppm"], home["parent_cents"]) == (250_000, 15_000)


def test_what_is_taken_first_in_its_order():
    found = leaves(
        product(100_000),
        agreements=[
            agreement(1, overhead_ppm=40_000) | {"reserve_ppm": 10_000, "earmarked_ppm": 20_000}
        ],
        discipline_shares=[share("prenatal", "hospital", PPM)],
        supplier_costs=[value(BOUGHT_FROM, 6_000), value(BOUGHT_FROM, 4_000)],
    )
    assert found == {
        ("supplier", "invoice", "", BOUGHT_FROM, 10_000),
        ("overhead", "overhead", "", None, 3_600),  # of 90,000
        ("surcharge", "earmarked", "", None, 1_728),  # of 86,400
        ("reserve", "agreed_reserve", "", None, 864),  # of 86,400
        ("partner", "fixed_share", "hospital", WARD, 83_808),
    }


@pytest.mark.parametrize("cents", [1, -1])
def test_two_halves_of_a_cent_are_one_cent(cents):
    halves = agreement(1, overhead_ppm=0) | {"reserve_ppm": 500_000, "earmarked_ppm": 500_000}
    assert leaves(product(cents), agreements=[halves]) == {
        ("surcharge", "earmarked", "", None, cents)
    }


@pytest.mark.parametrize("cents", [0, 500])
def test_an_invoice_above_the_product_is_borne_by_the_reserve(cents):
    assert leaves(product(cents), supplier_costs=[value(BOUGHT_FROM, 800)]) == {
        ("supplier", "invoice", "", BOUGHT_FROM, 800),
        ("reserve", "supplier_shortfall", "", None, cents - 800),
    }


def test_a_supplier_is_paid_without_an_agreement_too():
    old = product(1_000, starts_on=date(2024, 12, 31))
    assert leaves(old, supplier_costs=[value(BOUGHT_FROM, 800)]) == {
        ("supplier", "invoice", "", BOUGHT_FROM, 800),
        ("reserve", "no_agreement", "", None, 200),
    }


MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
MONTHLY = {
    "agreements": [agreement(1, overhead_ppm=0) | {"overhead_cents": 1_000}],
    "discipline_shares": [share("prenatal", "hospital", PPM)],
}


def in_month(number, cents, month=MARCH, carried=None):
    return product(cents, product_no=number) | {"month": month, "carried_cents": carried}


def overheads(*products, **changes):
    rows = divide_tables({"divisible_products": list(products), **MONTHLY, **changes})
    return {row["product_no"]: row["cents"] for row in rows if row["kind"] == "overhead"}


def test_a_fixed_overhead_is_the_amount_of_the_month_to_the_cent():
    march = [in_month(number, 700) for number in (1, 2, 3)]
    assert overheads(*march, in_month(4, 5_000, APRIL)) == {1: 334, 2: 333, 3: 333, 4: 1_000}


def test_a_product_divided_before_keeps_the_overhead_it_carries():
    late = in_month(2, 4_000, APRIL)
    assert overheads(in_month(1, 700, None, carried=250), late) == {1: 250, 2: 1_000}
    assert overheads(in_month(1, 100, None, carried=250)) == {1: 100}  # never more than it is
    assert overheads(in_month(1, -5, None, carried=250)) == {}


def test_a_month_with_less_income_than_overhead_gives_all_it_has():
    assert overheads(in_month(1, 300), in_month(2, 0), in_month(3, -20)) == {1: 300}


def test_two_agreements_in_one_month_charge_the_month_once():
    two = [
        agreement(1, until=DAY, overhead_ppm=0) | {"overhead_cents": 1_000},
        agreement(2, start=DAY, overhead_ppm=0) | {"overhead_cents": 2_000},
    ]
    shares = [share("prenatal", "hospital", PPM, agreement_id=number) for number in (1, 2)]
    before = in_month(1, 6_000) | {"starts_on": START}
    found = overheads(before, in_month(2, 2_000), agreements=two, discipline_shares=shares)
    assert found == {1: 750, 2: 500}  # three quarters of 1,000 and one quarter of 2,000


def test_one_cent_over_seven_partners_goes_to_the_first():
    seven = range(1, 8)
    found = without_overhead(
        product(1, "postnatal"),
        member_shares=[entitled(who, PPM // 7) for who in seven],
        organisations=[{"organisation_id": who, "discipline": "midwives"} for who in seven],
        memberships=[member(who) for who in seven],
    )
    assert found == {("partner", "fixed_share", "midwives", 1, 1)}


@pytest.mark.parametrize("method", ["fixed_share", "performed", "mono_pro_rata", "by_clients"])
def test_ten_thousand_partners_get_every_cent(method):
    many = range(1, 10_001)
    rows = divide_tables({
        "divisible_products": [product(999_999), product(-1_234_567, product_no=102)],
        "agreements": [agreement(1)],
        "discipline_shares": [share("prenatal", "midwives", PPM, method)],
        "member_shares": [entitled(who, 100) for who in many],
        "organisations": [{"organisation_id": who, "discipline": "midwives"} for who in many],
        "memberships": [member(who) for who in many],
        "units": [performed(who, who % 7, number) for who in many for number in (101, 102)],
        "mono": [value(who, who, number) for who in many for number in (101, 102)],
    })  # fmt: skip
    for number, cents in ((101, 999_999), (102, -1_234_567)):
        assert sum(row["cents"] for row in rows if row["product_no"] == number) == cents
    assert len(rows) > 8_000
