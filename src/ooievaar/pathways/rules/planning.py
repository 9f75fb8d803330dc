"""The plan of one woman: what is due when, what was done, what was skipped and why.

Windows follow the due date as it is known now; what was done is held against the due date as it
was known on the day it was done. So a due date that moves takes the plan with it, and what is done
stays done.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Literal, NamedTuple, get_args

from ooievaar.kernel.gestation import TERM_DAYS, gestation_days
from ooievaar.pathways.rules.matching import Done, Match, Window, match
from ooievaar.pathways.rules.prepared import Prepared, Slot
from ooievaar.pathways.rules.who_schedule import contacts_after

Status = Literal["upcoming", "due", "overdue", "done", "skipped"]
STATUSES: tuple[Status, ...] = get_args(Status)

CATCH_UP_DAYS = 14
"""What was due before she came into care is due within these days of it."""
LATEST_GESTATION_DAYS = 44 * 7
"""Beyond this nobody is pregnant: the end was not written down."""

ENDED = "zwangerschap beëindigd"
NOT_RECORDED = "de afloop is niet vastgelegd"
CAME_LATER = "kwam later in zorg"
BEGAN_LATER = "begon later met dit zorgpad"
NOT_CHOSEN = "haar keuze; niets vastgelegd"
FOLLOWS_SKIPPED = "volgt op iets dat is overgeslagen"
CHILD_DIED = "kind overleden"
OVERTAKEN = "er was al een later contact"
NOT_WRITTEN = "in dit dossier is nog niets geschreven"
AUTOMATIC = (
    ENDED, NOT_RECORDED, CAME_LATER, BEGAN_LATER, NOT_CHOSEN, FOLLOWS_SKIPPED, CHILD_DIED,
    OVERTAKEN,
    NOT_WRITTEN,
)  # fmt: skip
"""Reasons that nobody typed; they are msgids."""


class Act(NamedTuple):
    """Something on record, by its `mark`: the code of an activity, `form:...` or `element:...`.

    `is_counted`, of a form: the entry counted as activities, which are acts of their own. `child`
    is 0 for the mother or for all; `by` is an organisation; `ref` says which row: `activity:12`,
    `entry:7`.
    """

    day: date
    mark: str
    by: str
    ref: str
    child: int = 0
    is_counted: bool = False

    @property
    def is_vague(self) -> bool:
        """Tell whether it says no more than that a form was filled in."""
        return self.mark.startswith("form:")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a pregnancy on a day.

    `due_dates`: since when which due date was known, oldest first; the last one holds. `acts` are
    in order of day. `since`: from when she is on a pathway, where that is later than her first
    intake. `birth_on` only after a birth; `ended_on` after any end.
    """

    today: date
    first_intake_on: date
    due_dates: tuple[tuple[date, date], ...]
    acts: tuple[Act, ...] = ()
    skips: Mapping[tuple[str, int], str] = field(default_factory=dict)
    children: int = 1
    birth_on: date | None = None
    ended_on: date | None = None
    lost_children: frozenset[int] = frozenset()
    since: Mapping[str, date] = field(default_factory=dict)

    @property
    def due_on(self) -> date:
        """The due date as it is known now."""
        return self.due_dates[-1][1]

    def due_on_as_known(self, day: date) -> date:
        """Return the due date as it was known on a day; before any was known, the first one."""
        known = self.due_dates[0][1]
        for since, due_on in self.due_dates[1:]:
            if since <= day:
                known = due_on
        return known


class PlanItem(NamedTuple):
    """One thing that should happen in `[due_from, due_until)`, and what became of it.

    `occurrence` is the number of the child, 0 for the mother. `done_by` is the name of an
    organisation; `act` says which row of the record it was: `activity:12` or `entry:7`. `reason`
    is why it was skipped: one of `AUTOMATIC`, else as typed. The notes say how the pathways
    shaped it.
    """

    key: str
    name_nl: str
    name_en: str
    discipline: str
    line: str
    form: str
    due_from: date
    due_until: date
    status: Status
    done_on: date | None
    done_by: str
    reason: str
    pathway_key: str
    occurrence: int = 0
    role: str = ""
    is_choice: bool = False
    act: str = ""
    note_nl: str = ""
    note_en: str = ""


