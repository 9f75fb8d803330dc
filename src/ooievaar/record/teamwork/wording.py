"""What people type: no longer than fits, and nothing that a database refuses."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.record.relations import Rejected

LONGEST_TEXT = 5000


def worded(text: str, longest: int, field: str, *, is_required: bool = True) -> str | Rejected:
    """Return a text as it is kept, or why it cannot be."""
    kept = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if is_required and not kept:
        return Rejected(_("Schrijf hier iets."), field)
    if len(kept) > longest:
        words = _("Dit zijn %(found)s tekens; er passen er %(most)s.")
        return Rejected(words % {"found": len(kept), "most": longest}, field)
    return kept


def moment(day: date, clock: time, field: str) -> datetime | Rejected:
    """Return a moment by the Dutch clock; one that the clock skips in spring is refused.

    An hour that comes twice in autumn is the first of the two.
    """
    local = datetime.combine(day, clock, tzinfo=timezone.get_default_timezone())
    if timezone.localtime(local.astimezone(tz=UTC)).time() != clock:
        return Rejected(_("Die tijd bestaat niet: de klok gaat die nacht vooruit."), field)
    return local.astimezone(UTC)


def day_bounds(first: date, until: date) -> tuple[datetime, datetime]:
    """Return when the first of some Dutch days begins and when the last one ends, half-open."""
    zone = timezone.get_default_timezone()
    return (
        datetime.combine(first, time.min, tzinfo=zone),
        datetime.combine(until, time.min, tzinfo=zone),
    )


def ends(starts_at: datetime, minutes: int) -> datetime:
    """Return when something is over: minutes as they pass, whatever the clock does."""
    # In UTC: within a zone Python adds by the clock on the wall.
    return starts_at.astimezone(UTC) + timedelta(minutes=minutes)
