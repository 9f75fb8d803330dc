"""What payments ask of somebody on the overview of the books: one query for each kind."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.ledger.slots import Ask
from ooievaar.settlement.payments.models import AdvanceStep, BankAccountStep, RunStep
from ooievaar.settlement.payments.pages.reading import standing_runs
from ooievaar.settlement.payments.queries import accounts_for, advance_runs_for, runs_for

State = RunStep.State


def asks_of_runs(workplace: Workplace, day: date) -> list[Ask]:
    """Say which run waits for this person: to approve, to send, or to book back."""
    texts = {
        (State.PREPARED, Role.APPROVER): _("Betaalrun %(number)s wacht op goedkeuring"),
        (State.APPROVED, Role.CONTROLLER): _("Betaalrun %(number)s is goedgekeurd: naar de bank"),
        (State.SENDING, Role.CONTROLLER): _("Betaalrun %(number)s was onderbroken: naar de bank"),
        (State.FAILURE_REPORTED, Role.CONTROLLER): _("Betaalrun %(number)s: terugboeken?"),
        (State.FAILURE_REPORTED, Role.APPROVER): _("Betaalrun %(number)s: terugboeken?"),
    }
    states = [state for state, role in texts if role is workplace.role]
    if not states:
        return []
    runs: Any = standing_runs(runs_for(workplace)).filter(state__in=states)
    return [
        Ask(
            texts[State(run.state), workplace.role] % {"number": run.number},
            reverse("payment_run", args=[run.pk]),
            timezone.localdate(run.since),
            run.cents,
        )
        for run in runs
        if not (run.state == State.PREPARED and run.prepared_by_id == workplace.person_id)
    ]


def asks_of_accounts(workplace: Workplace, day: date) -> list[Ask]:
    """Say how many accounts wait for who approves, of which another typed the number."""
    if workplace.role is not Role.APPROVER:
        return []
    steps = BankAccountStep.objects.filter(account=OuterRef("pk"))
    waiting = accounts_for(workplace).filter(~Exists(steps))
    times = [
        at
        for at, person_id in waiting.values_list("proposed_at", "proposed_by_id")
        if person_id != workplace.person_id
    ]
    if not times:
        return []
    text = ngettext(
        "%(count)s rekening wacht op goedkeuring",
        "%(count)s rekeningen wachten op goedkeuring",
        len(times),
    )
    address = f"{reverse('bank_accounts')}?stand=proposed"
    return [Ask(text % {"count": len(times)}, address, timezone.localdate(min(times)))]


def asks_of_advances(workplace: Workplace, day: date) -> list[Ask]:
    """Say which advances wait for who approves."""
    if workplace.role is not Role.APPROVER:
        return []
    steps = AdvanceStep.objects.filter(run=OuterRef("pk"))
    runs = advance_runs_for(workplace).filter(~Exists(steps))
    return [
        Ask(
            _("Voorschotten van %(month)s wachten op goedkeuring") % {"month": run.month},
            reverse("advance_run", args=[run.pk]),
            timezone.localdate(run.prepared_at),
            run.cents,
        )
        for run in runs.exclude(prepared_by_id=workplace.person_id)
    ]
