"""Care shifts: proposals with their hours per line, the decision, and planned against real."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Network
from ooievaar.network.permissions import networks_for
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import words
from ooievaar.pathways.agreeing import READERS, SIGNERS, WRITERS, may_write
from ooievaar.pathways.forms import DecisionForm, ShiftForm
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.pages.shared import named, place_of
from ooievaar.pathways.queries import in_force
from ooievaar.pathways.rules.shift import ALARMS, Hours, Month, Need, Work
from ooievaar.pathways.shift_models import CareShift
from ooievaar.pathways.shifts import (
    Study,
    base_of,
    decide,
    newest_decision,
    outcomes_open_to,
    planned_and_done,
    propose,
    shifts_for,
    shown_count,
    study,
    versions_of,
)
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.relations import Rejected
from ooievaar.ui.navigation import opens

DOOR = Door(READERS)
BAR_WIDTH = 350
BAR_HEIGHT = 66
SMALLEST_BAR = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """The hours of one line before and after, as lengths of two bars."""

    label: str
    before: str
    after: str
    change: str
    is_more: bool
    before_width: int
    after_width: int
    top: int

    @property
    def before_text(self) -> int:
        """Where the first figure stands: behind its bar."""
        return self.before_width + 6

    @property
    def after_text(self) -> int:
        """Where the second figure stands."""
        return self.after_width + 6


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A proposal in the list."""

    shift: CareShift
    state: str
    tone: str
    starts_on: Any
    alarms: tuple[str, ...]
    needs_decision: bool


@open_to(*READERS)
@require_safe
def care_shifts(request: WorkingRequest) -> HttpResponse:
    """List the care shifts of the network: proposed, decided, running."""
    place, today = place_of(request), timezone.localdate()
    rows = []
    may = False
    if place.network is not None:
        one = Network.objects.filter(pk=place.network.pk)
        bases: dict[Any, Any] = {}
        for shift in shifts_for(one):
            day = timezone.localdate(shift.proposed_at)
            if day not in bases:
                bases[day] = base_of(place.network.pk, day)
            rows.append(_row(shift, study(shift, bases[day])))
        may = may_write(request.workplace, place.network.pk, today)
    context = {"place": place, "network": place.network, "rows": rows, "may_write": may}
    return render(request, "pathways/care_shifts.html", context)


def _row(shift: CareShift, found: Study) -> ShiftRow:
    state, tone = _state(shift, found)
    last = newest_decision(shift)
    return ShiftRow(
        shift=shift,
        state=state,
        tone=tone,
        starts_on=last.starts_on if last else None,
        alarms=tuple(words.said(words.FLAG_NAMES, flag) for flag in found.flags),
        needs_decision=found.needs_decision,
    )


def _state(shift: CareShift, found: Study) -> tuple[str, str]:
    """Say how a shift stands, and in which tone."""
    last = newest_decision(shift)
    if last is None:
        return (
            (_("Wacht op een besluit"), "tag-warm")
            if found.needs_decision
            else (_("Mag meteen beginnen"), "")
        )
    if last.starts_on is None:
        return str(last.get_outcome_display()), "tag-plain"
    if last.starts_on > timezone.localdate():
        return _("Begint op %(day)s") % {"day": f"{last.starts_on:%d-%m-%Y}"}, "tag-good"
    return _("Loopt sinds %(day)s") % {"day": f"{last.starts_on:%d-%m-%Y}"}, "tag-good"


