"""One question to another provider: how it stands, and every step that can be done with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.models import Person
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.forms import RecordForm
from ooievaar.record.handover import commands
from ooievaar.record.handover.forms import (
    NOW,
    ON_ARRIVAL,
    AnswerForm,
    ReasonForm,
    TakeOverForm,
)
from ooievaar.record.handover.here import CARE_DOOR, Asked, Here, referrals_of
from ooievaar.record.handover.models import Phase, Referral, ReferralStep
from ooievaar.record.handover.rules import course
from ooievaar.record.handover.warnings import TransferIdea, TransferWarning, warnings_for
from ooievaar.record.permissions import access_to
from ooievaar.record.relations import Rejected

DOINGS: dict[str, tuple[str, str, str | Promise, str | Promise]] = {
    "antwoorden": (
        course.ANSWERED,
        "check",
        gettext_lazy("Antwoorden"),
        gettext_lazy("Antwoord geven"),
    ),
    "aannemen": (
        course.ACCEPTED,
        "check",
        gettext_lazy("Aannemen"),
        gettext_lazy("Haar overnemen"),
    ),
    "overnemen": (
        course.TAKEN_OVER,
        "switch-horizontal",
        gettext_lazy("Zij is er: overnemen"),
        gettext_lazy("Haar overnemen"),
    ),
    "niet-aannemen": (
        course.DECLINED,
        "x",
        gettext_lazy("Niet aannemen"),
        gettext_lazy("Niet aannemen"),
    ),
    "intrekken": (
        course.WITHDRAWN,
        "x",
        gettext_lazy("Intrekken"),
        gettext_lazy("Vraag intrekken"),
    ),
    "afsluiten": (
        course.ENDED,
        "player-stop",
        gettext_lazy("Meekijken afsluiten"),
        gettext_lazy("Meekijken afsluiten"),
    ),
}
"""What is done with a question, as the address says it: the step, an icon, a button, a heading."""
DONE: dict[str, str | Promise] = {
    course.ANSWERED: gettext_lazy("Uw antwoord staat vast."),
    course.ACCEPTED: gettext_lazy(
        "Aangenomen. Verantwoordelijk bent u zodra u haar hier overneemt."
    ),
    course.TAKEN_OVER: gettext_lazy("Overgenomen."),
    course.DECLINED: gettext_lazy("Vastgelegd: niet aangenomen."),
    course.WITHDRAWN: gettext_lazy("De vraag is ingetrokken."),
    course.ENDED: gettext_lazy("Afgesloten: zij kijken niet meer mee."),
}
Made = ReferralStep | Rejected | None


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def referral(request: WorkingRequest, pregnancy_id: int, referral_id: int) -> HttpResponse:
    """Show one question with its steps; `?doe=` is a form for the next one."""
    workplace, at = request.workplace, timezone.now()
    access = access_to(workplace, pregnancy_id, at)
    today = timezone.localdate(at)
    found = referrals_of(pregnancy_id, today, referral_id) if access else []
    if access is None or not found:
        return refuse(request, "relation", CARE_DOOR)
    here, asked = Here(request, workplace, pregnancy_id, access, at), found[0]
    sides = commands.sides_of(workplace, asked.referral, has_carers=asked.has_carers)
    can = _possible(asked, sides, today)
    if course.ACCEPTED in can:
        # The form of accepting offers taking over now as well.
        can -= {course.TAKEN_OVER}
    doing = request.GET.get("doe", "")
    if doing in DOINGS and DOINGS[doing][0] in can:
        return _do(here, asked, doing)
    if request.method == "POST":
        if doing in DOINGS:
            late = _("Dit kan niet meer: iemand was u voor. Hieronder staat wat er gebeurde.")
            messages.warning(request, late)
        return redirect("referral", pregnancy_id, referral_id)
    here.note(Kind.READ, "referral", referral_id)
    theirs = asked.referral.to_organisation_id != workplace.organisation_id
    return here.page(
        "referral",
        asked=asked,
        doings=[(name, row[1], row[2]) for name, row in DOINGS.items() if row[0] in can],
        on_paper=theirs and course.ASKED in sides and asked.waits,
        warnings=_broke(here, asked.referral) if "na" in request.GET else (),
    )


def _possible(asked: Asked, sides: frozenset[str], today: date) -> set[str]:
    """Return which steps somebody on these sides can do now; accepting is taking over too."""
    has_access = commands.still_gives_access(asked.referral, today)
    acts = course.acts_on(asked.referral.kind, asked.state, has_access=has_access)
    return {act.state for act in acts if act.side in sides}


def _do(here: Here, asked: Asked, doing: str) -> HttpResponse:
    """Do one step, or show its form with what is wrong."""
    state, _icon, button, heading = DOINGS[doing]
    request, row = here.request, asked.referral
    sent = request.POST if request.method == "POST" else None
    form, carry_out = FORMS[state](here, row, sent)
    if sent is not None and form.is_valid():
        made = carry_out()
        if isinstance(made, Rejected):
            form.reject(made)
        elif made is not None:
            here.note(Kind.CHANGE, "referral", row.pk, action=Action.UPDATE, state=made.state)
            messages.success(request, str(DONE[made.state]))
            if access_to(here.workplace, here.pregnancy_id, here.at) is None:
                return redirect("/")
            return redirect("referral", here.pregnancy_id, row.pk)
    here.note(Kind.READ, "referral", row.pk)
    # The page before this one told who leads.
    here = replace(here, leaders=())
    return here.page("step", form=form, asked=asked, button=button, heading=heading, state=state)


Form = tuple[Any, Callable[[], Made]]


def _answer(here: Here, row: Referral, sent: Any) -> Form:
    form = AnswerForm(row.kind, sent)

    def carry_out() -> Made:
        typed = form.cleaned_data
        return commands.answer(
            here.workplace,
            row,
            text=typed["text"],
            lead=typed["lead"],
            lead_when=typed["lead_when"],
            is_done=not typed.get("looks_on"),
            at=here.at,
        )

    return form, carry_out


def _accept(here: Here, row: Referral, sent: Any, *, is_accepted: bool = False) -> Form:
    people = commands.gives_care_in(row.to_organisation_id, timezone.localdate(here.at))
    form = TakeOverForm(people.select_related("person"), is_accepted, sent)

    def carry_out() -> Made:
        typed = form.cleaned_data
        if typed["when"] == ON_ARRIVAL:
            return commands.accept(
                here.workplace, row, at=here.at, starts_at=None, text=typed["text"]
            )
        starts_at = here.at if typed["when"] == NOW else form.moment(row.asked_at)
        if starts_at is None:
            return None
        chosen = typed["person"]
        return commands.take_over(
            here.workplace,
            row,
            at=here.at,
            starts_at=starts_at,
            person=Person.objects.get(pk=chosen) if chosen else None,
            text=typed["text"],
        )

    return form, carry_out


def _take_over(here: Here, row: Referral, sent: Any) -> Form:
    return _accept(here, row, sent, is_accepted=True)


def _decline(here: Here, row: Referral, sent: Any) -> Form:
    form = ReasonForm(True, sent)
    return form, lambda: commands.decline(
        here.workplace, row, reason=form.cleaned_data["text"], at=here.at
    )


def _withdraw(here: Here, row: Referral, sent: Any) -> Form:
    form = ReasonForm(False, sent)
    return form, lambda: commands.withdraw(
        here.workplace, row, reason=form.cleaned_data["text"], at=here.at
    )


def _end(here: Here, row: Referral, sent: Any) -> Form:
    return RecordForm(sent), lambda: commands.end(here.workplace, row, at=here.at)


FORMS: dict[str, Callable[[Here, Referral, Any], Form]] = {
    course.ANSWERED: _answer,
    course.ACCEPTED: _accept,
    course.TAKEN_OVER: _take_over,
    course.DECLINED: _decline,
    course.WITHDRAWN: _withdraw,
    course.ENDED: _end,
}


def _broke(here: Here, row: Referral) -> list[TransferWarning]:
    """Return what an emergency handed over breaks: shown when it is done, never before."""
    idea = TransferIdea(
        pregnancy_id=here.pregnancy_id,
        organisation_id=row.to_organisation_id,
        kind=row.kind,
        phase=row.phase,
        day=timezone.localdate(row.asked_at),
        from_organisation_id=row.from_organisation_id,
        in_labour=row.phase == Phase.NATAL,
    )
    return warnings_for(idea)
