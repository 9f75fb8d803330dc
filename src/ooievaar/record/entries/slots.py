"""What rooms to the right hand to the record, filled in their `AppConfig.ready`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that the pathway asks for about now; `form` is where it is entered, if anywhere.

    Due in `[due_from, due_until)`.
    """

    key: str
    label: str
    form: str
    discipline: str
    due_from: date
    due_until: date
    is_overdue: bool


DUE_PARTS: list[Callable[[int, datetime], Iterable[DueItem]]] = []
"""What gives the items due of a pregnancy; each asks at most two queries."""

CHANGED: list[Callable[[int, datetime], None]] = []
"""Told, in the transaction, of every woman about whom something was registered or changed."""
