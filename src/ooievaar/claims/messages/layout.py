"""What stands where in a message: standards, records and fields, as data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any, Literal

from ooievaar.claims.messages.fixed import Plan

Kind = Literal["N", "AN"]
Obligation = Literal["M", "C", "O", "S"]
"""Mandatory, conditional, optional, reserve."""
Content = Literal["date", "code", "number", "text", "reserve"]
Direction = Literal["claim", "return"]

DATE_PATTERN = "EEJJMMDD"
BSN_ELEMENT = "NUM313"
DEBIT_CREDIT_LIST = "COD043-VEKT"

_PERSONAL = ("NAM", "NUM003", "NUM366", "NUM030", "NUM079", "COD083", "COD434", "OMS016", "DAT006")
"""Elements that say who somebody is: findings do not repeat what stands in them."""


@dataclass(frozen=True)
class Field:
    """One field of a record. `start` counts from 1.

    `fixed` is the only value it may have, or ""; `default` what is written when nobody says
    otherwise, or ""; `condition` tells in Dutch when it must be filled.
    """

    number: str
    name: str
    kind: Kind
    start: int
    length: int
    obligation: Obligation
    element: str = ""
    codelist: str = ""
    pattern: str = ""
    fixed: str = ""
    default: str = ""
    condition: str = ""

    @property
    def end(self) -> int:
        """Its last position."""
        return self.start + self.length - 1

    @property
    def is_date(self) -> bool:
        """A day, written as EEJJMMDD."""
        return self.pattern == DATE_PATTERN or self.element.startswith("DAT")

    @property
    def is_amount(self) -> bool:
        """An amount in cents without a sign."""
        return self.kind == "N" and self.element.startswith("BED")

    @property
    def is_reserve(self) -> bool:
        """Kept free by the standard: spaces."""
        return self.obligation == "S"

    @property
    def is_debit_credit(self) -> bool:
        """Says whether the amount before it is D or C."""
        return self.codelist == DEBIT_CREDIT_LIST

    @property
    def is_personal(self) -> bool:
        """Says who somebody is."""
        return self.element.startswith(_PERSONAL)

    @cached_property
    def content(self) -> Content:
        """What is read from it: a date, a code (digits kept as text), a number or a text."""
        if self.is_reserve:
            return "reserve"
        if self.kind == "AN":
            return "text"
        if self.is_date:
            return "date"
        return "code" if self.element.startswith("COD") or self.element == BSN_ELEMENT else "number"


@dataclass(frozen=True)
class RecordLayout:
    """The fields of one kind of record, in order. From `provisional_from` on it is not official."""

    code: str
    name: str
    length: int
    fields: tuple[Field, ...]
    provisional_from: int | None = None

    @property
    def is_provisional(self) -> bool:
        """Whether a part of it is ours until the official layout is imported."""
        return self.provisional_from is not None

    @cached_property
    def by_number(self) -> Mapping[str, Field]:
        """Its fields by number."""
        return {one.number: one for one in self.fields}

    @cached_property
    def by_element(self) -> Mapping[str, Field]:
        """Its fields by element code, the first of each."""
        return {one.element: one for one in reversed(self.fields) if one.element}

    @cached_property
    def plan(self) -> Plan:
        """How to read and write it fast: made once."""
        return Plan(self)

    def after(self, one: Field) -> Field | None:
        """The field that follows directly."""
        return next((other for other in self.fields if other.start == one.end + 1), None)

    def sign_of(self, amount: Field) -> Field | None:
        """The field that says D or C of an amount: the one that follows it."""
        return self._signs.get(amount.number)

    @cached_property
    def _signs(self) -> Mapping[str, Field]:
        following = ((one, self.after(one)) for one in self.fields if one.is_amount)
        return {one.number: sign for one, sign in following if sign and sign.is_debit_credit}


@dataclass(frozen=True)
class Layout:
    """One version of one standard. `answers` is the standard it is the return of, or ""."""

    standard: str
    version: int
    subversion: int
    direction: Direction
    message_codes: tuple[str, ...]
    record_length: int
    records: Mapping[str, RecordLayout]
    source: str
    answers: str = ""
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name and version: KZ301-3.2."""
        return f"{self.standard}-{self.version}.{self.subversion}"

    @property
    def is_provisional(self) -> bool:
        """Whether a part is not official: then only test messages can be made with it."""
        return any(record.is_provisional for record in self.records.values())

    @cached_property
    def content_hash(self) -> str:
        """A hash of what it says about positions and meaning; the source is not part of it."""
        content = layout_content(self)
        del content["source"], content["notes"]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


NEEDED: Mapping[str, tuple[str, ...]] = {
    "01": (
        *("COD001", "COD002", "NUM001", "NUM309", "COD856", "COD061", "COD377", "COD009"),
        *("COD181", "COD031", "COD833", "DAT043", "DAT044", "NUM029", "DAT031", "COD363"),
    ),
    "02": ("NUM040", "NUM313", "COD061"),
    "04": ("NUM040", "COD367", "NUM362"),
    "98": ("NUM040", "NUM109", "OMS016"),
}
"""Elements that every message is read and written by, per record."""

