"""The calendar of a week: appointments here, joint hours of the buddy, meetings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Discipline, Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import access_to, known, pregnancies_for
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import appointments as commands
from ooievaar.record.teamwork.buddies import pairs_for
from ooievaar.record.teamwork.forms import (
    AppointmentForm,
    CancelForm,
    JointHourForm,
    MoveForm,
    PlanInForm,
    moment_of,
)
from ooievaar.record.teamwork.models import Appointment, TeamMeeting
from ooievaar.record.teamwork.permissions import may_involve, meetings_for
from ooievaar.record.teamwork.queries import Slot, of_calendar, slots_between, women_of
from ooievaar.record.teamwork.wording import day_bounds, ends

WEEK = timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week, with what stands on it in the order of the clock."""

    day: date
    is_today: bool
    lines: tuple["Slot | MeetingLine", ...]


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting as the calendar shows it."""

    meeting: TeamMeeting
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What was changed, for the log and for where to go on."""

    appointment: Appointment
    words: str
    action: Action = Action.CREATE


Step = tuple[str, str, str, RecordForm, Callable[[dict[str, Any]], "Made | Rejected"]]
"""Heading, intro, button, form, and what is done with it."""


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def calendar(request: WorkingRequest) -> HttpResponse:
    """Show a week, `?week=2026-W45`; `?doe=` is a form."""
    here, at = request.workplace, timezone.now()
    asked = request.GET.get("doe", "")
    step = STEPS[asked](request, at) if asked in STEPS else None
    if step is not None:
        return _step(request, step, at)
    today = timezone.localdate(at)
    monday = _monday(request.GET.get("week", ""), today)
    first, until = day_bounds(monday, monday + WEEK)
    slots = slots_between(here, first, until, at=at)
    meetings = (
        meetings_for(here)
        .filter(starts_at__gte=first, starts_at__lt=until)
        .select_related("organisation")
        .order_by("starts_at", "pk")
    )
    lines: list[Slot | MeetingLine] = [*slots]
    lines += [MeetingLine(one, one.starts_at, ends(one.starts_at, one.minutes)) for one in meetings]
    lines.sort(key=lambda one: (one.starts_at, one.ends_at))
    note(request, Kind.LIST, "calendar", women=women_of(slots), week=week_of(monday))
    days = [monday + timedelta(days=number) for number in range(7)]
    context = {
        "days": [
            Day(day, day == today, tuple(_on(lines, day)))
            for day in days
        ],
        "monday": monday,
        "sunday": days[-1],
        "number": monday.isocalendar().week,
        "is_empty": not lines,
        "is_this_week": monday <= today < monday + WEEK,
        "previous": week_of(monday - WEEK) if monday.year > FIRST_YEAR else "",
        "next": week_of(monday + WEEK) if monday.year < LAST_YEAR else "",
        "may_open_hour": here.discipline in JOINT_DISCIPLINES,
        "is_place": here.discipline == Discipline.MIDWIVES,
    }  # fmt: skip
    return render(request, "teamwork/calendar.html", context)


JOINT_DISCIPLINES = frozenset({Discipline.MIDWIVES, Discipline.HOSPITAL, Discipline.GYNAECOLOGISTS})


def week_of(monday: date) -> str:
    """Return how a week is called in the address: `2026-W45`."""
    year, number, _day = monday.isocalendar()
    return f"{year}-W{number:02}"


def _monday(text: str, today: date) -> date:
    """Return the Monday of the week in the address; of this week when it names none."""
    try:
        found = date.fromisoformat(f"{text}-1") if "W" in text else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return today - timedelta(days=today.weekday())
    return found


def _on(lines: list[Slot | MeetingLine], day: date) -> list[Slot | MeetingLine]:
    """Return what begins on a day; what lasts past midnight stands where it began."""
    return [one for one in lines if timezone.localdate(one.starts_at) == day]


