"""The value of an observation or of a part of it, as the record writes it, or why not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ooievaar.exchange.fhir.mapping import Mapping
from ooievaar.exchange.fhir.resource import Json, codings, moment, words_of
from ooievaar.exchange.fhir.units import converted
from ooievaar.exchange.showing import shown
from ooievaar.record.entries.rules.parts import Element
from ooievaar.record.entries.rules.values import Impossible, decimal_text, read_value

LARGEST_EXPONENT = 12
NULL_FLAVORS = {"NI", "UNK", "ASKU", "NASK", "NAV", "MSK", "NP", "NA", "OTH"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value in the form that the record keeps."""

    text: str


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """Why a datum has no place in the record."""

    reason: str


def value_element(part: Json) -> str:
    """Return the name of the element that holds the value of an observation or component."""
    return next((name for name in part if name.startswith("value")), "")


def value_of(part: Json, element: Element, mapping: Mapping) -> Value | NotPlaced:
    """Return the value of an observation or component, for an element of the dictionary."""
    name = value_element(part)
    if not name:
        return _without_value(part, element, mapping)
    given = part[name]
    match name:
        case "valueQuantity":
            read = _of_quantity(given, element, mapping)
        case "valueCodeableConcept":
            read = of_concept(given, element, mapping)
        case "valueBoolean":
            read = _of_boolean(given, element)
        case "valueDateTime":
            read = _of_moment(given, element)
        case "valuePeriod":
            read = _of_moment(given.get("start"), element)
        case "valueString":
            read = of_words(str(given), element)
        case _:
            read = NotPlaced(f"een waarde van deze soort ({name}) kent het dossier niet")
    return checked(read, element)


def checked(read: Value | NotPlaced, element: Element) -> Value | NotPlaced:
    """Let the dictionary judge a value: what cannot be is not placed."""
    if isinstance(read, NotPlaced):
        return read
    judged = read_value(element, read.text)
    if isinstance(judged, Impossible):
        return NotPlaced(f"het dossier weigert deze waarde: {judged.message}")
    return Value(judged.value)


def of_concept(concept: Json, element: Element, mapping: Mapping) -> Value | NotPlaced:
    """Return a code as a choice, a yes or no, or words, whatever the element keeps."""
    codes = list(codings(concept))
    if element.kind in ("code", "codes"):
        for system, code in codes:
            if choice := mapping.choice(element, system, code):
                return Value(choice)
        if any(code in NULL_FLAVORS for _system, code in codes):
            return NotPlaced("de bron zegt zelf dat dit niet bekend is")
        told = shown(words_of(concept) or next((code for _system, code in codes), ""))
        return NotPlaced(f'het onderdeel "{element.name_nl}" heeft geen keuze voor {told}')
    if element.kind == "yes_no":
        for system, code in codes:
            if answer := mapping.yes_no(element, system, code):
                return Value(answer)
        return NotPlaced(f'"{element.name_nl}" is ja of nee, en deze code zegt dat niet')
    if element.kind == "text":
        return of_words(words_of(concept), element)
    if element.kind == "number":
        for system, code in codes:
            if number := mapping.choice(element, system, code):
                return Value(number)
    return NotPlaced(f'"{element.name_nl}" is geen code')


def of_words(text: str, element: Element) -> Value | NotPlaced:
    """Return words, where the element keeps words."""
    if element.kind != "text":
        return NotPlaced(f'"{element.name_nl}" is geen vrije tekst')
    return Value(text.strip()) if text.strip() else NotPlaced("er staat niets")


def _without_value(part: Json, element: Element, mapping: Mapping) -> Value | NotPlaced:
    """A finding that is only named was found; that it is absent would be said."""
    if part.get("dataAbsentReason"):
        return NotPlaced("de bron zegt dat er geen waarde is")
    if element.kind == "yes_no":
        return Value("yes")
    return of_concept(part.get("code") or {}, element, mapping)


def _of_quantity(given: Json, element: Element, mapping: Mapping) -> Value | NotPlaced:
    number = given.get("value")
    if not isinstance(number, Decimal):
        return NotPlaced("de hoeveelheid heeft geen getal")
    if given.get("comparator"):
        return NotPlaced(f"een grens ({given['comparator']}), geen gemeten waarde")
    if element.kind != "number":
        return NotPlaced(f'"{element.name_nl}" is geen getal')
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        return NotPlaced("een getal dat niet te meten is")
    unit = str(given.get("code") or given.get("unit") or "")
    if not unit and element.unit:
        unit = mapping.unit_without_words(element)
        if not unit:
            return NotPlaced(f'er staat geen eenheid bij, en "{element.name_nl}" heeft er een')
    exact = converted(number, unit, element.unit)
    if exact is None:
        wanted = element.unit or "geen eenheid"
        return NotPlaced(f"{shown(unit)} is niet precies om te rekenen naar {wanted}")
    return Value(decimal_text(exact))


def _of_boolean(given: Any, element: Element) -> Value | NotPlaced:
    if element.kind != "yes_no":
        return NotPlaced(f'"{element.name_nl}" is geen ja of nee')
    return Value("yes" if given else "no")


def _of_moment(given: Any, element: Element) -> Value | NotPlaced:
    found = moment(given)
    if found is None:
        return NotPlaced("een datum die niet op de dag nauwkeurig is")
    if element.kind == "date":
        return Value(found.day.isoformat())
    if element.kind == "time":
        if found.minute is None:
            return NotPlaced("er staat geen tijd bij")
        return Value(time_text(found.minute))
    return NotPlaced(f'"{element.name_nl}" is geen datum')


def time_text(minute: int) -> str:
    """Return minutes after midnight as the record writes a time."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def joined(values: Iterable[str]) -> str:
    """Return several codes of one element as the record writes them."""
    return " ".join(sorted({code for value in values for code in value.split()}))


def written(part: Json, name: str) -> str:
    """Return a value as a person would read it; empty when there is nothing to read."""
    given = part[name]
    match name:
        case "valueQuantity":
            number = given.get("value")
            if not isinstance(number, Decimal) or abs(number.adjusted()) > LARGEST_EXPONENT:
                return ""
            unit = given.get("unit") or given.get("code") or ""
            limit = given.get("comparator") or ""
            return f"{limit}{decimal_text(number)} {unit}".strip()
        case "valueCodeableConcept":
            codes = [code for _system, code in codings(given)]
            if codes and all(code in NULL_FLAVORS for code in codes) and not given.get("text"):
                return ""
            return words_of(given)
        case "valueBoolean":
            return "ja" if given else "nee"
        case "valueDateTime" | "valueString" | "valueTime":
            return str(given).strip()
        case "valuePeriod":
            return " - ".join(str(given[end]) for end in ("start", "end") if given.get(end))
    return ""
