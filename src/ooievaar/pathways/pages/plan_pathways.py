"""Which pathways a woman is on: what the record points to, what is newer, and what moving changes.

Nobody is put on another pathway or version unasked: she stays on what she began with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Membership
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.commands import end, enrol, move
from ooievaar.pathways.forms import ReasonForm
from ooievaar.pathways.models import Enrolment, PathwayInForce, PathwayVersion
from ooievaar.pathways.pages.library import condition_words
from ooievaar.pathways.pages.plan import may_move
from ooievaar.pathways.pages.shared import named
from ooievaar.pathways.pages.trying import Trial, on_her
from ooievaar.pathways.queries import definition_of, pathways_of
from ooievaar.pathways.rules.definition import Definition, Group, fits
from ooievaar.pathways.rules.planning import PathwayOn
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import Banner, banner_for
from ooievaar.record.entries.dictionary import load as load_dictionary
from ooievaar.record.entries.models import Observation
from ooievaar.record.entries.permissions import entries_for, sees_element
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import access_to
from ooievaar.record.relations import Rejected

WHO_MOVES = CARE_ROLES - {Role.KRAAM_CARER, Role.SONOGRAPHER}
DOOR = Door(frozenset(WHO_MOVES), is_care=True)
BASE = "base"
BEGIN, MOVE, END = "beginnen", "overzetten", "beeindigen"
COMMANDS = {BEGIN: enrol, MOVE: move, END: end}


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that she may go to; `because` is what the record says, `instead` what she is on."""

    version: PathwayVersion
    definition: Definition
    because: tuple[str, ...] = ()
    instead: PathwayOn | None = None

    @property
    def title(self) -> str:
        """Its name in the language of this request."""
        return named(self.definition, "title")

    @property
    def summary(self) -> str:
        """What it is about."""
        return named(self.definition, "summary")


@open_to(*WHO_MOVES, is_care=True)
@require_http_methods(["GET", "POST"])
def plan_pathways(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show which pathways she is on and may go to; `?doe=&versie=` shows what that changes."""
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", DOOR)
    logged: dict[str, Any] = {"women": [access.woman_id], "controls": access.controls}
    banner = banner_for(here, pregnancy_id, at, access=access, parts=())
    assert banner is not None
    may = may_move(here, access)
    asked = request.GET.get("doe", "")
    if may and asked in COMMANDS:
        return _change(request, banner, asked, at, logged)
    on = {one.key: one for one in pathways_of(pregnancy_id, at)}
    held = _held(pregnancy_id, at)
    note(request, Kind.READ, "plan_pathways", pregnancy_id, **logged)
    context = {
        "banner": banner,
        "on": [(one, named(one, "title")) for one in on.values()],
        "newer": _newer(held, on),
        "others": [_offer(one, on) for one in held if one.key not in on],
        "may_move": may,
    }
    return render(request, "pathways/plan_pathways.html", context)


@open_to(*WHO_MOVES, is_care=True)
@require_safe
def plan_suggestions(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Say which pathways her record points to, and which of hers have a newer version.

    A part of other pages, fetched by them: what is asked of the record would be one query too many
    there.
    """
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", DOOR)
    on = {one.key: one for one in pathways_of(pregnancy_id, at)}
    held = _held(pregnancy_id, at)
    note(
        request,
        Kind.READ,
        "plan_pathways",
        pregnancy_id,
        women=[access.woman_id],
        controls=access.controls,
    )
    context = {
        "pregnancy_id": pregnancy_id,
        "newer": _newer(held, on),
        "suggested": _suggested(here, pregnancy_id, held, on, at),
        "may_move": may_move(here, access),
    }
    return render(request, "pathways/plan_suggestions.html", context)


def _newer(held: list[PathwayVersion], on: dict[str, PathwayOn]) -> list[Offer]:
    return [
        Offer(version, definition_of(version), instead=on[version.key])
        for version in held
        if version.key in on and on[version.key].version_id != version.pk
    ]


def _offer(
    version: PathwayVersion, on: dict[str, PathwayOn], because: Group | None = None
) -> Offer:
    base = next((one for one in on.values() if one.kind == BASE), None)
    words = tuple(condition_words(one) for one in because.together) if because else ()
    return Offer(version, definition_of(version), words, base if version.kind == BASE else None)


def _held(pregnancy_id: int, at: datetime) -> list[PathwayVersion]:
    """Return the versions that hold today in the networks of who treats her. One query."""
    today = timezone.localdate(at)
    treating = TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id)
    networks = Membership.objects.filter(
        organisation_id__in=treating.values("organisation_id"),
        valid_from__lte=today,
        valid_until__gt=today,
    ).values("network_id")
    rows = (
        PathwayInForce.objects.filter(network_id__in=networks, valid_from__lte=today)
        .select_related("version")
        .order_by("valid_from", "pk")
    )
    places = {
        (row.network_id, "" if row.version.kind == BASE else row.version.key): row.version
        for row in rows
    }
    return sorted(places.values(), key=lambda one: (one.kind != BASE, one.title.casefold()))