class PathwayOn(NamedTuple):
    """A pathway that she is on: which version, since when and why; by default since no day."""

    key: str
    kind: str
    title_nl: str
    title_en: str
    version_id: int
    number: int
    from_on: date | None
    reason: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Her plan on a day, in order of time."""

    items: tuple[PlanItem, ...]
    pathways: tuple[PathwayOn, ...] = ()

    def having(self, *statuses: Status) -> tuple[PlanItem, ...]:
        """Return the items with one of these statuses."""
        return tuple(item for item in self.items if item.status in statuses)


EMPTY = Plan(())


def items_of(items: Iterable[PlanItem], key: str) -> tuple[PlanItem, ...]:
    """Return the items of one key, one per child."""
    return tuple(item for item in items if item.key == key)


@dataclass(slots=True)
class _Place:
    """One item being planned; days are ordinals."""

    slot: Slot
    key: str
    occurrence: int
    start: int
    until: int
    window: Window
    name_nl: str
    name_en: str
    done: Act | None = None
    done_on: date | None = None
    waits: bool = False
    reason: str = ""


_IN_TIME = itemgetter(*map(PlanItem._fields.index, ("due_from", "due_until", "key", "occurrence")))


def plan_items(
    prepared: Prepared, facts: Facts, only: Collection[Status] = STATUSES
) -> tuple[PlanItem, ...]:
    """Return the items of a plan, in order of time; with `only` those with one of these statuses.

    After an end that is no birth there is no time after birth to plan; what was not done before
    any end is skipped.
    """
    places = _places(prepared, facts)
    found = _Found(facts)
    _see_what_was_done(prepared, places, found)
    _let_follow(prepared, places, found)
    now = _Now(facts)
    found_items = (_item(place, now, only) for place in places)
    return tuple(sorted([item for item in found_items if item is not None], key=_IN_TIME))


def _places(prepared: Prepared, facts: Facts) -> list[_Place]:
    zero = facts.due_on.toordinal() - TERM_DAYS
    born = (facts.birth_on or facts.due_on).toordinal()
    ends_unborn = facts.ended_on is not None and facts.birth_on is None
    places = []
    for slot in prepared.slots:
        if slot.series is not None:
            places.extend(_series(slot, facts, zero))
            continue
        if slot.is_postnatal and ends_unborn:
            continue
        base = born if slot.is_postnatal else zero
        numbers = range(1, facts.children + 1) if slot.for_each_child else (0,)
        for number in numbers:
            start, until = slot.window.start, slot.window.until
            places.append(
                _Place(
                    slot,
                    slot.key,
                    number,
                    base + start,
                    base + until,
                    slot.window,
                    slot.name_nl,
                    slot.name_en,
                )
            )
    return places


def _series(slot: Slot, facts: Facts, zero: int) -> list[_Place]:
    """Return the contacts that follow on the first intake, numbered from 2."""
    assert slot.series is not None
    # As it was known then: a due date that moves shifts these contacts, it makes no other ones.
    then = facts.due_on_as_known(facts.first_intake_on)
    found = []
    for contact in contacts_after(gestation_days(then, facts.first_intake_on), slot.series):
        start, until = contact.gestation_days, contact.gestation_days + slot.series.open_days
        found.append(
            _Place(
                slot,
                f"{slot.key}_{contact.number}",
                0,
                zero + start,
                zero + until,
                Window(start, until),
                contact.step.name_nl or f"{slot.name_nl} {contact.number}",
                contact.step.name_en or f"{slot.name_en} {contact.number}",
            )
        )
    return found


class _Found:
    """What is on record, by its mark, and which of it was given out already."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.used: set[int] = set()
        self.last = (facts.ended_on or facts.today).toordinal()
        self.born = facts.birth_on.toordinal() if facts.birth_on is not None else None
        self.days = [act.day.toordinal() for act in facts.acts]
        self.by_mark: dict[str, list[int]] = defaultdict(list)
        for index, act in enumerate(facts.acts):
            if act.day <= facts.today:
                self.by_mark[act.mark].append(index)
        self._zeros = [
            (since.toordinal(), due_on.toordinal() - TERM_DAYS) for since, due_on in facts.due_dates
        ]

    def gestation(self, index: int) -> int:
        """Return how far along she was, by the due date as it was known on that day."""
        day = self.days[index]
        zero = self._zeros[0][1]
        for since, other in self._zeros[1:]:
            if since <= day:
                zero = other
        return day - zero

    def with_marks(self, marks: Iterable[str], only_uncounted: bool) -> list[int]:
        """Return what is left of some marks, in order of day."""
        acts, used = self.facts.acts, self.used
        left: list[int] = []
        for mark in marks:
            left += self.by_mark.get(mark, ())
        left.sort()
        return [
            index
            for index in left
            if index not in used and not (only_uncounted and acts[index].is_counted)
        ]

    def in_phase(self, found: list[int], is_postnatal: bool) -> list[int]:
        """Return what was done in time: before any end, or after the birth."""
        days, born = self.days, self.born
        if is_postnatal:
            return [index for index in found if born is not None and days[index] >= born]
        return [index for index in found if days[index] <= self.last]


