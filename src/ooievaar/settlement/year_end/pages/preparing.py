"""Preparing a decision: a form, the check of the answers, and then another is asked."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ooievaar.kernel.period import month_of
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Insurer, Network
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import Account, PeriodClosing
from ooievaar.settlement.tabs import tabs_for
from ooievaar.settlement.year_end.deciding import figures_hash, prepare
from ooievaar.settlement.year_end.kinds import KINDS
from ooievaar.settlement.year_end.losses import disputed_lines
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.pages.forms import (
    DecisionForm,
    LossForm,
    NetPaidForm,
    OpeningForm,
    PeriodForm,
)
from ooievaar.settlement.year_end.pages.shown import answers_of
from ooievaar.settlement.year_end.queries import proposals_for
from ooievaar.ui.check_answers import confirmed, sign_answers

MOST_MONTHS = 24
PAGE_OF = {
    Proposal.Kind.LOSS: "losses",
    Proposal.Kind.OPENING: "opening_balance",
    Proposal.Kind.SAFETY_NET_PAID: "safety_net_paid",
    Proposal.Kind.PERIOD: "close_period",
}
WARNINGS = {
    Proposal.Kind.YEAR_END: gettext_lazy("Na goedkeuring door een ander wordt dit geboekt."),
    Proposal.Kind.LOSS: gettext_lazy(
        "Wordt een regel later toch toegekend, dan komt het verlies vanzelf terug."
    ),
    Proposal.Kind.PERIOD: gettext_lazy(
        "In een gesloten maand, en alle maanden ervoor, wordt niets meer geboekt."
    ),
}


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def losses(request: WorkingRequest) -> HttpResponseBase:
    """Show what insurers refused of what was divided, and ask who bears it."""
    disputed = disputed_lines(network_of(request))
    form = LossForm(disputed, request.POST or None, initial=_typed(request, Proposal.Kind.LOSS))
    sums: dict[str, list[int]] = {}
    for one in disputed:
        counted = sums.setdefault(one.line.insurer.name, [0, 0])
        counted[0] += 1
        counted[1] += one.cents
    return _form_page(request, Proposal.Kind.LOSS, form, {"sums": sorted(sums.items())})


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def opening_balance(request: WorkingRequest) -> HttpResponseBase:
    """Ask what was in the bank when the books began."""
    kind = Proposal.Kind.OPENING
    return _form_page(
        request, kind, OpeningForm(request.POST or None, initial=_typed(request, kind))
    )


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def safety_net_paid(request: WorkingRequest) -> HttpResponseBase:
    """Ask what an insurer paid of its safety net."""
    kind = Proposal.Kind.SAFETY_NET_PAID
    held = Account.objects.filter(network=network_of(request), kind=Account.Kind.SAFETY_NET)
    insurers = Insurer.objects.filter(pk__in=held.values("insurer_id")).order_by("name")
    form = NetPaidForm(insurers, request.POST or None, initial=_typed(request, kind))
    return _form_page(request, kind, form)


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def close_period(request: WorkingRequest) -> HttpResponseBase:
    """Ask which month of the books closes, and show those that did."""
    kind, network = Proposal.Kind.PERIOD, network_of(request)
    closed = PeriodClosing.objects.filter(network=network).order_by("-period")
    shown = list(closed.select_related("by")[:MOST_MONTHS])
    newest = shown[0].period if shown else ""
    months = closable_months(newest, timezone.localdate())
    initial = _typed(request, kind) or {"period": months[-1] if months else ""}
    form = PeriodForm(months, request.POST or None, initial=initial)
    return _form_page(request, kind, form, {"closed": shown, "months": months})


def closable_months(newest: str, today: date) -> list[str]:
    """Return the months that are over and open, newest first; two years back at most."""
    months: list[str] = []
    last = today.replace(day=1) - timedelta(days=1)
    while len(months) < MOST_MONTHS and month_of(last) > newest:
        months.append(month_of(last))
        last = last.replace(day=1) - timedelta(days=1)
    return months


def _form_page(
    request: WorkingRequest, kind: str, form: DecisionForm, more: dict[str, Any] | None = None
) -> HttpResponseBase:
    may_prepare = request.workplace.role == Role.CONTROLLER
    if request.method == "POST":
        if not may_prepare:
            return redirect(PAGE_OF[Proposal.Kind(kind)])
        if form.is_valid():
            figures = KINDS[kind].draft(network_of(request), form.data_of(), timezone.now())
            if not isinstance(figures, Rejected):
                asked = {"data": form.data_of(), "note": form.cleaned_data["note"]}
                remember(request, kind, figures, {**asked, "typed": _as_typed(request)})
                return redirect("check_proposal", kind)
            form.reject(figures)
    waits = proposals_for(request.workplace).filter(kind=kind).prefetch_related("steps")[:10]
    context = {
        "tabs": tabs_for(request.workplace),
        "form": form,
        "kind": kind,
        "proposals": waits,
        "may_prepare": may_prepare,
        **(more or {}),
    }
    status = 422 if form.errors else 200
    return render(request, f"year_end/{PAGE_OF[Proposal.Kind(kind)]}.html", context, status=status)


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_proposal(request: WorkingRequest, kind: str) -> HttpResponseBase:
    """Show once more what will be asked of the approver, and ask it."""
    if kind not in KINDS:
        raise Http404
    asked = remembered(request, kind)
    if not asked:
        return redirect(_back(kind, {}))
    purpose = f"propose:{request.workplace.position_id}:{kind}"
    back = _back(kind, asked["data"])
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _prepare(request, kind, answers)
            if answers is not None
            else redirect("check_proposal", kind)
        )
    told = [(label, value, "") for label, value in asked["told"]]
    told.append((_("Toelichting"), asked.get("note") or "–", back))
    if asked.get("despite"):
        told.append((_("Ondanks onbekende waarden, omdat"), asked["despite"], back))
    context = {
        "heading": _("Controleer: %(what)s") % {"what": Proposal.Kind(kind).label},
        "answers": told,
        "action": _("Ter goedkeuring aanbieden"),
        "token": sign_answers(
            {name: asked.get(name, "") for name in ("data", "note", "despite", "seen")},
            purpose=purpose,
        ),
        "back_address": back,
        "warning": WARNINGS.get(Proposal.Kind(kind), ""),
    }
    return render(request, "ooievaar/check_answers.html", context)


def _prepare(request: WorkingRequest, kind: str, answers: dict[str, Any]) -> HttpResponse:
    made = prepare(
        request.workplace,
        network_of(request),
        kind,
        answers["data"],
        timezone.now(),
        note=answers["note"],
        despite=answers["despite"],
        seen=answers["seen"],
    )
    if isinstance(made, Rejected):
        messages.error(request, str(made.reason))
        return redirect(_back(kind, answers["data"]))
    request.session.pop(_key(kind), None)
    noted(request, made, "prepared")
    messages.success(request, _("Het ligt klaar voor wie goedkeurt."))
    return redirect("proposal", made.pk)


def noted(request: WorkingRequest, proposal: Proposal, step: str) -> None:
    """Note what somebody did with a proposal."""
    note(
        request,
        Kind.MONEY,
        "proposal",
        proposal.pk,
        controls=NO_RELATION,
        about=f"{proposal.kind}.{proposal.about}",
        step=step,
        decision="despite-unknown" if proposal.despite else "as-known",
    )


def network_of(request: WorkingRequest) -> Network:
    """Return the network that somebody works for."""
    return Network.objects.get(pk=known(request.workplace.network_id))


def remember(
    request: WorkingRequest, kind: str, figures: dict[str, Any], asked: dict[str, Any]
) -> None:
    """Keep what was typed, and the figures that were seen with it, until it is prepared."""
    request.session[_key(kind)] = {
        **asked,
        "told": answers_of(kind, figures),
        "seen": figures.get("content_hash") or figures_hash(figures),
    }


def remembered(request: WorkingRequest, kind: str) -> dict[str, Any]:
    """Return what was typed and not prepared yet."""
    return dict(request.session.get(_key(kind), {}))


def _as_typed(request: WorkingRequest) -> dict[str, Any]:
    return {
        name: values if name == "lines" else values[-1]
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and values
    }


def _typed(request: WorkingRequest, kind: str) -> dict[str, Any]:
    return dict(remembered(request, kind).get("typed", {}))


def _key(kind: str) -> str:
    return f"proposal-{kind}"


def _back(kind: str, data: dict[str, Any]) -> str:
    if kind == Proposal.Kind.YEAR_END:
        return reverse("year_end_of", args=[data["year"]]) if data else reverse("year_end")
    return reverse(PAGE_OF[Proposal.Kind(kind)])
