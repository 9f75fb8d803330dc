"""What is planned and handed over, on the pregnancy line. Pure: values in, coordinates out.

A planned activity is an open mark on a thin bar, its window; it stands in the lane of who will do
it, under what they did. Its shape tells how it stands, as in print no colour does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

Place = Callable[[date], float]
"""Where a day stands on the x axis."""

PLAN_SPACE = 15
PLAN_ROW_HEIGHT = 15
MOST_PLAN_ROWS = 8
STATUSES = ("overdue", "due", "upcoming", "skipped")
"""How a planned activity can stand, most urgent first; what was done is an activity."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that should happen in `[due_from, due_until)`, and where one goes to do it.

    `spoken` is the whole of it in one sentence. Without an `address` there is nowhere to go.
    """

    name: str
    discipline: str
    lane_name: str
    status: str
    due_from: date
    due_until: date
    spoken: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class PlannedMark:
    """A planned activity at its place: a bar from `left` to `right`, a mark at `x`."""

    planned: Planned
    x: float
    y: float
    left: float
    right: float
    lane: int

    @property
    def style(self) -> str:
        """The class that gives the shape: `plan-due`, ..."""
        return f"plan-{self.planned.status}"

    @property
    def walk(self) -> float:
        """Where the arrow keys find it: between its lane and the next one."""
        return self.lane + 0.5


@dataclass(frozen=True, slots=True)
class Transfer:
    """On a day the lead went from one organisation to another."""

    on: date
    from_organisation: str
    to_organisation: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transfer between two lanes; it points down when `until` is below `y`."""

    transfer: Transfer
    x: float
    y: float
    until: float

    @property
    def points_down(self) -> bool:
        """Tell whether it ends in a lower lane."""
        return self.until > self.y


@dataclass(slots=True)
class Rows:
    """Puts spans in the first row where they fit."""

    most: int = 99
    ends: list[float] = field(default_factory=list)

    def place(self, left: float, right: float) -> int:
        """Return the row of a span; beyond the most rows that which is free soonest."""
        for row, end in enumerate(self.ends):
            if left >= end:
                self.ends[row] = right
                return row
        if len(self.ends) < self.most:
            self.ends.append(right)
            return len(self.ends) - 1
        row = min(range(len(self.ends)), key=self.ends.__getitem__)
        self.ends[row] = right
        return row


def place_planned(
    planned: Sequence[Planned], at: Place, until: float, today: date, lane: int
) -> tuple[list[PlannedMark], int]:
    """Place what is planned in one lane from y 0 on; return the marks and how many rows they take.

    The mark of what is due stands on today, of what is overdue where its window ended, of the rest
    in the middle of it.
    """
    rows, marks = Rows(most=MOST_PLAN_ROWS), []
    for one in sorted(planned, key=lambda one: (one.due_from, one.due_until)):
        left, right = at(one.due_from), max(at(one.due_until), at(one.due_from) + 4)
        if one.status == "due":
            x = min(max(at(today), left), right)
        else:
            x = right if one.status == "overdue" else (left + right) / 2
        x, right = min(x, until), min(right, until)
        half = PLAN_SPACE / 2
        row = rows.place(min(left, x - half), max(right, x + half) + 1)
        y = row * PLAN_ROW_HEIGHT + PLAN_ROW_HEIGHT / 2
        marks.append(PlannedMark(one, round(x, 1), y, left, right, lane))
    return marks, len(rows.ends)


def place_arrows(
    transfers: Iterable[Transfer], at: Place, first: date, last: date, middles: dict[str, float]
) -> Iterable[Arrow]:
    """Yield the transfers between lanes that are drawn, on days that are drawn."""
    for one in transfers:
        ends = middles.get(one.from_organisation), middles.get(one.to_organisation)
        if ends[0] is not None and ends[1] is not None and first <= one.on <= last:
            yield Arrow(one, at(one.on), ends[0], ends[1])
