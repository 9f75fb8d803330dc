"""Money is an integer number of euro cents; a split never loses one of them."""

from collections.abc import Sequence

PPM = 1_000_000
"""Parts per million: the unit of every percentage in the house."""


def split_largest_remainder(amount_cents: int, weights: Sequence[int]) -> list[int]:
    """Split `amount_cents` over `weights` so that the parts add up exactly.

    Each part gets the floor of its exact share of the absolute amount; the cents that remain go,
    one each, to the largest remainders, ties to the earlier position (give weights in stable key
    order). The sign is put back last, so a credit is the exact mirror of its debit.

    Raises ValueError for a negative weight, or for a non-zero amount without any weight: whoever
    calls decides where money without an entitled party goes, not this function.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    total = sum(weights)
    if total == 0:
        if amount_cents:
            raise ValueError("an amount without weights has nowhere to go")
        return [0] * len(weights)
    size = abs(amount_cents)
    parts = [size * weight // total for weight in weights]
    remainders = [size * weight % total for weight in weights]
    left_over = size - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for position in by_remainder[:left_over]:
        parts[position] += 1
    return parts if amount_cents >= 0 else [-part for part in parts]


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide two non-negative integers and round once, half up."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("divide_half_up takes a non-negative numerator and a positive denominator")
    return (2 * numerator + denominator) // (2 * denominator)


def format_euro(amount_cents: int | None, language: str = "nl") -> str:
    """Write an amount as people read it: `€ 1.234,56` (nl) or `€1,234.56` (en); None is unknown."""
    if amount_cents is None:
        return "onbekend" if language == "nl" else "unknown"
    sign = "-" if amount_cents < 0 else ""
    euros, cents = divmod(abs(amount_cents), 100)
    if language == "nl":
        return f"€ {sign}{euros:,}".replace(",", ".") + f",{cents:02d}"
    return f"{sign}€{euros:,}.{cents:02d}"
