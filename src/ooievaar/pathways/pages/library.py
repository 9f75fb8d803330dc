"""The pathways of the region: what holds, what is being written, and the examples to begin with."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.pathways import words
from ooievaar.pathways.agreeing import READERS, may_sign, may_start, may_write, still_to_sign
from ooievaar.pathways.models import PathwayInForce, PathwayVersion
from ooievaar.pathways.pages.shared import (
    ActivityLine,
    Library,
    activity_lines,
    library_of,
    named,
    place_of,
)
from ooievaar.pathways.queries import definition_of
from ooievaar.pathways.rules.definition import Condition, Definition, json_schema
from ooievaar.pathways.shipped import Shipped, shipped
from ooievaar.record.entries.dictionary import load as load_dictionary

DOOR = Door(READERS)


@dataclass(frozen=True, slots=True)
class Row:
    """A pathway in a list."""

    version: PathwayVersion
    definition: Definition
    held: PathwayInForce | None = None

    @property
    def title(self) -> str:
        """Its name in the language of this request."""
        return named(self.definition, "title")

    @property
    def summary(self) -> str:
        """What it is about."""
        return named(self.definition, "summary")

    @property
    def kind(self) -> str:
        """Whether it is the base or comes on top of it."""
        return words.said(words.KINDS, self.definition.kind)


@open_to(*READERS)
@require_safe
def pathways(request: WorkingRequest) -> HttpResponse:
    """List what holds in the region, what does not hold yet, and what may be begun with."""
    place, today = place_of(request), timezone.localdate()
    network = place.network
    library = library_of(network.pk) if network else Library({}, ())
    holding, coming = library.holding(today), library.coming(today)
    drafts = [
        versions[0]
        for key, versions in library.versions.items()
        if versions[0].number > (holding[key].version.number if key in holding else 0)
        and (key not in coming or versions[0].number > coming[key].version.number)
    ]
    adopted = {(one.key, one.sha256) for of_key in library.versions.values() for one in of_key}
    context = {
        "place": place,
        "network": network,
        "in_force": [_row(one.version, one) for one in _bases_first(holding.values())],
        "coming": [_row(one.version, one) for one in coming.values()],
        "drafts": [_row(one) for one in drafts],
        "examples": [
            (one, name_of(one))
            for one in shipped()
            if (one.definition.key, one.sha256) not in adopted
        ],
        "may_write": network is not None and may_write(request.workplace, network.pk, today),
    }
    return render(request, "pathways/pathways.html", context)


def _bases_first(rows: Any) -> list[PathwayInForce]:
    return sorted(rows, key=lambda row: (row.version.kind != "base", row.version.title.casefold()))


def _row(version: PathwayVersion, held: PathwayInForce | None = None) -> Row:
    return Row(version, definition_of(version), held)


@open_to(*READERS)
@require_safe
def pathway(
    request: WorkingRequest, pathway_key: str, pathway_number: int | None = None
) -> HttpResponse:
    """Show one pathway as text: what, when, by whom, with which source; its versions, who signed.

    Without a number the version that holds, else the newest.
    """
    place, today = place_of(request), timezone.localdate()
    if place.network is None:
        return refuse(request, "row", DOOR)
    library = library_of(place.network.pk, pathway_key)
    version = (
        library.shown(pathway_key, today)
        if pathway_number is None
        else library.version(pathway_key, pathway_number)
    )
    if version is None:
        return refuse(request, "row", DOOR)
    here, network = request.workplace, place.network
    held = library.holding(today).get(pathway_key)
    coming = library.coming(today).get(pathway_key)
    definition = definition_of(version)
    is_held = held is not None and held.version_id == version.pk
    is_coming = coming is not None and coming.version_id == version.pk
    signed_by = {one.person_id for one in version.signatures.all()}
    context = {
        **_shown(request, definition),
        "place": place,
        "network": network,
        "version": version,
        "versions": [
            (one, next((row for row in library.held if row.version_id == one.pk), None))
            for one in library.versions[pathway_key]
        ],
        "held": held if is_held else None,
        "coming": coming if is_coming else None,
        "is_newest": version.pk == library.versions[pathway_key][0].pk,
        "missing": "" if is_held or is_coming else still_to_sign(version),
        "may_write": may_write(here, network.pk, today),
        "may_sign": may_sign(here, network.pk) and here.person_id not in signed_by,
        "may_start": may_start(here, network.pk) and not is_held and not is_coming,
    }
    return render(request, "pathways/pathway.html", context)


@open_to(*READERS)
@require_safe
def pathway_example(request: WorkingRequest, example_name: str) -> HttpResponse:
    """Show an example that comes with Ooievaar, as text; it holds nowhere."""
    example, place = example_of(example_name), place_of(request)
    may = place.network is not None and may_write(
        request.workplace, place.network.pk, timezone.localdate()
    )
    context = {
        **_shown(request, example.definition),
        "place": place,
        "network": place.network,
        "example": example,
        "example_name": example_name,
        "may_write": may,
    }
    return render(request, "pathways/pathway.html", context)


def example_of(name: str) -> Shipped:
    """Return a shipped version by the name in its address; Http404 when there is none."""
    for one in shipped():
        if name_of(one) == name:
            return one
    raise Http404


def name_of(example: Shipped) -> str:
    """Return how a shipped version is called in an address: `diabetes-v2`."""
    return f"{example.definition.key}-v{example.number}"


def _shown(request: WorkingRequest, definition: Definition) -> dict[str, Any]:
    lines = activity_lines(definition)
    chosen = request.GET.get("discipline", "")
    disciplines = sorted({line.discipline for line in lines})
    shown = [line for line in lines if not chosen or line.discipline == chosen]
    return {
        "definition": definition,
        "title": named(definition, "title"),
        "summary": named(definition, "summary"),
        "kind": words.said(words.KINDS, definition.kind),
        "for_whom": named(definition.for_whom, "sentence"),
        "conditions": [
            [condition_words(one) for one in group.together] for group in definition.for_whom.any_of
        ],
        "parts": _parts(shown),
        "disciplines": [(one, words.said(words.DISCIPLINES, one)) for one in disciplines],
        "chosen": chosen,
    }


def _parts(lines: list[ActivityLine]) -> list[tuple[str, list[ActivityLine]]]:
    headings = (_("In de zwangerschap"), _("Na een andere activiteit"), _("Na de geboorte"))
    return [
        (heading, found)
        for place, heading in enumerate(headings)
        if (found := [line for line in lines if line.order[0] == place])
    ]


def condition_words(condition: Condition) -> str:
    """Say what the record must hold, by the names of the dictionary."""
    element = load_dictionary().element(condition.element, timezone.localdate())
    name = named(element) if element else condition.element
    if condition.at_least is not None:
        return _("%(name)s is ten minste %(value)s") % {"name": name, "value": condition.at_least}
    if condition.at_most is not None:
        return _("%(name)s is hoogstens %(value)s") % {"name": name, "value": condition.at_most}
    wanted = condition.one_of or ((condition.equals,) if condition.equals else ())
    choices = {one.code: named(one) for one in getattr(element, "choices", ())} | {
        "yes": _("ja"), "no": _("nee"),
    }  # fmt: skip
    said = _(" of ").join(str(choices.get(one, one)) for one in wanted)
    return _("%(name)s: %(value)s") % {"name": name, "value": said}


@open_to(*READERS)
@require_safe
def pathway_yaml(
    request: WorkingRequest, pathway_key: str, pathway_number: int
) -> HttpResponseBase:
    """Give the text of a version as a file, byte for byte as it was signed."""
    place = place_of(request)
    version = (
        place.network
        and PathwayVersion.objects.filter(
            network=place.network, key=pathway_key, number=pathway_number
        ).first()
    )
    if not version:
        return refuse(request, "row", DOOR)
    return _file(version.content, f"{version.key}.v{version.number}.yaml", "application/yaml")


@open_to(*READERS)
@require_safe
def example_yaml(request: WorkingRequest, example_name: str) -> HttpResponseBase:
    """Give the text of an example as a file."""
    example = example_of(example_name)
    return _file(example.text, example.file, "application/yaml")


@open_to(*READERS)
@require_safe
def pathway_schema(request: WorkingRequest) -> HttpResponseBase:
    """Give the JSON Schema of a pathway, for who writes in an editor of their own."""
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    return _file(text, "zorgpad.schema.json", "application/schema+json")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
