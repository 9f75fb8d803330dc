"""The borders of what is claimed and why it stands still: one day, one cent, one state further."""

import random
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from ooievaar.claims.rules.deadlines import nearness
from ooievaar.claims.rules.difference import Claimed, Owed
from ooievaar.claims.rules.problems import Cause, Causes, Problem, Stuck, is_possible, problems
from ooievaar.claims.rules.states import NEXT, UNDER_WAY, WAITS_FOR, may_follow
from ooievaar.claims.tests.world import Books, owed

TODAY = date(2026, 3, 2)
FAR = date(2027, 1, 31)


@pytest.fixture
def books() -> Books:
    return Books()


def withdrawn(books: Books, line: Claimed) -> None:
    books.answer(line, "withdrawn")


# a line's way

WAYS = (
    "prepared approved sent granted paid credited",
    "prepared approved sent granted_in_part paid written_off credited",
    "prepared approved sent granted_in_part written_off",
    "prepared approved sent granted_in_part credited",
    "prepared approved sent granted credited",
    "prepared approved sent refused_by_insurer written_off",
    "prepared approved sent refused_by_insurer expired",
    "prepared approved sent refused_by_portal prepared withdrawn",
    "prepared approved withdrawn",
    "prepared approved refused_by_portal withdrawn",
    "prepared refused_by_portal written_off",
    "prepared refused_by_portal expired",
    "written_off",
    "expired",
    "withdrawn",
)


def test_a_line_goes_these_ways_and_no_other() -> None:
    steps = {step for way in (f" {way}".split(" ") for way in WAYS) for step in pairwise(way)}
    allowed = {(one, other) for one in NEXT for other in NEXT if may_follow(one, other)}
    assert allowed == steps
    assert {"prepared", "approved", "sent"} == UNDER_WAY


@pytest.mark.parametrize(
    ("state", "awaited"),
    [
        ("prepared", "awaiting_approval"),
        ("approved", "awaiting_sending"),
        ("sent", "awaiting_answer"),
    ],
)
def test_what_is_under_way_waits_and_says_for_what(books: Books, state: str, awaited: str) -> None:
    [line] = books.claim(owed())
    books.answer(line, state)
    assert books.told(owed(cents=9_000)) == [("wait", 10_000, awaited)]
    assert set(WAITS_FOR) == UNDER_WAY


def test_the_nearest_term_is_told_in_whatever_order_they_are_given() -> None:
    day = date(2026, 6, 1)
    assert nearness(day, day - timedelta(days=5), (60, 7, 30)) == 7


# one cent


def test_one_cent_is_claimed_and_one_cent_is_taken_back(books: Books) -> None:
    assert books.told(owed(cents=1)) == [("new", 1, "first")]
    [line] = books.claim(owed(cents=100))
    books.answer(line, "granted_in_part", 1)
    assert books.told() == [("credit", 1, "no_longer_owed")]


def test_one_cent_short_is_short(books: Books) -> None:
    [line] = books.claim(owed(cents=100))
    books.answer(line, "granted_in_part", 99)
    assert books.told(owed(cents=100)) == [("hold", 1, "granted_in_part")]


def test_what_was_granted_whole_stays_though_somebody_released_it(books: Books) -> None:
    [line] = books.claim(owed())
    books.grant(line)
    books.release(line)
    assert books.told(owed()) == []


def test_what_was_written_off_for_the_rest_stays_though_somebody_released_it(
    books: Books,
) -> None:
    [line] = books.claim(owed())
    books.answer(line, "written_off", 6_000)
    books.release(line)
    assert books.told(owed()) == []


def test_a_product_by_the_piece_has_no_minutes() -> None:
    assert owed().minutes == 0


# order


def test_products_come_in_the_order_of_their_keys(books: Books) -> None:
    keys = [f"{number}:{phase}" for number in range(10, 40) for phase in (1, 2, 3)]
    mixed = random.Random(1).sample(keys, len(keys))
    assert [step.key for step in books.steps(*(owed(key=key) for key in mixed))] == keys


