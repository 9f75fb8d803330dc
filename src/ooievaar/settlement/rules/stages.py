"""The stages of a closing in order, and the tables they stand on."""

from functools import cache

from ooievaar.bundles.rules import facts
from ooievaar.contracts.rules import schemas
from ooievaar.contracts.rules.division import SPLIT_STAGES
from ooievaar.settlement.rules.claimable import CLAIM_STAGES, CLOSING_CLAIMS, SUPPLIER_PRICES
from ooievaar.settlement.rules.difference import (
    CLOSED_PRODUCTS,
    CLOSED_SHARES,
    DIFFERENCE_STAGES,
)
from ooievaar.settlement.rules.figures import CLOSING_MONTH, FIGURE_STAGES
from ooievaar.storage.pipeline import CompiledStage, compile_stages, kept_stages

AGREED = {
    "agreements": schemas.AGREEMENTS,
    "product_rules": schemas.PRODUCT_RULES,
    "discipline_shares": schemas.DISCIPLINE_SHARES,
    "member_rules": schemas.MEMBER_RULES,
    "member_shares": schemas.MEMBER_SHARES,
    "cooperatives": schemas.COOPERATIVES,
    "cooperative_members": schemas.COOPERATIVE_MEMBERS,
    "unit_prices": schemas.UNIT_PRICES,
    "supplier_prices": SUPPLIER_PRICES,
}
"""What the partners agreed among themselves: inputs of the division the engine does not know."""

EARLIER = {
    "closed_products": CLOSED_PRODUCTS,
    "closed_shares": CLOSED_SHARES,
    "closing_month": CLOSING_MONTH,
}
"""What a closing needs beside the division."""

DERIVED = {
    name: facts.columns({**facts.INPUTS, **facts.OUTPUTS, "performed": facts.PERFORMED}[name])
    for name in (
        "activities",
        "organisations",
        "memberships",
        "dispositions",
        "performed",
        "products",
        "breakers",
        "price_list",
        "mono_tariffs",
    )
} | {
    "outcomes": {"activity_id": "int64", "outcome": "int32", "product_no": "int64"},
    "entries": {"mono": "string", "mono_item": "string"},
    "mono_parts": {
        "pregnancy_id": "int64",
        "phase": "int32",
        "organisation_id": "int64",
        "is_inside": "boolean",
        "known_cents": "int64",
        "unknown_acts": "int64",
    },
    "kraamzorg_values": {
        "pregnancy_id": "int64",
        "phase": "int32",
        "organisation_id": "int64",
        "known_cents": "int64",
        "unknown_acts": "int64",
        "by_hour": "boolean",
    },
}
"""What a derivation leaves on its connection."""


@cache
def compiled_division(dialect: str = "duckdb") -> tuple[CompiledStage, ...]:
    """Return the division of what was derived as SQL: from DERIVED and AGREED to `shares`."""
    return tuple(compile_stages({**DERIVED, **AGREED}, [*CLAIM_STAGES, *SPLIT_STAGES], dialect))


@cache
def compiled_closing() -> tuple[CompiledStage, ...]:
    """Return a whole closing as SQL: the division, its differences with before, the figures."""
    stages = [*CLOSING_CLAIMS, *SPLIT_STAGES, *DIFFERENCE_STAGES, *FIGURE_STAGES]
    inputs = {**DERIVED, **AGREED, **EARLIER}
    return tuple(kept_stages("closing", lambda: compile_stages(inputs, stages)))
