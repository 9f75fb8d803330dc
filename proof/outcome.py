"""What a part of the proof has to say at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How many of what was tried, in how long, and each failure in words that replay it."""

    part: str
    counts: dict[str, int]
    seconds: float
    failures: list[str] = field(default_factory=list)