def _see_what_was_done(prepared: Prepared, places: list[_Place], found: _Found) -> None:
    """Hold what is on record against what was planned, group by group, each act once."""
    facts, acts = found.facts, found.facts.acts
    by_slot: dict[int, list[_Place]] = defaultdict(list)
    for place in places:
        by_slot[place.slot.index].append(place)
    groups = {index for mark in found.by_mark for index in prepared.groups_of.get(mark, ())}
    for index in sorted(groups):
        group = prepared.groups[index]
        left = found.with_marks(group.marks, group.only_uncounted)
        left = found.in_phase(left, group.is_postnatal) if left else left
        if not left:
            continue
        wanted = [place for slot in group.slots for place in by_slot.get(slot, ())]
        if prepared.has_series:
            wanted.sort(key=lambda place: place.window)
        if group.is_postnatal:
            _match_after_birth(wanted, left, found)
        else:
            days = [Done(one, found.gestation(one), acts[one].is_vague) for one in left]
            _take(wanted, match([place.window for place in wanted], days), found)
        if group.is_of_contacts:
            _overtake(wanted, facts)
    for place in places:
        if place.slot.is_first_contact and facts.first_intake_on <= facts.today:
            place.done_on = facts.first_intake_on


def _match_after_birth(wanted: list[_Place], left: list[int], found: _Found) -> None:
    """Match what followed a birth; what is not of one child counts for every child."""
    acts, born = found.facts.acts, found.born
    assert born is not None, "nothing follows a birth that was not"
    for number in sorted({place.occurrence for place in wanted}):
        of_child = [place for place in wanted if place.occurrence == number]
        days = [
            Done(index, found.days[index] - born, acts[index].is_vague)
            for index in left
            if number == 0 or acts[index].child in (0, number)
        ]
        _take(of_child, match([place.window for place in of_child], days), found)


def _overtake(wanted: list[_Place], facts: Facts) -> None:
    """Let a contact that was missed lapse when a later one of its kind took place."""
    last = max((index for index, place in enumerate(wanted) if place.done_on), default=0)
    for place in wanted[:last]:
        if place.done_on is None and place.until <= facts.today.toordinal():
            place.reason = OVERTAKEN


def _take(wanted: list[_Place], matches: list[Match], found: _Found) -> None:
    for one in matches:
        place, act = wanted[one.window], found.facts.acts[one.act]
        place.done, place.done_on = act, act.day
        if not place.occurrence:
            found.used.add(one.act)


