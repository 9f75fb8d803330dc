"""What importing a layout changes, and what of our claims it has no place for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ooievaar.claims.messages.layout import Field, Layout, RecordLayout
from ooievaar.claims.messages.spots import LINE, PERSON, numbers_of

What = Literal["new", "gone", "moved", "changed"]

TELLS = {
    "kind": "soort",
    "number": "nummer",
    "obligation": "verplichting",
    "codelist": "codelijst",
    "pattern": "patroon",
    "fixed": "vaste waarde",
    "default": "standaardwaarde",
}

NEEDED = {
    "list_code": "aanduiding prestatiecodelijst (COD367)",
    "starts_on": "begindatum of datum prestatie (DAT001, DAT272)",
    "units": "aantal uitgevoerde prestaties (ANT054)",
    "tariff_cents": "tarief prestatie (BED160)",
    "cents": "declaratiebedrag (BED161)",
    "reference": "referentienummer dit prestatierecord (NUM362)",
    "previous_reference": "referentienummer voorgaande prestatierecord (NUM363)",
}
GRANTED, RETURN_CODE = "BED166", "COD954"

FILLED_OTHERWISE = frozenset("COD001 NUM040 NUM313 COD061 DAT006".split())
"""Elements that writing a message fills in, or takes from the record above."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an import changes; `is_firm` when it touches what was already official."""

    record_code: str
    field_number: str
    what: What
    text: str
    is_firm: bool

    def __str__(self) -> str:
        return f"{self.record_code} {self.field_number}".strip() + f": {self.text}"


def changes_between(old: Layout | None, new: Layout) -> tuple[Change, ...]:
    """Return what becomes different, record by record; nothing when both say the same."""
    if old is None:
        return tuple(
            Change(code, "", "new", f"nieuw record, {len(record.fields)} velden", False)
            for code, record in sorted(new.records.items())
        )
    found: list[Change] = []
    if old.record_length != new.record_length:
        text = f"recordlengte {old.record_length} wordt {new.record_length}"
        found.append(Change("", "", "changed", text, True))
    if old.message_codes != new.message_codes:
        text = f"berichtcode {', '.join(old.message_codes)} wordt {', '.join(new.message_codes)}"
        found.append(Change("", "", "changed", text, False))
    for code in sorted(old.records.keys() | new.records.keys()):
        before, after = old.records.get(code), new.records.get(code)
        if before is None and after is not None:
            found.append(
                Change(code, "", "new", f"nieuw record, {len(after.fields)} velden", False)
            )
        elif after is None and before is not None:
            found.append(Change(code, "", "gone", "record vervalt", not before.is_provisional))
        elif before is not None and after is not None:
            found += _between_records(before, after)
    return tuple(found)


def missing_places(layout: Layout) -> tuple[str, ...]:
    """Return what a line of ours says and this layout has no place for, in Dutch."""
    line = layout.records.get("04")
    if line is None:
        return ("prestatierecord (04)",)
    parts = [line, *(layout.records[code] for code in ("06",) if code in layout.records)]
    there = set().union(*(numbers_of(part, LINE) for part in parts))
    missing = [text for name, text in NEEDED.items() if name not in there]
    if layout.direction == "return":
        elements = {one.element for part in parts for one in part.fields}
        missing += [text for element, text in ((GRANTED, "toegekend bedrag (BED166)"),
                                               (RETURN_CODE, "retourcode (COD954)"))
                    if element not in elements]  # fmt: skip
    return tuple(missing)


def unfilled_fields(layout: Layout) -> tuple[Field, ...]:
    """Return the mandatory fields of a claim that we have nothing to put into."""
    if layout.direction != "claim":
        return ()
    known = {element for names in (LINE | PERSON).values() for element in names}
    line = layout.records.get("04")
    listed = line.by_element.get("COD367") if line else None
    if line and listed and (product := line.after(listed)):
        known.add(product.element)
    return tuple(
        one
        for code in ("02", "04", "06")
        if code in layout.records
        for one in layout.records[code].fields
        if one.obligation == "M"
        and not (one.fixed or one.default or one.is_debit_credit)
        and one.element not in known | FILLED_OTHERWISE
    )


def _between_records(old: RecordLayout, new: RecordLayout) -> Iterator[Change]:
    code, first = old.code, old.provisional_from or old.length + 1
    before, after = _by_meaning(old), _by_meaning(new)
    for key, field in before.items():
        if key not in after:
            firm = field.start < first and not field.is_reserve
            yield Change(code, field.number, "gone", f"{_named(field)} vervalt", firm)
    for key, field in after.items():
        if key not in before:
            place = f"positie {field.start}-{field.end}"
            yield Change(code, field.number, "new", f"{_named(field)}: nieuw, {place}", False)
            continue
        was = before[key]
        moved = (was.start, was.end) != (field.start, field.end)
        told = [f"positie {was.start}-{was.end} wordt {field.start}-{field.end}"] if moved else []
        told += [
            f"{words} {getattr(was, name) or 'leeg'} wordt {getattr(field, name) or 'leeg'}"
            for name, words in TELLS.items()
            if getattr(was, name) != getattr(field, name)
        ]
        if told:
            firm = was.start < first and not was.is_reserve and (moved or was.kind != field.kind)
            text = f"{_named(field)}: {'; '.join(told)}"
            yield Change(code, field.number, "moved" if moved else "changed", text, firm)


def _by_meaning(record: RecordLayout) -> dict[tuple[str, int], Field]:
    """The fields by element and how often it came before; without element by name."""
    found: dict[tuple[str, int], Field] = {}
    for field in record.fields:
        name, count = field.element or field.name.lower(), 0
        while (name, count) in found:
            count += 1
        found[name, count] = field
    return found


def _named(field: Field) -> str:
    return f"{field.name} ({field.element})" if field.element else field.name
