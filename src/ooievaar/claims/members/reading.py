"""A member's own claim file as lines, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from ooievaar.claims.layouts import known_codes, known_layouts
from ooievaar.claims.messages.checks import Context, check_message
from ooievaar.claims.messages.mono import mono_rows, unread_lines
from ooievaar.claims.messages.reading import read_message
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Organisation

if TYPE_CHECKING:
    from ooievaar.claims.messages.findings import Finding
    from ooievaar.claims.messages.message import Message, Record, Value
    from ooievaar.claims.messages.rows import MonoRow

STANDARDS = ("VK301", "KZ301", "ZH308")
"""The standards in which members claim by themselves."""
TEST = "T"
ACT = "16"
"""The record of an act in a course of a hospital."""


@dataclass(frozen=True)
class Contents:
    """What a file says: of whom, which invoice, its lines, and what is wrong with lines."""

    organisation: Organisation
    invoice_number: str
    standard: str
    is_test: bool
    uzovi: str
    starts_on: date
    until: date
    cents: int
    rows: list[MonoRow]
    faults: list[Fault]
    bad_lines: frozenset[int]
    courses: Mapping[int, int]
    """Of each line that is an act of a course (DBC): the number of the course in the message."""
    course_lines: frozenset[int]
    """Lines that are a course: what was done in it stands under it."""


def whole(name: str, found: str, expected: str) -> Fault:
    """Return a fault of a file as a whole."""
    return Fault(name, None, "", found, expected)


def read_contents(name: str, content: bytes, *, now: datetime, allow_test: bool) -> Contents:
    """Read a file; InputRejected when it is refused as a whole, faults of lines are returned."""
    message = sound_message(name, content, allow_test=allow_test)
    layout, header = message.layout, message.header
    if layout.standard not in STANDARDS or layout.direction != "claim":
        raise InputRejected(
            [whole(name, f"een bericht {layout.standard}", f"een van: {', '.join(STANDARDS)}")]
        )
    today = timezone.localdate(now)
    findings = check_message(message, Context(today, known_codes()))
    as_a_whole = [one for one in findings if one.level == "file" or one.record_code in ("01", "99")]
    if as_a_whole:
        raise InputRejected([fault_of(name, one) for one in as_a_whole])
    rows = mono_rows(message)
    if len(rows) < sum(len(person.claims) for person in message.insured):
        findings = (*findings, *unread_lines(message))
    values = header.values
    cents = sum(-row.cents if row.is_credit else row.cents for row in rows)
    rows, courses, course_lines = _with_acts_of_courses(rows, message)
    return Contents(
        organisation=organisation_of(name, values),
        invoice_number=str(values.get("0116") or "").strip(),
        standard=f"{layout.standard}-{layout.version}.{layout.subversion}",
        is_test=values.get("0105") == TEST,
        uzovi=str(values.get("0108") or ""),
        starts_on=_day(values.get("0114"), today),
        until=_day(values.get("0115"), today) + timedelta(days=1),
        cents=cents,
        rows=rows,
        faults=[fault_of(name, one) for one in findings],
        bad_lines=_bad_lines(findings, message),
        courses=courses,
        course_lines=course_lines,
    )


def sound_message(name: str, content: bytes, *, allow_test: bool) -> Message:
    """Return a file as a message that is sound as a whole; InputRejected carries what is not."""
    message, findings = read_message(content, known_layouts())
    faults = [fault_of(name, one) for one in findings if one.level == "file"]
    if message is None or faults:
        raise InputRejected(faults or [whole(name, "geen bericht", "een bericht van Vektis")])
    kind = message.header.values.get("0105")
    if kind == TEST and not allow_test:
        raise InputRejected(
            [whole(name, "een testbericht (soort bericht T)", "een echt bericht, of --test erbij")]
        )
    if kind != TEST and message.layout.is_provisional:
        raise InputRejected(
            [
                whole(
                    name,
                    f"een echt bericht {message.layout.standard}, waarvan hier alleen een "
                    "voorlopige indeling bekend is",
                    "eerst de officiële indeling: ooievaar layout import BESTAND",
                )
            ]
        )
    return message


def fault_of(name: str, finding: Finding) -> Fault:
    """Return a finding as a fault of a file."""
    column = f"{finding.field_number} {finding.field_name}".strip()
    found = finding.value or "niets"
    if finding.message:
        found = f"{found} ({finding.message.rstrip('.')})"
    return Fault(name, finding.line_no or None, column, found, finding.expected or "iets anders")


def _bad_lines(findings: Iterable[Finding], message: Message) -> frozenset[int]:
    """Return the lines of the claims that are wrong, or of whom the person above them is."""
    lines = {one.line_no for one in findings}
    if not lines:
        return frozenset()
    bad = set()
    for person in message.insured:
        is_bad_person = person.record.line_no in lines
        for claim in person.claims:
            record = claim.record
            below = {child.line_no for child in record.children}
            if is_bad_person or record.line_no in lines or below & lines:
                bad |= {record.line_no, *below}
    return frozenset(bad)


def _with_acts_of_courses(
    rows: list[MonoRow], message: Message
) -> tuple[list[MonoRow], dict[int, int], frozenset[int]]:
    """Put behind each course of a hospital the acts that stand under it (records 16)."""
    if ACT not in message.layout.records:
        return rows, {}, frozenset()
    acts = {
        claim.record.line_no: [one for one in claim.record.children if one.code == ACT]
        for _, claim in message.claims()
    }
    found: list[MonoRow] = []
    courses: dict[int, int] = {}
    for row in rows:
        found.append(row)
        for record in acts[row.line_no]:
            found.append(_act_of_course(row, record))
            courses[record.line_no] = row.detail_id
    return found, courses, frozenset(line for line, under in acts.items() if under)


def _act_of_course(course: MonoRow, record: Record) -> MonoRow:
    def text(element: str) -> str:
        return str(record.by_element(element) or "").strip()

    day, quantity = record.by_element("DAT315"), record.by_element("ANT054")
    return replace(
        course,
        reference=text("NUM415"),
        previous_reference=text("NUM416"),
        is_credit=text("COD043") == "C",
        code=text("COD329"),
        # What cannot be read was refused by the checks of the record.
        performed_on=day if isinstance(day, date) else course.performed_on,
        ends_on=None,
        quantity=quantity if isinstance(quantity, int) else 0,
        tariff_cents=0,
        cents=0,
        specialism=text("COD286") or course.specialism,
        practitioner_agb=text("COD643") or course.practitioner_agb,
        line_no=record.line_no,
        detail_id=record.number,
    )


def organisation_of(name: str, values: Mapping[str, Value]) -> Organisation:
    """Return who claims: the institution, the practice or the caregiver that the header names.

    Not the servicebureau: it may be paid, but gave no care.
    """
    named = [str(values.get(number) or "") for number in ("0112", "0111", "0110")]
    given = [agb for agb in named if agb.strip("0 ")]
    found = {one.agb: one for one in Organisation.objects.filter(agb__in=given)}
    for agb in given:
        if agb in found:
            return found[agb]
    raise InputRejected(
        [
            Fault(
                name,
                1,
                "AGB-code",
                f'"{given[0]}"' if given else "niets",
                "de AGB-code van een organisatie die hier bekend is",
            )
        ]
    )


def _day(value: Value, today: date) -> date:
    return value if isinstance(value, date) else today
