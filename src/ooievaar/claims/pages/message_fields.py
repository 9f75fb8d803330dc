"""A message shown field by field: number, name, value and what it means, of one line only.

Fields that say who she is are left out of sight: who sees the money sees no names or numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ooievaar.claims.messages.codes import Codes
from ooievaar.claims.messages.fixed import read_record
from ooievaar.claims.messages.layout import BSN_ELEMENT, Field, Layout, RecordLayout, find_layout
from ooievaar.ui.templatetags.ooievaar import day, euro, language

HEADER, INSURED, CLAIM = "01", "02", "04"


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field: what stands in it, and what that means; `is_hidden` where it says who she is."""

    number: str
    name: str
    value: str
    meaning: str
    is_hidden: bool
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class RecordShown:
    """One record of a message, with what each field says; empty fields are left out."""

    code: str
    name: str
    fields: tuple[FieldShown, ...]
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class FieldPair:
    """A field as it was sent and as it came back; None where it is not in that message."""

    number: str
    name: str
    is_provisional: bool
    sent: FieldShown | None
    answered: FieldShown | None


@dataclass(frozen=True, slots=True)
class RecordPair:
    """A record as it was sent beside what came back of it."""

    code: str
    name: str
    fields: tuple[FieldPair, ...]
    is_provisional: bool
    is_answered: bool


def side_by_side(sent: list[RecordShown], answered: list[RecordShown]) -> list[RecordPair]:
    """Return the records of one line with both messages beside each other, by field number."""
    back = {record.code: record for record in answered}
    pairs = []
    for record in sent:
        other = back.get(record.code)
        ours = {one.number: one for one in record.fields}
        theirs = {one.number: one for one in other.fields} if other is not None else {}
        numbers = sorted(ours.keys() | theirs.keys())
        fields = tuple(
            FieldPair(
                number,
                (ours.get(number) or theirs[number]).name,
                (ours.get(number) or theirs[number]).is_provisional,
                ours.get(number),
                theirs.get(number),
            )
            for number in numbers
        )
        is_provisional = record.is_provisional or bool(other and other.is_provisional)
        pairs.append(
            RecordPair(record.code, record.name, fields, is_provisional, other is not None)
        )
    return pairs


def line_in_file(
    layouts: Mapping[str, Layout], codes: Codes, content: str, detail_number: int
) -> list[RecordShown]:
    """Return the records of one line as it was sent: header, insured person, the line itself."""
    layout, lines = _opened(layouts, content)
    if layout is None:
        return []
    at = next(
        (n for n, line in enumerate(lines) if line[:2] == CLAIM and _detail(line) == detail_number),
        None,
    )
    return list(_shown(layout, codes, lines, at))


def line_in_answer(
    layouts: Mapping[str, Layout], codes: Codes, content: str, reference: str, detail_number: int
) -> list[RecordShown]:
    """Return the records of one line as it came back; of one granted whole only the header."""
    layout, lines = _opened(layouts, content)
    if layout is None:
        return []
    # The answer keeps the number of the line; its reference tells that it is the same one.
    at = next(
        (
            n
            for n, line in enumerate(lines)
            if line[:2] == CLAIM and (_detail(line) == detail_number) and reference in line
        ),
        None,
    )
    return list(_shown(layout, codes, lines, at))


def _opened(layouts: Mapping[str, Layout], content: str) -> tuple[Layout | None, list[str]]:
    lines = content.split("\r\n")
    head = lines[0]
    try:
        code, version, subversion = head[2:5], int(head[5:7]), int(head[7:9])
    except ValueError:
        return None, lines
    return find_layout(layouts, code, version, subversion), lines


def _detail(line: str) -> int:
    digits = line[2:14]
    return int(digits) if digits.isdecimal() else 0


def _shown(layout: Layout, codes: Codes, lines: list[str], at: int | None) -> Iterator[RecordShown]:
    yield record_shown(layout.records[HEADER], lines[0], codes)
    if at is None:
        return
    above = next((n for n in range(at, 0, -1) if lines[n][:2] == INSURED), None)
    if above is not None:
        yield record_shown(layout.records[INSURED], lines[above], codes)
    yield record_shown(layout.records[CLAIM], lines[at], codes)


def record_shown(layout: RecordLayout, line: str, codes: Codes) -> RecordShown:
    """Return one record field by field."""
    values = read_record(layout, line)
    fields = []
    for one in layout.fields:
        value = values.get(one.number)
        if one.is_reserve or value is None or value == "" or (value == 0 and not one.is_amount):
            continue
        fields.append(_field(layout, one, value, codes))
    return RecordShown(layout.code, layout.name, tuple(fields), layout.is_provisional)


def _field(layout: RecordLayout, one: Field, value: Any, codes: Codes) -> FieldShown:
    since = layout.provisional_from
    is_provisional = since is not None and one.start >= since
    if one.is_personal or one.element == BSN_ELEMENT:
        return FieldShown(one.number, one.name, "", _("hier niet getoond"), True, is_provisional)
    meaning = ""
    if isinstance(value, date):
        written = f"{value:%Y%m%d}"
        meaning = day(value)
    else:
        written = str(value)
    if one.is_amount and isinstance(value, int):
        meaning = euro(value)
    elif one.codelist:
        meaning = _code(codes, one.codelist, written)
    return FieldShown(one.number, one.name, written, meaning, False, is_provisional)


def _code(codes: Codes, codelist: str, code: str) -> str:
    """Return what a code means; of a list that is not here nothing is said."""
    found = codes.entry(codelist, code)
    return found.name(language()) if found is not None else ""
