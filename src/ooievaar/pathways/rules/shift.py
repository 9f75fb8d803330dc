"""A care shift: what moves between two versions of a pathway, and who gets or loses the work.

It prevents the shift that failed in The Hague: work was added in the primary line and none
removed in the secondary, so that nobody could keep it up (seed 000, section 5.1).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WHOLE_PPM = 1_000_000
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Effort:
    """What an activity takes of one discipline in a line, of `percent` of a hundred women."""

    discipline: str
    line: str
    minutes: int
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Work:
    """One activity as far as a shift goes.

    `efforts` each time it is done, empty where the pathway does not say; `times` in one pregnancy;
    `window` as people read it; `needs` what who does it must be able and allowed to do, in Dutch
    and English; `codes` how it is registered; `replaces` keys of what it comes instead of.
    """

    key: str
    name_nl: str
    name_en: str
    discipline: str
    line: str
    efforts: tuple[Effort, ...]
    window: str
    times: int = 1
    needs: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def who(self) -> tuple[str, str]:
        """Discipline and line together: who does it."""
        return self.discipline, self.line


@dataclass(frozen=True, slots=True)
class Change:
    """One activity in both versions: what it was, or all it comes instead of, and what it is."""

    before: tuple[Work, ...]
    after: Work


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes between two versions; an activity stands in the first list that it fits."""

    moved: tuple[Change, ...]
    added: tuple[Work, ...]
    dropped: tuple[Work, ...]
    rescheduled: tuple[Change, ...]
    resized: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether the versions ask the same of everybody."""
        return not (self.moved or self.added or self.dropped or self.rescheduled or self.resized)

    @property
    def touched_before(self) -> tuple[Work, ...]:
        """What changes, as it was."""
        pairs = (*self.moved, *self.rescheduled, *self.resized)
        return (*(work for pair in pairs for work in pair.before), *self.dropped)

    @property
    def touched_after(self) -> tuple[Work, ...]:
        """What changes, as it becomes."""
        pairs = (*self.moved, *self.rescheduled, *self.resized)
        return (*(pair.after for pair in pairs), *self.added)

    @property
    def new_work(self) -> tuple[Work, ...]:
        """What somebody does after that they did not do before."""
        return (*(change.after for change in self.moved), *self.added)


@dataclass(frozen=True, slots=True)
class Hours:
    """The effort of one line, or of one discipline in it, in minutes a year."""

    line: str
    discipline: str
    before_minutes: int
    after_minutes: int

    @property
    def change_minutes(self) -> int:
        """What it gets (above zero) or loses."""
        return self.after_minutes - self.before_minutes


class Flag(StrEnum):
    """What somebody must look at before a shift starts."""

    NOTHING_REMOVED = "nothing_removed"
    LITTLE_REMOVED = "little_removed"
    EFFORT_UNKNOWN = "effort_unknown"
    ABILITY_UNKNOWN = "ability_unknown"
    NO_WOMEN = "no_women"


ALARMS = frozenset({Flag.NOTHING_REMOVED})
"""Flags under which a shift is bound to fail."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a discipline must be able and allowed to do, and for which activities."""

    discipline: str
    line: str
    competence_nl: str
    competence_en: str
    activities: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where a shift asks a decision; the region's own, by date.

    `line_hours` that one line gets or loses in a year, `women` a year that it touches,
    `removed_ppm` of the added work that must be taken away elsewhere for it to be a shift at all.
    """

    line_hours: int
    women: int
    removed_ppm: int


class Reason(StrEnum):
    """Why a shift asks a decision."""

    HOURS = "hours"
    WOMEN = "women"
    UNBALANCED = "unbalanced"
    UNKNOWN = "unknown"


def difference(before: Sequence[Work], after: Sequence[Work]) -> Difference:
    """Return what changes between two versions, in the order of the later one.

    An activity is the same as the one with its key, and as those it replaces.
    """
    was, becomes = {one.key: one for one in before}, {one.key for one in after}
    changes = []
    for one in after:
        gone = [key for key in one.replaces if key in was and key not in becomes]
        olds = tuple(was[key] for key in (one.key, *gone) if key in was)
        changes.append(Change(olds, one))
    met = {old.key for change in changes for old in change.before}
    stayed = [c for c in changes if c.before and any(old.who == c.after.who for old in c.before)]
    moved = [c for c in changes if c.before and c not in stayed]
    rescheduled = [c for c in stayed if any(old.window != c.after.window for old in c.before)]
    resized = [
        c for c in stayed if c not in rescheduled and _size_of(*c.before) != _size_of(c.after)
    ]
    return Difference(
        moved=tuple(moved),
        added=tuple(change.after for change in changes if not change.before),
        dropped=tuple(one for one in before if one.key not in met),
        rescheduled=tuple(rescheduled),
        resized=tuple(resized),
    )


def _size_of(*works: Work) -> list[tuple[str, str, int]]:
    """Return the effort of activities together, by whose it is."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for work in works:
        for effort in work.efforts:
            sums[effort.discipline, effort.line] += effort.minutes * effort.percent * work.times
    return sorted((*who, size) for who, size in sums.items())


def hours_per_line(before: Iterable[Work], after: Iterable[Work], women: int) -> tuple[Hours, ...]:
    """Return the effort of every line for so many women a year, before and after."""
    return _hours(before, after, women, by_discipline=False)


def hours_per_discipline(
    before: Iterable[Work], after: Iterable[Work], women: int
) -> tuple[Hours, ...]:
    """Return the effort of every discipline in its line, before and after."""
    return _hours(before, after, women, by_discipline=True)


