"""What the overview reads: funnel, insurers, ages and proposals, added up by the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from ooievaar.claims.models import LineState, Proposal
from ooievaar.claims.permissions import proposals_for, standings_for
from ooievaar.claims.rules.deadlines import NEARING_DAYS
from ooievaar.network.workplace import Workplace

OWED = "owed"
"""The widest rung: what could be claimed now and is not yet."""
RUNGS = (
    OWED,
    LineState.PREPARED,
    LineState.APPROVED,
    LineState.SENT,
    LineState.GRANTED,
    LineState.GRANTED_IN_PART,
    LineState.PAID,
    LineState.REFUSED_BY_PORTAL,
    LineState.REFUSED_BY_INSURER,
    LineState.CREDITED,
    LineState.WRITTEN_OFF,
    LineState.EXPIRED,
)
"""The way of a line, then the ways out. What was withdrawn never went anywhere."""
UNSENT = frozenset({LineState.PREPARED, LineState.APPROVED, LineState.WITHDRAWN})
AGES = (30, 60, 90)
"""Ends of the columns of age, in days; the last column has no end."""


@dataclass(frozen=True, slots=True)
class Rung:
    """How many lines stand so, and for how much; `width` is its percentage of the widest."""

    state: str
    count: int
    cents: int
    width: int


@dataclass(frozen=True, slots=True)
class InsurerLine:
    """What one insurer was asked, and what it did."""

    insurer_id: int
    name: str
    sent: int
    granted: int
    paid: int
    open: int

    @property
    def due(self) -> int:
        """Granted and not paid yet."""
        return self.granted - self.paid


@dataclass(frozen=True, slots=True)
class Standings:
    """The lines of a network added up."""

    rungs: tuple[Rung, ...]
    insurers: tuple[InsurerLine, ...]
    unanswered: tuple[int, ...]
    """Cents that wait for an answer, by age."""
    unpaid: tuple[int, ...]
    """Cents that were granted and not paid, by age."""


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """What the next file would do with how many products, and why."""

    action: str
    reason: str
    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the last comparison found, and how much of it is nearly too late."""

    lines: tuple[ProposalLine, ...]
    past: tuple[int, int]
    """Products whose term is over, and their cents."""
    nearing: tuple[tuple[int, int, int], ...]
    """Per number of days: products of which the term ends within it, and their cents."""

    @property
    def owed(self) -> tuple[int, int]:
        """Products that can be claimed now, and their cents."""
        new = [line for line in self.lines if line.action in ("new", "resend")]
        return sum(line.count for line in new), sum(line.cents for line in new)


def standings_of(workplace: Workplace, at: datetime, owed: tuple[int, int]) -> Standings:
    """Return the lines of a workplace's network added up; in one query."""
    bounds = [at - timedelta(days=days) for days in AGES]
    age = Case(
        *(When(since__gte=bound, then=Value(place)) for place, bound in enumerate(bounds)),
        default=Value(len(AGES)),
        output_field=IntegerField(),
    )
    rows = (
        standings_for(workplace, at)
        .exclude(state=LineState.WITHDRAWN)
        .order_by()
        .annotate(age=age)
        .values("insurer_id", "insurer__name", "state", "line__is_credit", "age")
        .annotate(
            count=Count("pk"),
            cents=Sum("line__cents"),
            granted=Sum("granted_cents"),
            paid=Sum("paid_cents"),
        )
    )
    found: list[Mapping[str, Any]] = list(rows)
    return Standings(_rungs(found, owed), _insurers(found), *_ages(found))


def _rungs(rows: Iterable[Mapping[str, Any]], owed: tuple[int, int]) -> tuple[Rung, ...]:
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    counted[OWED] = list(owed)
    for row in rows:
        rung = counted[row["state"]]
        rung[0] += row["count"]
        rung[1] += -row["cents"] if row["line__is_credit"] else row["cents"]
    widest = max((abs(cents) for _count, cents in counted.values()), default=0)
    return tuple(
        Rung(
            state,
            counted[state][0],
            counted[state][1],
            abs(counted[state][1]) * 100 // widest if widest else 0,
        )
        for state in RUNGS
        if counted[state][0] or state == OWED
    )


def _insurers(rows: Iterable[Mapping[str, Any]]) -> tuple[InsurerLine, ...]:
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if row["state"] in UNSENT:
            continue
        sign = -1 if row["line__is_credit"] else 1
        sums = found[row["insurer_id"], row["insurer__name"]]
        sums["sent"] += sign * row["cents"]
        sums["granted"] += sign * (row["granted"] or 0)
        sums["paid"] += row["paid"] or 0
        sums["open"] += sign * row["cents"] if row["state"] == LineState.SENT else 0
    lines = (
        InsurerLine(pk, name, sums["sent"], sums["granted"], sums["paid"], sums["open"])
        for (pk, name), sums in found.items()
    )
    return tuple(sorted(lines, key=lambda line: -line.sent))


def _ages(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    unanswered, unpaid = [0] * (len(AGES) + 1), [0] * (len(AGES) + 1)
    for row in rows:
        sign = -1 if row["line__is_credit"] else 1
        if row["state"] == LineState.SENT:
            unanswered[row["age"]] += sign * row["cents"]
        if row["state"] in (LineState.GRANTED, LineState.GRANTED_IN_PART):
            unpaid[row["age"]] += sign * (row["granted"] or 0) - (row["paid"] or 0)
    return tuple(unanswered), tuple(unpaid)


def proposed(workplace: Workplace, at: datetime) -> Proposed:
    """Return what the last comparison found; in one query."""
    today = timezone.localdate(at)
    unclaimed = ~Q(action__in=[Proposal.Action.WAIT, Proposal.Action.CREDIT])
    windows = {"past": Q(deadline__lt=today)} | {
        f"within_{days}": Q(deadline__gte=today, deadline__lte=today + timedelta(days=days))
        for days in NEARING_DAYS
    }
    sums = {
        f"{name}_{what}": function("pk" if what == "count" else "cents", filter=window & unclaimed)
        for name, window in windows.items()
        for what, function in (("count", Count), ("cents", Sum))
    }
    rows: list[Mapping[str, Any]] = list(
        proposals_for(workplace, at)
        .order_by()
        .values("action", "reason")
        .annotate(count=Count("pk"), sum=Sum("cents"), **sums)
    )

    def total(name: str) -> tuple[int, int]:
        return (
            sum(row[f"{name}_count"] for row in rows),
            sum(row[f"{name}_cents"] or 0 for row in rows),
        )

    order = list(Proposal.Action.values)
    lines = sorted(
        (ProposalLine(row["action"], row["reason"], row["count"], row["sum"]) for row in rows),
        key=lambda line: (order.index(line.action), -line.count, line.reason),
    )
    return Proposed(
        tuple(lines),
        total("past"),
        tuple((days, *total(f"within_{days}")) for days in NEARING_DAYS),
    )
