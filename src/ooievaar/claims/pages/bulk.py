"""One thing done with several problems: chosen in the list, asked once, then done."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ooievaar.claims import fixing
from ooievaar.claims.fixing import Fixed
from ooievaar.claims.pages import forms, words
from ooievaar.claims.pages.worklist import Row, rows_for
from ooievaar.claims.rules.problems import Problem
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Person
from ooievaar.network.roles import Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.ui.bulk import back_address, picked_keys
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers

ASSIGN = "assign"
WITH_SEVERAL = (ASSIGN, "wait", "release", "write_off")
"""What can be done with more than one problem at a time."""


@open_to(Role.CONTROLLER, is_care=True)
@require_POST
def claims_bulk(request: WorkingRequest) -> HttpResponse:
    """Show which problems were chosen and ask for the reason; then do it with each."""
    at, action = timezone.now(), request.POST.get("actie", "")
    back = back_address(request, reverse("claims_work"))
    if action not in WITH_SEVERAL:
        return redirect(back)
    purpose = f"claims-bulk:{request.workplace.position_id}:{action}"
    answers = read_answers(request.POST.get(FIELD, ""), purpose=purpose)
    keys = answers["keys"] if answers is not None else picked_keys(request)
    rows = [row for row in rows_for(request, at) if row.key in keys]
    if action not in ("wait", ASSIGN):
        rows = [row for row in rows if action in row.problem.fixes]
    form = forms.ReasonForm(request.POST if answers is not None else None)
    if answers is not None and (action == ASSIGN or form.is_valid()):
        return _do(request, action, rows, form, str(answers["back"]), at)
    women = {woman for row in rows for woman in row.women}
    note(request, Kind.LIST, "claims_work", women=women, controls=NO_RELATION, found=len(rows))
    context = {
        "heading": label(action),
        "action": action,
        "rows": rows,
        "left_out": len(keys) - len(rows),
        "cents": sum(row.problem.cents for row in rows),
        "lines": sum(len(row.problem.lines) for row in rows),
        "does": "" if action == ASSIGN else words.said(words.FIXES_DO, action),
        "form": None if action == ASSIGN else form,
        "token": sign_answers({"keys": [row.key for row in rows], "back": back}, purpose),
        "back_address": back,
    }
    return render(request, "claims/bulk.html", context, status=422 if form.errors else 200)


def label(action: str) -> str:
    """Return what an action is called."""
    return _("Neem ik op mij") if action == ASSIGN else words.said(words.FIXES, action)


def _do(
    request: WorkingRequest,
    action: str,
    rows: Sequence[Row],
    form: forms.ReasonForm,
    back: str,
    at: datetime,
) -> HttpResponse:
    doing = _doing(request, action, form, at)
    done = [made for row in rows if isinstance(made := doing(row.problem), Fixed)]
    women = {woman for made in done for woman in made.women}
    note(
        request,
        Kind.MONEY,
        "claims_work",
        women=women,
        controls=NO_RELATION,
        step=action,
        problems=len(done),
    )
    refused = len(rows) - len(done)
    if done:
        said = ngettext("%(n)s probleem.", "%(n)s problemen.", len(done)) % {"n": len(done)}
        messages.success(request, f"{label(action)}: {said}")
    if refused:
        said = ngettext("%(n)s probleem", "%(n)s problemen", refused) % {"n": refused}
        messages.error(request, _("Dit kon niet bij %(said)s.") % {"said": said})
    return redirect(back)


def _doing(
    request: WorkingRequest, action: str, form: forms.ReasonForm, at: datetime
) -> Callable[[Problem], Fixed | Rejected]:
    by = request.workplace
    if action == ASSIGN:
        me = Person.objects.get(pk=by.person_id)
        return lambda problem: fixing.assign(by, problem, me, at=at)
    reason = form.cleaned_data["reason"]
    match action:
        case "release":
            return lambda problem: fixing.release(by, problem, reason, at=at)
        case "write_off":
            return lambda problem: fixing.write_off(by, problem, reason, at=at)
    return lambda problem: fixing.wait(by, problem, reason, at=at)
