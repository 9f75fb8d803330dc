"""Lines that stand still, taken together by what probably causes it."""

from datetime import date, timedelta
from typing import Any

import pytest

from ooievaar.claims.causes import cause_book, causes_by
from ooievaar.claims.messages.codes import load_codes
from ooievaar.claims.pages import words
from ooievaar.claims.rules.problems import Problem, Stuck, is_possible, problems

TODAY = date(2026, 3, 2)
FAR = date(2027, 1, 31)


def stuck(key: str = "7:1", **known: Any) -> Stuck:
    values: dict[str, Any] = dict(
        key=key, insurer_id=1, pregnancy_id=7, product="prenatal", cents=10_000, deadline=FAR,
        state="refused_by_insurer", reason="refused_by_insurer", line_id=3, reference="R3",
        batch_id=5,
    )  # fmt: skip
    return Stuck(**values | known)


def found(*lines: Stuck) -> list[Problem]:
    return problems(lines, causes_by(load_codes()), TODAY)


def told(*lines: Stuck) -> list[tuple[str, int, int]]:
    """Return the problems as cause, lines, cents."""
    return [(one.cause, len(one.lines), one.cents) for one in found(*lines)]


def test_all_lines_of_a_woman_who_changed_insurers_are_one_problem() -> None:
    lines = [stuck(f"7:{phase}", codes=("0320",)) for phase in (1, 2, 3)]
    other = stuck("8:1", pregnancy_id=8, codes=("0320",))
    assert told(*lines, other) == [("not_insured", 3, 30_000), ("not_insured", 1, 10_000)]


def test_a_tariff_that_an_insurer_has_otherwise_is_one_problem_for_all_women() -> None:
    lines = [stuck(f"{n}:1", pregnancy_id=n, codes=("0611",)) for n in range(40)]
    other = stuck("90:1", pregnancy_id=90, insurer_id=2, codes=("0611",))
    assert told(*lines, other) == [("tariff", 40, 400_000), ("tariff", 1, 10_000)]


def test_what_hinders_now_counts_before_what_was_answered_then() -> None:
    assert told(stuck(reason="no_bsn", codes=("0611",))) == [("identity", 1, 10_000)]


def test_a_file_that_is_not_answered_becomes_a_problem_after_a_month() -> None:
    lately = stuck(state="sent", reason="awaiting_answer", since=TODAY - timedelta(days=30))
    long_ago = stuck("8:1", state="sent", reason="awaiting_answer", since=date(2026, 1, 20))
    assert told(lately) == []
    assert told(lately, long_ago) == [("no_answer", 1, 10_000)]


def test_what_nobody_named_is_told_by_its_code() -> None:
    one, other = stuck(codes=("9999",)), stuck("8:1", pregnancy_id=8, codes=("7777",))
    assert [problem.cause for problem in found(one, other)] == ["other", "other"]


def test_what_is_nearly_too_late_climbs_over_what_is_more_money() -> None:
    much = stuck("1:1", pregnancy_id=1, cents=900_000, codes=("0320",))
    soon = stuck("2:1", pregnancy_id=2, deadline=TODAY + timedelta(days=59), codes=("0320",))
    sooner = stuck("3:1", pregnancy_id=3, deadline=TODAY + timedelta(days=3), codes=("0320",))
    assert [one.lines[0].key for one in found(much, soon, sooner)] == ["3:1", "2:1", "1:1"]


def test_a_problem_keeps_its_name_while_lines_come_and_go() -> None:
    one, other = stuck(codes=("0320",)), stuck("7:2", codes=("0320",))
    [before], [after] = found(one), found(other)
    assert before.key == after.key == "not_insured-1-7"


@pytest.mark.parametrize(
    ("fix", "line", "can"),
    [
        ("release", stuck(), True),
        ("release", stuck(state="paid", reason="granted_in_part"), False),
        ("release", stuck(state="", line_id=None, is_expired=True), True),
        ("release", stuck(state="", line_id=None, reason="no_bsn"), False),
        ("credit", stuck(), False),
        ("credit", stuck(state="paid", reason="granted_in_part"), True),
        ("write_off", stuck(state="paid", reason="granted_in_part"), True),
        ("write_off", stuck(state="sent"), False),
        ("write_off", stuck(state="", line_id=None, reason="no_bsn"), False),
        ("write_off", stuck(state="", line_id=None, is_expired=True), True),
        ("wait", stuck(state="sent"), True),
    ],
)
def test_a_fix_is_offered_only_where_it_can_mend(fix: str, line: Stuck, can: bool) -> None:
    assert is_possible(fix, line) is can


def test_every_cause_has_a_name_and_every_fix_a_button_with_its_consequence() -> None:
    book = cause_book()
    for cause in book.causes.known:
        assert book.name(cause.key, "nl") and book.probably(cause.key, "en")
        assert set(cause.fixes) <= words.FIXES.keys() & words.FIXES_DO.keys()
    assert not book.is_verified, "nobody of the field checked these yet"


def test_every_return_code_that_asks_something_of_people_leads_to_a_cause() -> None:
    """A new code needs no change here: the list of codes says what mends it."""
    fixes = {code: row.fix for code in load_codes().entries["COD954"]
             if (row := load_codes().return_code(code))}  # fmt: skip
    left = {code for code in fixes if told(stuck(codes=(code,)))[0][0] == "other"}
    assert {fixes[code] for code in left} <= {"none", "wait", "release", "credit", "write_off"}
