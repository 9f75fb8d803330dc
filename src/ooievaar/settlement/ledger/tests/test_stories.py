"""What happens between a claim and a partner's account, told in postings."""

from datetime import date

import pytest

from ooievaar.claims.models import LineStanding, LineState
from ooievaar.claims.standing import Event, add_events, writing
from ooievaar.claims.tests.region import only_line
from ooievaar.settlement.ledger.commands import Posted, close_period, post_transaction, reverse
from ooievaar.settlement.ledger.models import PeriodClosing, Posting, Transaction
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import balance_of, payable_of, statement_of
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.rules.due import Unbalanced
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.ledger.verify import verify_chain

NOTHING = Posted()


def holds(books: Books) -> None:
    assert [one for one in prove_books(books.network) if one.remainder] == []
    verdict = verify_chain(books.network)
    assert verdict.holds, verdict.found


def test_from_division_to_the_bank(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    books.posted()
    divided = {
        "overhead": -3_000,
        "reserve": -6_000,
        "partner_payable 0": -28_050,
        "partner_payable 1": -7_650,
        "partner_payable 2": -15_300,
    }
    assert books.standing() == {"undivided A": 60_000, **divided}
    (batch,) = books.sent()
    assert books.posted() == NOTHING, "what is sent is not granted"
    books.answered(batch)
    books.posted()
    assert books.standing() == {"insurer_receivable A": 60_000, **divided}
    books.paid(batch)
    books.posted()
    assert books.standing() == {"bank": 60_000, **divided}
    assert books.posted() == NOTHING
    holds(books)


def test_what_is_granted_before_it_is_divided_waits_on_one_account(books: Books) -> None:
    books.product(books.woman(), 60_000)
    (batch,) = books.sent()
    books.answered(batch)
    books.posted()
    assert books.standing() == {"insurer_receivable A": 60_000, "undivided A": -60_000}
    books.close("2026-02")
    books.posted()
    assert "undivided A" not in books.standing()
    holds(books)


def test_a_late_credit_moves_each_account_by_exactly_its_share(books: Books) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    books.posted()
    before = books.standing()
    books.product(woman, 50_001)
    books.close("2026-02")
    books.posted()
    after = books.standing()
    new, old = books.leaves(50_001), books.leaves(60_000)
    for number, partner in enumerate(books.partners):
        name = f"partner_payable {number}"
        moved = old["partner", partner.pk] - new["partner", partner.pk]
        assert after[name] - before[name] == moved
        line = statement_of(books.network, partner)[-1]
        assert (line.cents, line.reason, line.names_period) == (-moved, "corrected", "2026-01")
    (again,) = books.sent()
    books.answered(again)
    books.paid(again)
    books.posted()
    assert books.standing()["bank"] == 50_001
    assert {"undivided A", "insurer_receivable A"}.isdisjoint(books.standing())
    holds(books)


def test_a_product_that_falls_away_brings_every_account_to_zero(books: Books) -> None:
    key = books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    books.posted()
    del books.owed[key]
    books.close("2026-02")
    (credit,) = books.sent()
    books.answered(credit)
    books.paid(credit)
    books.posted()
    assert books.standing() == {}
    reasons = set(Transaction.objects.values_list("reason", flat=True))
    assert {"no_longer_owed", "credit_taken", "paid_back"} <= reasons
    holds(books)


def test_what_is_refused_stands_apart_until_it_is_granted(books: Books) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch, {only_line(batch).reference: (0, "0320")})
    books.posted()
    assert books.standing()["disputed A"] == 60_000
    assert "undivided A" not in books.standing()
    holds(books)
    books.product(woman, 60_000, insurer=1)
    books.close("2026-02")
    (again,) = books.sent()
    books.answered(again)
    books.posted()
    assert books.standing()["insurer_receivable B"] == 60_000
    assert {"disputed A", "undivided A", "undivided B"}.isdisjoint(books.standing())
    holds(books)


def test_what_is_granted_in_part_is_in_dispute_for_the_rest(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch, {only_line(batch).reference: (45_000, "0611")})
    books.posted()
    standing = books.standing()
    assert standing["insurer_receivable A"] == 45_000 and standing["disputed A"] == 15_000
    books.paid(batch)
    books.posted()
    standing = books.standing()
    assert standing["bank"] == 45_000 and standing["disputed A"] == 15_000
    assert LineStanding.objects.get().state == LineState.PAID
    (first, *_) = payable_of(books.network, books.today)
    assert (first.cents, first.held_cents) == (21_038, 7_012)
    assert first.why == (("refused", 7_012),)
    holds(books)


def test_what_is_given_up_waits_for_nothing(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch, by_portal=True)
    books.posted()
    assert books.standing()["undivided A"] == 60_000
    with writing():
        line = only_line(batch)
        add_events([Event(line.pk, LineState.WRITTEN_OFF, "written_off", batch.pk)], books.now)
    books.posted()
    assert books.standing()["disputed A"] == 60_000
    assert "undivided A" not in books.standing()
    assert {one.why[0][0] for one in payable_of(books.network, books.today)} == {"written_off"}
    assert verify_chain(books.network).holds


