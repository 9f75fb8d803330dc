"""Reads a file as the receiving chain does, and checks it as a whole.

Here stands what refuses a file: characters, length, order, obligatory records, numbering, doubles,
counts and totals of the trailer, what the header says. What one record says is for `checks`.
Whatever the bytes: nothing is raised, every byte is looked at once, and a file of any size passes
in the memory of one insured person at a time (`Reading`); `read_message` keeps it whole.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import BinaryIO, NamedTuple

from ooievaar.claims.messages.findings import MAX_FINDINGS, Finding, shown, with_count
from ooievaar.claims.messages.headers import header_findings, layout_of_header
from ooievaar.claims.messages.layout import Field, Layout, RecordLayout
from ooievaar.claims.messages.message import Claim, Insured, Message, Record
from ooievaar.claims.messages.totals import Totals

BLOCK_BYTES = 1 << 20
LONGEST_LINE_BYTES = 1 << 16
ENCODING = "iso-8859-1"
_ALLOWED = bytes([*range(0x20, 0x7F), *range(0xA0, 0x100)])
_FOREIGN = re.compile(b"[^ -~\xa0-\xff]")
_ORDER = {"02": "01", "03": "02", "04": "02", "06": "04", "16": "04"}
"""Under which record a record stands."""


def read_message(
    content: bytes, layouts: Mapping[str, Layout], *, allow_test: bool = True
) -> tuple[Message | None, tuple[Finding, ...]]:
    """Return a file as a message, and what is wrong with it as a whole.

    The message is None when its structure cannot be followed; it is only to be used when there is
    no finding of level "file".
    """
    reading = Reading(BytesIO(content), layouts, allow_test=allow_test)
    insured = tuple(reading.insured())
    findings = reading.findings
    if not reading.is_whole or not (reading.layout and reading.header and reading.trailer):
        return None, findings
    return Message(reading.layout, reading.header, insured, reading.trailer), findings


class Reading:
    """One pass over a file: `insured()` gives each person; after it `findings` is complete."""

    def __init__(
        self, source: BinaryIO, layouts: Mapping[str, Layout], *, allow_test: bool = True
    ) -> None:
        self.layout: Layout | None = None
        self.header: Record | None = None
        self.trailer: Record | None = None
        self.is_whole = True
        """Whether every line had its place; without that there is no message."""
        self._source = source
        self._layouts = layouts
        self._allow_test = allow_test
        self._found: list[Finding] = []
        self._more = 0
        self._line_no = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the file as a whole, so far."""
        return with_count(self._found, self._more)

    def insured(self) -> Iterator[Insured]:
        """Each insured person with her claims, in the order of the file; only once."""
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            if not self._found:
                self._broken("0001", "Het bestand is leeg.", expected="een voorlooprecord (01)")
            return
        if not self._take_header(first):
            return
        assert self.layout is not None
        yield from self._body(self.layout, lines)
        if self.trailer is None:
            self._broken("0002", "Het sluitrecord ontbreekt.", expected="een sluitrecord (99)")

    def _take_header(self, text: str) -> bool:
        layout, finding = layout_of_header(text, self._layouts)
        if layout is None or len(text) != layout.record_length:
            self._found.append(finding or _wrong_length(text, layout, self._line_no))
            self.is_whole = False
            return False
        self.layout = layout
        self.header = Record(layout.records["01"], text, self._line_no)
        for one in header_findings(layout, self.header, allow_test=self._allow_test):
            self._add(one)
        return True

    def _body(self, layout: Layout, lines: Iterator[str]) -> Iterator[Insured]:
        records, length = layout.records, layout.record_length
        is_claim = layout.direction == "claim"
        totals = Totals(layout)
        add_amounts, count = totals.adders(), totals.counts
        references: set[str] = set()
        place = _reference_place(records["04"])
        person: _Open | None = None
        claim: _Open | None = None
        last: _Open | None = None
        number, comment_no = 0, 0
        for text in lines:
            code = text[:2]
            kind = records.get(code)
            if kind is None or code == "01":
                self._broken(
                    "0002",
                    "Kenmerk record onbekend, of hier niet op zijn plaats.",
                    value=code,
                    expected=f"een van: {', '.join(sorted(set(records) - {'01'}))}",
                )
                continue
            if len(text) != length:
                self._add(_wrong_length(text, layout, self._line_no))
                self.is_whole = False
                continue
            if self.trailer is not None:
                self._broken("0002", "Een record na het sluitrecord.", code, expected="niets meer")
                continue
            record = Record(kind, text, self._line_no)
            if code == "99":
                if person is not None:
                    yield self._close(person, is_claim)
                    person = None
                self.trailer = record
                continue
            count[code] = count.get(code, 0) + 1
            own = text[2:14]
            found = int(own) if own.isdecimal() else -1
            if code == "98":
                if last is None:
                    self._broken("0002", "Commentaar zonder record waar het bij hoort.", code)
                    continue
                at = text[14:18]
                line = int(at) if at.isdecimal() else -1
                if found != number or (line != comment_no + 1 if is_claim else line <= comment_no):
                    self._misnumbered(code, own, f"{number:012d}, regel {comment_no + 1}")
                comment_no = line
                last.children.append(record)
                continue
            comment_no = 0
            if found != number + 1 if is_claim else found <= number:
                self._misnumbered(
                    code, own, f"{number + 1:012d}" if is_claim else f"meer dan {number:012d}"
                )
            number = found if found >= 0 else number + 1
            if code == "02":
                if person is not None:
                    yield self._close(person, is_claim)
                claim = None
                person = last = _Open(record, [], [])
            elif person is None:
                self._broken("0002", "Een record zonder verzekerde erboven.", code, expected="02")
                continue
            elif code == "04":
                reference = text[place]
                if reference in references:
                    self._add(_double(kind, reference, self._line_no, number))
                elif reference.strip(" "):
                    references.add(reference)
                claim = last = _Open(record, [], [])
                person.claims.append(claim)
                person.children.append(record)
            elif _ORDER.get(code) == "04" and claim is None:
                self._broken("0002", "Een record zonder prestatie erboven.", code, expected="04")
                continue
            elif code == "03" and claim is not None:
                self._broken(
                    "0002", "Een debiteur na een prestatie.", code, expected="03 voor de eerste 04"
                )
                continue
            else:
                above = claim if claim is not None and code != "03" else person
                last = _Open(record, [], [])
                above.children.append(record)
                above.claims.append(last)
            for add in add_amounts.get(code, ()):
                if (wrong := add(text)) is not None:
                    self._add(totals.unreadable(wrong, record, number))
        if person is not None:
            yield self._close(person, is_claim)
        if self.trailer is not None:
            for one in totals.findings(self.trailer):
                self._add(one)

    def _close(self, person: "_Open", is_claim: bool) -> Insured:
        """Hang what was read under its record."""
        claims, debtor = [], None
        for one in person.claims:
            _hang(one)
            if one.record.code == "04":
                claims.append(Claim(one.record, _comments(one)))
            else:
                debtor = one.record
        person.record.children = tuple(person.children)
        if is_claim and not claims:
            self._add(
                Finding(
                    "file",
                    record_no=person.record.number,
                    line_no=person.record.line_no,
                    record_code="02",
                    expected="ten minste een prestatierecord (04)",
                    code="0002",
                    message="Een verzekerde zonder prestatie.",
                )
            )
        return Insured(person.record, tuple(claims), _comments(person), debtor)

    def _lines(self) -> Iterator[str]:
        """The lines of the file as text, without CR/LF; what cannot be a record is reported."""
        rest = b""
        while block := self._source.read(BLOCK_BYTES):
            parts = (rest + block).split(b"\r\n")
            rest = parts.pop()
            for part in parts:
                self._line_no += 1
                if part.translate(None, _ALLOWED) or not part:
                    if (text := self._strange(part)) is not None:
                        yield text
                else:
                    yield part.decode(ENCODING)
            if len(rest) > LONGEST_LINE_BYTES:
                break
        if rest:
            self._line_no += 1
            self._broken(
                "8095",
                "Een record zonder CR/LF erachter.",
                value=f"{len(rest)} tekens zonder CR/LF",
                expected="CR/LF achter elk record, ook het laatste",
            )

    def _strange(self, part: bytes) -> str | None:
        """A line with characters that do not belong in it; None when there is nothing in it."""
        if not part:
            self._broken("8095", "Een lege regel.", expected="geen CR/LF zonder record")
            return None
        found = _FOREIGN.search(part)
        assert found is not None
        at = found.start()
        self._add(
            Finding(
                "file",
                line_no=self._line_no,
                record_code=part[:2].decode(ENCODING) if part[:2].isdigit() else "",
                value=f"byte {part[at]:02X} op positie {at + 1}",
                expected="tekens van ISO-8859-1, een positie per teken",
                code="0001",
                message="Een teken dat niet in een bericht hoort.",
            )
        )
        return part.decode(ENCODING)

    def _misnumbered(self, code: str, value: str, expected: str) -> None:
        self._add(
            Finding(
                "file",
                line_no=self._line_no,
                record_code=code,
                field_number=f"{code}02",
                field_name="Identificatie detailrecord",
                value=value,
                expected=expected,
                code="0801",
                message="Het nummer van dit record volgt niet op het vorige: "
                "dubbel, weggevallen of verwisseld.",
            )
        )

    def _broken(self, code: str, message: str, value: str = "", expected: str = "") -> None:
        """Something that has no place in a message."""
        self.is_whole = False
        self._add(
            Finding(
                "file",
                line_no=self._line_no,
                value=value,
                expected=expected,
                code=code,
                message=message,
            )
        )

    def _add(self, finding: Finding) -> None:
        if len(self._found) < MAX_FINDINGS:
            self._found.append(finding)
        else:
            self._more += 1


