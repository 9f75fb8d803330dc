"""What the portal and the insurer answer: reading a return, and writing one (the simulator does).

A return has the records of the claim message exactly as they were sent, with an answer behind each.
Approved in full: only header and trailer. In part: only the records that were not granted in full,
with what they hang under. Refused by the portal: header and trailer, or every record, and no cent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.headers import PAYEES
from ooievaar.claims.messages.layout import Layout, RecordLayout, return_of, shipped
from ooievaar.claims.messages.message import Claim, Insured, Message, Record, Value
from ooievaar.claims.messages.reading import ENCODING, read_message
from ooievaar.claims.messages.rows import Returned, ReturnRow
from ooievaar.claims.messages.spots import Spots, Unreadable, find_spots
from ooievaar.claims.messages.totals import (
    ALL_COUNTED,
    CLAIMED,
    COUNTED,
    GRANTED,
    TOTAL_CLAIMED,
    TOTAL_GRANTED,
    TOTAL_SUBMITTED,
    set_signed,
    signed,
)
from ooievaar.claims.messages.writing import CRLF

NO_REMARK = "0200"
"""COD954: no remark on this record. Its meaning is read in list EB001 and assumed for COD954."""

CODE_ELEMENTS = ("COD954", "COD955", "COD956")
CALCULATED_BY_INSURER = "BED165"
INSURER_REFERENCE = "NUM370"
ANSWERED_ON = "DAT277"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an insurer says of one line, by its reference: the amount granted (no sign) and why."""

    granted_cents: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """An answer to a file. Without `insurer_reference` it is the portal that answers, and refuses.

    `lines` has what is not granted in full, by reference; `insured_codes` what is wrong with an
    insured person, by BSN. `refuses_file`: only header and trailer come back, nothing is granted.
    """

    answered_on: date
    insurer_reference: str = ""
    codes: tuple[str, ...] = ()
    refuses_file: bool = False
    lines: Mapping[str, Verdict] = field(default_factory=dict)
    insured_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_return(message: Message) -> Returned | tuple[Finding, ...]:
    """A sound return message as one value, or what in its records cannot be read."""
    if message.layout.direction != "return":
        found = "Dit is geen retourbericht."
        return (Finding("file", value=message.layout.key, expected="een retour", message=found),)
    header, trailer = message.header, message.trailer
    reference = str(header.by_element(INSURER_REFERENCE) or "").strip()
    answered_on = header.by_element(ANSWERED_ON)
    rows: list[ReturnRow] = []
    findings: list[Finding] = []
    spots = find_spots(message.layout)
    for insured, claim in message.claims():
        try:
            rows.append(_row(spots, insured, claim, is_insurer=bool(reference)))
        except Unreadable as unreadable:
            findings.append(unreadable.finding)
    amounts = {
        element: signed(trailer, trailer.layout.by_element[element])
        for element in (TOTAL_SUBMITTED, TOTAL_GRANTED)
    }
    if findings:
        return tuple(findings)
    counts = [record.code for record in message.records()]
    payee = PAYEES.get(str(header.by_element("COD833")))
    return Returned(
        standard=message.layout.standard,
        claim_standard=message.layout.answers,
        invoice_number=str(header.by_element("NUM029") or ""),
        uzovi=str(header.by_element("COD061") or ""),
        payee_agb=str(header.by_element(payee[0]) or "") if payee else "",
        is_test=header.by_element("COD856") == "T",
        insurer_reference=reference,
        answered_by="insurer" if reference else "portal",
        answered_on=answered_on if isinstance(answered_on, date) else None,
        codes=_codes(header),
        rows=tuple(rows),
        insured_count=counts.count("02"),
        claim_count=counts.count("04"),
        comment_count=counts.count("98"),
        submitted_cents=amounts[TOTAL_SUBMITTED] or 0,
        granted_cents=amounts[TOTAL_GRANTED] or 0,
    )


def _row(spots: Spots, insured: Insured, claim: Claim, *, is_insurer: bool) -> ReturnRow:
    """One line that came back."""
    values = spots.read(insured, claim.record)
    granted = spots.signed_cents(claim.record, GRANTED)
    if granted is None and is_insurer:
        record, message = claim.record, "Het toegekende bedrag is niet te lezen."
        raise Unreadable(Finding("record", record.number, record.line_no, "04", message=message))
    return ReturnRow(
        **values,
        granted_cents=abs(granted or 0) if is_insurer else None,
        granted_is_credit=bool(granted and granted < 0),
        codes=_codes(claim.record),
        insured_codes=_codes(insured.record),
    )


def _codes(record: Record) -> tuple[str, ...]:
    found = (str(record.by_element(element) or "").strip() for element in CODE_ELEMENTS)
    return tuple(code for code in found if code)


def write_return(
    sent: bytes, verdicts: Verdicts, layouts: Mapping[str, Layout] | None = None
) -> bytes | tuple[Finding, ...]:
    """The return of a file that was sent, or why none can be made (an unreadable file has none)."""
    layouts = shipped() if layouts is None else layouts
    message, findings = read_message(sent, layouts)
    if message is None or findings:
        return findings
    layout = return_of(layouts, message.layout)
    if layout is None:
        expected = "een retourindeling van deze standaard"
        return (Finding("file", value=message.layout.key, expected=expected),)
    return _Answer(message, layout, verdicts).content()


