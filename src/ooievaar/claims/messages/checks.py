"""Checks of single records: formats, days that exist, code lists, and fields against each other.

What the file as a whole must be (order, lengths, counts, totals) is checked while it is read.
Here a line that is sound costs one expression and a handful of small functions, made once per
layout: a million lines in seconds. Of a return only what the answer added is checked; the rest is
our own message, sent back with the faults it was refused for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ooievaar.claims.messages.checks_fields import (
    Fault,
    FieldTest,
    field_tests,
    line_expression,
)
from ooievaar.claims.messages.checks_rules import (
    Scene,
    Test,
    bsn_test,
    list_tests,
    rule_test,
    sign_tests,
)
from ooievaar.claims.messages.codes import Codes, load_codes
from ooievaar.claims.messages.conditions import load_conditions
from ooievaar.claims.messages.findings import Finding, shown
from ooievaar.claims.messages.layout import Field, Layout, RecordLayout
from ooievaar.claims.messages.message import Message, Record

RETURN_ADDS = 60
"""So many positions a return puts behind the record it answers (370 behind 310)."""

TOGETHER = "De creditregel staat in hetzelfde bestand als de regel die zij terugneemt."
REFERENCE, PREVIOUS, CREDIT = "NUM362", "NUM363", "C"
SIGNS = ("COD665", "COD043")
"""Where the sign of a claimed line stands; the first that the record has."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is checked against: the day of today and the code lists."""

    today: date
    codes: Codes = field(default_factory=load_codes)


def check_message(message: Message, context: Context) -> tuple[Finding, ...]:
    """Return everything that is wrong with the records of a message, in the order of the file."""
    return tuple(check_records(message.layout, message.records(), context))


def check_records(layout: Layout, records: Iterable[Record], context: Context) -> Iterator[Finding]:
    """Check records as they come, header first; what only shows at the end is told at the end."""
    checker = Checker(layout, context)
    for record in records:
        yield from checker.check(record)
    yield from checker.at_the_end()


class Checker:
    """The checks of one layout on one day, and what was seen of one message."""

    def __init__(self, layout: Layout, context: Context) -> None:
        self._scene = Scene(today=f"{context.today:%Y%m%d}")
        self._plans = {
            code: _plan(layout, record, context.codes) for code, record in layout.records.items()
        }
        self._reversals = _Reversals(layout)

    def check(self, record: Record) -> list[Finding]:
        """Return what is wrong with the next record of the message."""
        text, code, scene = record.text, record.layout.code, self._scene
        plan = self._plans[code]
        if len(text) != plan.length:
            # Told by reading the file; what stands where is not known then.
            return []
        if code == "01":
            scene.header = text
        elif code == "02":
            scene.insured = text
        faults = [] if plan.fits(text) else plan.field_faults(text)
        for test in plan.tests:
            fault = test(text, scene)
            if fault is not None:
                faults.append(fault)
        if code == "04":
            self._reversals.note(record, text)
        if faults:
            faults.sort(key=_place)
        return [_finding(record, fault) for fault in faults]

    def at_the_end(self) -> Iterator[Finding]:
        """Return what only the whole message shows: a line and what takes it back, together."""
        for record, fault in self._reversals.faults():
            yield _finding(record, fault)


class _Reversals:
    """Finds credits that travel with the debit they take back; a reference is kept as its hash."""

    def __init__(self, layout: Layout) -> None:
        record = layout.records.get("04")
        self._parts: tuple[slice, slice, int] | None = None
        self._previous: Field | None = None
        self._debits: set[int] = set()
        self._credits: list[tuple[Record, str]] = []
        if record is None or layout.direction != "claim":
            return
        reference, previous = record.by_element.get(REFERENCE), record.by_element.get(PREVIOUS)
        sign = next((record.by_element[one] for one in SIGNS if one in record.by_element), None)
        if reference is not None and previous is not None and sign is not None:
            self._previous = previous
            self._parts = (
                slice(reference.start - 1, reference.end),
                slice(previous.start - 1, previous.end),
                sign.start - 1,
            )

    def note(self, record: Record, text: str) -> None:
        """Remember one line."""
        if self._parts is None:
            return
        reference, previous, sign = self._parts
        if text[sign] == CREDIT:
            self._credits.append((record, text[previous].rstrip(" ")))
        else:
            self._debits.add(hash(text[reference].rstrip(" ")))

    def faults(self) -> Iterator[tuple[Record, Fault]]:
        """Return the credits whose debit is in the same message."""
        for record, previous in self._credits:
            if previous and hash(previous) in self._debits and self._previous is not None:
                yield (
                    record,
                    Fault(
                        self._previous,
                        previous,
                        "een debetregel uit een eerder bestand",
                        "8062",
                        TOGETHER,
                    ),
                )


def _under(record: Record) -> Iterator[Record]:
    yield record
    for child in record.children:
        yield from _under(child)


class _Plan:
    """The compiled checks of one kind of record."""

    __slots__ = ("_fields", "fits", "length", "tests")

    def __init__(
        self, record: RecordLayout, fields: Sequence[FieldTest], tests: Sequence[Test]
    ) -> None:
        self.length = record.length
        self.fits = line_expression(record, fields).fullmatch
        self.tests = tuple(tests)
        self._fields = fields

    def field_faults(self, text: str) -> list[Fault]:
        """Return the fields of a line that are wrong in themselves."""
        return [fault for one in self._fields if (fault := one.fault_in(text)) is not None]


def _plan(layout: Layout, record: RecordLayout, codes: Codes) -> _Plan:
    conditions = load_conditions()
    checked = [
        one
        for one in record.fields
        if one.element not in conditions.read_with_the_file and _is_ours(layout, record, one)
    ]
    fields = field_tests(checked, codes, conditions.codes, conditions.zero_is_a_value)
    if layout.direction == "return":
        return _Plan(record, fields, ())
    header, insured = layout.records.get("01"), layout.records.get("02")
    tests = [
        test
        for rule in conditions.rules_for(layout, record)
        if (test := rule_test(rule, record, header, insured)) is not None
    ]
    if record.code == "02" and (bsn := bsn_test(record)) is not None:
        tests.append(bsn)
    tests += sign_tests(record)
    tests += list_tests(record, header, codes)
    return _Plan(record, fields, tests)


def _is_ours(layout: Layout, record: RecordLayout, one: Field) -> bool:
    """Tell whether who made the message answers for a field; a return repeats what it answers."""
    if layout.direction == "claim" or record.code == "99":
        return True
    return one.start > record.length - RETURN_ADDS


def _place(fault: Fault) -> int:
    return fault.field.start


def _finding(record: Record, fault: Fault) -> Finding:
    return Finding(
        level="record",
        record_no=record.number,
        line_no=record.line_no,
        record_code=record.code,
        field_number=fault.field.number,
        field_name=fault.field.name,
        value=shown(fault.field, fault.value),
        expected=fault.expected,
        code=fault.code,
        message=fault.message,
    )