NEEDED_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "claim": {"99": ("ANT265", "BED025")},
    "return": {
        "01": ("NUM370", "DAT277", "COD954"),
        "04": ("COD954",),
        "99": ("ANT271", "BED168", "BED167"),
    },
}


@dataclass(frozen=True, slots=True)
class LayoutFault:
    """One thing wrong with a layout; `field_number` is "" when it concerns the record."""

    record_code: str
    field_number: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"record {self.record_code}" + (self.field_number and f", {self.field_number}")
        return f"{place}: gevonden {self.found}; verwacht {self.expected}"


def layout_faults(layout: Layout) -> tuple[LayoutFault, ...]:
    """Everything wrong with a layout: gaps, overlaps, a wrong length, what a message needs."""
    faults = [
        LayoutFault(code, "", "dit record ontbreekt", "records 01, 02, 04 en 99")
        for code in ("01", "02", "04", "99")
        if code not in layout.records
    ]
    for code, record in layout.records.items():
        faults += _record_faults(code, record, layout.record_length)
        needed = NEEDED.get(code, ()) + NEEDED_OF[layout.direction].get(code, ())
        faults += [
            LayoutFault(code, "", f"geen veld met element {element}", "een veld met dit element")
            for element in needed
            if element not in record.by_element
        ]
    if not any(
        _has_amount(layout.records[code]) for code in ("04", "06") if code in layout.records
    ):
        found = "geen declaratiebedrag (BED161) met debet/credit erachter"
        faults.append(LayoutFault("04", "", found, "een bedrag in record 04 of 06"))
    return tuple(faults)


def _has_amount(record: RecordLayout) -> bool:
    amount = record.by_element.get("BED161")
    return amount is not None and record.sign_of(amount) is not None


def _record_faults(code: str, record: RecordLayout, length: int) -> list[LayoutFault]:
    faults = []
    if record.length != length:
        faults.append(LayoutFault(code, "", f"lengte {record.length}", f"lengte {length}"))
    at, seen = 1, set[str]()
    for one in record.fields:
        if one.number in seen:
            faults.append(LayoutFault(code, one.number, "twee keer", "elk nummer een keer"))
        seen.add(one.number)
        if one.length < 1:
            faults.append(LayoutFault(code, one.number, f"lengte {one.length}", "ten minste 1"))
        if one.start > at:
            found = f"een gat: positie {at} tot en met {one.start - 1}"
            faults.append(LayoutFault(code, one.number, found, f"begin op positie {at}"))
        elif one.start < at:
            found = f"overlap: begint op positie {one.start}"
            faults.append(LayoutFault(code, one.number, found, f"begin op positie {at}"))
        if one.is_date and one.length != 8 and one.kind == "N":
            faults.append(
                LayoutFault(code, one.number, f"een datum van {one.length}", "8 posities")
            )
        at = one.end + 1
    if at - 1 != record.length:
        faults.append(
            LayoutFault(code, "", f"velden tot positie {at - 1}", f"tot positie {record.length}")
        )
    return faults


def layout_content(layout: Layout) -> dict[str, Any]:
    """A layout as JSON keeps it; `layout_of` is the way back."""
    content = asdict(layout)
    content["records"] = [
        asdict(record) for _, record in sorted(layout.records.items(), key=lambda item: item[0])
    ]
    return content


def layout_of(content: Mapping[str, Any]) -> Layout:
    """The layout that `layout_content` made this of."""
    records = {
        record["code"]: RecordLayout(
            **{**record, "fields": tuple(Field(**one) for one in record["fields"])}
        )
        for record in content["records"]
    }
    return Layout(
        **{
            **content,
            "records": records,
            "message_codes": tuple(content["message_codes"]),
            "notes": tuple(content["notes"]),
        }
    )


@cache
def shipped() -> Mapping[str, Layout]:
    """The layouts that come with the code, by key ("KZ301-3.2"), checked when they are read."""
    from ooievaar.claims.messages.layout_files import FOLDER, load_folder

    return load_folder(FOLDER)


def find_layout(
    layouts: Mapping[str, Layout], message_code: str, version: int, subversion: int
) -> Layout | None:
    """The layout a header asks for, or None when no such standard is known."""
    return next(
        (
            layout
            for layout in layouts.values()
            if message_code in layout.message_codes
            and (layout.version, layout.subversion) == (version, subversion)
        ),
        None,
    )


def find_standard(layouts: Mapping[str, Layout], standard: str) -> Layout | None:
    """The newest version of a standard."""
    found = [layout for layout in layouts.values() if layout.standard == standard]
    return max(found, key=lambda one: (one.version, one.subversion), default=None)


def return_of(layouts: Mapping[str, Layout], claim: Layout) -> Layout | None:
    """The layout of the return that answers a claim message of this standard and version."""
    found = [
        layout
        for layout in layouts.values()
        if layout.direction == "return" and layout.answers == claim.standard
    ]
    exact = (claim.version, claim.subversion)
    return next((one for one in found if (one.version, one.subversion) == exact), None)
