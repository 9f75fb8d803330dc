"""Shares that do not add up, tariffs that leave a hole."""

from datetime import date

from ooievaar.contracts.rules.checks import share_sum_faults, tariff_hole
from ooievaar.kernel.period import FAR_DATE, Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
FIRST_HALF = Period(date(2025, 1, 1), date(2025, 7, 1))
SECOND_HALF = Period(date(2025, 7, 1), date(2026, 1, 1))
ALWAYS = Period(date(2017, 1, 1))


def test_shares_that_add_up_are_no_fault():
    assert share_sum_faults([("natal", 400_000), ("natal", 600_000)]) == []


def test_shares_that_do_not_add_up_are_named_with_their_sum():
    parts = [("prenatal", 700_000), ("natal", 400_000), ("prenatal", 300_001)]
    faults = share_sum_faults(parts)
    assert [(fault.whole, fault.found) for fault in faults] == [
        ("prenatal", "samen 1000001"),
        ("natal", "samen 400000"),
    ]
    assert faults[0].expected == "samen 1000000 (100 %)"


def test_tariffs_that_fill_the_contract_are_no_fault():
    assert tariff_hole(YEAR, ALWAYS, [SECOND_HALF, FIRST_HALF]) is None
    assert tariff_hole(YEAR, ALWAYS, [Period(date(2020, 1, 1))]) is None


def test_a_hole_is_shown_by_its_days():
    hole = tariff_hole(YEAR, ALWAYS, [FIRST_HALF])
    assert hole is not None
    assert hole.period == SECOND_HALF
    assert hole.found == "geen tarief van 2025-07-01 tot 2026-01-01"
    assert hole.expected == "een tarief op elke dag van het contract waarop het product bestaat"


def test_a_hole_in_the_middle_is_found_whatever_the_order():
    spring = Period(date(2025, 3, 1), date(2025, 6, 1))
    rest = [Period(date(2025, 6, 1), YEAR.until), Period(YEAR.start, spring.start)]
    hole = tariff_hole(YEAR, ALWAYS, rest)
    assert hole is not None
    assert hole.period == spring


def test_an_open_contract_needs_an_open_tariff():
    hole = tariff_hole(Period(YEAR.start), ALWAYS, [YEAR])
    assert hole is not None
    assert hole.period == Period(YEAR.until, FAR_DATE)
    assert hole.found == "geen tarief vanaf 2026-01-01"


def test_days_on_which_the_product_does_not_exist_need_no_tariff():
    assert tariff_hole(YEAR, FIRST_HALF, [FIRST_HALF]) is None
    assert tariff_hole(SECOND_HALF, FIRST_HALF, []) is None
