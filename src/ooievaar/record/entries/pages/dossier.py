"""The dossier: what is due, what is known, the checks beside each other, and every entry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import gestation_days
from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import Dictionary, Element, Form, load
from ooievaar.record.entries.models import Draft, Entry, Observation
from ooievaar.record.entries.pages.children import counts_that_differ
from ooievaar.record.entries.pages.opening import CARE_DOOR, Opened, opened
from ooievaar.record.entries.permissions import part_of
from ooievaar.record.entries.queries import Written, drafts_on, known_values
from ooievaar.record.entries.slots import DUE_PARTS, DueItem

FIRST_LINES = 25
MOST_COLUMNS = 9
MOST_QUICK = 3
UPPER, LOWER = "blood_pressure_systolic", "blood_pressure_diastolic"
CHECKS = "prenatal_contact"
"""The form whose entries stand beside each other, as on the card women used to carry."""


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that is known: what, of whom, since when, and by whose word."""

    name: str
    whose: str
    said: str
    entry_id: int
    day: str
    who: str
    source: str
    is_before: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What is known under one heading."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One version of an entry in the list."""

    written: Written
    form: str
    who: str
    moment: str
    counts: str
    source: str
    summary: str


@dataclass(frozen=True, slots=True)
class Due:
    """What the pathway asks for, and whether this role enters it."""

    item: DueItem
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One contact as a row of the card: its gestation, and a value for each column."""

    entry_id: int
    day: str
    gestation_days: int
    who: str
    values: tuple[str, ...]


@open_to(*CARE_ROLES, is_care=True)
def dossier(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show what is known and written; `?formulier=` and `?organisatie=` narrow the entries."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", CARE_DOOR)
    dictionary = load()
    ours = dictionary.forms_for(page.workplace.role, page.today)
    if request.GET.get("deel") == "nu":
        return _show_due(request, page, {one.key for one in ours})
    known = page.written()
    written = [one for one in known if not one.is_before]
    banner = page.banner(known)
    form, organisation = request.GET.get("formulier", ""), request.GET.get("organisatie", "")
    last = _last_versions(written)
    chosen = [one for one in last if _is_chosen(one.entry, form, organisation)]
    shows_all = "alles" in request.GET
    note(request, Kind.READ, "record", pregnancy_id, **page.logged, entries=len(written))
    drafts = drafts_on(pregnancy_id)
    by_id = {one.entry.pk: one for one in written}
    columns, checks = _checks(dictionary, written, banner.version.due_on)
    context = {
        "banner": banner,
        "has_plan": bool(DUE_PARTS),
        "drafts": [_draft(page, draft) for draft in drafts if _is_mine(page, draft)],
        "writing": [_draft(page, draft) for draft in drafts if not _is_mine(page, draft)],
        "choices": _by_section(ours),
        "first_choices": _first_choices(ours, written, banner.ended_on is not None),
        "sections": _sections(dictionary, known, banner.version.children),
        "differs": counts_that_differ(known_values(written)),
        "columns": columns,
        "checks": checks,
        "lines": [_line(one, by_id) for one in (chosen if shows_all else chosen[:FIRST_LINES])],
        "hidden": 0 if shows_all else max(0, len(chosen) - FIRST_LINES),
        "written": last,
        "forms": _forms_in(written),
        "organisations": _organisations_in(written),
        "form": form,
        "organisation": organisation,
        "sees_part": part_of(page.workplace) is not None,
        "has_growth": any(one.entry.form == "ultrasound" and one.is_current for one in written),
    }
    return render(request, "entries/dossier.html", context)


def _is_mine(page: Opened, draft: Draft) -> bool:
    here = page.workplace
    return (draft.person_id, draft.organisation_id) == (here.person_id, here.organisation_id)


def _draft(page: Opened, draft: Draft) -> dict[str, Any]:
    return {
        "draft": draft,
        "form": words.form_name(draft.form, page.today),
        "who": f"{draft.person.name}, {draft.organisation.name}",
    }


def _is_chosen(entry: Entry, form: str, organisation: str) -> bool:
    return form in ("", entry.form) and organisation in ("", str(entry.organisation_id))


def _show_due(request: WorkingRequest, page: Opened, ours: set[str]) -> HttpResponse:
    """Show what the pathway asks for now; the page fetches it by itself, after the rest."""
    items = [item for part in DUE_PARTS for item in part(page.pregnancy_id, page.at)]
    items.sort(key=lambda item: (not item.is_overdue, item.due_until, item.key))
    note(request, Kind.READ, "plan", page.pregnancy_id, **page.logged)
    due = [Due(item, item.form in ours) for item in items]
    own = page.workplace.discipline

    def is_asked_of_us(one: Due) -> bool:
        return one.is_ours and one.item.discipline in (own, "")

    context = {
        "due": due,
        "ours": [one for one in due if is_asked_of_us(one)],
        "others": [one for one in due if not is_asked_of_us(one)],
        "pregnancy_id": page.pregnancy_id,
    }
    return render(request, "entries/due.html", context)


def _by_section(forms: Iterable[Form]) -> list[tuple[str, list[Form]]]:
    grouped: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        grouped[words.section_name(form.section)].append(form)
    return list(grouped.items())


def _sections(dictionary: Dictionary, written: Sequence[Written], children: int) -> list[Section]:
    """Return what is known, in the order of the dictionary; of several places the newest."""
    grouped: dict[str, list[tuple[tuple[int, int, int], Value]]] = defaultdict(list)
    before = {one.entry.pk for one in written if one.is_before}
    for (key, number), (observation, entry) in known_values(written).items():
        form = dictionary.form(entry.form, entry.happened_on)
        section = words.section_name(form.section) if form else entry.form
        about = form.about if form else "woman"
        places = words.keys_of(form) if form else []
        place = places.index(key) if key in places else len(places)
        whose = words.number_name(about, number, children)
        value = _value(dictionary, observation, entry, whose, entry.pk in before)
        grouped[section].append(((_form_place(dictionary, entry), number, place), value))
    order = [words.section_name(form.section) for form in dictionary.forms(timezone.localdate())]
    names = list(dict.fromkeys([*order, *grouped]))
    return [
        Section(name, tuple(value for _place, value in sorted(grouped[name], key=lambda v: v[0])))
        for name in names
        if name in grouped
    ]


def _form_place(dictionary: Dictionary, entry: Entry) -> int:
    keys = [form.key for form in dictionary.forms(entry.happened_on)]
    return keys.index(entry.form) if entry.form in keys else len(keys)


def _value(
    dictionary: Dictionary, observation: Observation, entry: Entry, whose: str, is_before: bool
) -> Value:
    element = dictionary.element(observation.element, entry.happened_on)
    return Value(
        name=words.named(element) if element else observation.element,
        whose=whose,
        said=words.said_value(element, observation.value),
        entry_id=entry.pk,
        day=f"{entry.happened_on:%d-%m-%Y}",
        who=entry.organisation.name,
        source=words.source(entry),
        is_before=is_before,
    )


def _checks(
    dictionary: Dictionary, written: Sequence[Written], due_on: date
) -> tuple[list[str], list[Check]]:
    """Return the contacts as rows and what was found in them as columns, newest on top."""
    contacts = [one for one in written if one.entry.form == CHECKS and one.is_current]
    form = dictionary.form(CHECKS, contacts[0].entry.happened_on) if contacts else None
    if form is None:
        return [], []
    found = {row.element for one in contacts for row in one.observations}
    elements = []
    for key in words.keys_of(form):
        element = dictionary.element(key, contacts[0].entry.happened_on)
        # Upper and lower pressure stand in one column, as people say them.
        if element is None or key not in found or key == LOWER:
            continue
        if element.kind not in ("text", "codes", "date"):
            elements.append(element)
    elements = elements[:MOST_COLUMNS]
    rows = [
        Check(
            entry_id=one.entry.pk,
            day=f"{one.entry.happened_on:%d-%m-%Y}",
            gestation_days=gestation_days(due_on, one.entry.happened_on),
            who=one.entry.person.name if one.entry.person else one.entry.organisation.name,
            values=tuple(_figure(element, one) for element in elements),
        )
        for one in contacts
    ]
    return [_column(element) for element in elements], rows


def _column(element: Element) -> str:
    if element.key == UPPER:
        return _("Bloeddruk (%(unit)s)") % {"unit": element.unit}
    return f"{words.named(element)} ({element.unit})" if element.unit else words.named(element)


def _figure(element: Element, one: Written) -> str:
    """Write a value without its unit, which stands in the heading of its column."""
    if element.key == UPPER:
        value = one.value(UPPER)
        return f"{value}/{one.value(LOWER) or '–'}" if value else ""
    say = words.typed_value if element.kind == "number" else words.said_value
    return words.said_of_each(one.each(element.key), lambda value: say(element, value))


def _first_choices(ours: Sequence[Form], written: Sequence[Written], is_over: bool) -> list[Form]:
    """Return the contacts that somebody most likely has now; an intake is made once."""
    made = {one.entry.form for one in written if one.is_current}
    contacts = [
        one for one in ours if one.is_contact and not (one.key == "intake" and "intake" in made)
    ]
    # Forms that fit the moment first; the order of the dictionary is that of a pregnancy.
    contacts.sort(key=lambda one: (one.section == "lying_in") != is_over)
    return contacts[:MOST_QUICK] or list(ours[:MOST_QUICK])


def _last_versions(written: Sequence[Written]) -> list[Written]:
    """Return of every entry its last version; the others stand on its own page."""
    replaced = {one.entry.replaces_id for one in written}
    return [one for one in written if one.entry.pk not in replaced]


def _line(one: Written, by_id: dict[int, Written]) -> Line:
    """Return a line of the list; of an error it says what was wrong, from the version before."""
    entry = one.entry
    before = by_id.get(entry.replaces_id or 0)
    return Line(
        written=one,
        form=words.form_name(entry.form, entry.happened_on),
        who=words.who(entry),
        moment=words.moment(entry),
        counts=", ".join(words.counted_names(one.counts_as, entry.happened_on)),
        source=words.source(entry),
        summary=words.summary(before if entry.is_in_error and before else one),
    )


def _forms_in(written: Iterable[Written]) -> list[tuple[str, str]]:
    found = {
        one.entry.form: words.form_name(one.entry.form, one.entry.happened_on) for one in written
    }
    return sorted(found.items(), key=lambda pair: pair[1])


def _organisations_in(written: Iterable[Written]) -> list[tuple[str, str]]:
    found = {str(one.entry.organisation_id): one.entry.organisation.name for one in written}
    return sorted(found.items(), key=lambda pair: pair[1])