def _let_follow(prepared: Prepared, places: list[_Place], found: _Found) -> None:
    """Give what follows on another activity its days: from when that was done, else was due.

    It was done by the first act that is left since then.
    """
    by_key = {place.key: place for place in places if not place.occurrence}
    facts = found.facts
    for slot in prepared.following:
        place = by_key.get(slot.key)
        if place is None:
            continue
        before = by_key.get(slot.follows)
        since = before.done_on if before is not None else facts.first_intake_on
        if since is not None:
            anchor = since
        else:
            assert before is not None
            anchor, place.waits = date.fromordinal(before.start), True
            place.reason = FOLLOWS_SKIPPED if _reason_before_today(before, facts) else ""
        place.start = anchor.toordinal() + slot.window.start
        place.until = anchor.toordinal() + slot.window.until
        left = found.in_phase(found.with_marks(slot.marks, bool(slot.codes)), slot.is_postnatal)
        first = next((n for n in left if since is None or facts.acts[n].day >= since), None)
        if first is not None:
            place.done, place.done_on = facts.acts[first], facts.acts[first].day
            found.used.add(first)


def _reason_before_today(place: _Place, facts: Facts) -> str:
    """Tell why an item that is not done is skipped, whatever day it is; empty when it is not."""
    skipped = facts.skips.get((place.key, place.occurrence), "") if facts.skips else ""
    return skipped or place.reason


class _Now:
    """What the status of every item asks of the facts, as ordinals."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.today = facts.today.toordinal()
        self.intake = facts.first_intake_on.toordinal()
        self.since = {key: day.toordinal() for key, day in facts.since.items()}
        is_over = gestation_days(facts.due_on, facts.today) > LATEST_GESTATION_DAYS
        unknown = NOT_RECORDED if is_over else ""
        has_ended = facts.ended_on is not None and facts.ended_on <= facts.today
        self.no_more_prenatal = ENDED if has_ended else unknown
        self.is_born = facts.birth_on is not None
        self.no_postnatal_yet = unknown
        self.is_written = any(act.ref.startswith("entry:") for act in facts.acts)


def _item(place: _Place, now: _Now, only: Collection[Status]) -> PlanItem | None:
    slot = place.slot
    status, reason = _status(place, now)
    if status not in only:
        return None
    act = place.done
    return PlanItem(
        place.key,
        place.name_nl,
        place.name_en,
        slot.discipline,
        slot.line,
        slot.form,
        date.fromordinal(place.start),
        date.fromordinal(place.until),
        status,
        place.done_on,
        act.by if act is not None else "",
        reason,
        slot.pathway,
        place.occurrence,
        slot.role,
        slot.is_choice,
        act.ref if act is not None else "",
        slot.note_nl,
        slot.note_en,
    )


def _status(place: _Place, now: _Now) -> tuple[Status, str]:
    """Return what an item is, and why it is skipped; a late item that still counts is moved."""
    if place.done_on is not None:
        return "done", ""
    reason = _reason_before_today(place, now.facts)
    if reason:
        return "skipped", reason
    slot = place.slot
    if not slot.is_postnatal:
        if now.no_more_prenatal:
            return "skipped", now.no_more_prenatal
    elif place.occurrence in now.facts.lost_children:
        return "skipped", CHILD_DIED
    elif not now.is_born:
        return ("skipped", now.no_postnatal_yet) if now.no_postnatal_yet else ("upcoming", "")
    began = max(now.intake, now.since.get(slot.pathway, now.intake))
    if place.until <= began and not slot.follows:
        if not slot.catches_up:
            return "skipped", BEGAN_LATER if began > now.intake else CAME_LATER
        place.start, place.until = began, began + CATCH_UP_DAYS
    today = now.today
    if place.waits or today < place.start:
        return "upcoming", ""
    if today < place.until:
        return "due", ""
    if slot.is_choice:
        return "skipped", NOT_CHOSEN
    # Where her care comes from elsewhere as codes, nobody can see what only a form would tell.
    return ("overdue", "") if slot.codes or now.is_written else ("skipped", NOT_WRITTEN)
