"""Until when a product may be claimed, and which deadlines are near."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

NEARING_DAYS = (30, 60)
"""How near a deadline is told, the nearest first; ours, not the law's."""


def last_day_to_claim(ends_on: date, months: int) -> date:
    """Return the last day to claim care that ended on a day; a shorter month ends sooner."""
    count = ends_on.year * 12 + ends_on.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(ends_on.day, monthrange(year, month + 1)[1]))


def nearness(deadline: date, today: date, nearing: Iterable[int] = NEARING_DAYS) -> int | None:
    """Return the smallest number of days within which a deadline falls; 0 is past, None is far."""
    if deadline < today:
        return 0
    left = deadline - today
    return next((days for days in sorted(nearing) if left <= timedelta(days=days)), None)
