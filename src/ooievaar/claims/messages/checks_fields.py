"""What one field must look like: an expression for a whole line, and the slow way that tells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ooievaar.claims.messages.codes import Codes, short_name
from ooievaar.claims.messages.layout import Field, RecordLayout

DAY = (
    "(?:(?:19|20)[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)0229)"
)
"""A day that exists, as EEJJMMDD, in this century or the one before."""

RETURN_CODE_ELEMENTS = ("COD954", "COD955", "COD956")
FREE_TEXT = "OMS016"
"""What people type may begin with a space; every other text begins where its field begins."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of one record, before it is told where that stands."""

    field: Field
    value: str
    expected: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FieldTest:
    """The expression one field must match, and how it is told when it does not."""

    field: Field
    expression: re.Pattern[str]
    source: str
    expected: str
    message: str
    code: str

    def fault_in(self, text: str) -> Fault | None:
        """Return what is wrong with this field of a line, if anything."""
        part = text[self.field.start - 1 : self.field.end]
        if self.expression.fullmatch(part):
            return None
        empty = not part.strip(" 0") and not self.field.is_reserve
        message = "Een verplicht veld is leeg." if empty else self.message
        value = "" if empty else part.rstrip(" ")
        return Fault(self.field, value, self.expected, self.code, message)


def field_tests(
    fields: Sequence[Field], codes: Codes, error_codes: dict[str, str], zeros_say: Sequence[str]
) -> tuple[FieldTest, ...]:
    """Return the tests of fields, in order; what a field may hold follows from its layout."""
    tests = []
    for field in fields:
        source, expected, message = _shape(field, codes, field.element in zeros_say)
        if field.is_debit_credit:
            code = "0631"
        elif field.is_reserve:
            code = "0003"
        else:
            code = error_codes.get(field.element, "")
        tests.append(FieldTest(field, re.compile(source), source, expected, message, code))
    return tuple(tests)


def line_expression(record: RecordLayout, tests: Sequence[FieldTest]) -> re.Pattern[str]:
    """Return the one expression that a line matches when all its tested fields pass."""
    sources = {test.field.number: f"(?:{test.source})" for test in tests}
    return re.compile(
        "".join(sources.get(one.number, f".{{{one.length}}}") for one in record.fields)
    )


def _shape(field: Field, codes: Codes, zeros_say: bool) -> tuple[str, str, str]:
    """Return the expression of a field, what is expected of it, and what it is when it fails."""
    length, required = field.length, field.obligation == "M"
    if field.is_reserve:
        return f" {{{length}}}", "spaties", "In de reserve staat iets."
    empty = f"0{{{length}}}" if field.kind == "N" else f" {{{length}}}"
    if field.fixed:
        value = field.fixed.zfill(length) if field.kind == "N" else field.fixed.ljust(length)
        source = re.escape(value) if required else f"{re.escape(value)}|{empty}"
        return source, field.fixed, "Hier hoort een vaste waarde te staan."
    if field.element in RETURN_CODE_ELEMENTS:
        source = f"[0-9]{{{length}}}" if required else f"[0-9]{{{length}}}|{empty}"
        return source, "een retourcode van vier cijfers", "Dit is geen retourcode."
    if (closed := _closed_list(field, codes)) is not None:
        source = "|".join(re.escape(code) for code in closed)
        if not required:
            source += f"|{empty}"
        name = short_name(field.codelist)
        return source, f"een code uit {name}: {', '.join(closed)}", "Deze code bestaat niet."
    if field.kind == "N":
        return _digits(field, required and not zeros_say)
    return _text(field, required, empty)


def _digits(field: Field, must_say: bool) -> tuple[str, str, str]:
    length = field.length
    if field.is_date:
        source = DAY if field.obligation == "M" else f"{DAY}|0{{{length}}}"
        expected = "een bestaande datum als EEJJMMDD"
        if field.obligation != "M":
            expected += ", of nullen"
        return source, expected, "Deze datum bestaat niet."
    source = f"[0-9]{{{length}}}"
    if must_say and field.content == "code":
        return f"(?!0{{{length}}}){source}", f"{length} cijfers", "Hier horen cijfers te staan."
    return source, f"{length} cijfers", "Hier horen cijfers te staan."


def _text(field: Field, required: bool, empty: str) -> tuple[str, str, str]:
    length = field.length
    if field.pattern == "NNNNAA" and length == 6:
        source = "[1-9][0-9]{3}[A-Za-z]{2}"
        source = source if required else f"{source}|{empty}"
        return source, "vier cijfers en twee letters", "Dit is geen postcode."
    if field.element == FREE_TEXT:
        source = f"(?! {{{length}}}).{{{length}}}" if required else f".{{{length}}}"
        return source, "tekst", "Hier hoort tekst te staan."
    source = f"[^ ].{{{length - 1}}}" if length > 1 else "[^ ]"
    if not required:
        source += f"|{empty}"
    return source, "tekst zonder spatie vooraan", "De tekst begint niet vooraan in het veld."


def _closed_list(field: Field, codes: Codes) -> tuple[str, ...] | None:
    """Return the codes a field may have, where its list is complete and the same on every day."""
    found = codes.lists.get(short_name(field.codelist)) if field.codelist else None
    if found is None or not found.complete:
        return None
    if any(row.valid_from or row.valid_until for row in found.codes):
        return None
    if any(len(row.code) != field.length for row in found.codes):
        return None
    return tuple(dict.fromkeys(row.code for row in found.codes))