@open_to(*READERS)
@require_safe
def care_shift(request: WorkingRequest, shift_id: int) -> HttpResponse:
    """Show one care shift: what moves, hours per line, flags, decision, planned against real."""
    shift = _shift(request, shift_id)
    if shift is None:
        return refuse(request, "row", DOOR)
    here, today = request.workplace, timezone.localdate()
    found = study(shift, base_of(shift.network_id, timezone.localdate(shift.proposed_at)))
    held = in_force(shift.network_id, today)
    last = newest_decision(shift)
    state, tone = _state(shift, found)
    is_held = any(one.pk == shift.to_version_id for one in held.values())
    months: tuple[Month, ...] = ()
    if last is not None and last.starts_on is not None:
        months = planned_and_done(shift, found, last.starts_on, today)
    context = {
        "network": shift.network,
        "shift": shift,
        "study": found,
        "state": state,
        "tone": tone,
        "moved": [
            (named(one.after), [_who(old) for old in one.before], _who(one.after),
             one.after.window)
            for one in found.changed.moved
        ],
        "added": [_work(one) for one in found.changed.added],
        "dropped": [_work(one) for one in found.changed.dropped],
        "rescheduled": [
            (named(one.after), _who(one.after), one.before[0].window, one.after.window)
            for one in found.changed.rescheduled
        ],
        "resized": [(named(one.after), _who(one.after)) for one in found.changed.resized],
        "bars": bars(found.lines),
        "bars_height": BAR_HEIGHT * len(found.lines),
        "disciplines": [
            (words.who(one.discipline, one.line), words.hours(one.before_minutes),
             words.hours(one.after_minutes), words.hours(one.change_minutes, signed=True))
            for one in found.disciplines
        ],
        "flags": [
            (words.said(words.FLAG_NAMES, one), words.said(words.FLAGS, one), one in ALARMS)
            for one in found.flags
        ],
        "reasons": [words.said(words.REASONS, one) for one in found.reasons],
        "needs": [_need(one) for one in found.needs],
        "decisions": sorted(shift.decisions.all(), key=lambda one: one.pk),
        "starts_on": last.starts_on if last else None,
        "has_begun": bool(last and last.starts_on and last.starts_on <= today),
        "is_held": is_held,
        "whatif": opens("whatif", here.role),
        "months": _months(months, here),
        "may_decide": here.role in SIGNERS | WRITERS
        and bool(outcomes_open_to(here, shift, found, today)),
        "is_own": found.needs_decision and last is None
        and here.role in SIGNERS and shift.proposed_by_id == here.person_id,
    }  # fmt: skip
    return render(request, "pathways/care_shift.html", context)


def _shift(request: WorkingRequest, shift_id: int) -> CareShift | None:
    return shifts_for(networks_for(request.workplace)).filter(pk=shift_id).first()


def _who(work: Work) -> str:
    return words.who(work.discipline, work.line)


def _work(work: Work) -> tuple[str, str, str]:
    return named(work), _who(work), work.window


def _need(need: Need) -> tuple[str, str, str]:
    ability = named(need, "competence")
    activities = ", ".join(named(one) for one in need.activities)
    return words.who(need.discipline, need.line), ability, activities


