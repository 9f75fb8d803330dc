"""The stages of a closing in order, and the tables they stand on."""

from functools import cache

from ooievaar.bundles.rules import facts
from ooievaar.contracts.rules import schemas
from ooievaar.contracts.rules.division import SPLIT_STAGES
from ooievaar.settlement.rules.claimable import CLAIM_STAGES
from ooievaar.settlement.rules.difference import (
    CLOSED_PRODUCTS,
    CLOSED_SHARES,
    DIFFERENCE_STAGES,
)
from ooievaar.settlement.rules.figures import CLOSING_MONTH, FIGURE_STAGES
from ooievaar.storage.pipeline import CompiledStage, compile_stages, kept_stages

AGREED = {
    "agreements": schemas.AGREEMENTS,
    "discipline_shares": schemas.DISCIPLINE_SHARES,
    "member_shares": schemas.MEMBER_SHARES,
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
    )
}
"""What a derivation leaves on its connection."""


@cache
def compiled_division() -> tuple[CompiledStage, ...]:
    """Return the division of what was derived as SQL: from DERIVED and AGREED to `shares`."""
    return tuple(compile_stages({**DERIVED, **AGREED}, [*CLAIM_STAGES, *SPLIT_STAGES]))


@cache
def compiled_closing() -> tuple[CompiledStage, ...]:
    """Return a whole closing as SQL: the division, its differences with before, the figures."""
    stages = [*CLAIM_STAGES, *SPLIT_STAGES, *DIFFERENCE_STAGES, *FIGURE_STAGES]
    inputs = {**DERIVED, **AGREED, **EARLIER}
    return tuple(kept_stages("closing", lambda: compile_stages(inputs, stages)))
