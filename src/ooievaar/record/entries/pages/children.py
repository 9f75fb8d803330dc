"""A quiet word when what is written of the number of children does not agree; it stops nobody."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ooievaar.record.entries.forms import EntryForm, Known
from ooievaar.record.entries.rules.children import BORN, CARRIED, WRITTEN, children_said


@dataclass(frozen=True, slots=True)
class Count:
    """One place that tells how many children there are; `entry_id` 0 is what is being typed."""

    said: str
    entry_id: int


def counts_that_differ(known: Known, filled: EntryForm | None = None) -> list[Count]:
    """Return how many children each place tells of, when they do not agree; else nothing.

    What is typed in a form takes the place of what was known; other forms are not about it.
    """
    places = {(CARRIED, 0), (BORN, 0), *(place for place in known if place[0] == WRITTEN)}
    values = {place: known[place][0].value for place in places if place in known}
    written_in = {place: known[place][1].pk for place in values}
    if filled is not None:
        if not filled.definition.element_keys & {CARRIED, BORN, WRITTEN}:
            return []
        typed = {(key, number): value for key, number, value in filled.readable()}
        for place, value in typed.items():
            if values.get(place) != value:
                values[place], written_in[place] = value, 0
    said = children_said((key, number, value) for (key, number), value in values.items())
    if said.agree:
        return []
    found = []
    if said.carried is not None:
        words = _("kinderen in deze zwangerschap: %(n)s") % {"n": said.carried}
        found.append(Count(words, written_in[CARRIED, 0]))
    if said.born is not None:
        words = _("geboren volgens de bevalling: %(n)s") % {"n": said.born}
        found.append(Count(words, written_in[BORN, 0]))
    if said.written:
        words = _("kinderen van wie de geboorte is beschreven: %(n)s") % {"n": said.written}
        found.append(Count(words, _last(written_in, values)))
    return found


def _last(written_in: dict[tuple[str, int], int], places: Iterable[tuple[str, int]]) -> int:
    entries = [written_in[place] for place in places if place[0] == WRITTEN]
    return 0 if 0 in entries else max(entries)
