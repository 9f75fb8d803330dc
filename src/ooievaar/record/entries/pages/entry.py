"""One entry with all its versions; correcting it, and saying that it should not be there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import words
from ooievaar.record.entries.commands import Observed, drop_draft, mark_in_error
from ooievaar.record.entries.dictionary import Form, load
from ooievaar.record.entries.forms import DAY, TIME, EntryForm
from ooievaar.record.entries.models import Draft
from ooievaar.record.entries.pages.children import counts_that_differ
from ooievaar.record.entries.pages.opening import CARE_DOOR, Opened, opened
from ooievaar.record.entries.pages.status import VERSION, status_of
from ooievaar.record.entries.pages.writing import (
    TAKES,
    finish_form,
    make_form,
    not_yours,
    one_more,
    told_and_back,
    with_due_date,
)
from ooievaar.record.entries.queries import Place, Written, drafts_on, versions_of
from ooievaar.record.relations import Rejected
from ooievaar.ui.templatetags.ooievaar import clock_time

CHOICE, THEIRS = "choose-", "theirs"


@dataclass(frozen=True, slots=True)
class Line:
    """A value of one version; `before` is what it was, where the version changed it."""

    name: str
    whose: str
    said: str
    before: str
    state: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the page shows it, with what it changed of the one before."""

    written: Written
    who: str
    moment: str
    lines: tuple[Line, ...]
    counts: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that two people gave differently since the version both began with."""

    key: str
    name: str
    before: str
    mine: str
    theirs: str
    takes_mine: bool


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def entry(request: WorkingRequest, pregnancy_id: int, entry_id: int) -> HttpResponse:
    """Show an entry and its versions; a POST marks it as an error, with the reason."""
    page = opened(request, pregnancy_id)
    written = page.written() if page else []
    chain = versions_of([one for one in written if not one.is_before], entry_id)
    if page is None or not chain:
        return refuse(request, "relation", CARE_DOOR)
    newest, error, reason = chain[-1], "", request.POST.get("reason", "")
    may_correct = _may_correct(page, newest)
    if request.method == "POST" and may_correct:
        made = mark_in_error(
            newest.entry,
            reason,
            organisation=page.organisation,
            person=request.user,
            role=page.workplace.role,
            at=page.at,
        )
        if not isinstance(made, Rejected):
            note(request, Kind.CHANGE, "entry", made.pk, action=Action.UPDATE, **page.logged)
            messages.success(request, _("Gemeld als vergissing. Wat er stond, blijft leesbaar."))
            return redirect("entry", pregnancy_id, made.pk)
        error = str(made.reason)
    note(request, Kind.READ, "entry", entry_id, **page.logged, form=newest.entry.form)
    versions = _versions(chain)
    context = {
        "banner": page.banner(written),
        "title": words.form_name(newest.entry.form, newest.entry.happened_on),
        "newest": versions[-1],
        # Of an error nothing is left: what it was stands in the version before.
        "shown": versions[-2] if newest.entry.is_in_error and len(versions) > 1 else versions[-1],
        "versions": versions[::-1],
        "may_correct": may_correct,
        "is_own": newest.entry.organisation_id == page.workplace.organisation_id,
        "asks_error": "vergissing" in request.GET or bool(error),
        "error": error,
        "reason": reason,
    }
    return render(request, "entries/entry.html", context)


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def correct_entry(request: WorkingRequest, pregnancy_id: int, entry_id: int) -> HttpResponse:
    """Correct an entry with a new version; what another corrected meanwhile stands beside it."""
    page = opened(request, pregnancy_id)
    written = page.written() if page else []
    chain = versions_of([one for one in written if not one.is_before], entry_id)
    if page is None or not chain or not _is_own(page, chain[-1]):
        return refuse(request, "relation", CARE_DOOR)
    newest = chain[-1]
    definition = load().form(newest.entry.form, newest.entry.happened_on)
    if newest.entry.is_in_error or definition is None:
        messages.error(request, _("Dit is als vergissing gemeld; leg het opnieuw vast."))
        return redirect("entry", pregnancy_id, newest.entry.pk)
    if page.workplace.role not in definition.roles:
        return not_yours(request, definition)
    drafts = drafts_on(pregnancy_id)
    draft = _draft_of(page, drafts, chain)
    base = _base(request, chain, draft)
    if request.POST.get("doe") == "weg":
        return _throw_away(request, page, newest, draft)
    banner = page.banner(written)
    children = max([banner.version.children, *(one.number for one in base.observations)])
    typed = draft.values if draft else _as_typed(base)
    filled = make_form(request, page, definition, written, children, typed)
    clashes: list[Clash] = []
    asked = request.POST.get("doe", "")
    if asked == "nog":
        filled = one_more(page, written, filled)
    elif asked.startswith(TAKES):
        filled = with_due_date(page, written, filled, asked)
    elif request.method == "POST" and filled.is_valid():
        if base is not newest and not request.POST.get("merged"):
            clashes = _clashes(definition, filled, base, newest)
        else:
            _take_theirs(request, filled, newest)
            made = finish_form(request, page, filled, replaces=newest.entry)
            if made is not None:
                if draft is not None:
                    drop_draft(draft)
                return told_and_back(request, page, made)
    note(request, Kind.READ, "entry_form", entry_id, **page.logged, form=definition.key)
    context = {
        "banner": banner,
        "definition": definition,
        "filled": filled,
        "base": base,
        "newest": newest,
        "who": words.who(newest.entry),
        "clashes": clashes,
        "is_behind": base is not newest,
        "has_draft": draft is not None,
        "differs": counts_that_differ(filled.known, filled),
        **status_of(request, page, filled, draft.changed_at if draft else None, drafts),
    }
    return render(request, "entries/correct.html", context)


def _is_own(page: Opened, one: Written) -> bool:
    return one.entry.organisation_id == page.workplace.organisation_id


def _may_correct(page: Opened, newest: Written) -> bool:
    definition = load().form(newest.entry.form, newest.entry.happened_on)
    is_role = definition is not None and page.workplace.role in definition.roles
    return _is_own(page, newest) and is_role and not newest.entry.is_in_error


def _draft_of(page: Opened, drafts: Sequence[Draft], chain: Sequence[Written]) -> Draft | None:
    """Return the correction that somebody began, of whichever version."""
    here, versions = page.workplace, {one.entry.pk for one in chain}
    own = (
        one
        for one in drafts
        if (one.person_id, one.organisation_id) == (here.person_id, here.organisation_id)
    )
    return next((one for one in own if one.replaces_id in versions), None)


def _throw_away(
    request: WorkingRequest, page: Opened, newest: Written, draft: Draft | None
) -> HttpResponse:
    if draft is not None:
        note(request, Kind.CHANGE, "draft", draft.pk, action=Action.DELETE, **page.logged)
        drop_draft(draft)
        messages.success(request, _("Het concept is weggegooid."))
    return redirect("entry", page.pregnancy_id, newest.entry.pk)


def _base(request: WorkingRequest, chain: Sequence[Written], draft: Draft | None) -> Written:
    """Return the version that somebody began with; what is not in the chain is the newest."""
    asked = request.POST.get(VERSION, str(draft.replaces_id) if draft else "")
    return next((one for one in chain if str(one.entry.pk) == asked), chain[-1])


def _as_typed(one: Written) -> dict[str, str]:
    """Return a version as its form would have been typed."""
    entry, typed = one.entry, {}
    for row in one.observations:
        element = load().element(row.element, entry.happened_on)
        value = words.typed_value(element, row.value) if element else row.value
        typed[f"{row.element}:{row.number}"] = value
    typed[DAY] = entry.happened_on.isoformat()
    typed[TIME] = clock_time(entry.happened_minute)
    return typed


def _values(one: Written) -> dict[Place, str]:
    return {(row.element, row.number): row.value for row in one.observations}


def _clashes(definition: Form, filled: EntryForm, base: Written, newest: Written) -> list[Clash]:
    """Return where the two differ; who changed it proposes, and where both did, one must choose."""
    mine = {(one.element, one.number): one.value for one in filled.observed}
    before, theirs = _values(base), _values(newest)
    found = []
    for place in dict.fromkeys([*before, *theirs, *mine]):
        values = [side.get(place, "") for side in (before, mine, theirs)]
        if values[1] == values[2]:
            continue
        key, number = place
        element = load().element(key, newest.entry.happened_on)
        said = [words.said_value(element, value) for value in values]
        whose = words.number_name(definition.about, number, filled.count)
        name = words.named(element) if element else key
        label = f"{name} ({whose})" if whose else name
        takes_mine = values[1] != values[0]
        found.append(Clash(f"{key}-{number}", label, said[0], said[1], said[2], takes_mine))
    return found


def _take_theirs(request: WorkingRequest, filled: EntryForm, newest: Written) -> None:
    """Put the other's value in every place where that was chosen."""
    chosen = {
        name.removeprefix(CHOICE)
        for name, value in request.POST.items()
        if name.startswith(CHOICE) and value == THEIRS
    }
    if not chosen:
        return
    theirs = {f"{row.element}-{row.number}": row for row in newest.observations}
    kept = [one for one in filled.observed if f"{one.element}-{one.number}" not in chosen]
    filled.observed = kept + [
        Observed(row.element, row.value, row.number)
        for name, row in sorted(theirs.items())
        if name in chosen
    ]