def test_what_may_be_paid_is_what_the_insurer_paid(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 60_000, insurer=1)
    books.product(books.woman(), 7, insurer=1)
    books.close("2026-01")
    books.posted()

    def payable() -> list[tuple[int, int, tuple[tuple[str, int], ...]]]:
        found = payable_of(books.network, books.today)
        return [(one.cents, one.held_cents, one.why) for one in found]

    assert payable()[0] == (0, 28_050 * 2 + 4, (("not_claimed", 28_050 * 2 + 4),))
    first, second = books.sent()
    assert {why for one in payable() for why, _ in one[2]} == {"awaiting_answer"}
    books.answered(first)
    books.answered(second)
    books.posted()
    assert {why for one in payable() for why, _ in one[2]} == {"awaiting_payment"}
    books.paid(first, 20_000)
    books.posted()
    paid = [one[0] for one in payable()]
    assert paid == [9_350, 2_550, 5_100], "a third of a third each, to the cent"
    books.paid(first)
    books.paid(second)
    books.posted()
    assert all(one[1] == 0 for one in payable())
    assert sum(one[0] for one in payable()) == 2 * 51_000 + 7
    assert payable_of(books.network, date(2025, 12, 31)) == []


def test_a_product_of_nothing_posts_nothing(books: Books) -> None:
    books.product(books.woman(), 0)
    books.close("2026-01")
    assert books.posted() == NOTHING
    assert not Transaction.objects.exists()


def test_one_cent_goes_to_one_of_the_partners(books: Books) -> None:
    books.product(books.woman(), 1)
    books.close("2026-01")
    books.posted()
    assert books.standing() == {"undivided A": 1, "partner_payable 0": -1}


def test_a_closed_month_changes_only_in_an_open_one_that_names_it(books: Books) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.close("2026-01")
    closed = close_period(books.network, "2026-01", books.now)
    assert isinstance(closed, PeriodClosing) and closed.last_number == 1
    books.product(woman, 50_000)
    books.product(books.woman(), 30_000)
    late = books.close("2026-02")
    close_period(books.network, "2026-02", books.now)
    (batch,) = books.sent()
    books.answered(batch)
    books.posted()
    rows = Transaction.objects.order_by("number").values_list("period", "names_period", "reason")
    assert list(rows) == [
        ("2026-01", "", "divided"),
        ("2026-02", "2026-01", "corrected"),
        ("2026-02", "", "divided"),
        ("2026-03", "", "granted"),
        ("2026-03", "", "granted"),
    ]
    assert late.month == "2026-02"
    holds(books)


def test_what_comes_after_its_month_closed_names_it(books: Books) -> None:
    assert close_period(books.network, "2026-01", books.now)
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    books.posted()
    row = Transaction.objects.get()
    assert (row.day, row.period, row.names_period) == (date(2026, 2, 1), "2026-02", "2026-01")


@pytest.mark.parametrize("period", ["2026-03", "2027-01", "maart", "2025-12", "2026-01"])
def test_a_month_closes_once_in_order_and_when_it_is_over(books: Books, period: str) -> None:
    assert close_period(books.network, "2026-01", books.now)
    assert not close_period(books.network, period, books.now)
    assert PeriodClosing.objects.count() == 1


def test_others_write_what_happens_once(books: Books) -> None:
    partner = books.partners[0].pk
    moved = {AccountKey("partner_advance", partner): 10_000, AccountKey("bank"): -10_000}
    written = post_transaction(
        books.network, books.today, ("advance_run", 7), moved, reason="advanced", now=books.now,
        text="november",
    )  # fmt: skip
    assert books.standing() == {"partner_advance 0": 10_000, "bank": -10_000}
    assert books.posted() == NOTHING, "what others wrote is theirs"
    reverse(written, books.now)
    assert books.standing() == {}
    assert Transaction.objects.latest("number").names_period == ""
    holds(books)


def test_what_does_not_add_up_is_refused_before_it_is_written(books: Books) -> None:
    for moved in ({AccountKey("bank"): 1}, {}, {AccountKey("bank"): 0}):
        with pytest.raises(Unbalanced):
            post_transaction(
                books.network, books.today, ("run", 1), moved, reason="x", now=books.now
            )
    with pytest.raises(ValueError, match="follows from its source"):
        post_transaction(
            books.network,
            books.today,
            ("closed_product", 1),
            {AccountKey("bank"): 1, AccountKey("reserve"): -1},
            reason="x",
            now=books.now,
        )
    assert not Posting.objects.exists()


def test_two_networks_have_a_chain_each(books: Books) -> None:
    other = Books(books.folder, name="Een ander")
    for one in (books, other, books):
        one.product(one.woman(), 10_000)
        one.close(f"2026-0{1 + Transaction.objects.filter(network=one.network).count()}")
        one.posted()
    numbers = Transaction.objects.order_by("network", "number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 1]
    holds(books)
    holds(other)
    assert balance_of(other.network, AccountKey("reserve")) == -1_000
