"""Gestation in days, counted back from the due date (40 weeks = 280 days)."""

from datetime import date, timedelta

TERM_DAYS = 280


def gestation_days(due_on: date, day: date) -> int:
    """Return how many days pregnant a woman with this due date is on `day` (280 when due)."""
    return TERM_DAYS - (due_on - day).days


def date_at_gestation(due_on: date, days: int) -> date:
    """Return the day on which a pregnancy with this due date is `days` days along."""
    return due_on + timedelta(days=days - TERM_DAYS)


def format_gestation(days: int) -> str:
    """Write gestation as the field does: `32+4` for 32 weeks and 4 days."""
    return f"{days // 7}+{days % 7}"
