"""Which months may be closed, and in which order."""

from datetime import date

from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import Period, month_period


def closable_month(month: str, newest_closed: str | None, known_until: date) -> Period | Fault:
    """Return the days of a month that may be closed, or why it may not.

    Months are closed in order: a month before the newest closed one stays open for ever, its
    products come along in the next. A month is closed on facts known up to its end at least.
    """
    try:
        period = month_period(month)
    except ValueError:
        return _fault(repr(month), "een maand als 2026-10")
    if newest_closed is not None and month < newest_closed:
        return _fault(
            month,
            f"een maand na {newest_closed}, de laatst afgesloten maand; wat in {month} openbleef, "
            "komt mee in de volgende afsluiting",
        )
    if known_until < period.until:
        return _fault(
            f"{month}, met feiten van vóór {known_until:%d-%m-%Y}",
            f"een maand die voorbij is: feiten bekend tot {period.until:%d-%m-%Y} of later",
        )
    return period


def _fault(found: str, expected: str) -> Fault:
    return Fault("afsluiting", None, "maand", found, expected)
