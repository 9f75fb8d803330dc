"""How a question stands, who leads at a moment, and which moment a typed time means."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ooievaar.record.handover.rules import course
from ooievaar.record.handover.rules.duty import Birth, duty_at, phase_at, spans
from ooievaar.record.handover.rules.moments import moment_of

HERE = ZoneInfo("Europe/Amsterdam")
DAY = date(2026, 10, 25)
MIDNIGHT = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
"""Of 2 October in Amsterdam."""


@dataclass(frozen=True)
class Lead:
    name: str
    starts_at: datetime
    phase: int = 0


def acts(kind: str, *states: str, has_access: bool = True) -> set[tuple[str, str]]:
    found = course.acts_on(kind, course.state_of(states), has_access=has_access)
    return {(act.state, act.side) for act in found}


@pytest.mark.parametrize(
    ("kind", "states", "can"),
    [
        ("advice", (), {"answered", "declined", "withdrawn"}),
        ("advice", ("answered",), set()),
        ("consult", ("answered",), {"ended"}),
        ("consult", ("answered", "ended"), set()),
        ("transfer", (), {"accepted", "taken_over", "declined", "withdrawn"}),
        ("transfer", ("accepted",), {"taken_over", "declined", "withdrawn"}),
        ("transfer", ("taken_over",), set()),
        ("transfer", ("lapsed",), set()),
        ("transfer", ("accepted", "withdrawn"), set()),
    ],
)
def test_what_can_be_done_next(kind: str, states: tuple[str, ...], can: set[str]) -> None:
    assert {state for state, _side in acts(kind, *states)} == can


def test_who_asked_takes_back_and_who_was_asked_answers() -> None:
    assert {state for state, side in acts("transfer") if side == "asking"} == {"withdrawn"}
    assert acts("consult", "answered", has_access=False) == set()


def test_what_ends_the_access_that_a_question_gave() -> None:
    assert course.ends_access("advice", "answered", is_done=False)
    assert not course.ends_access("consult", "answered", is_done=False)
    assert course.ends_access("consult", "answered", is_done=True)
    assert course.ends_access("transfer", "lapsed", is_done=False)
    assert not course.ends_access("transfer", "taken_over", is_done=True)


def test_the_last_written_of_those_that_began_leads() -> None:
    linde = Lead("linde", MIDNIGHT - timedelta(days=90))
    zee = Lead("zee", MIDNIGHT)
    rows = [linde, zee]
    assert duty_at(rows, MIDNIGHT - timedelta(microseconds=1), 1) == linde
    assert duty_at(rows, MIDNIGHT, 1) == zee
    assert duty_at(rows, linde.starts_at - timedelta(seconds=1), 1) is None
    # Of the same moment what was written last.
    back = Lead("linde again", MIDNIGHT)
    assert duty_at([*rows, back], MIDNIGHT, 1) == back


def test_who_leads_one_phase_leads_no_other() -> None:
    linde, birth = Lead("linde", MIDNIGHT), Lead("zee", MIDNIGHT + timedelta(days=1), phase=2)
    later = MIDNIGHT + timedelta(days=2)
    leads = [duty_at([linde, birth], later, phase) for phase in (1, 2, 3)]
    assert leads == [linde, birth, linde]


def test_spans_have_no_gap_and_no_overlap() -> None:
    first, second, back = (Lead(str(n), MIDNIGHT + timedelta(days=n)) for n in range(3))
    birth = Lead("birth", MIDNIGHT + timedelta(hours=1), phase=2)
    found = spans([first, birth, second, back])
    assert found == [
        (back, None),
        (second, back.starts_at),
        (birth, second.starts_at),
        (first, second.starts_at),
    ]


@pytest.mark.parametrize(
    ("day", "minute", "phase"),
    [
        (24, 1439, 1),
        (25, 129, 1),
        (25, 130, 2),
        (25, 624, 2),
        (25, 625, 3),
    ],
)
def test_the_phase_of_a_minute(day: int, minute: int, phase: int) -> None:
    birth = Birth(DAY, 130, DAY, DAY, 505)
    assert phase_at(date(2026, 10, day), minute, birth) == phase


def test_where_no_minute_is_known_the_day_decides() -> None:
    assert phase_at(DAY, 0, Birth(birth_on=DAY)) == 2
    assert phase_at(DAY, 1439, Birth(labour_on=DAY, birth_on=DAY)) == 2
    assert phase_at(DAY + timedelta(days=1), 0, Birth(birth_on=DAY)) == 3
    assert phase_at(DAY, 0, Birth(labour_on=DAY)) == 2
    assert phase_at(DAY, 0, Birth()) == 1
    # A labour after the birth was written down wrong: the birth says when.
    assert phase_at(DAY, 0, Birth(labour_on=DAY + timedelta(days=3), birth_on=DAY)) == 2


def test_a_birth_on_29_february_ends_with_its_day() -> None:
    leap = date(2028, 2, 29)
    assert phase_at(leap, 1439, Birth(birth_on=leap)) == 2
    assert phase_at(date(2028, 3, 1), 0, Birth(birth_on=leap)) == 3


def test_an_hour_that_comes_twice_is_the_first_unless_that_was_before_the_question() -> None:
    typed = datetime(2026, 10, 25, 2, 30)
    first, second = (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert moment_of(typed, HERE, first - timedelta(hours=1)) == first
    assert moment_of(typed, HERE, first) == first
    assert moment_of(typed, HERE, first + timedelta(minutes=10)) == second
    assert moment_of(typed, HERE, second + timedelta(minutes=10)) == second


def test_an_hour_that_was_skipped_is_no_moment() -> None:
    assert moment_of(datetime(2026, 3, 29, 2, 30), HERE, MIDNIGHT) is None
    assert moment_of(datetime(2026, 3, 29, 3, 0), HERE, MIDNIGHT) == datetime(
        2026, 3, 29, 1, 0, tzinfo=UTC
    )
