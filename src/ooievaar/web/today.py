"""Today: what a care professional wants to know on arrival, of the pregnancies of the organisation.

Who is due, who came into care, what changed since this person looked, and what is asked of them.
What changed is about whom this person follows: whose record they opened in the last weeks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import format_gestation
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import gestation_on
from ooievaar.record.models import BreakGlass, PregnancyVersion, TreatmentRelation
from ooievaar.record.permissions import activities_for, known, pregnancies_for
from ooievaar.record.versions import newest_versions
from ooievaar.web.pregnancy_list import LATEST, NEW, ONGOING, SOON

CHANGED = timedelta(days=28)
"""How long somebody follows a woman whose record they opened."""
MOST_LINES = 8
"""Women named in one part of the page; the rest is in the list."""
LOOKS = 300
"""How many of their last looks count as what somebody follows."""


@dataclass(frozen=True, slots=True)
class Line:
    """A woman in one part of the page, and what is said of her there."""

    pregnancy_id: int
    woman_id: int
    reference: str
    name: str
    gestation: str
    said: str


@dataclass(frozen=True, slots=True)
class Part:
    """One question of the morning: how many, who first, and where all of them are."""

    key: str
    heading: str
    empty: str
    lines: tuple[Line, ...]
    count: int
    address: str = ""

    @property
    def more(self) -> int:
        """How many are not named here."""
        return self.count - len(self.lines)


@open_to(*CARE_ROLES, is_care=True)
def today(request: WorkingRequest) -> HttpResponse:
    """Show what is due, new, changed and asked."""
    workplace, at = request.workplace, timezone.now()
    parts = _parts(workplace, at)
    women = {line.woman_id for part in parts for line in part.lines}
    note(request, Kind.LIST, "today", women=women, lines=sum(len(part.lines) for part in parts))
    return render(request, "web/today.html", {"parts": parts, "at": at})


def _parts(workplace: Workplace, at: datetime) -> list[Part]:
    day = timezone.localdate(at)
    relations, openings = _relations(workplace, day), list(_opened(workplace, at))
    looked = _last_looks(workplace, at)
    named = {row.pregnancy_id for row in relations} | {row.pregnancy_id for row in openings}
    named |= looked.keys()
    versions = {row.pregnancy_id: row for row in _known_last(workplace, at, day, named)}
    asked = [row for row in relations if row.basis == TreatmentRelation.Basis.CONSULT]
    team = [row for row in relations if row.basis == TreatmentRelation.Basis.TEAM]
    new = [
        row
        for row in relations
        if row.basis == TreatmentRelation.Basis.CARE and row.valid_from >= day - NEW
    ]
    ongoing = [row for row in versions.values() if row.end_kind == ONGOING]
    ongoing.sort(key=lambda row: (row.due_on, row.pk))
    soon = [row for row in ongoing if day <= row.due_on <= day + SOON]
    past = [row for row in ongoing if day - LATEST <= row.due_on < day]

    def of_version(row: PregnancyVersion, said: str) -> Line:
        return _line(row.pregnancy, row, said, day)

    def of_relation(row: Any, said: str) -> Line:
        return _line(row.pregnancy, versions.get(row.pregnancy_id), said, day)

    return [
        _part(
            "asked",
            _("Aan ons gevraagd"),
            _("Er staat geen consult open."),
            (of_relation(row, row.question or _("zonder vraag")) for row in asked),
        ),
        _part(
            "changed",
            _("Veranderd sinds u keek"),
            _("Niets nieuws bij wie u de laatste weken opende."),
            (of_version(row, said) for row, said in _changed(workplace, versions, looked, at)),
        ),
        _part(
            "past",
            _("Uitgerekende datum voorbij"),
            _("Niemand is over de datum."),
            (of_version(row, _due(row.due_on)) for row in past),
            uitgerekend="voorbij",
        ),
        _part(
            "soon",
            _("Binnen drie weken uitgerekend"),
            _("Niemand is binnen drie weken uitgerekend."),
            (of_version(row, _due(row.due_on)) for row in soon),
            uitgerekend="binnenkort",
        ),
        _part(
            "new",
            _("Nieuw in zorg"),
            _("De laatste twee weken kwam niemand in zorg."),
            (of_relation(row, _since(row.valid_from)) for row in new),
            zorg="nieuw",
        ),
        _part(
            "team",
            _("In uw team"),
            _("U zit in geen team."),
            (of_relation(row, _since(row.valid_from)) for row in team),
        ),
        _part(
            "opened",
            _("Met de noodknop geopend"),
            _("U heeft niets open staan met de noodknop."),
            (of_relation(row, _until(row.open_until)) for row in openings),
        ),
    ]


def _part(key: str, heading: str, empty: str, lines: Iterable[Line], **filters: str) -> Part:
    found = tuple(lines)
    address = f"{reverse('pregnancies')}?{urlencode(filters)}" if filters else ""
    shown = found[:MOST_LINES] if address else found
    return Part(key, heading, empty, shown, len(found), address)


def _line(pregnancy: Any, version: PregnancyVersion | None, said: str, day: date) -> Line:
    days = None
    if version is not None:
        ended_on = version.ended_on if version.ended_on and version.ended_on <= day else None
        days = gestation_on(version.due_on, ended_on, day)
    return Line(
        pregnancy_id=pregnancy.pk,
        woman_id=pregnancy.woman_id,
        reference=pregnancy.reference,
        name=pregnancy.woman.name,
        gestation=format_gestation(days) if days is not None else "",
        said=said,
    )


def _due(due_on: date) -> str:
    return _("uitgerekend %(day)s") % {"day": f"{due_on:%d-%m-%Y}"}


def _since(day: date) -> str:
    return _("sinds %(day)s") % {"day": f"{day:%d-%m-%Y}"}


def _until(moment: datetime) -> str:
    return _("open tot %(moment)s") % {"moment": f"{timezone.localtime(moment):%d-%m-%Y %H:%M}"}


def _known_last(
    workplace: Workplace, at: datetime, day: date, named: Iterable[int]
) -> Iterable[PregnancyVersion]:
    """Return what is known last of who is due about now, and of these pregnancies."""
    due = Q(end_kind=ONGOING, due_on__range=(day - LATEST, day + SOON))
    return (
        newest_versions(day)
        .filter(
            due | Q(pregnancy_id__in=list(named)),
            pregnancy_id__in=pregnancies_for(workplace, at).values("pk"),
        )
        .select_related("pregnancy__woman")
    )


def _relations(workplace: Workplace, day: date) -> list[TreatmentRelation]:
    """Return what was asked of the organisation, this person's teams, and who came into care."""
    asked = Q(basis=TreatmentRelation.Basis.CONSULT, person_id__isnull=True)
    own = Q(person_id=workplace.person_id)
    new = Q(basis=TreatmentRelation.Basis.CARE, valid_from__gte=day - NEW)
    return list(
        TreatmentRelation.objects.filter(
            asked | own | new,
            organisation_id=known(workplace.organisation_id),
            valid_from__lte=day,
            valid_until__gt=day,
        )
        .select_related("pregnancy__woman")
        .order_by("-valid_from", "-pk")
    )


