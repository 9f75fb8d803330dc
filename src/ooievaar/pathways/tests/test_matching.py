"""Which act was which planned item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.pathways.rules.matching import Done, Window, match

CHECKS = [Window(week * 7 - 7, week * 7 + 7) for week in (16, 20, 24, 28)]
WEEKLY = [Window(week * 7, week * 7 + 7) for week in (37, 38, 39)]


@pytest.mark.parametrize(
    ("windows", "weeks", "expected"),
    [
        (CHECKS, [16, 20], {0: 16, 1: 20}),
        # A check in week 27 is that of 28, though that of 24 was missed.
        (CHECKS, [16, 20, 27], {0: 16, 1: 20, 3: 27}),
        # An extra check between stays extra.
        (CHECKS, [16, 16.5, 20], {0: 16, 1: 20}),
        # Two near one window, the one before missed: both count, in order.
        (CHECKS, [27, 28], {2: 27, 3: 28}),
        (WEEKLY, [37, 37.2, 38], {0: 37, 1: 38}),
        ([Window(70, 91)], [30], {0: 30}),
        ([Window(70, 91)], [7.5], {}),
    ],
)
def test_an_act_fulfils_the_nearest_window(
    windows: list[Window], weeks: list[float], expected: dict[int, float]
) -> None:
    acts = [Done(number, int(week * 7)) for number, week in enumerate(weeks)]
    assert {one.window: weeks[one.act] for one in match(windows, acts)} == expected


def test_what_only_a_form_says_counts_for_two_weeks() -> None:
    window = [Window(70, 91)]
    assert match(window, [Done(1, 104, is_vague=True)])
    assert not match(window, [Done(1, 105, is_vague=True)])
    assert match(window, [Done(1, 105)])


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 30)), unique_by=lambda row: row[0]),
    st.lists(st.integers(0, 320)),
)
def test_each_act_is_one_item_at_most_and_in_order(
    spans: list[tuple[int, int]], done: list[int]
) -> None:
    windows = [Window(start, start + length) for start, length in sorted(spans)]
    acts = [Done(number, day) for number, day in enumerate(sorted(done))]
    found = match(windows, acts)
    assert len({one.window for one in found}) == len({one.act for one in found}) == len(found)
    assert [one.act for one in found] == sorted(one.act for one in found)
