"""What-if: what was worked out before, asking something new, and one outcome, losers first."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ooievaar.contracts.agreements.queries import version_on, versions_for
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Network
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.pathways.shift_models import CareShift
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.settlement.tabs import tabs_for
from ooievaar.settlement.whatif import words
from ooievaar.settlement.whatif.commands import Asked, question
from ooievaar.settlement.whatif.forms import ScenarioForm
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.permissions import KIND, STARTERS, runs_for, scenarios_for
from ooievaar.settlement.whatif.queries import told
from ooievaar.settlement.whatif.running import closed_years
from ooievaar.settlement.whatif.showing import (
    bars_of,
    guarantees_of,
    partner_table,
    shift_shown,
    steps_of,
)
from ooievaar.ui.columns import Column
from ooievaar.ui.jobs import start_again, start_job, stop_job
from ooievaar.ui.models import Job
from ooievaar.ui.tables import Table

TITLE = gettext_noop("Wat als: %(title)s")
READ, START = Door(WHOLE_NETWORK_ROLES), Door(STARTERS)


@open_to(*WHOLE_NETWORK_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def whatif(request: WorkingRequest) -> HttpResponseBase:
    """List the scenarios, and ask something new: `?versie=` and `?verschuiving=` begin from one."""
    here = request.workplace
    network = Network.objects.filter(pk=here.network_id or 0).first()
    if network is None or (request.method == "POST" and here.role not in STARTERS):
        return refuse(request, "row", START)
    table = _scenarios(request)
    if table.wants_export:
        return table.export(table.wants_export)
    context: dict[str, Any] = {"table": table, "network": network, "tabs": tabs_for(here)}
    status = 200
    if here.role in STARTERS:
        years = closed_years(network)
        shift = _shift(request, network)
        is_shift = shift is not None
        if request.method == "POST":
            form = ScenarioForm(years, request.POST, is_shift=is_shift)
            if form.is_valid() and (job := _started(request, network, form, shift)):
                return redirect("scenario_job", job.pk)
            status = 422
        else:
            start = _start(request, network, years, shift)
            form = ScenarioForm(years, initial=start, is_shift=is_shift)
        running = [job for job in runs_for(here)[:3] if job.is_live]
        context |= {"form": form, "years": years, "shift": shift, "running": running}
    return render(request, "whatif/scenarios.html", context, status=status)


def _scenarios(request: WorkingRequest) -> Table:
    return Table(
        "wat-als",
        [
            Column("titel", _("Scenario"), lambda row: row.title, link=_address),
            Column("soort", _("Wat is anders"), lambda row: row.get_kind_display(), sort="kind"),
            Column("jaar", _("Jaar"), lambda row: str(row.year), sort="year"),
            Column("wie", _("Gevraagd door"), _asker),
            Column("wanneer", _("Uitgerekend"), lambda row: row.at, "moment", "at"),
        ],
        scenarios_for(request.workplace).defer("result", "text", "tariffs"),
        request,
        caption=_("Scenario’s"),
        empty_heading=_("Nog niets uitgerekend"),
        empty_text=_(
            "Hier komt te staan wat een andere afspraak, andere tarieven of een zorgverschuiving "
            "over een afgesloten jaar had gedaan."
        ),
    )


def _address(scenario: Scenario) -> str:
    return reverse("scenario", args=[scenario.pk])


def _asker(scenario: Scenario) -> str:
    return scenario.made_by.name if scenario.made_by else _("op de opdrachtregel")


def _shift(request: WorkingRequest, network: Network) -> CareShift | None:
    """Return the care shift that the page before, or the form, named."""
    number = request.GET.get("verschuiving", "")
    if not (number.isascii() and number.isdigit()) or len(number) > 12:
        return None
    return CareShift.objects.filter(network=network, pk=int(number)).first()


def _start(
    request: WorkingRequest, network: Network, years: list[int], shift: CareShift | None
) -> dict[str, Any]:
    """Fill in the form: a version that was named, else the text that divides at the year's end."""
    if shift is not None:
        return {"title": shift.title}
    number = request.GET.get("versie", "")
    if number.isascii() and number.isdigit() and len(number) <= 12:
        version = versions_for(request.workplace).filter(pk=int(number)).first()
        if version is not None:
            return {"title": version.title, "text": version.content}
    if not years:
        return {}
    held = version_on(network, date(years[0], 12, 31))
    return {"text": held.content} if held else {}


