"""A table of what insurers paid, file by file: all of it is taken, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ooievaar.claims.models import Batch, Payment
from ooievaar.claims.paying import take_payment
from ooievaar.claims.standing import writing
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected

COLUMNS = ("invoice_number", "paid_on", "cents", "reference")
MOST_CENTS = 10**12


@dataclass(frozen=True, slots=True)
class PaidRow:
    """What was paid for one file; negative cents were paid back."""

    row: int
    invoice_number: str
    paid_on: date
    cents: int
    reference: str


def paid_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> list[PaidRow]:
    """Return the rows of a table; InputRejected carries every fault."""
    faults: list[Fault] = []
    found = [row for one in rows if (row := _read(name, one, faults)) is not None]
    if not found and not faults:
        faults.append(Fault(name, None, "", "geen rijen", f"kolommen: {', '.join(COLUMNS)}"))
    if faults:
        raise InputRejected(faults)
    return found


def take_payments(
    name: str, rows: Iterable[PaidRow], now: datetime, by: Iterable[Workplace] | None = None
) -> list[Payment]:
    """Put every payment on the lines that it settles; InputRejected and nothing, or all of them.

    `by` has the positions of who brings it: only files of their networks are known then.
    """
    places = {place.network_id: place for place in by} if by is not None else None
    faults, taken = [], []
    with writing():
        for row in rows:
            batch = Batch.objects.filter(invoice_number=row.invoice_number).first()
            if batch is None or (places is not None and batch.network_id not in places):
                expected = "het factuurnummer van een bestand dat hier is verzonden"
                faults.append(Fault(name, row.row, "invoice_number", row.invoice_number, expected))
                continue
            payment = take_payment(
                batch,
                cents=row.cents,
                paid_on=row.paid_on,
                reference=row.reference,
                now=now,
                by=places[batch.network_id] if places is not None else None,
            )
            if isinstance(payment, Rejected):
                column = payment.field or "invoice_number"
                found = str(getattr(row, column))
                faults.append(Fault(name, row.row, column, found, str(payment.reason)))
                continue
            taken.append(payment)
        if faults:
            raise InputRejected(faults)
    return taken


def _read(name: str, row: Mapping[str, Any], faults: list[Fault]) -> PaidRow | None:
    before = len(faults)

    def refuse(column: str, found: str, expected: str) -> None:
        faults.append(Fault(name, int(row["_row"]), column, found or "niets", expected))

    def text(column: str) -> str:
        value = row.get(column)
        return "" if value is None else str(value).strip()

    for column in row:
        if column != "_row" and column not in COLUMNS:
            refuse(column, "een onbekende kolom", f"een van: {', '.join(COLUMNS)}")
    for column in COLUMNS:
        if not text(column):
            refuse(column, "", f"een waarde in elk van: {', '.join(COLUMNS)}")
    if len(faults) > before:
        return None
    day = None
    try:
        day = date.fromisoformat(text("paid_on"))
    except ValueError:
        refuse("paid_on", text("paid_on"), "een dag, zoals 2026-10-31")
    digits = text("cents").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and int(digits) < MOST_CENTS):
        refuse("cents", text("cents"), "een heel aantal centen, zoals 60000, of -60000 voor terug")
    if day is None or len(faults) > before:
        return None
    return PaidRow(
        row=int(row["_row"]),
        invoice_number=text("invoice_number"),
        paid_on=day,
        cents=int(text("cents")),
        reference=text("reference"),
    )
