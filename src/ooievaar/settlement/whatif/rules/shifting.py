"""A care shift laid over care that was given: which acts go, which come, and whose they become.

What was really done moves; what nobody registered cannot. An act is recognised by who did it, its
code and its window. Provisional: the pathway says who does what, not what would have happened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ooievaar.pathways.rules.definition import (
    Activity,
    AfterWindow,
    DaysWindow,
    GestationWindow,
    Series,
    days_of,
)
from ooievaar.pathways.rules.shift import Difference, Work
from ooievaar.pathways.rules.who_schedule import contacts_after

WHOLE = 100
Window = tuple[date, date]
"""Half-open: the first day, and the first day after it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was registered, as far as a shift goes."""

    activity_id: int
    organisation_id: int
    discipline: str
    code: str
    day: date


@dataclass(frozen=True, slots=True)
class Woman:
    """One pregnancy, with who gives her care in each discipline."""

    pregnancy_id: int
    woman_id: int
    due_on: date
    first_on: date
    ended_on: date | None
    born_on: date | None
    own: Mapping[str, int]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act that comes in the place of another, or on top."""

    pregnancy_id: int
    woman_id: int
    organisation_id: int
    discipline: str
    code: str
    day: date


@dataclass(frozen=True, slots=True)
class Step:
    """One change: the work as it was, and as it becomes; either may be empty, not both."""

    olds: tuple[Work, ...]
    new: Work | None
    stays: bool = False
    """The same people keep doing it, at another time or for longer: no act moves."""


@dataclass(slots=True)
class Moved:
    """What a shift does to the acts of these women."""

    women: int = 0
    removed: list[int] = field(default_factory=list)
    added: list[NewAct] = field(default_factory=list)
    unplaced: int = 0
    unregistered: int = 0
    minutes: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    """By organisation and discipline, in hundredths of a minute: before and after."""
    counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """By discipline and code: how many acts went and how many came."""


def steps_of(changed: Difference, left_alone: Callable[[Work], bool]) -> tuple[Step, ...]:
    """Return what changes as steps, without the work that the rules of this leave alone."""
    found = [
        *(Step(change.before, change.after) for change in changed.moved),
        *(Step((), work) for work in changed.added),
        *(Step((work,), None) for work in changed.dropped),
        *(Step(c.before, c.after, stays=True) for c in (*changed.rescheduled, *changed.resized)),
    ]
    return tuple(
        step
        for step in found
        if not any(left_alone(work) for work in (*step.olds, *([step.new] if step.new else [])))
    )


class Windows:
    """When each activity of a set is due for a woman; `term_days` from the start to the due day."""

    def __init__(self, activities: Iterable[Activity], term_days: int) -> None:
        self.by_key = {one.key: one for one in activities}
        self.term_days = term_days

    def of(self, key: str, woman: Woman) -> list[Window]:
        """Return the days in which an activity is due; nothing where it never is."""
        activity = self.by_key.get(key)
        return [] if activity is None else self._of(activity, woman, ())

    def _of(self, activity: Activity, woman: Woman, seen: tuple[str, ...]) -> list[Window]:
        timing = activity.timing
        if isinstance(timing, GestationWindow):
            return [
                (self._at(woman, days_of(timing.start)), self._at(woman, days_of(timing.until)))
            ]
        if isinstance(timing, DaysWindow):
            if woman.born_on is None:
                return []
            return [_after(woman.born_on, timing.start, timing.until)]
        if isinstance(timing, AfterWindow):
            other = self.by_key.get(timing.activity)
            if other is None or other.key in seen:
                return [_after(woman.first_on, timing.start, timing.until)]
            return [
                (first + timedelta(days=timing.start), last + timedelta(days=timing.until))
                for first, last in self._of(other, woman, (*seen, activity.key))
            ]
        return self._of_series(timing, woman)

    def _of_series(self, series: Series, woman: Woman) -> list[Window]:
        begun = self.term_days - (woman.due_on - woman.first_on).days
        return [
            _after(self._at(woman, contact.gestation_days), 0, series.open_days)
            for contact in contacts_after(begun, series)
        ]

    def _at(self, woman: Woman, gestation_days: int) -> date:
        return woman.due_on - timedelta(days=self.term_days - gestation_days)


def _after(day: date, start: int, until: int) -> Window:
    return day + timedelta(days=start), day + timedelta(days=until)


def resemblance(woman: Woman, steps: Sequence[Step], before: Windows) -> int:
    """Return how many of her acts are work that the shift takes away or changes."""
    taken: set[int] = set()
    return sum(len(_done(woman, old, before, taken)) for step in steps for old in step.olds)


