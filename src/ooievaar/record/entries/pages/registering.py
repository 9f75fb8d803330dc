"""Taking a woman into care in one short form, and completing what was unknown then."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.models import Insurer, Organisation
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.access_log.models import AccessEvent, Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.entries import words
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.details import details_of
from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.entries.identity import IS_OF_ANOTHER, complete_bsn
from ooievaar.record.entries.intake_forms import BsnForm, NewPregnancyForm, methods_of
from ooievaar.record.entries.pages.opening import CARE_DOOR, Opened, opened
from ooievaar.record.entries.queries import Written, known_values
from ooievaar.record.entries.registering import NewWoman, register_pregnancy
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.permissions import known as known_id
from ooievaar.record.permissions import pregnancies_for
from ooievaar.record.relations import Rejected
from ooievaar.record.women.merging import MERGING_ROLES
from ooievaar.record.women.records import her_records

MOST_TRIES = 10
TRIES_WITHIN = timedelta(hours=1)
"""So often somebody may ask whether a BSN is known of whom they do not treat."""
METHOD, PRECISION, WHY_NO_BSN = (
    "due_date_method", "due_date_precision_days", "bsn_missing_reason",
)  # fmt: skip
FIRST_FORMS = ("intake", "administrative")


@open_to(*CARE_ROLES)
@require_http_methods(["GET", "POST"])
def new_pregnancy(request: WorkingRequest) -> HttpResponse:
    """Register a woman and her pregnancy; one who is known gets a new pregnancy."""
    at = timezone.now()
    today = timezone.localdate(at)
    dictionary = load()
    due = dictionary.due(today)
    methods = methods_of(due, _names(dictionary.element(METHOD, today)))
    reasons = _names(dictionary.element(WHY_NO_BSN, today))
    form = NewPregnancyForm(
        Insurer.objects.order_by("name"), methods, reasons, today, request.POST or None
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        known, may_see = None, False
        if form.cleaned_data["bsn"]:
            known = Woman.objects.filter(bsn=form.cleaned_data["bsn"]).first()
        if known is not None:
            may_see = _may_see(request, known, at)
            if not may_see and _tried_too_often(request, at):
                form.add_error("bsn", _("U zocht te vaak een BSN van een ander. Wacht een uur."))
                return render(request, "entries/new_pregnancy.html", context)
            note(
                request,
                Kind.SEARCH,
                "woman",
                known.pk,
                women=[known.pk],
                controls="TTTF" if may_see else "TFFF",
            )
            context |= {"known": known if may_see else None, "is_known": True}
            context["earlier"] = _earlier(request, known, at) if may_see else None
        if known is not None and known.birth_date != form.cleaned_data["birth_date"]:
            context["is_known"] = False
            form.add_error(
                "bsn", _("Dit BSN hoort bij een andere geboortedatum; controleer beide.")
            )
        elif known is None or request.POST.get("same") == "on":
            precision = next(
                one.precision_days for one in due if one.method == form.cleaned_data["method"]
            )
            made = _register(request, form, known, precision, at)
            if isinstance(made, Pregnancy):
                return _to_intake(request, made)
            context["is_refused"] = made.field == "woman"
            if context["is_refused"] and not may_see:
                # That she is pregnant now is hers to tell: the BSN only told that she is known.
                made = Rejected(_("Met dit BSN schrijft u nu niemand in. Overleg met haar."))
            form.reject(made)
    return render(request, "entries/new_pregnancy.html", context)


def _names(element: Element | None) -> dict[str, str]:
    return {one.code: words.named(one) for one in element.choices} if element else {}


def _may_see(request: WorkingRequest, woman: Woman, at: datetime) -> bool:
    return pregnancies_for(request.workplace, at).filter(woman__in=her_records(woman.pk)).exists()


def _earlier(request: WorkingRequest, woman: Woman, at: datetime) -> Pregnancy | None:
    return (
        pregnancies_for(request.workplace, at)
        .filter(woman__in=her_records(woman.pk))
        .order_by("-pk")
        .first()
    )


def _tried_too_often(request: WorkingRequest, at: datetime) -> bool:
    """Tell whether somebody asks again and again after women whom they do not treat."""
    tries = AccessEvent.objects.filter(
        person_id=request.workplace.person_id,
        kind=Kind.SEARCH,
        object_type="woman",
        controls="TFFF",
        at__gte=at - TRIES_WITHIN,
    )
    return tries.count() >= MOST_TRIES


def _register(
    request: WorkingRequest,
    form: NewPregnancyForm,
    known: Woman | None,
    precision_days: int,
    at: datetime,
) -> Pregnancy | Rejected:
    typed = form.cleaned_data
    organisation = Organisation.objects.get(pk=known_id(request.workplace.organisation_id))
    insurer = Insurer.objects.get(pk=typed["insurer"]) if typed["insurer"] else None
    made = register_pregnancy(
        known
        or NewWoman(typed["name"], typed["birth_date"], typed["bsn"], typed["postcode"], insurer),
        organisation=organisation,
        first_intake_on=typed["first_intake_on"],
        due_on=typed["due_on"],
        due_precision_days=precision_days,
        at=at,
    )
    if isinstance(made, Pregnancy):
        _write_what_was_told(request, form, made, precision_days, at)
        note(
            request,
            Kind.CHANGE,
            "pregnancy",
            made.pk,
            action=Action.CREATE,
            women=[made.woman_id],
            bsn=typed["without_bsn"] or "given",
        )
    return made


def _write_what_was_told(
    request: WorkingRequest,
    form: NewPregnancyForm,
    made: Pregnancy,
    precision_days: int,
    at: datetime,
) -> None:
    """Write down how the due date is known, and why there is no BSN, as their forms would."""
    typed, day = form.cleaned_data, timezone.localdate(at)
    due = {
        "due_date": typed["due_on"].isoformat(),
        METHOD: typed["method"],
        PRECISION: str(precision_days),
    }
    _write(request, made, "due_date", due, day, at)
    if typed["without_bsn"]:
        _write(request, made, "administrative", {WHY_NO_BSN: typed["without_bsn"]}, day, at)


def _write(
    request: WorkingRequest,
    made: Pregnancy,
    key: str,
    told: dict[str, str],
    day: date,
    at: datetime,
) -> None:
    definition = load().form(key, day)
    if definition is None or not definition.element_keys.issuperset(told):
        return
    finish(
        made,
        key,
        [Observed(element, value) for element, value in told.items()],
        organisation=Organisation.objects.get(pk=known_id(request.workplace.organisation_id)),
        person=request.user,
        role=request.workplace.role,
        happened_on=day,
        at=at,
    )


def _to_intake(request: WorkingRequest, made: Pregnancy) -> HttpResponse:
    """Go on with the first form that this role fills in."""
    messages.success(request, _("Zij is ingeschreven. Ga verder met de intake."))
    for key in FIRST_FORMS:
        form = load().form(key, timezone.localdate())
        if form is not None and request.workplace.role in form.roles:
            return redirect("new_entry", made.pk, key)
    return redirect("record", made.pk)


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def woman(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show who she is and how she is insured; an unknown BSN can be completed."""
    page = opened(request, pregnancy_id)
    if page is None:
        return refuse(request, "relation", CARE_DOOR)
    written = page.written()
    banner = page.banner(written)
    her = banner.version.pregnancy.woman
    who, coverages, changes = details_of(her.pk)
    is_of_another = False
    form = None if who.bsn else BsnForm(request.POST or None)
    if form is not None and request.method == "POST" and form.is_valid():
        done = complete_bsn(her.pk, form.cleaned_data["bsn"], by=request.user, at=page.at)
        if not isinstance(done, Rejected):
            note(request, Kind.CHANGE, "woman", her.pk, action=Action.UPDATE, **page.logged)
            messages.success(request, _("Haar BSN staat vast."))
            return redirect("woman", pregnancy_id)
        is_of_another = done.field == IS_OF_ANOTHER
        form.reject(done)
    note(request, Kind.READ, "woman", her.pk, **page.logged)
    context = {
        "banner": banner,
        "her": her,
        "who": who,
        "is_of_another": is_of_another,
        "without_bsn": _why_no_bsn(written),
        "form": form,
        "coverages": coverages,
        "writes": _writes(page, "administrative"),
        "changes": changes,
        "may_merge": page.workplace.role in MERGING_ROLES,
    }
    return render(request, "entries/woman.html", context)


def _why_no_bsn(written: Sequence[Written]) -> str:
    found = known_values(written).get((WHY_NO_BSN, 0))
    if found is None:
        return ""
    return words.said_value(load().element(WHY_NO_BSN, found[1].happened_on), found[0].value)


def _writes(page: Opened, key: str) -> bool:
    form = load().form(key, page.today)
    return form is not None and page.workplace.role in form.roles