def _versions(chain: Sequence[Written]) -> list[Version]:
    versions = []
    before: dict[Place, str] | None = None
    for one in chain:
        day = one.entry.happened_on
        versions.append(
            Version(
                written=one,
                who=words.who(one.entry),
                moment=words.moment(one.entry),
                lines=tuple(_lines(one, before)),
                counts=tuple(words.counted_names(one.counts_as, day)),
                source=words.source(one.entry),
            )
        )
        before = _values(one)
    return versions


def _lines(one: Written, before: dict[Place, str] | None) -> list[Line]:
    """Return the values of a version; what the one before had and this one lost stands last."""
    day, now = one.entry.happened_on, _values(one)
    if one.entry.is_in_error:
        return []
    definition = load().form(one.entry.form, day)
    count = max((number for _key, number in now), default=1)
    places = [*now, *(place for place in before or {} if place not in now)]
    lines = []
    for key, number in places:
        element = load().element(key, day)
        was = None if before is None else before.get((key, number), "")
        value = now.get((key, number), "")
        state = "" if was is None or was == value else "new" if not was else "changed"
        about = definition.about if definition else ""
        lines.append(
            Line(
                name=words.named(element) if element else key,
                whose=words.number_name(about, number, count),
                said=words.said_value(element, value),
                before=words.said_value(element, was or "") if state == "changed" else "",
                state="gone" if state == "changed" and not value else state,
            )
        )
    return lines
