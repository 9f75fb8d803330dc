"""Shares that do not add up, tariffs that overlap or leave a hole."""

from datetime import date

from ooievaar.contracts.rules.checks import (
    DatedTariff,
    SharePart,
    share_sum_faults,
    tariff_faults,
)
from ooievaar.kernel.period import FAR_DATE, Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
FIRST_HALF = Period(date(2025, 1, 1), date(2025, 7, 1))
SECOND_HALF = Period(date(2025, 7, 1), date(2026, 1, 1))


def test_shares_that_add_up_are_no_fault():
    parts = [SharePart("natal", 400_000), SharePart("natal", 600_000)]
    assert share_sum_faults(parts) == []


def test_shares_that_do_not_add_up_are_named_with_their_sum():
    parts = [
        SharePart("prenatal", 700_000),
        SharePart("natal", 400_000),
        SharePart("prenatal", 300_001),
    ]
    faults = share_sum_faults(parts)
    assert [(fault.whole, fault.found) for fault in faults] == [
        ("natal", "samen 400000 ppm"),
        ("prenatal", "samen 1000001 ppm"),
    ]
    assert faults[0].expected == "samen 1000000 ppm (100 %)"


def test_tariffs_that_fill_the_contract_are_no_fault():
    tariffs = [DatedTariff("natal", SECOND_HALF), DatedTariff("natal", FIRST_HALF)]
    assert tariff_faults(YEAR, tariffs) == []
    assert tariff_faults(YEAR, [DatedTariff("natal", Period(date(2020, 1, 1)))]) == []


def test_a_hole_is_shown_by_its_days():
    (fault,) = tariff_faults(YEAR, [DatedTariff("natal", FIRST_HALF)])
    assert (fault.product, fault.kind, fault.period) == ("natal", "hole", SECOND_HALF)
    assert fault.found == "geen tarief voor natal van 01-07-2025 tot 01-01-2026"
    assert fault.expected == "één tarief op elke dag van het contract"


def test_an_open_contract_needs_an_open_tariff():
    (fault,) = tariff_faults(Period(YEAR.start), [DatedTariff("natal", YEAR)])
    assert fault.period == Period(YEAR.until, FAR_DATE)
    assert fault.found == "geen tarief voor natal vanaf 01-01-2026"


def test_an_overlap_is_shown_by_its_days_and_each_product_stands_alone():
    tariffs = [
        DatedTariff("prenatal", YEAR),
        DatedTariff("natal", YEAR),
        DatedTariff("natal", SECOND_HALF),
    ]
    (fault,) = tariff_faults(YEAR, tariffs)
    assert (fault.product, fault.kind, fault.period) == ("natal", "overlap", SECOND_HALF)
    assert fault.found == "twee tarieven voor natal van 01-07-2025 tot 01-01-2026"