def bars(lines: tuple[Hours, ...]) -> list[Bar]:
    """Return the hours per line as bars on one scale."""
    most = max((max(one.before_minutes, one.after_minutes) for one in lines), default=0)

    def width(minutes: int) -> int:
        return max(SMALLEST_BAR if minutes else 0, minutes * BAR_WIDTH // most) if most else 0

    return [
        Bar(
            label=words.said(words.LINES, one.line),
            before=words.hours(one.before_minutes),
            after=words.hours(one.after_minutes),
            change=words.hours(one.change_minutes, signed=True),
            is_more=one.change_minutes > 0,
            before_width=width(one.before_minutes),
            after_width=width(one.after_minutes),
            top=index * BAR_HEIGHT,
        )
        for index, one in enumerate(lines)
    ]


def _months(months: tuple[Month, ...], here: Workplace) -> list[dict[str, Any]]:
    """Return a table per activity: what was promised, what is done, what the old line still does.

    Few are not counted out for who gives no care.
    """
    tables: dict[str, dict[str, Any]] = {}
    for one in months:
        first, many = one.works[0], len(one.works)
        name = named(first)
        if many > 1:
            name = _("%(name)s en %(n)s andere") % {"name": name, "n": many - 1}
        table = tables.setdefault(first.key, {"name": name, "who": _who(first), "rows": []})
        table["rows"].append(
            {
                "month": one.month,
                "planned": one.planned,
                "done": shown_count(one.done, here),
                "old_planned": one.old_planned,
                "old": shown_count(one.old_done, here),
            }
        )
    return list(tables.values())


@open_to(*WRITERS)
@require_http_methods(["GET", "POST"])
def new_care_shift(request: WorkingRequest) -> HttpResponseBase:
    """Propose to go from one version of a pathway to another."""
    place, today = place_of(request), timezone.localdate()
    if place.network is None or not may_write(request.workplace, place.network.pk, today):
        return refuse(request, "row", Door(WRITERS))
    versions = versions_of(place.network.pk)
    choices = [(str(one.pk), f"{one.title}, {_('versie')} {one.number}") for one in versions]
    form = ShiftForm(
        choices,
        request.POST if request.method == "POST" else None,
        initial=_between(request, versions),
    )
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        by_pk = PathwayVersion.objects.in_bulk(
            [int(typed[side]) for side in ("from_version", "to_version") if typed[side]]
        )
        made = propose(
            request.workplace,
            **typed
            | {
                "from_version": by_pk.get(int(typed["from_version"] or 0)),
                "to_version": by_pk[int(typed["to_version"])],
            },
            at=timezone.now(),
        )
        if not isinstance(made, Rejected):
            note(
                request,
                Kind.CHANGE,
                "care_shift",
                made.pk,
                controls=NO_RELATION,
                action=Action.CREATE,
            )
            messages.success(request, _("Het voorstel staat vast. Hieronder wat het betekent."))
            return redirect("care_shift", made.pk)
        form.reject(made)
    context = {
        "place": place,
        "network": place.network,
        "form": form,
        "has_versions": bool(versions),
    }
    status = 422 if form.errors else 200
    return render(request, "pathways/new_care_shift.html", context, status=status)


def _between(request: WorkingRequest, versions: Any) -> dict[str, str]:
    """Fill in the versions that the page before named: `?naar=7&van=6`."""
    known = {str(one.pk) for one in versions}
    asked = {"to_version": request.GET.get("naar", ""), "from_version": request.GET.get("van", "")}
    return {name: value for name, value in asked.items() if value in known}


@open_to(*(SIGNERS | WRITERS))
@reauthenticated
@require_http_methods(["GET", "HEAD", "POST"])
def decide_care_shift(request: WorkingRequest, shift_id: int) -> HttpResponseBase:
    """Decide about a care shift, or start a small one; who proposed a large one does not decide."""
    shift = _shift(request, shift_id)
    if shift is None:
        return refuse(request, "row", Door(SIGNERS | WRITERS))
    today = timezone.localdate()
    proposed_on = timezone.localdate(shift.proposed_at)
    found = study(shift, base_of(shift.network_id, proposed_on))
    outcomes = outcomes_open_to(request.workplace, shift, found, today)
    if not outcomes:
        messages.warning(request, _("Hierover valt voor u nu niets te besluiten."))
        return redirect("care_shift", shift.pk)
    form = DecisionForm(
        outcomes,
        request.POST if request.method == "POST" else None,
        initial={"starts_on": today},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        made = decide(
            request.workplace,
            shift,
            typed["outcome"],
            starts_on=form.starts,
            mandate=typed["mandate"],
            note=typed["note"],
            at=timezone.now(),
        )
        if not isinstance(made, Rejected):
            note(
                request,
                Kind.CHANGE,
                "care_shift",
                shift.pk,
                controls=NO_RELATION,
                step=made.outcome,
            )
            messages.success(request, _("Het besluit staat vast."))
            return redirect("care_shift", shift.pk)
        form.reject(made)
    context = {
        "network": shift.network,
        "shift": shift,
        "study": found,
        "bars": bars(found.lines),
        "flags": [
            (words.said(words.FLAG_NAMES, one), words.said(words.FLAGS, one), one in ALARMS)
            for one in found.flags
        ],
        "reasons": [words.said(words.REASONS, one) for one in found.reasons],
        "form": form,
        "back": reverse("care_shift", args=[shift.pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "pathways/decide_care_shift.html", context, status=status)
