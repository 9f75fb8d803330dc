"""What a closing prints beside the money: activities by disposition, breakers by kind.

Each is counted for the closed month and for everything before its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.storage.expressions import int64
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

CLOSING_MONTH = {"starts_on": "date"}
"""One row: the first day of the month that is closed."""


def activity_counts(tables: Tables) -> ir.Table:
    """Count the activities by disposition and reason."""
    acts = (
        tables["dispositions"]
        .select("activity_id", "disposition", "reason")
        .join(tables["activities"].select("activity_id", "performed_on"), "activity_id")
        .cross_join(tables["closing_month"])
    )
    in_month = (acts.performed_on >= acts.starts_on).cast("int64")
    return acts.group_by(["disposition", "reason"]).aggregate(
        month=int64(in_month.sum()), total=acts.count()
    )


def placed_activities(tables: Tables) -> ir.Table:
    """Count the activities, and those that have a disposition: one row."""
    placed = tables["dispositions"].select("activity_id").distinct()
    acts = tables["activities"].select("activity_id")
    return (
        acts.aggregate(activities=acts.count())
        .cross_join(_count(acts.semi_join(placed, "activity_id"), "placed"))
        .select("activities", "placed")
    )


def _count(rows: ir.Table, name: str) -> ir.Table:
    return rows.aggregate(rows.count().name(name))


def breaker_counts(tables: Tables) -> ir.Table:
    """Count the breakers by kind with their loss, in cents; `unknown` losses are not in it."""
    import ibis

    rows = tables["breakers"].cross_join(tables["closing_month"])
    in_month = rows.happened_on >= rows.starts_on
    loss = ibis.ifelse(rows.counts_loss, rows.loss_cents, 0)
    unknown = rows.counts_loss & rows.loss_cents.isnull()
    return rows.group_by("kind").aggregate(
        month_count=int64(in_month.cast("int64").sum()),
        month_loss_cents=int64(ibis.ifelse(in_month, loss.fill_null(0), 0).sum()),
        month_unknown=int64((in_month & unknown).cast("int64").sum()),
        total_count=rows.count(),
        total_loss_cents=int64(loss.fill_null(0).sum()),
        total_unknown=int64(unknown.cast("int64").sum()),
    )


FIGURE_STAGES = [
    Stage("activity_counts", activity_counts),
    Stage("placed_activities", placed_activities),
    Stage("breaker_counts", breaker_counts),
]
