"""No double diagnostics: what a partner made already is shown first, and the choice is counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ooievaar.network.doors import WorkingRequest
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import Form, load
from ooievaar.record.entries.forms import EntryForm
from ooievaar.record.entries.models import Entry, Observation, RepeatChoice
from ooievaar.record.entries.pages.opening import Opened
from ooievaar.record.entries.queries import Written
from ooievaar.record.entries.rules.parts import RepeatWindow
from ooievaar.record.entries.rules.repeats import Made, made_already
from ooievaar.record.permissions import known

PREVENTED = "prevented_repeats"
"""Key in the session of what somebody chose not to make again."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A diagnostic of this form that a partner made within its window of `days`.

    `is_chosen` where what was typed is this diagnostic again; `is_elsewhere` where it is not shared
    with this reader: then neither who made it nor when, and no result, is ever shown.
    """

    diagnostic: str
    name: str
    entry: Entry
    who: str
    result: str
    is_chosen: bool
    days: int
    is_elsewhere: bool = False


def repeats_of(
    request: WorkingRequest,
    page: Opened,
    definition: Form,
    written: Sequence[Written],
    filled: EntryForm,
) -> list[Repeat]:
    """Return what of this form was made already by others, the newest of each diagnostic.

    What somebody chose not to make again is not asked of them twice while they are signed in.
    """
    earlier = _of_others(page, written)
    made = _made(earlier)
    windows, key, day = load().repeats(filled.day), definition.key, filled.day
    typed = filled.readable() if filled.is_bound else []
    again = {one.window.key for one in made_already(windows, key, day, made, typed) if typed}
    found, told = [], set()
    for one in made_already(windows, key, day, made):
        if one.window.key in told:
            continue
        told.add(one.window.key)
        before = earlier[one.made.reference]
        found.append(
            Repeat(
                diagnostic=one.window.key,
                name=words.named(one.window),
                entry=before.entry,
                who=words.who(before.entry),
                result=words.summary(_about(one.window, before)),
                is_chosen=one.window.key in again,
                days=one.window.window_days,
            )
        )
    return sorted(_not_chosen_before(request, found), key=lambda one: not one.is_chosen)


def elsewhere_of(
    request: WorkingRequest,
    page: Opened,
    definition: Form,
    written: Sequence[Written],
    done: Iterable[Entry],
    filled: EntryForm,
) -> list[Repeat]:
    """Return what of this form others made (`done`) and this reader is not shown.

    That it was made is told, so that nobody does it again unknowing (decision 0017).
    """
    windows, key, day = load().repeats(filled.day), definition.key, filled.day
    by_id = {entry.pk: entry for entry in done}
    made = [
        Made(
            entry.pk,
            entry.form,
            entry.happened_on,
            tuple((row.element, row.number, row.value) for row in entry.observations.all()),
        )
        for entry in by_id.values()
    ]
    shown = made_already(windows, key, day, _made(_of_others(page, written)))
    told = {one.window.key for one in shown}
    typed = filled.readable() if filled.is_bound else []
    again = {one.window.key for one in made_already(windows, key, day, made, typed) if typed}
    found = []
    for one in made_already(windows, key, day, made):
        if one.window.key in told:
            continue
        told.add(one.window.key)
        found.append(
            Repeat(
                diagnostic=one.window.key,
                name=words.named(one.window),
                entry=by_id[one.made.reference],
                who="",
                result="",
                is_chosen=one.window.key in again,
                days=one.window.window_days,
                is_elsewhere=True,
            )
        )
    return _not_chosen_before(request, found)


def _of_others(page: Opened, written: Sequence[Written]) -> dict[int, Written]:
    return {
        one.entry.pk: one
        for one in written
        if one.is_current and one.entry.organisation_id != page.workplace.organisation_id
    }


def _made(earlier: dict[int, Written]) -> list[Made]:
    return [
        Made(key, one.entry.form, one.entry.happened_on, tuple(_seen(one)))
        for key, one in earlier.items()
    ]


def _not_chosen_before(request: WorkingRequest, found: Iterable[Repeat]) -> list[Repeat]:
    kept = request.session.get(PREVENTED, [])
    return [one for one in found if one.is_chosen or _mark(one) not in kept]


def is_whole_form(definition: Form) -> bool:
    """Tell whether a diagnostic is the whole form: not to make it again is not to fill it in."""
    windows = [one for one in load().repeat_windows if one.form == definition.key]
    named = {key for one in windows for condition in one.when for key in condition.elements}
    return named <= definition.required_keys


def _about(window: RepeatWindow, made: Written) -> Written:
    """Return what an entry says of one test, where the test is not the whole entry."""
    keys = {key for condition in window.when for key in condition.elements}
    own = tuple(row for row in made.observations if row.element in keys)
    return replace(made, observations=own) if own and len(keys) == 1 and not _is_kind(own) else made


def _is_kind(own: Sequence[Observation]) -> bool:
    """Tell whether an element only says which test it was, so that the result is the rest."""
    return all(row.element.endswith("_kind") for row in own)


def _seen(one: Written) -> Iterable[tuple[str, int, str]]:
    return ((row.element, row.number, row.value) for row in one.observations)


def _mark(repeat: Repeat) -> str:
    return f"{repeat.diagnostic}:{repeat.entry.pk}"


def choose(
    request: WorkingRequest, page: Opened, repeat: Repeat, *, entry: Entry | None, reason: str
) -> RepeatChoice:
    """Count, once, that a diagnostic was prevented, or made again with a reason."""
    made, _is_new = RepeatChoice.objects.get_or_create(
        pregnancy_id=page.pregnancy_id,
        diagnostic=repeat.diagnostic,
        earlier=repeat.entry,
        entry=entry,
        organisation_id=known(page.workplace.organisation_id),
        is_prevented=entry is None,
        defaults={"person": request.user, "reason": reason, "chosen_at": page.at},
    )
    if entry is None:
        request.session[PREVENTED] = [*request.session.get(PREVENTED, []), _mark(repeat)]
    note(request, Kind.CHANGE, "repeat", made.pk, action=Action.CREATE, **page.logged)
    return made
