"""A member's own mono-disciplinary claims: rows to a file (VK301, KZ301, ZH308) and back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.headers import PAYEES
from ooievaar.claims.messages.kz301 import INSTITUTION, claim_parts, header_values
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.rows import ClaimRow, MonoRow
from ooievaar.claims.messages.spots import Unreadable, find_spots
from ooievaar.claims.messages.writing import write_message

STANDARDS = {"032": "VK301", "011": "KZ301", "042": "KZ301", "041": "ZH308", "016": "ZH308"}
"""Which standard carries the codes of a list (COD367)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonoFile:
    """What the header of a member's file says; `payee` is the role of `agb` (COD833)."""

    agb: str
    uzovi: str
    starts_on: date
    ends_on: date
    invoice_number: str
    dated: date
    is_test: bool
    payee: str = INSTITUTION


def write_mono(
    layout: Layout, file: MonoFile, rows: Iterable[MonoRow]
) -> bytes | tuple[Finding, ...]:
    """A member's file, or why it cannot be made."""
    header = header_values(layout, **asdict(file))
    return write_message(layout, header, claim_parts(layout, map(_as_claim, rows)))


def mono_rows(message: Message) -> list[MonoRow]:
    """The rows of a member's file that can be read; `unread_lines` has the others."""
    return [row for row in _each(message) if isinstance(row, MonoRow)]


def unread_lines(message: Message) -> tuple[Finding, ...]:
    """Of each line with a date or an amount that cannot be read, which value that is."""
    return tuple(row for row in _each(message) if isinstance(row, Finding))


def _each(message: Message) -> Iterable[MonoRow | Finding]:
    spots, agb = find_spots(message.layout), payee_of(message)
    for insured, claim in message.claims():
        try:
            yield _as_mono(ClaimRow(**spots.read(insured, claim.record)), agb, claim.record.line_no)
        except Unreadable as unreadable:
            yield unreadable.finding


def payee_of(message: Message) -> str:
    """The AGB code of who is paid, "" when the header does not say."""
    payee = PAYEES.get(str(message.header.by_element("COD833")))
    return str(message.header.by_element(payee[0]) or "") if payee else ""


def _as_claim(row: MonoRow) -> ClaimRow:
    return ClaimRow(
        reference=row.reference,
        previous_reference=row.previous_reference,
        is_credit=row.is_credit,
        bsn=row.bsn,
        birth_date=row.birth_date,
        name=row.name,
        initials=row.initials,
        house_number=row.house_number,
        uzovi=row.uzovi,
        insured_number=row.insured_number,
        product_code=row.code,
        list_code=row.list_code,
        starts_on=row.performed_on,
        ends_on=row.ends_on or row.performed_on,
        units=row.quantity,
        tariff_cents=row.tariff_cents,
        cents=row.cents,
        agb=row.practitioner_agb,
        specialism=row.specialism,
    )


def _as_mono(row: ClaimRow, agb: str, line_no: int) -> MonoRow:
    return MonoRow(
        reference=row.reference,
        previous_reference=row.previous_reference,
        is_credit=row.is_credit,
        agb=agb,
        bsn=row.bsn,
        birth_date=row.birth_date,
        name=row.name,
        initials=row.initials,
        house_number=row.house_number,
        uzovi=row.uzovi,
        insured_number=row.insured_number,
        code=row.product_code,
        list_code=row.list_code,
        performed_on=row.starts_on,
        ends_on=row.ends_on if row.ends_on != row.starts_on else None,
        quantity=row.units,
        tariff_cents=row.tariff_cents,
        cents=row.cents,
        practitioner_agb=row.agb,
        specialism=row.specialism,
        line_no=line_no,
        detail_id=row.detail_id,
    )
