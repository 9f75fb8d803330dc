"""Writes a claim message: numbers, counts and totals are computed, what does not fit is refused.

A message is made of parts (a record and what hangs under it). `write_to` passes through any number
of insured persons in the memory of one; `write_message` gives the bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO, NamedTuple

from ooievaar.claims.messages.findings import MAX_FINDINGS, Finding, with_count
from ooievaar.claims.messages.headers import header_findings
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.message import Message, Record, Value
from ooievaar.claims.messages.reading import ENCODING
from ooievaar.claims.messages.totals import Totals, trailer_values

INHERITED = ("NUM313", "COD061", "NUM003", "DAT006")
"""What the records under an insured person repeat from hers."""

CRLF = b"\r\n"
_ORDER = {"01": ("02",), "02": ("03", "04"), "04": ("06", "16")}


class Part(NamedTuple):
    """A record to be written: what it says by field number, what stands under it, comments on it.

    The kind, the number, the keys of the insured person and the trailer need not be given.
    """

    code: str
    values: Mapping[str, Value]
    parts: Sequence["Part"] = ()
    comments: Sequence[str] = ()


def write_message(
    layout: Layout, header_values: Mapping[str, Value], insured: Iterable[Part]
) -> bytes | tuple[Finding, ...]:
    """The file of a claim message, or everything that keeps it from being written."""
    target = BytesIO()
    findings = write_to(target, layout, header_values, insured)
    return findings or target.getvalue()


def write_to(
    target: BinaryIO,
    layout: Layout,
    header_values: Mapping[str, Value],
    insured: Iterable[Part],
) -> tuple[Finding, ...]:
    """Write a claim message; when there are findings what was written is no message."""
    writing = _Writing(target, layout)
    writing.header(header_values)
    for person in insured:
        writing.person(person)
    writing.trailer()
    return writing.findings


def rewrite(message: Message) -> bytes | tuple[Finding, ...]:
    """The file of a message as it was read, written anew from its values."""
    lines = []
    for record in message.records():
        line = record.layout.plan.write(record.values)
        if not isinstance(line, str):
            return line
        lines.append(line.encode(ENCODING) + CRLF)
    return b"".join(lines)


def parts_of(message: Message) -> Iterable[Part]:
    """What was read as what can be written."""
    return [part_of(person.record) for person in message.insured]


def part_of(record: Record) -> Part:
    """A record and what hangs under it, to be written again."""
    return Part(
        record.code,
        record.values,
        tuple(part_of(child) for child in record.children if child.code != "98"),
        tuple(str(child.by_element("OMS016")) for child in record.children if child.code == "98"),
    )


class _Writing:
    def __init__(self, target: BinaryIO, layout: Layout) -> None:
        self._found: list[Finding] = []
        self._more = 0
        self._put = target.write
        self._layout = layout
        self._totals = Totals(layout)
        self._adders = self._totals.adders()
        self._number = 0
        self._references: set[object] = set()
        reference = layout.records["04"].by_element.get("NUM362")
        self._reference = reference.number if reference else ""
        self._keys = {
            code: [
                (record.by_element[element].number, field.number)
                for element in INHERITED
                if element in record.by_element
                and (field := layout.records["02"].by_element.get(element))
            ]
            for code, record in layout.records.items()
            if code not in ("01", "02", "98", "99")
        }

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What keeps it from being a message."""
        return with_count(self._found, self._more)

    def header(self, values: Mapping[str, Value]) -> None:
        layout, record = self._layout, self._layout.records["01"]
        if layout.direction != "claim":
            message = "Een retourbericht wordt gemaakt van het bericht dat het beantwoordt."
            self._refuse(
                Finding("file", message=message, value=layout.key, expected="een declaratie")
            )
        told: dict[str, Value] = {
            "COD001": "01",
            "NUM001": layout.version,
            "NUM309": layout.subversion,
        }
        code = record.by_element["COD002"].number
        if values.get(code) not in layout.message_codes:
            told["COD002"] = layout.message_codes[0]
        over: dict[str, Value] = {
            record.by_element[element].number: value for element, value in told.items()
        }
        text = record.plan.write(values, over)
        if not isinstance(text, str):
            self._refuse(*text)
            return
        made = Record(record, text, 1)
        self._refuse(*header_findings(layout, made, allow_test=True))
        self._put(text.encode(ENCODING) + CRLF)

    def person(self, part: Part) -> None:
        """Write an insured person with everything under her."""
        if part.code != "02":
            self._out_of_place(part.code, "01")
            return
        self._part(part, part.values)
        if not any(under.code == "04" for under in part.parts):
            message = "Een verzekerde zonder prestatie."
            self._refuse(Finding("file", self._number, record_code="02", message=message))

    def _part(self, part: Part, person: Mapping[str, Value]) -> None:
        code = part.code
        record = self._layout.records.get(code)
        if record is None:
            self._out_of_place(code, "")
            return
        self._number += 1
        count = self._totals.counts
        count[code] = count.get(code, 0) + 1
        over: dict[str, Value] = {f"{code}01": code, f"{code}02": self._number}
        for number, source in self._keys.get(code, ()):
            if (value := person.get(source)) is not None:
                over[number] = value
        text = record.plan.write(part.values, over)
        if not isinstance(text, str):
            self._refuse(*(replace(one, record_no=self._number) for one in text))
            return
        self._put(text.encode(ENCODING) + CRLF)
        for add in self._adders[code]:
            if (wrong := add(text)) is not None:
                made = Record(record, text, 0)
                self._refuse(self._totals.unreadable(wrong, made, self._number))
        if code == "04" and (reference := part.values.get(self._reference)):
            if reference in self._references:
                message = "Hetzelfde referentienummer staat twee keer in dit bestand."
                self._refuse(
                    Finding(
                        "file",
                        self._number,
                        record_code="04",
                        field_number=self._reference,
                        field_name=record.by_number[self._reference].name,
                        value=str(reference),
                        expected="elk referentienummer een keer",
                        message=message,
                    )
                )
            self._references.add(reference)
        if part.comments:
            self._comment(part.comments)
        for under in part.parts:
            if under.code in _ORDER.get(code, ()):
                self._part(under, person)
            else:
                self._out_of_place(under.code, code)

    def _comment(self, comments: Sequence[str]) -> None:
        record = self._layout.records["98"]
        number, line, text_field = (
            record.by_element[element].number for element in ("NUM040", "NUM109", "OMS016")
        )
        for at, comment in enumerate(comments, start=1):
            text = record.plan.write({number: self._number, line: at, text_field: comment})
            if isinstance(text, str):
                count = self._totals.counts
                count["98"] = count.get("98", 0) + 1
                self._put(text.encode(ENCODING) + CRLF)
            else:
                self._refuse(*(replace(one, record_no=self._number) for one in text))

    def trailer(self) -> None:
        if not self._totals.counts:
            self._refuse(Finding("file", message="Een bericht zonder verzekerden is er niet."))
        text = self._layout.records["99"].plan.write(trailer_values(self._totals))
        if isinstance(text, str):
            self._put(text.encode(ENCODING) + CRLF)
        else:
            self._refuse(*text)

    def _out_of_place(self, code: str, above: str) -> None:
        expected = ", ".join(_ORDER.get(above, ())) or ", ".join(sorted(self._layout.records))
        message = "Dit record hoort hier niet."
        self._refuse(Finding("file", value=code, expected=expected, message=message))

    def _refuse(self, *findings: Finding) -> None:
        taken = findings[: MAX_FINDINGS - len(self._found)]
        self._found += taken
        self._more += len(findings) - len(taken)
