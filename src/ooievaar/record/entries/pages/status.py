"""What stands under the form while somebody writes: kept when, counts as what, what others do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ooievaar.network.doors import WorkingRequest
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import dating, words
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.forms import EntryForm
from ooievaar.record.entries.models import Draft, Entry
from ooievaar.record.entries.pages.opening import Opened
from ooievaar.record.entries.permissions import entries_for
from ooievaar.record.entries.rules.counts_as import counts_as

BUSY = timedelta(minutes=30)
"""How long after their last change somebody is still writing."""
MOST_NEWS = 5
OPENED, VERSION, SHOWN, LOOKS = "opened_at", "version", "shown_until", "looks"


@dataclass(frozen=True, slots=True)
class News:
    """What somebody else put in the record since this form was opened."""

    entry: Entry
    who: str
    form: str


def status_of(
    request: WorkingRequest,
    page: Opened,
    filled: EntryForm,
    saved_at: datetime | None,
    drafts: Sequence[Draft],
) -> dict[str, Any]:
    """Return what stands under the form: kept when, counts as what, and what others do."""
    return {
        "pregnancy_id": page.pregnancy_id,
        "saved_at": saved_at,
        "counts": counting(page, filled),
        "can_count": any(
            row.form == filled.definition.key and page.workplace.discipline in row.disciplines
            for row in load().counts(filled.day)
        ),
        "opened_at": opened_at(request, page.at).isoformat(),
        **of_others(request, page, filled.definition.key, drafts),
        **due_date_status(filled),
    }


def of_others(
    request: WorkingRequest, page: Opened, form: str, drafts: Iterable[Draft]
) -> dict[str, Any]:
    """Return what others wrote since this form was opened, and who is writing the same one.

    That it was shown is noted once, however often the page asks whether there is something new.
    """
    news: list[News] = []
    if request.method == "POST":
        news = news_since(page, opened_at(request, page.at))
    shown_until = max((one.entry.recorded_at.isoformat() for one in news), default="")
    if shown_until > request.POST.get(SHOWN, ""):
        note(request, Kind.READ, "record", page.pregnancy_id, **page.logged)
    writing = others_writing(page, form, drafts, VERSION in request.POST)
    return {"news": news, "shown_until": shown_until, "writing": writing}


def due_date_status(filled: EntryForm) -> dict[str, Any]:
    """Return the due dates that follow from what was measured and typed; nothing elsewhere."""
    if filled.definition.key != dating.FORM:
        return {}
    values = {key: value for key, number, value in filled.readable() if number == 0}
    found = dating.proposals(values, filled.known, filled.day)
    follows = dating.precision_that_follows(values, filled.known, filled.day)
    return {
        "proposals": [
            (one, values.get(dating.DUE_ON) == one.typed[dating.DUE_ON]) for one in found
        ],
        "precision_follows": follows,
    }


def opened_at(request: WorkingRequest, at: datetime) -> datetime:
    """Return when this form was opened; what was tampered with is now."""
    try:
        typed = parse_datetime(request.POST.get(OPENED, ""))
    except ValueError:
        typed = None
    return typed if typed and timezone.is_aware(typed) and typed <= at else at


def counting(page: Opened, filled: EntryForm) -> list[str]:
    """Say as what this would count if it were finished now."""
    day = filled.day
    counted = counts_as(
        load().counts(day),
        filled.definition.key,
        page.workplace.discipline,
        filled.readable(),
        None,
    )
    return [words.sentence(one) for one in counted]


def news_since(page: Opened, since: datetime) -> list[News]:
    """Return what others put in the record since a moment."""
    found = (
        entries_for(page.workplace, page.at, page.pregnancy_id)
        .filter(recorded_at__gt=since)
        .exclude(person_id=page.workplace.person_id)
        .select_related("person", "organisation")
        .order_by("-recorded_at")[:MOST_NEWS]
    )
    return [News(one, words.who(one), words.form_name(one.form, one.happened_on)) for one in found]


def others_writing(
    page: Opened, form: str, drafts: Iterable[Draft], corrects: bool = False
) -> list[str]:
    """Return who else is writing the same form now; never what they wrote."""
    return [
        f"{draft.person.name}, {draft.organisation.name}"
        for draft in drafts
        if draft.form == form
        and (draft.replaces_id is not None) == corrects
        and draft.person_id != page.workplace.person_id
        and draft.changed_at >= page.at - BUSY
    ]
