"""The measure of burden: every action of a person on a line or a problem is counted.

What people do with a whole file (preparing, approving, sending) is no touch: it takes as long for
one product as for a thousand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Value, When
from django.utils import timezone

from ooievaar.claims.models import LineStanding, LineState, Touch
from ooievaar.network.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Burden:
    """A month: products that were paid, those that nobody touched, and all touches."""

    month: str
    paid: int
    untouched: int
    touches: int

    @property
    def untouched_ppm(self) -> int | None:
        """The part that came from registration to paid by itself; None where nothing was paid.

        Down to a tenth of a percent: what was touched once is never a hundred.
        """
        return self.untouched * 1_000 // self.paid * 1_000 if self.paid else None

    @property
    def per_hundred(self) -> Fraction | None:
        """Touches per hundred products; None where nothing was paid."""
        return Fraction(self.touches * 100, self.paid) if self.paid else None


def touch(
    by: Workplace,
    action: str,
    lines: Iterable[tuple[str, int | None]],
    at: datetime,
    *,
    problem: str = "",
) -> int:
    """Count an action of a person: per product (key and id of its line) one; return them.

    An action on a problem that names no line is one touch.
    """
    assert by.network_id is not None
    rows = [
        Touch(
            network_id=by.network_id,
            person_id=by.person_id,
            at=at,
            action=action,
            key=key,
            line_id=line_id,
            problem=problem,
        )
        for key, line_id in dict(lines).items() or [("", None)]
    ]
    return len(Touch.objects.bulk_create(rows))


def burden_by_month(network_id: int, at: datetime, months: int = 12) -> list[Burden]:
    """Return the burden of a network in the last months, the newest first; in two queries.

    A product counts in the month in which the line that stands now was paid, and as untouched when
    nobody ever had a hand in it. A month in which nothing happened is left out.
    """
    firsts = _first_days(timezone.localdate(at), months)
    touched = Touch.objects.filter(network_id=network_id, key=OuterRef("line__key"))
    paid = (
        LineStanding.objects.filter(
            network_id=network_id,
            state=LineState.PAID,
            line__is_credit=False,
            since__gte=_midnight(firsts[-1]),
        )
        .order_by()
        .annotate(place=_place("since", firsts))
        .values_list("place")
        .annotate(paid=Count("pk"), untouched=Count("pk", filter=~Exists(touched)))
    )
    counted = {place: [count, alone, 0] for place, count, alone in paid}
    touches = (
        Touch.objects.filter(network_id=network_id, at__gte=_midnight(firsts[-1]))
        .order_by()
        .annotate(place=_place("at", firsts))
        .values_list("place")
        .annotate(count=Count("pk"))
    )
    for place, count in touches:
        counted.setdefault(place, [0, 0, 0])[2] += count
    return [Burden(f"{firsts[place]:%Y-%m}", *row) for place, row in sorted(counted.items())]


def _place(moment: str, firsts: Sequence[date]) -> Case:
    """Return which of these months a moment falls in, newest first.

    Not by a function of the database for months: SQLite asks Python for that, row by row.
    """
    whens = (
        When(**{f"{moment}__gte": _midnight(first)}, then=Value(place))
        for place, first in enumerate(firsts)
    )
    return Case(*whens, output_field=IntegerField())


def _first_days(today: date, months: int) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < months:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def summed(burden: Iterable[Burden]) -> Burden:
    """Return the burden of all months together."""
    months = list(burden)
    return Burden(
        "",
        sum(month.paid for month in months),
        sum(month.untouched for month in months),
        sum(month.touches for month in months),
    )
