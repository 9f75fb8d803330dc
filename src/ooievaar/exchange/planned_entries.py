"""Entries to be, as they fill up with what files of others tell. Pure.

Prevents that one value hides another: what an entry says already, otherwise, goes in an entry of
its own beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ooievaar.record.entries.rules.parts import Element
from ooievaar.record.entries.rules.values import LONGEST_TEXT

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something down, as the file names them; `agb` where it gives one.

    `is_person` when the file names somebody and no organisation.
    """

    name: str = ""
    agb: str = ""
    specialty: str = ""
    is_person: bool = False


@dataclass
class PlannedEntry:
    """An entry that files tell of; `anchor` names it the same at every reading.

    `told_by` says what gave its values: a part of the files, and where in it.
    """

    anchor: str
    form: str
    day: date
    minute: int | None
    author: Author
    values: dict[Key, str] = field(default_factory=dict)
    told_by: list[tuple[Any, str]] = field(default_factory=list)

    @property
    def order(self) -> tuple[object, ...]:
        """Entries are stored in the order in which things happened."""
        return (self.day, self.minute or 0, self.anchor)


class Entries:
    """The entries of one pregnancy to be, by anchor."""

    def __init__(self) -> None:
        self._by_anchor: dict[str, PlannedEntry] = {}

    def __iter__(self) -> Iterator[PlannedEntry]:
        return iter(sorted(self._by_anchor.values(), key=lambda entry: entry.order))

    def get(self, anchor: str) -> PlannedEntry | None:
        """Return the entry of an anchor, if there is one."""
        return self._by_anchor.get(anchor)

    def on(self, form: str, day: date) -> PlannedEntry | None:
        """Return the first entry of a form on a day, if there is one."""
        found = (entry for entry in self if entry.form == form and entry.day == day)
        return next(found, None)

    def drop(self, entry: PlannedEntry) -> None:
        """Take an entry out that says nothing any more."""
        del self._by_anchor[entry.anchor]

    def make(
        self, anchor: str, form: str, day: date, minute: int | None, author: Author
    ) -> PlannedEntry:
        """Return the entry of an anchor, new if need be."""
        entry = self._by_anchor.get(anchor)
        if entry is None:
            entry = PlannedEntry(anchor, form, day, minute, author)
            self._by_anchor[anchor] = entry
        return entry

    def put(
        self,
        entry: PlannedEntry,
        element: Element,
        number: int,
        value: str,
        told_by: Any,
        path: str,
        minute: int | None = None,
    ) -> PlannedEntry:
        """Write a value in an entry, or beside it when the entry says something else already."""
        key = (element.key, number)
        said = entry.values.get(key)
        if said is not None and said != value:
            if element.kind == "codes":
                value = " ".join(sorted({*said.split(), *value.split()}))
            elif element.kind == "text" and len(said) + len(value) < LONGEST_TEXT:
                value = said if value in said.split("\n") else f"{said}\n{value}"
            else:
                beside = f"{entry.anchor}/{told_by.key}"
                entry = self.make(beside, entry.form, entry.day, minute, entry.author)
        entry.values[key] = value
        entry.told_by.append((told_by, path))
        return entry
