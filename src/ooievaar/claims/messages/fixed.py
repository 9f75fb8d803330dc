"""One record: a line of fixed length to values by field number, and back.

A record is read by one regular expression that also tests it, and written by one format string;
only a line or a value that does not fit is looked at field by field.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from ooievaar.claims.messages.findings import Finding, shown

if TYPE_CHECKING:
    from ooievaar.claims.messages.layout import Field, RecordLayout
    from ooievaar.claims.messages.message import Value

KEPT = 50_000
"""How many days and codes are remembered as they were read: more than a century of days."""

PRINTABLE = "[ -~\xa0-\xff]"
"""What may stand in a text: the characters of ISO-8859-1 that are not control characters."""

_FOREIGN = re.compile("[^ -~\xa0-\xff]")

_EXPECTED = {
    "date": "een datum",
    "code": "cijfers",
    "number": "een heel getal, niet negatief",
    "text": "tekst",
    "reserve": "spaties",
}


def read_record(layout: "RecordLayout", text: str) -> "dict[str, Value]":
    """The values of a record by field number; whatever the text, nothing is raised.

    A number or date that cannot be read stays the text that stands there; a reserve is only given
    when something stands in it.
    """
    return layout.plan.read(text)


def write_record(
    layout: "RecordLayout", values: "Mapping[str, Value]"
) -> str | tuple[Finding, ...]:
    """The line for these values, without CR/LF, or what is wrong; what is not given is empty."""
    return layout.plan.write(values)


class _Days(dict[str, Any]):
    """Eight digits to a day; zeros are no day; what is no date is given back as it is."""

    def __missing__(self, text: str) -> date | str | None:
        try:
            day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return text
        if len(self) > KEPT:
            self.clear()
        self[text] = day
        return day


class _DayTexts(dict[Any, str]):
    """A day to eight digits, no day to zeros; what is neither raises TypeError."""

    def __missing__(self, day: object) -> str:
        if day is None:
            return _NO_DAY
        if type(day) is not date:
            raise TypeError(day)
        if len(self) > KEPT:
            self.clear()
        text = self[day] = f"{day.year:04d}{day.month:02d}{day.day:02d}"
        return text


class _Codes(dict[str, str | None]):
    """Digits to a code: themselves, or None when they are all zero."""

    def __missing__(self, digits: str) -> str | None:
        code = digits if digits.strip("0") else None
        if len(self) > KEPT:
            self.clear()
        self[digits] = code
        return code


_DAYS = _Days()
_DAYS["00000000"] = None
_DAY_TEXTS = _DayTexts()
_NO_DAY = "00000000"


_READERS: dict[str, Callable[[str], Any]] = {
    "date": _DAYS.__getitem__,
    "code": _Codes().__getitem__,
    "number": int,
    "text": methodcaller("rstrip", " "),
}


class Plan:
    """How one kind of record is read and written."""

    __slots__ = (
        "_blank",
        "_dates",
        "_format",
        "_layout",
        "_numbers",
        "_readers",
        "_test",
    )

    def __init__(self, layout: "RecordLayout") -> None:
        self._layout = layout
        fields = layout.fields
        kept = [one for one in fields if one.content != "reserve"]
        self._test = re.compile("".join(_expression(one) for one in fields))
        self._numbers = [one.number for one in kept]
        self._readers = [_READERS[one.content] for one in kept]
        self._dates = [one.number for one in kept if one.content == "date"]
        self._format = "".join(_format(one) for one in fields)
        self._blank: dict[str, Value] = {one.number: _blank(one) for one in fields}

    def read(self, text: str) -> "dict[str, Value]":
        """The values of a line."""
        found = self._test.fullmatch(text)
        if found is None:
            return self._read_slowly(text)
        parts = zip(self._numbers, self._readers, found.groups(), strict=True)
        return {number: reader(part) for number, reader, part in parts}

    def fits(self, text: str) -> bool:
        """Whether every field has the characters its kind asks, and every reserve is empty."""
        return self._test.fullmatch(text) is not None

    def write(
        self, values: "Mapping[str, Value]", over: "Mapping[str, Value] | None" = None
    ) -> str | tuple[Finding, ...]:
        """The line for these values; what is in `over` comes first."""
        # The order of the fields: what is given lands in the places of what is blank.
        filled: dict[str, Any] = {**self._blank, **values, **(over or {})}
        try:
            for number in self._dates:
                filled[number] = _DAY_TEXTS[filled[number]]
            plain = tuple(filled.values())
            text = self._format % plain
        except (TypeError, ValueError):
            return self._write_slowly({**self._blank, **values, **(over or {})})
        # A longer value lengthens the line, nothing can shorten it, and the test asks the length.
        if _PLAIN.issuperset(map(type, plain)) and self._test.fullmatch(text):
            return text
        return self._write_slowly({**self._blank, **values, **(over or {})})

    def _read_slowly(self, text: str) -> "dict[str, Value]":
        values: dict[str, Value] = {}
        for one in self._layout.fields:
            part = text[one.start - 1 : one.end]
            if one.content == "reserve":
                if part.strip(" "):
                    values[one.number] = part
            elif one.content == "text":
                values[one.number] = part.rstrip(" ")
            elif len(part) == one.length and part.isascii() and part.isdigit():
                values[one.number] = _READERS[one.content](part)
            else:
                values[one.number] = part
        return values

    def _write_slowly(self, filled: Mapping[str, Any]) -> str | tuple[Finding, ...]:
        known = self._layout.by_number
        findings = [
            Finding(
                "record",
                record_code=self._layout.code,
                field_number=number,
                expected="een veld van dit record",
                message="Dit veld kent de standaard niet.",
            )
            for number in filled
            if number not in known
        ]
        parts = []
        for one in self._layout.fields:
            part = _text_of(one, filled[one.number])
            if isinstance(part, Finding):
                findings.append(part)
            else:
                parts.append(part)
        return tuple(findings) or "".join(parts)


_PLAIN = frozenset({str, int})


def _expression(one: "Field") -> str:
    if one.content == "reserve":
        return f" {{{one.length}}}"
    if one.content == "text":
        return f"({PRINTABLE}{{{one.length}}})"
    return f"([0-9]{{{one.length}}})"


def _format(one: "Field") -> str:
    if one.content == "number":
        return f"%0{one.length}d"
    # Padding a code with spaces makes one that is too short fail the test, so that it is filled.
    side = "" if one.content in ("code", "date") else "-"
    return f"%{side}{one.length}s"


def _blank(one: "Field") -> "Value":
    """What is written when nobody says otherwise."""
    value = one.fixed or one.default
    if one.content == "date":
        return None
    if one.content == "number":
        return int(value or 0)
    return value.zfill(one.length) if one.content == "code" else value


def _text_of(one: "Field", value: object) -> str | Finding:
    """The positions of one field, or why the value does not fit."""

    def refused(expected: str, message: str, code: str = "") -> Finding:
        return Finding(
            "record",
            record_code=one.number[:2],
            field_number=one.number,
            field_name=one.name,
            value=shown(one, value),
            expected=expected,
            code=code,
            message=message,
        )

    is_number = type(value) is int and value >= 0
    text = "" if value is None else str(value)
    if one.content == "date":
        if value is None:
            return "0" * one.length
        if type(value) is not date:
            return refused(_EXPECTED["date"], "Dit is geen datum.")
        return _DAY_TEXTS[value]
    if one.content in ("code", "number"):
        is_digits = isinstance(value, str) and text.isascii() and text.isdigit()
        if not (value is None or is_number or (one.content == "code" and (is_digits or not text))):
            return refused(_EXPECTED[one.content], "Hier staan alleen cijfers.")
        if len(text) > one.length:
            return refused(f"ten hoogste {one.length} cijfers", "De waarde past niet in het veld.")
        return text.zfill(one.length)
    if value is not None and not isinstance(value, str):
        return refused(_EXPECTED[one.content], "Hier hoort tekst te staan.")
    if foreign := _FOREIGN.search(text):
        place = f"teken {foreign.start() + 1}"
        return refused(
            "tekens van ISO-8859-1",
            f"Een teken dat niet in het bericht kan ({place}: U+{ord(foreign.group()):04X}).",
        )
    if len(text) > one.length:
        return refused(f"ten hoogste {one.length} tekens", "De waarde past niet in het veld.")
    return text.ljust(one.length)
