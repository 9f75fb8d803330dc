"""What fields must be to each other: every rule becomes one small function of a line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ooievaar.claims.messages.checks_fields import Fault
from ooievaar.claims.messages.codes import Codes, short_name
from ooievaar.claims.messages.conditions import Rule
from ooievaar.claims.messages.layout import BSN_ELEMENT, Field, RecordLayout
from ooievaar.kernel.identifiers import BSN_UNKNOWN, is_bsn

NOT_TOGETHER = "De waarde past niet bij de andere gegevens."
TOO_LATE = "De datum ligt te laat."
PERFORMED = ("DAT001", "DAT272")
"""The day of care, by which a code list is read; without one, the day of the invoice."""


@dataclass(slots=True)
class Scene:
    """The lines a record is held against: the header and the insured record above it, and today."""

    today: str
    header: str = ""
    insured: str = ""


Test = Callable[[str, Scene], Fault | None]


def rule_test(
    rule: Rule,
    record: RecordLayout,
    header: RecordLayout | None,
    insured: RecordLayout | None,
) -> Test | None:
    """Return the test of a rule, or None when the record (or its parent) lacks what it compares."""
    field = record.by_element[rule.field]
    others = [record.by_element[name] for name in rule.others if name in record.by_element]
    if rule.kind == "one_of":
        return _one_of(rule, field)
    if rule.kind == "not_after_today":
        return _not_after_today(rule, field)
    if rule.kind == "equals_parent":
        parent = insured.by_element.get(rule.field) if insured else None
        return _equals_parent(rule, field, parent) if parent is not None else None
    if rule.kind == "not_after_header":
        limit = header.by_element.get(rule.others[0]) if header else None
        return _not_after_header(rule, field, limit) if limit is not None else None
    if not others or (rule.kind == "product" and len(others) != len(rule.others)):
        return None
    return _BY_KIND[rule.kind](rule, field, others)


def bsn_test(record: RecordLayout) -> Test | None:
    """Test the BSN of the insured by the eleven-test; nines say that she has none."""
    field = record.by_element.get(BSN_ELEMENT)
    if field is None:
        return None
    part = _part(field)

    def test(text: str, scene: Scene) -> Fault | None:
        bsn = text[part]
        # What is empty or no number at all was told by the field itself.
        if bsn == BSN_UNKNOWN or is_bsn(bsn) or bsn == "000000000" or not _is_digits(bsn):
            return None
        expected = "een BSN dat aan de elfproef voldoet, of 999999999 als zij er geen heeft"
        return Fault(field, bsn, expected, "0435", "Dit is geen bestaand BSN.")

    return test


def sign_tests(record: RecordLayout) -> list[Test]:
    """Test that an amount of zero is a debit."""
    tests = []
    for amount in record.fields:
        sign = record.sign_of(amount) if amount.is_amount else None
        if sign is not None:
            tests.append(_zero_is_debit(amount, sign))
    return tests


def list_tests(record: RecordLayout, header: RecordLayout | None, codes: Codes) -> list[Test]:
    """Test the codes whose list says from when until when they hold."""
    own = next((record.by_element[name] for name in PERFORMED if name in record.by_element), None)
    invoiced = header.by_element.get("DAT031") if header else None
    return [
        _listed(field, codes, own, invoiced)
        for field in record.fields
        if field.codelist and not field.element.startswith("COD95") and _is_dated(field, codes)
    ]


def _is_dated(field: Field, codes: Codes) -> bool:
    found = codes.lists.get(short_name(field.codelist))
    return found is not None and any(row.valid_from or row.valid_until for row in found.codes)


def _listed(field: Field, codes: Codes, own: Field | None, invoiced: Field | None) -> Test:
    part, blank, name = _part(field), _blank(field), short_name(field.codelist)
    own_part = _part(own) if own is not None else None
    invoiced_part = _part(invoiced) if invoiced is not None else None
    known: dict[tuple[str, str], bool] = {}

    def test(text: str, scene: Scene) -> Fault | None:
        code = text[part]
        if code == blank:
            return None
        day = text[own_part] if own_part is not None else ""
        if not day and invoiced_part is not None:
            day = scene.header[invoiced_part]
        key = (code, day)
        refused = known.get(key)
        if refused is None:
            on = _day(day) or _day(scene.today)
            refused = known[key] = on is not None and codes.refuses(name, code.strip(" "), on)
        if not refused:
            return None
        expected = f"een code die op deze dag in {name} staat"
        return Fault(field, code.strip(" "), expected, "", "Deze code geldt niet op deze dag.")

    return test


def _zero_is_debit(amount: Field, sign: Field) -> Test:
    part, blank, at = _part(amount), _blank(amount), sign.start - 1

    def test(text: str, scene: Scene) -> Fault | None:
        if text[at] == "C" and text[part] == blank:
            return Fault(sign, "C", "D: het bedrag is nul", "0631", NOT_TOGETHER)
        return None

    return test


def _one_of(rule: Rule, field: Field) -> Test:
    part = _part(field)
    allowed = frozenset(value.ljust(field.length) for value in rule.values)

    def test(text: str, scene: Scene) -> Fault | None:
        return None if text[part] in allowed else _fault(rule, field, text[part])

    return test


def _filled_if_filled(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, blank, only = _part(field), _blank(field), rule.only
    other, other_blank = _part(others[0]), _blank(others[0])

    def test(text: str, scene: Scene) -> Fault | None:
        filled = text[other] != other_blank
        if (text[part] == blank) == filled and (filled or only):
            return _fault(rule, field, text[part])
        return None

    return test


def _empty_if_filled(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, blank = _part(field), _blank(field)
    other, other_blank = _part(others[0]), _blank(others[0])

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] != blank and text[other] != other_blank:
            return _fault(rule, field, text[part])
        return None

    return test


def _filled_if_value(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, blank, only = _part(field), _blank(field), rule.only
    other, wanted = _part(others[0]), frozenset(rule.values)

    def test(text: str, scene: Scene) -> Fault | None:
        asked = text[other] in wanted
        if (text[part] == blank) == asked and (asked or only):
            return _fault(rule, field, text[part])
        return None

    return test


def _value_if_filled(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, wanted = _part(field), frozenset(rule.values)
    other, other_blank = _part(others[0]), _blank(others[0])

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] not in wanted and text[other] != other_blank:
            return _fault(rule, field, text[part])
        return None

    return test


def _equals(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, other = _part(field), _part(others[0])

    def test(text: str, scene: Scene) -> Fault | None:
        return None if text[part] == text[other] else _fault(rule, field, text[part])

    return test


def _equals_parent(rule: Rule, field: Field, parent: Field) -> Test:
    part, above = _part(field), _part(parent)

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] == scene.insured[above] or not scene.insured:
            return None
        return _fault(rule, field, text[part])

    return test


def _not_after(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, other = _part(field), _part(others[0])

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] > text[other] and _day(text[part]) and _day(text[other]):
            return _fault(rule, field, text[part], TOO_LATE)
        return None

    return test


def _not_after_header(rule: Rule, field: Field, limit: Field) -> Test:
    part, other = _part(field), _part(limit)

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] > scene.header[other] and _day(text[part]) and _day(scene.header[other]):
            return _fault(rule, field, text[part], TOO_LATE)
        return None

    return test


def _not_after_today(rule: Rule, field: Field) -> Test:
    part = _part(field)

    def test(text: str, scene: Scene) -> Fault | None:
        if text[part] > scene.today and _day(text[part]):
            return _fault(rule, field, text[part], TOO_LATE)
        return None

    return test


def _product(rule: Rule, field: Field, others: list[Field]) -> Test:
    part, first, second = _part(field), _part(others[0]), _part(others[1])

    def test(text: str, scene: Scene) -> Fault | None:
        try:
            if int(text[part]) == int(text[first]) * int(text[second]):
                return None
        except ValueError:
            return None
        return _fault(rule, field, text[part])

    return test


_BY_KIND: dict[str, Callable[[Rule, Field, list[Field]], Test]] = {
    "filled_if_filled": _filled_if_filled,
    "empty_if_filled": _empty_if_filled,
    "filled_if_value": _filled_if_value,
    "value_if_filled": _value_if_filled,
    "equals": _equals,
    "not_after": _not_after,
    "product": _product,
}


def _fault(rule: Rule, field: Field, value: str, message: str = NOT_TOGETHER) -> Fault:
    return Fault(field, _told(field, value), rule.expected_nl, rule.code, message)


def _told(field: Field, value: str) -> str:
    """The value as people know it: empty where nothing stands."""
    return "" if value == _blank(field) else value.rstrip(" ")


def _part(field: Field) -> slice:
    return slice(field.start - 1, field.end)


def _blank(field: Field) -> str:
    return ("0" if field.kind == "N" else " ") * field.length


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if _is_digits(text) else None
    except ValueError:
        return None
