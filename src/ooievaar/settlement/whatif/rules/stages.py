"""A year divided again: the stages of a closing over what became claimable in that year.

Nothing goes on from earlier closings, so that two agreements start from the same products. The
value of the old way is given for every product, for the guarantee asks it whatever the method.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ooievaar.contracts.rules.division import SPLIT_STAGES
from ooievaar.settlement.rules import claimable
from ooievaar.settlement.rules.stages import AGREED, DERIVED
from ooievaar.storage.pipeline import CompiledStage, Stage, compile_stages, kept_stages

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables

CHOSEN_YEAR = {"starts_on": "date", "until": "date"}
"""One row: the days in which a product became claimable."""


def divisible_products(tables: Tables) -> ir.Table:
    """Keep the products whose care ended in the year; each counts for the month that it did."""
    products, year = claimable.divisible_products(tables), tables["chosen_year"]
    first, until = year.starts_on.as_scalar(), year.until.as_scalar()
    return products.filter((products.month >= first) & (products.month < until))


def old_values(tables: Tables) -> ir.Table:
    """Give what the old way would have paid for every product that is claimable, of any year."""
    products = tables["products"]
    return claimable.old_values(tables, products.filter(~products.is_open))


def mono(tables: Tables) -> ir.Table:
    """Keep the old values of the products of the year."""
    return tables["old_values"].semi_join(tables["divisible_products"], "product_no")


@cache
def compiled_year() -> tuple[CompiledStage, ...]:
    """Return the division of a year as SQL."""
    inputs = {**DERIVED, **AGREED, "chosen_year": CHOSEN_YEAR}
    acts = [stage for stage in claimable.ACT_STAGES if stage.name != "mono"]
    own = [Stage(build.__name__, build) for build in (divisible_products, old_values, mono)]
    stages = [*own, *acts, *SPLIT_STAGES]
    return tuple(kept_stages("whatif", lambda: compile_stages(inputs, stages)))
