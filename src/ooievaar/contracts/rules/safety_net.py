"""The safety net with an insurer: a corridor around what the old way would have brought in.

Within the corridor nobody settles. Outside it the agreed part of what lies outside is settled at
the end of the year: by the insurer below it, by the IGO above it. Where the value of some care is
unknown the old income is too, so the outcome is provisional and not to be settled yet. [BK]
"""

from dataclasses import dataclass

from ooievaar.contracts.rules.yearly import ppm_of
from ooievaar.kernel.money import PPM


@dataclass(frozen=True, slots=True)
class InsurerYear:
    """What an insurer paid for products in a year, beside the shadow mono revenue of that care."""

    uzovi: str
    income_cents: int
    mono_cents: int
    unknown_values: int = 0


@dataclass(frozen=True, slots=True)
class Corridor:
    """The outcome of one insurer: above zero the insurer pays, below zero the IGO pays back."""

    uzovi: str
    lower_cents: int
    upper_cents: int
    outside_cents: int
    settled_cents: int
    is_provisional: bool


def settle_corridor(year: InsurerYear, *, corridor_ppm: int, share_ppm: int) -> Corridor:
    """Compare a year with its corridor; `outside_cents` is above zero when there was too little."""
    lower = ppm_of(year.mono_cents, max(PPM - corridor_ppm, 0))
    upper = ppm_of(year.mono_cents, PPM + corridor_ppm)
    outside = max(lower - year.income_cents, 0) - max(year.income_cents - upper, 0)
    return Corridor(
        uzovi=year.uzovi,
        lower_cents=lower,
        upper_cents=upper,
        outside_cents=outside,
        settled_cents=ppm_of(outside, share_ppm),
        is_provisional=year.unknown_values > 0,
    )
