"""The books against the bank: what its statements say, and what explains each cent between."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from ooievaar.claims.models import Payment
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.sources import INSURER_PAYMENT
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.deciding import CAUSE
from ooievaar.settlement.payments.models import (
    BankEntry,
    BankStatement,
    LineStatus,
    PaymentLine,
    RunStep,
)
from ooievaar.settlement.payments.rules.netting import BANK
from ooievaar.settlement.payments.statements_in import BACK_CAUSE

PAYING = (CAUSE, BACK_CAUSE)
"""Causes of what runs moved; anything else on the bank's account comes from elsewhere."""
ODD = ("others", "others_cents", "mismatches", "mismatches_cents")


@dataclass(frozen=True, slots=True)
class BankProof:
    """What stands at the bank by its newest statements, and in the books, in cents.

    `sent_cents` went to the bank and did not come back; of that `on_the_way_cents` was not executed
    yet. `since_cents` is what the books have of days
    after the newest statement and no run made: receipts, mostly, that the bank did not tell yet.
    `others` are movements on statements that no run made (receipts, costs; the books must have
    them from elsewhere); `mismatches` had another amount than was sent.
    """

    closing_on: date | None
    bank_cents: int
    ledger_cents: int
    sent_cents: int
    on_the_way_cents: int
    since_cents: int
    others: int
    others_cents: int
    mismatches: int
    mismatches_cents: int

    @property
    def remainder_cents(self) -> int:
        """What nothing explains; zero when books and bank say the same."""
        explained = self.ledger_cents + self.on_the_way_cents - self.since_cents
        return self.bank_cents - explained


def standing_lines(network: Network) -> QuerySet[PaymentLine]:
    """Return the lines of runs that went to the bank and did not come back."""
    went = RunStep.objects.filter(run=OuterRef("run_id"), state=RunStep.State.SENDING)
    back = LineStatus.objects.filter(line=OuterRef("pk"), state__in=BACK)
    return PaymentLine.objects.filter(Exists(went), ~Exists(back), run__network=network)


def bank_proof(network: Network) -> BankProof:
    """Compare the newest statements of the own accounts with the books; in three queries."""
    newest: dict[str, tuple[int, date]] = {}
    odd: Counter[str] = Counter()
    for iban, cents, day, *found in _statements(network):
        newest[iban] = (cents, day)
        odd.update(dict(zip(ODD, found, strict=True)))
    closing_on = max((day for _, day in newest.values()), default=None)
    told = LineStatus.objects.filter(line=OuterRef("pk"))
    sent = standing_lines(network).aggregate(
        sent_cents=Sum("cents", default=0),
        on_the_way_cents=Sum("cents", filter=~Exists(told), default=0),
    )
    return BankProof(
        closing_on=closing_on,
        bank_cents=sum(cents for cents, _ in newest.values()),
        **_booked(network, closing_on or date.max),
        **sent,
        **{name: odd[name] for name in ODD},
    )


def _statements(network: Network) -> QuerySet[BankStatement, tuple[Any, ...]]:
    """Return every statement, oldest first: account, what stood there, the day, what is odd."""
    other = Q(entries__match=BankEntry.Match.OTHER)
    mismatch = Q(entries__match=BankEntry.Match.MISMATCH)
    every = BankStatement.objects.filter(network=network).annotate(
        others=Count("entries", filter=other),
        others_cents=Sum("entries__cents", filter=other, default=0),
        mismatches=Count("entries", filter=mismatch),
        mismatches_cents=Sum("entries__cents", filter=mismatch, default=0),
    )
    return every.order_by("pk").values_list("iban", "closing_cents", "closing_on", *ODD)


def _booked(network: Network, closing_on: date) -> dict[str, int]:
    """Return what the books have at the bank, and of that what came from elsewhere since a day.

    A payment of an insurer counts by its own day: its transaction may stand in a later month,
    when its own was closed.
    """
    came = Payment.objects.filter(pk=OuterRef("transaction__cause_id")).values("paid_on")
    of_insurer = Q(transaction__cause_kind=INSURER_PAYMENT)
    since = (of_insurer & Q(came_on__gt=closing_on)) | (
        ~of_insurer & ~Q(transaction__cause_kind__in=PAYING) & Q(transaction__day__gt=closing_on)
    )
    postings = Posting.objects.filter(account__network=network, account__kind=BANK)
    return postings.annotate(came_on=Subquery(came)).aggregate(
        ledger_cents=Sum("cents", default=0), since_cents=Sum("cents", filter=since, default=0)
    )
