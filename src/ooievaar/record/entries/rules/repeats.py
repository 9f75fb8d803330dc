"""Rule `repeats`: no double diagnostics; was this test or scan made already, or just after?

How long a diagnostic need not be made again is dated data (`data/repeats.yaml`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ooievaar.record.entries.rules.parts import RepeatWindow

Seen = tuple[str, int, str]
"""An observation: element, number (of whom it is), value."""


@dataclass(frozen=True, slots=True)
class Made:
    """An entry of a diagnostic; `reference` is how whoever asks finds it back."""

    reference: int
    form: str
    day: date
    observed: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A diagnostic that was made already, `days` before (or, when below 0, after) the new one."""

    window: RepeatWindow
    made: Made
    days: int


def made_already(
    windows: Iterable[RepeatWindow],
    form: str,
    day: date,
    earlier: Sequence[Made],
    observed: Iterable[Seen] | None = None,
) -> tuple[Repeat, ...]:
    """Return what repeats an earlier entry within its window, the nearest first.

    Without `observed` (a form that is only just opened): everything on this form that was made.
    """
    new = None if observed is None else _values(observed)
    found = [
        Repeat(window, made, (day - made.day).days)
        for window in windows
        if window.form == form and (new is None or _is_that(window, new))
        for made in earlier
        if made.form == form
        and abs((day - made.day).days) <= window.window_days
        and _is_that(window, _values(made.observed))
    ]
    return tuple(
        sorted(found, key=lambda one: (abs(one.days), one.window.key, -one.made.reference))
    )


def _is_that(window: RepeatWindow, values: Mapping[str, Sequence[str]]) -> bool:
    return all(condition.holds(values) for condition in window.when)


def _values(observed: Iterable[Seen]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for element, _number, value in observed:
        values[element].append(value)
    return values
