"""The own file: what an organisation wrote itself of women whom it no longer treats.

It keeps that when it stopped treating her or left the network (7:454 lid 3 BW). Of others nothing
is read here: not what they wrote, nor what they knew of who she is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES, Purpose
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.intake_forms import day_field
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.pages.opening import CARE_DOOR
from ooievaar.record.entries.permissions import own_files_of
from ooievaar.record.entries.queries import Written
from ooievaar.record.entries.queries import own_file as own_file_written
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import access_to, known
from ooievaar.ui.tables import Column, Table

LOGGED: dict[str, Any] = {"controls": NO_RELATION, "purpose": str(Purpose.ADMINISTRATION)}
"""She is not treated any more: what is kept is looked up because it has to be kept."""
MOST_FOUND = 25
"""Somebody is looked for by who she is; of more than this it is said that there are more."""


class FindForm(RecordForm):
    """Looks for somebody; it is sent, so that no address tells whom."""

    name = forms.CharField(
        label=gettext_lazy("Naam"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = day_field(gettext_lazy("Geboortedatum"), required=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One version of an entry as it stands in the file."""

    written: Written
    form: str
    who: str
    moment: str
    source: str
    counts: str
    lines: tuple[tuple[str, str, str], ...]
    is_replaced: bool


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD", "POST"])
def own_files(request: WorkingRequest) -> HttpResponseBase:
    """Show of whom the organisation keeps a file without treating her; a search is sent."""
    rows = _with_last_day(request.workplace, timezone.now())
    form = FindForm(request.POST if request.method == "POST" else None)
    is_sought, has_more = request.method == "POST" and form.is_valid(), False
    found: QuerySet[Pregnancy] | list[Pregnancy] = rows
    if is_sought:
        found = list(_sought(rows, form)[: MOST_FOUND + 1])
        has_more = len(found) > MOST_FOUND
        found = found[:MOST_FOUND]
    table = Table(
        "eigen-dossier",
        _columns(),
        found,
        request,
        caption=_("Eigen dossier"),
        empty_heading=_("Niemand gevonden") if is_sought else _("Hier is niemand"),
        empty_text=_("Niets past bij wat u zocht.") if is_sought else _(
            "Hier verschijnt wie u niet meer behandelt en over wie uw organisatie iets vastlegde."
        ),
        exports=not is_sought,
    )  # fmt: skip
    if table.wants_export:
        women = table.take("woman_id")
        note(
            request, Kind.EXPORT, "own_files", women=women, **LOGGED, format=table.wants_export,
            rows=len(women),
        )  # fmt: skip
        return table.export(table.wants_export)
    women = [row.woman_id for row in table.rows]
    kind = Kind.SEARCH if is_sought else Kind.LIST
    note(request, kind, "own_files", women=women, **LOGGED, found=table.count)
    context = {"table": table, "form": form, "is_sought": is_sought, "has_more": has_more}
    return render(request, "entries/own_files.html", context)


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "HEAD"])
def own_file(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show everything the organisation wrote of her, every version of it, to read or to print."""
    here, at = request.workplace, timezone.now()
    written = own_file_written(here, pregnancy_id)
    if not written:
        return refuse(request, "relation", CARE_DOOR)
    pregnancy = Pregnancy.objects.select_related("woman").get(pk=pregnancy_id)
    note(
        request, Kind.READ, "own_file", pregnancy_id, women=[pregnancy.woman_id], **LOGGED,
        entries=len(written),
    )  # fmt: skip
    replaced = {one.entry.replaces_id for one in written}
    days = [one.entry.happened_on for one in written]
    context = {
        "pregnancy": pregnancy,
        "her": pregnancy.woman,
        "place": here.place_name,
        "pages": [_page(one, one.entry.pk in replaced) for one in written],
        "first": min(days),
        "last": max(days),
        "treats": access_to(here, pregnancy_id, at) is not None,
        "at": at,
    }
    return render(request, "entries/own_file.html", context)


def _with_last_day(workplace: Workplace, at: datetime) -> QuerySet[Pregnancy]:
    # Plus nothing: of her own few entries, not of the thousands of the organisation each time.
    own = Entry.objects.alias(by=F("organisation_id") + 0).filter(
        pregnancy_id=OuterRef("pk"), by=known(workplace.organisation_id)
    )
    last = own.order_by("-happened_on").values("happened_on")[:1]
    return (
        own_files_of(workplace, at)
        .select_related("woman")
        .annotate(last_day=Subquery(last))
        .order_by("-pk")
    )


def _sought(rows: QuerySet[Pregnancy], form: FindForm) -> QuerySet[Pregnancy]:
    for word in form.cleaned_data["name"].split():
        rows = rows.filter(woman__name__icontains=word)
    born = form.cleaned_data["birth_date"]
    return rows.filter(woman__birth_date=born) if born else rows


def _columns() -> list[Column]:
    return [
        Column(
            "referentie",
            _("Zwangere"),
            lambda row: row.reference,
            sort="reference",
            link=lambda row: reverse("own_file", args=[row.pk]),
        ),
        Column("naam", _("Naam"), lambda row: row.woman.name, sort="woman__name"),
        Column(
            "geboren", _("Geboren"), lambda row: row.woman.birth_date, "day", "woman__birth_date"
        ),
        Column("laatst", _("Laatst vastgelegd"), lambda row: row.last_day, "day", "last_day"),
    ]


def _page(one: Written, is_replaced: bool) -> Page:
    entry = one.entry
    return Page(
        written=one,
        form=words.form_name(entry.form, entry.happened_on),
        who=words.who(entry),
        moment=words.moment(entry),
        source=words.source(entry),
        counts=", ".join(words.counted_names(one.counts_as, entry.happened_on)),
        lines=tuple(_lines(one)),
        is_replaced=is_replaced,
    )


def _lines(one: Written) -> list[tuple[str, str, str]]:
    """Return what stands in it: the name, whose it is, the value."""
    day = one.entry.happened_on
    form = load().form(one.entry.form, day)
    count = max((row.number for row in one.observations), default=0)
    lines = []
    for row in one.observations:
        element = load().element(row.element, day)
        whose = words.number_name(form.about if form else "", row.number, count)
        name = words.named(element) if element else row.element
        lines.append((name, whose, words.said_value(element, row.value)))
    return lines
