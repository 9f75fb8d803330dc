"""The plan of one woman: what should happen in which week, who must act, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.kernel.gestation import format_gestation, gestation_days
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Person
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import words
from ooievaar.pathways.commands import skip, undo_skip
from ooievaar.pathways.forms import SkipForm
from ooievaar.pathways.pages.shared import named
from ooievaar.pathways.queries import definitions_of, label_of, plan_of
from ooievaar.pathways.rules.definition import Activity, Definition
from ooievaar.pathways.rules.planning import AUTOMATIC, Plan, PlanItem
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import Banner, banner_for
from ooievaar.record.entries.dictionary import load as load_dictionary
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import Access, access_to
from ooievaar.record.relations import Rejected

DOOR = Door(CARE_ROLES, is_care=True)
SUBSET_DISCIPLINES = {Role.KRAAM_CARER: "kraamzorg", Role.SONOGRAPHER: "ultrasound"}
"""Roles that see the items of their own discipline only."""
SKIP, UNDO = "overslaan", "terugzetten"
LATEST_PREGNANT_DAYS = 300
TONES = {
    "overdue": ("tag-alarm", "alert-triangle"),
    "due": ("tag-warm", "bell"),
    "done": ("tag-good", "check"),
    "skipped": ("tag-plain", "circle-x"),
    "upcoming": ("tag-plain", "clock"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where it is written that this should happen."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """An item of the plan as a page shows it."""

    place: str
    name: str
    who: str
    pathway: str
    note: str
    weeks: str
    from_on: date
    until: date
    status: str
    status_name: str
    tone: str
    icon: str
    outcome: str
    outcome_address: str
    form_address: str
    may_skip: bool
    may_undo: bool
    source: int | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class Week:
    """The items that begin in one week."""

    heading: str
    is_now: bool
    lines: tuple[PlanLine, ...]


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def plan(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show her plan by week; `?doe=overslaan&wat=` asks why, and a button puts it back."""
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", DOOR)
    logged: dict[str, Any] = {"women": [access.woman_id], "controls": access.controls}
    hers = plan_of(pregnancy_id, at)
    shown = [item for item in hers.items if sees_item(here, item)]
    asked = _asked(request, shown)
    form = None
    if asked is not None and may_change(here, access, asked):
        form = SkipForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and _carry_out(request, pregnancy_id, asked, form, at, logged):
            return redirect("plan", pregnancy_id)
    # Without the parts of rooms to the right: a plan is two queries, and a page has twelve.
    banner = banner_for(here, pregnancy_id, at, access=access, parts=())
    note(request, Kind.READ, "plan", pregnancy_id, **logged)
    context: dict[str, Any] = {"banner": banner}
    is_asking = form is not None and request.GET.get("doe") == SKIP
    if is_asking and asked is not None and banner is not None:
        line = _line(asked, banner, {}, {}, here, access)
        context |= {"form": form, "line": line}
        return render(
            request, "pathways/plan_skip.html", context, status=422 if form and form.errors else 200
        )
    if banner is not None:
        context |= _shown(hers, shown, banner, here, access)
    context["is_subset"] = here.role in SUBSET_DISCIPLINES
    context["may_move"] = may_move(here, access)
    return render(request, "pathways/plan.html", context)


def sees_item(workplace: Workplace, item: PlanItem) -> bool:
    """Tell whether a role sees an item: those with a subset, what is theirs to do."""
    discipline = SUBSET_DISCIPLINES.get(workplace.role)
    return discipline is None or item.role == workplace.role or item.discipline == discipline


def may_move(workplace: Workplace, access: Access) -> bool:
    """Tell whether somebody may put her on a pathway: who treats her, and sees all of it."""
    treats = access.basis in (TreatmentRelation.Basis.CARE, TreatmentRelation.Basis.TEAM)
    return treats and workplace.role not in SUBSET_DISCIPLINES


def may_change(workplace: Workplace, access: Access, item: PlanItem) -> bool:
    """Tell whether somebody may skip an item: who treats her; with a subset, their own."""
    treats = access.basis in (TreatmentRelation.Basis.CARE, TreatmentRelation.Basis.TEAM)
    return treats and sees_item(workplace, item)


def _asked(request: WorkingRequest, shown: Iterable[PlanItem]) -> PlanItem | None:
    """Return the item that the address or the button is about: `wat=ctg.0`."""
    wanted = request.POST.get("wat") or request.GET.get("wat", "")
    return next((item for item in shown if _place(item) == wanted), None)


def _place(item: PlanItem) -> str:
    return f"{item.key}.{item.occurrence}"


def _carry_out(
    request: WorkingRequest,
    pregnancy_id: int,
    item: PlanItem,
    form: SkipForm,
    at: datetime,
    logged: dict[str, Any],
) -> bool:
    """Skip an item or put it back; False when the form says what is wrong."""
    pregnancy = Pregnancy.objects.get(pk=pregnancy_id)
    by: dict[str, Any] = {"person": _person(request), "at": at, "occurrence": item.occurrence}
    if request.POST.get("doe") == UNDO:
        done = undo_skip(pregnancy, item.key, **by)
        words_done = _("Terug in het plan: %(name)s.")
        if isinstance(done, Rejected):
            messages.warning(request, str(done.reason))
            return True
    else:
        if not form.is_valid():
            return False
        done = skip(pregnancy, item.key, reason=form.cleaned_data["reason"], **by)
        words_done = _("Overgeslagen: %(name)s.")
        if isinstance(done, Rejected):
            form.reject(done)
            return False
    note(request, Kind.CHANGE, "plan_skip", done.pk, action=Action.CREATE, **logged)
    messages.success(request, words_done % {"name": label_of(item)})
    return True


