"""Two who post at the same moment, and one that is broken off: nothing twice, nothing half."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ooievaar.settlement.ledger import commands
from ooievaar.settlement.ledger.commands import post_transaction
from ooievaar.settlement.ledger.models import Account, Posting, Transaction
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.storage.bulk import next_id
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(real_database: RealDatabase, tmp_path: Path) -> Books:
    return Books(tmp_path / "kanaal")


def together(*work: Callable[[], Any]) -> list[Any]:
    """Do each in a thread with a connection of its own, from one moment on."""
    start, found = threading.Barrier(len(work), timeout=60), [None] * len(work)

    def run(who: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            found[who] = work[who]()
        except BaseException as error:
            found[who] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(who,)) for who in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def test_two_who_post_the_same_post_it_once(books: Books) -> None:
    for month in range(1, 4):
        for _ in range(20):
            books.product(books.woman(), 10_000)
        books.close(f"2026-{month:02d}")
        counts = sorted(one.transactions for one in together(books.posted, books.posted))
        assert counts == [0, 20]
    assert verify_chain(books.network).holds
    assert books.standing()["reserve"] == -60 * 1_000


def test_who_write_one_each_stand_behind_each_other(books: Books) -> None:
    def write(number: int) -> Transaction:
        moved = {AccountKey("bank"): number, AccountKey("overhead"): -number}
        return post_transaction(
            books.network, books.today, ("fee", number), moved, reason="fee", now=books.now
        )

    written = together(*(lambda number=number: write(number) for number in range(1, 7)))
    assert {one.cause_id for one in written} == set(range(1, 7)), written
    assert sorted(one.number for one in written) == list(range(1, 7))
    assert verify_chain(books.network).holds


def test_a_posting_cannot_slip_in_beside_one_that_is_being_written(books: Books) -> None:
    """Both see no transaction of that number yet; the first to come must not spoil the other's."""
    books.product(books.woman(), 10_000)
    books.close("2026-01")
    account = Account.objects.create(network=books.network, key="bank", kind="bank")
    taken = next_id(Transaction)

    def slip_in() -> None:
        with transaction.atomic():
            Posting.objects.create(transaction_id=taken, account=account, cents=7)
            time.sleep(0.5)

    def post_later() -> Any:
        time.sleep(0.2)
        return books.posted()

    slipped, posted = together(slip_in, post_later)
    assert isinstance(slipped, DatabaseError)
    assert posted.transactions == 1
    assert Posting.objects.filter(cents=7).count() == 0
    assert verify_chain(books.network).holds


def test_a_run_that_is_broken_off_leaves_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.product(books.woman(), 10_000)
    books.close("2026-01")
    insert = commands.insert_rows

    def stop_before_the_headers(model: Any, *rest: Any) -> None:
        if model is Transaction:
            raise KeyboardInterrupt
        insert(model, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(commands, "insert_rows", stop_before_the_headers)
        with pytest.raises(KeyboardInterrupt):
            books.posted()
    assert (Posting.objects.count(), Transaction.objects.count()) == (0, 0)
    assert books.posted().transactions == 1
    assert verify_chain(books.network).holds
