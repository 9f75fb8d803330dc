"""A closing is the difference between what is owed now and what earlier closings divided.

Nobody types a correction: a product that changed, vanished or moved to another insurer gives rows
with the sign of the difference; what did not change gives none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.contracts.rules.schemas import PARAMETERS
from ooievaar.storage.expressions import int64
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

CLOSED_PRODUCTS = {  # every row of every earlier closing of the network
    "closed_id": "int64",
    "key": "string",
    "insurer_id": "int64",
    "cents": "int64",
}
CLOSED_SHARES = {
    "closed_id": "int64",
    "kind": "string",
    "discipline": "string",
    "organisation_id": "int64",  # may be null
    "reason": "string",
    "cents": "int64",
}
PRODUCT = ("key", "insurer_id")
LEAF = (*PRODUCT, "kind", "discipline", "organisation_id", "reason")


def share_differences(tables: Tables) -> ir.Table:
    """Give every leaf whose cents changed, with what it is now and the parameters of that."""
    import ibis

    products, closed = tables["divisible_products"], tables["closed_products"]
    shares = tables["shares"].join(products.select("product_no", *PRODUCT), "product_no")
    earlier = tables["closed_shares"].join(closed.select("closed_id", *PRODUCT), "closed_id")
    now = shares.select(
        *PRODUCT,
        "kind",
        "discipline",
        "reason",
        "cents",
        *PARAMETERS,
        organisation_id=shares.organisation_id.fill_null(0),
        total_cents=shares.cents,
    )
    before = earlier.select(
        *PRODUCT,
        "kind",
        "discipline",
        "reason",
        organisation_id=earlier.organisation_id.fill_null(0),
        cents=-earlier.cents,
        total_cents=ibis.literal(0, "int64"),
        **{name: ibis.null(kind) for name, kind in PARAMETERS.items()},
    )
    columns = [*LEAF, "cents", "total_cents", *PARAMETERS]
    rows = ibis.union(now.select(columns), before.select(columns))
    leaves = rows.group_by(list(LEAF)).aggregate(
        cents=int64(rows.cents.sum()),
        total_cents=int64(rows.total_cents.sum()),
        **{name: rows[name].max() for name in PARAMETERS},  # at most one row of `now` has them
    )
    return leaves.filter(leaves.cents != 0)


def product_differences(tables: Tables) -> ir.Table:
    """Give every product that is new, changed, vanished, or whose leaves moved.

    `product_no` is empty for one that vanished, `last_id` for one that is new for its insurer;
    `was_closed` tells that an earlier closing knew the product, whatever its insurer.
    """
    import ibis

    products, closed = tables["divisible_products"], tables["closed_products"]
    leaves = tables["share_differences"]
    nothing, zero, one = ibis.null("int64"), ibis.literal(0, "int64"), ibis.literal(1, "int64")
    now = products.select(
        *PRODUCT,
        product_no=products.product_no,
        total_cents=products.cents,
        cents=products.cents,
        last_id=nothing,
        moved=zero,
    )
    before = closed.select(
        *PRODUCT,
        product_no=nothing,
        total_cents=zero,
        cents=-closed.cents,
        last_id=closed.closed_id,
        moved=zero,
    )
    moved = (
        leaves.select(*PRODUCT)
        .distinct()
        .mutate(product_no=nothing, total_cents=zero, cents=zero, last_id=nothing, moved=one)
    )
    columns = [*PRODUCT, "product_no", "total_cents", "cents", "last_id", "moved"]
    rows = ibis.union(now.select(columns), before.select(columns), moved.select(columns))
    sums = rows.group_by(list(PRODUCT)).aggregate(
        product_no=rows.product_no.max(),
        total_cents=int64(rows.total_cents.sum()),
        cents=int64(rows.cents.sum()),
        last_id=rows.last_id.max(),
        moved=rows.moved.max(),
    )
    sums = sums.mutate(was_closed=sums.last_id.max().over(ibis.window(group_by="key")).notnull())
    is_new = sums.product_no.notnull() & sums.last_id.isnull()
    return sums.filter(is_new | (sums.cents != 0) | (sums.moved == 1)).drop("moved")


DIFFERENCE_STAGES = [
    Stage("share_differences", share_differences),
    Stage("product_differences", product_differences),
]
