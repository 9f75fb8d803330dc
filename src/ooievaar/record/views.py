"""Who is involved in a pregnancy and why, the emergency button, and the judgement of its use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import Door, WorkingRequest, open_to, refuse
from ooievaar.network.models import Organisation, Person
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.record import break_glass as emergency
from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.banner import banner_for
from ooievaar.record.forms import (
    BreakGlassForm,
    ConsentForm,
    RecordForm,
    ReviewForm,
    TeamForm,
)
from ooievaar.record.models import BreakGlass, Consent, Pregnancy, TreatmentRelation, Woman
from ooievaar.record.permissions import EMERGENCY, Access, access_to
from ooievaar.record.relations import (
    Rejected,
    add_to_team,
    colleagues_to_name,
    end_relation,
    record_consent,
)
from ooievaar.record.women.records import her_records

CARE_DOOR = Door(CARE_ROLES, is_care=True)
REVIEW_DOOR = Door(frozenset({Role.QUALITY_OFFICER}), is_care=True)
SUBSET_ROLES = frozenset({Role.KRAAM_CARER, Role.SONOGRAPHER})
"""Roles that see a subset; they involve nobody else, and speak of their own entries only."""
MOST_JUDGED = 20
MOST_LOOKS = 100
BEFORE = timedelta(minutes=1)
MOST_MISSES = 10
MISSES_WITHIN = timedelta(hours=1)
"""The press of the button itself is logged as of the start of its request."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed, for the log and for who did it."""

    object_type: str
    object_id: int
    action: Action
    words: str


def may_involve(workplace: Workplace, access: Access) -> bool:
    """Tell whether somebody may ask a consult, name a member of the team, or end these.

    Who treats her by care or in the team; not who was asked for a consult, pressed the button or
    sees a subset.
    """
    treats = access.basis in (TreatmentRelation.Basis.CARE, TreatmentRelation.Basis.TEAM)
    return treats and workplace.role not in SUBSET_ROLES


@open_to(*CARE_ROLES, is_care=True)
@require_http_methods(["GET", "POST"])
def involved(request: WorkingRequest, pregnancy_id: int) -> HttpResponse:
    """Show who treats her and why, and what she said of sharing; `?doe=` is a form to change it."""
    here, at = request.workplace, timezone.now()
    access = access_to(here, pregnancy_id, at)
    if access is None:
        return refuse(request, "relation", CARE_DOOR)
    logged: dict[str, Any] = {"women": [access.woman_id], "controls": access.controls}
    asked = request.GET.get("doe", "")
    form = _form(request, access, asked)
    if request.method == "POST":
        done = _carry_out(request, access, pregnancy_id, form, at)
        if done:
            note(
                request, Kind.CHANGE, done.object_type, done.object_id, action=done.action, **logged
            )
            messages.success(request, done.words)
        if done or form is None:
            return redirect("involved", pregnancy_id)
    note(request, Kind.READ, "relations", pregnancy_id, **logged)
    # The page itself tells who is involved; who leads stands on the others.
    banner = banner_for(here, pregnancy_id, at, access=access, leaders=())
    context: dict[str, Any] = {"banner": banner}
    if form is not None:
        return render(request, "record/involve.html", {**context, "form": form, "asked": asked})
    today = timezone.localdate(at)
    relations = list(
        TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id)
        .select_related("organisation", "person")
        .order_by("valid_from", "pk")
    )
    said = Consent.objects.filter(woman__in=her_records(access.woman_id))
    context |= {
        "running": [row for row in relations if row.valid_until > today],
        "ended": [row for row in relations if row.valid_until <= today],
        "consents": said.select_related("source", "recipient", "recorded_by").order_by(
            "-recorded_at", "-pk"
        ),
        "may_involve": may_involve(here, access),
        "may_say": access.basis != EMERGENCY,
    }
    return render(request, "record/involved.html", context)


def _form(request: WorkingRequest, access: Access, asked: str) -> RecordForm | None:
    """Return the form that was asked for; None when there is none, or not for this person."""
    here, sent = request.workplace, request.POST if request.method == "POST" else None
    if asked == "consent" and access.basis != EMERGENCY:
        organisations = list(Organisation.objects.order_by("name"))
        own = next(one for one in organisations if one.pk == here.organisation_id)
        return ConsentForm(organisations, own if here.role in SUBSET_ROLES else None, sent)
    if asked == "team" and may_involve(here, access):
        return TeamForm(colleagues_to_name(here, timezone.localdate()), sent)
    return None


def _carry_out(
    request: WorkingRequest,
    access: Access,
    pregnancy_id: int,
    form: RecordForm | None,
    at: datetime,
) -> Done | None:
    """Do what was asked; None when it is not allowed, or when the form says what is wrong."""
    if form is None:
        relation = request.POST.get("relation", "")
        return _end(relation, pregnancy_id, at) if may_involve(request.workplace, access) else None
    if not form.is_valid():
        return None
    if isinstance(form, ConsentForm):
        done = _say(form, access.woman_id, request.user, at)
    else:
        done = _add_to_team(form, Pregnancy.objects.get(pk=pregnancy_id), at)
    if isinstance(done, Rejected):
        form.reject(done)
        return None
    return done


def _add_to_team(form: Any, pregnancy: Pregnancy, at: datetime) -> Done | Rejected:
    person_id, organisation_id = form.chosen
    person = Person.objects.get(pk=person_id)
    organisation = Organisation.objects.get(pk=organisation_id)
    made = add_to_team(pregnancy, person, organisation, timezone.localdate(at))
    if isinstance(made, Rejected):
        return made
    words = _("%(name)s is nu lid van het team.") % {"name": person.name}
    return Done("team", made.pk, Action.CREATE, words)


