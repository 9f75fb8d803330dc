"""Trying a version out on a pregnancy, real or invented: her plan now beside her plan then."""

from dataclasses import dataclass
from datetime import date, datetime

from ooievaar.kernel.gestation import format_gestation, gestation_days
from ooievaar.pathways import words
from ooievaar.pathways.pages.shared import invented_plan
from ooievaar.pathways.queries import beside_hers, label_of
from ooievaar.pathways.rules.definition import Definition
from ooievaar.pathways.rules.planning import Plan, PlanItem
from ooievaar.pathways.shifts import base_of

NEW, GONE, OTHER, SAME = "new", "gone", "other", "same"


@dataclass(frozen=True, slots=True)
class Cell:
    """An item as it stands in one of the two plans."""

    window: str
    dates: str
    who: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One item in both plans; empty where it does not stand."""

    name: str
    now: Cell | None
    then: Cell | None
    change: str

    @property
    def cells(self) -> tuple[Cell | None, Cell | None]:
        """Now and then, in the order of the columns."""
        return self.now, self.then


@dataclass(frozen=True, slots=True)
class Trial:
    """Two plans beside each other, in order of time."""

    pairs: tuple[Pair, ...]

    @property
    def changed(self) -> tuple[Pair, ...]:
        """The items that differ."""
        return tuple(pair for pair in self.pairs if pair.change != SAME)

    @property
    def same(self) -> tuple[Pair, ...]:
        """The items that stay as they are."""
        return tuple(pair for pair in self.pairs if pair.change == SAME)


def beside(now: Plan, then: Plan, due_on: date) -> Trial:
    """Put two plans beside each other, item by item."""
    was = {(one.key, one.occurrence): one for one in now.items}
    becomes = {(one.key, one.occurrence): one for one in then.items}
    both = {**was, **becomes}
    order = sorted(both, key=lambda place: (both[place].due_from, both[place].due_until, place))
    return Trial(tuple(_pair(was.get(place), becomes.get(place), due_on) for place in order))


def _pair(now: PlanItem | None, then: PlanItem | None, due_on: date) -> Pair:
    one = then or now
    assert one is not None
    cells = [_cell(item, due_on) if item else None for item in (now, then)]
    if now is None:
        change = NEW
    elif then is None:
        change = GONE
    else:
        change = SAME if cells[0] == cells[1] else OTHER
    return Pair(label_of(one), cells[0], cells[1], change)


def _cell(item: PlanItem, due_on: date) -> Cell:
    start, until = (gestation_days(due_on, day) for day in (item.due_from, item.due_until))
    return Cell(
        f"{format_gestation(start)} – {format_gestation(until)}" if until <= 300 else "",
        f"{item.due_from:%d-%m-%Y} – {item.due_until:%d-%m-%Y}",
        words.who(item.discipline, item.line),
    )


def on_nobody(
    network_id: int,
    now: Definition | None,
    then: Definition,
    first_intake_on: date,
    due_on: date,
    today: date,
) -> Trial:
    """Try a version on an invented pregnancy; `now` is the version it would take the place of."""
    base = base_of(network_id, today)
    before = invented_plan(_on_base(base, now), first_intake_on, due_on, today)
    after = invented_plan(_on_base(base, then), first_intake_on, due_on, today)
    return beside(before, after, due_on)


def on_her(
    pregnancy_id: int,
    due_on: date,
    at: datetime,
    *,
    put_on: Definition | None = None,
    take_off: str = "",
) -> Trial:
    """Try a version on a pregnancy: her own plan, and hers with one put on or taken off."""
    now, then = beside_hers(pregnancy_id, at, put_on=put_on, take_off=take_off)
    return beside(now, then, due_on)


def _on_base(base: Definition | None, one: Definition | None) -> list[Definition]:
    if one is not None and one.kind == "base":
        return [one]
    return [found for found in (base, one) if found is not None]
