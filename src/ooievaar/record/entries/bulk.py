"""Many entries at once, of records that were written elsewhere: the same rows as one by one.

For regions that are made up or moved in whole. An entry may tell as which care activities, already
on record, it counts: no activity is made here, and no version of a pregnancy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from ooievaar.record.entries.commands import Observed, is_of
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import HERE, CountedActivity, Entry, Observation
from ooievaar.record.entries.rules.values import Impossible, read_value
from ooievaar.storage.bulk import insert_rows, next_id, restart_numbering

ENTRY_FIELDS = (
    "id", "woman_id", "pregnancy_id", "form", "organisation_id", "person_id", "role", "happened_on",
    "happened_minute", "recorded_at", "source", "source_reference", "is_in_error", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A form as somebody elsewhere filled it in; `activity_ids` are what it counts as."""

    woman_id: int
    pregnancy_id: int
    form: str
    organisation_id: int
    person_id: int | None
    role: str
    happened_on: date
    happened_minute: int | None
    recorded_at: datetime
    source_reference: str
    observed: tuple[Observed, ...]
    activity_ids: tuple[int, ...] = ()


def add_written(entries: Iterable[Written], source: str) -> int:
    """Store entries of a source, in this order; return how many.

    What cannot stand on its form, or is not written as it is stored, is a bug of who made it: an
    AssertionError names it, and nothing is stored.
    """
    assert source != HERE, "what is registered here is finished one by one, and counts"
    rows = list(entries)
    for row in rows:
        _check(row)
    with transaction.atomic():
        first = next_id(Entry)
        insert_rows(Entry, ENTRY_FIELDS, _entry_rows(rows, source, first))
        restart_numbering(Entry)
        insert_rows(
            Observation,
            ("entry_id", "element", "number", "value"),
            (
                (number, one.element, one.number, one.value)
                for number, row in enumerate(rows, start=first)
                for one in row.observed
            ),
        )
        insert_rows(
            CountedActivity,
            ("entry_id", "activity_id"),
            (
                (number, activity_id)
                for number, row in enumerate(rows, start=first)
                for activity_id in row.activity_ids
            ),
        )
    return len(rows)


def _entry_rows(rows: list[Written], source: str, first: int) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, start=first):
        yield (
            number, row.woman_id, row.pregnancy_id, row.form, row.organisation_id, row.person_id,
            row.role, row.happened_on.isoformat(), row.happened_minute, row.recorded_at,
            source, row.source_reference, False, "",
        )  # fmt: skip


def _check(row: Written) -> None:
    form = load().form(row.form, row.happened_on)
    assert form is not None, row.form
    given = set()
    for one in row.observed:
        assert one.element in form.element_keys, f"{one.element} does not stand on {row.form}"
        assert is_of(form, one), f"{one.element} of {one.number}"
        assert _reads_as_itself(one.element, one.value, row.happened_on), one
        given.add(one.element)
    assert not form.required_keys - given, f"{row.form}: {form.required_keys - given}"


def _reads_as_itself(key: str, value: str, day: date) -> bool:
    element = load().element(key, day)
    if element is None:
        return False
    read = read_value(element, value)
    return not isinstance(read, Impossible) and read.value == value
