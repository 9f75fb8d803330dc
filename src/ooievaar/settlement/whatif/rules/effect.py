"""What a year divided twice does to each: before, after, who loses most first, and no remainder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ooievaar.kernel.money import PPM

PARTNER, RESERVE = "partner", "reserve"
KINDS = ("supplier", "overhead", "surcharge", PARTNER, RESERVE)
"""Where a cent may go, in the order in which it is taken."""

K = TypeVar("K")
Partner = tuple[int, str]
"""An organisation in a discipline."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one product type of one insurer gave to one place, in a whole year."""

    kind: str
    discipline: str
    organisation_id: int | None
    reason: str
    product: str
    insurer_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class Sold:
    """How many products of a type one insurer pays, and what they come to."""

    insurer_id: int
    product: str
    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class OldValue:
    """What the old way would have paid, and for how many products that is not known."""

    cents: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class YearDivided:
    """One division of a year: what came in, and where it went."""

    leaves: tuple[Leaf, ...]
    sold: tuple[Sold, ...]

    @property
    def cents(self) -> int:
        """What was to divide."""
        return sum(row.cents for row in self.sold)

    @property
    def products(self) -> int:
        """How many products were divided."""
        return sum(row.count for row in self.sold)

    @property
    def remainder(self) -> int:
        """What went nowhere: 0 is proof."""
        return self.cents - sum(leaf.cents for leaf in self.leaves)

    def by_kind(self) -> dict[str, int]:
        """Sum the leaves by where they go."""
        sums = dict.fromkeys(KINDS, 0)
        for leaf in self.leaves:
            sums[leaf.kind] += leaf.cents
        return sums

    def incomes(self) -> dict[Partner, int]:
        """Sum what partners get."""
        sums: dict[Partner, int] = defaultdict(int)
        for leaf in self.leaves:
            if leaf.kind == PARTNER and leaf.organisation_id is not None:
                sums[leaf.organisation_id, leaf.discipline] += leaf.cents
        return dict(sums)

    def by_product(self) -> dict[tuple[str, str], int]:
        """Sum what disciplines get by type of product."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for leaf in self.leaves:
            if leaf.kind == PARTNER:
                sums[leaf.discipline, leaf.product] += leaf.cents
        return dict(sums)

    def reserve_reasons(self) -> dict[str, int]:
        """Sum what lies in the reserve by why."""
        sums: dict[str, int] = defaultdict(int)
        for leaf in self.leaves:
            if leaf.kind == RESERVE:
                sums[leaf.reason] += leaf.cents
        return dict(sums)


@dataclass(frozen=True, slots=True)
class Change:
    """An amount in both divisions."""

    before: int
    after: int

    @property
    def cents(self) -> int:
        """What it gains (above zero) or loses."""
        return self.after - self.before

    @property
    def ppm(self) -> int | None:
        """The same in parts per million of before, towards zero; None where nothing was before."""
        if self.before <= 0:
            return None
        return (1 if self.cents >= 0 else -1) * (abs(self.cents) * PPM // self.before)


def changes(before: Mapping[K, int], after: Mapping[K, int]) -> dict[K, Change]:
    """Put two sums beside each other; what is in one only is 0 in the other."""
    keys = [*before, *(key for key in after if key not in before)]
    return {key: Change(before.get(key, 0), after.get(key, 0)) for key in keys}


def losers_first(rows: Mapping[K, Change]) -> list[tuple[K, Change]]:
    """Return the rows with who loses most of its income first, ties by euros."""
    return sorted(rows.items(), key=lambda row: (row[1].ppm or 0, row[1].cents, str(row[0])))


def summed(rows: Iterable[OldValue]) -> OldValue:
    """Add up old values."""
    listed = list(rows)
    return OldValue(sum(row.cents for row in listed), sum(row.unknown for row in listed))
