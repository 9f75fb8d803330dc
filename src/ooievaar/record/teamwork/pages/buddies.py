"""Which gynaecologist is the buddy of which practice; nothing here is about a woman."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Organisation, Person
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import buddies as commands
from ooievaar.record.teamwork.forms import BuddyForm
from ooievaar.record.teamwork.models import BuddyPair

ROLES = CARE_ROLES | {Role.PRACTICE_ADMINISTRATOR}


@open_to(*ROLES)
@require_http_methods(["GET", "POST"])
def buddies(request: WorkingRequest) -> HttpResponse:
    """Show the buddies of the network; `?doe=koppelen` fixes one, a button loosens one."""
    here, today = request.workplace, timezone.localdate()
    may_fix = commands.may_fix(here)
    if request.GET.get("doe") == "koppelen" and may_fix:
        return _fix(request, today)
    if request.method == "POST":
        return _loosen(request, today)
    pairs = list(commands.pairs_for(here, today).order_by("practice__name", "-valid_from", "pk"))
    own = here.organisation_id
    context = {
        "running": [
            (pair, may_fix and own in (pair.practice_id, pair.organisation_id))
            for pair in pairs
            if pair.valid_until > today
        ],
        "ended": [pair for pair in pairs if pair.valid_until <= today],
        "may_fix": may_fix,
        "today": today,
    }
    return render(request, "teamwork/buddies.html", context)


def _fix(request: WorkingRequest, today: date) -> HttpResponse:
    here = request.workplace
    sent = request.POST if request.method == "POST" else None
    form = BuddyForm(
        commands.practices(here, today),
        commands.gynaecologists(here, today),
        sent,
        initial={"valid_from": today},
    )
    if sent is not None and form.is_valid():
        made = _made(form.cleaned_data, request, today)
        if not isinstance(made, Rejected):
            note(request, Kind.PEOPLE, "buddy", made.pk, action=Action.CREATE, controls="TFFF")
            words = _("%(name)s is de buddy van %(practice)s.")
            messages.success(
                request,
                words % {"name": made.gynaecologist.name, "practice": made.practice.name},
            )
            return redirect("buddies")
        form.reject(made)
    return render(request, "teamwork/buddy.html", {"form": form})


def _made(typed: dict[str, Any], request: WorkingRequest, today: date) -> BuddyPair | Rejected:
    person_id, _dash, organisation_id = typed["gynaecologist"].partition("-")
    return commands.fix_buddy(
        Organisation.objects.get(pk=typed["practice"]),
        Person.objects.get(pk=person_id),
        Organisation.objects.get(pk=organisation_id),
        valid_from=typed["valid_from"],
        by=request.workplace,
        today=today,
    )


def _loosen(request: WorkingRequest, today: date) -> HttpResponse:
    key = request.POST.get("koppeling", "")
    pairs = commands.pairs_for(request.workplace, today)
    pair = pairs.filter(pk=key).first() if key.isdecimal() and len(key) < 16 else None
    if pair is not None:
        done = commands.loosen_buddy(pair, by=request.workplace, today=today)
        if isinstance(done, Rejected):
            messages.error(request, str(done.reason))
        else:
            note(request, Kind.PEOPLE, "buddy", pair.pk, action=Action.UPDATE, controls="TFFF")
            messages.success(request, _("De koppeling is beëindigd."))
    return redirect("buddies")
