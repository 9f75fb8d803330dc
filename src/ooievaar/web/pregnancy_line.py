"""The pregnancy line: from a picture to places on paper. Pure: values in, coordinates out.

Weeks run along x, one lane per organisation; what is planned stands in the lane of who will do it,
or in one of the discipline where nobody did anything yet. Nothing is scaled afterwards, so that
the names of the lanes can stand still beside a line that scrolls.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ooievaar.bundles.queries import ActivityMark, BreakerSpot, PregnancyPicture, ProductSpan
from ooievaar.kernel.gestation import TERM_DAYS, gestation_days
from ooievaar.web.planned_line import (
    PLAN_ROW_HEIGHT,
    STATUSES,
    Arrow,
    Place,
    Planned,
    PlannedMark,
    Rows,
    Transfer,
    place_arrows,
    place_planned,
)

LINE_WIDTH = 905
"""What fits beside the names of the lanes on an ordinary screen; a long span gets wider."""
MOST_PIXELS_PER_DAY = 4.0
LEAST_PIXELS_PER_DAY = 2.2
MARGIN = 14
TEXT_MARGIN = 110
"""Room at the right for the names of the last products."""
MARK_SPACE = 12
MARK_ROW_HEIGHT = 15
LANE_PADDING = 9
MAX_MARK_ROWS = 12
AXIS_HEIGHT = 26
BAND_LABEL_HEIGHT = 24
BREAKER_ROW_HEIGHT = 20
BRACKET_ROW_HEIGHT = 44
CHARACTER_WIDTH = 7
MONTH_AXIS_HEIGHT = 22

DISCIPLINE_ORDER = ("midwives", "ultrasound", "hospital", "gynaecologists", "kraamzorg", "other")


@dataclass(frozen=True, slots=True)
class Mark:
    """An activity at its place; `shape` and `lane` tell what a colour alone would."""

    activity: ActivityMark
    x: float
    y: float
    lane: int

    @property
    def style(self) -> str:
        """The class that gives shape and colour: `in_product`, `in_product-open`, ..."""
        kind = self.activity.disposition
        return f"{kind}-open" if self.activity.is_open else kind


@dataclass(frozen=True, slots=True)
class Lane:
    """The care of one organisation; without one what is planned for a discipline."""

    organisation: str
    discipline: str
    top: float
    height: float

    @property
    def bottom(self) -> float:
        """Where the next lane begins."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Band:
    """A phase behind the lanes, with the place of its name."""

    phase: int
    is_open: bool
    x: float
    width: float
    label_x: float
    label_anchor: str

    @property
    def right(self) -> float:
        """Where the band ends."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Bracket:
    """A product under the lanes, with its two lines of text."""

    product: ProductSpan
    name: str
    second_line: str
    left: float
    right: float
    y: float
    text_x: float
    anchor: str
    text_width: float
    lane: int

    @property
    def hit_x(self) -> float:
        """Where the part that can be clicked begins."""
        return min(self.left, self.text_x - (self.text_width if self.anchor == "end" else 0)) - 4

    @property
    def hit_width(self) -> float:
        """How wide the part that can be clicked is."""
        text_until = self.text_x + (self.text_width if self.anchor == "start" else 0)
        return max(self.right, text_until) + 4 - self.hit_x


@dataclass(frozen=True, slots=True)
class BreakerFlag:
    """A breaker at its spot, with its name beside it."""

    breaker: BreakerSpot
    name: str
    x: float
    y: float
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class PregnancyLine:
    """Everything the drawing needs, in pixels."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    brackets: tuple[Bracket, ...]
    flags: tuple[BreakerFlag, ...]
    weeks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    today_x: float | None
    due_x: float | None
    lanes_top: float
    lanes_bottom: float
    brackets_top: float
    focus_x: float
    disposition_styles: tuple[str, ...]
    plans: tuple[PlannedMark, ...] = ()
    arrows: tuple[Arrow, ...] = ()

    @property
    def plan_styles(self) -> list[str]:
        """The shapes of what is planned, most urgent first, for the legend."""
        shown = {mark.planned.status for mark in self.plans}
        return [status for status in STATUSES if status in shown]

    @property
    def bands_top(self) -> float:
        """Where the phases begin, above the lanes: their names stand there."""
        return self.lanes_top - BAND_LABEL_HEIGHT

    @property
    def bands_height(self) -> float:
        """How high the phases are."""
        return self.lanes_bottom - self.bands_top

    @property
    def bands_label_y(self) -> float:
        """The line on which the names of the phases stand."""
        return self.lanes_top - 8

    @property
    def months_y(self) -> float:
        """The line on which the months stand, under the lanes."""
        return self.lanes_bottom + 14


