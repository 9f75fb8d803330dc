"""A region's year through everything: after each month no cent is lost, made, or paid twice."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.bundles.commands import derive_network
from ooievaar.claims.queries import balance_of as claims_of
from ooievaar.contracts.agreements.queries import (
    Standing,
    agreement_of,
    results_of,
    standing_of,
    still_to_sign,
)
from ooievaar.kernel.period import month_of
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.commands import missing
from ooievaar.settlement.ledger.models import PeriodClosing
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import balances, payable_of
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.models import (
    AdvanceRun,
    BankAccountStep,
    LineStatus,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.statements.commands import is_whole
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.simulator.insurance.rates import EVERY_FAULT
from ooievaar.simulator.insurance.year import ClaimsYear
from ooievaar.simulator.settled import SettledYear
from tests.claims_year import months_settled, settling

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 2, 10)
NOW = datetime(2026, 2, 10, 9, tzinfo=UTC)
BORN = 40
BACK = (LineStatus.State.RETURNED, LineStatus.State.FAILED)


@pytest.fixture(scope="module")
def region(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ClaimsYear, SettledYear]]:
    folder = tmp_path_factory.mktemp("jaar")
    with (
        django_db_blocker.unblock(),
        settling(folder, EVERY_FAULT, births=BORN, until=UNTIL) as begun,
    ):
        yield begun


def test_a_year_through_everything(region: tuple[ClaimsYear, SettledYear]) -> None:
    year, books = region
    network = year.network
    lived = []
    for month in months_settled(year, books, UNTIL):
        lived.append(month)
        nothing_is_lost(network, f"after {month}")
        statements_tell_the_books(network, month)
    derive_network(
        network, until=UNTIL, known_until=UNTIL, now=NOW, made_products=made_products(network)
    )
    year.finish(month_of(UNTIL), UNTIL)
    books.finish(NOW, UNTIL)
    nothing_is_lost(network, "at the end")
    assert lived[0] == "2025-01" and len(lived) == 12
    assert list(missing(network, UNTIL)) == []

    told = books.happened
    assert told["runs"] >= 9 and told["runs waiting"] == 1
    assert told["advances"] >= 3 and told["advances waiting"] == 1 and told["loans"] == 1
    assert told["payments back"] == 1
    the_agreements_stand(network)
    who_came_back_is_paid_again(network)
    assert PeriodClosing.objects.filter(network=network).count() == len(lived)
    waiting = PaymentRun.objects.exclude(steps__state__in=["approved", "withdrawn"])
    assert waiting.get().lines.exists(), "somebody has to approve"
    assert told["years waiting"] == 1 and Proposal.objects.get(network=network).about == "2025"
    assert AdvanceRun.objects.filter(steps=None).count() == 1


def nothing_is_lost(network: Network, when: str) -> None:
    """Hold the books beside claims, closings, runs, statements and bank."""
    verdict = verify_chain(network)
    assert verdict.holds, (when, verdict.found)
    assert sum(one.cents for one in balances(network)) == 0, when
    assert [one for one in prove_books(network) if one.remainder] == [], when
    for one in claims_of(network):
        assert one.holds, (when, one)
        sent = one.books.sent
        assert sent == sum(
            getattr(one.books, name)
            for name in (
                "granted",
                "refused_by_insurer",
                "refused_by_portal",
                "written_off",
                "open",
            )
        ), (when, one)
    nobody_is_paid_twice(network, when)
    bank = bank_proof(network)
    assert bank.remainder_cents == 0 and not bank.mismatches, (when, bank)


def nobody_is_paid_twice(network: Network, when: str) -> None:
    """What each got of what is its own, with what is still due and held, is what was divided."""
    shares = Share.objects.filter(product__closing__network=network).order_by()
    for kind, account in (("partner", "partner_payable"), ("supplier", "supplier_payable")):
        divided = dict(
            shares.filter(kind=kind).values_list("organisation_id").annotate(Sum("cents"))
        )
        went = (
            PaymentPart.objects.filter(line__run__network=network, kind=account)
            .filter(line__run__steps__state=RunStep.State.SENDING)
            .exclude(line__statuses__state__in=BACK)
            .order_by()
        )
        paid = dict(went.values_list("line__organisation_id").annotate(Sum("cents")))
        left = {one.organisation_id: one for one in payable_of(network, UNTIL, account)}
        assert paid.keys() <= divided.keys(), when
        for organisation_id, cents in divided.items():
            one = left[organisation_id]
            assert paid.get(organisation_id, 0) + one.cents + one.held_cents == cents, (when, one)
            assert one.held_cents >= 0 and one.held_cents == sum(c for _, c in one.why)
    executed = LineStatus.objects.filter(state=LineStatus.State.CONFIRMED).values_list("line_id")
    assert len(set(executed)) == len(executed)
    for run in PaymentRun.objects.filter(network=network):
        assert run.cents == sum(run.lines.values_list("cents", flat=True)), (when, run.number)


def the_agreements_stand(network: Network) -> None:
    first, second, third = network.agreement_versions.order_by("number")
    assert standing_of(first, UNTIL) is Standing.ENDED
    assert standing_of(second, UNTIL) is Standing.IN_FORCE and not still_to_sign(second)
    assert standing_of(third, UNTIL) is Standing.PROPOSED and still_to_sign(third)
    for version in (second, third):
        assert results_of(version) and all(one.holds for one in results_of(version))
        asked = version.remarks.filter(kind="question")
        assert asked.exists()
    assert not third.remarks.filter(kind="answer").exists()
    text = agreement_of(second)
    assert {rule.method for rule in text.products.values()} == {
        "fixed_share",
        "mono_pro_rata",
        "performed",
    }
    assert text.guarantee and text.advances and text.safety_nets and text.suppliers
    assert text.disciplines["midwives"].is_secret
    rules = set(
        Share.objects.filter(product__closing__month__gte="2025-09").values_list(
            "reason", flat=True
        )
    )
    assert {"mono_pro_rata", "by_clients"} & rules, rules


def who_came_back_is_paid_again(network: Network) -> None:
    back = PaymentLine.objects.get(statuses__state=LineStatus.State.RETURNED)
    accounts = BankAccountStep.objects.filter(account__organisation=back.organisation)
    assert accounts.count() == 2
    later = PaymentLine.objects.filter(
        organisation=back.organisation, run_id__gt=back.run_id, cents__gt=0
    ).order_by("run_id")
    again = later.first()
    assert again is not None and again.account != back.account
    assert "iban_changed" in again.flags


def statements_tell_the_books(network: Network, month: str) -> None:
    """Hold the statements of a month beside its closing, and beside the books on their last day."""
    told = list(Statement.objects.filter(network=network, month=month))
    assert told and all(is_whole(one) for one in told), month
    shares = Share.objects.filter(
        product__closing__network=network,
        product__closing__month=month,
        kind__in=("partner", "supplier"),
    )
    divided = shares.aggregate(sum=Sum("cents"))["sum"] or 0
    assert sum(one.figures["income_cents"] for one in told) == divided, month
    after = told[0].day + timedelta(days=1)
    stands = {
        (one.account.organisation_id, one.account.kind): -one.cents
        for one in balances(network, after)
        if one.account.organisation_id and one.cents
    }
    says = {
        (one.organisation_id, kind): account["closing"]
        for one in told
        for kind, account in one.figures["accounts"].items()
        if account["closing"]
    }
    assert says == stands, month
