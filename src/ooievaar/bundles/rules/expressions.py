"""Small expressions that mean the same on every engine; each stands here because of a trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_BITS = 1 << 41
"""Room for an activity id beside a day number in one 64-bit integer."""


def plus_days(day: ir.DateValue, days: ir.IntegerValue | int) -> ir.DateValue:
    """Add days to a date and keep a date: `date + interval` is a timestamp on DuckDB."""
    count = ibis.literal(days) if isinstance(days, int) else days
    return (day.cast("timestamp") + count.as_interval("D")).cast("date")


def first_of_next_month(day: ir.DateValue) -> ir.DateValue:
    """Return the first day of the month after a date."""
    return (day.cast("timestamp").truncate("M") + ibis.interval(months=1)).cast("date")


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the number of days since 1 January 1970."""
    return day.delta(ibis.date(1970, 1, 1), unit="day")


def quotient(numerator: ir.IntegerValue, denominator: ir.IntegerValue | int) -> ir.IntegerValue:
    """Divide non-negative integers exactly: `//` alone goes through a float and may be one off."""
    return ((numerator - numerator % denominator) // denominator).cast("int64")


def half_up(numerator: ir.IntegerValue, denominator: ir.IntegerValue | int) -> ir.IntegerValue:
    """Divide non-negative integers and round once, half up."""
    return quotient(numerator * 2 + denominator, denominator * 2)


def holds(day: ir.DateValue, valid_from: ir.DateValue, valid_until: ir.DateValue) -> ir.BooleanValue:
    """Tell whether `[valid_from, valid_until)` holds the day."""
    return (valid_from <= day) & (day < valid_until)


def total(amounts: ir.IntegerColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """Sum to int64, 0 for nothing.

    Integer sums are HUGEINT on DuckDB while Ibis believes them int64 and drops the cast; the way
    over a decimal keeps it.
    """
    return amounts.sum(where=where).cast("decimal(38, 0)").cast("int64").fill_null(0)


def yes(flag: ir.BooleanValue) -> ir.BooleanValue:
    """Read an unknown flag (from a left join that found nothing) as no."""
    return flag.fill_null(False)
