"""A line of a claim or of its answer as a row: what others fill in and read, without positions."""

from dataclasses import dataclass
from datetime import date

INTEGRAL_LIST = "069"
"""The list of integral birth care in COD367."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claimed line, for a KZ301 or a sibling.

    `cents` is what is claimed (never negative: `is_credit` is the sign); for a credit it is the
    amount that was granted and `calculated_cents` what the debit line claimed. `ends_on` is the
    last day. `agb` is who is named as having done it. `detail_id` is filled in when read back.
    """

    reference: str
    previous_reference: str = ""
    is_credit: bool = False
    bsn: str
    birth_date: date | None
    name: str
    uzovi: str
    insured_number: str = ""
    product_code: str
    list_code: str = INTEGRAL_LIST
    starts_on: date
    ends_on: date
    units: int
    tariff_cents: int
    cents: int
    agb: str = ""
    specialism: str = ""
    calculated_cents: int | None = None
    """Aantal x tarief; None: the same as `cents`."""
    initials: str = ""
    name_prefix: str = ""
    sex: str = "2"
    postcode: str = ""
    house_number: int = 0
    resubmission_code: str = ""
    """Code herdeclaratie (COD651)."""
    comments: tuple[str, ...] = ()
    detail_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow(ClaimRow):
    """One line as it comes back; `granted_cents` is None where the portal answers."""

    granted_cents: int | None = None
    granted_is_credit: bool = False
    codes: tuple[str, ...] = ()
    insured_codes: tuple[str, ...] = ()
    """Return codes on the record of the insured person above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An answer. Amounts are signed; `rows` are the lines that came back: not those in full.

    `answered_by` is "insurer" when the header carries the insurer's reference, else "portal". A
    portal answers only when it refuses: without rows the whole file, with rows all of them come
    back and none went through.
    """

    standard: str
    claim_standard: str
    invoice_number: str
    uzovi: str
    payee_agb: str
    is_test: bool
    insurer_reference: str
    answered_by: str
    answered_on: date | None
    codes: tuple[str, ...]
    rows: tuple[ReturnRow, ...]
    insured_count: int
    claim_count: int
    comment_count: int
    submitted_cents: int
    granted_cents: int

    @property
    def refuses_file(self) -> bool:
        """Whether nothing of the file was taken in."""
        if self.answered_by == "portal":
            return True
        return not self.rows and self.granted_cents == 0 and self.submitted_cents != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonoRow:
    """One line of a member's own mono-disciplinary claims (VK301, KZ301 with list 011, ZH308)."""

    reference: str
    agb: str
    """The organisation that claims, from the header."""
    bsn: str
    birth_date: date | None
    uzovi: str
    list_code: str
    code: str
    performed_on: date
    """The day, or the first one."""
    ends_on: date | None = None
    """The last day, None: the same day."""
    quantity: int
    tariff_cents: int
    cents: int
    is_credit: bool = False
    previous_reference: str = ""
    specialism: str = ""
    practitioner_agb: str = ""
    name: str = ""
    insured_number: str = ""
    initials: str = ""
    house_number: int = 0
    line_no: int = 0
    """Its line in the file; it and `detail_id` are filled in when read back."""
    detail_id: int = 0
