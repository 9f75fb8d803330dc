"""A region closes its months while its claims go wrong in every way: the books hold to the cent."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.cli.serving import months_between
from ooievaar.kernel.period import month_period
from ooievaar.network.models import Network
from ooievaar.settlement.commands import close_month
from ooievaar.settlement.ledger.commands import Posted, close_period, post
from ooievaar.settlement.ledger.export_beancount import account_name, export_beancount
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import balances, payable_of
from ooievaar.settlement.ledger.sources import due_of
from ooievaar.settlement.ledger.tests.referee import bean_balances, bean_check
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.simulator.insurance.rates import EVERY_FAULT
from tests.claims_year import lived

pytestmark = pytest.mark.django_db
START, UNTIL = date(2025, 1, 1), date(2026, 3, 1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def network(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Network]:
    """The claims of a region, answered and paid, and its months closed as each was known then."""
    folder = tmp_path_factory.mktemp("jaar")
    with django_db_blocker.unblock(), lived(folder, EVERY_FAULT, births=16, until=UNTIL) as year:
        yield year.network


def close(network: Network, month: str) -> None:
    until = month_period(month).until
    result = close_month(network, month, known_until=until, now=NOW)
    assert result.closing is not None and result.proof.holds


def test_the_books_of_a_year(network: Network, tmp_path: Path) -> None:
    for month in months_between(START, date(2026, 2, 1)):
        close(network, month)
        if month.endswith(("3", "6")):
            post(network, NOW)
        if month in ("2025-03", "2025-12"):
            assert close_period(network, month, NOW)
    assert post(network, NOW).transactions
    assert post(network, NOW) == Posted()
    assert [one for one in prove_books(network) if one.remainder] == []
    verdict = verify_chain(network)
    assert verdict.holds and verdict.count > 100, verdict.found

    wanted: Counter[str] = Counter()
    for due in due_of(network):
        wanted.update({str(account): cents for account, cents in due.amounts.items()})
    stands = {one.account.key: one.cents for one in balances(network) if one.cents}
    assert stands == {account: cents for account, cents in wanted.items() if cents}, "in parts"
    assert sum(stands.values()) == 0
    reasons = set(Transaction.objects.values_list("reason", flat=True))
    assert reasons >= {"divided", "corrected", "granted", "granted_in_part", "credit_taken", "paid"}
    assert Transaction.objects.exclude(names_period="").exists()

    for one in payable_of(network, NOW.date()):
        key = f"partner_payable:{one.organisation_id}"
        assert one.cents + one.held_cents == -stands.get(key, 0)
        assert one.held_cents == sum(cents for _, cents in one.why)

    path = tmp_path / "boek.beancount"
    path.write_text("\n".join(export_beancount(network)) + "\n", "utf-8")
    assert bean_check(path) == ""
    ours = {account_name(one.account): one.cents for one in balances(network) if one.cents}
    assert bean_balances(path) == ours