def _hours(
    before: Iterable[Work], after: Iterable[Work], women: int, *, by_discipline: bool
) -> tuple[Hours, ...]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, works in enumerate((before, after)):
        for discipline, line, size in _size_of(*works):
            sums[line, discipline if by_discipline else ""][place] += size * women
    return tuple(
        Hours(*who, *(round(size / PERCENT) for size in sizes))
        for who, sizes in sorted(sums.items())
    )


def flags(
    changed: Difference, hours: Sequence[Hours], women: int, threshold: Threshold
) -> tuple[Flag, ...]:
    """Return what somebody must look at, the worst first; `hours` are those per line.

    Work that one line gets must go away in another. Where the effort is not known it counts as
    nothing, and that is a flag of its own.
    """
    raised = []
    added, removed = _added_and_removed(hours)
    if added and not removed:
        raised.append(Flag.NOTHING_REMOVED)
    elif removed * WHOLE_PPM < added * threshold.removed_ppm:
        raised.append(Flag.LITTLE_REMOVED)
    if any(not work.efforts for work in (*changed.touched_before, *changed.touched_after)):
        raised.append(Flag.EFFORT_UNKNOWN)
    if any(not change.after.needs for change in changed.moved):
        raised.append(Flag.ABILITY_UNKNOWN)
    if women <= 0 and not changed.is_empty:
        raised.append(Flag.NO_WOMEN)
    return tuple(raised)


def _added_and_removed(hours: Sequence[Hours]) -> tuple[int, int]:
    changes = [one.change_minutes for one in hours]
    return sum(n for n in changes if n > 0), -sum(n for n in changes if n < 0)


def needs(changed: Difference) -> tuple[Need, ...]:
    """Return who must be available for the new work, and what each must be able and allowed to do.

    What moves to somebody who did not do it, and of which nothing is said, stands under an empty
    competence.
    """
    moved = {change.after.key for change in changed.moved}
    asked: dict[tuple[str, str, str, str], list[Work]] = defaultdict(list)
    for work in changed.new_work:
        unsaid = (("", ""),) if work.key in moved else ()
        for dutch, english in work.needs or unsaid:
            asked[work.line, work.discipline, dutch, english].append(work)
    return tuple(
        Need(discipline, line, dutch, english, tuple(works))
        for (line, discipline, dutch, english), works in sorted(asked.items())
    )


def reasons_for_decision(
    changed: Difference,
    hours: Sequence[Hours],
    raised: Iterable[Flag],
    women: int,
    threshold: Threshold,
) -> tuple[Reason, ...]:
    """Return why this shift asks a decision; nothing when it is small and may start at once."""
    if changed.is_empty:
        return ()
    found = set(raised)
    largest = max((abs(one.change_minutes) for one in hours), default=0)
    reasons = []
    if found & {Flag.NOTHING_REMOVED, Flag.LITTLE_REMOVED}:
        reasons.append(Reason.UNBALANCED)
    if found & {Flag.EFFORT_UNKNOWN, Flag.NO_WOMEN}:
        reasons.append(Reason.UNKNOWN)
    if largest >= threshold.line_hours * 60:
        reasons.append(Reason.HOURS)
    if women >= threshold.women:
        reasons.append(Reason.WOMEN)
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Month:
    """New work that is registered alike, in one month: what is expected, and what is on record.

    `old_planned` and `old_done` are of those it moved away from, None where it moved from nobody.
    """

    month: str
    works: tuple[Work, ...]
    planned: int
    done: int
    old_planned: int | None
    old_done: int | None


def planned_a_month(women: int, times: int) -> int:
    """Return how often an activity is expected in a month, to the nearest whole."""
    return (women * times * 2 + 12) // 24


def planned_against_real(
    changed: Difference,
    after: Sequence[Work],
    women: int,
    months: Sequence[str],
    done: Mapping[tuple[str, str, str], int],
) -> tuple[Month, ...]:
    """Return the new work in every month, planned against real.

    `after` is all work of the later version: what did not change is registered with the same
    codes, and is expected too. `done` counts care activities by month, discipline and code.
    """
    moved_from = {change.after.key: change.before for change in changed.moved}
    alike: dict[tuple[str, tuple[str, ...]], list[Work]] = defaultdict(list)
    for work in changed.new_work:
        if work.codes:
            alike[work.discipline, tuple(sorted(set(work.codes)))].append(work)
    rows = []
    for (discipline, codes), works in alike.items():
        # The record knows the discipline, not the line: within one these cannot be told apart.
        olds = [
            old
            for work in works
            for old in moved_from.get(work.key, ())
            if old.discipline != discipline
        ]
        # The old discipline may do it under its own code or under the new one.
        old_codes = {*codes, *(code for old in olds for code in old.codes)}
        old_disciplines = {old.discipline for old in olds}
        for month in months:
            rows.append(
                Month(
                    month=month,
                    works=tuple(works),
                    planned=planned_a_month(women, _expected(after, {discipline}, codes)),
                    done=_registered(done, month, {discipline}, codes),
                    old_planned=planned_a_month(women, _expected(after, old_disciplines, old_codes))
                    if olds
                    else None,
                    old_done=_registered(done, month, old_disciplines, old_codes) if olds else None,
                )
            )
    return tuple(rows)


def _expected(after: Iterable[Work], disciplines: Iterable[str], codes: Iterable[str]) -> int:
    """Return how often these disciplines do something with these codes, for one woman."""
    whose, known = set(disciplines), set(codes)
    return sum(one.times for one in after if one.discipline in whose and known & set(one.codes))


def _registered(
    done: Mapping[tuple[str, str, str], int],
    month: str,
    disciplines: Iterable[str],
    codes: Iterable[str],
) -> int:
    return sum(done.get((month, who, code), 0) for who in disciplines for code in codes)
