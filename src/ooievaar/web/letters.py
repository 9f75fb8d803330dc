"""The handover letter of one pregnancy, as a file."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from ooievaar.exchange.letters.compose import letter_for
from ooievaar.exchange.letters.drawing import as_pdf
from ooievaar.exchange.letters.receivers import LetterKind, letter_kind
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.permissions import access_to, known
from ooievaar.record.relations import Rejected

DOOR = Door(CARE_ROLES, is_care=True)
TO = "aan"
"""In the address: the organisation that the letter names."""


@open_to(*CARE_ROLES, is_care=True)
@require_GET
def letter(request: WorkingRequest, pregnancy_id: int, kind: str) -> HttpResponse:
    """Give the letter as PDF; what leaves is noted first. On her objection nothing leaves."""
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", DOOR)
    chosen = letter_kind(kind, timezone.localdate(at))
    if chosen is None:
        raise Http404
    to = _named(request, pregnancy_id, chosen)
    noted: dict[str, Any] = {
        "women": [access.woman_id],
        "controls": access.controls,
        "purpose": str(access.purpose),
        "receiver": chosen.key,
        "organisation": to.pk if to else 0,
    }
    made = letter_for(here, pregnancy_id, chosen, at, to)
    if isinstance(made, Rejected):
        note(request, Kind.EXPORT, "letter", pregnancy_id, is_success=False, **noted)
        messages.error(request, str(made.reason))
        return redirect("sharing", pregnancy_id)
    note(request, Kind.EXPORT, "letter", pregnancy_id, **noted)
    name = slugify(f"overdracht-{chosen.key}-{made.reference}-{timezone.localdate(at)}")
    return HttpResponse(
        as_pdf(made, at),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def _named(request: WorkingRequest, pregnancy_id: int, kind: LetterKind) -> Organisation | None:
    """Return the organisation the letter names: one of its kind, involved with her, not one's own.

    None where the address names nobody; Http404 where it names somebody else.
    """
    named = request.GET.get(TO, "")
    if not named:
        return None
    involved = TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id)
    found = (
        Organisation.objects.filter(
            pk__in=involved.values("organisation_id"), discipline__in=kind.row.disciplines
        )
        .exclude(pk=known(request.workplace.organisation_id))
        .filter(pk=int(named) if named.isdecimal() and len(named) < 18 else 0)
        .first()
    )
    if found is None:
        raise Http404
    return found