def _step(request: WorkingRequest, step: Step, at: datetime) -> HttpResponse:
    """Show a form, or do what it asks; what was typed stays when it is refused."""
    heading, intro, button, form, carry_out = step
    if request.method == "POST" and form.is_valid():
        done = carry_out(form.cleaned_data)
        if not isinstance(done, Rejected):
            one = done.appointment
            women = [one.pregnancy.woman_id] if one.pregnancy is not None else []
            note(
                request, Kind.CHANGE, "appointment", one.pk, women=women, action=done.action,
                controls="TTTF" if women else "TFFF",
            )  # fmt: skip
            messages.success(request, done.words)
            _warn_of_overlap(request, one)
            monday = timezone.localdate(one.starts_at)
            week = week_of(monday - timedelta(days=monday.weekday()))
            return redirect(f"{reverse('calendar')}?week={week}")
        form.reject(done)
    note(request, Kind.LIST, "calendar", controls="TFFF")
    context = {"heading": heading, "intro": intro, "button": button, "form": form}
    return render(request, "teamwork/calendar_step.html", context)


def _warn_of_overlap(request: WorkingRequest, one: Appointment) -> None:
    """Say that somebody has two appointments at once; that happens, and may be meant."""
    if one.is_cancelled or one.person_id is None:
        return
    until = ends(one.starts_at, one.minutes)
    near = commands.current(Appointment.objects.all()).filter(
        person_id=one.person_id,
        starts_at__lt=until,
        starts_at__gt=one.starts_at - timedelta(minutes=commands.LONGEST_MINUTES),
    )
    if any(ends(other.starts_at, other.minutes) > one.starts_at
           for other in near.exclude(pk=one.pk)):  # fmt: skip
        messages.warning(request, _("Let op: er staat op dat moment nog een afspraak."))


# --- Forms ---


def _new(request: WorkingRequest, at: datetime) -> Step | None:
    here, today = request.workplace, timezone.localdate(at)
    initial: dict[str, Any] = {"day": today, "minutes": 20, "person": str(here.person_id)}
    key = request.GET.get("zwangere", "")
    if key.isdecimal() and len(key) < 16:
        asked_for = pregnancies_for(here, at).filter(pk=key).first()
        if asked_for is not None:
            initial["woman"] = asked_for.reference
            note(request, Kind.READ, "pregnancy", asked_for.pk, women=[asked_for.woman_id])
    form = AppointmentForm(_colleagues(here, today), _sent(request), initial=initial)

    def carry_out(typed: dict[str, Any]) -> Made | Rejected:
        pregnancy = _found(request, at, typed["woman"])
        if isinstance(pregnancy, Rejected):
            return pregnancy
        person = Person.objects.get(pk=typed["person"]) if typed["person"] else None
        made = commands.make_appointment(
            pregnancy,
            person=person,
            starts_at=typed["starts_at"],
            minutes=typed["minutes"],
            note=typed["note"],
            by=here,
            at=at,
        )
        return made if isinstance(made, Rejected) else Made(made, _("De afspraak staat."))

    return _("Een afspraak maken"), "", _("Maken"), form, carry_out


def _open_hour(request: WorkingRequest, at: datetime) -> Step | None:
    here, today = request.workplace, timezone.localdate(at)
    own = known(here.organisation_id)
    pairs = list(
        pairs_for(here, today)
        .filter(Q(practice_id=own) | Q(organisation_id=own), valid_until__gt=today)
        .order_by("practice__name", "pk")
    )
    if not pairs:
        return None
    initial = {"places": 6, "minutes": 20}
    form = JointHourForm(pairs, _sent(request), initial=initial)

    def carry_out(typed: dict[str, Any]) -> Made | Rejected:
        pair = next(one for one in pairs if str(one.pk) == typed["pair"])
        made = commands.make_joint_hour(
            pair,
            day=typed["day"],
            clock=typed["clock"],
            places=typed["places"],
            minutes=typed["minutes"],
            by=here,
            at=at,
        )
        if isinstance(made, Rejected):
            return made
        return Made(made[0], _("Het spreekuur staat in beide agenda’s."))

    intro = _("De buddy komt naar de praktijk: u ziet de zwangere samen.")
    heading = _("Een gezamenlijk spreekuur openen")
    return heading, intro, _("Openen"), form, carry_out