def _suggested(
    here: Workplace,
    pregnancy_id: int,
    held: list[PathwayVersion],
    on: dict[str, PathwayOn],
    at: datetime,
) -> list[Offer]:
    """Return what the record points to and she is not on. One query."""
    new = [(one, definition_of(one)) for one in held if one.key not in on]
    values = _values(here, pregnancy_id, [definition for _, definition in new], at)
    found = ((one, fits(definition, lambda key: values.get(key, ()))) for one, definition in new)
    return [_offer(version, on, because) for version, because in found if because is not None]


def _values(
    here: Workplace, pregnancy_id: int, definitions: list[Definition], at: datetime
) -> dict[str, list[str]]:
    """Return what this person may read of the elements that the pathways ask about, as it is now.

    Of each the newest; one query.
    """
    day, dictionary = timezone.localdate(at), load_dictionary()
    wanted = {
        condition.element
        for definition in definitions
        for group in definition.for_whom.any_of
        for condition in group.together
    }
    seen = {
        key
        for key in wanted
        if (element := dictionary.element(key, day)) and sees_element(here, element)
    }
    if not seen:
        return {}
    rows = (
        Observation.objects.filter(
            entry__in=entries_for(here, at, pregnancy_id),
            entry__replaced_by__isnull=True,
            element__in=sorted(seen),
        )
        .order_by("entry__happened_on", "entry__recorded_at", "entry_id")
        .values_list("element", "number", "value")
    )
    newest = {(element, number): value for element, number, value in rows}
    values: dict[str, list[str]] = {}
    for (key, _number), value in newest.items():
        values.setdefault(key, []).append(value)
    return values


def _change(
    request: WorkingRequest, banner: Banner, asked: str, at: datetime, logged: dict[str, Any]
) -> HttpResponse:
    """Show what going to a version changes, and do it with a reason."""
    pregnancy_id = banner.pregnancy_id
    wanted = request.GET.get("versie", "")
    version = PathwayVersion.objects.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
    if version is None:
        return redirect("plan_pathways", pregnancy_id)
    form = ReasonForm(request.POST if request.method == "POST" else None, is_needed=asked != BEGIN)
    if request.method == "POST" and form.is_valid():
        done: Enrolment | Rejected = COMMANDS[asked](
            Pregnancy.objects.get(pk=pregnancy_id),
            version,
            person=request.user,
            from_on=timezone.localdate(at),
            at=at,
            reason=form.cleaned_data["reason"],
        )
        if not isinstance(done, Rejected):
            note(request, Kind.CHANGE, "enrolment", done.pk, action=Action.CREATE, **logged)
            messages.success(request, _SAID[asked]() % {"title": version.title})
            return redirect("plan", pregnancy_id)
        form.reject(done)
    note(request, Kind.READ, "plan_pathways", pregnancy_id, **logged)
    definition = definition_of(version)
    context = {
        "banner": banner,
        "form": form,
        "asked": asked,
        "version": version,
        "title": named(definition, "title"),
        "definition": definition,
        "trial": _trial(banner, asked, definition, at),
    }
    status = 422 if form.errors else 200
    return render(request, "pathways/plan_change.html", context, status=status)


_SAID = {
    BEGIN: lambda: _("Zij volgt nu ook: %(title)s."),
    MOVE: lambda: _("Overgezet: %(title)s."),
    END: lambda: _("Beëindigd: %(title)s."),
}


def _trial(banner: Banner, asked: str, definition: Definition, at: datetime) -> Trial:
    due_on = banner.version.due_on
    if asked == END:
        return on_her(banner.pregnancy_id, due_on, at, take_off=definition.key)
    return on_her(banner.pregnancy_id, due_on, at, put_on=definition)
