"""What others read of working together: the home page, the calendar, the page of one woman."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import gestation_on
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.permissions import known, pregnancy_ids_for
from ooievaar.record.teamwork.appointments import current
from ooievaar.record.teamwork.models import (
    AgendaItem,
    Appointment,
    MeetingDecision,
    Mention,
    Thread,
    ThreadMessage,
    ThreadRead,
)
from ooievaar.record.teamwork.permissions import (
    items_for,
    messages_for,
    tasks_for_pregnancies,
)
from ooievaar.record.teamwork.tasks import IS_OPEN, with_state
from ooievaar.record.teamwork.wording import day_bounds, ends

UNREAD_FOR = timedelta(days=90)
"""Older than this nobody is told any more that it is unread."""
MOST_UNREAD = 500
COMING = timedelta(days=14)
SHOWN_OF_TEXT = 140


@dataclass(frozen=True, slots=True)
class UnreadThread:
    """A thread with messages that this person did not read; the newest of them in short."""

    thread_id: int
    pregnancy_id: int
    woman_id: int
    name: str
    reference: str
    subject: str
    count: int
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question to this person, their role or their organisation that nobody answered yet."""

    message_id: int
    thread_id: int
    pregnancy_id: int
    woman_id: int
    name: str
    reference: str
    subject: str
    text: str
    by: str
    answer_by: date
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Task:
    """An open task of this person, or of whoever works here."""

    item_id: int
    pregnancy_id: int
    woman_id: int
    name: str
    reference: str
    text: str
    until: date
    is_overdue: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ComingItem:
    """A woman of whom a coming meeting will speak."""

    item_id: int
    meeting_id: int
    starts_at: datetime
    kind: str
    pregnancy_id: int
    woman_id: int
    name: str
    reference: str
    question: str


@dataclass(frozen=True, slots=True)
class Slot:
    """An appointment as a calendar shows it; without `is_seen` only that the time is taken."""

    appointment_id: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    kind: str
    kind_label: str
    pregnancy_id: int | None
    woman_id: int | None
    name: str
    reference: str
    gestation_days: int | None
    note: str
    with_whom: str
    place: str
    is_mine: bool
    is_seen: bool
    is_free: bool


def unread_for(workplace: Workplace, at: datetime) -> list[UnreadThread]:
    """Return the threads with something new for this person, the newest first; in one query.

    Of the last 90 days and since this position began, in threads that concern them: in which they
    wrote, or were addressed, by name, role or organisation, or that their organisation began.
    What they wrote themselves is never unread.
    """
    own = known(workplace.organisation_id)
    started = Position.objects.filter(pk=workplace.position_id).values("valid_from")[:1]
    read = ThreadRead.objects.filter(
        person_id=workplace.person_id,
        thread_id=OuterRef("thread_id"),
        last_message_id__gte=OuterRef("pk"),
    )
    wrote = ThreadMessage.objects.filter(
        person_id=workplace.person_id, organisation_id=own, thread_id=OuterRef("thread_id")
    )
    addressed = _to_me(workplace, at).filter(message__thread_id=OuterRef("thread_id"))
    began = Thread.objects.filter(pk=OuterRef("thread_id"), organisation_id=own)
    messages = (
        messages_for(workplace, at)
        .filter(
            Exists(wrote) | Exists(addressed) | Exists(began),
            ~Exists(read),
            sent_at__gte=at - UNREAD_FOR,
            sent_at__date__gte=Subquery(started),
        )
        .exclude(person_id=workplace.person_id)
        .select_related("thread", "person", "organisation", "pregnancy__woman")
        .order_by("-pk")[:MOST_UNREAD]
    )
    threads: dict[int, list[ThreadMessage]] = {}
    for message in messages:
        threads.setdefault(message.thread_id, []).append(message)
    return [
        UnreadThread(
            thread_id=thread_id,
            **_woman(newest[0].pregnancy),
            subject=subject_of(newest[0].thread),
            count=len(newest),
            by=author(newest[0]),
            text=shortened(newest[0].text),
            at=newest[0].sent_at,
        )
        for thread_id, newest in threads.items()
    ]


