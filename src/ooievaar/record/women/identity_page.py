"""The page that says who she is, and on which a name, birth date, postcode or BSN is corrected."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.roles import ORGANISATION_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import banner_for
from ooievaar.record.entries.details import details_of, said_of
from ooievaar.record.entries.pages.opening import Opened, opened
from ooievaar.record.models import IdentityChange, TreatmentRelation
from ooievaar.record.permissions import ADMINISTRATION, EMERGENCY, known
from ooievaar.record.relations import Rejected
from ooievaar.record.women.forms import CorrectForm
from ooievaar.record.women.identity import correct_identity
from ooievaar.record.women.merging import MERGING_ROLES
from ooievaar.record.women.who import Identity

Field = IdentityChange.Field
DOOR = Door(ORGANISATION_ROLES, is_care=True)
FIELDS = {
    "naam": Field.NAME,
    "geboortedatum": Field.BIRTH_DATE,
    "bsn": Field.BSN,
    "postcode": Field.POSTCODE,
}
"""What can be corrected, as the address calls it."""
CHECKED = (Field.BIRTH_DATE, Field.BSN)
"""By these others find her: what becomes of them is shown once more before it is stored."""
STORE, BACK = "vastleggen", "terug"


@open_to(*ORGANISATION_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def identity(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show who she is and what was changed; `?veld=` is the form that corrects one thing."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", DOOR)
    # Who leads stands on the other pages; this one reads all her records.
    banner = banner_for(page.workplace, pregnancy_id, page.at, access=page.access, leaders=())
    assert banner is not None, f"pregnancy {pregnancy_id} has no version"
    woman_id = page.access.woman_id
    who, _insured, changes = details_of(woman_id)
    may_correct = _treats(page)
    asked = request.GET.get("veld", "")
    field = FIELDS.get(asked) if may_correct else None
    form = _form(request, field, who) if field else None
    is_checking = False
    if form is not None and request.method == "POST":
        doing = request.POST.get("doe", "")
        if doing != BACK and form.is_valid():
            is_checking = form.field in CHECKED and doing != STORE
            if not is_checking and _corrected(request, page, form):
                return redirect("identity", pregnancy_id)
    note(request, Kind.READ, "woman", woman_id, **page.logged)
    context: dict[str, Any] = {
        "banner": banner,
        "who": who,
        "rows": _rows(who),
        "may_correct": may_correct,
        "asked": asked,
        "label": Field(field).label if field else "",
        "form": form,
        "is_checking": is_checking,
        "was": said_of(form.field, _stored(who, form.field)) if form else "",
        "becomes": _becomes(page, form) if form and is_checking else "",
        "changes": changes,
        "may_merge": page.workplace.role in MERGING_ROLES,
    }
    return render(request, "record/identity.html", context)


def _treats(page: Opened) -> bool:
    """Tell whether somebody may correct it: who treats her, and the office of who treats her now.

    Not who came in by the emergency button, nor an office whose practice no longer treats her.
    """
    if page.access.basis == EMERGENCY:
        return False
    if page.access.basis != ADMINISTRATION:
        return True
    return _running(page.workplace, page.pregnancy_id, page.today)


def _running(workplace: Workplace, pregnancy_id: int, today: date) -> bool:
    return TreatmentRelation.objects.filter(
        pregnancy_id=pregnancy_id,
        organisation_id=known(workplace.organisation_id),
        valid_from__lte=today,
        valid_until__gt=today,
    ).exists()


def _form(request: WorkingRequest, field: Field, who: Identity) -> CorrectForm:
    sent = request.POST if request.method == "POST" else None
    # A BSN that is known is nowhere shown whole, here neither.
    value = "" if field == Field.BSN else getattr(who, field)
    return CorrectForm(field, sent, initial={"becomes": value})


def _corrected(request: WorkingRequest, page: Opened, form: CorrectForm) -> bool:
    done = correct_identity(
        page.access.woman_id,
        form.field,
        form.cleaned_data["becomes"],
        form.cleaned_data["reason"],
        by=request.user,
        at=page.at,
    )
    if isinstance(done, Rejected):
        form.refuse(done)
        return False
    note(
        request, Kind.CHANGE, "woman", done.woman_id, action=Action.UPDATE, **page.logged,
        field=form.field,
    )  # fmt: skip
    messages.success(request, _("Verbeterd. Wat er stond, blijft hieronder leesbaar."))
    return True


def _rows(who: Identity) -> list[tuple[str, str, str]]:
    """Return what is known of her: as the address calls it, its name, and what it is."""
    return [
        (key, str(field.label), said_of(field, _stored(who, field)))
        for key, field in FIELDS.items()
    ]


def _stored(who: Identity, field: str) -> str:
    return str(getattr(who, field) or "")


def _becomes(page: Opened, form: CorrectForm) -> str:
    """Write what was typed, whole: this is what has to be checked; of a birth date her age too."""
    typed: str = form.cleaned_data["becomes"]
    if form.field != Field.BIRTH_DATE:
        return typed
    born, today = date.fromisoformat(typed), page.today
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return _("%(day)s: zij is nu %(years)s jaar") % {"day": f"{born:%d-%m-%Y}", "years": years}