def _person(request: WorkingRequest) -> Person:
    return request.user


def _shown(
    hers: Plan, shown: list[PlanItem], banner: Banner, here: Workplace, access: Access
) -> dict[str, Any]:
    definitions = definitions_of(hers)
    sources: dict[Source, int] = {}
    lines = [(item, _line(item, banner, definitions, sources, here, access)) for item in shown]
    now = [line for item, line in lines if item.status in ("overdue", "due")]
    now.sort(key=lambda line: (line.status != "overdue", line.until))
    counts = {name: sum(item.status == name for item in shown) for name in words.STATUSES}
    return {
        "plan": hers,
        "pathways": [(one, named(one, "title"), definitions[one.key]) for one in hers.pathways],
        "now": now,
        "weeks": _weeks(lines, banner, definitions),
        "sources": [(number, one) for one, number in sources.items()],
        "counts": [(words.said(words.STATUSES, name), n) for name, n in counts.items() if n],
    }


def _line(
    item: PlanItem,
    banner: Banner,
    definitions: dict[str, Definition],
    sources: dict[Source, int],
    here: Workplace,
    access: Access,
) -> PlanLine:
    source = _source(item, definitions)
    due_on = banner.version.due_on
    start, until = gestation_days(due_on, item.due_from), gestation_days(due_on, item.due_until)
    tone, sign = TONES[item.status]
    may = may_change(here, access, item)
    is_typed = item.status == "skipped" and item.reason not in AUTOMATIC
    outcome = ""
    if item.status == "done" and item.done_on:
        outcome = _("%(day)s, %(by)s") % {"day": f"{item.done_on:%d-%m-%Y}", "by": item.done_by}
    elif item.status == "skipped":
        outcome = item.reason if is_typed else _(item.reason) if item.reason else ""
    is_prenatal = until <= LATEST_PREGNANT_DAYS and not _is_after_birth(item, definitions)
    return PlanLine(
        place=_place(item),
        name=label_of(item),
        who=words.who(item.discipline, item.line),
        pathway=item.pathway_key,
        note=named(item, "note"),
        weeks=f"{format_gestation(start)} – {format_gestation(until)}" if is_prenatal else "",
        from_on=item.due_from,
        until=item.due_until,
        status=item.status,
        status_name=words.said(words.STATUSES, item.status),
        tone=tone,
        icon=sign,
        outcome=outcome,
        outcome_address=_act_address(banner.pregnancy_id, item.act),
        form_address=_form_address(banner.pregnancy_id, item, here),
        may_skip=may and item.status in ("upcoming", "due", "overdue"),
        may_undo=may and is_typed,
        source=sources.setdefault(source, len(sources) + 1) if source else None,
        is_now=item.status in ("due", "overdue"),
    )


def _form_address(pregnancy_id: int, item: PlanItem, here: Workplace) -> str:
    """Return where the item is entered, when this role may fill in that form."""
    if not item.form or item.status in ("done", "skipped"):
        return ""
    form = load_dictionary().form(item.form, timezone.localdate())
    if form is None or here.role not in form.roles:
        return ""
    try:
        return reverse("new_entry", args=[pregnancy_id, item.form])
    except NoReverseMatch:
        return ""


def _act_address(pregnancy_id: int, act: str) -> str:
    """Return where what was done can be read: the entry, or why the activity counts as it does."""
    kind, _colon, row = act.partition(":")
    try:
        if kind == "entry":
            return reverse("entry", args=[pregnancy_id, int(row)])
        if kind == "activity":
            return reverse("why_activity", args=[int(row)])
    except (NoReverseMatch, ValueError):
        return ""
    return ""


def _source(item: PlanItem, definitions: dict[str, Definition]) -> Source | None:
    definition = definitions.get(item.pathway_key)
    activity = _activity(item, definition)
    if definition is None or activity is None:
        return None
    found = next((one for one in definition.sources if one.short == activity.source), None)
    return Source(found.title, found.url) if found else Source(activity.source, "")


def _activity(item: PlanItem, definition: Definition | None) -> Activity | None:
    """Return the activity of an item; the contacts of a series carry their number behind it."""
    if definition is None:
        return None
    name = item.key.rpartition("_")[0]
    return definition.activity(item.key) or definition.activity(name)


def _is_after_birth(item: PlanItem, definitions: dict[str, Definition]) -> bool:
    definition = definitions.get(item.pathway_key)
    activity, seen = _activity(item, definition), set[str]()
    while definition is not None and activity is not None and activity.after is not None:
        if activity.key in seen:
            return False
        seen.add(activity.key)
        activity = definition.activity(activity.after.activity)
    return activity is not None and activity.after_birth is not None


def _weeks(
    lines: list[tuple[PlanItem, PlanLine]], banner: Banner, definitions: dict[str, Definition]
) -> list[Week]:
    due_on, today = banner.version.due_on, timezone.localdate()
    birth_on = banner.version.birth_on or due_on
    groups: dict[tuple[int, int], list[PlanLine]] = {}
    for item, line in lines:
        if _is_after_birth(item, definitions):
            place = (1, max(0, (item.due_from - birth_on).days) // 7)
        else:
            place = (0, gestation_days(due_on, item.due_from) // 7)
        groups.setdefault(place, []).append(line)
    current = gestation_days(due_on, today) // 7
    has_ended = banner.ended_on is not None
    return [
        Week(
            _heading(*place),
            place == (0, current) and not has_ended,
            tuple(found),
        )
        for place, found in sorted(groups.items())
    ]


def _heading(is_after: int, week: int) -> str:
    if not is_after:
        return _("Week %(week)s") % {"week": week}
    if not week:
        return _("Eerste week na de geboorte")
    return _("Week %(week)s na de geboorte") % {"week": week + 1}