def questions_for(workplace: Workplace, at: datetime) -> list[Question]:
    """Return what this person, their role or their organisation is asked; overdue first, one query.

    What was asked of a colleague who works here no longer is asked of everybody here.
    """
    today = timezone.localdate(at)
    messages = (
        messages_for(workplace, at)
        .filter(
            pk__in=_to_me(workplace, at).values("message_id"),
            answer_by__isnull=False,
            answered_by__isnull=True,
        )
        .exclude(person_id=workplace.person_id)
        .select_related("thread", "person", "organisation", "pregnancy__woman")
        .order_by("answer_by", "pk")
    )
    return [
        Question(
            message_id=message.pk,
            thread_id=message.thread_id,
            **_woman(message.pregnancy),
            subject=subject_of(message.thread),
            text=shortened(message.text),
            by=author(message),
            answer_by=message.answer_by,
            is_overdue=message.answer_by < today,
        )
        for message in messages
        if message.answer_by is not None
    ]


def tasks_for(workplace: Workplace, at: datetime) -> list[Task]:
    """Return the open tasks of this person and of whoever works here, by their day; in one query.

    That of a colleague who works here no longer is everybody's here.
    """
    own, today = known(workplace.organisation_id), timezone.localdate(at)
    gone = Q(owner__isnull=False) & ~Exists(_works("owner_id", "owner_organisation_id", today))
    tasks = (
        with_state(tasks_for_pregnancies(workplace, at))
        .filter(IS_OPEN)
        .filter(
            Q(owner__isnull=True) | Q(owner_id=workplace.person_id) | gone,
            owner_organisation_id=own,
        )
        .select_related("pregnancy__woman")
        .order_by("until", "pk")
    )
    return [
        Task(
            item_id=task.pk,
            **_woman(task.pregnancy),
            text=task.text,
            until=task.until,
            is_overdue=task.until < today,
            is_mine=task.owner_id == workplace.person_id,
        )
        for task in tasks
    ]


def coming_items(workplace: Workplace, at: datetime) -> list[ComingItem]:
    """Return of whom meetings of the next two weeks will speak, soonest first; in one query."""
    items = (
        not_decided(items_for(workplace, at))
        .filter(
            meeting__closing__isnull=True,
            meeting__starts_at__gte=at - timedelta(hours=12),
            meeting__starts_at__lt=at + COMING,
        )
        .select_related("meeting", "pregnancy__woman")
        .order_by("meeting__starts_at", "pk")
    )
    return [
        ComingItem(
            item_id=item.pk,
            meeting_id=item.meeting_id,
            starts_at=item.meeting.starts_at,
            kind=item.meeting.get_kind_display(),
            **_woman(item.pregnancy),
            question=item.question,
        )
        for item in items
    ]


def appointments_on(workplace: Workplace, day: date) -> list[Slot]:
    """Return the appointments of a day in time order, with woman and gestation; in one query."""
    bounds = day_bounds(day, day + timedelta(days=1))
    return slots_between(workplace, *bounds, at=bounds[0] + timedelta(hours=12))


def slots_between(
    workplace: Workplace, first: datetime, until: datetime, *, at: datetime
) -> list[Slot]:
    """Return the appointments that begin in `[first, until)`: here, or those of the buddy there.

    Women whom this workplace may not see at `at` are not named.
    """
    newest = PregnancyVersion.objects.filter(
        pregnancy_id=OuterRef("pregnancy_id"), recorded_on__lte=timezone.localdate(at)
    ).order_by("-recorded_on", "-pk")
    found = (
        current(Appointment.objects.all())
        .filter(of_calendar(workplace), starts_at__gte=first, starts_at__lt=until)
        .annotate(
            is_seen=Q(pregnancy_id__in=pregnancy_ids_for(workplace, at)),
            due_on=Subquery(newest.values("due_on")[:1]),
            ended_on=Subquery(newest.values("ended_on")[:1]),
        )
        .select_related("pregnancy__woman", "person", "organisation")
        .order_by("starts_at", "pk")
    )
    return [_slot(one, workplace) for one in found]


def next_visit(workplace: Workplace, at: datetime) -> Subquery:
    """Return, as a column beside a pregnancy version, when she is seen here next."""
    coming = (
        current(Appointment.objects.all())
        .filter(of_calendar(workplace), pregnancy_id=OuterRef("pregnancy_id"), starts_at__gte=at)
        .order_by("starts_at")
    )
    return Subquery(coming.values("starts_at")[:1])


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The meeting that will speak of a pregnancy."""

    meeting_id: int
    starts_at: datetime


def next_meetings(workplace: Workplace, ids: Iterable[int], at: datetime) -> dict[int, NextMeeting]:
    """Return which meeting will speak of each of these pregnancies first; in one query."""
    rows = (
        not_decided(items_for(workplace, at))
        .filter(
            pregnancy_id__in=list(ids),
            meeting__closing__isnull=True,
            meeting__starts_at__gte=at - timedelta(hours=12),
        )
        .order_by("-meeting__starts_at")
        .values_list("pregnancy_id", "meeting_id", "meeting__starts_at")
    )
    return {of: NextMeeting(meeting_id, starts_at) for of, meeting_id, starts_at in rows}


def of_calendar(workplace: Workplace) -> Q:
    """Return which appointments stand in somebody's calendar: those here, and their joint hours."""
    own = known(workplace.organisation_id)
    as_buddy = Q(pair__organisation_id=own, person_id=workplace.person_id)
    return Q(organisation_id=own) | as_buddy


