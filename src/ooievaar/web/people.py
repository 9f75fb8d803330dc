"""People: who works here, in which functions, and how they come in again after a lost phone."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ooievaar.network.doors import WorkingRequest, door_of, open_to, refuse
from ooievaar.network.models import Discipline, Insurer, Organisation, Person, Position
from ooievaar.network.permissions import organisations_for, people_for, positions_for
from ooievaar.network.positions import (
    USERNAME,
    Refused,
    add_person,
    end_position,
    give_position,
    may_renew_way_in,
    roles_given_by,
)
from ooievaar.network.roles import Role
from ooievaar.network.signing_in.again import reauthenticated
from ooievaar.network.signing_in.commands import remove_second_step, set_one_time_password
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import Action, Kind
from ooievaar.record.access_log.noting import note
from ooievaar.ui.tables import Column, Table

PEOPLE_ROLES = (Role.ADMINISTRATOR, Role.PRACTICE_ADMINISTRATOR)


class PersonForm(forms.Form):
    """Who somebody is."""

    username = forms.CharField(
        label=gettext_lazy("Gebruikersnaam"),
        validators=[USERNAME],
        max_length=40,
        help_text=gettext_lazy("Kleine letters, zoals s.devries. Deze blijft."),
    )
    first_name = forms.CharField(label=gettext_lazy("Voornaam"), max_length=60)
    last_name = forms.CharField(label=gettext_lazy("Achternaam"), max_length=80)

    def clean_username(self) -> str:
        """Refuse a name that somebody has."""
        username = str(self.cleaned_data["username"])
        if Person.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Deze gebruikersnaam is al in gebruik."))
        return username


class PositionForm(forms.Form):
    """Which role somebody gets, and where."""

    role = forms.ChoiceField(label=gettext_lazy("Functie"))
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("Organisatie"), required=False
    )
    discipline = forms.ChoiceField(
        label=gettext_lazy("Discipline"),
        required=False,
        help_text=gettext_lazy("Alleen bij een vertegenwoordiger."),
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(),
        label=gettext_lazy("Verzekeraar"),
        required=False,
        help_text=gettext_lazy("Alleen bij een inkoper."),
    )

    def __init__(self, by: Workplace, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = [(role.value, role.label) for role in roles_given_by(by)]
        fields["organisation"].queryset = organisations_for(by, timezone.localdate()).order_by(
            "name"
        )
        if by.role is Role.PRACTICE_ADMINISTRATOR:
            # There is only one to choose; leaving it out asks less.
            fields["organisation"].required = True
            fields["organisation"].initial = by.organisation_id
            del fields["discipline"], fields["insurer"]
        else:
            fields["discipline"].choices = [("", "–"), *Discipline.choices]
            fields["insurer"].queryset = Insurer.objects.order_by("name")


@open_to(*PEOPLE_ROLES)
def people(request: HttpRequest) -> HttpResponseBase:
    """Show who works here, with their functions of today."""
    here = cast(WorkingRequest, request).workplace
    today = timezone.localdate()
    found = _with_positions(people_for(here, today), here)
    table = Table(
        "people",
        [
            Column(
                "name",
                _("Naam"),
                lambda row: row.name,
                sort=("last_name", "first_name"),
                link=lambda row: reverse("person", args=[row.pk]),
            ),
            Column(
                "username", _("Gebruikersnaam"), lambda person: person.username, sort="username"
            ),
            Column("positions", _("Functies"), _positions_text),
            Column("last_login", _("Laatst aangemeld"), _last_login, kind="day", sort="last_login"),
        ],
        found.order_by("last_name", "first_name", "pk"),
        request,
        search_label=_("Naam of gebruikersnaam"),
        search=_named,
    )
    if table.wants_export:
        return table.export(table.wants_export)
    return render(request, "web/people/people.html", {"table": table})


def _with_positions(found: QuerySet[Person], here: Workplace) -> QuerySet[Person]:
    held = (
        positions_for(here, timezone.localdate())
        .select_related("organisation", "network", "insurer")
        .order_by("-valid_until", "id")
    )
    return found.prefetch_related(Prefetch("positions", held, to_attr="shown_positions"))


def _named(found: QuerySet[Person], words: str) -> QuerySet[Person]:
    for word in words.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
    return found


def _positions_text(person: Any) -> str:
    today = timezone.localdate()
    held = [p for p in person.shown_positions if p.valid_from <= today < p.valid_until]
    return "; ".join(f"{Role(p.role).label}, {p.organisation or p.network}" for p in held) or "–"


def _last_login(person: Person) -> Any:
    return person.last_login and timezone.localtime(person.last_login).date()


@open_to(*PEOPLE_ROLES)
@require_http_methods(["GET", "POST"])
@reauthenticated
def new_person(request: HttpRequest) -> HttpResponse:
    """Add somebody with a first function, and show the one-time password once."""
    here = cast(WorkingRequest, request).workplace
    form = PersonForm(request.POST or None)
    position_form = PositionForm(here, request.POST or None)
    if request.method == "POST" and form.is_valid() and position_form.is_valid():
        with transaction.atomic():
            person = add_person(**form.cleaned_data)
            given = _give(here, person, position_form)
            if given:
                password = set_one_time_password(person)
                note(request, Kind.PEOPLE, "person", person.pk, action=Action.CREATE)
                context = {"person": person, "password": password, "is_new": True}
                return _shown_once(request, context)
            transaction.set_rollback(True)
    context = {"form": form, "position_form": position_form}
    return render(request, "web/people/new.html", context)


@open_to(*PEOPLE_ROLES)
@require_http_methods(["GET", "POST"])
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show somebody's functions, and give another."""
    here = cast(WorkingRequest, request).workplace
    today = timezone.localdate()
    person = _with_positions(people_for(here, today), here).filter(pk=person_id).first()
    if person is None:
        return _refused(request)
    form = PositionForm(here, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = _give(here, person, form)
        if given:
            note(
                request,
                Kind.PEOPLE,
                "position",
                given.pk,
                action=Action.CREATE,
                role=given.role,
                person=person.pk,
            )
            messages.success(request, _("De functie is gegeven."))
            return redirect("person", person_id)
    context = {
        "person": person,
        "form": form,
        "current": [p for p in _shown(person) if p.valid_until > today],
        "ended": [p for p in _shown(person) if p.valid_until <= today],
        "may_renew": may_renew_way_in(here, person, today),
    }
    return render(request, "web/people/person.html", context)


@open_to(*PEOPLE_ROLES)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, position_id: int) -> HttpResponse:
    """End a function today; asks once."""
    here = cast(WorkingRequest, request).workplace
    today = timezone.localdate()
    found = positions_for(here, today).select_related("person", "organisation", "network")
    position = found.filter(pk=position_id).first()
    if position is None:
        return _refused(request)
    if request.method == "GET":
        return render(request, "web/people/end.html", {"position": position})
    ended = end_position(here, position, today)
    if isinstance(ended, Refused):
        messages.error(request, str(ended.reason))
    else:
        note(
            request,
            Kind.PEOPLE,
            "position",
            position.pk,
            action=Action.UPDATE,
            role=position.role,
            person=position.person_id,
        )
        messages.success(request, _("De functie is beëindigd; zij geeft geen toegang meer."))
    return redirect("person", position.person_id)


