"""What is paid: worked by hand, and what holds whatever the amounts are."""

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.settlement.payments.rules.netting import (
    ADVANCE,
    LENDER,
    PAYABLE,
    SUPPLIER,
    Owed,
    Part,
    net,
    released,
    remaining,
    repayment,
    still_covered,
)

CENTS = st.integers(-1_000_000, 1_000_000)
OWED = st.builds(
    Owed,
    st.dictionaries(st.sampled_from([PAYABLE, SUPPLIER, LENDER]), CENTS, max_size=3),
    st.integers(0, 1_000_000),
    st.dictionaries(st.integers(1, 5), st.integers(0, 500_000), max_size=3),
)


def paid(due: dict[str, int], advanced: int = 0, new: dict[int, int] | None = None):
    outcome = net(Owed(due, advanced, new))
    return outcome.cents, outcome.carried_cents, [(p.kind, p.cents) for p in outcome.parts]


def test_what_is_due_is_paid() -> None:
    assert paid({PAYABLE: 500}) == (500, 0, [(PAYABLE, 500)])


def test_an_advance_is_offset_first_and_never_more_than_is_due() -> None:
    assert paid({PAYABLE: 500}, 200) == (300, 0, [(PAYABLE, 500), (ADVANCE, -200)])
    assert paid({PAYABLE: 500}, 900) == (0, 0, [(PAYABLE, 500), (ADVANCE, -500)])
    assert paid({PAYABLE: -1}, 900) == (0, 1, [])


def test_a_new_advance_is_paid_beside_the_offset_of_an_old_one() -> None:
    assert paid({PAYABLE: 500}, 200, {7: 1_000}) == (
        1_300,
        0,
        [(PAYABLE, 500), (ADVANCE, -200), (ADVANCE, 1_000)],
    )
    assert paid({}, 200, {7: 1_000}) == (1_000, 0, [(ADVANCE, 1_000)])


def test_a_debt_is_taken_from_an_advance_unless_it_eats_it_whole() -> None:
    assert paid({PAYABLE: -400}, 0, {7: 1_000}) == (600, 0, [(PAYABLE, -400), (ADVANCE, 1_000)])
    assert paid({PAYABLE: -1_000}, 0, {7: 1_000}) == (0, 1_000, [])


def test_a_loan_that_is_paid_back_is_no_income_of_the_lender() -> None:
    assert paid({LENDER: 800}, 500) == (800, 0, [(LENDER, 800)])


@given(OWED)
def test_parts_add_up_to_what_is_paid_and_nobody_pays_in(owed: Owed) -> None:
    outcome = net(owed)
    assert outcome.cents == sum(part.cents for part in outcome.parts) >= 0
    assert outcome.carried_cents >= 0 and (not outcome.carried_cents or not outcome.parts)


@given(OWED)
def test_all_that_stands_open_is_settled_at_once_or_nothing_is(owed: Owed) -> None:
    outcome = net(owed)
    settled = {part.kind: part.cents for part in outcome.parts if part.kind != ADVANCE}
    assert not outcome.parts or settled == {k: c for k, c in owed.due.items() if c}
    offset = -sum(p.cents for p in outcome.parts if p.kind == ADVANCE and p.advance_id is None)
    assert 0 <= offset <= owed.advanced_cents
    assert still_covered(outcome.parts, owed)


@given(OWED, st.integers(1, 1_000))
def test_what_became_less_is_not_covered_any_more(owed: Owed, less: int) -> None:
    outcome = net(owed)
    if outcome.parts:
        due = dict(owed.due)
        due[PAYABLE] = due.get(PAYABLE, 0) - less
        assert not still_covered(outcome.parts, Owed(due, owed.advanced_cents, owed.new_advances))


def test_an_advance_that_went_with_another_run_is_not_covered() -> None:
    assert still_covered([Part(ADVANCE, 5, 7)], Owed({}, 0, {7: 5}))
    assert not still_covered([Part(ADVANCE, 5, 7)], Owed({}, 5, {}))
    assert not still_covered([Part(PAYABLE, 5), Part(ADVANCE, -5)], Owed({PAYABLE: 5}, 4))


def test_a_rule_of_payment_lets_through_what_it_names_and_never_what_was_refused() -> None:
    why = [("awaiting_payment", 10), ("awaiting_answer", 20), ("not_claimed", 40), ("refused", 80)]
    assert released(1, why, "paid") == (1, 150)
    assert released(1, why, "granted") == (11, 140)
    assert released(1, why, "divided") == (71, 80)


def test_the_oldest_advance_is_earned_first() -> None:
    assert remaining([(1, 100), (2, 100), (3, 100)], 150) == {3: 100, 2: 50, 1: 0}
    assert remaining([(1, 100)], -5) == {1: 0}


def test_a_lender_gets_back_what_partners_earned_of_its_advances() -> None:
    assert repayment(1_000, 0, 1_000, 1_000) == 0
    assert repayment(1_000, 0, 1_000, 400) == 600
    assert repayment(1_000, 600, 1_000, 400) == 0
    assert repayment(1_000, 600, 1_000, 0) == 400
    assert repayment(300, 0, 1_000, 400) == 300, "never more than it lent"


@given(st.lists(st.integers(0, 500), min_size=1, max_size=6), st.integers(0, 2_000))
def test_repayments_in_steps_are_the_same_as_at_once(left: list[int], lent: int) -> None:
    used, repaid = 500, 0
    for outstanding in sorted(left, reverse=True):
        repaid += repayment(lent, repaid, used, outstanding)
    assert repaid == repayment(lent, 0, used, min(left))
