"""Why a month gave another amount than the one before, in parts that add up to the cent.

New products are compared product by product: first the number (or the minutes), then who insures,
the tariff, what is deducted for breakers, the discipline's part, the own part. Each step is what
the month before would have given had only that changed too, rounded once; so the steps telescope.
What was corrected this month counts whole, and what was corrected last month falls away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

HOURLY = "kraamzorg_hour"
TOLD_TOGETHER = ("insurers", "rounding")


@dataclass(frozen=True, slots=True)
class Sums:
    """What new products of one kind gave in a month, and what that was a part of.

    `by_insurer` holds the quantity and gross cents of each; `parent_cents` is what was split last
    (of the discipline, or of a cooperative); `is_weighed`: by what was done, so what others did
    counts too; `is_weighed_above`: the disciplines shared by what they did.
    """

    count: int
    minutes: int
    gross_cents: int
    total_cents: int
    parent_cents: int
    cents: int
    agreements: frozenset[int] = frozenset()
    is_weighed: bool = False
    is_weighed_above: bool = False
    by_insurer: Mapping[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What changed of a product of an earlier month, by cause; `was` is what it was before."""

    cause: str
    product: str
    was: str
    cents: int


@dataclass(frozen=True, slots=True)
class Month:
    """What one organisation got in a month: of new products by kind, and of corrections."""

    products: Mapping[str, Sums] = field(default_factory=dict)
    corrections: tuple[Corrected, ...] = ()

    @property
    def cents(self) -> int:
        """All of it."""
        return sum(one.cents for one in self.products.values()) + sum(
            one.cents for one in self.corrections
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference, by cause; `count` is of products, or of minutes where hours."""

    cause: str
    cents: int
    product: str = ""
    was: str = ""
    count: int = 0


def difference(before: Month, now: Month) -> tuple[Part, ...]:
    """Return the parts of what `now` has more than `before`, the largest first; they add up."""
    parts: list[Part] = []
    for product in sorted(before.products.keys() | now.products.keys()):
        parts += _of_product(product, before.products.get(product), now.products.get(product))
    parts = [*_together(parts), *_of_corrections(now.corrections)]
    if before.corrections:
        gone = -sum(one.cents for one in before.corrections)
        parts.append(Part("corrections_before", gone, count=len(before.corrections)))
    told = [part for part in parts if part.cents or part.count]
    return tuple(sorted(told, key=lambda part: (-abs(part.cents), part.cause, part.product)))


def _together(parts: Iterable[Part]) -> list[Part]:
    """Take the small causes of all products together: each alone says nothing."""
    kept, sums = [], dict.fromkeys(TOLD_TOGETHER, 0)
    for part in parts:
        if part.cause in sums:
            sums[part.cause] += part.cents
        else:
            kept.append(part)
    return kept + [Part(cause, cents) for cause, cents in sums.items() if cents]


def _of_product(product: str, before: Sums | None, now: Sums | None) -> list[Part]:
    if before is None:
        return [] if now is None else [Part("appeared", now.cents, product, count=now.count)]
    if now is None:
        return [Part("vanished", -before.cents, product, count=before.count)]
    if not before.count:
        return [Part("amounts", now.cents - before.cents, product)]
    steps = _steps(product, before, now)
    parts, so_far = [], before.cents
    for cause, count, amount in steps:
        cents = now.cents if amount is None else round(amount)
        step = cents - so_far
        if cause == "parties" and abs(step) <= before.count + now.count:
            cause = "rounding"
        parts.append(Part(cause, step, product, count=count))
        so_far = cents
    return [part for part in parts if part.cents or part.count]


def _steps(product: str, before: Sums, now: Sums) -> list[tuple[str, int, Fraction | None]]:
    """Return each step with what the month would have given; None is what it gave."""
    by_minutes = product == HOURLY and bool(before.minutes and now.minutes)
    was, is_ = (before.minutes, now.minutes) if by_minutes else (before.count, now.count)
    quantity = ("hours" if by_minutes else "number", is_ - was, Fraction(before.cents * is_, was))
    amounts = (before.gross_cents, before.total_cents, before.parent_cents, before.cents)
    if any(cents <= 0 for cents in amounts) or any(
        cents <= 0 for cents in (now.gross_cents, now.total_cents, now.parent_cents)
    ):
        return [quantity, ("amounts", 0, None)]
    own = Fraction(before.cents)
    above = "performed" if before.is_weighed_above or now.is_weighed_above else ""
    below = "performed" if before.is_weighed or now.is_weighed else ""
    agreed = "agreement" if before.agreements != now.agreements else "parties"
    at_old_tariffs = _at_old_tariffs(before, now)
    return [
        quantity,
        ("insurers", 0, own * at_old_tariffs / before.gross_cents),
        ("tariff", 0, own * now.gross_cents / before.gross_cents),
        ("deduction", 0, own * now.total_cents / before.total_cents),
        (above or agreed, 0, own * now.parent_cents / before.parent_cents),
        (below or agreed, 0, None),
    ]


def _at_old_tariffs(before: Sums, now: Sums) -> Fraction:
    """Return what this month's products cost by last month's tariffs of each insurer."""
    amount = Fraction(0)
    for insurer, (quantity, gross) in now.by_insurer.items():
        old_quantity, old_gross = before.by_insurer.get(insurer, (0, 0))
        amount += Fraction(old_gross * quantity, old_quantity) if old_quantity else gross
    return amount if now.by_insurer else Fraction(now.gross_cents)


def _of_corrections(corrections: Iterable[Corrected]) -> list[Part]:
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in corrections:
        sums[one.cause, one.product, one.was].append(one.cents)
    return [
        Part(f"corrected_{cause}", sum(cents), product, was, len(cents))
        for (cause, product, was), cents in sums.items()
    ]
