"""What another person decides of a run, and taking it back while it did not go to the bank.

A file that the bank refused whole is reported by one and booked back by another: a run that is
booked back is paid again.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post, reverse, writing
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.payments.accounts import accounts_on
from ooievaar.settlement.payments.amounts import standings
from ooievaar.settlement.payments.models import LineStatus, PaymentRun, RunStep
from ooievaar.settlement.payments.proposing import is_pay_day
from ooievaar.settlement.payments.rules.netting import Owed, Part, still_covered

State = RunStep.State
CAUSE = "payment_run"

NOT_YOURS = _("Uw functie mag dit niet.")
OWN = _(
    "U heeft deze betaalrun zelf voorbereid, ook als dat in een andere functie was. Een ander "
    "keurt haar goed."
)
DECIDED = _("Over deze betaalrun is al beslist.")
GONE = _("Deze betaalrun is niet meer in te trekken: zij is al op weg naar de bank.")
DAY_PASSED = _("De betaaldag is voorbij. Trek de run in en bereid haar opnieuw voor.")
ACCOUNT_CHANGED = _(
    "Een rekening in deze run geldt niet meer. Trek de run in en bereid haar opnieuw voor."
)
LESS_DUE = _(
    "Er is iets veranderd: aan iemand in deze run is nu minder te betalen. Trek de run in en "
    "bereid haar opnieuw voor."
)
NOT_SENT = _("Deze betaalrun is niet verzonden.")
REPORTED = _("De weigering is al gemeld.")
NOT_REPORTED = _("Eerst meldt iemand dat de bank het bestand weigerde.")
OWN_REPORT = _("U heeft de weigering zelf gemeld. Een ander boekt de run terug.")
EXECUTED = _("De bank heeft van deze run al iets uitgevoerd. Wat terugkomt, boekt zichzelf terug.")


def approve_run(by: Workplace, run: PaymentRun, now: datetime) -> RunStep | Rejected:
    """Approve what another prepared, if it can still be paid."""
    with writing():
        if refusal := _may_decide(by, run):
            return Rejected(refusal)
        post(run.network, now)
        if hindrance := what_changed(run, now):
            return Rejected(hindrance)
        return add_step(run, State.APPROVED, by, now)


def refuse_run(by: Workplace, run: PaymentRun, reason: str, now: datetime) -> RunStep | Rejected:
    """Refuse what another prepared, and say why."""
    with writing():
        if refusal := _may_decide(by, run):
            return Rejected(refusal)
        return add_step(run, State.REFUSED, by, now, reason)


def withdraw_run(by: Workplace, run: PaymentRun, now: datetime) -> RunStep | Rejected:
    """Take a run back, approved or not, before it goes to the bank."""
    if by.role != Role.CONTROLLER or by.network_id != run.network_id:
        return Rejected(NOT_YOURS)
    with writing():
        if run_state(run) not in (State.PREPARED, State.APPROVED):
            return Rejected(GONE)
        return add_step(run, State.WITHDRAWN, by, now)


def report_failure(
    by: Workplace, run: PaymentRun, reason: str, now: datetime
) -> RunStep | Rejected:
    """Report that the bank refused the file as a whole; nothing is booked back yet."""
    if not _works_here(by, run):
        return Rejected(NOT_YOURS)
    with writing():
        if refusal := _not_refusable(run):
            return Rejected(refusal)
        if State.FAILURE_REPORTED in _states(run):
            return Rejected(REPORTED)
        return add_step(run, State.FAILURE_REPORTED, by, now, reason)


def fail_run(by: Workplace, run: PaymentRun, now: datetime) -> RunStep | Rejected:
    """Book back a run that the bank refused, as another reported: it is due again."""
    if not _works_here(by, run):
        return Rejected(NOT_YOURS)
    with writing():
        if refusal := _not_refusable(run):
            return Rejected(refusal)
        reported = run.steps.filter(state=State.FAILURE_REPORTED).first()
        if reported is None:
            return Rejected(NOT_REPORTED)
        if reported.person_id == by.person_id:
            return Rejected(OWN_REPORT)
        written = Transaction.objects.get(cause_kind=CAUSE, cause_id=run.pk)
        reverse(written, now, text=run.number)
        LineStatus.objects.bulk_create(
            LineStatus(line=line, state=LineStatus.State.FAILED, on=timezone.localdate(now), at=now)
            for line in run.lines.filter(parts__isnull=False).distinct()
        )
        return add_step(run, State.FAILED, by, now)


def what_changed(run: PaymentRun, now: datetime) -> Promise | None:
    """Say why a run cannot be paid as it was prepared; None: it can."""
    if not is_pay_day(run.pay_on, timezone.localdate(now)):
        return DAY_PASSED
    accounts = {
        holder: account.pk for holder, account in accounts_on(run.network, run.pay_on).items()
    }
    if accounts.get(None) != run.account_id:
        return ACCOUNT_CHANGED
    found = standings(run.network, timezone.localdate(now), run.rule)
    nothing = Owed({})
    for line in run.lines.prefetch_related("parts"):
        if line.cents and accounts.get(line.organisation_id) != line.account_id:
            return ACCOUNT_CHANGED
        one = found.get(line.organisation_id)
        parts = [Part(part.kind, part.cents, part.advance_id) for part in line.parts.all()]
        if not still_covered(parts, one.owed if one else nothing):
            return LESS_DUE
    return None


def run_state(run: PaymentRun) -> str:
    """Return how a run stands: its newest step."""
    return str(run.steps.order_by("-pk").values_list("state", flat=True)[0])


def add_step(
    run: PaymentRun, state: str, by: Workplace | None, now: datetime, reason: str = ""
) -> RunStep:
    """Add a step to a run."""
    return RunStep.objects.create(
        run=run,
        state=state,
        person_id=by.person_id if by else None,
        position_id=by.position_id if by else None,
        at=now,
        reason=reason,
    )


def _may_decide(by: Workplace, run: PaymentRun) -> Promise | None:
    if by.role != Role.APPROVER or by.network_id != run.network_id:
        return NOT_YOURS
    if by.person_id == run.prepared_by_id:
        return OWN
    return DECIDED if run_state(run) != State.PREPARED else None


def _works_here(by: Workplace, run: PaymentRun) -> bool:
    return by.role in (Role.CONTROLLER, Role.APPROVER) and by.network_id == run.network_id


def _not_refusable(run: PaymentRun) -> Promise | None:
    if State.SENT not in _states(run) or State.FAILED in _states(run):
        return NOT_SENT
    if LineStatus.objects.filter(line__run=run).exists():
        return EXECUTED
    return None


def _states(run: PaymentRun) -> set[str]:
    return set(run.steps.values_list("state", flat=True))
