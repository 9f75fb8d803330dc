"""The only code that reads entries for others: what stands in the record of a pregnancy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.fetching import fetched
from ooievaar.record.entries.models import Draft, Entry, Observation
from ooievaar.record.entries.permissions import (
    done_elsewhere,
    entries_for,
    entries_of_her_for,
    is_of_the_woman,
    own_file_of,
    part_of,
    sees_element,
)

Place = tuple[str, int]
"""An element and a number: whose it is."""


@dataclass(frozen=True, slots=True)
class Written:
    """One version of an entry as a workplace may read it.

    `version_no` counts from 1 along what replaced what; only the last of these `is_current`, and
    not when it says that the entry was an error. `counts_as` are codes of care activities.
    `is_before`: of another pregnancy of hers, with only what is known of the woman herself.
    """

    entry: Entry
    observations: tuple[Observation, ...]
    counts_as: tuple[str, ...]
    version_no: int
    is_current: bool
    is_before: bool = False

    def value(self, element: str, number: int = 0) -> str:
        """Return the value of an element; empty when it was not recorded, or not to be seen."""
        found = (
            one.value
            for one in self.observations
            if one.element == element and one.number == number
        )
        return next(found, "")

    def each(self, element: str) -> tuple[tuple[int, str], ...]:
        """Return the values of an element with whose they are: 0 the woman, from 1 each child."""
        found = (one for one in self.observations if one.element == element)
        return tuple(sorted((one.number, one.value) for one in found))


def written_of(workplace: Workplace, pregnancy_id: int, at: datetime) -> list[Written]:
    """Return every version of every entry of a pregnancy that a workplace may see, newest first.

    One query, however many entries there are.
    """
    return _written(workplace, pregnancy_id, fetched(entries_for(workplace, at, pregnancy_id)))


def own_file(workplace: Workplace, pregnancy_id: int) -> list[Written]:
    """Return every version of what an organisation wrote itself, newest first, treating or not."""
    return _written(workplace, pregnancy_id, fetched(own_file_of(workplace, pregnancy_id)))


def known_of_her(workplace: Workplace, pregnancy_id: int, at: datetime) -> list[Written]:
    """Return the same, and what is known of the woman from her other pregnancies (`is_before`)."""
    entries = entries_of_her_for(workplace, at, pregnancy_id)
    return _written(workplace, pregnancy_id, fetched(entries))


def known_and_done(
    workplace: Workplace, pregnancy_id: int, at: datetime, form: str
) -> tuple[list[Written], list[Entry]]:
    """Return `known_of_her`, and of a form what others did that may be told; one query.

    Of the second only that it was done may be told, and to who is about to do it again.
    """
    if part_of(workplace) is None:
        return known_of_her(workplace, pregnancy_id, at), []
    seen = entries_of_her_for(workplace, at, pregnancy_id)
    done = done_elsewhere(workplace, at, pregnancy_id).filter(form=form)
    rows: list[Any] = fetched(seen, done)
    replaced = {row.replaces_id for row in rows}
    of_others = [
        row
        for row in rows
        if row.form == form
        and row.pregnancy_id == pregnancy_id
        and row.organisation_id != workplace.organisation_id
        and row.pk not in replaced
        and not row.is_in_error
    ]
    shown = [row for row in rows if row.of_entries]
    return _written(workplace, pregnancy_id, shown), of_others


def _written(workplace: Workplace, pregnancy_id: int, entries: Sequence[Entry]) -> list[Written]:
    versions: dict[int | None, int] = {}
    replaced = {entry.replaces_id for entry in entries}
    found = []
    for entry in entries:
        versions[entry.pk] = versions.get(entry.replaces_id, 0) + 1
        observations = tuple(_seen(workplace, entry))
        is_before = entry.pregnancy_id != pregnancy_id
        if is_before:
            observations = tuple(one for one in observations if _is_of_the_woman(one, entry))
        if not observations and (is_before or entry.observations.all()):
            # Nothing on it is for this reader: that it was written tells something too.
            continue
        found.append(
            Written(
                entry=entry,
                observations=observations,
                counts_as=tuple(link.activity.code for link in entry.counted.all()),
                version_no=versions[entry.pk],
                is_current=entry.pk not in replaced and not entry.is_in_error,
                is_before=is_before,
            )
        )
    found.sort(key=lambda one: _moment(one.entry), reverse=True)
    return found


def known_values(written: Iterable[Written]) -> dict[Place, tuple[Observation, Entry]]:
    """Return the newest present value of every element, with the entry that says so."""
    newest: dict[Place, tuple[Observation, Entry]] = {}
    for one in sorted(written, key=lambda one: _moment(one.entry)):
        if one.is_current:
            for observation in one.observations:
                newest[observation.element, observation.number] = (observation, one.entry)
    return newest


def versions_of(written: Sequence[Written], entry_id: int) -> list[Written]:
    """Return every version of the entry that one of them is, oldest first."""
    by_id = {one.entry.pk: one for one in written}
    later: dict[int | None, int] = {one.entry.replaces_id: one.entry.pk for one in written}
    first = entry_id
    while (one := by_id.get(first)) is not None and one.entry.replaces_id in by_id:
        first = one.entry.replaces_id
    chain = []
    step: int | None = first
    while step is not None and step in by_id:
        chain.append(by_id[step])
        step = later.get(step)
    return chain


def drafts_on(pregnancy_id: int) -> list[Draft]:
    """Return what anybody is writing on a pregnancy; of others only who, never what, is shown."""
    return list(
        Draft.objects.filter(pregnancy_id=pregnancy_id)
        .select_related("person", "organisation")
        .order_by("-changed_at")
    )


def _moment(entry: Entry) -> tuple[object, ...]:
    return (entry.happened_on, entry.happened_minute or 0, entry.recorded_at, entry.pk)


def _is_of_the_woman(observation: Observation, entry: Entry) -> bool:
    return is_of_the_woman(load().element(observation.element, entry.happened_on))


def _seen(workplace: Workplace, entry: Entry) -> Iterable[Observation]:
    """Yield the observations that a workplace may see: all of its own, its part of others'."""
    if entry.organisation_id == workplace.organisation_id or part_of(workplace) is None:
        yield from entry.observations.all()
        return
    dictionary = load()
    for observation in entry.observations.all():
        element = dictionary.element(observation.element, entry.happened_on)
        if element is not None and sees_element(workplace, element):
            yield observation