def _plan_in(request: WorkingRequest, at: datetime) -> Step | None:
    here, place = request.workplace, _asked(request)
    if place is None or place.pair is None or place.organisation_id != here.organisation_id:
        return None
    form = PlanInForm(_sent(request))

    def carry_out(typed: dict[str, Any]) -> Made | Rejected:
        pregnancy = _found(request, at, typed["woman"])
        if isinstance(pregnancy, Rejected):
            return pregnancy
        access = access_to(here, pregnancy.pk, at)
        if access is None or not may_involve(here, access):
            return Rejected(_("Alleen wie haar behandelt, laat de buddy meekijken."), "woman")
        made = commands.plan_in(place, pregnancy, note=typed["note"], by=here, at=at)
        if isinstance(made, Rejected):
            return made
        return Made(made, _("Zij is ingepland."))

    intro = _("%(name)s ziet haar dossier vanaf nu, als lid van haar team.") % {
        "name": place.pair.gynaecologist.name
    }
    return _("Inplannen op het gezamenlijk spreekuur"), intro, _("Inplannen"), form, carry_out


def _move(request: WorkingRequest, at: datetime) -> Step | None:
    here, one = request.workplace, _asked(request)
    if one is None:
        return None
    form = MoveForm(_sent(request), initial=moment_of(one.starts_at, one.minutes))

    def carry_out(typed: dict[str, Any]) -> Made | Rejected:
        made = commands.move(
            one, starts_at=typed["starts_at"], minutes=typed["minutes"], by=here, at=at
        )
        if isinstance(made, Rejected):
            return made
        return Made(made, _("De afspraak is verzet."), Action.UPDATE)

    return _("Een afspraak verzetten"), _when(one), _("Verzetten"), form, carry_out


def _cancel(request: WorkingRequest, at: datetime) -> Step | None:
    here, one = request.workplace, _asked(request)
    if one is None:
        return None
    form = CancelForm(_sent(request))

    def carry_out(typed: dict[str, Any]) -> Made | Rejected:
        made = commands.cancel(one, typed["reason"], by=here, at=at)
        if isinstance(made, Rejected):
            return made
        return Made(made, _("De afspraak is afgezegd."), Action.UPDATE)

    return _("Een afspraak afzeggen"), _when(one), _("Afzeggen"), form, carry_out


def _when(one: Appointment) -> str:
    return f"{timezone.localtime(one.starts_at):%d-%m-%Y %H:%M}"


def _sent(request: WorkingRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _asked(request: WorkingRequest) -> Appointment | None:
    """Return the appointment in the address that this person may change."""
    key = request.GET.get("afspraak", "")
    if not key.isdecimal() or len(key) > 15:
        return None
    found = (
        Appointment.objects.filter(of_calendar(request.workplace), pk=key, is_cancelled=False)
        .select_related("pair__gynaecologist", "pair__organisation", "pregnancy", "organisation")
        .first()
    )
    return found if found is not None and commands.may_change(found, request.workplace) else None


def _found(request: WorkingRequest, at: datetime, words: str) -> Pregnancy | Rejected:
    """Return the one pregnancy that words mean: its reference, else a part of a name.

    Whoever is named in the answer was seen, which the access log is told.
    """
    here = request.workplace
    seen = pregnancies_for(here, at).select_related("woman")
    exact = list(seen.filter(Q(reference__iexact=words) | Q(woman__reference__iexact=words))
                 .order_by("-pk")[:2])  # fmt: skip
    if exact:
        return exact[0]
    named: QuerySet[Pregnancy] = seen
    for word in words.split():
        named = named.filter(woman__name__icontains=word)
    found = list(named.order_by("-pk")[: MOST_NAMED + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        return Rejected(_("Zo heet niemand die u behandelt."), "woman")
    if len(found) > MOST_NAMED:
        return Rejected(_("Zo heten er meer dan vijf; vul meer van haar naam in."), "woman")
    note(request, Kind.SEARCH, "pregnancies", women=[one.woman_id for one in found])
    names = "; ".join(f"{one.woman.name} ({one.reference})" for one in found)
    return Rejected(_("Vul haar referentie in: %(names)s.") % {"names": names}, "woman")


def _colleagues(here: Workplace, today: date) -> QuerySet[Position]:
    return (
        Position.objects.filter(
            organisation_id=known(here.organisation_id),
            role__in=sorted(CARE_ROLES),
            person__is_active=True,
            valid_from__lte=today,
            valid_until__gt=today,
        )
        .select_related("person")
        .order_by("person__last_name", "person__first_name", "pk")
    )


STEPS: dict[str, Callable[[WorkingRequest, datetime], Step | None]] = {
    "afspraak": _new,
    "spreekuur": _open_hour,
    "inplannen": _plan_in,
    "verzetten": _move,
    "afzeggen": _cancel,
}
