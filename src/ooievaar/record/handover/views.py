"""Who leads her care and who coordinates it; asking others and handing over."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to, refuse
from ooievaar.network.models import Membership, Organisation, Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.handover import commands, indications
from ooievaar.record.handover.forms import AskForm, CoordinatorForm
from ooievaar.record.handover.here import CARE_DOOR, Here, referrals_of
from ooievaar.record.handover.models import Phase, Referral, Responsibility
from ooievaar.record.handover.queries import Duties, Held, duties_of, parts_of
from ooievaar.record.handover.rules.duty import spans
from ooievaar.record.handover.warnings import TransferIdea, warnings_for
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import Access, access_to, known
from ooievaar.record.relations import Rejected
from ooievaar.record.views import SUBSET_ROLES
from ooievaar.ui.check_answers import FIELD, read_answers, sign_answers

KINDS = {"advies": "advice", "consult": "consult", "overdracht": "transfer"}
"""What is asked, as the address says it."""
COORDINATE = "coordinatie"
ANY_AGE = 10**9
"""Seconds: however long a page lay open."""


def may_refer(workplace: Workplace, access: Access, duties: Duties | None, at: datetime) -> bool:
    """Tell whether somebody may ask others and hand over: who treats her, or leads by agreement.

    Not who was only asked themselves, pressed the emergency button, or sees a subset.
    """
    if workplace.role in SUBSET_ROLES or access.is_emergency:
        return False
    treats = access.basis in (TreatmentRelation.Basis.CARE, TreatmentRelation.Basis.TEAM)
    leads = duties is not None and duties.responsible(at).organisation_id
    return treats or leads == workplace.organisation_id


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def handover(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show who leads and coordinates and what is asked; `?doe=` is a form to ask or to name."""
    workplace, at = request.workplace, timezone.now()
    access = access_to(workplace, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", CARE_DOOR)
    duties = duties_of(pregnancy_id, at)
    leaders = tuple(parts_of(duties, at)) if duties else ()
    here = Here(request, workplace, pregnancy_id, access, at, leaders)
    may = may_refer(workplace, access, duties, at)
    asked = request.GET.get("doe", "")
    if may and asked in KINDS:
        return _ask(here, KINDS[asked], duties)
    if may and asked == COORDINATE:
        return _coordinate(here)
    if request.method == "POST":
        return redirect("handover", pregnancy_id)
    here.note(Kind.READ, "handover", pregnancy_id)
    rows = referrals_of(pregnancy_id, timezone.localdate(at))
    open_rows = [row for row in rows if row.waits or row.looks_on]
    return here.page(
        "handover",
        responsible=duties.responsible(at) if duties else None,
        coordinator=duties.coordinator(at) if duties else None,
        agreed=duties.agreed(at) if duties else (),
        history=_history(duties) if duties else (),
        open_referrals=open_rows,
        closed_referrals=[row for row in rows if row not in open_rows],
        may_refer=may,
    )


def _history(duties: Duties) -> list[tuple[Held, datetime | None, str]]:
    """Return who had which duty from when until when, the last written first."""
    rows = [
        (one, until, str(duty.label))
        for duty in Responsibility.Duty
        for one, until in spans(duties.of(duty))
    ]
    return sorted(rows, key=lambda row: row[0].number, reverse=True)


def _ask(here: Here, kind: str, duties: Duties | None) -> HttpResponse:
    """Ask a question: its form, what handing over would break, and only then the asking itself.

    In an emergency nothing stands between: what it breaks is shown when it is done.
    """
    request, today = here.request, timezone.localdate(here.at)
    purpose = f"handover:{here.pregnancy_id}:{kind}:{here.workplace.position_id}"
    token = request.POST.get(FIELD, "")
    answers = read_answers(token, purpose=purpose) if token else None
    # What was checked too long ago is shown again as it was typed.
    typed = answers or (read_answers(token, max_age=ANY_AGE, purpose=purpose) if token else None)
    wants_change = "wijzigen" in request.POST or (token and answers is None)
    organisations, people = _whom_to_ask(here.workplace, today)
    form = AskForm(
        kind,
        organisations,
        people,
        indications.load().by_group(today),
        typed or (request.POST if request.method == "POST" else None),
    )
    if request.method == "POST" and form.is_valid() and not wants_change:
        is_urgent = form.cleaned_data["urgency"] == Referral.Urgency.EMERGENCY
        found = [] if is_urgent or answers else warnings_for(_idea(here, kind, form, duties))
        if found:
            here.note(Kind.READ, "handover", here.pregnancy_id, warnings=len(found))
            signed = sign_answers(
                {name: request.POST.get(name, "") for name in form.fields}, purpose
            )
            checked = {"warnings": found, "told": _told(form), "token": signed}
            return here.page("check", form=form, kind=kind, **checked)
        made = _make(here, kind, form)
        if made is not None:
            address = reverse("referral", args=[here.pregnancy_id, made.pk])
            return redirect(f"{address}?na=spoed" if is_urgent else address)
    here.note(Kind.READ, "handover", here.pregnancy_id)
    return here.page("ask", form=form, kind=kind)


def _make(here: Here, kind: str, form: AskForm) -> Referral | None:
    """Make what was asked; None where the form says what is wrong."""
    typed = form.cleaned_data
    person_id = typed["to_person"]
    made = commands.ask(
        here.workplace,
        Pregnancy.objects.get(pk=here.pregnancy_id),
        kind,
        to_organisation=Organisation.objects.get(pk=typed["to_organisation"]),
        to_person=Person.objects.get(pk=person_id) if person_id else None,
        question=typed["question"],
        urgency=typed["urgency"],
        indication=typed["indication"],
        phase=int(typed.get("phase", Phase.WHOLE)),
        at=here.at,
    )
    if isinstance(made, Rejected):
        form.reject(made)
        return None
    here.note(Kind.CHANGE, "referral", made.pk, action=Action.CREATE, form=kind)
    words = _("Gevraagd aan %(name)s.") % {"name": made.to_organisation.name}
    messages.success(here.request, words)
    return made


def _idea(here: Here, kind: str, form: AskForm, duties: Duties | None) -> TransferIdea:
    typed = form.cleaned_data
    return TransferIdea(
        pregnancy_id=here.pregnancy_id,
        organisation_id=int(typed["to_organisation"]),
        kind=kind,
        phase=int(typed.get("phase", Phase.WHOLE)),
        day=timezone.localdate(here.at),
        from_organisation_id=leads_now(here, duties),
    )


def leads_now(here: Here, duties: Duties | None) -> int:
    """Return the organisation whose care it is that would be given elsewhere."""
    if duties is None:
        return known(here.workplace.organisation_id)
    return duties.responsible(here.at).organisation_id


def _told(form: AskForm) -> list[tuple[str, str]]:
    """Return what was typed, as people read it, to be checked."""
    told = []
    for field in form:
        value = form.data.get(field.html_name, "")
        choices: list[Any] = []
        for key, label in getattr(field.field, "choices", ()):
            choices += label if isinstance(label, list | tuple) else [(key, label)]
        named = {str(key): str(label) for key, label in choices}
        told.append((str(field.label), named.get(str(value), str(value))))
    return told


Choice = tuple[str, str]


def _whom_to_ask(
    workplace: Workplace, today: date
) -> tuple[list[tuple[str, list[Choice]]], list[Choice]]:
    """Return which organisations can be asked, and who gives care in those of the own networks.

    Those of the own networks come first; all of it in one query.
    """
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    own = Membership.objects.filter(
        organisation_id=known(workplace.organisation_id), **in_force
    ).values("network_id")
    theirs = Membership.objects.filter(
        organisation_id=OuterRef("pk"), network_id__in=own, **in_force
    )
    held = Q(
        positions__role__in=sorted(CARE_ROLES),
        positions__valid_from__lte=today,
        positions__valid_until__gt=today,
    )
    rows = (
        Organisation.objects.exclude(pk=known(workplace.organisation_id))
        .annotate(is_near=Exists(theirs), held=FilteredRelation("positions", condition=held))
        .order_by("name", "held__person__last_name", "held__person_id")
        .values_list(
            "pk",
            "name",
            "is_near",
            "held__person_id",
            "held__person__is_active",
            "held__person__first_name",
            "held__person__last_name",
            "held__person__username",
        )
    )
    near: dict[str, str] = {}
    far: dict[str, str] = {}
    people: dict[str, str] = {}
    for pk, name, is_near, person_id, is_active, *named in rows:
        (near if is_near else far)[str(pk)] = name
        if is_near and is_active:
            person = " ".join(filter(None, named[:2])) or named[2]
            people[f"{person_id}-{pk}"] = f"{person}, {name}"
    groups = [(_("In ons netwerk"), near), (_("Daarbuiten"), far)]
    return [(label, list(rows.items())) for label, rows in groups if rows], list(people.items())


def _coordinate(here: Here) -> HttpResponse:
    """Name who coordinates from now on, of who treats her."""
    today = timezone.localdate(here.at)
    sent = here.request.POST if here.request.method == "POST" else None
    treating = TreatmentRelation.objects.filter(
        pregnancy_id=here.pregnancy_id, valid_from__lte=today, valid_until__gt=today
    )
    positions = (
        Position.objects.filter(
            organisation_id__in=treating.values("organisation_id"),
            role__in=sorted(CARE_ROLES),
            person__is_active=True,
            valid_from__lte=today,
            valid_until__gt=today,
        )
        .select_related("person", "organisation")
        .order_by("organisation__name", "person__last_name", "pk")
    )
    form = CoordinatorForm(positions, here.workplace.position_id, sent)
    if sent is not None and form.is_valid():
        chosen = Position.objects.get(pk=form.cleaned_data["person"])
        pregnancy = Pregnancy.objects.get(pk=here.pregnancy_id)
        made = commands.name_coordinator(here.workplace, pregnancy, chosen, at=here.at)
        if not isinstance(made, Rejected):
            here.note(Kind.CHANGE, "coordinator", made.pk, action=Action.CREATE)
            words = _("%(name)s coördineert vanaf nu.") % {"name": chosen.person.name}
            messages.success(here.request, words)
            return redirect("handover", here.pregnancy_id)
        form.reject(made)
    here.note(Kind.READ, "handover", here.pregnancy_id)
    return here.page("coordinate", form=form)