def _opened(workplace: Workplace, at: datetime) -> Iterable[BreakGlass]:
    return (
        BreakGlass.objects.filter(
            person_id=workplace.person_id,
            organisation_id=known(workplace.organisation_id),
            role=workplace.role,
            open_until__gt=at,
        )
        .select_related("pregnancy__woman")
        .order_by("open_until")
    )


def _changed(
    workplace: Workplace,
    versions: dict[int, PregnancyVersion],
    looked: dict[int, date],
    at: datetime,
) -> list[tuple[PregnancyVersion, str]]:
    """Return whose record was added to since this person last opened it, newest first.

    Facts carry the day they were known, not the hour: what others did on the day of the last look
    is still news.
    """
    today = timezone.localdate(at)
    followed = [pregnancy_id for pregnancy_id in looked if pregnancy_id in versions]
    acted: dict[int, date] = dict(
        activities_for(workplace, at)
        .filter(
            pregnancy_id__in=followed,
            recorded_on__range=(min(looked.values(), default=today), today),
        )
        .exclude(organisation_id=known(workplace.organisation_id))
        .values_list("pregnancy_id")
        .annotate(Max("recorded_on"))
        .order_by()
    )
    found = []
    for pregnancy_id in followed:
        version, since = versions[pregnancy_id], looked[pregnancy_id]
        act = acted.get(pregnancy_id)
        if act is not None and act >= since:
            found.append((act, version, _("verrichting van een ander, %(day)s")))
        elif version.recorded_on > since:
            found.append((version.recorded_on, version, _("gegevens van de zwangerschap, %(day)s")))
    found.sort(key=lambda row: (row[0], row[1].pk), reverse=True)
    return [(version, said % {"day": f"{on:%d-%m-%Y}"}) for on, version, said in found]


def _last_looks(workplace: Workplace, at: datetime) -> dict[int, date]:
    """Return when this person last opened each pregnancy, as the access log tells."""
    looks = (
        AccessEvent.objects.filter(
            person_id=workplace.person_id,
            kind=Kind.READ,
            object_type="pregnancy",
            at__gte=at - CHANGED,
        )
        .order_by("-number")
        .values_list("object_id", "at")[:LOOKS]
    )
    looked: dict[int, date] = {}
    for pregnancy_id, moment in looks:
        looked.setdefault(int(pregnancy_id), timezone.localdate(moment))
    return looked
