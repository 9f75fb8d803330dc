"""From what is owed to what was granted and paid, in a real database and with real files."""

from pathlib import Path

import pytest

from ooievaar.claims.models import ClaimLine
from ooievaar.claims.paying import due_cents, take_payment
from ooievaar.claims.tests.region import Claims, only_line, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(tmp_path)


def test_a_product_goes_from_owed_to_paid(claims: Claims) -> None:
    claims.product(claims.woman(), cents=60_000)
    assert claims.told() == [("new", 60_000, "first")]
    [batch] = claims.sent()
    line = only_line(batch)
    assert state(line) == "sent"
    assert [name for name, _ in claims.channel.collect()] == [batch.file.name]
    assert claims.told() == [("wait", 60_000, "awaiting_answer")]

    claims.answered(batch)
    assert state(line) == "granted"
    assert due_cents(batch) == 60_000
    assert take_payment(batch, cents=60_000, paid_on=claims.today, reference="B1", now=claims.now)
    assert state(line) == "paid"
    assert claims.told() == []
    assert ClaimLine.objects.count() == 1
