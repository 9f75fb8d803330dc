"""One seed, many streams: each part of the region draws from its own, by name.

A part that draws more numbers than before then leaves every other part as it was.
"""

import zlib
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
"""Days since 1970-01-01."""
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]

NEVER = 1_000_000
"""A day that does not come: later than every day, and small enough to add days to."""


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of the part called `name`; equal seed and name draw equal numbers."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def chance(rng: np.random.Generator, size: int, rate: float | NDArray[np.float64]) -> Mask:
    """Draw `size` times whether something with this rate happens."""
    return rng.random(size) < rate


def whole(values: NDArray[np.float64]) -> Days:
    """Round down to whole days."""
    return np.floor(values).astype(np.int32)
