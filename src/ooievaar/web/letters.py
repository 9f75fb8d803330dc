"""The handover letter of one pregnancy, as a file; first what she says of it, where that is due."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ooievaar.exchange.letters.compose import letter_for, sharing_with
from ooievaar.exchange.letters.drawing import as_pdf
from ooievaar.exchange.letters.receivers import LetterKind, letter_kind
from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import banner_for
from ooievaar.record.forms import RecordForm
from ooievaar.record.models import Consent, TreatmentRelation, Woman
from ooievaar.record.permissions import EMERGENCY, Access, access_to, known, said_by
from ooievaar.record.relations import Rejected, record_consent

DOOR = Door(CARE_ROLES, is_care=True)
UNASKED = "consent"
"""The field of a letter that is not made because she was not asked."""
TO = "aan"
"""In the address: the organisation that the letter names."""


class AskedForm(RecordForm):
    """Writes down what she answered when she was asked whether a receiver may get a letter."""

    said = forms.ChoiceField(
        label=gettext_lazy("Zij zegt"),
        choices=[
            ("yes", gettext_lazy("Ja, daarmee stem ik in")),
            ("no", gettext_lazy("Nee, daartegen heb ik bezwaar")),
        ],
        widget=forms.RadioSelect,
    )


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def letter(request: WorkingRequest, pregnancy_id: int, kind: str) -> HttpResponse:
    """Give the letter as PDF; what leaves is noted first. On her objection nothing leaves.

    Where nothing is presumed of this receiver, making the letter begins with asking her: her answer
    is written down as what she said of sharing, and the letter is made on yes.
    """
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
    if request.method == "POST":
        return _asked(request, pregnancy_id, chosen, to, access, at)
    made = letter_for(here, pregnancy_id, chosen, at, to)
    if isinstance(made, Rejected) and made.field == UNASKED and access.basis != EMERGENCY:
        return _question(request, pregnancy_id, chosen, to, access, at, AskedForm())
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


def _asked(
    request: WorkingRequest,
    pregnancy_id: int,
    kind: LetterKind,
    to: Organisation | None,
    access: Access,
    at: datetime,
) -> HttpResponse:
    """Write down what she answered; who opened her record in an emergency asks her nothing."""
    own = request.workplace.organisation
    assert own is not None, "who gives care works in an organisation"
    if not sharing_with(said_by(access.woman_id), own.pk, kind, to).is_unasked:
        # She said something meanwhile, or it was sent twice: the letter itself knows what holds.
        note(request, Kind.READ, "sharing", pregnancy_id, women=[access.woman_id],
             controls=access.controls)  # fmt: skip
        return redirect(request.get_full_path())
    form = AskedForm(request.POST)
    if access.basis == EMERGENCY:
        return refuse(request, "relation", DOOR)
    if not form.is_valid():
        return _question(request, pregnancy_id, kind, to, access, at, form)
    is_given = form.cleaned_data["said"] == "yes"
    said = record_consent(
        Woman.objects.get(pk=access.woman_id),
        source=own,
        recipient=to,
        recipient_kind="" if to else kind.consent_kind,
        is_given=is_given,
        at=at,
        by=request.user,
    )
    assert isinstance(said, Consent), "another organisation, and she says something"
    note(
        request, Kind.CHANGE, "consent", said.pk, action=Action.CREATE, women=[access.woman_id],
        controls=access.controls,
    )  # fmt: skip
    if is_given:
        messages.success(request, _("Haar toestemming staat vast."))
        return redirect(request.get_full_path())
    messages.success(request, _("Haar bezwaar staat vast: deze brief wordt niet gemaakt."))
    return redirect("sharing", pregnancy_id)


def _question(
    request: WorkingRequest,
    pregnancy_id: int,
    kind: LetterKind,
    to: Organisation | None,
    access: Access,
    at: datetime,
    form: AskedForm,
) -> HttpResponse:
    """Show what has to be asked of her, in words to read to her."""
    banner = banner_for(request.workplace, pregnancy_id, at, access=access, parts=(), leaders=())
    note(
        request, Kind.READ, "sharing", pregnancy_id, women=[access.woman_id],
        controls=access.controls, purpose=str(access.purpose), receiver=kind.key,
    )  # fmt: skip
    context = {
        "banner": banner,
        "kind": kind.row,
        "form": form,
        "to": to,
        "own": request.workplace.organisation,
        "treats_her": to is not None or bool(kind.row.disciplines),
    }
    return render(request, "web/letter_question.html", context)


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
