"""Days and times as kernset files write them: `2025-01-31`, `T-306D`, `T-39Y`, `T-86D{14:30}`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

RELATIVE = re.compile(r"T(?:([+-])(\d{1,5})([DWMY]))?(?:\{(\d{2}):(\d{2})(?::\d{2})?\})?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, with the minute after midnight when a time was given."""

    day: date
    minute: int | None = None


def read_moment(text: str, reference_on: date) -> Moment | None:
    """Return the moment a text means, counted from day T where it is relative, or None."""
    relative = RELATIVE.fullmatch(text)
    try:
        if relative:
            sign, count, unit, hour, minute = relative.groups()
            steps = int(count or 0) * (-1 if sign == "-" else 1)
            return Moment(_shifted(reference_on, steps, unit or "D"), _minute(hour, minute))
        if len(text) == 10:
            return Moment(date.fromisoformat(text))
        if len(text) >= 16 and text[10] in "T ":
            # The local Dutch clock as written: a kernset time has no other meaning.
            moment = datetime.fromisoformat(text)
            return Moment(moment.date(), moment.hour * 60 + moment.minute)
    except (ValueError, OverflowError):
        return None
    return None


def _minute(hour: str | None, minute: str | None) -> int | None:
    if hour is None or minute is None:
        return None
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError("no such time")
    return int(hour) * 60 + int(minute)


def _shifted(day: date, steps: int, unit: str) -> date:
    if unit in "DW":
        return day + timedelta(days=steps * (7 if unit == "W" else 1))
    months = day.year * 12 + day.month - 1 + steps * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    # 29 February minus a year is 28 February: the last day that exists.
    for last in (day.day, 30, 29, 28):
        if last > day.day:
            continue
        try:
            return date(year, month + 1, last)
        except ValueError:
            if last == 28:
                raise
    raise ValueError("no such day")
