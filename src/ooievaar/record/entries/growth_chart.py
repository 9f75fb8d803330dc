"""The growth chart: a reference and what was measured, to places on paper. Pure.

Weeks run along x. Fetuses differ in the shape of their marks and in their line first, in colour
second.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 440, 288
LEFT, RIGHT, TOP, BOTTOM = 42, 34, 14, 30
DAYS_PER_WEEK = 7
WEEKS_PER_TICK = 4
MOST_TICKS = 6
STEP_DAYS = 7
LABEL_HEIGHT = 13

Reference = Callable[[int, str], float]
"""The size at some days of gestation of the `low`, `middle` or `high` of the reference."""
LOW, MIDDLE, HIGH = "low", "middle", "high"


@dataclass(frozen=True, slots=True)
class Point:
    """A fetus as it was measured once."""

    days: int
    size: float
    fetus: int
    said: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point at its place."""

    x: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Track:
    """One fetus: its line and its marks."""

    fetus: int
    line: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a reference line at its end."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class GrowthChart:
    """Everything the drawing needs, in its own pixels."""

    band: str
    low: str
    middle: str
    high: str
    labels: tuple[Label, ...]
    tracks: tuple[Track, ...]
    weeks: tuple[Tick, ...]
    sizes: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def growth_chart(
    points: Sequence[Point], reference: Reference, from_days: int, until_days: int
) -> GrowthChart:
    """Place the points over a reference that holds from and until these days of gestation."""
    days = [*range(from_days, until_days, STEP_DAYS), until_days]
    first = min([from_days, *(point.days for point in points)])
    last = max([until_days, *(point.days for point in points)])
    sizes = [reference(day, side) for day in days for side in (LOW, HIGH)]
    sizes += [point.size for point in points]
    least, most, step = _round_range(min(sizes), max(sizes))

    def x(day: float) -> float:
        return _place(day, first, last, LEFT, WIDTH - RIGHT)

    def y(size: float) -> float:
        return _place(size, least, most, HEIGHT - BOTTOM, TOP)

    def line(side: str) -> list[tuple[float, float]]:
        return [(x(day), y(reference(day, side))) for day in days]

    low, middle, high = line(LOW), line(MIDDLE), line(HIGH)
    weeks = range(-(-first // DAYS_PER_WEEK), last // DAYS_PER_WEEK + 1)
    ticks = [week for week in weeks if week % WEEKS_PER_TICK == 0]
    return GrowthChart(
        band=_path([*high, *reversed(low)]) + "Z",
        low=_path(low),
        middle=_path(middle),
        high=_path(high),
        labels=_labels(high[-1][1], middle[-1][1], low[-1][1]),
        tracks=tuple(_tracks(points, x, y)),
        weeks=tuple(Tick(x(week * DAYS_PER_WEEK), str(week)) for week in ticks),
        sizes=tuple(
            Tick(y(least + step * n), f"{least + step * n:g}")
            for n in range(round((most - least) / step) + 1)
        ),
    )


def _labels(high: float, middle: float, low: float) -> tuple[Label, ...]:
    """Name the lines at their ends, no closer to each other than can be read."""
    return (
        Label(min(high, middle - LABEL_HEIGHT), "p90"),
        Label(middle, "p50"),
        Label(max(low, middle + LABEL_HEIGHT), "p10"),
    )


def _tracks(
    points: Iterable[Point], x: Callable[[float], float], y: Callable[[float], float]
) -> Iterable[Track]:
    by_fetus: dict[int, list[Point]] = {}
    for point in sorted(points, key=lambda point: (point.fetus, point.days)):
        by_fetus.setdefault(point.fetus, []).append(point)
    for fetus, own in by_fetus.items():
        marks = tuple(Mark(x(point.days), y(point.size), point.said) for point in own)
        yield Track(fetus, _path([(mark.x, mark.y) for mark in marks]), marks)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _place(value: float, low: float, high: float, start: float, end: float) -> float:
    return round(start + (value - low) / (high - low) * (end - start), 1)


def _round_range(least: float, most: float) -> tuple[float, float, float]:
    """Return a round lowest, highest and step around what is drawn."""
    rough = (most - least) / (MOST_TICKS - 1)
    power = 10 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    low = floor(least / step) * step
    high = -floor(-most / step) * step
    return low, high, step
