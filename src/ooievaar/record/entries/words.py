"""Entries in words: values with their unit, names in the reader's language, who and when."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ooievaar import rulebook
from ooievaar.network.roles import Role
from ooievaar.record.entries.dictionary import Element, Form, load
from ooievaar.record.entries.models import HERE, Entry
from ooievaar.record.entries.queries import Written
from ooievaar.record.entries.rules.counts_as import Counted
from ooievaar.ui.templatetags.ooievaar import clock_time, language

NO_BREAK_SPACE = "\u00a0"


def named(thing: Any) -> str:
    """Return the name of an element, form, group or choice in the language of this request."""
    return str(getattr(thing, f"name_{language()}"))


def element_name(key: str, day: date) -> str:
    """Return the name of an element; what the dictionary does not have is shown as stored."""
    element = load().element(key, day)
    return named(element) if element else key


def form_name(key: str, day: date) -> str:
    """Return the name of a form; what the dictionary does not have is shown as stored."""
    form = load().form(key, day)
    return named(form) if form else key


def typed_value(element: Element, value: str) -> str:
    """Write a canonical value as it is typed in the form."""
    if element.kind == "number" and language() == "nl":
        return value.replace(".", ",")
    return value


def said_value(element: Element | None, value: str) -> str:
    """Write a canonical value as people read it: `12,5 mmol/l`, `21-11-2026`, `ja`."""
    if element is None or not value:
        return value
    if element.kind == "number":
        figure = typed_value(element, value)
        return f"{figure}{NO_BREAK_SPACE}{element.unit}" if element.unit else figure
    if element.kind == "date":
        return f"{date.fromisoformat(value):%d-%m-%Y}"
    if element.kind == "yes_no":
        return _("ja") if value == "yes" else _("nee")
    if element.kind in ("code", "codes"):
        names = {choice.code: named(choice) for choice in element.choices}
        codes = value.split() if element.kind == "codes" else [value]
        return ", ".join(names.get(code, code) for code in codes)
    return value


def number_name(about: str, number: int, count: int) -> str:
    """Say whose a numbered value is: `Kind 2`, `Zwangerschap 1`; of an only child nothing."""
    if number == 0 or (count < 2 and about != "earlier"):
        return ""
    if about == "earlier":
        return _("Zwangerschap %(number)s") % {"number": number}
    if about == "fetus":
        return _("Foetus %(number)s") % {"number": number}
    return _("Kind %(number)s") % {"number": number}


def said_of_each(values: Sequence[tuple[int, str]], say: Callable[[str], str]) -> str:
    """Say the values of an element in one breath: `140`, of several children `1: 140 · 2: 152`."""
    if max((number for number, _value in values), default=0) < 2:
        return say(values[0][1]) if values else ""
    return " · ".join(f"{number}: {say(value)}" for number, value in values)


def counted_names(codes: Iterable[str], day: date) -> list[str]:
    """Return what an entry counts as, in words; a code the catalogue lacks is shown itself."""
    book, names = rulebook.load(), []
    for code in codes:
        known = book.catalogue_entry(code, day)
        name = named(known) if known else code
        names.append(name[:1].lower() + name[1:] if name[1:2].islower() else name)
    return names


def sentence(counted: Counted) -> str:
    """Say as what a form counts; the code where the mapping has no words for it."""
    return str(getattr(counted, f"sentence_{language()}")) or counted.code


def role_name(role: str) -> str:
    """Return the label of a role; of what was imported it may be unknown."""
    return str(Role(role).label) if role in Role.values else role


def who(entry: Entry) -> str:
    """Say who wrote it: `Sanne de Vries, verloskundige, De Linde`."""
    role = role_name(entry.role)
    parts = [entry.person.name if entry.person else "", role[:1].lower() + role[1:]]
    return ", ".join(part for part in (*parts, entry.organisation.name) if part)


def moment(entry: Entry) -> str:
    """Say when it happened: `21-11-2026 10:32`."""
    return f"{entry.happened_on:%d-%m-%Y} {clock_time(entry.happened_minute)}".strip()


def source(entry: Entry) -> str:
    """Say where it came from when it was not written here; empty when it was."""
    names = {"fhir": _("FHIR-bericht"), "kernset": _("kernset"), "file": _("bestand")}
    return "" if entry.source == HERE else names.get(entry.source, entry.source)


def keys_of(form: Form) -> list[str]:
    """Return the elements of a form in the order in which they stand on it."""
    return [field.key for group in form.groups for field in group.elements]


MOST_IN_SUMMARY = 4


def summary(written: Written) -> str:
    """Say in a line what stands in an entry, so that one need not open it."""
    said, day = [], written.entry.happened_on
    form = load().form(written.entry.form, day)
    count = max((one.number for one in written.observations), default=0)
    told = ""
    for one in written.observations[:MOST_IN_SUMMARY]:
        element = load().element(one.element, day)
        whose = number_name(form.about if form else "", one.number, count)
        name = named(element) if element else one.element
        said.append(
            f"{whose if whose != told else ''} {name} {said_value(element, one.value)}".strip()
        )
        told = whose
    more = len(written.observations) - len(said)
    if more > 0:
        said.append(_("en %(n)s meer") % {"n": more})
    return " · ".join(said)


def section_name(key: str) -> str:
    """Return the name of a section; what the dictionary does not have is shown as stored."""
    found = next((one for one in load().sections if one.key == key), None)
    return named(found) if found else key
