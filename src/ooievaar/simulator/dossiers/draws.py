"""Drawing of one pregnancy: every draw by the seed and her reference, so that each stands alone."""

from collections.abc import Sequence
from typing import TypeVar

from ooievaar.simulator.randomness import stream

Chosen = TypeVar("Chosen")


class Draw:
    """The draws of one part of one record."""

    def __init__(self, seed: int, name: str) -> None:
        self._rng = stream(seed, f"dossier {name}")

    def happens(self, rate: float) -> bool:
        """Tell whether something with this rate happens."""
        return bool(self._rng.random() < rate)

    def one_of(self, options: Sequence[Chosen]) -> Chosen:
        """Return one of some options, each as likely."""
        return options[int(self._rng.integers(len(options)))]

    def weighed(self, options: Sequence[tuple[Chosen, float]]) -> Chosen:
        """Return one of some options by its share; together these are 1."""
        drawn = float(self._rng.random())
        for option, share in options:
            drawn -= share
            if drawn < 0:
                return option
        return options[-1][0]

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both of them possible."""
        return int(self._rng.integers(low, high + 1))

    def around(self, mean: float, spread: float, low: float, high: float) -> float:
        """Return a number around a mean, cut off at both ends."""
        return min(max(float(self._rng.normal(mean, spread)), low), high)


def text_of(value: float, decimals: int = 0) -> str:
    """Write a number as it is stored: no zeros behind the point."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def yes(is_so: bool) -> str:
    """Write yes or no as it is stored."""
    return "yes" if is_so else "no"