def most_alike(
    women: Iterable[Woman], steps: Sequence[Step], before: Windows, count: int
) -> list[Woman]:
    """Return so many women whose care looks most like the old version, in a stable order."""
    scored = [(resemblance(woman, steps, before), woman) for woman in women]
    alike = [pair for pair in scored if pair[0]]
    alike.sort(key=lambda pair: (-pair[0], pair[1].pregnancy_id))
    return [woman for _, woman in alike[:count]]


def shift_care(
    women: Iterable[Woman],
    steps: Sequence[Step],
    before: Windows,
    after: Windows,
    code_of: Callable[[Work], str],
) -> Moved:
    """Return which acts go and which come for these women.

    `code_of` says how new work is registered; empty where it is not.
    """
    moved = Moved()
    for woman in women:
        moved.women += 1
        taken: set[int] = set()
        for step in steps:
            found = [(old, act) for old in step.olds for act in _done(woman, old, before, taken)]
            if step.stays and step.new is not None:
                for old, act in found:
                    _count_minutes(moved, act.organisation_id, old, 0)
                    _count_minutes(moved, act.organisation_id, step.new, 1)
            elif step.new is None:
                for old, act in found:
                    _remove(moved, old, act)
            elif step.olds:
                _replace(moved, woman, found, step.new, code_of(step.new))
            else:
                _add(moved, woman, step.new, code_of(step.new), after)
    return moved


def _done(woman: Woman, work: Work, windows: Windows, taken: set[int]) -> list[Act]:
    """Return her acts that are this work, each taken once; as many as it asks."""
    days = windows.of(work.key, woman)
    found = [
        act
        for act in woman.acts
        if act.activity_id not in taken
        and act.discipline == work.discipline
        and act.code in work.codes
        and any(first <= act.day < last for first, last in days)
    ][: work.times]
    taken |= {act.activity_id for act in found}
    return found


def _replace(
    moved: Moved, woman: Woman, found: Sequence[tuple[Work, Act]], new: Work, code: str
) -> None:
    if not found:
        return
    same = found[0][1] if found[0][1].discipline == new.discipline else None
    organisation_id = same.organisation_id if same else woman.own.get(new.discipline)
    if organisation_id is None:
        moved.unplaced += len(found)
        return
    for old, act in found:
        _remove(moved, old, act)
    if not code:
        moved.unregistered += 1
    for _, act in found[: new.times]:
        _place(moved, woman, organisation_id, new, code, act.day)


def _add(moved: Moved, woman: Woman, new: Work, code: str, windows: Windows) -> None:
    days = windows.of(new.key, woman)
    for first, last in days[: new.times]:
        is_pregnant = first >= woman.first_on and (woman.ended_on is None or first < woman.ended_on)
        is_after = woman.born_on is not None and first >= woman.born_on
        has_it = any(
            act.discipline == new.discipline and act.code in new.codes and first <= act.day < last
            for act in woman.acts
        )
        if has_it or not (is_pregnant or is_after):
            continue
        organisation_id = woman.own.get(new.discipline)
        if organisation_id is None:
            moved.unplaced += 1
            continue
        if not code:
            moved.unregistered += 1
        _place(moved, woman, organisation_id, new, code, first)


def _remove(moved: Moved, work: Work, act: Act) -> None:
    moved.removed.append(act.activity_id)
    moved.counts.setdefault((act.discipline, act.code), [0, 0])[0] += 1
    _count_minutes(moved, act.organisation_id, work, 0)


def _place(
    moved: Moved, woman: Woman, organisation_id: int, work: Work, code: str, day: date
) -> None:
    _count_minutes(moved, organisation_id, work, 1)
    if code:
        moved.counts.setdefault((work.discipline, code), [0, 0])[1] += 1
        moved.added.append(
            NewAct(woman.pregnancy_id, woman.woman_id, organisation_id, work.discipline, code, day)
        )


def _count_minutes(moved: Moved, organisation_id: int, work: Work, side: int) -> None:
    """Count what it takes of who does it; what others put in stands under their discipline."""
    for effort in work.efforts:
        who = organisation_id if effort.discipline == work.discipline else 0
        both = moved.minutes.setdefault((who, effort.discipline), [0, 0])
        both[side] += effort.minutes * effort.percent


def minutes_by_discipline(moved: Moved) -> dict[str, tuple[int, int]]:
    """Return the whole minutes of every discipline, before and after."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, discipline), (before, after) in moved.minutes.items():
        sums[discipline][0] += before
        sums[discipline][1] += after
    return {key: (round(b / WHOLE), round(a / WHOLE)) for key, (b, a) in sorted(sums.items())}
