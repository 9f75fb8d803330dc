"""What the rules at the end of a year share: a split over partners, by their number."""

from collections.abc import Mapping

from ooievaar.kernel.money import PPM, divide_half_up, split_largest_remainder


def ppm_of(cents: int, ppm: int) -> int:
    """Take parts per million of an amount, half up; below zero the exact mirror."""
    size = divide_half_up(abs(cents) * ppm, PPM)
    return size if cents >= 0 else -size


def split_over(cents: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Split an amount over partners by weight, largest remainder, ties to the lower number.

    Who weighs nothing is left out; without anybody nothing is split.
    """
    who = [key for key in sorted(weights) if weights[key] > 0]
    if not who:
        return {}
    parts = split_largest_remainder(cents, [weights[key] for key in who])
    return {key: part for key, part in zip(who, parts, strict=True) if part}
