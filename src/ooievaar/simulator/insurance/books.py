"""The books of one insurer: what reached it, what it granted and paid. Its own, in its words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ooievaar.claims.messages.rows import ClaimRow


@dataclass(slots=True)
class BookLine:
    """A line as the insurer read it, with what it made of it; cents are never negative."""

    row: ClaimRow
    invoice: str
    granted_cents: int = 0
    codes: tuple[str, ...] = ()
    taken_back_by: str = ""

    @property
    def signed_cents(self) -> int:
        """What was granted; of a credit less than zero."""
        return -self.granted_cents if self.row.is_credit else self.granted_cents

    @property
    def stands(self) -> bool:
        """Tell whether something was granted for it that was not taken back."""
        return self.granted_cents > 0 and not self.row.is_credit and not self.taken_back_by


@dataclass(slots=True)
class BookFile:
    """A claim file as it reached the insurer, and what went back."""

    invoice: str
    content: bytes
    received_on: date
    references: list[str]
    number: str
    """The insurer's own reference."""
    is_refused: bool = False
    answer: bytes = b""
    answered_on: date | None = None
    is_answered: bool = False
    """The answer is on its way or with us."""
    lets_wait: bool = False
    """Nothing more comes of it, answer or money, before somebody asks."""


@dataclass(frozen=True, slots=True)
class BookPayment:
    """Money that left the insurer for one file; negative: its credits weighed more."""

    reference: str
    uzovi: str
    invoice: str
    paid_on: date
    cents: int


@dataclass(slots=True)
class InsurerBooks:
    """Everything one insurer knows of our claims."""

    uzovi: str
    lines: dict[str, BookLine] = field(default_factory=dict)
    files: dict[str, BookFile] = field(default_factory=dict)
    payments: list[BookPayment] = field(default_factory=list)
    standing: dict[tuple[str, str, date], str] = field(default_factory=dict)
    """Which debit is granted for a woman, a code and a first day."""

    def write(self, lines: Iterable[BookLine]) -> None:
        """Enter the lines of a file, and what they make of earlier ones."""
        for line in lines:
            row = line.row
            self.lines[row.reference] = line
            if row.is_credit and line.granted_cents:
                earlier = self.lines[row.previous_reference]
                earlier.taken_back_by = row.reference
                self.standing.pop(care_of(earlier.row), None)
            elif line.granted_cents:
                self.standing[care_of(row)] = row.reference

    def of_file(self, invoice: str) -> Iterator[BookLine]:
        """Give the lines of a file in order."""
        for reference in self.files[invoice].references:
            yield self.lines[reference]

    @property
    def granted_cents(self) -> int:
        """What stands granted: debits less what was taken back."""
        return sum(line.signed_cents for line in self.lines.values())

    @property
    def paid_cents(self) -> int:
        """What was paid: debits less what was taken back."""
        return sum(payment.cents for payment in self.payments)


def care_of(row: ClaimRow) -> tuple[str, str, date]:
    """Return what a line claims: for whom, what, from when."""
    return row.bsn, row.product_code, row.starts_on
