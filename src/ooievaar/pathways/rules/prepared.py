"""A composition made ready for planning: done once for all women on the same pathways."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ooievaar.pathways.rules.composition import Composed, Composition
from ooievaar.pathways.rules.definition import (
    AfterWindow,
    DaysWindow,
    GestationWindow,
    Series,
    days_of,
)
from ooievaar.pathways.rules.matching import Window


@dataclass(frozen=True, slots=True)
class Slot:
    """One activity as planning reads it; `window` counts from conception, birth or `follows`."""

    index: int
    key: str
    name_nl: str
    name_en: str
    discipline: str
    line: str
    role: str
    form: str
    codes: frozenset[str]
    elements: frozenset[str]
    pathway: str
    window: Window
    is_postnatal: bool
    follows: str
    series: Series | None
    for_each_child: bool
    is_first_contact: bool
    is_contact: bool
    is_choice: bool
    catches_up: bool
    note_nl: str
    note_en: str

    @property
    def marks(self) -> tuple[str, ...]:
        """By what it is seen as done: codes, `element:...`, else `form:...`."""
        elements = (f"element:{element}" for element in sorted(self.elements))
        form = (f"form:{self.form}",) if self.form and not self.elements else ()
        return (*sorted(self.codes), *elements, *form)


@dataclass(frozen=True, slots=True)
class Group:
    """Slots that the same acts fulfil, by start.

    `only_uncounted`: an entry that counted as activities is left to those activities.
    """

    marks: tuple[str, ...]
    slots: tuple[int, ...]
    is_postnatal: bool
    only_uncounted: bool
    is_of_contacts: bool


@dataclass(frozen=True, eq=False)
class Prepared:
    """All slots in order of time, the groups in the order in which acts are given out.

    `following`: the slots that wait for another, each after the one that it waits for.
    """

    slots: tuple[Slot, ...]
    groups: tuple[Group, ...]
    following: tuple[Slot, ...]

    @cached_property
    def groups_of(self) -> Mapping[str, tuple[int, ...]]:
        """Which groups a mark can be given to."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, group in enumerate(self.groups):
            for mark in group.marks:
                found[mark].append(index)
        return {mark: tuple(groups) for mark, groups in found.items()}

    @cached_property
    def has_series(self) -> bool:
        """Tell whether the items of a group may stand in another order than their slots."""
        return any(slot.series is not None for slot in self.slots)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code by which something can be seen as done."""
        return frozenset(code for slot in self.slots for code in slot.codes)

    @cached_property
    def elements(self) -> frozenset[str]:
        """Every element, with its value or without, by which something can be seen as done."""
        return frozenset(element for slot in self.slots for element in slot.elements)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every form by which something can be seen as done."""
        return frozenset(slot.form for slot in self.slots if slot.form and not slot.elements)


def for_role(prepared: Prepared, role: str) -> Prepared:
    """Return what is needed to plan the items of one role, and no more.

    Its own slots, those that the same acts could fulfil, and those that they wait for.
    """
    wanted = {slot.key for slot in prepared.slots if slot.role == role}
    marks: set[str] = set()
    before = -1
    while len(wanted) > before:
        before = len(wanted)
        for slot in prepared.slots:
            if slot.key in wanted or not marks.isdisjoint(slot.marks):
                wanted.add(slot.key)
                wanted.add(slot.follows)
                marks.update(slot.marks)
    kept = tuple(slot for slot in prepared.slots if slot.key in wanted)
    indexes = {slot.index for slot in kept}
    return Prepared(
        kept,
        tuple(group for group in prepared.groups if not indexes.isdisjoint(group.slots)),
        tuple(slot for slot in prepared.following if slot.key in wanted),
    )


def prepare(composition: Composition) -> Prepared:
    """Return a composition as the planning reads it."""
    waits = {
        row.activity.key: _now(composition, row.activity.after.activity)
        for row in composition.activities
        if row.activity.after is not None
    }
    by_key = {row.activity.key: row for row in composition.activities}
    slots = tuple(
        _slot(index, row, waits, by_key) for index, row in enumerate(composition.activities)
    )
    return Prepared(slots, _groups(slots), _following(slots))


def _now(composition: Composition, key: str) -> str:
    """Return under which key an activity stands now."""
    keys = {row.activity.key for row in composition.activities}
    seen: set[str] = set()
    while key not in keys and key in composition.now_called and key not in seen:
        seen.add(key)
        key = composition.now_called[key]
    return key


def _slot(index: int, row: Composed, waits: dict[str, str], by_key: dict[str, Composed]) -> Slot:
    activity = row.activity
    match activity.timing:
        case GestationWindow() as timing:
            window = Window(days_of(timing.start), days_of(timing.until))
        case DaysWindow() | AfterWindow() as timing:
            window = Window(timing.start, timing.until)
        case _:
            window = Window(0, 0)
    return Slot(
        index=index,
        key=activity.key,
        name_nl=activity.name_nl,
        name_en=activity.name_en,
        discipline=activity.discipline,
        line=activity.line,
        role=activity.role,
        form=activity.form or "",
        codes=frozenset(activity.codes),
        elements=frozenset(activity.elements),
        pathway=row.pathway,
        window=window,
        is_postnatal=_is_postnatal(activity.key, waits, by_key),
        follows=waits.get(activity.key, ""),
        series=activity.series,
        for_each_child=activity.for_each_child,
        is_first_contact=activity.is_first_contact,
        is_contact=activity.is_contact,
        is_choice=activity.is_choice,
        catches_up=activity.when_late == "catch_up",
        note_nl=" ".join(text.text_nl for text in row.explanations),
        note_en=" ".join(text.text_en for text in row.explanations),
    )


def _is_postnatal(key: str, waits: dict[str, str], by_key: dict[str, Composed]) -> bool:
    """Tell whether an activity is counted from birth, itself or by what it waits for."""
    seen: set[str] = set()
    while key in waits and key not in seen:
        seen.add(key)
        key = waits[key]
    return key in by_key and by_key[key].activity.after_birth is not None


def _groups(slots: tuple[Slot, ...]) -> tuple[Group, ...]:
    """Put slots with the same marks together, those with the fewest codes first.

    Who asks for one code takes it before who takes any of several; who goes by a form comes last.
    """
    by_marks: dict[tuple[tuple[str, ...], bool], list[Slot]] = defaultdict(list)
    for slot in slots:
        if not slot.follows:
            by_marks[slot.marks, slot.is_postnatal].append(slot)
    ranked = sorted(
        by_marks.items(),
        key=lambda found: (not _is_precise(found[1][0]), len(found[0][0]), found[0]),
    )
    return tuple(
        Group(
            marks=marks,
            slots=tuple(row.index for row in sorted(rows, key=lambda row: (row.window, row.index))),
            is_postnatal=is_postnatal,
            only_uncounted=_is_precise(rows[0]),
            is_of_contacts=all(row.is_contact for row in rows),
        )
        for (marks, is_postnatal), rows in ranked
    )


def _is_precise(slot: Slot) -> bool:
    """Tell whether more than a form says that it was done."""
    return bool(slot.codes or slot.elements)


def _following(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Return the slots that wait for another, in an order in which each comes after that one."""
    by_key = {slot.key: slot for slot in slots}

    def depth(slot: Slot) -> int:
        seen: set[str] = set()
        while slot.follows in by_key and slot.follows not in seen:
            seen.add(slot.follows)
            slot = by_key[slot.follows]
        return len(seen)

    return tuple(sorted((s for s in slots if s.follows), key=lambda s: (depth(s), s.index)))