def pregnancy_line(
    picture: PregnancyPicture,
    bracket_texts: dict[int, tuple[str, str]],
    breaker_names: dict[int, str],
    month_names: Sequence[str],
    *,
    planned: Sequence[Planned] = (),
    transfers: Sequence[Transfer] = (),
    today: date | None = None,
) -> PregnancyLine:
    """Lay a pregnancy out: `bracket_texts` by product number, `breaker_names` by breaker id.

    `month_names` are the twelve short names. Days outside the drawn span do not exist in it; the
    line of `today` is that of the picture where none is given.
    """
    first, last = _span(picture, planned)
    today = today or picture.until

    fitting = (LINE_WIDTH - MARGIN - TEXT_MARGIN) / (last - first).days
    pixels_per_day = min(max(fitting, LEAST_PIXELS_PER_DAY), MOST_PIXELS_PER_DAY)

    def at(day: date) -> float:
        return round(MARGIN + (day - first).days * pixels_per_day, 1)

    width = at(last) + TEXT_MARGIN
    flags, flags_height = _flags(picture, breaker_names, at, width, AXIS_HEIGHT)
    lanes_top = AXIS_HEIGHT + flags_height + BAND_LABEL_HEIGHT
    by_lane = _by_lane(picture.activities, planned, transfers)
    lanes, marks, plans, lanes_bottom = _lanes(by_lane, at, lanes_top, at(last), today)
    middles = {lane.organisation: (lane.top + lane.bottom) / 2 for lane in lanes}
    brackets_top = lanes_bottom + MONTH_AXIS_HEIGHT
    brackets, bottom = _brackets(picture, bracket_texts, at, width, brackets_top, len(lanes))
    return PregnancyLine(
        width=width,
        height=bottom + 6,
        lanes=lanes,
        bands=tuple(_bands(picture, at, last)),
        marks=marks,
        brackets=brackets,
        flags=flags,
        weeks=tuple(_weeks(picture, first, last, at)),
        months=tuple(_months(first, last, at, month_names)),
        today_x=at(today) if first <= today <= last else None,
        due_x=at(picture.due_on) if first <= picture.due_on <= last else None,
        lanes_top=lanes_top,
        lanes_bottom=lanes_bottom,
        brackets_top=brackets_top,
        focus_x=at(min(max(picture.birth_on or picture.until, first), last)),
        disposition_styles=tuple(dict.fromkeys(mark.style for mark in marks)),
        plans=plans,
        arrows=tuple(place_arrows(transfers, at, first, last, middles)),
    )


def _span(picture: PregnancyPicture, planned: Sequence[Planned]) -> tuple[date, date]:
    """Return the first and last day drawn, in whole weeks of gestation."""
    starts = [picture.first_intake_on, *(act.performed_on for act in picture.activities)]
    starts += [phase.starts_on for phase in picture.phases]
    ends = [picture.due_on, *(act.performed_on for act in picture.activities)]
    ends += [phase.until for phase in picture.phases]
    ends += [product.claimable_on for product in picture.products]
    ends += [one.due_until for one in planned]
    if picture.ended_on is not None:
        # An early end: what would have come is not drawn.
        ends = [end for end in ends if end != picture.due_on] + [picture.ended_on]
    # A claim long after is no reason to draw a year of nothing.
    latest = max(picture.due_on, picture.ended_on or picture.due_on) + timedelta(days=140)
    earliest = picture.due_on - timedelta(days=TERM_DAYS + 84)
    first = max(min(starts), earliest) - timedelta(days=5)
    last = max(min(max(ends), latest), first + timedelta(days=84)) + timedelta(days=5)
    return first, last


