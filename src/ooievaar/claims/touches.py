"""The measure of burden: every action of a person on a line or a problem is counted.

What people do with a whole file (preparing, approving, sending) is no touch: it takes as long for
one product as for a thousand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncMonth

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
        """The part that came from registration to paid by itself; None where nothing was paid."""
        return self.untouched * 1_000_000 // self.paid if self.paid else None

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


def burden_by_month(network_id: int) -> list[Burden]:
    """Return the burden of a network per month, the newest first; in two queries.

    A product counts in the month in which the line that stands now was paid, and as untouched when
    nobody ever had a hand in it.
    """
    touched = Touch.objects.filter(network_id=network_id, key=OuterRef("line__key"))
    paid = (
        LineStanding.objects.filter(
            network_id=network_id, state=LineState.PAID, line__is_credit=False
        )
        .order_by()
        .annotate(month=TruncMonth("since"))
        .values_list("month")
        .annotate(paid=Count("pk"), untouched=Count("pk", filter=~Exists(touched)))
    )
    counted = {f"{month:%Y-%m}": [count, alone, 0] for month, count, alone in paid}
    by_month = (
        Touch.objects.filter(network_id=network_id)
        .order_by()
        .annotate(month=TruncMonth("at"))
        .values_list("month")
        .annotate(count=Count("pk"))
    )
    for month, count in by_month:
        counted.setdefault(f"{month:%Y-%m}", [0, 0, 0])[2] += count
    return [Burden(month, *row) for month, row in sorted(counted.items(), reverse=True)]


def summed(burden: Iterable[Burden]) -> Burden:
    """Return the burden of all months together."""
    months = list(burden)
    return Burden(
        "",
        sum(month.paid for month in months),
        sum(month.untouched for month in months),
        sum(month.touches for month in months),
    )


def touched_products(network_id: int) -> dict[str, int]:
    """Return per action how many products it touched: what the touches were for."""
    found = (
        Touch.objects.filter(network_id=network_id)
        .order_by()
        .values_list("action")
        .annotate(count=Count("key", distinct=True))
    )
    return dict(found)
