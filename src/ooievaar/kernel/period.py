"""Half-open periods `[start, until)`; an open end is the far date, never null, in the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

FAR_DATE = date(9999, 12, 31)
"""Stands for "no end yet" in facts: an `OR until IS NULL` in a join costs a nested loop."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span of days: `start` belongs to it, `until` does not."""

    start: date
    until: date = FAR_DATE

    def __post_init__(self) -> None:
        if self.until <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} - {self.until}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.until

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two periods share a day."""
        return self.start < other.until and other.start < self.until

    def minus(self, others: Iterable["Period"]) -> list["Period"]:
        """Return what is left of this period when the days of `others` are taken out, in order."""
        left, start = [], self.start
        for other in sorted(others):
            if other.until <= start or other.start >= self.until:
                continue
            if other.start > start:
                left.append(Period(start, other.start))
            start = max(start, other.until)
        if start < self.until:
            left.append(Period(start, self.until))
        return left


def first_overlap(periods: Iterable[Period]) -> tuple[Period, Period] | None:
    """Return the first two periods, in order of start, that share a day, or None."""
    ordered = sorted(periods)
    return next(((a, b) for a, b in pairwise(ordered) if a.overlaps(b)), None)


def first_hole(whole: Period, periods: Iterable[Period]) -> Period | None:
    """Return the first part of `whole` that no period covers, or None."""
    return next(iter(whole.minus(periods)), None)


def month_of(day: date) -> str:
    """Return the month of a day as `2026-10`."""
    return f"{day:%Y-%m}"


def month_period(month: str) -> Period:
    """Return the days of a month written as `2026-10`; ValueError when it is not a month."""
    start = date.fromisoformat(f"{month}-01")
    until = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return Period(start, until)
