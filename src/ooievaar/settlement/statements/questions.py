"""Questions of partners about a line: asking, answering, and which of them wait.

A thread belongs to the organisation that asked; the controller of the network answers. Who is to
speak follows from the newest message: a question waits until it is answered, an answer until the
partner asks on or says that it is clear.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    When,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ooievaar.network.models import Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.wording import worded
from ooievaar.settlement.ledger.slots import Ask
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.question_models import StatementAnswer, StatementQuestion

Kind = StatementAnswer.Kind
LONGEST_TEXT = 2000
NOT_YOURS = _("Deze regel is niet van uw organisatie.")
ALREADY_ASKED = _("Over deze regel wacht al een vraag van uw organisatie op antwoord.")
NOT_YOURS_TO_ANSWER = _("Alleen de controller van het netwerk antwoordt.")
NOTHING_TO_SETTLE = _("Er staat nog geen antwoord.")


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """How many questions wait for an answer, and since when the oldest does."""

    count: int
    oldest_at: datetime | None

    def days(self, now: datetime) -> int:
        """How many days the oldest waits; 0 where none does."""
        return days_open(self.oldest_at, now) if self.oldest_at else 0


def questions_for(workplace: Workplace) -> QuerySet[Any]:
    """Return the questions that a workplace may read: those of its network, or of its own asking.

    Annotated: `newest_kind` and `newest_at` of the last message after the question, and
    `waits_since`: from when it waits for an answer. Each may be None.
    """
    questions = _with_standing(StatementQuestion.objects.all())
    if workplace.sees_whole_network:
        return questions.filter(network_id=known(workplace.network_id))
    if workplace.role is Role.PRACTICE_ADMINISTRATOR:
        return questions.filter(organisation_id=known(workplace.organisation_id))
    return questions.none()


def _with_standing(questions: QuerySet[Any]) -> QuerySet[Any]:
    messages = StatementAnswer.objects.filter(question=OuterRef("pk")).order_by("-pk")
    # What was answered, or was clear, waits no more; from the first word after it does.
    done = questions.annotate(
        newest_kind=Subquery(messages.values("kind")[:1]),
        newest_at=Subquery(messages.values("at")[:1]),
        done_id=Subquery(messages.exclude(kind=Kind.ASKED_ON).values("pk")[:1]),
    )
    after = messages.filter(pk__gt=OuterRef("done_id")).order_by().values("question")
    return done.annotate(
        waits_since=Case(
            When(done_id__isnull=True, then=F("asked_at")),
            default=Subquery(after.annotate(first=Min("at")).values("first")),
            output_field=DateTimeField(),
        )
    )


def longest_waiting_first(questions: QuerySet[Any]) -> QuerySet[Any]:
    """Put in order: what waits longest first, then what was answered, the newest first."""
    return questions.order_by(F("waits_since").asc(nulls_last=True), "-newest_at", "-pk")


def open_questions(workplace: Workplace) -> OpenQuestions:
    """Count what waits for an answer among the questions of a workplace; in one query."""
    waiting = questions_for(workplace).filter(waits_since__isnull=False)
    found = waiting.aggregate(count=Count("pk"), oldest_at=Min("waits_since"))
    return OpenQuestions(found["count"], found["oldest_at"])


def asks_of_questions(workplace: Workplace, today: date) -> list[Ask]:
    """Tell the overview of the books how many partners wait for an answer; one query."""
    if workplace.role is not Role.CONTROLLER:
        return []
    waiting = open_questions(workplace)
    if waiting.oldest_at is None:
        return []
    told = ngettext(
        "%(count)s vraag van een partner wacht op antwoord",
        "%(count)s vragen van partners wachten op antwoord",
        waiting.count,
    )
    since = timezone.localdate(waiting.oldest_at)
    return [Ask(told % {"count": waiting.count}, reverse("money_questions"), since)]


def days_open(since: datetime, now: datetime) -> int:
    """Count the Dutch days between two moments."""
    return (timezone.localdate(now) - timezone.localdate(since)).days


def ask(share: Share, text: str, *, by: Workplace, at: datetime) -> StatementQuestion | Rejected:
    """Ask about a line of one's own; one question about a line waits at a time."""
    if by.role is not Role.PRACTICE_ADMINISTRATOR or share.organisation_id != by.organisation_id:
        return Rejected(NOT_YOURS)
    kept = worded(text, LONGEST_TEXT, "text")
    if isinstance(kept, Rejected):
        return kept
    with transaction.atomic():
        # One asks at a time: what is pressed twice is one question.
        Organisation.objects.select_for_update().get(pk=known(by.organisation_id))
        if questions_for(by).filter(share=share, waits_since__isnull=False).exists():
            return Rejected(ALREADY_ASKED, "text")
        return StatementQuestion.objects.create(
            network_id=share.product.closing.network_id,
            organisation_id=known(by.organisation_id),
            share=share,
            asked_by_id=by.person_id,
            asked_as_id=by.position_id,
            asked_at=at,
            text=kept,
        )


def answer(
    question: StatementQuestion, text: str, *, by: Workplace, at: datetime
) -> StatementAnswer | Rejected:
    """Answer as the controller of the network."""
    if by.role is not Role.CONTROLLER or question.network_id != by.network_id:
        return Rejected(NOT_YOURS_TO_ANSWER)
    return _write(question, Kind.ANSWER, text, by, at)


def ask_on(
    question: StatementQuestion, text: str, *, by: Workplace, at: datetime
) -> StatementAnswer | Rejected:
    """Ask on in a thread of one's own; it waits for an answer again."""
    if not _is_own(question, by):
        return Rejected(NOT_YOURS)
    return _write(question, Kind.ASKED_ON, text, by, at)


def call_clear(
    question: StatementQuestion, *, by: Workplace, at: datetime
) -> StatementAnswer | Rejected:
    """Say that the answer is clear: the thread asks nothing of anybody any more."""
    if not _is_own(question, by):
        return Rejected(NOT_YOURS)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=question.organisation_id)
        newest = question.answers.order_by("-pk").first()
        if newest is None or newest.kind != Kind.ANSWER:
            return Rejected(NOTHING_TO_SETTLE)
        return _created(question, Kind.CLEAR, "", by, at)


def _is_own(question: StatementQuestion, by: Workplace) -> bool:
    is_partner = by.role is Role.PRACTICE_ADMINISTRATOR
    return is_partner and question.organisation_id == by.organisation_id


def _write(
    question: StatementQuestion, kind: Kind, text: str, by: Workplace, at: datetime
) -> StatementAnswer | Rejected:
    kept = worded(text, LONGEST_TEXT, "text")
    if isinstance(kept, Rejected):
        return kept
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=question.organisation_id)
        return _created(question, kind, kept, by, at)


def _created(
    question: StatementQuestion, kind: Kind, text: str, by: Workplace, at: datetime
) -> StatementAnswer:
    return StatementAnswer.objects.create(
        question=question,
        kind=kind,
        by_id=by.person_id,
        by_as_id=by.position_id,
        at=at,
        text=text,
    )
