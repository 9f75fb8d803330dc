"""Which networks, people and positions a workplace may see: each one set, as a query."""

from datetime import date

from django.db.models import Q, QuerySet

from ooievaar.network.models import Membership, Network, Organisation, Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace

NOWHERE = 0
"""No row has this id: a workplace without the place that a set is about sees nothing."""


def networks_for(workplace: Workplace) -> QuerySet[Network]:
    """Return the network a role is held in, or those in which its organisation takes part."""
    if workplace.network_id is not None:
        return Network.objects.filter(pk=workplace.network_id)
    taking_part = Membership.objects.filter(organisation_id=workplace.organisation_id or NOWHERE)
    return Network.objects.filter(pk__in=taking_part.values("network_id"))


def organisations_for(workplace: Workplace, today: date) -> QuerySet[Organisation]:
    """Return the organisations whose people this workplace looks after."""
    if workplace.role is Role.PRACTICE_ADMINISTRATOR:
        return Organisation.objects.filter(pk=workplace.organisation_id or NOWHERE)
    if workplace.role is Role.ADMINISTRATOR:
        members = Membership.objects.filter(
            network_id=workplace.network_id or NOWHERE, valid_from__lte=today, valid_until__gt=today
        )
        return Organisation.objects.filter(pk__in=members.values("organisation_id"))
    return Organisation.objects.none()


def positions_for(workplace: Workplace, today: date) -> QuerySet[Position]:
    """Return the positions this workplace looks after, those that ended included."""
    theirs = Q(organisation__in=organisations_for(workplace, today))
    if workplace.role is Role.ADMINISTRATOR:
        theirs |= Q(network_id=workplace.network_id or NOWHERE)
    return Position.objects.filter(theirs)


def people_for(workplace: Workplace, today: date) -> QuerySet[Person]:
    """Return the people who hold or held a position that this workplace looks after."""
    held = positions_for(workplace, today)
    return Person.objects.filter(pk__in=held.values("person_id"))
