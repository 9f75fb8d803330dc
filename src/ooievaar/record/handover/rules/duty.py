"""Rule `duty`: who is responsible at a moment, and in which phase that moment lies.

The duty that was written last, of those that began, counts; one for a single phase only in that
phase. Before the first one the organisation of the first intake is responsible. A phase begins at
its minute where it is known, else with its day, as in the engine's rule `phase`. Our own choice
(`verified: false`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

PRENATAL, NATAL, POSTNATAL = 1, 2, 3
MINUTES_A_DAY = 1_440
AFTER_PLACENTA_MINUTES = 120


class Duty(Protocol):
    """What a row must tell: from when it holds and for which phase (0: every one)."""

    @property
    def phase(self) -> int:
        """The phase it is about."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""


AnyDuty = TypeVar("AnyDuty", bound=Duty)


@dataclass(frozen=True, slots=True)
class Birth:
    """What is known of a birth, in local days and minutes after midnight."""

    labour_on: date | None = None
    labour_minute: int | None = None
    birth_on: date | None = None
    placenta_on: date | None = None
    placenta_minute: int | None = None


def phase_at(day: date, minute: int, birth: Birth) -> int:
    """Return the phase at a local day and minute after midnight: 1 prenatal, 2 natal, 3 postnatal.

    Once a year a minute comes twice; both are told alike.
    """
    moment, finish_on = _at(day, minute), birth.birth_on
    starts_on, labour_minute = birth.labour_on, birth.labour_minute
    if starts_on is None or (finish_on is not None and starts_on > finish_on):
        starts_on, labour_minute = finish_on, None
    if starts_on is None or moment < _at(starts_on, labour_minute):
        return PRENATAL
    if finish_on is None:
        return NATAL
    if birth.placenta_on is not None and birth.placenta_minute is not None:
        until = _at(birth.placenta_on, birth.placenta_minute) + AFTER_PLACENTA_MINUTES
    else:
        until = _at(finish_on, MINUTES_A_DAY)
    return NATAL if moment < until else POSTNATAL


def duty_at(duties: Sequence[AnyDuty], at: datetime, phase: int) -> AnyDuty | None:
    """Return the duty that counts at a moment; `duties` in the order in which they were written."""
    counting = (one for one in reversed(duties) if one.starts_at <= at and one.phase in (0, phase))
    return next(counting, None)


def spans(duties: Sequence[AnyDuty]) -> list[tuple[AnyDuty, datetime | None]]:
    """Return duties, newest first, each with the moment when a later one took its place.

    One of a single phase takes the place of another of that phase only.
    """
    found = []
    for place, one in enumerate(duties):
        later = [o.starts_at for o in duties[place + 1 :] if o.phase in (0, one.phase)]
        found.append((one, max(min(later), one.starts_at) if later else None))
    return found[::-1]


def _at(day: date, minute: int | None) -> int:
    return day.toordinal() * MINUTES_A_DAY + (minute or 0)
