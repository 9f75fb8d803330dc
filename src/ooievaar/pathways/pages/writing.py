"""Writing a version in the page: checked with line and key, tried out, and kept as a new number."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES
from ooievaar.pathways.agreeing import CARERS_WHO_WRITE, READERS, WRITERS, may_write, write
from ooievaar.pathways.forms import InventedForm, TextForm, WomanForm
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.pages.library import example_of
from ooievaar.pathways.pages.shared import Library, Place, library_of, named, place_of
from ooievaar.pathways.pages.trying import Trial, on_her, on_nobody
from ooievaar.pathways.queries import definition_of
from ooievaar.pathways.reading import read_definition
from ooievaar.pathways.rules.definition import Definition
from ooievaar.pathways.shifts import base_of, compare
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.permissions import access_to
from ooievaar.record.relations import Rejected
from ooievaar.record.versions import newest_first

DOOR = Door(WRITERS)
CHECK, TRY, KEEP = "controleren", "proberen", "bewaren"
USUAL_INTAKE_DAYS = 8 * 7
TERM_DAYS = 280
A_HUNDRED = 100
BEGINNING = """\
key: mijn_zorgpad
kind: addition
title_nl: Titel in het Nederlands
title_en: Title in English
"""


@open_to(*WRITERS)
@require_http_methods(["GET", "POST"])
def write_pathway(request: WorkingRequest, pathway_key: str = "") -> HttpResponseBase:
    """Write a version from the present one; `doe` says whether to check, to try or to keep it."""
    place, today = place_of(request), timezone.localdate()
    if place.network is None or not may_write(request.workplace, place.network.pk, today):
        return refuse(request, "row", DOOR)
    library = library_of(place.network.pk, pathway_key) if pathway_key else Library({}, ())
    if pathway_key and pathway_key not in library.versions:
        return refuse(request, "row", DOOR)
    if request.method != "POST":
        form = TextForm(initial=_beginning(request, library, pathway_key))
        return _page(request, place, library, pathway_key, form)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, place, library, pathway_key, form, status=422)
    read = _read(form, pathway_key)
    if not isinstance(read, Definition):
        return _page(request, place, library, pathway_key, form, faults=read, status=422)
    asked = request.POST.get("doe", CHECK)
    if asked == KEEP:
        kept = write(
            request.workplace,
            place.network,
            form.cleaned_data["text"],
            based_on=form.cleaned_data["based_on"],
            at=timezone.now(),
            today=today,
        )
        if not isinstance(kept, Rejected):
            note(
                request,
                Kind.CHANGE,
                "pathway_version",
                kept.pk,
                controls=NO_RELATION,
                action=Action.CREATE,
            )
            messages.success(
                request,
                _("Versie %(number)s is bewaard. Zij geldt pas als zij is ondertekend en ingaat.")
                % {"number": kept.number},
            )
            return redirect(_address(kept, place))
        form.reject(kept)
        return _page(request, place, library, pathway_key, form, status=422)
    invented, trial = _invented(request.POST if asked == TRY else None), None
    if asked == TRY and invented.is_valid():
        trial = _trial(place, library, pathway_key, read, invented)
    return _page(
        request, place, library, pathway_key, form, read=read, invented=invented, trial=trial
    )


@open_to(*CARERS_WHO_WRITE, is_care=True)
@require_POST
def try_text_on_woman(request: WorkingRequest) -> HttpResponseBase:
    """Try a text that is being written on a woman whom this organisation treats."""
    place, at = place_of(request), timezone.now()
    pathway_key = request.POST.get("pathway_key", "")
    here, today = request.workplace, timezone.localdate(at)
    if place.network is None or not may_write(here, place.network.pk, today):
        return refuse(request, "row", Door(CARERS_WHO_WRITE, is_care=True))
    library = library_of(place.network.pk, pathway_key) if pathway_key else Library({}, ())
    form = TextForm(request.POST)
    if not form.is_valid():
        return redirect(reverse("new_pathway") + place.query)
    read = _read(form, pathway_key)
    woman = WomanForm(request.POST)
    trial = None
    if isinstance(read, Definition) and woman.is_valid():
        trial = try_on_woman(request, woman, read)
    if trial is None:
        note(request, Kind.READ, "pathway_trial", controls=NO_RELATION, is_success=False)
    faults = read if not isinstance(read, Definition) else None
    return _page(
        request,
        place,
        library,
        pathway_key,
        form,
        faults=faults,
        read=read if isinstance(read, Definition) else None,
        woman=woman,
        trial=trial,
        status=200 if trial else 422,
    )


def try_on_woman(request: WorkingRequest, woman: WomanForm, definition: Definition) -> Trial | None:
    """Return her plan beside what it would be, and note the look; None where she is not found."""
    at = timezone.now()
    reference = woman.cleaned_data["reference"].strip()
    version: PregnancyVersion | None = (
        newest_first(timezone.localdate(at)).filter(pregnancy__reference=reference).first()
    )
    pregnancy_id = version.pregnancy_id if version else 0
    access = access_to(request.workplace, pregnancy_id, at)
    if version is None or access is None:
        # The same words whether or not she exists.
        woman.add_error("reference", _("Niet gevonden onder de zwangeren die u behandelt."))
        return None
    note(
        request,
        Kind.READ,
        "pathway_trial",
        pregnancy_id,
        women=[access.woman_id],
        controls=access.controls,
    )
    return on_her(pregnancy_id, version.due_on, at, put_on=definition)


@open_to(*READERS)
@require_safe
def try_pathway(request: WorkingRequest, pathway_key: str, pathway_number: int) -> HttpResponseBase:
    """Try a version on an invented pregnancy, beside what holds now."""
    place, library, version = _version(request, pathway_key, pathway_number)
    if version is None:
        return refuse(request, "row", Door(READERS))
    invented = _invented(request.GET if "due_on" in request.GET else None)
    definition, trial = definition_of(version), None
    if not invented.is_bound or invented.is_valid():
        trial = _trial(place, library, pathway_key, definition, invented)
    return _trial_page(request, place, version, trial, invented=invented)


@open_to(*CARE_ROLES, is_care=True)
@require_safe
def try_pathway_on_woman(
    request: WorkingRequest, pathway_key: str, pathway_number: int
) -> HttpResponseBase:
    """Try a version on a woman whom this organisation treats; nothing changes."""
    place = place_of(request)
    version = (
        place.network
        and PathwayVersion.objects.filter(
            network=place.network, key=pathway_key, number=pathway_number
        ).first()
    )
    if not version:
        return refuse(request, "row", Door(CARE_ROLES, is_care=True))
    woman = WomanForm(request.GET)
    trial = try_on_woman(request, woman, definition_of(version)) if woman.is_valid() else None
    if trial is None:
        note(request, Kind.READ, "pathway_trial", controls=NO_RELATION, is_success=False)
    return _trial_page(request, place, version, trial, woman=woman)


def _version(
    request: WorkingRequest, key: str, number: int
) -> tuple[Place, Library, PathwayVersion | None]:
    place = place_of(request)
    library = library_of(place.network.pk, key) if place.network else Library({}, ())
    return place, library, library.version(key, number)


def _trial_page(
    request: WorkingRequest,
    place: Place,
    version: PathwayVersion,
    trial: Trial | None,
    *,
    invented: InventedForm | None = None,
    woman: WomanForm | None = None,
) -> HttpResponse:
    context = {
        "place": place,
        "network": place.network,
        "version": version,
        "title": named(definition_of(version), "title"),
        "trial": trial,
        "invented": invented or _invented(None),
        "woman": woman or WomanForm(),
        "is_of_her": woman is not None,
    }
    return render(request, "pathways/trial.html", context)


def _trial(
    place: Place, library: Library, key: str, definition: Definition, invented: InventedForm
) -> Trial:
    assert place.network is not None
    today = timezone.localdate()
    held = library.shown(key, today) if key else None
    typed = invented.cleaned_data if invented.is_bound else invented.initial
    now = definition_of(held) if held else None
    if now == definition:
        now = None
    return on_nobody(
        place.network.pk, now, definition, typed["first_intake_on"], typed["due_on"], today
    )


def _invented(sent: Any) -> InventedForm:
    today = timezone.localdate()
    due_on = today + timedelta(days=TERM_DAYS - USUAL_INTAKE_DAYS)
    return InventedForm(sent, initial={"due_on": due_on, "first_intake_on": today})


def _beginning(request: WorkingRequest, library: Library, key: str) -> dict[str, Any]:
    """Return the text to begin with: the newest version, an example, or a few lines."""
    if key:
        newest = library.versions[key][0]
        return {"text": newest.content, "based_on": newest.number}
    example = request.GET.get("voorbeeld", "")
    return {"text": example_of(example).text if example else BEGINNING, "based_on": None}


def _read(form: TextForm, key: str) -> Definition | list[Fault]:
    """Return what the text says, or everything that is wrong with it."""
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    try:
        read = read_definition(_("zorgpad"), text)
    except InputRejected as rejected:
        return rejected.faults
    if key and read.key != key:
        expected = _("%(key)s: de sleutel van een zorgpad verandert nooit") % {"key": key}
        return [Fault(_("zorgpad"), None, "key", read.key, expected)]
    return read


def _page(
    request: WorkingRequest,
    place: Place,
    library: Library,
    key: str,
    form: TextForm,
    *,
    faults: list[Fault] | None = None,
    read: Definition | None = None,
    invented: InventedForm | None = None,
    woman: WomanForm | None = None,
    trial: Trial | None = None,
    status: int = 200,
) -> HttpResponse:
    typed = (form["text"].value() or "").splitlines()
    newest = library.versions[key][0] if key else None
    context = {
        "place": place,
        "network": place.network,
        "key": key,
        "newest": newest,
        "form": form,
        "faults": [(one, _line_of(typed, one)) for one in faults or ()],
        "read": read,
        "title": named(definition_of(newest), "title") if newest else "",
        "changed": _changes(place, newest, read) if read else None,
        "invented": invented or _invented(None),
        "woman": woman or WomanForm(),
        "tries_on_woman": request.workplace.role in CARERS_WHO_WRITE,
        "trial": trial,
        "address": request.get_full_path() if not trial or key else reverse("new_pathway"),
    }
    if request.resolver_match and request.resolver_match.url_name == "try_text_on_woman":
        context["address"] = (
            reverse("edit_pathway", args=[key]) if key else reverse("new_pathway")
        ) + place.query
    return render(request, "pathways/write.html", context, status=status)


def _line_of(lines: list[str], fault: Fault) -> str:
    if fault.row is None or not 0 < fault.row <= len(lines):
        return ""
    return lines[fault.row - 1].strip()[:120]


def _changes(place: Place, newest: PathwayVersion | None, read: Definition) -> Any:
    if newest is None or place.network is None:
        return None
    today: date = timezone.localdate()
    base = base_of(place.network.pk, today)
    return compare(definition_of(newest), read, base, A_HUNDRED, today).changed


def _address(version: PathwayVersion, place: Place) -> str:
    return reverse("pathway_version", args=[version.key, version.number]) + place.query
