"""The five cases, and what happens beside them, as a controller would tell them."""

from datetime import date
from time import perf_counter

import pytest

from ooievaar.claims.tests.world import TODAY, Books, owed


@pytest.fixture
def books() -> Books:
    return Books()


def test_accepted_and_then_there_is_nothing_to_do(books: Books) -> None:
    assert books.told(owed()) == [("new", 10_000, "first")]
    [line] = books.claim(owed())
    assert books.told(owed()) == [("wait", 10_000, "awaiting_answer")]
    books.grant(line)
    assert books.told(owed()) == []


def test_refused_by_the_insurer_then_corrected_goes_under_a_new_reference(books: Books) -> None:
    [line] = books.claim(owed(insurer=1))
    books.answer(line, "refused_by_insurer", 0)
    assert books.told(owed(insurer=1)) == [("hold", 10_000, "refused_by_insurer")]

    corrected = owed(insurer=2)
    assert books.told(corrected) == [("new", 10_000, "changed")]
    [again] = books.claim(corrected)
    assert again.reference != line.reference
    books.grant(again)
    assert books.told(corrected) == []


def test_refused_for_her_number_goes_again_once_that_is_mended(books: Books) -> None:
    [line] = books.claim(owed())
    books.answer(line, "refused_by_insurer", 0)
    assert books.told(owed(person_hash="met haar BSN")) == [("new", 10_000, "person_changed")]


def test_refused_by_the_portal_keeps_its_reference_with_the_content_of_now(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "refused_by_portal")
    changed = owed(cents=9_000)
    assert books.told(changed) == [("resend", 9_000, "refused_by_portal")]
    [again] = books.claim(changed)
    assert (again.reference, again.cents) == (line.reference, 9_000)


def test_a_refused_line_that_a_person_lets_go_is_claimed_anew(books: Books) -> None:
    [line] = books.claim(owed())
    books.answer(line, "refused_by_insurer", 0)
    books.release(line)
    assert books.told(owed()) == [("new", 10_000, "released")]
    [again] = books.claim(owed())
    books.answer(again, "refused_by_insurer", 0)
    assert books.told(owed()) == [("hold", 10_000, "refused_by_insurer")], "one release, one time"


def test_full_reversal_credits_what_was_granted(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "granted_in_part", 8_000)
    assert books.told() == [("credit", 8_000, "no_longer_owed")]
    [credit] = books.claim()
    assert credit.is_credit and credit.reference != line.reference
    assert books.told() == [("wait", 8_000, "awaiting_answer")]
    books.grant(credit)
    assert books.told() == []
    assert books.balance("7:1") == 0


def test_of_several_lines_only_the_one_that_changed_is_touched(books: Books) -> None:
    due = [owed(key=f"7:{phase}", cents=1_000 * phase) for phase in (1, 2, 3)]
    books.grant(*books.claim(*due))
    due[1] = owed(key="7:2", cents=2_500)
    steps = books.steps(*due)
    assert [(step.action, step.key, step.cents) for step in steps] == [
        ("credit", "7:2", 2_000),
        ("new", "7:2", 2_500),
    ]


def test_a_late_change_after_payment_credits_first_then_claims(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "paid", 10_000)
    changed = owed(cents=7_000)
    assert books.told(changed) == [("credit", 10_000, "changed"), ("new", 7_000, "changed")]
    credit, debit = books.claim(changed)
    assert credit.is_credit and not debit.is_credit
    books.grant(credit, debit)
    assert books.told(changed) == []
    assert books.balance("7:1") == 7_000


def test_granted_in_part_stays_until_the_content_changes_or_a_person_says_so(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "granted_in_part", 6_000)
    assert books.told(owed()) == [("hold", 4_000, "granted_in_part")]
    assert books.told(owed(person_hash="anders")) == [("hold", 4_000, "granted_in_part")]
    books.release(line)
    assert books.told(owed()) == [("credit", 6_000, "released"), ("new", 10_000, "released")]


def test_the_rest_of_a_part_grant_can_be_written_off(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "written_off", 6_000)
    assert books.told(owed()) == []
    assert books.told() == [("credit", 6_000, "no_longer_owed")], "what stands can still go back"


def test_granted_for_nothing_leaves_nothing_to_credit(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "granted_in_part", 0)
    assert books.told() == []
    assert books.told(owed(cents=9_000)) == [("new", 9_000, "changed")]


