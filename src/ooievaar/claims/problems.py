"""What stands still now, read for the work list; `rules.problems` takes it together."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from ooievaar.claims.causes import cause_book, causes_by
from ooievaar.claims.layouts import known_codes
from ooievaar.claims.models import LineState, ProblemMark, Proposal
from ooievaar.claims.permissions import problems_for, proposals_for, standings_for
from ooievaar.claims.rules.problems import Problem, Stuck, problems
from ooievaar.network.workplace import Workplace

Action = Proposal.Action
STANDING_STILL = (Action.HOLD, Action.EXPIRED)


def open_problems(workplace: Workplace, at: datetime) -> list[Problem]:
    """Return the problems of a workplace's network, what presses most first; in three queries."""
    today = timezone.localdate(at)
    causes = causes_by(known_codes())
    return problems([*_held(workplace, at), *_unpaid(workplace, at)], causes, today)


def _held(workplace: Workplace, at: datetime) -> list[Stuck]:
    """Return what the reconciler lets stand, and lines that wait longer than is usual."""
    cutoff = _before(at, cause_book().causes.no_answer_days)
    waiting_long = Q(
        action=Action.WAIT, line__standing__state=LineState.SENT, line__standing__since__lt=cutoff
    )
    refused_in_file = Q(action=Action.RESEND, line__standing__state=LineState.REFUSED_BY_PORTAL)
    found = proposals_for(workplace, at).filter(
        Q(action__in=STANDING_STILL) | waiting_long | refused_in_file
    )
    rows = found.order_by("pk").values(
        "key",
        "insurer_id",
        "pregnancy_id",
        "product",
        "cents",
        "deadline",
        "action",
        "reason",
        "computed_at",
        "line_id",
        reference=F("line__reference"),
        state=F("line__standing__state"),
        codes=F("line__standing__codes"),
        since=F("line__standing__since"),
        batch_id=F("line__standing__batch_id"),
        insurer_name=F("insurer__name"),
        pregnancy_reference=F("pregnancy__reference"),
        woman_id=F("pregnancy__woman_id"),
    )
    return [_stuck(row) for row in rows]


def _stuck(row: Mapping[str, Any]) -> Stuck:
    return Stuck(
        key=row["key"],
        insurer_id=row["insurer_id"],
        pregnancy_id=row["pregnancy_id"],
        product=row["product"],
        cents=row["cents"],
        deadline=row["deadline"],
        state=row["state"] or "",
        reason=row["reason"],
        codes=tuple(row["codes"] or ()),
        since=timezone.localdate(row["since"]) if row["since"] else None,
        line_id=row["line_id"],
        reference=row["reference"] or "",
        batch_id=row["batch_id"],
        is_expired=row["action"] == Action.EXPIRED,
        insurer=row["insurer_name"],
        pregnancy=row["pregnancy_reference"],
        woman_id=row["woman_id"],
        compared_at=row["computed_at"],
    )


def _unpaid(workplace: Workplace, at: datetime) -> list[Stuck]:
    """Return what was granted and is not paid for longer than is usual."""
    rows = (
        standings_for(workplace, at)
        .filter(
            state=LineState.GRANTED,
            line__is_credit=False,
            since__lt=_before(at, cause_book().causes.unpaid_days),
        )
        .select_related("line__pregnancy", "insurer")
    )
    return [
        Stuck(
            key=standing.line.key,
            insurer_id=standing.insurer_id,
            pregnancy_id=standing.line.pregnancy_id,
            product=standing.line.product,
            cents=(standing.granted_cents or 0) - standing.paid_cents,
            deadline=standing.deadline,
            state=standing.state,
            codes=tuple(standing.codes),
            since=timezone.localdate(standing.since),
            line_id=standing.line_id,
            reference=standing.line.reference,
            batch_id=standing.batch_id,
            insurer=standing.insurer.name,
            pregnancy=standing.line.pregnancy.reference,
            woman_id=standing.line.pregnancy.woman_id,
        )
        for standing in rows
    ]


def _before(at: datetime, days: int) -> datetime:
    """Return the moment at which the day that many days ago began."""
    day = timezone.localdate(at) - timedelta(days=days)
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def marks_for(
    workplace: Workplace, at: datetime, keys: Iterable[str]
) -> dict[str, list[ProblemMark]]:
    """Return what people did with these problems, oldest first; in one query."""
    marks = problems_for(workplace, at).filter(problem__in=list(keys))
    found: dict[str, list[ProblemMark]] = {}
    for mark in marks.select_related("person", "to_person").order_by("at", "pk"):
        found.setdefault(mark.problem, []).append(mark)
    return found
