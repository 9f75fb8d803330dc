"""The last word: the insurers' books, kept apart, against ours, line by line and to the cent."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Sum

from ooievaar.claims.models import LineEvent, LineStanding, LineState, PaymentLine
from ooievaar.network.models import Network
from ooievaar.simulator.insurance.books import InsurerBooks
from ooievaar.simulator.insurance.post import OtherSide

NOT_THERE = (
    LineState.PREPARED,
    LineState.APPROVED,
    LineState.WITHDRAWN,
    LineState.REFUSED_BY_PORTAL,
)
"""Lines that are not with the insurer: not sent, or come back before they reached it."""
ANSWERED = (LineState.GRANTED, LineState.GRANTED_IN_PART, LineState.REFUSED_BY_INSURER)


class Told(NamedTuple):
    """What one side says of a line; granted is None where there is no answer."""

    is_credit: bool
    claimed_cents: int
    granted_cents: int | None


@dataclass(slots=True)
class Side:
    """One insurer's money, in cents: debits less credits."""

    lines: int = 0
    claimed_cents: int = 0
    granted_cents: int = 0
    paid_cents: int = 0


@dataclass(slots=True)
class Agreement:
    """Both sides by UZOVI, and every line about which they differ (references and cents only)."""

    theirs: dict[str, Side] = field(default_factory=dict)
    ours: dict[str, Side] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Tell whether both books say the same of every line and in all."""
        return not self.differences and self.theirs == self.ours


def compare_books(network: Network, other_side: OtherSide) -> Agreement:
    """Compare the insurers' books with ours, as far as their answers have reached us.

    What an insurer made of a line in an answer that is still under way counts on neither side; with
    us such a line has to stand as sent.
    """
    books = other_side.books
    agreement = Agreement(
        theirs={uzovi: Side() for uzovi in books}, ours={uzovi: Side() for uzovi in books}
    )
    arrived = other_side.arrived
    ours = dict(_ours(network, agreement.ours))
    for uzovi, own in books.items():
        for reference, told in _theirs(own, arrived, agreement.theirs[uzovi]):
            mine = ours.pop((uzovi, reference), None)
            if mine != told:
                agreement.differences.append(f"{uzovi} {reference}: verzekeraar {told}, wij {mine}")
    _compare_payments(network, books, agreement)
    waiting = other_side.refused_underway
    agreement.differences += [
        f"{uzovi} {reference}: alleen bij ons {told}"
        for (uzovi, reference), told in ours.items()
        if reference not in waiting
    ]
    return agreement


def _theirs(books: InsurerBooks, arrived: Set[str], side: Side) -> Iterator[tuple[str, Told]]:
    for reference, line in books.lines.items():
        sign = -1 if line.row.is_credit else 1
        answered = line.invoice in arrived
        granted = line.granted_cents if answered else None
        side.lines += 1
        side.claimed_cents += sign * line.row.cents
        side.granted_cents += sign * (granted or 0)
        yield reference, Told(line.row.is_credit, line.row.cents, granted)


def _ours(network: Network, sides: Mapping[str, Side]) -> Iterator[tuple[tuple[str, str], Told]]:
    """Give every line of ours that reached an insurer: the newest attempt under its reference."""
    granted = _granted(network)
    rows = LineStanding.objects.filter(network=network).exclude(state__in=NOT_THERE)
    for line_id, reference, uzovi, is_credit, cents in rows.values_list(
        "line_id", "line__reference", "insurer__uzovi", "line__is_credit", "line__cents"
    ):
        sign = -1 if is_credit else 1
        side = sides[uzovi]
        side.lines += 1
        side.claimed_cents += sign * cents
        side.granted_cents += sign * granted.get(line_id, 0)
        yield (uzovi, reference), Told(is_credit, cents, granted.get(line_id))


def _compare_payments(
    network: Network, books: Mapping[str, InsurerBooks], agreement: Agreement
) -> None:
    """Compare what was paid per file; ours as it stands on lines."""
    paid: dict[tuple[str, str], int] = {}
    for uzovi, own in books.items():
        for payment in own.payments:
            place = (uzovi, payment.invoice)
            paid[place] = paid.get(place, 0) + payment.cents
        agreement.theirs[uzovi].paid_cents = own.paid_cents
    rows = PaymentLine.objects.filter(payment__network=network).order_by()
    ours = {
        (uzovi, invoice): int(cents)
        for uzovi, invoice, cents in rows.values_list(
            "payment__insurer__uzovi", "payment__batch__invoice_number"
        ).annotate(Sum("cents"))
    }
    for uzovi, invoice in sorted(paid.keys() | ours.keys()):
        theirs, mine = paid.get((uzovi, invoice), 0), ours.get((uzovi, invoice), 0)
        agreement.ours[uzovi].paid_cents += mine
        if theirs != mine:
            agreement.differences.append(
                f"{uzovi} factuur {invoice}: verzekeraar betaalde {theirs}, wij {mine}"
            )


def _granted(network: Network) -> dict[int, int]:
    """Return what the insurer granted of each line that it answered; nothing of a refused one."""
    events = LineEvent.objects.filter(line__network=network, state__in=ANSWERED).order_by("pk")
    return {
        line_id: cents or 0 for line_id, cents in events.values_list("line_id", "granted_cents")
    }