class _Answer:
    """One return in the making."""

    def __init__(self, message: Message, layout: Layout, verdicts: Verdicts) -> None:
        self._message = message
        self._layout = layout
        self._verdicts = verdicts
        self._is_insurer = bool(verdicts.insurer_reference)
        self._counts: dict[str, int] = {}
        self._kept_back = 0
        """Claimed less granted, of the records that go back."""
        self._lines: list[bytes] = []
        sent_length = message.layout.record_length
        self._tails = {
            code: _tail(record, sent_length)
            for code, record in layout.records.items()
            if code not in ("01", "99")
        }

    def content(self) -> bytes | tuple[Finding, ...]:
        try:
            self._header()
            if not self._verdicts.refuses_file:
                for person in self._message.insured:
                    self._person(person)
            self._trailer()
        except _Unwritable as unwritable:
            return unwritable.findings
        return b"".join(self._lines)

    def _header(self) -> None:
        record, sent = self._layout.records["01"], self._message.header
        over = {record.by_element["COD002"].number: self._layout.message_codes[0]}
        if software := record.by_element.get("COD805"):
            over[software.number] = ""
        tail = self._coded(record, self._verdicts.codes or (NO_REMARK,))
        for element, value in (
            (INSURER_REFERENCE, self._verdicts.insurer_reference),
            (ANSWERED_ON, self._verdicts.answered_on),
        ):
            tail[record.by_element[element].number] = value
        text = record.plan.write({**sent.values, **over, **tail})
        if not isinstance(text, str):
            raise _Unwritable(text)
        self._put(text)

    def _person(self, person: Insured) -> None:
        bsn = str(person.record.by_element("NUM313") or "")
        own = self._verdicts.insured_codes.get(bsn, ())
        back = [
            (claim, self._verdict_of(claim, is_with_person=bool(own))) for claim in person.claims
        ]
        chosen = [(claim, verdict) for claim, verdict in back if verdict is not None]
        if not chosen:
            return
        self._record(person.record, own or (NO_REMARK,))
        for comment in person.comments:
            self._record(comment, (NO_REMARK,))
        if person.debtor is not None:
            self._record(person.debtor, (NO_REMARK,))
        for claim, verdict in chosen:
            self._claim(claim, verdict)

    def _verdict_of(self, claim: Claim, *, is_with_person: bool) -> Verdict | None:
        """What is said of a line that goes back; None when it stays out of the return."""
        verdict = self._verdicts.lines.get(str(claim.record.by_element("NUM362") or ""))
        if not self._is_insurer:
            return Verdict(0, verdict.codes if verdict else (NO_REMARK,))
        return Verdict(0, (NO_REMARK,)) if verdict is None and is_with_person else verdict

    def _claim(self, claim: Claim, verdict: Verdict) -> None:
        left = verdict.granted_cents if self._is_insurer else 0
        for record in _with_details(claim.record):
            amount = record.layout.by_element.get(CLAIMED)
            codes = verdict.codes if record is claim.record else (NO_REMARK,)
            if amount is None:
                self._record(record, codes)
                continue
            claimed = signed(record, amount) or 0
            # A line with more amounts is granted from the first one on.
            granted = left if record.code == "04" else min(left, abs(claimed))
            left -= granted
            self._kept_back += claimed - (-granted if claimed < 0 else granted)
            self._record(record, codes, granted, is_credit=_is_credit(record))

    def _record(
        self, record: Record, codes: tuple[str, ...], granted: int = 0, *, is_credit: bool = False
    ) -> None:
        layout = self._layout.records[record.code]
        tail = self._coded(layout, codes)
        for element in (CALCULATED_BY_INSURER, GRANTED):
            if amount := layout.by_element.get(element):
                tail[amount.number] = granted
                if sign := layout.sign_of(amount):
                    tail[sign.number] = "C" if is_credit else "D"
        # What was sent goes back position for position.
        text = self._tails[record.code].plan.write(tail)
        if not isinstance(text, str):
            raise _Unwritable(text)
        self._put(record.text + text)
        self._counts[record.code] = self._counts.get(record.code, 0) + 1

    def _coded(self, layout: RecordLayout, codes: tuple[str, ...]) -> dict[str, Value]:
        spots = [
            layout.by_element[element].number
            for element in CODE_ELEMENTS
            if element in layout.by_element
        ]
        return dict(zip(spots, codes, strict=False))

    def _trailer(self) -> None:
        layout, sent = self._layout.records["99"], self._message.trailer
        values: dict[str, int | str] = {}
        for element, code in COUNTED.items():
            if one := layout.by_element.get(element):
                values[one.number] = self._counts.get(code, 0)
        for element in ALL_COUNTED:
            if one := layout.by_element.get(element):
                values[one.number] = sum(self._counts.values())
        submitted = signed(sent, sent.layout.by_element[TOTAL_CLAIMED]) or 0
        granted = 0 if self._verdicts.refuses_file else submitted - self._kept_back
        set_signed(layout, values, TOTAL_SUBMITTED, submitted)
        set_signed(layout, values, TOTAL_GRANTED, granted)
        text = layout.plan.write(values)
        if not isinstance(text, str):
            raise _Unwritable(text)
        self._put(text)

    def _put(self, text: str) -> None:
        self._lines.append(text.encode(ENCODING) + CRLF)


class _Unwritable(Exception):
    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__()


def _is_credit(record: Record) -> bool:
    amount = record.layout.by_element[CLAIMED]
    sign = record.layout.sign_of(amount)
    return sign is not None and record.values[sign.number] == "C"


def _with_details(record: Record) -> Iterator[Record]:
    yield record
    for child in record.children:
        yield from _with_details(child)


def _tail(record: RecordLayout, sent_length: int) -> RecordLayout:
    """What a return puts behind the record that was sent, as a record of its own."""
    fields = tuple(
        replace(one, start=one.start - sent_length)
        for one in record.fields
        if one.start > sent_length
    )
    return replace(record, length=record.length - sent_length, fields=fields)
