"""What one organisation is paid: what is due to it, less debts and advances, plus a new advance.

Every amount is integer cents, seen from the organisation: what it gets is positive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAYABLE, SUPPLIER, GUARANTEE = "partner_payable", "supplier_payable", "partner_guarantee"
ADVANCE, LENDER, BANK = "partner_advance", "lender", "bank"

LETS_THROUGH: Mapping[str, frozenset[str]] = {
    "paid": frozenset(),
    "granted": frozenset({"awaiting_payment"}),
    "divided": frozenset({"awaiting_payment", "awaiting_answer", "not_claimed"}),
}
"""Which reasons for holding money back a rule of payment does not mind; a refusal always holds."""


@dataclass(frozen=True, slots=True)
class Part:
    """Cents that a payment moves on an account of the books; `advance_id` of a new advance."""

    kind: str
    cents: int
    advance_id: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """How one organisation stands: due by account, its advances, and what it should get anew.

    `due` may be below zero: a debt. `advanced_cents` is what it had ahead and did not earn yet.
    """

    due: Mapping[str, int]
    advanced_cents: int = 0
    new_advances: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """What is paid and by which parts; `carried_cents` is the debt that waits for the next run."""

    cents: int
    parts: tuple[Part, ...]
    carried_cents: int


def net(owed: Owed) -> Net:
    """Net what is due with debts and advances; below zero nothing moves and the debt is carried.

    An advance is offset against what was earned, never against another advance or a loan paid back.
    """
    new = dict(owed.new_advances or {})
    total = sum(owed.due.values())
    earned = total - owed.due.get(LENDER, 0)
    offset = max(0, min(owed.advanced_cents, earned, total))
    cents = total - offset + sum(new.values())
    if total < 0 and cents <= 0:
        # A new advance that a debt eats whole would only turn one debt into another.
        return Net(0, (), -total)
    parts = [Part(kind, amount) for kind, amount in sorted(owed.due.items()) if amount]
    if offset:
        parts.append(Part(ADVANCE, -offset))
    parts += [Part(ADVANCE, amount, pk) for pk, amount in sorted(new.items()) if amount]
    return Net(cents, tuple(parts), 0)


def released(cents: int, why: Iterable[tuple[str, int]], rule: str) -> tuple[int, int]:
    """Return what a rule of payment pays and what it holds, of what is payable and held and why."""
    through = LETS_THROUGH[rule]
    reasons = list(why)
    let = sum(amount for reason, amount in reasons if reason in through)
    return cents + let, sum(amount for _, amount in reasons) - let


def held_still(why: Iterable[Sequence[Any]], rule: str) -> list[tuple[str, int]]:
    """Return what a rule of payment does hold, by why: together what `released` says is held."""
    return [(reason, cents) for reason, cents in why if cents and reason not in LETS_THROUGH[rule]]


def remaining(advances: Iterable[tuple[int, int]], outstanding_cents: int) -> dict[int, int]:
    """Return what is left of each paid advance (id, cents), oldest first: the oldest go first.

    `outstanding_cents`: what the organisation did not earn yet of all of them together.
    """
    left, found = max(outstanding_cents, 0), {}
    for pk, cents in reversed(list(advances)):
        found[pk] = min(cents, left)
        left -= found[pk]
    return found


def repayment(lent_cents: int, repaid_cents: int, used_cents: int, outstanding_cents: int) -> int:
    """Return what goes back to a lender: what partners earned of the advances it paid.

    `lent_cents` in all, `repaid_cents` already; `used_cents` went out as advances, of which
    partners still have `outstanding_cents`. Never more than is still owed.
    """
    earned = used_cents - outstanding_cents
    return max(0, min(earned, lent_cents) - repaid_cents)


def still_covered(parts: Iterable[Part], owed: Owed) -> bool:
    """Tell whether what was prepared can still be paid, as the organisation stands now.

    More may have come in since; less may not: then it would be paid what is not due any more.
    """
    given = list(parts)
    earned = sum(part.cents for part in given if part.kind != ADVANCE)
    offset = -sum(part.cents for part in given if part.kind == ADVANCE and part.cents < 0)
    anew = {part.advance_id for part in given if part.advance_id is not None}
    return (
        (not given or earned <= sum(owed.due.values()))
        and offset <= max(owed.advanced_cents, 0)
        and anew <= set(owed.new_advances or {})
    )
