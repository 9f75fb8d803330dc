"""Amounts that are known for some years only: the nearest known year stands in, and says so."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from ooievaar.kernel.period import Period

T = TypeVar("T")


def nearest_known(known: Sequence[tuple[Period, T]], day: date) -> tuple[T, bool]:
    """Return what is known for a day and whether that is exact.

    A day outside every known period takes the value whose years are nearest; the earlier one on a
    tie. ValueError when nothing at all is known.
    """
    for period, value in known:
        if day in period:
            return value, True
    _, value = min(known, key=lambda item: (_years_away(item[0], day), item[0].start))
    return value, False


def filled(known: Sequence[tuple[Period, T]], whole: Period) -> list[tuple[Period, T, bool]]:
    """Return the known values as periods that cover `whole` without a hole, in order."""
    cuts = {whole.start, whole.until}
    for period, _ in known:
        cuts.update((period.start, period.until))
    for year in range(whole.start.year + 1, whole.until.year + 1):
        cuts.add(date(year, 1, 1))
    days = sorted(day for day in cuts if whole.start <= day <= whole.until)
    rows: list[tuple[Period, T, bool]] = []
    for start, until in pairwise(days):
        value, is_exact = nearest_known(known, start)
        if rows and rows[-1][1] == value and rows[-1][2] == is_exact:
            rows[-1] = (Period(rows[-1][0].start, until), value, is_exact)
        else:
            rows.append((Period(start, until), value, is_exact))
    return rows


def _years_away(period: Period, day: date) -> int:
    last_day = period.until - timedelta(days=1)
    return max(period.start.year - day.year, day.year - last_day.year, 0)
