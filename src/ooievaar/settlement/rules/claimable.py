"""What there is to divide: the products whose phase has ended, and who performed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """Keep what each organisation performed for a product that is divided now."""
    return tables["performed"].semi_join(tables["divisible_products"], "product_no")


CLAIM_STAGES = [Stage("divisible_products", divisible_products), Stage("units", units)]
