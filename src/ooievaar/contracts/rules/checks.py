"""What must fit before it is stored: shares that add up, tariffs without overlap or hole.

Each check returns what it found and what it expected; whoever read the rows adds file and row.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ooievaar.kernel.money import PPM
from ooievaar.kernel.period import FAR_DATE, Period, first_hole, first_overlap


@dataclass(frozen=True, slots=True)
class SharePart:
    """One share of a whole: the whole it is part of (product or discipline) and its size."""

    whole: str
    ppm: int


@dataclass(frozen=True, slots=True)
class ShareSumFault:
    """The shares of `whole` do not add up to a million parts."""

    whole: str
    found_ppm: int
    expected_ppm: int = PPM

    @property
    def found(self) -> str:
        """What was found, in Dutch."""
        return f"samen {self.found_ppm} ppm"

    @property
    def expected(self) -> str:
        """What was expected, in Dutch."""
        return f"samen {self.expected_ppm} ppm (100 %)"


@dataclass(frozen=True, slots=True)
class DatedTariff:
    """The days on which a product has a tariff in a contract."""

    product: str
    period: Period


@dataclass(frozen=True, slots=True)
class TariffFault:
    """Days of a product that have two tariffs (`overlap`) or none (`hole`)."""

    product: str
    kind: str
    period: Period

    @property
    def found(self) -> str:
        """What was found, in Dutch."""
        what = "twee tarieven" if self.kind == "overlap" else "geen tarief"
        return f"{what} voor {self.product} {_days(self.period)}"

    @property
    def expected(self) -> str:
        """What was expected, in Dutch."""
        return "één tarief op elke dag van het contract"


def share_sum_faults(parts: Iterable[SharePart]) -> list[ShareSumFault]:
    """Return, in order of name, every whole whose shares are not 1,000,000 ppm together."""
    sums: dict[str, int] = defaultdict(int)
    for part in parts:
        sums[part.whole] += part.ppm
    return [ShareSumFault(whole, found) for whole, found in sorted(sums.items()) if found != PPM]


def tariff_faults(contract: Period, tariffs: Sequence[DatedTariff]) -> list[TariffFault]:
    """Return per product the first overlap and the first hole inside `contract`.

    A product without any tariff is not covered by the contract, which is no fault.
    """
    periods: dict[str, list[Period]] = defaultdict(list)
    for tariff in tariffs:
        periods[tariff.product].append(tariff.period)
    faults = []
    for product, held in sorted(periods.items()):
        if overlap := first_overlap(held):
            first, second = overlap
            shared = Period(second.start, min(first.until, second.until))
            faults.append(TariffFault(product, "overlap", shared))
        if hole := first_hole(contract, held):
            faults.append(TariffFault(product, "hole", hole))
    return faults


def _days(period: Period) -> str:
    if period.until == FAR_DATE:
        return f"vanaf {_day(period.start)}"
    return f"van {_day(period.start)} tot {_day(period.until)}"


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
