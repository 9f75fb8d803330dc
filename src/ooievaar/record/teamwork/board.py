"""Everything on the page of one woman, in one query: messages, tasks and agenda items.

The banner and the access log leave a page of a pregnancy hardly a query of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from ooievaar.network.workplace import Workplace
from ooievaar.record.teamwork.models import MeetingDecision, PlanStep, TeamMeeting, ThreadRead
from ooievaar.record.teamwork.permissions import items_for, messages_for, tasks_for_pregnancies
from ooievaar.record.teamwork.queries import shortened
from ooievaar.record.teamwork.tasks import with_state

MESSAGE, TASK, ITEM = "message", "task", "item"
READ = "read"


class Row(NamedTuple):
    """One row of the query; what a column holds depends on the kind."""

    kind: str
    key: int
    group: int | None
    head: str
    text: str
    more: str
    first_name: str | None
    last_name: str | None
    username: str | None
    organisation: str | None
    person: int | None
    organisation_id: int | None
    at: datetime
    day: date | None
    other: int | None
    state: str | None
    state_text: str | None
    state_at: datetime | None

    @property
    def name(self) -> str:
        """Whose it is, as people read it."""
        return f"{self.first_name or ''} {self.last_name or ''}".strip() or self.username or ""

    @property
    def who(self) -> str:
        """Whose it is, and where they work."""
        return ", ".join(part for part in (self.name, self.organisation) if part)


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in short: its newest message, what is new, and the questions that are open."""

    thread_id: int
    subject: str
    is_system: bool
    entry_id: int | None
    count: int
    unread: int
    by: str
    text: str
    at: datetime
    answer_by: date | None
    asked: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with its owner and how it stands."""

    item_id: int
    text: str
    owner: str
    is_own: bool
    until: date
    is_open: bool
    is_overdue: bool
    state: str
    state_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A meeting that speaks or spoke about her."""

    item_id: int
    meeting_id: int
    kind: str
    starts_at: datetime
    question: str
    preparation: str
    by: str
    decision: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class Board:
    """What the page of one woman shows."""

    threads: tuple[ThreadLine, ...]
    tasks: tuple[TaskLine, ...]
    items: tuple[ItemLine, ...]

    @property
    def open_tasks(self) -> list[TaskLine]:
        """What has to be done yet, the first day first."""
        return sorted((one for one in self.tasks if one.is_open), key=lambda one: one.until)

    @property
    def settled_tasks(self) -> list[TaskLine]:
        """What was done or lapsed, the newest first."""
        settled = [one for one in self.tasks if not one.is_open]
        return sorted(settled, key=lambda one: (one.state_at, one.item_id), reverse=True)


def board_of(workplace: Workplace, pregnancy_id: int, at: datetime) -> Board:
    """Return what was said, agreed and put on agendas of one pregnancy; in one query."""
    rows = [
        Row(*row)
        for row in _messages(workplace, pregnancy_id, at).union(
            _tasks(workplace, pregnancy_id, at), _items(workplace, pregnancy_id, at), all=True
        )
    ]
    rows.sort(key=lambda row: (row.at, row.key))
    today = timezone.localdate(at)
    return Board(
        threads=tuple(_threads([row for row in rows if row.kind == MESSAGE], workplace, today)),
        tasks=tuple(_task(row, workplace, today) for row in rows if row.kind == TASK),
        items=tuple(_item(row) for row in reversed(rows) if row.kind == ITEM),
    )


