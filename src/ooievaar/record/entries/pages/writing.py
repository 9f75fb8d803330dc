"""Writing an entry: the form with what was known, kept as one types, finished when it is done."""

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import dating, words
from ooievaar.record.entries.commands import LONGEST_REASON, drop_draft, finish, save_draft
from ooievaar.record.entries.dictionary import Form, load
from ooievaar.record.entries.forms import COUNT, DAY, EntryForm, Known
from ooievaar.record.entries.models import Draft, Entry
from ooievaar.record.entries.pages.children import counts_that_differ
from ooievaar.record.entries.pages.opening import CARE_DOOR, Opened, opened
from ooievaar.record.entries.pages.repeats import (
    Repeat,
    choose,
    elsewhere_of,
    is_whole_form,
    repeats_of,
)
from ooievaar.record.entries.pages.status import (
    LOOKS,
    VERSION,
    news_since,
    of_others,
    opened_at,
    status_of,
)
from ooievaar.record.entries.permissions import entries_for
from ooievaar.record.entries.queries import Written, drafts_on, known_values
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected

SEEN, REASON = "seen", "repeat_reason"
TAKES = "datum-"
"""What the buttons begin with that take a proposed due date; the method follows."""


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def new_entry(request: WorkingRequest, pregnancy_id: int, form: str) -> HttpResponse:
    """Fill in a form; `doe` says whether what was posted is a draft, more room, or finished."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", CARE_DOOR)
    definition = load().form(form, page.today)
    if definition is None:
        return refuse(request, "relation", CARE_DOOR)
    if page.workplace.role not in definition.roles:
        return not_yours(request, definition)
    asked = request.POST.get("doe", "")
    if asked == "weg":
        return _throw_away(request, page, definition)
    (written, done), drafts = page.known_and_done(form), drafts_on(pregnancy_id)
    draft = _draft_of(page, drafts, form)
    banner = page.banner(written)
    filled = make_form(
        request, page, definition, written, banner.version.children, draft.values if draft else None
    )
    repeats = repeats_of(request, page, definition, written, filled)
    elsewhere = elsewhere_of(request, page, definition, written, done, filled)
    # What was made elsewhere is named only to who is about to make just that.
    repeats += [one for one in elsewhere if one.is_chosen]
    if asked == "nog":
        filled = one_more(page, written, filled)
    elif asked.startswith(TAKES):
        filled = with_due_date(page, written, filled, asked)
    elif asked == "niet-opnieuw":
        return _not_again(request, page, definition, draft, [*repeats, *elsewhere])
    elif request.method == "POST":
        entry = _finish(request, page, filled, repeats)
        if entry is not None:
            return told_and_back(request, page, entry)
    note(
        request, Kind.READ, "entry_form", pregnancy_id, **page.logged, form=form,
        elsewhere=len(elsewhere),
    )  # fmt: skip
    unnamed = [one.days for one in elsewhere if not one.is_chosen]
    is_diagnostic = any(one.form == form for one in load().repeats(filled.day))
    context = {
        "banner": banner,
        "definition": definition,
        "filled": filled,
        "repeats": repeats,
        "elsewhere_weeks": -(-max(unnamed, default=0) // 7),
        "asks_her": is_diagnostic and banner.others_wrote_more,
        "needs_reason": any(one.is_chosen for one in repeats),
        "reason": request.POST.get(REASON, ""),
        "has_draft": draft is not None,
        "differs": counts_that_differ(filled.known, filled),
        **status_of(request, page, filled, draft.changed_at if draft else None, drafts),
    }
    return render(request, "entries/write.html", context)


def not_yours(request: WorkingRequest, definition: Form) -> HttpResponse:
    """Refuse a form in words: who fills it in."""
    return refuse(
        request, "role", Door(frozenset(Role(role) for role in definition.roles), is_care=True)
    )


def make_form(
    request: WorkingRequest,
    page: Opened,
    definition: Form,
    written: Sequence[Written],
    children: int,
    typed: dict[str, str] | None,
) -> EntryForm:
    """Return the form as it was sent, as it was kept, or with what is known."""
    data = request.POST if request.method == "POST" else None
    values = known_values(written)
    kept = (data or typed or {}).get(COUNT, "")
    count = int(kept) if kept.isdecimal() else _room(definition, values, children)
    now = timezone.localtime(page.at)
    return EntryForm(
        load(),
        definition,
        count=count,
        known=values,
        typed=typed,
        data=data,
        now=(now.date(), now.time().replace(second=0, microsecond=0)),
    )


def _room(definition: Form, values: Known, children: int) -> int:
    """Return how many children or earlier pregnancies the form has room for at first."""
    if definition.about != "earlier":
        return children
    keys = definition.element_keys
    return max((number for key, number in values if key in keys), default=1) or 1


def one_more(page: Opened, written: Sequence[Written], filled: EntryForm) -> EntryForm:
    """Return the form with room for one more; nothing is judged yet."""
    return _again(page, written, filled, filled.count + 1, filled.all_typed())


def with_due_date(
    page: Opened, written: Sequence[Written], filled: EntryForm, asked: str
) -> EntryForm:
    """Return the form with the due date that was proposed by a method; nothing is judged yet."""
    values = {key: value for key, number, value in filled.readable() if number == 0}
    found = dating.proposals(values, known_values(written), filled.day)
    typed = filled.all_typed()
    for one in found:
        if f"{TAKES}{one.method}" == asked:
            typed |= {f"{key}:0": value for key, value in one.typed.items()}
    return _again(page, written, filled, filled.count, typed)


def _again(
    page: Opened,
    written: Sequence[Written],
    filled: EntryForm,
    count: int,
    typed: dict[str, str],
) -> EntryForm:
    now = timezone.localtime(page.at)
    return EntryForm(
        load(),
        filled.definition,
        count=count,
        known=known_values(written),
        typed=typed,
        now=(now.date(), now.time()),
    )


@open_to(*CARE_ROLES)
@require_POST
def keep_draft(request: WorkingRequest, pregnancy_id: int, form: str) -> HttpResponse:
    """Keep what was typed so far, and answer with how things stand; `version` is corrected.

    No page of care: a draft is no part of the record, and is saved every few seconds. That one was
    begun is noted, and that somebody is shown what another wrote. With `looks` nothing is kept: the
    page only asks, by itself, what others did meanwhile.
    """
    page = opened(request, pregnancy_id)
    definition = load().form(form, page.today) if page else None
    if page is None or definition is None:
        return refuse(request, "relation", CARE_DOOR)
    if page.workplace.role not in definition.roles:
        return not_yours(request, definition)
    before = drafts_on(pregnancy_id)
    if LOOKS in request.POST:
        return render(request, "entries/news.html", of_others(request, page, form, before))
    replaces, version = None, request.POST.get(VERSION, "")
    if version:
        own = entries_for(page.workplace, page.at, pregnancy_id).filter(
            form=form, organisation_id=known(page.workplace.organisation_id)
        )
        replaces = own.filter(pk=version).first() if version.isdecimal() else None
        if replaces is None:
            return refuse(request, "relation", CARE_DOOR)
    count = request.POST.get(COUNT, "1")
    now = timezone.localtime(page.at)
    filled = EntryForm(
        load(),
        definition,
        count=int(count) if count.isdecimal() else 1,
        # What was known only matters where something follows from it.
        known=known_values(page.written()) if form == dating.FORM else {},
        data=request.POST,
        now=(now.date(), None),
    )
    draft = save_draft(
        Pregnancy.objects.get(pk=pregnancy_id),
        form,
        filled.all_typed(),
        organisation=page.organisation,
        person=request.user,
        at=page.at,
        replaces=replaces,
    )
    if draft.pk not in {one.pk for one in before}:
        note(request, Kind.CHANGE, "draft", draft.pk, action=Action.CREATE, **page.logged)
    status = status_of(request, page, filled, draft.changed_at, before)
    return render(request, "entries/status.html", {"filled": filled, **status})


def _draft_of(page: Opened, drafts: Iterable[Draft], form: str) -> Draft | None:
    here = (page.workplace.person_id, page.workplace.organisation_id, form, None)
    return next(
        (
            one
            for one in drafts
            if (one.person_id, one.organisation_id, one.form, one.replaces_id) == here
        ),
        None,
    )


def _finish(
    request: WorkingRequest, page: Opened, filled: EntryForm, repeats: Sequence[Repeat]
) -> Entry | None:
    """Finish the form; None when it must come back, with why."""
    if not filled.is_valid():
        return None
    chosen = [one for one in repeats if one.is_chosen]
    reason = request.POST.get(REASON, "").strip()[:LONGEST_REASON]
    if chosen and not reason:
        filled.add_error(None, _("Dit onderzoek is al gedaan. Zeg waarom het opnieuw nodig was."))
        return None
    since = opened_at(request, page.at)
    double = [one for one in news_since(page, since) if one.entry.form == filled.definition.key]
    if double and SEEN not in request.POST:
        filled.meanwhile = double
        filled.add_error(None, _("Een ander rondde dit formulier intussen af. Kijk eerst daar."))
        return None
    entry = finish_form(request, page, filled)
    if entry is not None:
        for one in chosen:
            choose(request, page, one, entry=entry, reason=reason)
    return entry


def finish_form(
    request: WorkingRequest, page: Opened, filled: EntryForm, replaces: Entry | None = None
) -> Entry | None:
    """Store what was filled in; None when it was rejected, which the form then says."""
    if not filled.observed:
        filled.add_error(None, _("Vul ten minste één onderdeel in."))
        return None
    made = finish(
        Pregnancy.objects.get(pk=page.pregnancy_id),
        filled.definition.key,
        filled.observed,
        organisation=page.organisation,
        person=request.user,
        role=page.workplace.role,
        happened_on=filled.cleaned_data[DAY],
        happened_minute=filled.minute,
        at=page.at,
        replaces=replaces,
    )
    if isinstance(made, Rejected):
        filled.rejected = made.field
        filled.reject(Rejected(made.reason, filled.name_of(made.field)))
        return None
    action = Action.UPDATE if replaces else Action.CREATE
    note(request, Kind.CHANGE, "entry", made.pk, action=action, **page.logged, form=made.form)
    return made


def told_and_back(request: WorkingRequest, page: Opened, entry: Entry) -> HttpResponse:
    """Say what was stored and as what it counts, and go back to the dossier."""
    codes = entry.counted.order_by("pk").values_list("activity__code", flat=True)
    names = words.counted_names(codes, entry.happened_on)
    said = {"form": words.form_name(entry.form, entry.happened_on), "names": ", ".join(names)}
    if names:
        messages.success(request, _("%(form)s is vastgelegd. Telt als: %(names)s.") % said)
    else:
        messages.success(request, _("%(form)s is vastgelegd. Telt niet als zorg.") % said)
    return redirect("record", page.pregnancy_id)


def _throw_away(request: WorkingRequest, page: Opened, definition: Form) -> HttpResponse:
    draft = _draft_of(page, drafts_on(page.pregnancy_id), definition.key)
    if draft is not None:
        note(request, Kind.CHANGE, "draft", draft.pk, action=Action.DELETE, **page.logged)
        drop_draft(draft)
        messages.success(request, _("Het concept is weggegooid."))
    return redirect("record", page.pregnancy_id)


def _not_again(
    request: WorkingRequest,
    page: Opened,
    definition: Form,
    draft: Draft | None,
    repeats: Sequence[Repeat],
) -> HttpResponse:
    """Write down that a diagnostic was not made again; go on with the form if there is more."""
    asked = request.POST.get("diagnostic", "")
    for one in repeats:
        if one.diagnostic == asked:
            choose(request, page, one, entry=None, reason="")
            messages.success(
                request, _("Genoteerd: %(name)s niet opnieuw gedaan.") % {"name": one.name}
            )
    if not is_whole_form(definition):
        return redirect("new_entry", page.pregnancy_id, definition.key)
    if draft is not None:
        drop_draft(draft)
    return redirect("record", page.pregnancy_id)
