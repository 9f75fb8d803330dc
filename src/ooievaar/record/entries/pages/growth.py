"""Growth: what ultrasound measured of each fetus, against the reference that is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import format_gestation, gestation_days
from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.growth_chart import (
    HIGH,
    LOW,
    MIDDLE,
    GrowthChart,
    Point,
    growth_chart,
)
from ooievaar.record.entries.pages.opening import CARE_DOOR, opened
from ooievaar.record.entries.queries import Written
from ooievaar.record.entries.rules.growth import placed, value_at
from ooievaar.record.entries.rules.parts import GrowthFormula

MEASURES = ("hc", "ac", "fl", "bpd", "efw")
CENTILES = {LOW: 10.0, MIDDLE: 50.0, HIGH: 90.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one fetus on one day."""

    entry_id: int
    day: date
    days: int
    fetus: int
    measure: str
    size: float
    said: str
    centile: str
    who: str


@dataclass(frozen=True, slots=True)
class MeasureChart:
    """A chart with its words."""

    measure: str
    name: str
    unit: str
    chart: GrowthChart
    description: str
    source: str
    is_verified: bool


@open_to(*CARE_ROLES, is_care=True)
def growth(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show a chart per measure, and a table of everything that was measured behind a button."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", CARE_DOOR)
    written = page.written()
    banner = page.banner(written)
    note(request, Kind.READ, "growth", pregnancy_id, **page.logged)
    formulas = {
        key: formula for key in MEASURES if (formula := load().growth(key, page.today)) is not None
    }
    rows = _measured(written, formulas, banner.version.due_on)
    charts = [
        _chart(formula, own)
        for key, formula in formulas.items()
        if (own := [row for row in rows if row.measure == key])
    ]
    fetuses = sorted({row.fetus for row in rows})
    form = load().form("ultrasound", page.today)
    context = {
        "banner": banner,
        "charts": charts,
        "fetuses": [{"number": n, "name": _("Foetus %(n)s") % {"n": n}} for n in fetuses],
        "rows": [_row(row, formulas) for row in reversed(rows)],
        "writes": form is not None and page.workplace.role in form.roles,
    }
    return render(request, "entries/growth.html", context)


def _measured(
    written: Sequence[Written], formulas: dict[str, GrowthFormula], due_on: date
) -> list[Measured]:
    """Return every measure that has a reference, oldest first."""
    rows = []
    for one in written:
        if not one.is_current:
            continue
        day = one.entry.happened_on
        for found in one.observations:
            formula, element = formulas.get(found.element), load().element(found.element, day)
            if formula is None or element is None:
                continue
            days, size = gestation_days(due_on, day), float(found.value)
            rows.append(
                Measured(
                    entry_id=one.entry.pk,
                    day=day,
                    days=days,
                    fetus=found.number or 1,
                    measure=found.element,
                    size=size,
                    said=words.said_value(element, found.value),
                    centile=_centile(formula, days, size),
                    who=one.entry.organisation.name,
                )
            )
    rows.sort(key=lambda row: (row.day, row.entry_id, row.fetus))
    return rows


def _centile(formula: GrowthFormula, days: int, size: float) -> str:
    """Write where a measure stands; nothing outside the weeks of the reference."""
    found = placed(formula, size, days)
    if found is None:
        return ""
    if found.centile < 1:
        return "< p1"
    return "> p99" if found.centile > 99 else f"p{round(found.centile)}"


def _chart(formula: GrowthFormula, rows: Sequence[Measured]) -> MeasureChart:
    points = [Point(row.days, row.size, row.fetus, _said(row)) for row in rows]
    return MeasureChart(
        measure=formula.measure,
        name=words.named(formula),
        unit=formula.unit,
        chart=growth_chart(
            points,
            lambda days, side: value_at(formula, CENTILES[side], days) or 0.0,
            formula.from_days,
            formula.until_days,
        ),
        description="; ".join(point.said for point in points),
        source=load().source_titles.get(formula.source, formula.source),
        is_verified=formula.verified,
    )


def _said(row: Measured) -> str:
    words_of = {
        "day": f"{row.day:%d-%m-%Y}",
        "duration": format_gestation(row.days),
        "size": row.said,
        "centile": row.centile or _("zonder percentiel"),
    }
    return _("%(duration)s (%(day)s): %(size)s, %(centile)s") % words_of


def _row(row: Measured, formulas: dict[str, GrowthFormula]) -> dict[str, Any]:
    return {
        "entry_id": row.entry_id,
        "day": f"{row.day:%d-%m-%Y}",
        "days": row.days,
        "fetus": row.fetus,
        "measure": words.named(formulas[row.measure]),
        "said": row.said,
        "centile": row.centile,
        "who": row.who,
    }
