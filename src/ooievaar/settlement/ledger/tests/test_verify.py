"""Somebody with the key to the database bends the books; reading them again shows where."""

import pytest
from django.db import connection

from ooievaar.record.access_log.chain import GENESIS
from ooievaar.settlement.ledger.commands import close_period
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.tests.books import Books, unguarded
from ooievaar.settlement.ledger.verify import verify_chain


@pytest.fixture
def five(books: Books) -> Books:
    """Five transactions, the last of which came after the first month was closed."""
    for month in range(1, 6):
        books.product(books.woman(), 10_000 * month)
        books.now, books.today = (
            books.now.replace(year=2027),
            books.today.replace(year=2027),
        )
        books.close(f"2026-{month:02d}")
        books.posted()
        if month == 4:
            assert close_period(books.network, "2026-04", books.now)
    return books


def bent(books: Books, *statements: str) -> list[str]:
    assert verify_chain(books.network).holds
    with unguarded(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return [str(one) for one in verify_chain(books.network).found]


def pk(number: int) -> int:
    return Transaction.objects.values_list("pk", flat=True).get(number=number)


def test_the_books_as_they_were_written_hold(five: Books) -> None:
    verdict = verify_chain(five.network)
    assert (verdict.count, verdict.last_number) == (5, 5)
    assert verdict.last_hash == Transaction.objects.get(number=5).hash != GENESIS


@pytest.mark.parametrize(
    "change",
    ["day = '2026-03-30'", "reason = 'x'", "text = 'x'", "cause_id = 999", "names_period = '2026'"],
)
def test_a_changed_transaction_shows(five: Books, change: str) -> None:
    found = bent(five, f"UPDATE ledger_transaction SET {change} WHERE number = 3")
    assert found == ["boeking 3 is gewijzigd nadat zij was geschreven"]


def test_a_changed_amount_shows(five: Books) -> None:
    found = bent(
        five,
        f"UPDATE ledger_posting SET cents = cents + 1 WHERE transaction_id = {pk(2)} AND cents > 0",
    )
    assert found == [
        "boeking 2 is gewijzigd nadat zij was geschreven",
        "boeking 2 is niet in evenwicht",
    ]


def test_cents_moved_between_two_partners_show(five: Books) -> None:
    shift = (
        "UPDATE ledger_posting SET cents = cents + {} WHERE transaction_id = "
        f"{pk(2)} AND account_id = "
        "(SELECT id FROM ledger_account WHERE key = 'partner_payable:{}')"
    )
    first, second = (one.pk for one in five.partners[:2])
    found = bent(five, shift.format(100, first), shift.format(-100, second))
    assert found == ["boeking 2 is gewijzigd nadat zij was geschreven"]


def test_an_account_that_became_another_one_shows(five: Books) -> None:
    found = bent(five, "UPDATE ledger_account SET key = 'lender:1' WHERE key = 'reserve'")
    assert len(found) == 5


def test_a_removed_transaction_shows(five: Books) -> None:
    number = pk(3)
    found = bent(
        five,
        f"DELETE FROM ledger_posting WHERE transaction_id = {number}",
        f"DELETE FROM ledger_transaction WHERE id = {number}",
    )
    assert found[0] == "de boekingen 3 tot en met 3 ontbreken"
    assert "boeking 4 sluit niet aan" in found[1]


def test_a_tail_that_was_there_at_a_closing_and_is_gone_shows(five: Books) -> None:
    found = bent(
        five,
        f"DELETE FROM ledger_posting WHERE transaction_id >= {pk(4)}",
        "DELETE FROM ledger_transaction WHERE number >= 4",
    )
    assert len(found) == 1 and "2026-04" in found[0] and "boeking 4" in found[0]


def test_an_empty_ledger_holds(books: Books) -> None:
    assert verify_chain(books.network).holds
    assert close_period(books.network, "2026-01", books.now)
    assert verify_chain(books.network).holds
