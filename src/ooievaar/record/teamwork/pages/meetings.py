"""The meetings of several organisations: the list, one meeting with its agenda, and its forms."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.kernel.gestation import format_gestation
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Organisation, Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import gestation_on
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected, colleagues_to_name
from ooievaar.record.teamwork import meetings as commands
from ooievaar.record.teamwork import tasks
from ooievaar.record.teamwork.buddies import partners
from ooievaar.record.teamwork.forms import (
    DecisionForm,
    MeetingForm,
    MinutesForm,
    TaskForm,
    moment_of,
)
from ooievaar.record.teamwork.models import (
    AgendaItem,
    MeetingDecision,
    MeetingMinutes,
    PlanItem,
    TeamMeeting,
)
from ooievaar.record.teamwork.permissions import MEETING_ROLES, items_for, meetings_for
from ooievaar.record.teamwork.threads import addressees
from ooievaar.record.teamwork.wording import ends

DOOR = Door(CARE_ROLES, is_care=True)
MOST_BEFORE = 20
Carried = Callable[[dict[str, Any]], "tuple[str, int, str] | Rejected"]


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def meetings(request: WorkingRequest) -> HttpResponse:
    """Show the meetings of one's own organisation; `?doe=nieuw` plans one."""
    here, at = request.workplace, timezone.now()
    may_plan = here.role in MEETING_ROLES
    if request.GET.get("doe") == "nieuw" and may_plan:
        return _new(request, at)
    note(request, Kind.LIST, "meetings", controls="TFFF")
    own = (
        meetings_for(here)
        .annotate(
            women=Count("items", filter=Q(items__in=items_for(here, at)), distinct=True),
            closed_at=F("closing__closed_at"),
        )
        .select_related("chair", "organisation")
    )
    found = list(own.order_by("-starts_at", "-pk")[:100])
    context = {
        "coming": [one for one in reversed(found) if one.closed_at is None],
        "closed": [one for one in found if one.closed_at is not None][:MOST_BEFORE],
        "may_plan": may_plan,
        "at": at,
    }
    return render(request, "teamwork/meetings.html", context)


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def meeting(request: WorkingRequest, meeting_id: int) -> HttpResponse:
    """Show a meeting: who, when, of whom, what was decided; `?doe=` is a form."""
    here, at = request.workplace, timezone.now()
    found = (
        meetings_for(here)
        .filter(pk=meeting_id)
        .select_related("chair", "organisation", "closing__person")
        .first()
    )
    if found is None:
        return refuse(request, "relation", DOOR)
    asked = request.GET.get("doe", "")
    if asked in STEPS:
        answer = STEPS[asked](request, found, at)
        if answer is not None:
            return answer
    if request.method == "POST" and request.POST.get("sluiten"):
        closing = commands.close_meeting(found, by=here, at=at)
        if isinstance(closing, Rejected):
            messages.error(request, str(closing.reason))
        else:
            _note_change(request, found, "meeting", found.pk, Action.UPDATE)
            messages.success(request, _("Het overleg is afgesloten."))
        return redirect("meeting", found.pk)
    return render(request, "teamwork/meeting.html", _agenda(request, found, at))


def _agenda(request: WorkingRequest, found: TeamMeeting, at: datetime) -> dict[str, Any]:
    here, today = request.workplace, timezone.localdate(at)
    newest = PregnancyVersion.objects.filter(
        pregnancy_id=OuterRef("pregnancy_id"), recorded_on__lte=today
    ).order_by("-recorded_on", "-pk")
    decisions = MeetingDecision.objects.filter(replaced_by__isnull=True)
    agreed = tasks.with_state(PlanItem.objects.all()).select_related("owner", "owner_organisation")
    items = list(
        items_for(here, at)
        .filter(meeting=found)
        .annotate(
            due_on=Subquery(newest.values("due_on")[:1]),
            ended_on=Subquery(newest.values("ended_on")[:1]),
        )
        .select_related("pregnancy__woman", "person", "organisation")
        .prefetch_related(
            Prefetch(
                "decisions",
                decisions.select_related("person", "organisation").prefetch_related(
                    Prefetch("plan_items", agreed.order_by("until", "pk"), to_attr="agreed")
                ),
                to_attr="present",
            )
        )
        .order_by("pk")
    )
    day = min(today, timezone.localdate(found.starts_at))
    for item in items:
        days = gestation_on(item.due_on, item.ended_on, day) if item.due_on else None
        item.gestation = format_gestation(days) if days is not None else ""  # type: ignore[attr-defined]
    note(
        request,
        Kind.LIST,
        "meeting",
        found.pk,
        women=[item.woman_id for item in items],
        items=len(items),
    )
    is_closed = hasattr(found, "closing")
    organisations = Organisation.objects.filter(pk__in=found.taking_part.values("organisation_id"))
    return {
        "meeting": found,
        "ends_at": ends(found.starts_at, found.minutes),
        "agenda": items,
        "others": _count_others(found, items),
        "organisations": organisations.order_by("name"),
        "minutes": MeetingMinutes.objects.filter(meeting=found)
        .select_related("person", "organisation")
        .order_by("pk"),
        "is_closed": is_closed,
        "has_begun": at >= found.starts_at,
        "may_lead": commands.may_lead(found, here) and not is_closed,
        "may_write": here.role in MEETING_ROLES,
        "today": today,
    }


