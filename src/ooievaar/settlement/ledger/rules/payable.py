"""What a partner may be paid now: its part of what insurers paid; the rest is held, with why.

A product is paid out as far as it was paid: over its leaves in the ratio of the division, to the
cent, largest remainder first. What a correction takes from a leaf counts at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ooievaar.kernel.money import split_largest_remainder

Leaf = tuple[str, int]
"""Kind of a share, and the organisation it goes to (0: none)."""


@dataclass(frozen=True, slots=True)
class DividedProduct:
    """What was divided of a product so far, what the insurer paid of it, and what it waits for."""

    key: str
    insurer_id: int
    leaves: Mapping[Leaf, int]
    paid_cents: int
    waits_for: str


def held_of_product(product: DividedProduct) -> dict[Leaf, int]:
    """Return what is held of each leaf; nothing where the insurer paid it whole."""
    takes = sum(cents for cents in product.leaves.values() if cents < 0)
    gives = sorted((leaf, cents) for leaf, cents in product.leaves.items() if cents > 0)
    total = sum(cents for _, cents in gives)
    free = min(max(product.paid_cents - takes, 0), total)
    if free == total:
        return {}
    parts = split_largest_remainder(free, [cents for _, cents in gives])
    return {
        leaf: cents - part
        for (leaf, cents), part in zip(gives, parts, strict=True)
        if cents != part
    }


def held(products: Iterable[DividedProduct], kind: str) -> dict[int, dict[str, int]]:
    """Return by organisation what is held of its leaves of a kind, by what it waits for."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for product in products:
        for (leaf_kind, organisation_id), cents in held_of_product(product).items():
            if leaf_kind == kind:
                sums[organisation_id][product.waits_for] += cents
    return {organisation: dict(reasons) for organisation, reasons in sums.items()}
