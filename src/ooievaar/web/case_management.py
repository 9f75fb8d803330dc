"""Case management: every pregnancy with a raised risk, who keeps the threads together, what comes.

Who coordinates is the case manager; where nobody does, the row stands first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.queries import plans_for
from ooievaar.pathways.rules.planning import Status
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import LATEST_GESTATION_DAYS, gestation_on
from ooievaar.record.entries.banner import RISK, risks_for
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.words import named
from ooievaar.record.handover.queries import Duties, duties_for
from ooievaar.record.models import PregnancyVersion
from ooievaar.record.teamwork.queries import NextMeeting, next_meetings, next_visit
from ooievaar.record.versions import newest_versions
from ooievaar.ui.columns import Column, with_note, write
from ooievaar.ui.tables import Filter, Table

AFTERCARE = timedelta(days=42)
OVERDUE = timedelta(days=LATEST_GESTATION_DAYS - 280)
LATE: tuple[Status, ...] = ("overdue",)
LOW = "A"
"""The risk status that asks no case management."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row: who she is, why she is at risk, who keeps the threads together, what comes."""

    pregnancy_id: int
    woman_id: int
    name: str
    reference: str
    due_on: date
    gestation: int | None
    risk: str
    risk_name: str
    why: str
    manager: str
    is_mine: bool
    responsible: str
    visit: datetime | None
    meeting: NextMeeting | None
    late: int

    @property
    def next_at(self) -> datetime | None:
        """When something comes first: a visit here, or a meeting about her."""
        coming = [self.visit, self.meeting.starts_at if self.meeting else None]
        return min((one for one in coming if one is not None), default=None)


@open_to(*CARE_ROLES, is_care=True)
@require_safe
def case_management(request: WorkingRequest) -> HttpResponseBase:
    """Show whom we treat with a raised risk, those without a case manager first."""
    at = timezone.now()
    rows = cases(request.workplace, at)
    table = _table(request, rows)
    shown = {row.woman_id for row in table.rows}
    if table.wants_export:
        note(request, Kind.EXPORT, "case_management", women={row.woman_id for row in rows})
        return table.export(table.wants_export)
    note(request, Kind.LIST, "case_management", women=shown, lines=table.count)
    return render(
        request,
        "web/case_management.html",
        {
            "table": table,
            "place": request.workplace.place_name,
            "unmanaged": sum(not row.manager for row in rows),
        },
    )


def cases(workplace: Workplace, at: datetime) -> list[Case]:
    """Return the running pregnancies with a raised risk that a workplace may see; six queries."""
    today = timezone.localdate(at)
    raised = {of: one for of, one in risks_for(workplace, at).items() if one.status != LOW}
    versions = {row.pregnancy_id: row for row in _running(workplace, raised, at)}
    duties = duties_for(versions, at)
    meetings = next_meetings(workplace, versions, at)
    plans = plans_for(versions, at, LATE)
    element = load().element(RISK, today)
    names = {one.code: named(one) for one in element.choices} if element else {}
    found = []
    for of, version in versions.items():
        risk = raised[of]
        held = duties.get(of)
        woman = version.pregnancy.woman
        found.append(
            Case(
                pregnancy_id=of,
                woman_id=woman.pk,
                name=woman.name or version.pregnancy.reference,
                reference=version.pregnancy.reference,
                due_on=version.due_on,
                gestation=gestation_on(version.due_on, version.ended_on, today),
                risk=risk.status,
                risk_name=names.get(risk.status, risk.status),
                why=risk.why,
                manager=_manager(held, at),
                is_mine=_is_mine(held, workplace, at),
                responsible=held.responsible(at).name if held else "",
                visit=version.next_visit,
                meeting=meetings.get(of),
                late=len(plans[of].items),
            )
        )
    found.sort(key=lambda row: (bool(row.manager), row.due_on, row.pregnancy_id))
    return found


def _running(workplace: Workplace, ids: Iterable[int], at: datetime) -> Iterable[Any]:
    today = timezone.localdate(at)
    lasts = Q(end_kind=PregnancyVersion.EndKind.ONGOING, due_on__gt=today - OVERDUE)
    born = Q(end_kind=PregnancyVersion.EndKind.BIRTH, ended_on__gt=today - AFTERCARE)
    return (
        newest_versions(today)
        .filter(lasts | born, pregnancy_id__in=list(ids))
        .select_related("pregnancy__woman")
        .annotate(next_visit=next_visit(workplace, at))
    )


def _manager(duties: Duties | None, at: datetime) -> str:
    one = duties.coordinator(at) if duties else None
    return one.name if one else ""


def _is_mine(duties: Duties | None, workplace: Workplace, at: datetime) -> bool:
    one = duties.coordinator(at) if duties else None
    return one is not None and one.person_id == workplace.person_id


def _coming(row: Case) -> str:
    told = []
    if row.visit:
        told.append(_("afspraak %(when)s") % {"when": write("moment", row.visit)})
    if row.meeting:
        told.append(_("overleg %(when)s") % {"when": write("moment", row.meeting.starts_at)})
    return ", ".join(told) or "–"


def _table(request: WorkingRequest, rows: Sequence[Case]) -> Table:
    risks = {row.risk: row.risk_name for row in rows}
    columns = [
        Column(
            "wie",
            _("Zwangere"),
            lambda row: row.name,
            sort="name",
            link=lambda row: reverse("pregnancy", args=[row.pregnancy_id]),
        ),
        Column("termijn", _("Duur"), lambda row: row.gestation, kind="gestation", sort="due_on"),
        Column(
            "risico",
            _("Risico"),
            lambda row: row.risk_name,
            sort="risk",
            show=lambda row: with_note(row.risk_name, row.why),
        ),
        Column(
            "casemanager",
            _("Casemanager"),
            lambda row: row.manager,
            sort="manager",
            link=lambda row: (
                "" if row.manager else f"{reverse('handover', args=[row.pregnancy_id])}"
            ),
            show=lambda row: row.manager or _("nog niemand: wijs aan"),
        ),
        Column(
            "leidt",
            _("Verantwoordelijk"),
            lambda row: row.responsible,
            sort="responsible",
            is_default=False,
        ),
        Column(
            "komt",
            _("Wat komt"),
            lambda row: row.next_at,
            kind="moment",
            show=_coming,
            link=lambda row: (
                reverse("meeting", args=[row.meeting.meeting_id]) if row.meeting else ""
            ),
        ),
        Column(
            "late", _("Te laat in het zorgpad"), lambda row: row.late, kind="number", sort="late"
        ),
    ]
    return Table(
        "casemanagement",
        columns,
        rows,
        request,
        filters=[
            Filter(
                "van",
                _("Casemanager"),
                [("mij", _("ikzelf")), ("niemand", _("nog niemand"))],
                lambda found, who: [
                    row for row in found if (row.is_mine if who == "mij" else not row.manager)
                ],
            ),
            Filter(
                "risico",
                _("Risico"),
                sorted(risks.items()),
                lambda found, risk: [row for row in found if row.risk == risk],
            ),
        ],
        caption=_("Casemanagement"),
        empty_heading=_("Niemand met een verhoogd risico"),
        empty_text=_(
            "Wie in haar risicostatus iets anders dan VIL A heeft, staat hier, met wie haar zorg "
            "coördineert."
        ),
        row_key=lambda row: row.pregnancy_id,
    )