class _Open(NamedTuple):
    """A record that more may hang under: what hangs there, and the claims (or 06, 16) among it."""

    record: Record
    children: list[Record]
    claims: list["_Open"]


def _hang(one: _Open) -> None:
    if one.children:
        one.record.children = tuple(one.children)
    for under in one.claims:
        _hang(under)


def _comments(one: _Open) -> tuple[Record, ...]:
    if not one.children:
        return ()
    return tuple(child for child in one.children if child.code == "98")


def _reference_place(record: RecordLayout) -> slice:
    field: Field | None = record.by_element.get("NUM362")
    return slice(field.start - 1, field.end) if field else slice(0, 0)


def _wrong_length(text: str, layout: Layout | None, line_no: int) -> Finding:
    expected = f"{layout.record_length} posities" if layout else ""
    hint = ""
    if layout and len(text) > layout.record_length and "Ã" in text:
        hint = " Het bestand lijkt in UTF-8 te staan: een letter neemt dan twee posities."
    return Finding(
        "file",
        line_no=line_no,
        record_code=text[:2] if text[:2].isdecimal() else "",
        value=f"{len(text)} posities",
        expected=expected,
        code="0804",
        message="Lengte van het record is onjuist." + hint,
    )


def _double(kind: RecordLayout, reference: str, line_no: int, number: int) -> Finding:
    field = kind.by_element["NUM362"]
    return Finding(
        "file",
        record_no=number,
        line_no=line_no,
        record_code=kind.code,
        field_number=field.number,
        field_name=field.name,
        value=shown(field, reference.rstrip()),
        expected="elk referentienummer een keer",
        message="Hetzelfde referentienummer staat twee keer in dit bestand.",
    )
