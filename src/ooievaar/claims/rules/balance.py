"""Nothing remains of what was claimed: every cent was granted, refused, open or written off."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """One equation in cents, credits counted negative: the whole, and the parts that make it up."""

    name: str
    whole: int
    parts: Mapping[str, int]

    @property
    def remainder(self) -> int:
        """What the parts do not explain; nothing, or there is a fault."""
        return self.whole - sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class InsurerBooks:
    """What was exchanged with one insurer, each figure from rows of its own, credits negative.

    `sent` is the sum of the files; `granted_in_returns` and `paid_in_payments` what the other side
    wrote above its lists. The rest is added up line by line; what was refused and then written off
    counts as `written_off` only.
    """

    sent: int
    granted_in_returns: int
    paid_in_payments: int
    granted: int
    refused_by_insurer: int
    refused_by_portal: int
    written_off: int
    open: int
    paid: int
    due: int


def balances(books: InsurerBooks) -> tuple[Balance, ...]:
    """Return what must be equal: claimed, granted by their word and ours, and paid."""
    return (
        Balance(
            "claimed",
            books.sent,
            {
                "granted": books.granted,
                "refused_by_insurer": books.refused_by_insurer,
                "refused_by_portal": books.refused_by_portal,
                "open": books.open,
                "written_off": books.written_off,
            },
        ),
        Balance("answered", books.granted_in_returns, {"granted": books.granted}),
        Balance("granted", books.granted, {"paid": books.paid, "due": books.due}),
        Balance("received", books.paid_in_payments, {"paid": books.paid}),
    )
