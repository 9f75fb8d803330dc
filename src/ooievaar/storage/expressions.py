"""Small expressions that mean the same on every engine; each stands here because of a trap.

Ibis is imported where it is needed: a process that runs kept SQL never pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_BITS = 1 << 41
"""Room for an activity id beside a day number in one 64-bit integer."""


def plus_days(day: ir.DateValue, days: ir.IntegerValue | int) -> ir.DateValue:
    """Add days to a date and keep a date: `date + interval` is a timestamp on DuckDB."""
    import ibis

    count = ibis.literal(days) if isinstance(days, int) else days
    return (day.cast("timestamp") + count.as_interval("D")).cast("date")


def first_of_next_month(day: ir.DateValue) -> ir.DateValue:
    """Return the first day of the month after a date."""
    import ibis

    return (day.cast("timestamp").truncate("M") + ibis.interval(months=1)).cast("date")


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the number of days since 1 January 1970."""
    import ibis

    return day.delta(ibis.date(1970, 1, 1), unit="day")


def quotient(numerator: ir.IntegerValue, denominator: ir.IntegerValue | int) -> ir.IntegerValue:
    """Divide two non-negative integers, rounded down, exactly.

    Engines divide integers as floats. What is left after the integer remainder is taken out is a
    multiple of the denominator, whose quotient a float holds exactly (below 2**51).
    """
    return ((numerator - numerator % denominator) / denominator).round().cast("int64")


def half_up(numerator: ir.IntegerValue, denominator: ir.IntegerValue | int) -> ir.IntegerValue:
    """Divide non-negative integers and round once, half up."""
    return quotient(numerator * 2 + denominator, denominator * 2)


def holds(
    day: ir.DateValue, valid_from: ir.DateValue, valid_until: ir.DateValue
) -> ir.BooleanValue:
    """Tell whether `[valid_from, valid_until)` holds the day."""
    return (valid_from <= day) & (day < valid_until)


def int64(total: ir.IntegerValue) -> ir.IntegerValue:
    """Bring an integer sum back to 64 bits.

    DuckDB sums to 128 bits and Ibis, who takes a sum for int64 already, leaves a plain cast out.
    """
    return total.cast("decimal(38, 0)").cast("int64")


def total(amounts: ir.IntegerColumn, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """Sum to int64, 0 for nothing."""
    return int64(amounts.sum(where=where)).fill_null(0)


def in_order(numbers: ir.IntegerColumn, where: ir.BooleanValue | None = None) -> ir.ArrayValue:
    """Gather numbers into a list, lowest first: Spark has no order inside an aggregate."""
    return numbers.collect(where=where).sort()


def yes(flag: ir.BooleanValue) -> ir.BooleanValue:
    """Read an unknown flag (from a left join that found nothing) as no."""
    return flag.fill_null(False)