def _columns(found: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
    """Return rows in the order of `Row`, whatever they are of; a column not given is NULL."""
    kinds: dict[str, Any] = {
        "kind": CharField(), "key": BigIntegerField(), "group": BigIntegerField(),
        "head": TextField(), "text": TextField(), "more": TextField(),
        "first_name": TextField(), "last_name": TextField(), "username": TextField(),
        "organisation": TextField(), "person": BigIntegerField(),
        "organisation_id": BigIntegerField(), "at": DateTimeField(), "day": DateField(),
        "other": BigIntegerField(), "state": TextField(), "state_text": TextField(),
        "state_at": DateTimeField(),
    }  # fmt: skip
    named = {
        f"c_{name}": Cast(columns.get(name, Value(None)), output_field=kind)
        if name not in ("at", "day", "state_at") or name not in columns
        # SQLite's CAST would make a year of a day.
        else columns[name]
        for name, kind in kinds.items()
    }
    return found.order_by().annotate(**named).values_list(*named)


def _messages(workplace: Workplace, pregnancy_id: int, at: datetime) -> QuerySet[Any, Any]:
    read = ThreadRead.objects.filter(
        person_id=workplace.person_id,
        thread_id=OuterRef("thread_id"),
        last_message_id__gte=OuterRef("pk"),
    )
    return _columns(
        messages_for(workplace, at, pregnancy_id),
        kind=Value(MESSAGE),
        key=F("pk"),
        group=F("thread_id"),
        head=F("thread__subject"),
        text=F("text"),
        more=F("addressed"),
        **_of("person", "organisation"),
        at=F("sent_at"),
        day=F("answer_by"),
        other=F("answers_id"),
        state=Case(When(Exists(read), then=Value(READ)), default=Value("")),
        # Only here two more numbers are needed; a text can hold one.
        state_text=F("thread__entry_id"),
    )


def _tasks(workplace: Workplace, pregnancy_id: int, at: datetime) -> QuerySet[Any, Any]:
    return _columns(
        with_state(tasks_for_pregnancies(workplace, at, pregnancy_id)),
        kind=Value(TASK),
        key=F("pk"),
        head=Value(""),
        text=F("text"),
        more=Value(""),
        **_of("owner", "owner_organisation"),
        at=F("made_at"),
        day=F("until"),
        state=F("state"),
        state_text=F("state_note"),
        state_at=F("state_at"),
    )


def _items(workplace: Workplace, pregnancy_id: int, at: datetime) -> QuerySet[Any, Any]:
    newest = MeetingDecision.objects.filter(
        item_id=OuterRef("pk"), replaced_by__isnull=True
    ).order_by("-pk")
    return _columns(
        items_for(workplace, at, pregnancy_id),
        kind=Value(ITEM),
        key=F("pk"),
        group=F("meeting_id"),
        head=F("meeting__kind"),
        text=F("question"),
        more=F("preparation"),
        **_of("person", "organisation"),
        at=F("meeting__starts_at"),
        state=Subquery(newest.values("kind")[:1]),
        state_text=Subquery(newest.values("conclusion")[:1]),
    )


def _of(person: str, organisation: str) -> dict[str, Any]:
    return {
        "first_name": F(f"{person}__first_name"),
        "last_name": F(f"{person}__last_name"),
        "username": F(f"{person}__username"),
        "organisation": F(f"{organisation}__name"),
        "person": F(f"{person}_id"),
        "organisation_id": F(f"{organisation}_id"),
    }


def _threads(rows: list[Row], workplace: Workplace, today: date) -> Iterable[ThreadLine]:
    """Give the threads, that with the newest message first."""
    answered = {row.other for row in rows}
    threads: dict[int | None, list[Row]] = {}
    for row in rows:
        threads.setdefault(row.group, []).append(row)
    for messages in sorted(threads.values(), key=lambda one: one[-1].key, reverse=True):
        newest = messages[-1]
        asking = [row for row in messages if row.day is not None and row.key not in answered]
        first = min(asking, key=lambda row: (row.day, row.key), default=None)
        yield ThreadLine(
            thread_id=newest.group or 0,
            subject=newest.head,
            is_system=newest.organisation_id is None,
            entry_id=int(newest.state_text) if newest.state_text else None,
            count=len(messages),
            unread=sum(row.state != READ and row.person != workplace.person_id for row in messages),
            by=newest.who or "Ooievaar",
            text=shortened(newest.text),
            at=newest.at,
            answer_by=first.day if first else None,
            asked=first.more if first else "",
            is_overdue=first is not None and first.day is not None and first.day < today,
        )


def _task(row: Row, workplace: Workplace, today: date) -> TaskLine:
    assert row.day is not None
    is_open = row.state in (None, PlanStep.State.REOPENED)
    return TaskLine(
        item_id=row.key,
        text=row.text,
        owner=row.who,
        is_own=row.organisation_id == workplace.organisation_id,
        until=row.day,
        is_open=is_open,
        is_overdue=is_open and row.day < today,
        state=str(PlanStep.State(row.state).label) if row.state else "",
        state_at=row.state_at,
        note=row.state_text or "",
    )


def _item(row: Row) -> ItemLine:
    return ItemLine(
        item_id=row.key,
        meeting_id=row.group or 0,
        kind=str(TeamMeeting.Kind(row.head).label),
        starts_at=row.at,
        question=row.text,
        preparation=row.more,
        by=row.who,
        decision=str(MeetingDecision.Kind(row.state).label) if row.state else "",
        conclusion=row.state_text or "",
    )