def _count_others(found: TeamMeeting, items: Sequence[AgendaItem]) -> int:
    """Return how many women this meeting speaks of whom this workplace does not see."""
    return found.items.count() - len(items)


def _new(request: WorkingRequest, at: datetime) -> HttpResponse:
    here, today = request.workplace, timezone.localdate(at)
    chairs = _chairs(colleagues_to_name(here, today))
    offered = partners(here, today).exclude(pk=known(here.organisation_id))
    sent = request.POST if request.method == "POST" else None
    initial = {"minutes": 60, "chair": str(here.person_id)}
    form = MeetingForm(chairs, offered, sent, initial=initial)

    def carry_out(typed: dict[str, Any]) -> tuple[str, int, str] | Rejected:
        ids = [int(key) for key in typed["organisations"]]
        made = commands.plan_meeting(
            kind=typed["kind"],
            starts_at=typed["starts_at"],
            minutes=typed["minutes"],
            place=typed["place"],
            chair=Person.objects.get(pk=typed["chair"]),
            organisations=list(Organisation.objects.filter(pk__in=ids)),
            by=here,
            at=at,
        )
        if isinstance(made, Rejected):
            return made
        return "meeting", made.pk, _("Het overleg is gepland.")

    shown = {"heading": _("Een overleg plannen"), "button": _("Plannen")}
    return _step(request, None, form, carry_out, shown)


def _chairs(found: Any) -> list[Position]:
    return [held for held in found if held.role in MEETING_ROLES]


def _move(request: WorkingRequest, found: TeamMeeting, at: datetime) -> HttpResponse | None:
    here, today = request.workplace, timezone.localdate(at)
    if hasattr(found, "closing") or not commands.may_lead(found, here):
        return None
    sent = request.POST if request.method == "POST" else None
    taking_part = set(found.taking_part.values_list("organisation_id", flat=True))
    chairs = [
        held for held in _chairs(colleagues_to_name(here, today))
        if held.organisation_id in taking_part
    ]  # fmt: skip
    initial = moment_of(found.starts_at, found.minutes)
    initial |= {"place": found.place, "chair": str(found.chair_id)}
    form = MeetingForm(chairs, None, sent, initial=initial)

    def carry_out(typed: dict[str, Any]) -> tuple[str, int, str] | Rejected:
        made = commands.move_meeting(
            found,
            starts_at=typed["starts_at"],
            minutes=typed["minutes"],
            place=typed["place"],
            chair=Person.objects.get(pk=typed["chair"]),
            by=here,
            at=at,
        )
        if isinstance(made, Rejected):
            return made
        return "meeting", found.pk, _("Het overleg is verzet.")

    shown = {"heading": _("Het overleg verzetten"), "button": _("Verzetten")}
    return _step(request, found, form, carry_out, shown)


def _item(request: WorkingRequest, found: TeamMeeting, at: datetime) -> AgendaItem | None:
    key = request.GET.get("punt", "")
    items = items_for(request.workplace, at).filter(meeting=found)
    one = items.filter(pk=key) if key.isdecimal() and len(key) < 16 else items.none()
    return one.select_related("pregnancy__woman", "meeting").first()


