"""What the dictionary is made of: elements, forms, and what counts as what. Values, no behaviour.

Days are half-open: a part holds in `[valid_from, valid_until)`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

Range = tuple[Decimal, Decimal]
"""Lowest and highest, both of them inside."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to an element of kind `code` or `codes`; `system` and its code where published."""

    code: str
    name_nl: str
    name_en: str
    system: str = ""
    system_code: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that can be recorded, as it stands on a day.

    Outside `plausible` a value is asked about, outside `possible` it is refused. `scope` tells how
    long it is known: of the `woman`, of this `pregnancy`, or only at this `moment`. `sets` are the
    published transactions in which it travels (and the kernset); `pwd` and `kernset` its numbers.
    `source` speaks of the element, `range_source` of its ranges.
    """

    key: str
    name_nl: str
    name_en: str
    kind: str
    scope: str
    unit: str = ""
    decimals: int = 0
    plausible: Range | None = None
    possible: Range | None = None
    choices: tuple[Choice, ...] = ()
    pwd: int | None = None
    kernset: int | None = None
    system: str = ""
    system_code: str = ""
    sets: frozenset[str] = frozenset()
    valid_from: date = date.min
    valid_until: date = date.max
    source: str = ""
    verified: bool = False
    range_source: str = ""
    range_verified: bool = False

    def choice(self, code: str) -> Choice | None:
        """Return the choice with a code, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)


class Field(NamedTuple):
    """An element on a form, and whether the form is unfinished without it."""

    key: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of a form with what stands under it.

    `about` tells whose it is: the `woman` (number 0), or each `earlier` pregnancy, `fetus` or
    `child` by its number from 1.
    """

    name_nl: str
    name_en: str
    about: str
    elements: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """What is filled in at once; `about` is that of the groups that repeat, else the woman.

    `can_have_more`: this is where one finds out that there is another child or pregnancy.
    """

    key: str
    name_nl: str
    name_en: str
    section: str
    roles: frozenset[str]
    about: str
    is_contact: bool
    groups: tuple[Group, ...]
    valid_from: date
    valid_until: date
    can_have_more: bool = False

    @cached_property
    def element_keys(self) -> frozenset[str]:
        """Every element that may be filled in on it."""
        return frozenset(field.key for group in self.groups for field in group.elements)

    @cached_property
    def required_keys(self) -> frozenset[str]:
        """The elements without which it is unfinished."""
        return frozenset(
            field.key for group in self.groups for field in group.elements if field.is_required
        )

    def about_of(self, key: str) -> str:
        """Return whose an element of this form is; KeyError when it does not stand on it."""
        for group in self.groups:
            if any(field.key == key for field in group.elements):
                return group.about
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading under which forms are listed."""

    key: str
    name_nl: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Asks something of what was recorded of any of the `elements`.

    `one_of`: a value (or one of several) is among these. `none_of`: no value is. `at_least`: a
    number, that or more. `fewer_than`: no number that is as much. `example`: any value will do.
    """

    elements: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    at_least: int | None = None
    fewer_than: int | None = None
    example: str = ""

    def holds(self, values: Mapping[str, Iterable[str]]) -> bool:
        """Tell whether values by element (whoever they are of) answer to this."""
        found = [value for key in self.elements for value in values.get(key, ())]
        if self.fewer_than is not None:
            return all(Decimal(value) < self.fewer_than for value in found)
        if self.at_least is not None:
            return any(Decimal(value) >= self.at_least for value in found)
        parts = {part for value in found for part in value.split()}
        if self.none_of:
            return not parts.intersection(self.none_of)
        if self.one_of:
            return bool(parts.intersection(self.one_of))
        return bool(found)


@dataclass(frozen=True, slots=True)
class CountRow:
    """A finished form with these values, by these disciplines, counts as one care activity.

    `quantity_from`, `duration_from` and `child_from` name the elements that give these numbers.
    """

    key: str
    form: str
    disciplines: frozenset[str]
    code: str
    when: tuple[Condition, ...]
    sentence_nl: str
    sentence_en: str
    valid_from: date
    valid_until: date
    specialism: str = ""
    quantity_from: str = ""
    duration_from: str = ""
    child_from: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class RepeatWindow:
    """The same diagnostic within these days is a repeat; `when` tells which diagnostic it is."""

    key: str
    name_nl: str
    name_en: str
    form: str
    when: tuple[Condition, ...]
    window_days: int
    valid_from: date
    valid_until: date
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DueMethod:
    """A way to determine the due date: the lowest `rank` counts, off by at most these days."""

    method: str
    rank: int
    precision_days: int
    valid_from: date
    valid_until: date
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a formula: `coefficient * (x / scale)^power * ln(x / scale)^log_power`."""

    coefficient: float
    power: float = 0
    log_power: int = 0
    scale: float = 1


@dataclass(frozen=True, slots=True)
class GrowthFormula:
    """The spread of a measure of the fetus by exact weeks of gestation.

    `sd_is_log`: the terms of `sd` give its logarithm. With `skew` (Box-Cox) the `mean` is the
    median of the logarithm of the measure and `sd` its coefficient of variation.
    """

    measure: str
    name_nl: str
    name_en: str
    unit: str
    from_days: int
    until_days: int
    mean: tuple[Term, ...]
    sd: tuple[Term, ...]
    sd_is_log: bool
    skew: tuple[Term, ...]
    valid_from: date
    valid_until: date
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class DatingFormula:
    """Days of gestation by a measure of the fetus in mm, within the measures it was made for."""

    measure: str
    from_mm: int
    until_mm: int
    days: tuple[Term, ...]
    valid_from: date
    valid_until: date
    source: str
    verified: bool
