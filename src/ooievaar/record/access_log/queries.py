"""What others read of the log: of one woman, in the words and the order in which she asks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils import timezone

from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Kind
from ooievaar.record.models import Woman
from ooievaar.record.women.records import her_records

FOLDED = (Kind.LIST, Kind.SEARCH)
"""Kinds that are many and tell little: shown as one line a day for each who looked."""


@dataclass(slots=True)
class Folded:
    """How often one person saw a woman in passing on a day."""

    event: AccessEvent
    count: int = 0


@dataclass(slots=True)
class Day:
    """The events of one day, newest first; those in passing apart, by who saw them."""

    day: date
    events: list[AccessEvent] = field(default_factory=list)
    in_passing: list[Folded] = field(default_factory=list)

    @property
    def times_in_passing(self) -> int:
        """How often she was seen in passing that day."""
        return sum(folded.count for folded in self.in_passing)


def events_of_woman(
    woman_id: int, start: date | None = None, last: date | None = None
) -> QuerySet[AccessEvent]:
    """Return the events that concern a woman, newest first, in a period of whole days.

    Of all her records, where she has more than one.
    """
    hers = AccessSubject.objects.filter(woman_id__in=her_records(woman_id)).values("event_id")
    events = AccessEvent.objects.filter(number__in=hers)
    return in_period(events, start, last).order_by("-number")


def in_period(
    events: QuerySet[AccessEvent], start: date | None, last: date | None
) -> QuerySet[AccessEvent]:
    """Narrow events to the days from `start` to `last`, both of them included."""
    if start:
        events = events.filter(at__gte=_begin(start))
    if last and last < date.max:
        events = events.filter(at__lt=_begin(last + timedelta(days=1)))
    return events


def _begin(day: date) -> datetime:
    """Return the moment a day begins in the Netherlands; the calendar's ends as they are."""
    midnight = datetime.combine(day, time())
    if not date.min + timedelta(days=1) < day < date.max:
        return midnight.replace(tzinfo=UTC)
    return timezone.make_aware(midnight)


def by_day(events: Iterable[AccessEvent]) -> list[Day]:
    """Group events, newest first, by the Dutch day they began on."""
    days = []
    newest_first = sorted(events, key=lambda event: (event.at, event.number), reverse=True)
    for day, group in groupby(newest_first, key=lambda event: timezone.localdate(event.at)):
        one = Day(day)
        folded: dict[tuple[object, ...], Folded] = {}
        for event in group:
            if event.kind in FOLDED and not is_emergency(event):
                who = (event.person_id, event.person_name, event.role, event.place_name)
                folded.setdefault(who, Folded(event)).count += 1
            else:
                one.events.append(event)
        one.in_passing = list(folded.values())
        days.append(one)
    return days


def is_emergency(event: AccessEvent) -> bool:
    """Tell whether the emergency button was behind it."""
    return event.controls.endswith("T") or event.kind == Kind.BREAK_GLASS


def women_called(reference: str) -> QuerySet[Woman]:
    """Return the women whose reference, or that of a pregnancy of theirs, was typed."""
    spelled = (reference, reference.upper())
    return Woman.objects.filter(
        Q(reference__in=spelled) | Q(pregnancies__reference__in=spelled)
    ).distinct()


def events_about(events: QuerySet[AccessEvent], women: QuerySet[Woman]) -> QuerySet[AccessEvent]:
    """Narrow events to those that concern any of these women."""
    subjects = AccessSubject.objects.filter(woman_id__in=women.values("pk")).values("event_id")
    return events.filter(number__in=subjects)
