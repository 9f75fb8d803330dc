"""One decision about the books: what was prepared, how it stands, and deciding about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.record.relations import Rejected
from ooievaar.settlement.tabs import tabs_for
from ooievaar.settlement.year_end import deciding
from ooievaar.settlement.year_end.models import Proposal, ProposalStep
from ooievaar.settlement.year_end.pages.forms import RefusalForm
from ooievaar.settlement.year_end.pages.preparing import WARNINGS, noted
from ooievaar.settlement.year_end.pages.shown import account_names, answers_of, moves_of
from ooievaar.settlement.year_end.queries import proposals_for, title_of
from ooievaar.ui.check_answers import confirmed, sign_answers

APPROVE, REFUSE, WITHDRAW = "goedkeuren", "afkeuren", "intrekken"
State = ProposalStep.State


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: WorkingRequest, proposal_id: int) -> HttpResponseBase:
    """Show what was prepared, and take a decision on to the check of the answers."""
    asked = _asked(request, proposal_id)
    if asked is None:
        return refuse(request, "row", Door(WHOLE_NETWORK_ROLES))
    here = request.workplace
    waits = deciding.standing(asked).state == State.PREPARED
    is_own = asked.prepared_by_id == here.person_id
    may_decide = waits and here.role == Role.APPROVER and not is_own
    form = RefusalForm(initial={"reason": _decided(request, asked).get("reason", "")})
    if request.method == "POST":
        if request.POST.get("doe") == WITHDRAW:
            return _withdraw(request, asked)
        decision = {"doe": APPROVE, "reason": ""}
        if request.POST.get("doe") == REFUSE:
            form = RefusalForm(request.POST)
            decision = (
                {"doe": REFUSE, "reason": form.cleaned_data["reason"]} if form.is_valid() else {}
            )
        if decision and may_decide:
            request.session[_key(asked)] = decision
            return redirect("decide_proposal", asked.pk)
    figures = asked.figures
    is_year = asked.kind == Proposal.Kind.YEAR_END
    context = {
        "tabs": tabs_for(here),
        "asked": asked,
        "title": title_of(asked),
        "step": deciding.standing(asked),
        "steps": sorted(asked.steps.all(), key=lambda one: one.pk),
        "answers": answers_of(asked.kind, figures),
        "moves": moves_of(figures, account_names(figures)) if is_year else [],
        "is_year": is_year,
        "is_own": is_own and here.role == Role.APPROVER,
        "may_decide": may_decide,
        "may_withdraw": waits and here.role == Role.CONTROLLER,
        "form": form,
        "is_refusing": bool(form.errors) or bool(form.initial.get("reason")),
    }
    status = 422 if form.errors else 200
    return render(request, "year_end/proposal.html", context, status=status)


@open_to(Role.APPROVER)
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_proposal(request: WorkingRequest, proposal_id: int) -> HttpResponseBase:
    """Show once more what was decided, and do it."""
    asked = _asked(request, proposal_id)
    if asked is None:
        return refuse(request, "row", Door(frozenset({Role.APPROVER})))
    back = reverse("proposal", args=[asked.pk])
    decision = _decided(request, asked)
    if not decision or deciding.standing(asked).state != State.PREPARED:
        return redirect(back)
    purpose = f"decide-proposal:{request.workplace.position_id}:{asked.pk}"
    if request.method == "POST":
        answers = confirmed(request, purpose)
        return (
            _decide(request, asked, answers)
            if answers is not None
            else redirect("decide_proposal", asked.pk)
        )
    is_approval = decision["doe"] == APPROVE
    told = [(label, value, "") for label, value in answers_of(asked.kind, asked.figures)]
    told.append((_("Voorbereid door"), asked.prepared_by.name, ""))
    if asked.despite:
        told.append((_("Ondanks onbekende waarden, omdat"), asked.despite, ""))
    if not is_approval:
        told.append((_("Reden"), decision["reason"], back))
    heading = (
        _("Controleer: %(what)s goedkeuren") if is_approval else _("Controleer: %(what)s afkeuren")
    )
    context = {
        "heading": heading % {"what": title_of(asked)},
        "answers": told,
        "action": _("Goedkeuren en boeken") if is_approval else _("Afkeuren"),
        "token": sign_answers(decision, purpose=purpose),
        "back_address": back,
        "warning": WARNINGS.get(Proposal.Kind(asked.kind), "") if is_approval else "",
    }
    return render(request, "ooievaar/check_answers.html", context)


def _decide(request: WorkingRequest, asked: Proposal, answers: dict[str, Any]) -> HttpResponse:
    here, now = request.workplace, timezone.now()
    is_approval = answers["doe"] == APPROVE
    done = (
        deciding.approve(here, asked, now)
        if is_approval
        else deciding.refuse(here, asked, str(answers["reason"]), now)
    )
    if isinstance(done, Rejected):
        messages.error(request, str(done.reason))
        return redirect("proposal", asked.pk)
    request.session.pop(_key(asked), None)
    noted(request, asked, done.state)
    messages.success(
        request,
        _("Goedgekeurd en geboekt.") if is_approval else _("Afgekeurd; de controller ziet waarom."),
    )
    return redirect("proposal", asked.pk)


def _withdraw(request: WorkingRequest, asked: Proposal) -> HttpResponse:
    done = deciding.withdraw(request.workplace, asked, timezone.now())
    if isinstance(done, Rejected):
        messages.error(request, str(done.reason))
    else:
        noted(request, asked, done.state)
        messages.success(request, _("Ingetrokken."))
    return redirect("proposal", asked.pk)


def _asked(request: WorkingRequest, proposal_id: int) -> Proposal | None:
    found = proposals_for(request.workplace).prefetch_related("steps__person")
    return found.filter(pk=proposal_id).first()


def _key(asked: Proposal) -> str:
    return f"proposal-decision-{asked.pk}"


def _decided(request: WorkingRequest, asked: Proposal) -> dict[str, str]:
    return dict(request.session.get(_key(asked), {}))
