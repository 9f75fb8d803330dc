"""Gestation is counted back from the due date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.gestation import (
    TERM_DAYS,
    date_at_gestation,
    format_gestation,
    gestation_days,
)

DUE = date(2026, 3, 1)
DATES = st.dates(min_value=date(2010, 1, 1), max_value=date(2040, 1, 1))


def test_a_woman_is_forty_weeks_on_her_due_date():
    assert gestation_days(DUE, DUE) == TERM_DAYS == 40 * 7
    assert format_gestation(gestation_days(DUE, DUE)) == "40+0"


def test_the_limit_of_sixteen_weeks_falls_24_weeks_before_the_due_date():
    assert date_at_gestation(DUE, 16 * 7) == date(2025, 9, 14)
    assert gestation_days(DUE, date(2025, 9, 13)) == 111


@given(DATES, st.integers(0, 320))
def test_the_day_of_a_gestation_has_that_gestation(due_on, days):
    assert gestation_days(due_on, date_at_gestation(due_on, days)) == days


@pytest.mark.parametrize(("days", "text"), [(0, "0+0"), (6, "0+6"), (111, "15+6"), (228, "32+4")])
def test_gestation_is_written_in_weeks_and_days(days, text):
    assert format_gestation(days) == text