def _say(form: ConsentForm, woman_id: int, by: Person, at: datetime) -> Done | Rejected:
    typed = form.cleaned_data
    recipient_id, kind = form.receiver
    source, recipient = (
        Organisation.objects.get(pk=chosen) if chosen else None
        for chosen in (typed["source"], recipient_id)
    )
    made = record_consent(
        Woman.objects.get(pk=woman_id),
        source=source,
        recipient=recipient,
        recipient_kind=kind,
        purpose=typed["purpose"] or Consent.Purpose.TREATMENT,
        is_given=form.is_given,
        at=at,
        by=by,
    )
    if isinstance(made, Rejected):
        return made
    words = {
        True: _("Haar toestemming staat vast."),
        False: _("Haar bezwaar staat vast."),
        None: _("Wat zij hierover zei, telt niet meer."),
    }
    return Done("consent", made.pk, Action.CREATE, words[made.is_given])


def _end(relation_id: str, pregnancy_id: int, at: datetime) -> Done | None:
    asked_for = TreatmentRelation.objects.filter(pregnancy_id=pregnancy_id).exclude(
        basis=TreatmentRelation.Basis.CARE
    )
    relation = asked_for.filter(pk=relation_id).first() if relation_id.isdecimal() else None
    if relation is None or not end_relation(relation, timezone.localdate(at)):
        return None
    words = _("Beëindigd: %(name)s.") % {"name": relation.person or relation.organisation}
    return Done(str(relation.basis), relation.pk, Action.UPDATE, words)


@open_to(*CARE_ROLES)
@require_http_methods(["GET", "POST"])
def break_glass(request: WorkingRequest) -> HttpResponse:
    """Open one record for a day, without treating her: found by exact numbers, with a reason."""
    form = BreakGlassForm(request.POST or None)
    at = timezone.now()
    is_filled_in = request.method == "POST" and form.is_valid()
    if is_filled_in and missed_too_often(request.workplace.person_id, at):
        form.missed_too_often()
    elif is_filled_in:
        found = emergency.find_in_emergency(**form.sought)
        reason = form.cleaned_data["reason"]
        opened = found and emergency.open_in_emergency(request.workplace, found, reason, at)
        if isinstance(opened, BreakGlass):
            access = access_to(request.workplace, opened.pregnancy_id, at)
            assert access is not None and access.is_emergency
            note(
                request,
                Kind.BREAK_GLASS,
                "pregnancy",
                opened.pregnancy_id,
                women=[access.woman_id],
                controls=access.controls,
            )
            return redirect("pregnancy", opened.pregnancy_id)
        form.find_nobody()
        note(
            request,
            Kind.BREAK_GLASS,
            "pregnancy",
            controls="TFFF",
            is_success=False,
        )
    return render(request, "record/break_glass.html", {"form": form})


def missed_too_often(person_id: int, at: datetime) -> bool:
    """Tell whether somebody guesses: the access log knows how often they found nobody."""
    missed = AccessEvent.objects.filter(
        person_id=person_id, kind=Kind.BREAK_GLASS, is_success=False, at__gte=at - MISSES_WITHIN
    )
    return missed.count() >= MOST_MISSES


@open_to(Role.QUALITY_OFFICER, is_care=True)
def break_glass_reviews(request: WorkingRequest) -> HttpResponse:
    """Show which uses of the emergency button wait for a judgement, and the last ones judged."""
    related = ("person", "organisation", "pregnancy", "review__reviewer")
    waiting = list(emergency.reviews_open(request.workplace).select_related(*related))
    judged = list(emergency.reviewed(request.workplace).select_related(*related)[:MOST_JUDGED])
    note(
        request,
        Kind.LIST,
        "break_glass",
        women=[opening.pregnancy.woman_id for opening in (*waiting, *judged)],
        controls="TFFF",
        waiting=len(waiting),
    )
    context = {"waiting": waiting, "judged": judged}
    return render(request, "record/break_glass_reviews.html", context)


@open_to(Role.QUALITY_OFFICER, is_care=True)
@require_http_methods(["GET", "POST"])
def break_glass_review(request: WorkingRequest, opening_id: int) -> HttpResponse:
    """Show one use of the button with what was looked at, and judge it."""
    related = ("person", "organisation", "pregnancy", "review__reviewer")
    openings = emergency.openings_for(request.workplace).select_related(*related)
    opening = openings.filter(pk=opening_id).first()
    if opening is None:
        return refuse(request, "network", REVIEW_DOOR)
    logged: dict[str, Any] = {"women": [opening.pregnancy.woman_id], "controls": "TFFF"}
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = emergency.review(request.workplace, opening, at=timezone.now(), **form.cleaned_data)
        if not isinstance(made, Rejected):
            note(
                request, Kind.REVIEW, "break_glass", opening.pk, **logged, judgement=made.judgement
            )
            messages.success(request, _("Uw oordeel staat vast."))
            return redirect("break_glass_reviews")
        form.reject(made)
    note(request, Kind.READ, "break_glass", opening.pk, **logged)
    looks = AccessEvent.objects.filter(
        person_id=opening.person_id,
        at__gte=opening.opened_at - BEFORE,
        at__lt=opening.open_until,
        pk__in=AccessSubject.objects.filter(woman_id=opening.pregnancy.woman_id).values("event_id"),
    ).order_by("number")
    context = {
        "opening": opening,
        "is_judged": hasattr(opening, "review"),
        "form": form,
        "looks": looks[:MOST_LOOKS],
    }
    return render(request, "record/break_glass_review.html", context)
