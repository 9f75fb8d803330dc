"""Closing a month with four eyes: the controller prepares, an approver decides, a job closes."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Insurer, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.models import ClosingRequest, ClosingStep
from ooievaar.settlement.requests import (
    OPEN,
    Hindered,
    Hindrance,
    approve_closing,
    facts_changed,
    month_hindrance,
    prepare_closing,
    refuse_closing,
    requests_for,
    standing,
    withdraw_closing,
)
from ooievaar.settlement.rules.proof import Proof
from ooievaar.ui.check_answers import confirmed, sign_answers
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_job
from ooievaar.ui.models import Job
from ooievaar.ui.tables import Table
from ooievaar.ui.templatetags.ooievaar import day, euro, month_name, number
from ooievaar.web import words
from ooievaar.web.month import bar, is_month

DRAFT_TITLE = gettext_noop("Cijfers van %(month)s berekenen")
APPROVE, REFUSE = "goedkeuren", "afkeuren"
NO_NAMES = gettext_lazy("Geen namen of gegevens van cliënten.")


class NoteForm(forms.Form):
    """What the controller wants the approver to know."""

    note = forms.CharField(
        label=gettext_lazy("Toelichting voor wie goedkeurt"),
        help_text=NO_NAMES,
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefusalForm(forms.Form):
    """Why a closing is not approved."""

    reason = forms.CharField(
        label=gettext_lazy("Waarom keurt u niet goed?"),
        help_text=NO_NAMES,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@open_to(Role.CONTROLLER)
@require_http_methods(["GET", "HEAD", "POST"])
def close_month(request: WorkingRequest, month: str) -> HttpResponseBase:
    """Show what closing a month would divide, and take it on to the check of the answers."""
    if not is_month(month):
        raise Http404
    if request.method == "POST":
        return _do_with_month(request, month)
    newest = _newest_request(request)
    hindrance, waiting = _in_the_way(request, month, newest)
    context: dict[str, Any] = {"month": month, "hindrance": hindrance, "waiting": waiting}
    if newest is not None and newest.month == month:
        context["step"] = standing(newest)
    if waiting is not None:
        context["figures"] = shown_figures(waiting.figures)
    elif hindrance is None:
        draft = _newest_draft(request, month)
        context |= {"draft": draft, "note_form": NoteForm(initial={"note": _noted(request, month)})}
        if draft is not None and draft.state == Job.State.DONE:
            context["figures"] = shown_figures(draft.result)
            context["has_changed"] = facts_changed(draft.result)
    return render(request, "web/closing/close.html", context)


def _do_with_month(request: WorkingRequest, month: str) -> HttpResponse:
    match request.POST.get("doe"):
        case "berekenen":
            return _start_draft(request, month)
        case "intrekken":
            return _withdraw(request, month)
    form = NoteForm(request.POST)
    if form.is_valid():
        request.session[_note_key(month)] = form.cleaned_data["note"]
        return redirect("check_closing", month)
    draft = _newest_draft(request, month)
    context: dict[str, Any] = {"month": month, "draft": draft, "note_form": form}
    if draft is not None and draft.state == Job.State.DONE:
        context["figures"] = shown_figures(draft.result)
    return render(request, "web/closing/close.html", context, status=422)


def _start_draft(request: WorkingRequest, month: str) -> HttpResponse:
    hindrance, waiting = _in_the_way(request, month, _newest_request(request))
    if hindrance is not None or waiting is not None:
        return redirect("close_month", month)
    draft = _newest_draft(request, month)
    if draft is None or not draft.is_live or draft.is_interrupted:
        # Facts of today do not count yet: an approval tomorrow sees the same facts.
        parameters = {"month": month, "known_until": timezone.localdate().isoformat()}
        draft = start_job("draft_closing", request, DRAFT_TITLE, parameters)
    return redirect("job", draft.pk)


def _withdraw(request: WorkingRequest, month: str) -> HttpResponse:
    waiting = _newest_request(request)
    if waiting is not None and waiting.month == month:
        try:
            withdraw_closing(request.workplace, waiting, timezone.now())
        except Hindered as hindered:
            messages.error(request, str(hindered.hindrance.reason))
        else:
            _note(request, waiting, "withdrawn")
            messages.success(request, _("De afsluiting is ingetrokken."))
    return redirect("close_month", month)


def _in_the_way(
    request: WorkingRequest, month: str, newest: ClosingRequest | None
) -> tuple[Hindrance | None, ClosingRequest | None]:
    """Return why this month cannot be closed, or the request that is open for it."""
    assert request.workplace.network_id is not None
    if newest is not None and newest.month == month and standing(newest).state in OPEN:
        return None, newest
    hindrance = month_hindrance(request.workplace.network_id, month, timezone.localdate())
    return hindrance, None


def _newest_request(request: WorkingRequest) -> ClosingRequest | None:
    """Return the last request of the network: one is open at a time, so no other can be."""
    return _with_people(requests_for(request.workplace)).order_by("-pk").first()


def _with_people(requests: QuerySet[ClosingRequest]) -> QuerySet[ClosingRequest]:
    return requests.select_related("prepared_by", "network").prefetch_related("steps__person")


def _newest_draft(request: WorkingRequest, month: str) -> Job | None:
    drafts = Job.objects.filter(
        kind="draft_closing", network_id=request.workplace.network_id, parameters__month=month
    )
    return drafts.order_by("-created_at").first()


def _note_key(month: str) -> str:
    return f"closing-note-{month}"


def _noted(request: WorkingRequest, month: str) -> str:
    return str(request.session.get(_note_key(month), ""))


@open_to(Role.CONTROLLER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def check_closing(request: WorkingRequest, month: str) -> HttpResponseBase:
    """Show once more what will be asked of the approver, and ask it."""
    if not is_month(month):
        raise Http404
    draft = _newest_draft(request, month)
    hindrance, waiting = _in_the_way(request, month, _newest_request(request))
    if hindrance or waiting or draft is None or draft.state != Job.State.DONE:
        return redirect("close_month", month)
    here = request.workplace
    purpose = f"prepare-closing:{here.position_id}:{month}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _prepare(request, month, answers)
            if answers is not None
            else redirect("check_closing", month)
        )
    figures, comment = draft.result, _noted(request, month)
    change = reverse("close_month", args=[month])
    context = {
        "heading": _("Controleer: %(month)s ter goedkeuring aanbieden")
        % {"month": month_name(month)},
        "answers": [*_answers(figures), (_("Toelichting"), comment or "–", change)],
        "action": _("Ter goedkeuring aanbieden"),
        "token": sign_answers({"draft": str(draft.pk), "note": comment}, purpose=purpose),
        "back_address": change,
        "warning": _("Na goedkeuring door een ander wordt de maand afgesloten, voorgoed."),
    }
    return render(request, "ooievaar/check_answers.html", context)


def _answers(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (_("Maand"), month_name(figures["month"]), ""),
        (_("Feiten bekend vóór"), day(date.fromisoformat(figures["known_until"])), ""),
        (_("Nieuwe producten"), number(figures["products"]), ""),
        (_("Correcties"), number(figures["corrections"]), ""),
        (_("Te verdelen"), euro(figures["cents"]), ""),
        (_("Partners"), euro(figures["partners_cents"]), ""),
        (_("Organisatiekosten"), euro(figures["overhead_cents"]), ""),
        (_("Reserve"), euro(figures["reserve_cents"]), ""),
        *(
            (name, euro(figures[key]), "")
            for name, key in (
                (_("Leveranciers"), "suppliers_cents"),
                (_("Toeslagen"), "surcharges_cents"),
            )
            if figures.get(key)
        ),
    ]


def _prepare(request: WorkingRequest, month: str, answers: dict[str, Any]) -> HttpResponse:
    draft = Job.objects.get(pk=answers["draft"], network_id=request.workplace.network_id)
    try:
        prepared = prepare_closing(
            request.workplace,
            draft.result,
            str(answers["note"]),
            timezone.now(),
            timezone.localdate(),
        )
    except Hindered as hindered:
        messages.error(request, str(hindered.hindrance.reason))
        return redirect("close_month", month)
    request.session.pop(_note_key(month), None)
    _note(request, prepared, "prepared")
    messages.success(request, _("De afsluiting ligt klaar voor wie goedkeurt."))
    return redirect("close_month", month)


def _note(request: WorkingRequest, asked: ClosingRequest, step: str) -> None:
    note(
        request,
        Kind.MONEY,
        "closing_request",
        asked.pk,
        controls=NO_RELATION,
        month=asked.month,
        step=step,
    )


@open_to(Role.APPROVER)
@require_safe
def closing_requests(request: WorkingRequest) -> HttpResponseBase:
    """List the closings that were prepared, those that wait first."""
    rows = sorted(
        _with_people(requests_for(request.workplace)).order_by("-pk"),
        key=lambda asked: standing(asked).state != ClosingStep.State.PREPARED,
    )
    table = Table(
        "goedkeuren",
        [
            Column("maand", _("Maand"), lambda row: row.month, "month", link=request_address),
            Column("stand", _("Stand"), lambda row: standing(row).get_state_display()),
            Column("bedrag", _("Te verdelen"), lambda row: row.figures["cents"], "euro"),
            Column("wie", _("Voorbereid door"), lambda row: row.prepared_by.name),
            Column("wanneer", _("Voorbereid op"), lambda row: row.prepared_at, "moment"),
        ],
        rows,
        request,
        caption=_("Afsluitingen"),
        empty_heading=_("Niets om goed te keuren"),
        empty_text=_("Hier komt een maand te staan zodra de controller haar heeft voorbereid."),
    )
    if table.wants_export:
        return table.export(table.wants_export)
    return render(request, "web/closing/requests.html", {"table": table})


def request_address(asked: ClosingRequest) -> str:
    """Return where a request is decided."""
    return reverse("approve_closing", args=[asked.pk])


@open_to(Role.APPROVER)
@require_http_methods(["GET", "HEAD", "POST"])
def approve_closing_page(request: WorkingRequest, request_id: int) -> HttpResponseBase:
    """Show what was prepared and take the decision on to the check of the answers."""
    asked = _with_people(requests_for(request.workplace)).filter(pk=request_id).first()
    if asked is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    form = RefusalForm(initial={"reason": _decided(request, asked).get("reason", "")})
    if request.method == "POST":
        decision = {"doe": APPROVE, "reason": ""}
        if request.POST.get("doe") == REFUSE:
            form = RefusalForm(request.POST)
            decision = (
                {"doe": REFUSE, "reason": form.cleaned_data["reason"]} if form.is_valid() else {}
            )
        if decision:
            request.session[_decision_key(asked)] = decision
            return redirect("decide_closing", asked.pk)
    step = standing(asked)
    waits = step.state == ClosingStep.State.PREPARED
    is_own = asked.prepared_by_id == request.workplace.person_id
    context = {
        "asked": asked,
        "step": step,
        "steps": sorted(asked.steps.all(), key=lambda one: one.pk),
        "figures": shown_figures(asked.figures),
        "is_own": is_own,
        "has_changed": waits and facts_changed(asked.figures),
        "waits": waits,
        "form": form,
        "is_refusing": bool(form.errors) or bool(form.initial.get("reason")),
    }
    status = 422 if form.errors else 200
    return render(request, "web/closing/approve.html", context, status=status)


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_closing(request: WorkingRequest, request_id: int) -> HttpResponseBase:
    """Show once more what was decided, and do it."""
    asked = _with_people(requests_for(request.workplace)).filter(pk=request_id).first()
    if asked is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    decision = _decided(request, asked)
    back = request_address(asked)
    if not decision or standing(asked).state != ClosingStep.State.PREPARED:
        return redirect(back)
    purpose = f"decide-closing:{request.workplace.position_id}:{asked.pk}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, asked, answers)
            if answers is not None
            else redirect("decide_closing", asked.pk)
        )
    is_approval = decision["doe"] == APPROVE
    name = month_name(asked.month)
    shown = [*_answers(asked.figures), (_("Voorbereid door"), asked.prepared_by.name, "")]
    if not is_approval:
        shown.append((_("Reden"), decision["reason"], back))
    context = {
        "heading": (
            _("Controleer: %(month)s goedkeuren")
            if is_approval
            else _("Controleer: %(month)s afkeuren")
        )
        % {"month": name},
        "answers": shown,
        "action": _("Goedkeuren en afsluiten") if is_approval else _("Afkeuren"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": _("Een afgesloten maand blijft zoals zij is.") if is_approval else "",
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(
    request: WorkingRequest, asked: ClosingRequest, answers: dict[str, Any]
) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    try:
        if answers["doe"] == REFUSE:
            refuse_closing(here, asked, str(answers["reason"]), now)
            _note(request, asked, "refused")
            messages.success(request, _("De afsluiting is afgekeurd; de controller ziet waarom."))
            response = redirect("closing_requests")
        else:
            job = approve_closing(here, asked, now, timezone.localdate())
            _note(request, asked, "approved")
            response = redirect("job", job.pk)
    except Hindered as hindered:
        messages.error(request, str(hindered.hindrance.reason))
        return redirect(request_address(asked))
    request.session.pop(_decision_key(asked), None)
    return response


def _decision_key(asked: ClosingRequest) -> str:
    return f"closing-decision-{asked.pk}"


def _decided(request: WorkingRequest, asked: ClosingRequest) -> dict[str, str]:
    return dict(request.session.get(_decision_key(asked), {}))


def shown_figures(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a draft with names, as both pairs of eyes see them."""
    insurers = Insurer.objects.in_bulk([row[0] for row in figures["insurers"]])
    organisations = Organisation.objects.in_bulk([row[0] for row in figures["income"]])
    return {
        **figures,
        "insurer_lines": [
            (insurers[insurer].name, count, cents, corrections, corrected)
            for insurer, count, cents, corrections, corrected in figures["insurers"]
        ],
        "income_lines": sorted(
            (
                (organisations[who].name, words.words(words.DISCIPLINES, discipline), cents)
                for who, discipline, cents in figures["income"]
            ),
            key=lambda line: -line[2],
        ),
        "bars": [bar(balance) for balance in Proof.from_json(figures["proof"]).balances],
    }
