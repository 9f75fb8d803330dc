"""Whoever comes to the database and however: what does not balance does not stay."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ooievaar.record.access_log.chain import GENESIS
from ooievaar.settlement.ledger import guards
from ooievaar.settlement.ledger.commands import close_period
from ooievaar.settlement.ledger.models import Account, PeriodClosing, Posting, Transaction
from ooievaar.settlement.ledger.tests.books import Books

Write = Callable[..., None]


@pytest.fixture
def write(books: Books) -> Write:
    """Write a transaction past our own code, with what is not as it should be."""
    kinds = ("bank", "reserve", "overhead")
    accounts = [
        Account.objects.create(network=books.network, key=kind, kind=kind) for kind in kinds
    ]

    def written(postings: tuple[int, ...] = (5, -5), **other: Any) -> None:
        values = {
            "id": 1, "network": books.network, "number": 1, "day": "2026-03-01",
            "period": "2026-03", "names_period": "", "cause_kind": "x", "cause_id": 1,
            "reason": "x", "lines": len(postings), "created_at": books.now,
            "previous_hash": GENESIS, "hash": "a" * 64,
        } | other  # fmt: skip
        with transaction.atomic():
            Posting.objects.bulk_create(
                Posting(transaction_id=values["id"], account=account, cents=cents)
                for account, cents in zip(accounts, postings, strict=False)
            )
            Transaction.objects.bulk_create([Transaction(**values)])

    return written


def refused(message: str, write: Write, *args: Any, **values: Any) -> None:
    before = Transaction.objects.count(), Posting.objects.count()
    with pytest.raises(DatabaseError, match=message):
        write(*args, **values)
    assert (Transaction.objects.count(), Posting.objects.count()) == before


def test_what_balances_is_written(write: Write) -> None:
    write((5, -2, -3))
    write(id=2, number=2, previous_hash="a" * 64, hash="b" * 64)
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize("postings", [(5, -4), (5,), (), (5, 5)])
def test_what_does_not_balance_is_refused(write: Write, postings: tuple[int, ...]) -> None:
    refused(guards.UNBALANCED, write, postings)


@pytest.mark.parametrize("lines", [1, 3])
def test_the_count_of_postings_is_that_of_the_transaction(write: Write, lines: int) -> None:
    refused(guards.UNBALANCED, write, lines=lines)


def test_a_posting_of_nothing_is_refused(write: Write) -> None:
    with pytest.raises(DatabaseError):
        write((5, 0, -5))


@pytest.mark.parametrize(
    "values",
    [
        {"number": 2},
        {"number": 0},
        {"previous_hash": "b" * 64},
        {"number": 2, "previous_hash": "a" * 64},
    ],
)
def test_a_chain_begins_at_one(write: Write, values: dict[str, Any]) -> None:
    refused(guards.LOOSE, write, **values)


@pytest.mark.parametrize("values", [{"number": 3}, {"previous_hash": "c" * 64}])
def test_a_chain_has_no_gap_and_no_other_predecessor(write: Write, values: dict[str, Any]) -> None:
    write()
    usual = {"id": 2, "number": 2, "previous_hash": "a" * 64, "hash": "b" * 64}
    refused(guards.LOOSE, write, **(usual | values))


def test_a_number_comes_once(write: Write) -> None:
    write()
    with pytest.raises(DatabaseError):
        write(id=2, hash="b" * 64)


def test_a_posting_does_not_join_a_transaction_that_stands(write: Write) -> None:
    write()
    account = Account.objects.first()
    with pytest.raises(DatabaseError, match=guards.SEALED), transaction.atomic():
        Posting.objects.bulk_create(
            Posting(transaction_id=1, account=account, cents=cents) for cents in (7, -7)
        )


def test_postings_without_a_transaction_are_not_committed(write: Write) -> None:
    def alone() -> None:
        with transaction.atomic():
            Posting.objects.create(transaction_id=9, account=Account.objects.first(), cents=7)
            connection.check_constraints()  # as a commit does

    with pytest.raises(DatabaseError):
        alone()


def test_an_account_of_another_network_is_refused(write: Write, books: Books) -> None:
    other = Books(books.folder, name="Een ander")
    elsewhere = Account.objects.create(network=other.network, key="bank", kind="bank")
    own = Account.objects.get(network=books.network, key="bank")

    def mixed() -> None:
        with transaction.atomic():
            for account, cents in ((elsewhere, 5), (own, -5)):
                Posting.objects.create(transaction_id=5, account=account, cents=cents)
            write((), id=5, lines=2)

    with pytest.raises(DatabaseError, match=guards.FOREIGN):
        mixed()


def test_a_closed_period_takes_nothing(write: Write, books: Books) -> None:
    assert close_period(books.network, "2026-02", books.now)
    for day in ("2026-02-28", "2026-01-01", "2025-12-31"):
        refused(guards.CLOSED, write, day=day, period=day[:7])
    refused(guards.CLOSED, write, period="2026-04")
    refused(guards.CLOSED, write, names_period="2026-03")
    write(names_period="2026-02")


def test_a_period_is_closed_at_the_end_of_the_chain_and_in_order(
    write: Write, books: Books
) -> None:
    write()

    def close(period: str, number: int, hash: str) -> None:
        with transaction.atomic():
            PeriodClosing.objects.create(
                network=books.network, period=period, last_number=number, last_hash=hash,
                closed_at=books.now,
            )  # fmt: skip

    for wrong in (("2026-02", 0, GENESIS), ("2026-02", 1, "b" * 64), ("2026-02", 2, "a" * 64)):
        with pytest.raises(DatabaseError, match=guards.OUT_OF_ORDER):
            close(*wrong)
    close("2026-02", 1, "a" * 64)
    with pytest.raises(DatabaseError, match=guards.OUT_OF_ORDER):
        close("2026-01", 1, "a" * 64)
