"""Giving and ending positions: the only way in which somebody comes to see anything.

A practice's administrator gives the roles of its own organisation; the administrator of a network
those of the network and of its members. Nobody changes what they hold themselves.
"""

from dataclasses import dataclass
from datetime import date

from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Discipline, Insurer, Network, Organisation, Person, Position
from ooievaar.network.permissions import organisations_for, positions_for
from ooievaar.network.roles import CARE_ROLES, ORGANISATION_ROLES, Role
from ooievaar.network.workplace import Workplace

USERNAME = RegexValidator(
    r"^[a-z0-9][a-z0-9.\-]{2,39}$",
    _("Gebruik 3 tot 40 kleine letters, cijfers, punten of streepjes, zoals s.devries."),
)

DISCIPLINES_OF: dict[Role, frozenset[str]] = {
    Role.MIDWIFE: frozenset({Discipline.MIDWIVES}),
    Role.GYNAECOLOGIST: frozenset({Discipline.GYNAECOLOGISTS, Discipline.HOSPITAL}),
    Role.CLINICAL_CARER: frozenset({Discipline.HOSPITAL, Discipline.GYNAECOLOGISTS}),
    Role.KRAAM_CARER: frozenset({Discipline.KRAAMZORG}),
    Role.SONOGRAPHER: frozenset(Discipline) - {Discipline.KRAAMZORG},
}
"""In which organisations a role in care can be held; a role decides what is seen of a record."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a position is not given or ended, in words for who asked; `field` of the form."""

    reason: str | Promise
    field: str = ""

    def __bool__(self) -> bool:
        """Read as a failure."""
        return False


def roles_given_by(workplace: Workplace) -> tuple[Role, ...]:
    """Return the roles that somebody in this workplace may give."""
    if workplace.role is Role.ADMINISTRATOR:
        return tuple(Role)
    if workplace.role is Role.PRACTICE_ADMINISTRATOR:
        return tuple(role for role in Role if role in ORGANISATION_ROLES)
    return ()


def add_person(username: str, first_name: str, last_name: str, **more: bool) -> Person:
    """Add somebody who cannot come in yet: without a password, without a position."""
    person = Person(username=username, first_name=first_name, last_name=last_name, **more)
    person.set_unusable_password()
    person.save()
    return person


@transaction.atomic
def give_position(
    by: Workplace | None,
    person: Person,
    role: Role,
    today: date,
    *,
    valid_from: date,
    organisation: Organisation | None = None,
    network: Network | None = None,
    insurer: Insurer | None = None,
    discipline: str = "",
) -> Position | Refused:
    """Give a person a role somewhere; `by` None is the operator at the command line."""
    refused = _refused(by, person, role, organisation, today) if by is not None else None
    if refused is not None:
        return refused
    if role in CARE_ROLES and organisation and organisation.discipline not in DISCIPLINES_OF[role]:
        return Refused(_("Deze rol past niet bij de discipline van de organisatie."), "role")
    in_organisation = role in ORGANISATION_ROLES
    if in_organisation and organisation is None:
        return Refused(_("Kies bij deze rol een organisatie."), "organisation")
    if role is Role.PURCHASER and insurer is None:
        return Refused(_("Kies bij deze rol een verzekeraar."), "insurer")
    if role is Role.REPRESENTATIVE and not discipline:
        return Refused(_("Kies bij deze rol een discipline."), "discipline")
    if not in_organisation and by is not None:
        network = Network.objects.filter(pk=by.network_id or 0).first()
    if not in_organisation and network is None:
        return Refused(_("Kies bij deze rol een netwerk."), "network")
    place = {
        "organisation": organisation if in_organisation else None,
        "network": None if in_organisation else network,
        "insurer": insurer if role is Role.PURCHASER else None,
        "discipline": discipline if role is Role.REPRESENTATIVE else "",
    }
    held = Position.objects.select_for_update().filter(person=person, role=role, **place)
    if held.filter(valid_until__gt=valid_from).exists():
        return Refused(_("Deze persoon heeft deze functie al."), "role")
    return Position.objects.create(person=person, role=role, valid_from=valid_from, **place)


@transaction.atomic
def end_position(by: Workplace | None, position: Position, today: date) -> Position | Refused:
    """End a position today: from now on it opens nothing; that it was held stays."""
    position = Position.objects.select_for_update().select_related("person").get(pk=position.pk)
    role, organisation = Role(position.role), position.organisation
    if by is not None:
        refused = _refused(by, position.person, role, organisation, today, position.network)
        if refused is not None:
            return refused
    if position.valid_until <= today:
        return Refused(_("Deze functie is al beëindigd."))
    position.valid_until = max(today, position.valid_from)
    position.save(update_fields=["valid_until"])
    return position


def may_renew_way_in(by: Workplace, person: Person, today: date) -> bool:
    """Tell whether somebody may give a person a new password or take away the second step.

    Only who looks after every function the person holds: else a practice's administrator could
    come in as the controller who works there too.
    """
    held = Position.objects.filter(person=person, valid_until__gt=today)
    looked_after = positions_for(by, today).filter(person=person, valid_until__gt=today)
    return person.pk != by.person_id and held.count() == looked_after.count()


def _refused(
    by: Workplace,
    person: Person,
    role: Role,
    organisation: Organisation | None,
    today: date,
    network: Network | None = None,
) -> Refused | None:
    if person.pk == by.person_id:
        return Refused(_("Uw eigen functies wijzigt een ander."))
    if role not in roles_given_by(by):
        return Refused(_("Deze rol geeft de beheerder van het netwerk."), "role")
    if network is not None and network.pk != by.network_id:
        return Refused(_("Dit netwerk is niet het uwe."))
    if organisation is not None and role in ORGANISATION_ROLES:
        theirs = organisations_for(by, today)
        if not theirs.filter(pk=organisation.pk).exists():
            return Refused(_("Deze organisatie hoort niet bij u."), "organisation")
    return None
