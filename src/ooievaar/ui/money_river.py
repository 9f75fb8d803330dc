"""The money river: from sums to places on paper. Pure: values in, coordinates out.

Columns in an order of their own, each centred beside the others. Heights are pixels and
stand for cents; widths are a percentage of the stretch between two columns, which the page
stretches. Every name has a slot of its own, so that none lies over a ribbon.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WHOLE_HEIGHT = 340.0
"""How high all the money is together."""
LEAST_THICKNESS = 1.5
SLOTS = (48.0, 47.0, 44.0)
"""What a name with its amount needs: in the first column, those between, and the last."""
LEAST_GAP, MOST_GAP = 5.0, 36.0


@dataclass(frozen=True, slots=True)
class Block:
    """An insurer (column 0), what its money goes through, or who gets it (the last column)."""

    key: str
    column: int
    name: str
    note: str
    anchor: str
    tone: str


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block in its slot; the bar of its money lies in the middle of the slot."""

    block: Block
    cents: int
    top: float
    slot: float
    bar_top: float
    thickness: float

    @property
    def is_thin(self) -> bool:
        """Tell whether a name on the bar sticks out of it."""
        return self.thickness < 32

    @property
    def bar_offset(self) -> float:
        """Where the bar begins inside its slot."""
        return round(self.bar_top - self.top, 1)


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Money between two blocks, drawn from x 0 to x 100."""

    source: Block
    target: Block
    cents: int
    path: str


@dataclass(frozen=True, slots=True)
class MoneyRiver:
    """Everything the drawing needs."""

    height: float
    columns: tuple[tuple[PlacedBlock, ...], ...]
    stretches: tuple[tuple[Ribbon, ...], ...]


def money_river(blocks: Sequence[Block], arms: Iterable[tuple[str, str, int]]) -> MoneyRiver:
    """Lay blocks out, per column in the order given; arms are (source, target, cents above 0)."""
    flows: dict[tuple[str, str], int] = defaultdict(int)
    for source, target, cents in arms:
        flows[source, target] += cents
    into: dict[str, int] = defaultdict(int)
    out_of: dict[str, int] = defaultdict(int)
    for (source, target), cents in flows.items():
        out_of[source] += cents
        into[target] += cents
    cents_of = {block.key: max(into[block.key], out_of[block.key]) for block in blocks}
    last = max((block.column for block in blocks), default=0)
    columns = [[one for one in blocks if one.column == column] for column in range(last + 1)]
    whole = max((sum(cents_of[block.key] for block in column) for column in columns), default=0)
    if whole == 0:
        return MoneyRiver(0, ((),) * (last + 1), ((),) * last)
    slots = [SLOTS[0], *[SLOTS[1]] * (last - 1), SLOTS[2]]
    placed = [
        _stacked(column, cents_of, WHOLE_HEIGHT / whole, slot)
        for column, slot in zip(columns, slots, strict=True)
    ]
    height = max(column[-1].top + column[-1].slot for column in placed if column)
    centred = tuple(_centred(column, height) for column in placed)
    order = {block.key: place for place, block in enumerate(blocks)}
    return MoneyRiver(
        height=round(height, 1),
        columns=centred,
        stretches=tuple(
            _ribbons(centred[left], centred[left + 1], flows, order) for left in range(last)
        ),
    )


def _stacked(
    column: Sequence[Block], cents_of: dict[str, int], scale: float, least_slot: float
) -> list[PlacedBlock]:
    placed, top = [], 0.0
    for block in column:
        thickness = max(cents_of[block.key] * scale, LEAST_THICKNESS)
        slot = max(thickness, least_slot)
        bar_top = top + (slot - thickness) / 2
        placed.append(PlacedBlock(block, cents_of[block.key], top, slot, bar_top, thickness))
        top += slot + LEAST_GAP
    return placed


def _centred(column: Sequence[PlacedBlock], height: float) -> tuple[PlacedBlock, ...]:
    """Spread a column a little, and put what is left of the height above and below it."""
    if not column:
        return ()
    left_over = height - column[-1].top - column[-1].slot
    gaps = len(column) - 1
    wider = min(left_over / gaps, MOST_GAP - LEAST_GAP) if gaps else 0
    above = (left_over - wider * gaps) / 2
    return tuple(
        PlacedBlock(
            block=place.block,
            cents=place.cents,
            top=round(place.top + above + number * wider, 1),
            slot=round(place.slot, 1),
            bar_top=round(place.bar_top + above + number * wider, 1),
            thickness=round(place.thickness, 1),
        )
        for number, place in enumerate(column)
    )


def _ribbons(
    left: Sequence[PlacedBlock],
    right: Sequence[PlacedBlock],
    flows: dict[tuple[str, str], int],
    order: dict[str, int],
) -> tuple[Ribbon, ...]:
    """Draw what runs between two columns; at both ends in the order of the other side."""
    places = {place.block.key: place for place in (*left, *right)}
    arms = [arm for arm in flows if arm[0] in places and arm[1] in places]
    leaves = _edges(sorted(arms, key=lambda arm: (order[arm[0]], order[arm[1]])), flows, places, 0)
    enters = _edges(sorted(arms, key=lambda arm: (order[arm[1]], order[arm[0]])), flows, places, 1)
    widest_first = sorted(arms, key=lambda arm: -flows[arm])
    return tuple(
        Ribbon(
            source=places[arm[0]].block,
            target=places[arm[1]].block,
            cents=flows[arm],
            path=_path(leaves[arm], enters[arm]),
        )
        for arm in widest_first
    )


def _edges(
    arms: Iterable[tuple[str, str]],
    flows: dict[tuple[str, str], int],
    places: dict[str, PlacedBlock],
    end: int,
) -> dict[tuple[str, str], tuple[float, float]]:
    """Give every arm its upper and lower edge at one of its ends."""
    taken: dict[str, int] = defaultdict(int)
    edges = {}
    for arm in arms:
        place = places[arm[end]]
        scale = place.thickness / place.cents
        upper = place.bar_top + taken[arm[end]] * scale
        taken[arm[end]] += flows[arm]
        edges[arm] = (round(upper, 1), round(place.bar_top + taken[arm[end]] * scale, 1))
    return edges


def _path(leaves: tuple[float, float], enters: tuple[float, float]) -> str:
    (a, b), (c, d) = leaves, enters
    return f"M0 {a}C50 {a} 50 {c} 100 {c}V{d}C50 {d} 50 {b} 0 {b}Z"
