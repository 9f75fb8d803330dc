"""The dictionary as the record reads it: by day, by key, by role."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from ooievaar.record.entries.rules.parts import (
    CountRow,
    DatingFormula,
    DueMethod,
    Element,
    Form,
    GrowthFormula,
    RepeatWindow,
    Section,
)


class Dated(Protocol):
    """Holds in `[valid_from, valid_until)`."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102

    @property
    def valid_until(self) -> date: ...  # noqa: D102


DatedT = TypeVar("DatedT", bound=Dated)


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Every file of the dictionary, checked.

    `elements_by_key` and `forms_by_key` have the periods of each; `choices` the numbers of ours,
    `source_titles` the sources by their short names.
    """

    sections: tuple[Section, ...]
    elements_by_key: Mapping[str, tuple[Element, ...]]
    forms_by_key: Mapping[str, tuple[Form, ...]]
    count_rows: tuple[CountRow, ...]
    repeat_windows: tuple[RepeatWindow, ...]
    due_methods: tuple[DueMethod, ...]
    dating_formulas: tuple[DatingFormula, ...]
    growth_formulas: tuple[GrowthFormula, ...]
    choices: Mapping[str, int]
    source_titles: Mapping[str, str]

    def element(self, key: str, day: date) -> Element | None:
        """Return an element as it stands on a day; None when the dataset does not have it then."""
        return next(iter(in_force(self.elements_by_key.get(key, ()), day)), None)

    def elements(self, day: date) -> tuple[Element, ...]:
        """Return every element of a day, in the order of the files."""
        periods = (row for rows in self.elements_by_key.values() for row in rows)
        return in_force(periods, day)

    def form(self, key: str, day: date) -> Form | None:
        """Return a form as it stands on a day; None when there is none then."""
        return next(iter(in_force(self.forms_by_key.get(key, ()), day)), None)

    def forms(self, day: date) -> tuple[Form, ...]:
        """Return every form of a day, in the order of the file."""
        return in_force((row for rows in self.forms_by_key.values() for row in rows), day)

    def forms_for(self, role: str, day: date) -> tuple[Form, ...]:
        """Return the forms that a role may fill in."""
        return tuple(form for form in self.forms(day) if role in form.roles)

    def counts(self, day: date) -> tuple[CountRow, ...]:
        """Return what counts as what on a day."""
        return in_force(self.count_rows, day)

    def repeats(self, day: date) -> tuple[RepeatWindow, ...]:
        """Return how long each diagnostic need not be made again, on a day."""
        return in_force(self.repeat_windows, day)

    def due(self, day: date) -> tuple[DueMethod, ...]:
        """Return the ways to determine the due date on a day, the best first."""
        return tuple(sorted(in_force(self.due_methods, day), key=lambda method: method.rank))

    def dating(self, measure: str, day: date) -> DatingFormula | None:
        """Return how a measure of the fetus tells its age, on a day."""
        formulas = in_force(self.dating_formulas, day)
        return next((formula for formula in formulas if formula.measure == measure), None)

    def growth(self, measure: str, day: date) -> GrowthFormula | None:
        """Return the reference for a measure of the fetus on a day."""
        formulas = in_force(self.growth_formulas, day)
        return next((formula for formula in formulas if formula.measure == measure), None)


def in_force(rows: Iterable[DatedT], day: date) -> tuple[DatedT, ...]:
    """Return what holds on a day, in the order given."""
    return tuple(row for row in rows if row.valid_from <= day < row.valid_until)
