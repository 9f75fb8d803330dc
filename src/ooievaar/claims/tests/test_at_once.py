"""Two who do the same at the same moment: one wins, and nothing is there twice."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ooievaar.claims.models import Batch, BatchLine, BatchStep, ClaimLine, ReturnFile
from ooievaar.claims.paying import take_payment
from ooievaar.claims.preparing import approve, prepare
from ooievaar.claims.returning import take_return
from ooievaar.claims.sending import send
from ooievaar.claims.tests.region import MONTH, Claims
from ooievaar.record.relations import Rejected
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db

ROUNDS = 3


def both(work: Callable[[int], Any]) -> list[Any]:
    """Let two threads, each with a connection of its own, do the work at one moment."""
    together, found = threading.Barrier(2, timeout=60), [None, None]

    def run(who: int) -> None:
        try:
            connection.ensure_connection()
            together.wait()
            found[who] = work(who)
        except BaseException as error:
            found[who] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return found


def test_two_people_prepare_the_same_period(real_database: RealDatabase, tmp_path: Path) -> None:
    claims = Claims(tmp_path / "kanaal")
    for number in range(1, ROUNDS + 1):
        for insurer in (0, 1):
            for _ in range(5):
                claims.product(claims.woman(), insurer=insurer)
        claims.reconcile()
        found = both(
            lambda _: prepare(
                claims.network,
                by=claims.controller,
                now=claims.now,
                today=claims.today,
                until=MONTH,
            )
        )
        assert sorted(isinstance(one, Rejected) for one in found) == [False, True]
        assert Batch.objects.count() == 2 * number
        assert ClaimLine.objects.count() == BatchLine.objects.count() == 10 * number
        assert set(Counter(ClaimLine.objects.values_list("key", flat=True)).values()) == {1}
        claims.next_day()


def test_one_answer_and_one_payment_that_come_twice(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    claims = Claims(tmp_path / "kanaal")
    claims.product(claims.woman())
    [batch] = claims.prepared()
    approvals = both(lambda _: approve(batch, claims.approver, claims.now))
    assert sorted(isinstance(one, Rejected) for one in approvals) == [False, True]
    both(lambda _: send(batch, claims.channel, claims.now))
    assert len(list(claims.channel.collect())) == 1
    assert BatchStep.objects.filter(batch=batch, state="sent").count() == 1
    content = claims.answer(batch)
    taken = both(lambda _: take_return(content, "r", claims.now))
    assert sorted(isinstance(one, ReturnFile) for one in taken) == [False, True]
    paid = both(
        lambda _: take_payment(
            batch, cents=60_000, paid_on=claims.today, reference="B1", now=claims.now
        )
    )
    assert sorted(isinstance(one, Rejected) for one in paid) == [False, True]
