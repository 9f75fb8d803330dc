"""The reserve at the end of a year: what lies above its ceiling, and where that goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ooievaar.contracts.rules.yearly import split_over


@dataclass(frozen=True, slots=True)
class ReserveResult:
    """What the reserve keeps, gives back to whom, and what the members have to decide about."""

    kept_cents: int
    released: Mapping[int, int]
    to_decide_cents: int


def settle_reserve(
    balance_cents: int,
    *,
    ceiling_cents: int | None,
    release: Literal["members_decide", "above_ceiling"],
    brought_in: Mapping[int, int],
) -> ReserveResult:
    """Release what lies above the ceiling, after the guarantee was taken from the reserve.

    `above_ceiling` gives it back by what each partner earned in the year (`brought_in`), for the
    reserve was taken from the same money. Whatever has nowhere to go stays, to be decided about.
    """
    above = max(balance_cents - ceiling_cents, 0) if ceiling_cents is not None else 0
    released = split_over(above, brought_in) if release == "above_ceiling" else {}
    given = sum(released.values())
    return ReserveResult(
        kept_cents=balance_cents - given, released=released, to_decide_cents=above - given
    )
