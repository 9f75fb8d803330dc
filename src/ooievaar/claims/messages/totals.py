"""What the trailer of a message must say: counted and added up while the records pass."""

from collections.abc import Callable, Iterator, Mapping

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.layout import Field, Layout, RecordLayout
from ooievaar.claims.messages.message import Record

COUNTED = {
    "ANT085": "02",
    "ANT267": "02",
    "ANT086": "03",
    "ANT268": "03",
    "ANT087": "04",
    "ANT269": "04",
    "ANT002": "06",
    "ANT300": "16",
    "ANT089": "98",
    "ANT270": "98",
}
"""Which records an element of the trailer counts."""

ALL_COUNTED = ("ANT265", "ANT271")
"""Elements that count all records but the first and the last."""

CLAIMED = "BED161"
GRANTED = "BED166"
TOTAL_CLAIMED = "BED025"
TOTAL_SUBMITTED = "BED168"
TOTAL_GRANTED = "BED167"


class Totals:
    """The counts and sums of one message."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.counts: dict[str, int] = {}
        self.claimed_cents = 0
        """Debit minus credit of what is claimed in the records of this message."""
        self.granted_cents = 0
        self.is_readable = True

    def adders(self) -> Mapping[str, tuple[Callable[[str], Field | None], ...]]:
        """Per record code what takes the amounts of a line; it gives the field it cannot read."""
        return {
            code: tuple(
                self._adder(record, record.by_element[element])
                for element in (CLAIMED, GRANTED)
                if element in record.by_element
            )
            for code, record in self.layout.records.items()
        }

    def _adder(self, record: RecordLayout, amount: Field) -> Callable[[str], Field | None]:
        start, end = amount.start - 1, amount.end
        sign = record.sign_of(amount)
        at = sign.start - 1 if sign else -1
        is_granted = amount.element == GRANTED

        def add(text: str) -> Field | None:
            digits = text[start:end]
            if not digits.isdecimal():
                return amount
            cents = int(digits)
            if sign is not None:
                mark = text[at]
                if mark == "C":
                    cents = -cents
                elif mark != "D":
                    return sign
            if is_granted:
                self.granted_cents += cents
            else:
                self.claimed_cents += cents
            return None

        return add

    def unreadable(self, field: Field, record: Record, number: int) -> Finding:
        """An amount, or its D or C, that cannot be added up."""
        self.is_readable = False
        return Finding(
            "file",
            record_no=number,
            line_no=record.line_no,
            record_code=record.code,
            field_number=field.number,
            field_name=field.name,
            value=record.text[field.start - 1 : field.end],
            expected="D of C" if field.is_debit_credit else "een bedrag in centen",
            code="0631" if field.is_debit_credit else "",
            message="Dit bedrag is niet te lezen; het totaal is niet na te gaan.",
        )

    def findings(self, trailer: Record) -> Iterator[Finding]:
        """Where the trailer says something else than the records."""
        fields = trailer.layout.by_element
        for element, code in COUNTED.items():
            if field := fields.get(element):
                yield from _unequal(trailer, field, self.counts.get(code, 0), "")
        for element in ALL_COUNTED:
            if field := fields.get(element):
                yield from _unequal(trailer, field, sum(self.counts.values()), "")
        if field := fields.get(TOTAL_CLAIMED):
            if self.is_readable:
                yield from _unequal(trailer, field, self.claimed_cents, "0150")
        elif {TOTAL_SUBMITTED, TOTAL_GRANTED} <= fields.keys():
            yield from self._return_findings(trailer)

    def _return_findings(self, trailer: Record) -> Iterator[Finding]:
        """Granted is submitted less what the records that came back were not granted."""
        fields = trailer.layout.by_element
        submitted = signed(trailer, fields[TOTAL_SUBMITTED])
        granted = signed(trailer, fields[TOTAL_GRANTED])
        for element, cents in ((TOTAL_SUBMITTED, submitted), (TOTAL_GRANTED, granted)):
            if cents is None:
                yield _finding(trailer, fields[element], "een bedrag met D of C", "0150")
        if submitted is None or granted is None or not self.is_readable:
            return
        expected = {submitted - self.claimed_cents + self.granted_cents}
        if not sum(self.counts.values()):
            # Only header and trailer: granted in full, or refused as a whole.
            expected = {submitted, 0}
        if granted not in expected:
            told = " of ".join(written(cents) for cents in sorted(expected, reverse=True))
            yield _finding(trailer, fields[TOTAL_GRANTED], told, "0150")


def signed(record: Record, amount: Field) -> int | None:
    """An amount with its D or C as one number; None when it cannot be read."""
    cents = record.values.get(amount.number)
    if not isinstance(cents, int):
        return None
    sign = record.layout.sign_of(amount)
    if sign is None:
        return cents
    return {"D": cents, "C": -cents}.get(str(record.values[sign.number]))


def trailer_values(totals: Totals) -> dict[str, int | str]:
    """The trailer of a claim message, by field number."""
    layout = totals.layout.records["99"]
    fields, values = layout.by_element, dict[str, int | str]()
    for element, code in COUNTED.items():
        if field := fields.get(element):
            values[field.number] = totals.counts.get(code, 0)
    for element in ALL_COUNTED:
        if field := fields.get(element):
            values[field.number] = sum(totals.counts.values())
    set_signed(layout, values, TOTAL_CLAIMED, totals.claimed_cents)
    return values


def set_signed(
    layout: RecordLayout, values: dict[str, int | str], element: str, cents: int
) -> None:
    """Fill an amount and its D or C, where the record has such a field."""
    if amount := layout.by_element.get(element):
        values[amount.number] = abs(cents)
        if sign := layout.sign_of(amount):
            values[sign.number] = "C" if cents < 0 else "D"


def written(cents: int) -> str:
    """A signed amount as a message says it."""
    return f"{abs(cents)} {'C' if cents < 0 else 'D'}"


def _unequal(trailer: Record, field: Field, counted: int, code: str) -> Iterator[Finding]:
    value = signed(trailer, field) if field.is_amount else trailer.values.get(field.number)
    if value != counted:
        expected = written(counted) if field.is_amount else str(counted)
        yield _finding(trailer, field, expected, code)


def _finding(trailer: Record, field: Field, expected: str, code: str) -> Finding:
    sign = trailer.layout.sign_of(field) if field.is_amount else None
    end = sign.end if sign else field.end
    return Finding(
        "file",
        line_no=trailer.line_no,
        record_code=trailer.code,
        field_number=field.number,
        field_name=field.name,
        value=trailer.text[field.start - 1 : end],
        expected=expected,
        code=code,
        message="Het sluitrecord klopt niet met de records.",
    )
