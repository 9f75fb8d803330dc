"""Draws that depend on what they are about, never on the order in which they are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Chances:
    """One seed; the same words draw the same number."""

    seed: int

    def draw(self, *about: str) -> float:
        """Return a number in [0, 1) for these words."""
        told = "\x1f".join((str(self.seed), *about)).encode()
        return int.from_bytes(blake2b(told, digest_size=7).digest()) / 2**56

    def happens(self, rate: float, *about: str) -> bool:
        """Tell whether something with this rate happens."""
        return rate > 0 and self.draw(*about) < rate

    def day(self, span: tuple[int, int], *about: str) -> int:
        """Return a number of days within a span, both ends included."""
        first, last = span
        return first + int(self.draw("days", *about) * (last - first + 1))

    def choose(self, among: Sequence[Choice], *about: str) -> Choice:
        """Return one of these."""
        return among[int(self.draw("choice", *about) * len(among))]