def test_granted_for_nothing_waits_for_a_change_or_a_persons_word(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.answer(line, "granted_in_part", 0)
    assert books.told(owed()) == [("hold", 10_000, "refused_by_insurer")]
    books.release(line)
    assert books.told(owed()) == [("new", 10_000, "released")]


def test_a_credit_that_the_portal_refused_goes_again_under_its_reference(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    credit, debit = books.claim(owed(cents=9_000))
    for line in (credit, debit):
        books.answer(line, "refused_by_portal")
    assert books.told(owed(cents=9_000)) == [
        ("resend", 10_000, "refused_by_portal"),
        ("resend", 9_000, "refused_by_portal"),
    ]
    again = books.claim(owed(cents=9_000))
    assert [line.reference for line in again] == [credit.reference, debit.reference]
    assert books.told(owed(cents=10_000))[0][0] == "wait"


def test_a_refused_correction_that_is_no_longer_needed_is_left(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    for line in books.claim(owed(cents=9_000)):
        books.answer(line, "refused_by_portal")
    assert books.told(owed(cents=10_000)) == []


def test_a_birth_elsewhere_moves_a_product_to_another_insurer_in_two_files(books: Books) -> None:
    books.grant(*books.claim(owed(insurer=1)))
    steps = books.steps(owed(insurer=2))
    assert [(step.action, step.reason) for step in steps] == [
        ("credit", "other_insurer"),
        ("new", "changed"),
    ]


def test_a_refused_credit_keeps_its_product_where_it_is(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    credit, debit = books.claim(owed(cents=9_000))
    books.answer(credit, "refused_by_insurer", 0)
    books.answer(debit, "refused_by_insurer", 0)
    assert books.told(owed(cents=8_000)) == [("hold", 10_000, "credit_refused")]
    books.release(books.now(credit))
    assert books.told(owed(cents=8_000)) == [
        ("credit", 10_000, "changed"),
        ("new", 8_000, "changed"),
    ]


def test_what_cannot_be_claimed_now_is_not_credited_either(books: Books) -> None:
    books.grant(*books.claim(owed(cents=10_000)))
    assert books.told(owed(cents=9_000, hindrance="no_bsn")) == [("hold", 9_000, "no_bsn")]


def test_too_late_asks_for_a_persons_word(books: Books) -> None:
    late = owed(deadline=date(2026, 2, 28))
    assert late.deadline < TODAY
    assert books.told(late) == [("expired", 10_000, "deadline_passed")]
    assert books.told(owed(deadline=TODAY)) == [("new", 10_000, "first")]


@pytest.mark.parametrize("state", ["refused_by_insurer", "refused_by_portal"])
def test_what_was_refused_and_is_too_late_now_asks_for_a_persons_word(
    books: Books, state: str
) -> None:
    [line] = books.claim(owed())
    books.answer(line, state, 0)
    late = owed(deadline=date(2026, 2, 28))
    assert books.told(late) == [("expired", 10_000, "deadline_passed")]
    assert [step.line for step in books.steps(late)] == [books.now(line)]
    books.release(line)
    assert [action for action, *_ in books.told(late)] in (["new"], ["resend"])


def test_what_is_hindered_until_it_is_too_late_is_too_late(books: Books) -> None:
    late = owed(deadline=date(2026, 2, 28), hindrance="no_bsn")
    assert books.told(late) == [("expired", 10_000, "deadline_passed")]


def test_a_correction_that_came_too_late_does_not_lose_what_was_granted(books: Books) -> None:
    [line] = books.claim(owed(cents=10_000))
    books.grant(line)
    late = owed(cents=9_000, deadline=date(2026, 2, 28))
    assert books.told(late) == [("expired", 9_000, "deadline_passed")]
    books.release(line)
    assert books.told(late) == [("credit", 10_000, "changed"), ("new", 9_000, "released")]


def test_what_a_person_wrote_off_or_let_expire_stays_so_until_it_changes(books: Books) -> None:
    for state in ("written_off", "expired"):
        books = Books()
        [line] = books.claim(owed())
        books.answer(line, state)
        assert books.told(owed()) == []
        assert books.told(owed(cents=5_000)) == [("new", 5_000, "changed")]


def test_nothing_owed_is_nothing_to_claim(books: Books) -> None:
    assert books.told(owed(cents=0)) == []
    books.grant(*books.claim(owed(cents=10_000)))
    assert books.told(owed(cents=0)) == [("credit", 10_000, "no_longer_owed")]


def test_thirty_thousand_products_are_compared_in_about_a_second(books: Books) -> None:
    due = [owed(key=f"{n}:1") for n in range(30_000)]
    started = perf_counter()
    assert len(books.steps(*due)) == 30_000
    assert perf_counter() - started < 5
