"""Half-open periods: neighbours touch without overlap, and holes are found."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.period import (
    FAR_DATE,
    Period,
    first_hole,
    first_overlap,
    month_of,
    month_period,
)

DAY = date(2025, 1, 1)


def days(start: int, until: int) -> Period:
    return Period(DAY + timedelta(days=start), DAY + timedelta(days=until))


PERIODS = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: days(p[0], p[0] + p[1]))


def days_in(period: Period) -> set[date]:
    return {DAY + timedelta(days=n) for n in range(100) if DAY + timedelta(days=n) in period}


def test_the_first_day_belongs_to_a_period_and_the_last_does_not():
    period = days(0, 3)
    assert DAY in period
    assert DAY + timedelta(days=2) in period
    assert DAY + timedelta(days=3) not in period
    assert DAY - timedelta(days=1) not in period


def test_an_open_period_holds_every_later_day():
    assert date(2999, 1, 1) in Period(DAY)
    assert Period(DAY).until == FAR_DATE


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_ends_after_it_starts(length):
    with pytest.raises(ValueError, match="must end after"):
        days(0, length)


def test_neighbours_do_not_overlap():
    assert not days(0, 5).overlaps(days(5, 9))
    assert days(0, 6).overlaps(days(5, 9))


@given(PERIODS, PERIODS)
def test_overlap_is_sharing_a_day(one, other):
    assert one.overlaps(other) == bool(days_in(one) & days_in(other))
    assert one.overlaps(other) == other.overlaps(one)


@given(PERIODS, st.lists(PERIODS, max_size=6))
def test_what_is_left_has_exactly_the_days_that_were_not_taken_out(whole, others):
    left = whole.minus(others)
    taken = set().union(*(days_in(other) for other in others)) if others else set()
    assert [day for part in left for day in sorted(days_in(part))] == sorted(days_in(whole) - taken)
    assert first_hole(whole, others) == (left[0] if left else None)


@given(st.lists(PERIODS, max_size=6))
def test_an_overlap_is_found_when_there_is_one(periods):
    pairs = [(a, b) for i, a in enumerate(periods) for b in periods[i + 1 :] if a.overlaps(b)]
    assert (first_overlap(periods) is not None) == bool(pairs)


def test_a_hole_and_an_overlap_are_named():
    assert first_hole(days(0, 9), [days(0, 3), days(4, 9)]) == days(3, 4)
    assert first_hole(days(0, 9), [days(4, 9), days(0, 4)]) is None
    assert first_overlap([days(4, 9), days(0, 5)]) == (days(0, 5), days(4, 9))
    assert first_overlap([days(5, 9), days(0, 5)]) is None


def test_a_month_is_its_days():
    assert month_of(date(2026, 10, 31)) == "2026-10"
    assert month_period("2026-10") == Period(date(2026, 10, 1), date(2026, 11, 1))
    assert month_period("2026-12") == Period(date(2026, 12, 1), date(2027, 1, 1))
    assert month_period("2024-02") == Period(date(2024, 2, 1), date(2024, 3, 1))


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_is_in_its_own_month(day):
    assert day in month_period(month_of(day))


@pytest.mark.parametrize("month", ["2026-13", "2026", "oktober", ""])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(ValueError, match=r"isoformat|month"):
        month_period(month)
