"""What the answers of insurers mean for the books.

What is granted stands on the insurer's account against `undivided`, what a credit takes back the
other way. What was divided over the partners and is refused stands apart as `disputed`, so that
what is left on `undivided` only waits for an answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.rules.due import Due

Product = tuple[str, int]
"""Key of a product and the insurer that it was claimed from."""


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """A claimed line and how it stands; `answered_on` None: the insurer did not answer.

    `is_final`: what is not granted of it now will not come by waiting.
    """

    line_id: int
    key: str
    insurer_id: int
    product: str
    is_credit: bool
    cents: int
    granted_cents: int
    answered_on: date | None
    changed_on: date
    is_final: bool

    @property
    def signed_cents(self) -> int:
        """What was granted; of a credit what was taken back, below zero."""
        return -self.granted_cents if self.is_credit else self.granted_cents


def grants(lines: Iterable[ClaimedLine], kind: str) -> Iterator[Due]:
    """Yield what each line puts on the account of its insurer."""
    for line in lines:
        if line.answered_on is None or not line.granted_cents:
            continue
        reason = "granted" if line.granted_cents == line.cents else "granted_in_part"
        yield Due(
            (kind, line.line_id),
            line.answered_on,
            "credit_taken" if line.is_credit else reason,
            {
                AccountKey("insurer_receivable", line.insurer_id): line.signed_cents,
                AccountKey("undivided", line.insurer_id): -line.signed_cents,
            },
            text=line.product,
        )


def disputes(
    lines: Iterable[ClaimedLine], divided: Mapping[Product, tuple[int, date]], kind: str
) -> Iterator[Due]:
    """Yield what was divided of a product and its newest debit does not bring in.

    Never more than was divided beyond what is granted: what is not owed any more is not in dispute.
    """
    newest: dict[Product, ClaimedLine] = {}
    granted: dict[Product, int] = defaultdict(int)
    changed: dict[Product, date] = {}
    for line in sorted(lines, key=lambda one: one.line_id):
        product = (line.key, line.insurer_id)
        granted[product] += line.signed_cents
        changed[product] = max(changed.get(product, line.changed_on), line.changed_on)
        if not line.is_credit:
            newest[product] = line
    for product, line in newest.items():
        if not line.is_final or product not in divided:
            continue
        total, divided_on = divided[product]
        cents = min(line.cents - line.granted_cents, total - granted[product])
        if cents > 0:
            yield Due(
                (kind, line.line_id),
                max(changed[product], divided_on),
                "disputed",
                {
                    AccountKey("disputed", line.insurer_id): cents,
                    AccountKey("undivided", line.insurer_id): -cents,
                },
                text=line.product,
            )