def _started(
    request: WorkingRequest, network: Network, form: ScenarioForm, shift: CareShift | None
) -> Job | None:
    """Start the run of what was asked, when all of it can be read; None when not."""
    typed = form.cleaned_data
    asked = Asked(
        int(typed["year"]),
        text=typed.get("text", ""),
        tariffs=typed.get("tariffs", ""),
        shift_id=shift.pk if shift else None,
    )
    try:
        question(network, asked)
    except InputRejected as rejected:
        form.reject(rejected.faults)
        return None
    parameters = {
        "title": typed["title"],
        "year": asked.year,
        "text": asked.text,
        "tariffs": asked.tariffs,
        "shift": asked.shift_id,
    }
    job = start_job(KIND, request, TITLE, parameters)
    note(
        request,
        Kind.CHANGE,
        "scenario",
        controls=NO_RELATION,
        action=Action.CREATE,
        year=typed["year"],
    )
    return job


@open_to(*STARTERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scenario_job(request: WorkingRequest, job_id: UUID) -> HttpResponse:
    """Show how far a run is; ready, it goes on to the outcome."""
    found = runs_for(request.workplace).filter(pk=job_id).first()
    if found is None:
        return refuse(request, "row", START)
    if request.method == "POST":
        return _do(request, found)
    context = {"job": found, "tabs": tabs_for(request.workplace)}
    number = found.result.get("scenario")
    if not getattr(request, "htmx", False):
        if number is not None:
            return redirect("scenario", number)
        response = render(request, "whatif/job.html", context)
    elif found.is_live:
        response = render(request, "whatif/moving.html", context)
    else:
        response = HttpResponse()
        response["HX-Redirect"] = request.path if number is None else _address_of(number)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _address_of(number: int) -> str:
    return reverse("scenario", args=[number])


def _do(request: WorkingRequest, found: Job) -> HttpResponse:
    if request.POST.get("doe") == "stoppen" and stop_job(found):
        messages.info(request, _("De taak is gevraagd te stoppen."))
    elif request.POST.get("doe") == "opnieuw" and start_again(found):
        messages.success(request, _("De taak staat opnieuw in de rij."))
    else:
        messages.warning(request, _("De taak loopt al, of is klaar."))
    return redirect("scenario_job", found.pk)


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def scenario(request: WorkingRequest, scenario_id: int) -> HttpResponseBase:
    """Show what a scenario would have done: to disciplines, partners and what is put aside."""
    found = scenarios_for(request.workplace).filter(pk=scenario_id).first()
    if found is None:
        return refuse(request, "row", READ)
    outcome = told(found.result)
    table = partner_table(request, outcome)
    if table.wants_export:
        note(request, Kind.EXPORT, "scenario", found.pk, controls=NO_RELATION)
        return table.export(table.wants_export)
    note(request, Kind.READ, "scenario", found.pk, controls=NO_RELATION)
    bars, height = bars_of(outcome)
    partners = outcome.partners()
    examples, failing = found.result.get("examples", (0, 0))
    context = {
        "scenario": found,
        "outcome": outcome,
        "asker": _asker(found),
        "table": table,
        "bars": bars,
        "bars_height": height,
        "disciplines": [(words.discipline(key), row) for key, row in outcome.disciplines()],
        "partners_count": len(partners),
        "losers": sum(line.kept.cents < 0 for line in partners),
        "remainder": sum(abs(cents) for cents in outcome.remainders),
        "kinds": outcome.kinds(),
        "reserve": outcome.reserve(),
        "sold": [(row, words.product(row.product)) for row in outcome.sold(only_changed=True)],
        "by_product": [
            (words.discipline(discipline), words.product(product), row)
            for discipline, product, row in outcome.by_product()
        ],
        "guarantees": guarantees_of(outcome),
        "steps": steps_of(found),
        "moved": found.result["bridge"]["moved"],
        "failing": failing,
        "examples": examples,
        "years_apart": found.result["years_apart"],
        "shift": shift_shown(found, outcome),
        "tabs": tabs_for(request.workplace),
    }
    return render(request, "whatif/scenario.html", context)