def _decide(request: WorkingRequest, found: TeamMeeting, at: datetime) -> HttpResponse | None:
    """Conclude about one woman, or correct what was concluded."""
    item = _item(request, found, at)
    if item is None or request.workplace.role not in MEETING_ROLES:
        return None
    newest = item.decisions.filter(replaced_by__isnull=True).first()
    initial = {"kind": newest.kind, "conclusion": newest.conclusion} if newest else {}
    sent = request.POST if request.method == "POST" else None
    form = DecisionForm(sent, initial={"kind": MeetingDecision.Kind.DISCUSSED, **initial})
    seen = request.POST.get("gezien", "") if sent is not None else str(newest.pk if newest else "")

    def carry_out(typed: dict[str, Any]) -> tuple[str, int, str] | Rejected:
        # What somebody else concluded after the form was opened is not written over.
        former = newest if newest is not None and str(newest.pk) == seen else None
        made = commands.conclude(
            item,
            typed["kind"],
            typed["conclusion"],
            by=request.workplace,
            at=at,
            replaces=former,
        )
        if isinstance(made, Rejected):
            return made
        return "meeting_decision", made.pk, _("De conclusie staat vast.")

    shown = {
        "heading": _("Vastleggen wat is besloten")
        if newest is None
        else _("De conclusie verbeteren"),
        "button": _("Vastleggen"),
        "item": item,
        "seen": seen,
    }
    return _step(request, found, form, carry_out, shown, item)


def _agree(request: WorkingRequest, found: TeamMeeting, at: datetime) -> HttpResponse | None:
    """Agree a task that follows from a decision."""
    item = _item(request, found, at)
    decision = item and item.decisions.filter(replaced_by__isnull=True).first()
    if item is None or not decision or request.workplace.role not in MEETING_ROLES:
        return None
    here, today = request.workplace, timezone.localdate(at)
    owners = addressees(item.pregnancy_id, here, today, brings_in=False)
    sent = request.POST if request.method == "POST" else None
    form = TaskForm(owners, sent, initial={"owner": f"o{here.organisation_id}"})

    def carry_out(typed: dict[str, Any]) -> tuple[str, int, str] | Rejected:
        made = tasks.agree(item.pregnancy, **typed, by=here, at=at, decision=decision)
        if isinstance(made, Rejected):
            return made
        return "plan_item", made.pk, _("De afspraak staat vast.")

    shown = {"heading": _("Een taak afspreken"), "button": _("Afspreken"), "item": item}
    return _step(request, found, form, carry_out, shown, item)


def _minutes(request: WorkingRequest, found: TeamMeeting, at: datetime) -> HttpResponse | None:
    if request.workplace.role not in MEETING_ROLES:
        return None
    form = MinutesForm(request.POST if request.method == "POST" else None)

    def carry_out(typed: dict[str, Any]) -> tuple[str, int, str] | Rejected:
        made = commands.write_minutes(found, typed["text"], by=request.workplace, at=at)
        if isinstance(made, Rejected):
            return made
        return "meeting", found.pk, _("Dit staat in de notulen.")

    is_closed = hasattr(found, "closing")
    heading = _("De notulen verbeteren") if is_closed else _("Notulen schrijven")
    shown = {"heading": heading, "button": _("Vastleggen")}
    return _step(request, found, form, carry_out, shown)


def _step(
    request: WorkingRequest,
    found: TeamMeeting | None,
    form: RecordForm,
    carry_out: Carried,
    shown: dict[str, Any],
    item: AgendaItem | None = None,
) -> HttpResponse:
    """Show a form of a meeting, or do what it asks; what was typed stays when it is refused."""
    if request.method == "POST" and form.is_valid():
        done = carry_out(form.cleaned_data)
        if not isinstance(done, Rejected):
            thing, key, words = done
            _note_change(request, found, thing, key, Action.CREATE, item)
            messages.success(request, words)
            return redirect("meeting", found.pk if found is not None else key)
        form.reject(done)
    women = [item.woman_id] if item is not None else []
    note(request, Kind.READ, "meeting", found.pk if found else "", women=women)
    context = {"meeting": found, "form": form, **shown}
    return render(request, "teamwork/meeting_step.html", context)


def _note_change(
    request: WorkingRequest,
    found: TeamMeeting | None,
    thing: str,
    key: int,
    action: Action,
    item: AgendaItem | None = None,
) -> None:
    women = [item.woman_id] if item is not None else []
    if item is None and found is not None and thing == "meeting" and hasattr(found, "closing"):
        # Closing ends who sees whom: all of these women are concerned.
        women = list(found.items.values_list("woman_id", flat=True))
    note(request, Kind.CHANGE, thing, key, action=action, women=women)


Answer = Callable[[WorkingRequest, TeamMeeting, datetime], HttpResponse | None]
STEPS: dict[str, Answer] = {
    "verzetten": _move,
    "besluit": _decide,
    "taak": _agree,
    "notulen": _minutes,
}