def not_decided(items: QuerySet[AgendaItem]) -> QuerySet[AgendaItem]:
    """Return the agenda items of which nothing was concluded yet."""
    return items.filter(~Exists(MeetingDecision.objects.filter(item_id=OuterRef("pk"))))


def with_marks(messages: QuerySet[ThreadMessage], workplace: Workplace) -> QuerySet[ThreadMessage]:
    """Add to messages whether this person read them: `is_read`; their own always are."""
    read = ThreadRead.objects.filter(
        person_id=workplace.person_id,
        thread_id=OuterRef("thread_id"),
        last_message_id__gte=OuterRef("pk"),
    )
    return messages.annotate(
        is_read=Q(Exists(read)) | Q(person_id__isnull=False, person_id=workplace.person_id)
    )


def author(message: ThreadMessage) -> str:
    """Return who wrote a message; nobody did when the system announced it."""
    if message.person is None:
        return "Ooievaar"
    place = message.organisation.name if message.organisation is not None else ""
    return f"{message.person.name}, {place}" if place else message.person.name


def subject_of(thread: Thread) -> str:
    """Return what a thread is about; that of the system in the language of who reads."""
    return thread.subject if thread.organisation_id else _("Meldingen van Ooievaar")


def shortened(text: str) -> str:
    """Return the beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_OF_TEXT else f"{line[: SHOWN_OF_TEXT - 1]}…"


def women_of(found: Iterable[Any]) -> set[int]:
    """Return whom these show, for the access log."""
    return {one.woman_id for one in found if one.woman_id is not None}


def _to_me(workplace: Workplace, at: datetime) -> QuerySet[Mention]:
    """Return the mentions of this person here, of their role, of the organisation.

    That of somebody who gives care here no longer falls to the organisation.
    """
    gone = Q(person__isnull=False) & ~Exists(
        _works("person_id", "organisation_id", timezone.localdate(at))
    )
    return Mention.objects.filter(
        Q(person_id=workplace.person_id)
        | Q(person__isnull=True, role__in=("", workplace.role))
        | gone,
        organisation_id=known(workplace.organisation_id),
    )


def _works(person: str, organisation: str, today: date) -> QuerySet[Position]:
    return Position.objects.filter(
        person_id=OuterRef(person),
        organisation_id=OuterRef(organisation),
        role__in=sorted(CARE_ROLES),
        valid_from__lte=today,
        valid_until__gt=today,
    )


def _woman(pregnancy: Any) -> dict[str, Any]:
    return {
        "pregnancy_id": pregnancy.pk,
        "woman_id": pregnancy.woman_id,
        "name": pregnancy.woman.name,
        "reference": pregnancy.reference,
    }


def _slot(one: Any, workplace: Workplace) -> Slot:
    is_free = one.pregnancy_id is None
    is_seen = bool(one.is_seen) and not is_free
    day = timezone.localdate(one.starts_at)
    is_pregnant = one.ended_on is None or day <= one.ended_on
    days = gestation_on(one.due_on, None, day) if is_seen and one.due_on and is_pregnant else None
    return Slot(
        appointment_id=one.pk,
        starts_at=one.starts_at,
        ends_at=ends(one.starts_at, one.minutes),
        minutes=one.minutes,
        kind=one.kind,
        kind_label=str(one.get_kind_display()),
        pregnancy_id=one.pregnancy_id if is_seen else None,
        woman_id=one.pregnancy.woman_id if is_seen else None,
        name=one.pregnancy.woman.name if is_seen else "",
        reference=one.pregnancy.reference if is_seen else "",
        gestation_days=days,
        note=one.note if is_seen else "",
        with_whom=one.person.name if one.person is not None else "",
        place=one.organisation.name,
        is_mine=one.person_id == workplace.person_id,
        is_seen=is_seen,
        is_free=is_free,
    )