def _weeks(picture: PregnancyPicture, first: date, last: date, at: Place) -> Iterable[Tick]:
    """Yield every second week of gestation, and the weeks after the end as `+2`."""
    end = picture.ended_on
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if end is None or day <= end:
            days = gestation_days(picture.due_on, day)
            if days >= 0 and days % 14 == 0:
                yield Tick(at(day), str(days // 7))
        elif (day - end).days % 14 == 0:
            yield Tick(at(day), f"+{(day - end).days // 7}")


def _months(first: date, last: date, at: Place, names: Sequence[str]) -> Iterable[Tick]:
    shown_year = None
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.day == 1:
            year = f" {day.year}" if day.year != shown_year else ""
            shown_year = day.year
            yield Tick(at(day), f"{names[day.month - 1]}{year}")


def _bands(picture: PregnancyPicture, at: Place, last: date) -> Iterable[Band]:
    for phase in picture.phases:
        left = at(phase.starts_on)
        width = max(at(min(phase.until, last)) - left, 5)
        if phase.phase == 1:
            label_x, anchor = left + 6, "start"
        elif phase.phase == 2:
            label_x, anchor = left - 4, "end"
        else:
            label_x, anchor = left + 6, "start"
        yield Band(phase.phase, phase.is_open, left, width, label_x, anchor)


@dataclass(slots=True)
class _LaneOf:
    """What stands in one lane."""

    organisation_id: int
    organisation: str
    discipline: str
    acts: list[ActivityMark] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    since: date = date.max

    @property
    def order(self) -> tuple[int, date, int]:
        """In order of discipline, then of who came first."""
        known = (
            DISCIPLINE_ORDER.index(self.discipline) if self.discipline in DISCIPLINE_ORDER else 99
        )
        days = [act.performed_on for act in self.acts] or [one.due_from for one in self.planned]
        return known, min(days, default=self.since), self.organisation_id


def _by_lane(
    activities: Sequence[ActivityMark], planned: Sequence[Planned], transfers: Sequence[Transfer]
) -> list[_LaneOf]:
    """Return the lanes in order; what is planned is for who acted last of its discipline.

    Who took the lead and did nothing yet has a lane too, without a discipline.
    """
    lanes: dict[int, _LaneOf] = {}
    last_of: dict[str, _LaneOf] = {}
    for act in sorted(activities, key=lambda act: (act.performed_on, act.activity_id)):
        lane = lanes.setdefault(
            act.organisation_id, _LaneOf(act.organisation_id, act.organisation, act.discipline)
        )
        last_of[act.discipline] = lane
    for act in activities:
        lanes[act.organisation_id].acts.append(act)
    by_discipline: dict[str, _LaneOf] = {}
    for one in planned:
        lane = last_of.get(one.discipline) or by_discipline.setdefault(
            one.discipline, _LaneOf(0, "", one.discipline)
        )
        lane.planned.append(one)
    drawn = [*lanes.values(), *by_discipline.values()]
    for number, transfer in enumerate(transfers, start=1):
        for name in (transfer.from_organisation, transfer.to_organisation):
            if all(lane.organisation != name for lane in drawn):
                drawn.append(_LaneOf(-number, name, "", since=transfer.on))
    return sorted(drawn, key=lambda lane: lane.order)


def _lanes(
    found: Sequence[_LaneOf], at: Place, top: float, until: float, today: date
) -> tuple[tuple[Lane, ...], tuple[Mark, ...], tuple[PlannedMark, ...], float]:
    lanes, marks, plans = [], [], []
    for number, one in enumerate(found):
        rows = Rows(most=MAX_MARK_ROWS)
        placed = []
        for act in one.acts:
            x = at(act.performed_on)
            placed.append((act, x, rows.place(x, x + MARK_SPACE)))
        ahead, plan_rows = place_planned(one.planned, at, until, today, number)
        done_height = len(rows.ends) * MARK_ROW_HEIGHT
        content = done_height + plan_rows * PLAN_ROW_HEIGHT
        height = max(content + 2 * LANE_PADDING, 40)
        start = top + (height - content) / 2
        lanes.append(Lane(one.organisation, one.discipline, top, height))
        first_row = start + MARK_ROW_HEIGHT / 2
        marks += [Mark(act, x, first_row + row * MARK_ROW_HEIGHT, number) for act, x, row in placed]
        plans += [replace(mark, y=start + done_height + mark.y) for mark in ahead]
        top += height
    return tuple(lanes), tuple(marks), tuple(plans), top


def _flags(
    picture: PregnancyPicture,
    names: dict[int, str],
    at: Place,
    width: float,
    top: float,
) -> tuple[tuple[BreakerFlag, ...], float]:
    rows, flags = Rows(), []
    for breaker in picture.breakers:
        name = names[breaker.breaker_id]
        x, text_width = at(breaker.happened_on), len(name) * CHARACTER_WIDTH + 18
        fits = x + text_width <= width
        left, right = (x - 9, x + text_width) if fits else (x - text_width, x + 9)
        row = rows.place(left, right)
        y = top + row * BREAKER_ROW_HEIGHT + BREAKER_ROW_HEIGHT / 2
        flags.append(
            BreakerFlag(breaker, name, x, y, x + 12 if fits else x - 12, "start" if fits else "end")
        )
    return tuple(flags), len(rows.ends) * BREAKER_ROW_HEIGHT + (4 if flags else 0)


def _brackets(
    picture: PregnancyPicture,
    texts: dict[int, tuple[str, str]],
    at: Place,
    width: float,
    top: float,
    lanes: int,
) -> tuple[tuple[Bracket, ...], float]:
    brackets: list[Bracket] = []
    rows: list[_BracketRow] = []
    for product in picture.products:
        name, second_line = texts[product.product_no]
        left = at(product.starts_on)
        right = max(min(at(product.claimable_on), width - MARGIN / 2), left + 4)
        text_width = max(len(name), len(second_line)) * CHARACTER_WIDTH
        anchors = {"start": (left, left + text_width), "end": (right - text_width, right)}
        places = [
            (number, anchor)
            for number, row in enumerate([*rows, _BracketRow()])
            for anchor, text in anchors.items()
            if text[0] >= 0 and text[1] <= width and row.has_room((left, right), text)
        ]
        number, anchor = places[0] if places else (len(rows), "start")
        if number == len(rows):
            rows.append(_BracketRow())
        rows[number].spans.append((left, right))
        rows[number].texts.append(anchors[anchor])
        brackets.append(
            Bracket(
                product=product,
                name=name,
                second_line=second_line,
                left=left,
                right=right,
                y=top + number * BRACKET_ROW_HEIGHT,
                text_x=left if anchor == "start" else right,
                anchor=anchor,
                text_width=text_width,
                lane=lanes + number,
            )
        )
    return tuple(brackets), top + len(rows) * BRACKET_ROW_HEIGHT


@dataclass(slots=True)
class _BracketRow:
    """Brackets side by side: neither their hooks nor their texts may meet."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    texts: list[tuple[float, float]] = field(default_factory=list)

    def has_room(self, span: tuple[float, float], text: tuple[float, float]) -> bool:
        return _is_free(span, self.spans, 1) and _is_free(text, self.texts, 12)


def _is_free(wanted: tuple[float, float], taken: Iterable[tuple[float, float]], gap: float) -> bool:
    return all(wanted[1] + gap <= left or right + gap <= wanted[0] for left, right in taken)
