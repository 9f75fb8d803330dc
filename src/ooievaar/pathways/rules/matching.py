"""Which act was which planned item: each act one item at most, and the other way round."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

EARLY_DAYS = 14
LATE_DAYS = 28
VAGUE_DAYS = 14
"""How late something counts of which only the form is known."""


class Window(NamedTuple):
    """The days `[start, until)` in which an item is due, counted as its phase counts."""

    start: int
    until: int


class Match(NamedTuple):
    """An item, by its place in the windows, and the act that it was."""

    window: int
    act: int


class Done(NamedTuple):
    """An act by its name, on a day counted as the windows count; `is_vague` by its form only."""

    name: int
    day: int
    is_vague: bool = False


def match(windows: Sequence[Window], acts: Sequence[Done]) -> list[Match]:
    """Return which acts fulfil which windows; both in order of day.

    An act fulfils the open window that is nearest, of equals the first. Before a window it counts
    when it is at most 14 days early, and nearer to this window than to the one before. After it,
    always where there is one window, else for 28 days; 14 days when only its form is known. An
    act that is near to none stays extra.
    What was matched is then put in order: the first act fulfils the first of these windows.
    """
    early = _early(tuple(windows))
    most_late = LATE_DAYS if len(windows) > 1 else None
    taken: dict[int, int] = {}
    for name, day, is_vague in acts:
        late = VAGUE_DAYS if is_vague else most_late
        nearest = None
        for index, window in enumerate(windows):
            if day < window.start:
                apart = window.start - day
                if apart > early[index]:
                    continue
            elif day >= window.until:
                apart = day - window.until + 1
                if late is not None and apart > late:
                    continue
            else:
                apart = 0
            if index not in taken and (nearest is None or apart < nearest[0]):
                nearest = (apart, index)
        if nearest is not None:
            taken[nearest[1]] = name
        if len(taken) == len(windows):
            break
    # Acts came in order of day: the first of them is put to the first of the windows.
    return [Match(*pair) for pair in zip(sorted(taken), taken.values(), strict=True)]


@lru_cache(maxsize=4096)
def _early(windows: tuple[Window, ...]) -> tuple[int, ...]:
    """Return how early each window counts: 14 days, at most half way to the one before."""
    between = (later.start - window.start for window, later in pairwise(windows))
    return EARLY_DAYS, *(max(0, min(EARLY_DAYS, days // 2)) for days in between)