@open_to(*PEOPLE_ROLES)
@require_http_methods(["GET", "POST"])
@reauthenticated
def way_in(request: HttpRequest, person_id: int, what: str) -> HttpResponse:
    """Give a new one-time password, or take away a lost second step; asks once."""
    here = cast(WorkingRequest, request).workplace
    person = people_for(here, timezone.localdate()).filter(pk=person_id).first()
    if person is None or what not in ("wachtwoord", "tweede-stap"):
        return _refused(request)
    if not may_renew_way_in(here, person, timezone.localdate()):
        messages.error(request, _("Deze persoon werkt ook elders; vraag het de beheerder daarvan."))
        return redirect("person", person_id)
    if request.method == "POST":
        note(request, Kind.PEOPLE, "person", person.pk, action=Action.UPDATE, what=what)
        if what == "wachtwoord":
            context = {"person": person, "password": set_one_time_password(person)}
            return _shown_once(request, context)
        remove_second_step(person)
        messages.success(request, _("De tweede stap is weg; bij het aanmelden komt een nieuwe."))
        return redirect("person", person_id)
    return render(request, "web/people/way_in.html", {"person": person, "what": what})


def _shown_once(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show a one-time password on the only page that ever holds it."""
    response = render(request, "web/people/password.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(person: Any) -> list[Position]:
    return list(person.shown_positions)


def _give(here: Workplace, person: Person, form: PositionForm) -> Position | None:
    """Give what the form asks; a refusal becomes a fault of the form."""
    today = timezone.localdate()
    asked = form.cleaned_data
    given = give_position(
        here,
        person,
        Role(asked["role"]),
        today,
        valid_from=today,
        organisation=asked.get("organisation"),
        insurer=asked.get("insurer"),
        discipline=asked.get("discipline", ""),
    )
    if isinstance(given, Refused):
        form.add_error(given.field if given.field in form.fields else None, str(given.reason))
        return None
    return given


def _refused(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    door = door_of(match.func) if match else None
    assert door is not None
    return refuse(request, "place", door)
