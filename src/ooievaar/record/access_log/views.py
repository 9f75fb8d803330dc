"""Who looked: for one woman in her words, and for a network in a table."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ooievaar.network.doors import WorkingRequest, door_of, open_to, refuse
from ooievaar.network.roles import Purpose
from ooievaar.record.access_log import words
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.access_log.permissions import (
    LOG_ROLES,
    WHO_LOOKED_ROLES,
    access_to_log_of,
    events_for,
    sees_references,
)
from ooievaar.record.access_log.queries import (
    by_day,
    events_about,
    events_of_woman,
    in_period,
    is_emergency,
    women_called,
)
from ooievaar.record.banner import banner_for
from ooievaar.record.models import Woman
from ooievaar.ui.columns import Column
from ooievaar.ui.tables import Filter, Table

EVENTS_PER_PAGE = 200
PERIODS = (1, 7, 30, 90, 365)
DEFAULT_PERIOD = "30"
Line = dict[str, Any]


@open_to(*WHO_LOOKED_ROLES, is_care=True)
def who_looked(request: WorkingRequest, pregnancy_id: int) -> HttpResponseBase:
    """Show who looked at the record of a woman, by day, so that she can read it herself."""
    now = timezone.now()
    access = access_to_log_of(request.workplace, pregnancy_id, now)
    banner = access and banner_for(request.workplace, pregnancy_id, now, access=access)
    if access is None or banner is None:
        door = door_of(who_looked)
        assert door is not None
        return refuse(request, "relation", door)
    start, last = _day(request, "vanaf"), _day(request, "tot")
    before = request.GET.get("voor", "")
    events = events_of_woman(banner.woman_id, start, last)
    if before.isdecimal() and len(before) < 18:
        events = events.filter(number__lt=int(before))
    shown = list(events[: EVENTS_PER_PAGE + 1])
    page = shown[:EVENTS_PER_PAGE]
    note(
        request,
        Kind.LOG_READ,
        "who_looked",
        pregnancy_id,
        women=[banner.woman_id],
        controls=access.controls,
        purpose=str(access.purpose),
        shown=len(page),
    )
    context = {
        "banner": banner,
        "days": [_day_context(day) for day in by_day(page)],
        "next_before": page[-1].number if len(shown) > EVENTS_PER_PAGE else None,
        "start": start,
        "last": last,
        "is_narrowed": bool(start or last or before),
    }
    return render(request, "access_log/who_looked.html", context)


def _day(request: HttpRequest, key: str) -> date | None:
    """Return a day in the address; None where it is none."""
    try:
        return date.fromisoformat(request.GET.get(key, ""))
    except ValueError:
        return None


def _day_context(day: Any) -> dict[str, Any]:
    return {
        "day": day.day,
        "events": [_sentence(event) for event in day.events],
        "in_passing": [
            {
                "who": words.who(folded.event),
                "times": ngettext("%(n)s keer", "%(n)s keer", folded.count) % {"n": folded.count},
            }
            for folded in day.in_passing
        ],
        "in_passing_words": ngettext(
            "%(n)s keer in een lijst gezien", "%(n)s keer in een lijst gezien", day.times_in_passing
        )
        % {"n": day.times_in_passing},
    }


def _sentence(event: AccessEvent) -> dict[str, Any]:
    return {
        "at": event.at,
        "who": words.who(event),
        "did": words.did(event),
        "is_emergency": is_emergency(event),
    }


class PeriodFilter(Filter):
    """The last so many days; a month, unless the address asks something else."""

    def chosen(self, request: HttpRequest) -> str:
        """Return the choice in the address; the usual one when it says nothing."""
        if request.GET.get(self.key) == "":
            return ""
        return super().chosen(request) or DEFAULT_PERIOD


@open_to(*LOG_ROLES, is_care=True)
def access_log(request: WorkingRequest) -> HttpResponseBase:
    """Show what the people of a network did, newest first, and save it as a file."""
    knows_women = sees_references(request.workplace)
    events = events_for(request.workplace).order_by("-number")
    table = Table(
        "toegang",
        _columns(knows_women),
        events,
        request,
        search_label=_("Medewerker, of referentie van een zwangere"),
        filters=_filters(request, events),
        search=_search,
        prepare=lambda rows: _lines(rows, knows_women),
        caption=_("Toegangslog"),
        empty_heading=_("Nog niemand keek"),
        empty_text=_("Wie iets bekijkt, zoekt, opslaat of wijzigt, komt hier te staan."),
    )
    if table.wants_export:
        named = [women[0] for women in table.take("women") if len(women) == 1]
        _note_reading(request, Kind.EXPORT, named if knows_women else [], table.count)
        return table.export(table.wants_export)
    rows = table.rows
    named = [line["event"].women[0] for line in rows if len(line["event"].women) == 1]
    _note_reading(request, Kind.LOG_READ, named if knows_women else [], len(rows))
    return render(request, "access_log/access_log.html", {"table": table, "knows": knows_women})


def _note_reading(request: WorkingRequest, kind: Kind, women: list[int], count: int) -> None:
    """Note that the log was read, with the women whose reference stood in it."""
    note(request, kind, "access_log", women=women, controls=NO_RELATION, shown=count)


def _columns(knows_women: bool) -> list[Column]:
    def of(text: Any) -> Any:
        return lambda line: text(line["event"])

    return [
        Column("tijd", _("Tijd"), of(lambda e: e.at), "moment", sort="at"),
        Column(
            "wie", _("Wie"), of(lambda e: e.person_name), sort="person_name", link=_person_address
        ),
        Column("functie", _("Functie"), of(lambda e: words.role(e.role)), sort="role"),
        Column("plaats", _("Waar"), of(lambda e: e.place_name), sort="place_name"),
        Column("soort", _("Wat"), of(lambda e: words.kind(e.kind)), sort="kind"),
        Column("voorwerp", _("Waarvan"), of(words.thing)),
        Column("vrouw", _("Zwangere"), lambda line: line["women"], is_default=knows_women),
        Column("doel", _("Waarvoor"), of(lambda e: words.purpose(e.purpose)), sort="purpose"),
        Column("gelukt", _("Gelukt"), of(lambda e: _("ja") if e.is_success else _("nee")), "text"),
        Column(
            "controles", _("Wat klopte"), of(lambda e: words.checks(e.controls)), is_default=False
        ),
        Column("namens", _("Namens"), of(lambda e: e.responsible_name), is_default=False),
        Column("adres", _("Netwerkadres"), of(lambda e: e.address), is_default=False),
        Column("code", _("Actiecode"), of(lambda e: e.action), is_default=False),
        Column("nummer", _("Nummer"), of(lambda e: e.number), "number", "number", False),
    ]


def _person_address(line: Line) -> str:
    person_id = line["event"].person_id
    return f"?persoon={person_id}" if person_id else ""


def _filters(request: WorkingRequest, events: QuerySet[AccessEvent]) -> list[Filter]:
    filters = [
        Filter("soort", _("Wat"), list(Kind.choices), lambda rows, kind: rows.filter(kind=kind)),
        Filter(
            "doel",
            _("Waarvoor"),
            list(Purpose.choices),
            lambda rows, purpose: rows.filter(purpose=purpose),
        ),
        PeriodFilter("periode", _("Periode"), _periods(), _since),
    ]
    asked = request.GET.get("persoon", "")
    if asked.isdecimal() and len(asked) < 18:
        # Only somebody whose events may be seen has a name here.
        theirs = events.filter(person_id=int(asked)).values_list("person_name", flat=True)
        name = theirs.first()
        if name is not None:
            by_person = [(asked, name)]
            filters.insert(
                0,
                Filter(
                    "persoon", _("Wie"), by_person, lambda rows, one: rows.filter(person_id=one)
                ),
            )
    return filters


def _periods() -> list[tuple[str, str]]:
    return [
        (str(days), ngettext("vandaag", "laatste %(n)s dagen", days) % {"n": days})
        for days in PERIODS
    ]


def _since(rows: QuerySet[AccessEvent], days: str) -> QuerySet[AccessEvent]:
    return in_period(rows, timezone.localdate() - timedelta(days=int(days) - 1), None)


def _search(rows: QuerySet[AccessEvent], typed: str) -> QuerySet[AccessEvent]:
    about = events_about(rows, women_called(typed)).values("number")
    return rows.filter(Q(person_name__icontains=typed) | Q(number__in=about))


def _lines(events: Sequence[AccessEvent], knows_women: bool) -> list[Line]:
    """Return the rows with whom they concern: a reference for one woman, a count for more."""
    references: dict[int, str] = {}
    if knows_women:
        single = {event.women[0] for event in events if len(event.women) == 1}
        found = Woman.objects.filter(pk__in=single).values_list("pk", "reference")
        references = cast(dict[int, str], dict(found))
    return [{"event": event, "women": _concerned(event, references)} for event in events]


def _concerned(event: AccessEvent, references: dict[int, str]) -> str:
    if not event.women:
        return ""
    if len(event.women) == 1 and event.women[0] in references:
        return references[event.women[0]]
    return ngettext("%(n)s zwangere", "%(n)s zwangeren", len(event.women)) % {"n": len(event.women)}
