"""Rule `counts_as`: finishing a form is registering; which care activities does it count as?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ooievaar.record.entries.rules.parts import Condition, CountRow

Seen = tuple[str, int, str]
"""An observation: element, number (of whom it is), value."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A care activity as which a form counts; `key` names the row of the mapping that says so."""

    code: str
    specialism: str = ""
    quantity: int = 1
    duration_minutes: int = 0
    child_number: int = 0
    minute: int | None = None
    key: str = ""
    sentence_nl: str = ""
    sentence_en: str = ""


def counts_as(
    counts: Iterable[CountRow],
    form: str,
    discipline: str,
    observed: Iterable[Seen],
    minute: int | None = None,
) -> tuple[Counted, ...]:
    """Return what a form counts as by the mapping of its day, in the order of the mapping.

    `minute` is when it happened, in minutes after midnight, if that is known.
    """
    values: dict[str, list[str]] = defaultdict(list)
    for element, _number, value in observed:
        values[element].append(value)
    return tuple(
        Counted(
            code=row.code,
            specialism=row.specialism,
            quantity=_whole(values, row.quantity_from, 1),
            duration_minutes=_whole(values, row.duration_from, 0),
            child_number=_whole(values, row.child_from, 0),
            minute=minute,
            key=row.key,
            sentence_nl=row.sentence_nl,
            sentence_en=row.sentence_en,
        )
        for row in counts
        if row.form == form
        and discipline in row.disciplines
        and all(condition.holds(values) for condition in row.when)
    )


def values_for(
    counts: Sequence[CountRow],
    code: str,
    discipline: str,
    *,
    quantity: int = 1,
    duration_minutes: int = 0,
    child_number: int = 0,
) -> tuple[str, dict[str, str]] | None:
    """Return a form and values (by element, of number 0) that count as exactly this activity.

    The inverse of `counts_as`; None when nothing this discipline fills in counts as it.
    """
    for row in counts:
        if row.code != code or discipline not in row.disciplines:
            continue
        values = {element: value for element, value in map(_answer, row.when) if value is not None}
        for element, number, usual in (
            (row.quantity_from, quantity, 1),
            (row.duration_from, duration_minutes, 0),
            (row.child_from, child_number, 0),
        ):
            if element and (number != usual or element in values):
                values[element] = str(number)
        found = counts_as(counts, row.form, discipline, ((key, 0, values[key]) for key in values))
        if [(one.code, one.quantity, one.duration_minutes, one.child_number) for one in found] == [
            (code, quantity, duration_minutes, child_number)
        ]:
            return row.form, values
    return None


def _answer(condition: Condition) -> tuple[str, str | None]:
    """Return the plainest value of which a condition holds; None where silence does."""
    element = condition.elements[0]
    if condition.none_of or condition.fewer_than is not None:
        return element, None
    if condition.one_of:
        return element, condition.one_of[0]
    if condition.at_least is not None:
        return element, str(condition.at_least)
    return element, condition.example


def _whole(values: Mapping[str, Sequence[str]], element: str, otherwise: int) -> int:
    """Return the number of an element; several of them together."""
    found = values.get(element, ())
    return int(sum(Decimal(value) for value in found)) if found else otherwise
