"""What is stuck: money that should have moved and did not, with since when and where it is mended.

Joins claims, closings, the books and payments; in the order of the money. Each kind asks the
database once, whatever its size, but for the advances.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from ooievaar.claims.causes import cause_book
from ooievaar.claims.models import ClaimLine, LineStanding, LineState
from ooievaar.kernel.period import month_period
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.queries import AccountBalance
from ooievaar.settlement.ledger.sources import DISPUTE
from ooievaar.settlement.models import ClosedProduct
from ooievaar.settlement.payments.amounts import BACK, lender_use, unpaid_advances
from ooievaar.settlement.payments.models import (
    AdvanceRun,
    AdvanceStep,
    BankAccount,
    BankAccountStep,
    LineStatus,
    PaymentLine,
    RunStep,
)

PAYEES = ("partner_payable", "supplier_payable")


@dataclass(frozen=True, slots=True)
class Stuck:
    """Money of one kind that stands still with one party: how much, how many, and since when.

    `since` is the day of the oldest; `party_id` that of an insurer or an organisation, 0 of nobody.
    `cents` is what stands still, always above zero.
    """

    kind: str
    party: str
    party_id: int
    cents: int
    count: int
    since: date | None
    account_id: int = 0


def stuck_claims(network: Network, now: datetime) -> Iterator[Stuck]:
    """Yield what was granted and is not paid, or not answered, for longer than is usual."""
    causes = cause_book().causes
    unpaid = Q(state__in=(LineState.GRANTED, LineState.GRANTED_IN_PART), line__is_credit=False)
    unpaid &= Q(granted_cents__gt=F("paid_cents"), since__lt=_before(now, causes.unpaid_days))
    silent = Q(state=LineState.SENT, line__is_credit=False)
    silent &= Q(since__lt=_before(now, causes.no_answer_days))
    rows = (
        LineStanding.objects.filter(unpaid | silent, network=network)
        .order_by()
        .values_list("insurer_id", "insurer__name")
        .annotate(
            unpaid=Sum(F("granted_cents") - F("paid_cents"), filter=unpaid),
            unpaid_count=Count("pk", filter=unpaid),
            unpaid_since=Min("since", filter=unpaid),
            silent=Sum("line__cents", filter=silent),
            silent_count=Count("pk", filter=silent),
            silent_since=Min("since", filter=silent),
        )
    )
    for pk, name, cents, count, since, waiting, waiting_count, waiting_since in rows:
        if cents:
            yield Stuck("unpaid", name, pk, cents, count, timezone.localdate(since))
        if waiting:
            first = timezone.localdate(waiting_since)
            yield Stuck("unanswered", name, pk, waiting, waiting_count, first)


def stuck_products(network: Network) -> Iterator[Stuck]:
    """Yield what closings divided and nobody claims: no line, or only withdrawn and credited ones.

    Since the end of the oldest month in which it was divided.
    """
    claimed = (
        ClaimLine.objects.filter(network=network, is_credit=False)
        .exclude(standing__state__in=(LineState.WITHDRAWN, LineState.CREDITED))
        .values(of=_of_insurer())
    )
    rows = (
        ClosedProduct.objects.filter(closing__network=network)
        .annotate(of=_of_insurer())
        # Not by looking each one up: the list is made once, and no column of it is ever empty.
        .exclude(of__in=claimed)
        .order_by()
        .values_list("insurer_id", "insurer__name", "key")
        .annotate(sum=Sum("cents"), first=Min("closing__month"))
        .exclude(sum=0)
    )
    found: dict[tuple[int, str], tuple[int, int, str]] = {}
    for insurer_id, name, _, cents, month in rows:
        sum, count, first = found.get((insurer_id, name), (0, 0, month))
        found[insurer_id, name] = (sum + cents, count + 1, min(first, month))
    for (insurer_id, name), (cents, count, month) in found.items():
        if cents > 0:
            yield Stuck("unclaimed", name, insurer_id, cents, count, month_period(month).until)


def _of_insurer() -> Concat:
    """Return a product with the insurer it is charged to, as one text."""
    return Concat("key", Value("|"), Cast("insurer_id", CharField()))


def stuck_accounts(
    network: Network, balances: Iterable[AccountBalance], today: date
) -> Iterator[Stuck]:
    """Yield what stands in dispute, who owes us, and to whom we owe without an account to pay on.

    A dispute since its first day, a balance since it is on that side of zero; in two queries.
    """
    known = _with_account(network, today)
    wrong: dict[int, tuple[AccountBalance, str]] = {}
    for one in balances:
        kind, pk = one.account.kind, one.account.pk
        if kind == "disputed" and one.cents:
            wrong[pk] = (one, "disputed")
        elif kind in PAYEES and one.cents > 0:
            wrong[pk] = (one, "negative")
        elif kind in PAYEES and one.cents and one.account.organisation_id not in known:
            wrong[pk] = (one, "no_account")
    since, disputes = _days(wrong)
    for pk, (one, kind) in wrong.items():
        party_id = one.account.insurer_id or one.account.organisation_id or 0
        if kind != "disputed":
            yield Stuck(kind, one.party, party_id, abs(one.cents), 1, since.get(pk), pk)
            continue
        days = [day for (of, line), (cents, day) in disputes.items() if of == pk and line and cents]
        if one.cents > 0:
            count = 1 if (pk, 0) in disputes else len(days)
            first = min(days, default=None)
            yield Stuck(kind, one.party, party_id, one.cents, count, first, pk)


def stuck_payments(network: Network) -> Iterator[Stuck]:
    """Yield what came back from the bank and was not paid again since."""
    later = PaymentLine.objects.filter(
        organisation_id=OuterRef("line__organisation_id"),
        run__network=network,
        run_id__gt=OuterRef("line__run_id"),
        run__steps__state=RunStep.State.SENDING,
        cents__gt=0,
    ).exclude(statuses__state__in=BACK)
    rows = (
        LineStatus.objects.filter(~Exists(later), line__run__network=network, state__in=BACK)
        .order_by()
        .values_list("line__organisation_id", "line__organisation__name")
        .annotate(cents=Sum("line__cents"), times=Count("pk"), first=Min("on"))
    )
    for pk, name, cents, count, day in rows:
        if cents:
            yield Stuck("returned", name, pk, cents, count, day)


def stuck_advances(network: Network, balances: Iterable[AccountBalance]) -> Iterator[Stuck]:
    """Yield what partners have ahead beyond what was agreed with who lends it; in four queries.

    With what is approved and still has to be paid; the limit is that of the newest month.
    """
    approved = AdvanceStep.objects.filter(run=OuterRef("pk"), state=AdvanceStep.State.APPROVED)
    runs = AdvanceRun.objects.filter(Exists(approved), network=network, insurer_advance=None)
    newest = {run.lender_id: run for run in runs.select_related("lender").order_by("pk")}
    if not any(run.limit_cents is not None for run in newest.values()):
        return
    had = {
        one.account.organisation_id: one.cents
        for one in balances
        if one.account.kind == "partner_advance" and one.account.organisation_id
    }
    _, unearned = lender_use(network, {pk: cents for pk, cents in had.items() if pk})
    waiting = unpaid_advances(network)
    for lender_id, run in newest.items():
        if run.limit_cents is None:
            continue
        soon = sum(line.cents for line in waiting if line.run.lender_id == lender_id)
        own = sum(had.values()) - sum(unearned.values())
        out = soon + (own if lender_id is None else unearned.get(lender_id, 0))
        if out > run.limit_cents:
            name = run.lender.name if run.lender else ""
            day = timezone.localdate(run.prepared_at)
            yield Stuck("over_limit", name, lender_id or 0, out - run.limit_cents, 1, day)


def _before(now: datetime, days: int) -> datetime:
    """Return the moment at which the day that many days ago began."""
    day = timezone.localdate(now) - timedelta(days=days)
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _with_account(network: Network, today: date) -> set[int]:
    """Return the organisations that have an account that holds today.

    The newest approved account decides; the one before an account that ended does not come back.
    """
    steps = BankAccountStep.objects.filter(account=OuterRef("pk"))
    ended = steps.filter(state=BankAccountStep.State.ENDED, ends_on__lte=today)
    accounts = BankAccount.objects.filter(
        Exists(steps.filter(state=BankAccountStep.State.APPROVED)),
        network=network,
        valid_from__lte=today,
    ).order_by("valid_from", "pk")
    rows = accounts.annotate(is_over=Exists(ended)).values_list("organisation_id", "is_over")
    return {pk for pk, is_over in dict(rows).items() if pk and not is_over}


def _days(
    accounts: Iterable[int],
) -> tuple[dict[int, date], dict[tuple[int, int], tuple[int, date]]]:
    """Return since when balances are on their side of zero, and of each dispute cents and day."""
    # What was decided to be borne of disputes names a decision: together they stand under 0.
    cause = Case(
        When(transaction__cause_kind=DISPUTE, then="transaction__cause_id"), default=Value(0)
    )
    rows = (
        Posting.objects.filter(account_id__in=list(accounts))
        .order_by("account_id", "transaction__day")
        .values_list("account_id", "transaction__day", cause)
        .annotate(sum=Sum("cents"))
    )
    stands: dict[int, int] = defaultdict(int)
    since: dict[int, date] = {}
    disputes: dict[tuple[int, int], tuple[int, date]] = {}
    for pk, day, dispute, cents in rows:
        before = stands[pk]
        stands[pk] += cents
        if (stands[pk] > 0) != (before > 0) or (stands[pk] < 0) != (before < 0):
            since[pk] = day
        sum, first = disputes.get((pk, dispute), (0, day))
        disputes[pk, dispute] = (sum + cents, first)
    return since, disputes
