"""Where a layout has what a row says, found by element code and never by number or place.

When the official layout is imported, rows are written where it says. A standard has its amounts on
record 04, or (ZH308) on the tariff records 06 under it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.layout import Field, Layout, RecordLayout
from ooievaar.claims.messages.message import Insured, Record, Value
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.messages.totals import CLAIMED, signed
from ooievaar.claims.messages.writing import Part
from ooievaar.kernel.identifiers import BSN_UNKNOWN

PERSON = {
    "bsn": ("NUM313",),
    "uzovi": ("COD061",),
    "insured_number": ("NUM003",),
    "birth_date": ("DAT006",),
    "sex": ("COD134",),
    "name": ("NAM193",),
    "name_prefix": ("NAM194",),
    "initials": ("NAM025",),
    "postcode": ("COD083",),
    "house_number": ("NUM030",),
}
LINE = {
    "list_code": ("COD367", "COD692"),
    "starts_on": ("DAT001", "DAT272"),
    "ends_on": ("DAT003",),
    "agb": ("COD089",),
    "specialism": ("COD952", "COD286"),
    "units": ("ANT054",),
    "tariff_cents": ("BED160",),
    "cents": (CLAIMED,),
    "calculated_cents": ("BED153",),
    "reference": ("NUM362", "NUM371"),
    "previous_reference": ("NUM363", "NUM372"),
    "resubmission_code": ("COD651",),
}
"""What a row says, and the elements that say it in one standard or another."""

_DATES = frozenset(("starts_on", "ends_on"))
_NUMBERS = frozenset(("units", "tariff_cents", "cents", "calculated_cents", "house_number"))


class Unreadable(ValueError):
    """A value that a row needs cannot be read; `finding` says which."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


def numbers_of(record: RecordLayout, elements: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Name in the row to field number, for what this record has."""
    found: dict[str, str] = {}
    for name, options in elements.items():
        for element in options:
            if field := record.by_element.get(element):
                found.setdefault(name, field.number)
    return found


def find_spots(layout: Layout) -> "Spots":
    """Where a layout has what a row says; ValueError when it has no claims with an amount."""
    record, tariff = layout.records["04"], layout.records.get("06")
    line, detail = numbers_of(record, LINE), dict[str, str]()
    source = record
    if "cents" not in line and tariff is not None:
        detail, source = numbers_of(tariff, LINE), tariff
    amount, codelist = source.by_element.get(CLAIMED), record.by_element.get("COD367")
    if amount is None or codelist is None or not {"starts_on", "reference"} <= line.keys():
        raise ValueError(f"{layout.key} heeft geen prestaties met een bedrag")
    code = record.after(codelist)
    sign = record.sign_of(amount) if source is record else None
    signs = _signs(record)
    assert code is not None and signs
    line["product_code"] = code.number
    if detail and (other := source.by_element.get(code.element)):
        detail["product_code"] = other.number
    return Spots(
        person=numbers_of(layout.records["02"], PERSON),
        line=line,
        detail=detail,
        sign=sign.number if sign else signs[0],
        signs=signs,
        detail_signs=_signs(source) if detail else (),
        amount=amount,
    )


def _signs(record: RecordLayout) -> tuple[str, ...]:
    return tuple(one.number for one in record.fields if one.is_debit_credit)


@dataclass(frozen=True, slots=True)
class Spots:
    """Field numbers by name of the row: in records 02, 04, and 06 where the amounts are there."""

    person: dict[str, str]
    line: dict[str, str]
    detail: dict[str, str]
    sign: str
    """D or C of the line, in record 04."""
    signs: tuple[str, ...]
    detail_signs: tuple[str, ...]
    amount: Field

    def person_values(self, row: ClaimRow) -> dict[str, Value]:
        """The record of the insured person."""
        values = _given(row, self.person)
        if not row.bsn:
            values[self.person["bsn"]] = BSN_UNKNOWN
        return values

    def line_part(self, row: ClaimRow) -> Part:
        """The claim record, with its tariff record and comments."""
        values = _filled(row, self.line, self.signs)
        if not self.detail:
            return Part("04", values, (), row.comments)
        tariff = Part("06", _filled(row, self.detail, self.detail_signs))
        return Part("04", values, (tariff,), row.comments)

    def read(self, insured: Insured, record: Record) -> dict[str, Any]:
        """What a row says, from its records; Unreadable when a date or a number is not one."""
        read = _read(insured.record, self.person)
        line = _read(record, self.line)
        if self.detail:
            tariffs = [child for child in record.children if child.code == "06"]
            details = [_read(child, self.detail) for child in tariffs]
            for name in ("tariff_cents", "calculated_cents"):
                if name in self.detail:
                    line[name] = sum(one[name] for one in details)
            for name in self.detail.keys() - line.keys() - {"cents"}:
                line[name] = details[0][name] if details else ""
        # The sign is the one of the amount itself: that is what the trailer adds up.
        cents = self.signed_cents(record, CLAIMED)
        if cents is None:
            raise Unreadable(_unreadable(record, self.sign, expected="D of C"))
        line["cents"] = abs(cents)
        is_credit = cents < 0 or (cents == 0 and record.values[self.sign] == "C")
        line.setdefault("ends_on", line["starts_on"])
        if line.get("calculated_cents") == line["cents"]:
            line["calculated_cents"] = None
        read |= line
        read["is_credit"] = is_credit
        read["detail_id"] = record.number
        if record.children:
            read["comments"] = tuple(
                str(child.by_element("OMS016")) for child in record.children if child.code == "98"
            )
        return read

    def signed_cents(self, record: Record, element: str) -> int | None:
        """An amount of a line (claimed, granted) with its sign; None when it cannot be read."""
        if not self.detail:
            field = record.layout.by_element.get(element)
            return signed(record, field) if field else None
        cents = 0
        for child in record.children:
            if child.code == "06" and (field := child.layout.by_element.get(element)):
                one = signed(child, field)
                if one is None:
                    return None
                cents += one
        return cents


def _given(row: ClaimRow, spots: dict[str, str]) -> dict[str, Value]:
    """What a row says; what it leaves empty is left to the layout."""
    given = ((number, getattr(row, name)) for name, number in spots.items())
    return {number: value for number, value in given if value is not None and value != ""}


def _filled(row: ClaimRow, spots: dict[str, str], signs: tuple[str, ...]) -> dict[str, Value]:
    values = _given(row, spots)
    if row.calculated_cents is None and (number := spots.get("calculated_cents")):
        values[number] = row.cents
    mark = "C" if row.is_credit else "D"
    for sign in signs:
        values[sign] = mark
    return values


def _read(record: Record, spots: dict[str, str]) -> dict[str, Any]:
    values = record.values
    read: dict[str, Any] = {}
    for name, number in spots.items():
        value = values[number]
        if name in _NUMBERS or name in _DATES:
            if not isinstance(value, int if name in _NUMBERS else date):
                expected = "een bestaande datum" if name in _DATES else "een getal"
                raise Unreadable(_unreadable(record, number, expected))
        elif name == "birth_date":
            value = value if isinstance(value, date) else None
        else:
            value = value or ""
        read[name] = value
    return read


def _unreadable(record: Record, number: str, expected: str) -> Finding:
    field = record.layout.by_number[number]
    return Finding(
        "record",
        record_no=record.number,
        line_no=record.line_no,
        record_code=record.code,
        field_number=number,
        field_name=field.name,
        value=record.text[field.start - 1 : field.end],
        expected=expected,
        code="8007" if field.is_date else "0631" if field.is_debit_credit else "",
        message="Deze waarde ontbreekt of is niet te lezen.",
    )
