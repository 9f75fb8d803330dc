"""The due date on its form: what follows from measures, how exact it is, and what it takes over.

The rules are in `rules/due_date.py`; this reads what they need from what was typed and known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.entries.queries import Place
from ooievaar.record.entries.rules.due_date import Estimate, beats, precision_days, worked_out

FORM = "due_date"
DUE_ON, METHOD, PRECISION = "due_date", "due_date_method", "due_date_precision_days"
DETERMINED_ON, LAST_PERIOD, CYCLE, MEASURE = (
    "due_date_determined_on", "last_period", "cycle_days", "crl",
)  # fmt: skip
Known = Mapping[Place, tuple[Observation, Entry]]
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A due date that follows from what is known; `typed` is how the form would say it."""

    method: str
    name: str
    due_on: date
    precision_days: int
    typed: Values


def proposals(values: Values, known: Known, day: date) -> list[Proposal]:
    """Return the due dates that follow from scans and from what was typed, the best first."""
    methods = load().due(day)
    found = worked_out(
        methods,
        today=day,
        crl=_longest(known),
        formula=load().dating(MEASURE, day),
        last_period=_day(values.get(LAST_PERIOD)),
        cycle_days=int(values[CYCLE]) if values.get(CYCLE) else None,
    )
    made = []
    for one in found:
        precision = precision_days(methods, one)
        typed = {
            DUE_ON: one.due_on.isoformat(),
            METHOD: one.method,
            PRECISION: "" if precision is None else str(precision),
            DETERMINED_ON: one.determined_on.isoformat(),
        }
        made.append(Proposal(one.method, _name(one.method, day), one.due_on, precision or 0, typed))
    return made


def precision_by(method: str, day: date) -> int | None:
    """Return how many days a due date by a method is off at most; None when nothing tells."""
    return precision_days(load().due(day), Estimate(day, method, day))


def precision_that_follows(values: Values, known: Known, day: date) -> str | None:
    """Return how exact a due date is when nobody said so; None when somebody did.

    What was known of another method is no word about this one.
    """
    method, said = values.get(METHOD), values.get(PRECISION)
    if not method:
        return None
    before = {key: known[key, 0][0].value for key in (METHOD, PRECISION) if (key, 0) in known}
    is_left_over = before.get(METHOD, method) != method and before.get(PRECISION) == said
    if said and not is_left_over:
        return None
    days = precision_by(method, day)
    return None if days is None else str(days)


def better_that_was_known(values: Values, known: Known, day: date) -> str | None:
    """Ask about a due date that takes the place of one that was found in a better way."""
    due_on, method, before = _day(values.get(DUE_ON)), values.get(METHOD), known.get((DUE_ON, 0))
    if due_on is None or not method or before is None:
        return None
    entry = before[1]
    own = {key: known[key, 0] for key in (METHOD, DETERMINED_ON) if (key, 0) in known}
    said = {key: row.value for key, (row, writer) in own.items() if writer.pk == entry.pk}
    if METHOD not in said or said[METHOD] == method:
        return None
    old = Estimate(
        date.fromisoformat(before[0].value),
        said[METHOD],
        _day(said.get(DETERMINED_ON)) or entry.happened_on,
    )
    new = Estimate(due_on, method, _day(values.get(DETERMINED_ON)) or day)
    if not beats(load().due(day), old, new):
        return None
    return _("De eerdere datum, %(due)s, kwam van %(method)s (%(day)s). Klopt deze nieuwe?") % {
        "due": f"{old.due_on:%d-%m-%Y}",
        "method": _name(old.method, day),
        "day": f"{old.determined_on:%d-%m-%Y}",
    }


def in_values(observed: Iterable[Any]) -> dict[str, str]:
    """Return what is observed of the woman and the pregnancy as a whole, by element."""
    return {one.element: one.value for one in observed if one.number == 0}


def _longest(known: Known) -> dict[date, float]:
    found: dict[date, float] = {}
    for (key, _number), (row, entry) in known.items():
        if key == MEASURE:
            longest = max(float(Decimal(row.value)), found.get(entry.happened_on, 0))
            found[entry.happened_on] = longest
    return found


def _name(method: str, day: date) -> str:
    return words.said_value(load().element(METHOD, day), method)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
