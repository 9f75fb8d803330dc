"""Which month may be closed when."""

from datetime import date

import pytest

from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import Period
from ooievaar.settlement.rules.months import closable_month

NOVEMBER = date(2026, 11, 1)
OCTOBER = Period(date(2026, 10, 1), NOVEMBER)


@pytest.mark.parametrize(
    ("newest_closed", "known_until"),
    [
        (None, NOVEMBER),
        ("2026-09", NOVEMBER),
        ("2026-05", date(2026, 12, 24)),
    ],
)
def test_a_month_that_is_over_may_be_closed(newest_closed, known_until):
    assert closable_month("2026-10", newest_closed, known_until) == OCTOBER


@pytest.mark.parametrize(
    ("month", "newest_closed", "known_until", "message"),
    [
        ("2026-13", None, NOVEMBER, "gevonden '2026-13'; verwacht een maand als 2026-10"),
        ("oktober", None, NOVEMBER, "gevonden 'oktober'; verwacht een maand als 2026-10"),
        ("2026-08", "2026-09", NOVEMBER, "verwacht een maand na 2026-09"),
        ("2026-10", None, date(2026, 10, 31), "feiten bekend tot 01-11-2026 of later"),
    ],
)
def test_any_other_month_is_refused_with_a_reason(month, newest_closed, known_until, message):
    refused = closable_month(month, newest_closed, known_until)
    assert isinstance(refused, Fault)
    assert message in str(refused)


@pytest.mark.parametrize("month", ["2026-1", "2026-01-05", "20261", " 2026-01"])
def test_a_month_is_written_one_way_only(month):
    assert isinstance(closable_month(month, None, NOVEMBER), Fault)
