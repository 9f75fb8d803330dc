"""What there is to divide: the products whose phase has ended, and who performed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ooievaar.storage.expressions import int64
from ooievaar.storage.pipeline import Stage

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def divisible_products(tables: Tables) -> ir.Table:
    """Keep the products that are claimable: a product is when its phase (or month) has ended."""
    products = tables["products"]
    return products.filter(~products.is_open).select(
        "product_no", "product", "starts_on", "cents", "key", "insurer_id", "rule"
    )


def units(tables: Tables) -> ir.Table:
    """Sum what each organisation performed for a product: kraamzorg in minutes, else in acts."""
    import ibis

    dispositions, products = tables["dispositions"], tables["divisible_products"]
    acts = (
        dispositions.filter(dispositions.disposition == "in_product")
        .select("activity_id", "product_no")
        .join(products.select("product_no", "rule"), "product_no")
        .join(
            tables["activities"].select(
                "activity_id", "organisation_id", "quantity", "duration_minutes"
            ),
            "activity_id",
        )
    )
    performed = ibis.ifelse(acts.rule == "kraamzorg", acts.duration_minutes, acts.quantity)
    return acts.group_by(["product_no", "organisation_id"]).aggregate(
        units=int64(performed.cast("int64").sum())
    )


CLAIM_STAGES = [Stage("divisible_products", divisible_products), Stage("units", units)]
