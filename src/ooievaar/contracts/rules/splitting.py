"""One largest-remainder split over many parents at once; every level of the division is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.kernel.money import PPM
from ooievaar.storage.expressions import half_up, int64, quotient

if TYPE_CHECKING:
    import ibis.expr.types as ir


def split_largest_remainder(
    rows: ir.Table, parent: list[str], amount: str, weight: str, order: str
) -> ir.Table:
    """Add `part` and `weight_total`: `amount` split over the rows of one parent by `weight`.

    The set-based twin of `kernel.money.split_largest_remainder`; no weight is below zero, one of
    each parent is above it, and `order` is unique within a parent.
    """
    import ibis

    siblings = ibis.window(group_by=parent)
    rows = rows.mutate(
        size=rows[amount].abs(), weight_total=int64(rows[weight].sum().over(siblings))
    )
    exact = rows.size * rows[weight]
    rows = rows.mutate(base=quotient(exact, rows.weight_total), remainder=exact % rows.weight_total)
    by_remainder = ibis.window(group_by=parent, order_by=[rows.remainder.desc(), rows[order].asc()])
    # over the whole of the same window: a second sort of the same rows would cost as much again
    left_over = rows.size - rows.base.sum().over(by_remainder)
    gets_a_cent = ibis.row_number().over(by_remainder) < left_over  # row_number starts at 0
    part = rows.base + gets_a_cent.cast("int64")
    rows = rows.mutate(part=ibis.ifelse(rows[amount] < 0, -part, part))
    return rows.drop("size", "base", "remainder")


def part_of(cents: ir.IntegerValue, ppm: ir.IntegerValue) -> ir.IntegerValue:
    """Take parts per million of an amount, rounded half up; below zero the exact mirror.

    The first of two parts of a largest-remainder split, whose tie goes to the earlier.
    """
    import ibis

    size = half_up(cents.abs() * ppm, PPM)
    return ibis.ifelse(cents < 0, -size, size)
