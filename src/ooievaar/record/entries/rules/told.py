"""Rule `told`: what the entries of a pregnancy tell of it as a whole.

Of every fact the newest entry that tells it counts. How many children there are, is how many she
carries until it is said how many were born, and never fewer than of whom the birth is told. After
the birth of several children the pregnancy ends, and the natal phase with it, with the last of them
(our own choice).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

MINUTES_PER_HOUR = 60

UNTOLD: dict[str, Any] = {
    "children": 1,
    "end_kind": "ongoing",
    "ended_on": None,
    "ended_precision_days": 0,
    "birth_on": None,
    "labour_on": None,
    "labour_minute": None,
    "placenta_on": None,
    "placenta_minute": None,
}
"""What a fact is as long as no entry tells it; of the due date the registration did."""


@dataclass(frozen=True, slots=True)
class Found:
    """One observation; `order` grows with the moment it was recorded."""

    order: int
    element: str
    number: int
    value: str


def told(observations: Iterable[Found]) -> dict[str, Any]:
    """Return the facts of a pregnancy, by the names of its version, that entries tell."""
    newest: dict[tuple[str, int], str] = {}
    for one in sorted(observations, key=lambda one: one.order):
        newest[one.element, one.number] = one.value
    facts: dict[str, Any] = {}

    def take(element: str, name: str, read: Any) -> None:
        if value := newest.get((element, 0)):
            facts[name] = read(value)

    take("due_date", "due_on", date.fromisoformat)
    take("due_date_precision_days", "due_precision_days", int)
    take("fetus_count", "children", int)
    take("children_born", "children", int)
    take("labour_date", "labour_on", date.fromisoformat)
    take("labour_time", "labour_minute", minute_of)
    take("placenta_date", "placenta_on", date.fromisoformat)
    take("placenta_time", "placenta_minute", minute_of)
    take("pregnancy_end_kind", "end_kind", str)
    take("pregnancy_end_date", "ended_on", date.fromisoformat)
    births = [
        date.fromisoformat(value)
        for (element, _number), value in newest.items()
        if element == "birth_date"
    ]
    if births:
        facts |= {"end_kind": "birth", "ended_on": max(births), "birth_on": max(births)}
        facts["children"] = max(len(births), facts.get("children", 1))
    return facts


def changes(
    before: dict[str, Any], after: dict[str, Any], registered_due_on: date
) -> dict[str, Any]:
    """Return what a new version says differently; what is told no more falls back."""
    untold = {**UNTOLD, "due_on": registered_due_on}
    return {
        name: after.get(name, untold.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name) and (name in after or name in untold)
    }


def minute_of(time: str) -> int:
    """Return the minutes after midnight of `HH:MM`."""
    hours, minutes = time.split(":")
    return int(hours) * MINUTES_PER_HOUR + int(minutes)