def test_in_whatever_order_lines_are_read_the_newest_is_the_last(books: Books) -> None:
    [first] = books.claim(owed(cents=10_000))
    books.answer(first, "refused_by_insurer", 0)
    [second] = books.claim(owed(cents=9_000))
    books.answer(second, "refused_by_portal")
    books.lines.reverse()
    assert books.told(owed(cents=9_000)) == [("resend", 9_000, "refused_by_portal")]


def test_the_newest_of_two_that_stand_is_kept(books: Books) -> None:
    twice = [owed(key="7:1"), owed(key="7:2")]
    lines = books.claim(*twice)
    books.grant(*lines)
    for line in lines:
        books._set(line, key="7:1")
    [step] = books.steps(owed(key="7:1"))
    assert (step.action, step.reason, step.line) == ("credit", "doubled", books.now(lines[0]))


# credits


@pytest.mark.parametrize("state", ["refused_by_insurer", "written_off", "expired"])
def test_a_credit_that_came_to_nothing_holds_its_product(books: Books, state: str) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.grant(line)
    [credit] = books.claim()
    books.answer(credit, state)
    assert books.told() == [("hold", 10_000, "credit_refused")]
    books.release(credit)
    assert books.told() == [("credit", 10_000, "no_longer_owed")]


def test_a_credit_that_was_withdrawn_never_was(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    [refused] = books.claim()
    books.answer(refused, "refused_by_insurer", 0)
    books.release(refused)
    [again] = books.claim()
    books.release(books.now(again))
    withdrawn(books, again)
    assert books.told() == [("credit", 10_000, "no_longer_owed")]
    books._set(refused, released=False)
    assert books.told() == [("hold", 10_000, "credit_refused")], "the one before it counts again"


def test_of_two_credits_the_newest_counts(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    [first] = books.claim()
    books.answer(first, "refused_by_insurer", 0)
    books.release(first)
    [second] = books.claim()
    books.answer(second, "refused_by_portal")
    assert books.told() == [("resend", 10_000, "refused_by_portal")]


def test_the_credit_of_another_debit_holds_nothing(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    [credit, debit] = books.claim(owed(cents=9_000))
    books.grant(credit, debit)
    [back] = books.claim()
    books.answer(back, "refused_by_insurer", 0)
    books._set(back, credits_id=credit.credits_id)
    assert books.told() == [("credit", 9_000, "no_longer_owed")]


# again


def test_what_was_taken_back_and_is_owed_again_is_claimed_again(books: Books) -> None:
    books.grant(*books.claim(owed()))
    books.grant(*books.claim())
    assert books.told(owed()) == [("new", 10_000, "owed_again")]


def test_after_a_line_was_taken_back_its_credit_is_not_the_last_word(books: Books) -> None:
    [line] = books.claim(owed())
    books.grant(line)
    books.grant(*books.claim())
    [step] = books.steps(owed(cents=8_000))
    assert step.line == books.now(line)


def test_what_was_withdrawn_before_it_went_is_claimed_as_if_it_never_was(books: Books) -> None:
    [line] = books.claim(owed())
    withdrawn(books, line)
    [step] = books.steps(owed())
    assert (step.action, step.reason, step.line) == ("new", "first", None)


@pytest.mark.parametrize("state", ["written_off", "expired"])
def test_what_was_given_up_is_claimed_again_when_a_person_says_so(books: Books, state: str) -> None:
    [line] = books.claim(owed())
    books.answer(line, state)
    books.release(line)
    assert books.told(owed()) == [("new", 10_000, "released")]


def test_what_is_too_late_goes_on_the_word_about_the_newest_line_only(books: Books) -> None:
    [first] = books.claim(owed(cents=9_000))
    books.answer(first, "refused_by_insurer", 0)
    [second] = books.claim(owed(cents=10_000))
    books.answer(second, "refused_by_insurer", 0)
    late = owed(cents=10_000, deadline=date(2026, 2, 28))
    books.release(first)
    assert books.told(late) == [("expired", 10_000, "deadline_passed")]
    books.release(second)
    assert books.told(late) == [("new", 10_000, "released")]


# problems


def cause(key: str, **known: Any) -> Cause:
    return Cause(**(dict(key=key, per="code", fixes=("release", "wait")) | known))


CAUSES = Causes(
    known=(
        cause("woman", per="woman", codes=frozenset({"01"}), fixes=("credit", "wait")),
        cause("batch", per="batch", codes=frozenset({"02"})),
        cause("technical", per="insurer", codes=frozenset({"03"}), is_technical=True),
        cause("product", per="product", codes=frozenset({"04"})),
        cause("expired", fixes=("write_off",)),
        cause("no_answer"),
        cause("unpaid"),
        cause("other"),
    ),
    no_answer_days=30,
    unpaid_days=60,
    nearing_days=(30, 60),
)


def stuck(key: str = "7:1", **known: Any) -> Stuck:
    values: dict[str, Any] = dict(
        key=key, insurer_id=1, pregnancy_id=7, product="prenatal", cents=10_000, deadline=FAR,
        state="refused_by_insurer", reason="refused_by_insurer", line_id=3, reference="R3",
        batch_id=5, insurer="Zorg", pregnancy="zw-7",
    )  # fmt: skip
    return Stuck(**values | known)


def found(*lines: Stuck, causes: Causes = CAUSES) -> list[Problem]:
    return problems(lines, causes, TODAY)


def test_each_cause_takes_together_by_what_it_is_about() -> None:
    lines = [
        stuck("7:1", codes=("01",)),
        stuck("7:2", codes=("02",), batch_id=5),
        stuck("7:3", codes=("02",), batch_id=None),
        stuck("8:1", codes=("03",)),
        stuck("8:2", codes=("04",)),
        stuck("8:3", codes=("77", "88")),
        stuck("9:1", codes=(), reason="said"),
        stuck("9:2", codes=(), reason="", state="refused_by_portal"),
    ]
    assert {one.key for one in found(*lines)} == {
        *("woman-1-7", "batch-1-5", "batch-1-0", "technical-1-0", "product-1-prenatal"),
        *("other-1-77-88", "other-1-said", "other-1-refused_by_portal"),
    }
    technical = {one.cause for one in found(*lines) if one.is_technical}
    assert technical == {"technical"}


def test_a_problem_says_whose_it_is_and_what_presses() -> None:
    first = stuck("7:1", codes=("04", "09"), deadline=date(2026, 5, 1), pregnancy="zw-7")
    last = stuck("8:1", codes=("04", "05"), deadline=date(2026, 6, 1), pregnancy="zw-8")
    other = stuck("9:1", codes=("04", "06"), deadline=date(2026, 7, 1), insurer="Ander")
    [both] = found(other, last, first)
    assert both.deadline == date(2026, 5, 1)
    assert (both.insurer, both.pregnancy, both.fix) == ("Zorg", "", "release")
    assert both.codes == ("04", "05", "06", "09")
    assert both.lines == (first, last, other)
    assert both.insurer_id == 1
    [alone] = found(last)
    assert (alone.insurer, alone.pregnancy) == ("Zorg", "zw-8")
    assert not alone.is_technical


def test_lines_of_one_day_stand_by_key_and_then_by_reference() -> None:
    lines = [stuck("7:2", reference="R1"), stuck("7:1", reference="R9"), stuck("7:1")]
    [problem] = found(*lines)
    assert [(line.key, line.reference) for line in problem.lines] == [
        *[("7:1", "R3"), ("7:1", "R9"), ("7:2", "R1")]
    ]


def test_a_fix_is_proposed_when_it_mends_one_of_the_lines() -> None:
    whole = stuck("7:1", codes=("01",))
    part = stuck("7:2", codes=("01",), state="paid", reason="granted_in_part")
    assert found(whole)[0].fixes == ("wait",)
    assert found(whole, part)[0].fixes == ("credit", "wait")


def test_what_is_too_late_is_a_problem_whatever_else_it_is() -> None:
    late = stuck(state="", reason="no_bsn", codes=("01",), is_expired=True)
    assert [(one.cause, one.fixes) for one in found(late)] == [("expired", ("write_off",))]
    assert is_possible("write_off", stuck(state="", reason="", is_expired=True))
    assert is_possible("release", stuck(state="refused_by_portal", reason=""))
    assert is_possible("write_off", stuck(state="refused_by_portal", reason=""))


@pytest.mark.parametrize(
    ("state", "days", "cause"),
    [
        ("sent", 30, None),
        ("sent", 31, "no_answer"),
        ("granted", 60, None),
        ("granted", 61, "unpaid"),
    ],
)
def test_waiting_is_a_problem_a_day_after_the_usual_term(
    state: str, days: int, cause: str | None
) -> None:
    waiting = stuck(state=state, reason="", since=TODAY - timedelta(days=days))
    assert [one.cause for one in found(waiting)] == ([cause] if cause else [])


@pytest.mark.parametrize("state", ["sent", "granted"])
def test_of_which_nobody_knows_since_when_nothing_is_late(state: str) -> None:
    at_once = Causes(CAUSES.known, 0, 0, ())
    assert found(stuck(state=state, since=None), causes=at_once) == []
    hasty = Causes(CAUSES.known, -1, -1, ())
    assert len(found(stuck(state=state, since=None), causes=hasty)) == 1


def test_what_presses_comes_first_then_the_most_money_then_the_name() -> None:
    def line(number: int, cents: int, deadline: date) -> Stuck:
        return stuck(f"{number}:1", pregnancy_id=number, cents=cents, deadline=deadline,
                     codes=("01",))  # fmt: skip

    near, beyond = TODAY + timedelta(days=60), TODAY + timedelta(days=61)
    lines = [
        line(1, 900, beyond),
        line(2, 100, near),
        line(3, 950, beyond + timedelta(days=1)),
        line(4, 200, near),
        line(5, 300, near - timedelta(days=1)),
        line(6, 900, beyond),
    ]
    assert [one.lines[0].pregnancy_id for one in found(*lines)] == [5, 4, 2, 3, 1, 6]


def test_without_terms_only_what_is_due_today_presses() -> None:
    patient = Causes(CAUSES.known, 30, 60, ())
    today = stuck("1:1", pregnancy_id=1, cents=1, deadline=TODAY, codes=("01",))
    tomorrow = stuck("2:1", pregnancy_id=2, cents=900, deadline=TODAY + timedelta(days=1),
                     codes=("01",))  # fmt: skip
    told = [one.lines[0].pregnancy_id for one in found(tomorrow, today, causes=patient)]
    assert told == [1, 2]
    yesterday = stuck("3:1", pregnancy_id=3, cents=1, deadline=TODAY - timedelta(days=1),
                      codes=("01",))  # fmt: skip
    told = [one.lines[0].pregnancy_id for one in found(tomorrow, today, yesterday, causes=patient)]
    assert told == [3, 1, 2]
    later = stuck("4:1", pregnancy_id=4, cents=950, deadline=FAR, codes=("01",))
    told = [one.lines[0].pregnancy_id for one in found(tomorrow, today, later, causes=patient)]
    assert told == [1, 4, 2]


def test_a_line_that_says_little_is_of_nobody_and_asks_nothing_technical() -> None:
    plain = Stuck("7:1", 1, 7, "prenatal", 1, FAR)
    assert (plain.woman_id, plain.is_expired) == (0, False)
    assert not cause("x").is_technical
    assert not Problem("x", "x", 1, (), (), ()).is_technical
    assert isinstance(owed(), Owed)
