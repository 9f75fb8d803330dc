"""What must fit before it is stored: shares that add up, tariffs without a hole.

Each check returns what it found and what it expected, in Dutch; whoever read the rows adds file,
row and column.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ooievaar.kernel.money import PPM
from ooievaar.kernel.period import FAR_DATE, Period, first_hole

Whole = TypeVar("Whole", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ShareSumFault(Generic[Whole]):
    """The shares of `whole` do not add up to a million parts."""

    whole: Whole
    found_ppm: int

    @property
    def found(self) -> str:
        """What was found, in Dutch."""
        return f"samen {self.found_ppm}"

    @property
    def expected(self) -> str:
        """What was expected, in Dutch."""
        return f"samen {PPM} (100 %)"


@dataclass(frozen=True, slots=True)
class TariffHole:
    """Days of a contract on which a product exists and has no tariff."""

    period: Period

    @property
    def found(self) -> str:
        """What was found, in Dutch."""
        start, until = self.period.start, self.period.until
        days = f"vanaf {start}" if until == FAR_DATE else f"van {start} tot {until}"
        return f"geen tarief {days}"

    @property
    def expected(self) -> str:
        """What was expected, in Dutch."""
        return "een tarief op elke dag van het contract waarop het product bestaat"


def share_sum_faults(parts: Iterable[tuple[Whole, int]]) -> list[ShareSumFault[Whole]]:
    """Return every whole (a product, a discipline) whose shares are not 1,000,000 ppm together.

    `parts` are the wholes with the ppm of each share; the order is that of first appearance.
    """
    sums: dict[Whole, int] = defaultdict(int)
    for whole, ppm in parts:
        sums[whole] += ppm
    return [ShareSumFault(whole, found) for whole, found in sums.items() if found != PPM]


def tariff_hole(
    contract: Period, product_exists: Period, tariffs: Iterable[Period]
) -> TariffHole | None:
    """Return the first days of `contract` on which a product exists without a tariff, or None.

    Asked only of a product that has a tariff: one without any is not covered by the contract, which
    is no fault. Tariffs that overlap are refused like all periods of one thing that do.
    """
    start = max(contract.start, product_exists.start)
    until = min(contract.until, product_exists.until)
    hole = first_hole(Period(start, until), tariffs) if start < until else None
    return TariffHole(hole) if hole else None
