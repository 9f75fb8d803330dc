"""What the pages read, paged and added up by the database: runs, their lines, the bank's news."""

from collections.abc import Sequence
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)

from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.payments.accounts import accounts_before
from ooievaar.settlement.payments.models import (
    LineStatus,
    PaymentFile,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.rules.netting import ADVANCE

State = RunStep.State
UNPAYABLE = (PaymentLine.Outcome.NO_ACCOUNT, PaymentLine.Outcome.RETURNED_BEFORE)


def network_of(workplace: Workplace) -> Network:
    """Return the network that somebody works in; who works in an organisation has none."""
    return Network.objects.get(pk=known(workplace.network_id))


def standing_runs(runs: QuerySet[PaymentRun]) -> QuerySet[Any]:
    """Return runs with how they stand (`state`), since when, and whether there is a file."""
    steps = RunStep.objects.filter(run=OuterRef("pk")).order_by("-pk")
    return runs.annotate(
        state=Subquery(steps.values("state")[:1]),
        since=Subquery(steps.values("at")[:1]),
        has_file=Exists(PaymentFile.objects.filter(run=OuterRef("pk"))),
    )


def previous_run(run: PaymentRun) -> PaymentRun | None:
    """Return the run that went to the bank before this one, with how many it paid."""
    return (
        PaymentRun.objects.filter(network_id=run.network_id, pk__lt=run.pk, steps__state=State.SENT)
        .annotate(paid=Count("lines", filter=Q(lines__cents__gt=0)))
        .order_by("-pk")
        .first()
    )


def sums_of(run: PaymentRun) -> dict[str, int]:
    """Return what a run comes to, added up by the database in two queries."""
    found = PaymentLine.objects.filter(run=run).aggregate(
        paid=Count("pk", filter=Q(cents__gt=0)),
        cents=Sum("cents"),
        due_cents=Sum("due_cents"),
        held_cents=Sum("held_cents"),
        carried=Count("pk", filter=Q(carried_cents__gt=0)),
        carried_cents=Sum("carried_cents"),
        flagged=Count("pk", filter=~Q(flags=[])),
        no_account=Count("pk", filter=Q(outcome__in=UNPAYABLE)),
    )
    parts = PaymentPart.objects.filter(line__run=run, kind=ADVANCE).aggregate(
        offset_cents=Sum("cents", filter=Q(cents__lt=0)),
        advance_cents=Sum("cents", filter=Q(advance__isnull=False)),
    )
    sums = {key: value or 0 for key, value in (found | parts).items()}
    return sums | {"offset_cents": -sums["offset_cents"]}


def lines_of(run: PaymentRun, previous: PaymentRun | None) -> QuerySet[PaymentLine]:
    """Return the lines of a run, those that somebody must look at first."""
    newest = LineStatus.objects.filter(line=OuterRef("pk")).order_by("-pk")
    before = PaymentLine.objects.filter(run=previous, organisation_id=OuterRef("organisation_id"))
    return (
        PaymentLine.objects.filter(run=run)
        .select_related("organisation", "account")
        .annotate(
            said=Subquery(newest.values("state")[:1]),
            before_cents=Subquery(before.values("cents")[:1]),
            is_calm=Case(
                When(~Q(flags=[]), then=0),
                When(outcome__in=UNPAYABLE, then=1),
                When(carried_cents__gt=0, then=2),
                default=3,
                output_field=IntegerField(),
            ),
        )
        .order_by("is_calm", F("cents").desc(), "number")
    )


def with_previous_iban(run: PaymentRun, lines: Sequence[PaymentLine]) -> Sequence[PaymentLine]:
    """Give each line of a page the account before, where it came in the place of another."""
    accounts = [line.account for line in lines if line.account is not None]
    before = accounts_before(accounts, run.network) if accounts else {}
    for line in lines:
        account = before.get(line.account_id or 0)
        is_other = account is not None and line.account is not None
        line.previous_iban = (  # type: ignore[attr-defined]
            account.iban if is_other and account.iban != line.account.iban else ""  # type: ignore[union-attr]
        )
    return lines


def bank_news(runs: Sequence[PaymentRun]) -> dict[int, dict[str, Any]]:
    """Return by run what the bank executed of it and what came back, in counts and cents."""
    rows = (
        LineStatus.objects.filter(line__run__in=[run.pk for run in runs])
        .order_by()
        .values_list("line__run_id", "state")
        .annotate(count=Count("pk"), cents=Sum("line__cents"))
    )
    found: dict[int, dict[str, Any]] = {}
    for run_id, state, count, cents in rows:
        found.setdefault(run_id, {})[state] = {"count": count, "cents": cents}
    return found
