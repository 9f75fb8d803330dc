"""Full wards: who is full, saying so, and what it means for the births of that week."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, note
from ooievaar.record.handover.forms import FullWardForm
from ooievaar.record.handover.models import FullWard
from ooievaar.record.handover.wards import (
    costs_of,
    end_full,
    expected_births,
    full_wards,
    hospitals_of,
    report_full,
    total_of,
)
from ooievaar.record.handover.warnings import ExpectedBirth
from ooievaar.record.permissions import pregnancies_for
from ooievaar.record.relations import Rejected

REPORT = "melden"


@open_to(*CARE_ROLES, Role.CONTROLLER, Role.DIRECTOR, is_care=True)
@require_http_methods(["GET", "POST"])
def wards_page(request: WorkingRequest) -> HttpResponse:
    """Show which wards are full; `?doe=melden` says so, `?afdeling=` shows one with its births."""
    workplace, at = request.workplace, timezone.now()
    hospitals = list(hospitals_of(workplace, timezone.localdate(at)))
    if hospitals and request.GET.get("doe") == REPORT:
        return _report(request, hospitals, at)
    if request.method == "POST":
        return _end(request, at)
    wards = full_wards(at)
    shown = next(
        (row for row in wards if str(row.full_ward_id) == request.GET.get("afdeling")), None
    )
    own = {row.pk for row in hospitals}
    context: dict[str, Any] = {
        "wards": [(row, row.organisation_id in own) for row in wards],
        "may_report": bool(hospitals),
        "shown": shown,
        "gives_care": workplace.gives_care,
    }
    women: list[int] = []
    if shown is not None:
        births = expected_births(shown.organisation_id, at)
        context["births"] = len(births)
        if workplace.gives_care:
            context["named"] = _named(request, births, at)
            women = [pregnancy.woman_id for pregnancy, _due in context["named"]]
        elif "kosten" in request.GET:
            context["total"] = total_of(births, costs_of(births, workplace.network_id).values())
    note(
        request, Kind.LIST, "full_ward", women=women, controls=_controls(request), wards=len(wards)
    )
    return render(request, "handover/full_wards.html", context)


def _controls(request: WorkingRequest) -> str:
    return "TTTF" if request.workplace.gives_care else NO_RELATION


def _named(
    request: WorkingRequest, births: list[ExpectedBirth], at: datetime
) -> list[tuple[Any, ExpectedBirth]]:
    """Return the births of whom this workplace may see, with who she is."""
    seen = pregnancies_for(request.workplace, at).filter(
        pk__in=[one.pregnancy_id for one in births]
    )
    known = {row.pk: row for row in seen.select_related("woman")}
    return [(known[one.pregnancy_id], one) for one in births if one.pregnancy_id in known]


def _report(request: WorkingRequest, hospitals: list[Organisation], at: datetime) -> HttpResponse:
    form = FullWardForm(hospitals, request.POST if request.method == "POST" else None)
    until = form.until(at) if form.is_bound and form.is_valid() else None
    if until is not None:
        typed = form.cleaned_data
        made = report_full(
            request.workplace,
            next(one for one in hospitals if str(one.pk) == typed["organisation"]),
            ward=typed["ward"],
            reason=typed["reason"],
            note=typed["note"],
            full_until=until,
            at=at,
        )
        if not isinstance(made, Rejected):
            note(request, Kind.CHANGE, "full_ward", made.pk, controls=NO_RELATION, ward=made.ward)
            messages.success(request, _("Gemeld: iedereen ziet het nu."))
            return redirect("full_wards")
        form.reject(made)
    note(request, Kind.READ, "full_ward", controls=NO_RELATION)
    return render(request, "handover/report_full.html", {"form": form})


def _end(request: WorkingRequest, at: datetime) -> HttpResponse:
    number = request.POST.get("volmelding", "")
    found = FullWard.objects.filter(pk=number).first() if number.isdecimal() else None
    ended = end_full(request.workplace, found, at=at) if found else None
    if isinstance(ended, Rejected):
        messages.warning(request, str(ended.reason))
    elif found is not None:
        note(request, Kind.CHANGE, "full_ward", found.pk, controls=NO_RELATION, ward=found.ward)
        messages.success(request, _("Beëindigd: zij nemen weer op."))
    return redirect("full_wards")
