"""Rule `moments`: which moment somebody means who types a day and a time.

Once a year an hour is skipped and once it comes twice. A time that does not exist is refused; of
one that comes twice the first is meant, unless that lies before what it follows on.
"""

from datetime import UTC, datetime, tzinfo


def moment_of(typed: datetime, zone: tzinfo, not_before: datetime) -> datetime | None:
    """Return the moment of a local time, in UTC; None when the clock never showed it."""
    found = [typed.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [one for one in found if one.astimezone(zone).replace(tzinfo=None) == typed]
    if not shown:
        return None
    return next((one for one in shown if one >= not_before), shown[-1])
