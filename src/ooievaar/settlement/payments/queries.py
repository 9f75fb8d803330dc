"""What others read of advances and payments: a run to check, who got what, and the bank's proof."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.payments.accounts import accounts_before
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.deciding import run_state
from ooievaar.settlement.payments.models import (
    AdvanceRun,
    BankAccount,
    BankEntry,
    InsurerAdvance,
    PaymentLine,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.rules.netting import ADVANCE


def runs_for(workplace: Workplace) -> QuerySet[PaymentRun]:
    """Return the runs that a workplace may see, newest first: whole, so not for a partner."""
    runs = PaymentRun.objects.select_related("network", "prepared_by").order_by("-pk")
    if workplace.sees_whole_network:
        return runs.filter(network_id=known(workplace.network_id))
    return runs.none()


def lines_for(workplace: Workplace) -> QuerySet[PaymentLine]:
    """Return the lines of runs that a workplace may see: all, or its own once they were sent."""
    lines = PaymentLine.objects.select_related("run", "organisation").order_by("-run_id", "number")
    if workplace.sees_whole_network:
        return lines.filter(run__network_id=known(workplace.network_id))
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        return lines.filter(
            organisation_id=known(workplace.organisation_id),
            run__steps__state=RunStep.State.SENT,
        )
    return lines.none()


def accounts_for(workplace: Workplace) -> QuerySet[BankAccount]:
    """Return the accounts that a workplace may see: those of its network, or its own."""
    accounts = BankAccount.objects.select_related("organisation").order_by("-valid_from", "-pk")
    if workplace.sees_whole_network:
        return accounts.filter(network_id=known(workplace.network_id))
    if workplace.role == Role.PRACTICE_ADMINISTRATOR:
        return accounts.filter(organisation_id=known(workplace.organisation_id))
    return accounts.none()


def entries_for(workplace: Workplace) -> QuerySet[BankEntry]:
    """Return the movements on statements that a workplace may see, newest first."""
    entries = BankEntry.objects.select_related("run", "line__organisation", "statement")
    entries = entries.defer("statement__content").order_by("-booked_on", "-pk")
    if workplace.sees_whole_network:
        return entries.filter(statement__network_id=known(workplace.network_id))
    return entries.none()


def advance_runs_for(workplace: Workplace) -> QuerySet[AdvanceRun]:
    """Return the runs of advances that a workplace may see, newest first."""
    runs = AdvanceRun.objects.select_related("prepared_by", "lender", "insurer_advance__insurer")
    if workplace.sees_whole_network:
        return runs.filter(network_id=known(workplace.network_id)).order_by("-pk")
    return runs.none()


def insurer_advances_for(workplace: Workplace) -> QuerySet[InsurerAdvance]:
    """Return what insurers paid ahead with what is left of it (`left_cents`), newest first."""
    advances = InsurerAdvance.objects.select_related("insurer", "network", "recorded_by").annotate(
        left_cents=F("cents") - Coalesce(Sum("offsets__cents"), 0)
    )
    if workplace.sees_whole_network:
        network_id = known(workplace.network_id)
        return advances.filter(network_id=network_id).order_by("-received_on", "-pk")
    return advances.none()


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line as who approves reads it, with the account before where that was another."""

    line: PaymentLine
    parts: tuple[tuple[str, int], ...]
    previous_iban: str
    state: str


@dataclass(frozen=True, slots=True)
class Check:
    """All that a run is, to be checked before it goes to the bank; the sums are of its lines."""

    run: PaymentRun
    state: str
    lines: tuple[CheckedLine, ...]
    paid: int
    paid_cents: int
    offset_cents: int
    advance_cents: int
    carried_cents: int
    held_cents: int
    flagged: tuple[CheckedLine, ...]
    previous: PaymentRun | None


def check_of(run: PaymentRun) -> Check:
    """Return a run with what a second pair of eyes needs; a fixed number of queries."""
    rows = list(
        run.lines.select_related("organisation", "account")
        .prefetch_related("parts", "statuses")
        .order_by("number")
    )
    accounts = [line.account for line in rows if line.account is not None]
    before = accounts_before(accounts, run.network)
    lines = tuple(_checked(line, before) for line in rows)
    parts = [part for line in rows for part in line.parts.all() if part.kind == ADVANCE]
    previous = PaymentRun.objects.filter(
        network_id=run.network_id, pk__lt=run.pk, steps__state=RunStep.State.SENT
    )
    return Check(
        run=run,
        state=run_state(run),
        lines=lines,
        paid=sum(1 for line in rows if line.cents),
        paid_cents=sum(line.cents for line in rows),
        offset_cents=-sum(part.cents for part in parts if part.cents < 0),
        advance_cents=sum(part.cents for part in parts if part.advance_id),
        carried_cents=sum(line.carried_cents for line in rows),
        held_cents=sum(line.held_cents for line in rows),
        flagged=tuple(one for one in lines if one.line.flags),
        previous=previous.order_by("-pk").first(),
    )


def _checked(line: PaymentLine, before: dict[int, BankAccount]) -> CheckedLine:
    previous = before.get(line.account_id or 0)
    changed = previous is not None and line.account is not None
    return CheckedLine(
        line=line,
        parts=tuple((part.kind, part.cents) for part in line.parts.all()),
        previous_iban=previous.iban
        if changed and previous and line.account and previous.iban != line.account.iban
        else "",
        state=_state_of(line),
    )


def _state_of(line: PaymentLine) -> str:
    """Return what the bank did with a line last; empty when it said nothing."""
    statuses = sorted(line.statuses.all(), key=lambda status: status.pk)
    return statuses[-1].state if statuses else ""


def paid_to(
    network: Network, organisation: Organisation, since: date | None = None
) -> list[PaymentLine]:
    """Return what was sent to an organisation and did not come back, oldest run first."""
    lines = PaymentLine.objects.filter(
        run__network=network,
        run__steps__state=RunStep.State.SENT,
        organisation=organisation,
    ).exclude(statuses__state__in=BACK)
    if since:
        lines = lines.filter(run__pay_on__gte=since)
    return list(lines.select_related("run").order_by("run_id"))


def last_line(network: Network, organisation: Organisation) -> PaymentLine | None:
    """Return how an organisation stood in the newest run that went to the bank."""
    lines = PaymentLine.objects.filter(
        run__network=network,
        run__steps__state=RunStep.State.SENT,
        organisation=organisation,
    )
    return lines.select_related("run", "account").order_by("-run_id").first()


def insurer_advance_balances(network: Network) -> list[tuple[Insurer, int]]:
    """Return what is left of the advances of each insurer, by name."""
    left: dict[int, int] = defaultdict(int)
    insurers: dict[int, Insurer] = {}
    advances = InsurerAdvance.objects.filter(network=network).select_related("insurer")
    for advance in advances.annotate(offset=Sum("offsets__cents")):
        insurers[advance.insurer_id] = advance.insurer
        left[advance.insurer_id] += advance.cents - (advance.offset or 0)
    return sorted(
        ((insurers[pk], cents) for pk, cents in left.items()), key=lambda one: one[0].name
    )
