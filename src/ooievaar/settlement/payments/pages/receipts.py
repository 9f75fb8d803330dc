"""Recording what came in ahead: an advance of an insurer, or a loan of a partner."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Insurer, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.advancing import record_loan
from ooievaar.settlement.payments.insurer_advances import record_insurer_advance
from ooievaar.settlement.payments.models import BankEntry, InsurerAdvance, Loan
from ooievaar.settlement.payments.pages.forms import ReceiptForm
from ooievaar.settlement.payments.pages.reading import network_of
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.check_answers import confirmed, sign_answers
from ooievaar.ui.templatetags.ooievaar import day, euro

INSURER, LOAN = "verzekeraar", "lening"
KINDS = (INSURER, LOAN)


def _who(request: WorkingRequest, kind: str) -> Any:
    """Return who may have paid ahead: insurers, or who takes part."""
    if kind == INSURER:
        return Insurer.objects.order_by("name")
    network_id = known(request.workplace.network_id)
    return (
        Organisation.objects.filter(memberships__network_id=network_id).distinct().order_by("name")
    )


def _heading(kind: str) -> str:
    return (
        _("Voorschot van een verzekeraar vastleggen")
        if kind == INSURER
        else _("Lening van een partner vastleggen")
    )


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def record_receipt(request: WorkingRequest, kind: str) -> HttpResponseBase:
    """Ask what came in, as it stands on the statement of the bank."""
    if kind not in KINDS:
        raise Http404
    kept = request.session.get(_key(kind), {})
    form = ReceiptForm(_who(request, kind), request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        request.session[_key(kind)] = {
            "who": typed["who"],
            "euros": str(typed["euros"]),
            "cents": form.cents,
            "received_on": typed["received_on"].isoformat(),
            "reference": typed["reference"],
        }
        return redirect("check_receipt", kind)
    context = {
        "form": form,
        "heading": _heading(kind),
        "is_loan": kind == LOAN,
        "tabs": tabs_for(request.workplace),
    }
    return render(request, "payments/receipt.html", context, status=422 if form.errors else 200)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_receipt(request: WorkingRequest, kind: str) -> HttpResponseBase:
    """Show once more what came in, and book it."""
    if kind not in KINDS:
        raise Http404
    purpose = f"receipt-{kind}:{request.workplace.position_id}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _record(request, kind, answers)
            if answers is not None
            else redirect("check_receipt", kind)
        )
    typed = request.session.get(_key(kind))
    if not typed:
        return redirect("record_receipt", kind)
    back = reverse("record_receipt", args=[kind])
    warning = "" if _stands_on_statement(request, typed) else _(
        "Dit bedrag staat op deze dag nog op geen ingelezen afschrift. Kijk het na bij de bank: "
        "het wordt geboekt als ontvangen."
    )  # fmt: skip
    received = date.fromisoformat(typed["received_on"])
    context = {
        "heading": _("Controleer: %(what)s") % {"what": _heading(kind).lower()},
        "answers": [
            (_("Van wie"), _who(request, kind).get(pk=typed["who"]).name, back),
            (_("Bedrag"), euro(typed["cents"]), back),
            (_("Ontvangen op"), day(received), back),
            (_("Kenmerk"), typed["reference"], back),
        ],
        "action": _("Vastleggen en boeken"),
        "token": sign_answers(typed, purpose=purpose),
        "back_address": back,
        "warning": warning,
    }
    return render(request, "ooievaar/check_answers.html", context)


def _stands_on_statement(request: WorkingRequest, typed: dict[str, Any]) -> bool:
    return BankEntry.objects.filter(
        statement__network_id=known(request.workplace.network_id),
        match=BankEntry.Match.OTHER,
        cents=typed["cents"],
        booked_on=typed["received_on"],
    ).exists()


def _record(request: WorkingRequest, kind: str, typed: dict[str, Any]) -> HttpResponse:
    network = network_of(request.workplace)
    who = _who(request, kind).get(pk=typed["who"])
    amount: dict[str, Any] = {
        "cents": typed["cents"],
        "received_on": date.fromisoformat(typed["received_on"]),
        "reference": typed["reference"],
        "now": timezone.now(),
    }
    made: InsurerAdvance | Loan | Rejected
    if kind == INSURER:
        made = record_insurer_advance(request.workplace, network, who, **amount)
    else:
        made = record_loan(request.workplace, network, who, **amount)
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect("record_receipt", kind)
    request.session.pop(_key(kind), None)
    note(request, Kind.MONEY, "advances", made.pk, controls=NO_RELATION, step=f"received-{kind}")
    messages.success(request, _("Vastgelegd en geboekt."))
    return redirect("advances")


def _key(kind: str) -> str:
    return f"receipt-{kind}"
