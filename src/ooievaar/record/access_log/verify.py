"""Reads the whole chain again and says what was bent: a change, a gap, a reorder, a missing tail.

Rows are read in order of number, some thousands at a time, and the subjects beside them in the
order they were written; a million events need no more memory than a thousand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from ooievaar.record.access_log.chain import FIELDS, GENESIS, event_hash
from ooievaar.record.access_log.models import AccessEvent, AccessSubject

ROWS_AT_ONCE = 2_000
MOST_FINDINGS = 1_000
"""More are counted, not kept."""
COLUMNS = sorted({name for names in FIELDS.values() for name in names} | {"hash"})


class Bend(StrEnum):
    """What may be wrong with a place in the chain."""

    CHANGED = "changed"
    UNREADABLE = "unreadable"
    GAP = "gap"
    LOOSE = "loose"
    SUBJECTS = "subjects"
    TAIL = "tail"
    ANCHOR = "anchor"
    ANCHORS = "anchors"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong, at the first number it shows; `until` is the last of a gap."""

    number: int
    bend: Bend
    until: int = 0
    name: str = ""

    def __str__(self) -> str:
        return SENTENCES[self.bend].format(number=self.number, until=self.until, name=self.name)


SENTENCES = {
    Bend.CHANGED: "gebeurtenis {number} is gewijzigd nadat zij was geschreven",
    Bend.UNREADABLE: "gebeurtenis {number} is niet te lezen: zij is gewijzigd nadat zij was "
    "geschreven",
    Bend.GAP: "de gebeurtenissen {number} tot en met {until} ontbreken",
    Bend.LOOSE: "gebeurtenis {number} sluit niet aan op de vorige: er is verwijderd, verwisseld "
    "of tussengevoegd",
    Bend.SUBJECTS: "bij gebeurtenis {number} staan andere vrouwen dan toen zij werd geschreven",
    Bend.TAIL: "de log eindigt vóór gebeurtenis {number}, waarvan het anker {name} getuigt: "
    "het einde is verwijderd",
    Bend.ANCHOR: "gebeurtenis {number} is een andere dan die waarvan het anker {name} getuigt: "
    "de keten is vervangen",
    Bend.ANCHORS: "het anker {name} is gewijzigd, of het anker ervóór ontbreekt",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What an anchor testifies: at this number the chain had this hash."""

    number: int
    hash: str
    name: str


@dataclass(slots=True)
class Verdict:
    """What was read, and what was found wrong, by number."""

    count: int = 0
    last_number: int = 0
    last_hash: str = GENESIS
    marks_met: int = 0
    found: list[Finding] = field(default_factory=list)
    found_count: int = 0

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.found_count == 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep the first thousand."""
        self.found_count += 1
        if len(self.found) < MOST_FINDINGS:
            self.found.append(finding)


def verify_chain(
    since: int = 1, marks: Iterable[Mark] = (), using: str = DEFAULT_DB_ALIAS
) -> Verdict:
    """Read the events from number `since` on, hold each against the one before and the marks.

    Marks of events before `since` are left out, but for the event just before it, which then must
    be the one that the mark testifies of.
    """
    verdict = Verdict()
    expected, previous = _starting_point(since, using)
    open_marks = sorted(
        (mark for mark in marks if mark.number >= expected - 1), key=lambda mark: mark.number
    )
    if expected > 1:
        open_marks = _meet(open_marks, expected - 1, previous, verdict)
    subjects = _Subjects(expected, using)
    for number, row in _events(expected, using):
        verdict.count += 1
        if number > expected:
            verdict.add(Finding(expected, Bend.GAP, number - 1))
        if row is None:
            verdict.add(Finding(number, Bend.UNREADABLE))
            expected, previous = number + 1, ""
            subjects.take(number)
            continue
        # After a row that could not be read nothing can be said of the link.
        if previous and (number != expected or row["previous_hash"] != previous):
            verdict.add(Finding(number, Bend.LOOSE))
        if _hash(row) != row["hash"]:
            verdict.add(Finding(number, Bend.CHANGED))
        taken = subjects.take(number)
        for stray in subjects.strays():
            verdict.add(Finding(stray, Bend.SUBJECTS))
        if taken != row["women"]:
            verdict.add(Finding(number, Bend.SUBJECTS))
        expected, previous = number + 1, row["hash"]
        open_marks = _meet(open_marks, number, previous, verdict)
        verdict.last_number, verdict.last_hash = number, previous
    for stray in subjects.rest():
        verdict.add(Finding(stray, Bend.SUBJECTS))
    for mark in open_marks:
        verdict.add(Finding(mark.number, Bend.TAIL, name=mark.name))
    verdict.found.sort()
    return verdict


def _hash(row: dict[str, Any]) -> str:
    try:
        return event_hash(row)
    except ValueError:
        return ""


def _meet(marks: list[Mark], number: int, hash: str, verdict: Verdict) -> list[Mark]:
    """Hold an event against the marks of its number, and return those that are still to come."""
    while marks and marks[0].number <= number:
        mark, marks = marks[0], marks[1:]
        if mark.number == number and mark.hash == hash:
            verdict.marks_met += 1
        else:
            verdict.add(Finding(mark.number, Bend.ANCHOR, name=mark.name))
    return marks


def _starting_point(since: int, using: str) -> tuple[int, str]:
    """Return the number that must come first, and the hash of the event before it."""
    if since > 1:
        before = AccessEvent.objects.using(using).filter(number=since - 1)
        found = before.values_list("hash", flat=True).first()
        if found is not None:
            return since, found
    return 1, GENESIS


def _events(since: int, using: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield number and fields in order of number; None for a row that cannot be read."""
    events = AccessEvent.objects.using(using).order_by("number")
    # From the very first where the chain is read whole: a forged one may have number 0.
    rows = events.filter(number__gte=since) if since > 1 else events
    while True:
        chunk = list(_readable(rows))
        yield from chunk
        if len(chunk) < ROWS_AT_ONCE:
            return
        rows = events.filter(number__gt=chunk[-1][0])


def _readable(rows: Any) -> Sequence[tuple[int, dict[str, Any] | None]]:
    try:
        return [(row["number"], row) for row in rows.values(*COLUMNS)[:ROWS_AT_ONCE]]
    except (ValueError, TypeError, AttributeError, OverflowError):
        # SQLite keeps whatever is put in a column: find out which row is not what it should be.
        numbers = list(rows.values_list("number", flat=True)[:ROWS_AT_ONCE])
        return [(number, _one(rows, number)) for number in numbers]


def _one(rows: Any, number: int) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] | None = rows.filter(number=number).values(*COLUMNS).first()
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return found


class _Subjects:
    """The subjects in the order they were written, which is that of their events."""

    def __init__(self, since: int, using: str) -> None:
        self._rows = _subject_rows(since, using)
        self._next = next(self._rows, None)
        self._strays: list[int] = []

    def take(self, number: int) -> list[int]:
        """Return the women of an event; what stands before them belongs to no event."""
        women: list[int] = []
        while self._next is not None and self._next[0] <= number:
            event, woman = self._next
            if event == number:
                women.append(woman)
            else:
                self._strays.append(event)
            self._next = next(self._rows, None)
        return women

    def strays(self) -> list[int]:
        """Return the events of subjects that stood where they do not belong, once each."""
        found, self._strays = sorted(set(self._strays)), []
        return found

    def rest(self) -> list[int]:
        """Return the events of subjects that are left when there are no more events."""
        found = set(self._strays)
        while self._next is not None:
            found.add(self._next[0])
            self._next = next(self._rows, None)
        return sorted(found)


def _subject_rows(since: int, using: str) -> Iterator[tuple[int, int]]:
    """Yield event and woman in the order in which they were written."""
    rows = AccessSubject.objects.using(using).order_by("id")
    if since > 1:
        rows = rows.filter(event_id__gte=since)
    after = None
    while True:
        part = rows if after is None else rows.filter(id__gt=after)
        chunk = list(part.values_list("id", "event_id", "woman_id")[:ROWS_AT_ONCE])
        yield from ((event, woman) for _id, event, woman in chunk)
        if len(chunk) < ROWS_AT_ONCE:
            return
        after = chunk[-1][0]
