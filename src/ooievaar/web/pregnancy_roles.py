"""Who may open the pages of a pregnancy; which ones they see there, the permissions say."""

from django.http import HttpResponse

from ooievaar.network.doors import Door, WorkingRequest, door_of, refuse
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role

PRODUCT_ROLES = WHOLE_NETWORK_ROLES | {Role.PRACTICE_ADMINISTRATOR}
"""Roles that see products; a product's name tells who acted, so consent would not hold it back."""

PREGNANCY_ROLES = CARE_ROLES | PRODUCT_ROLES


def no_relation(request: WorkingRequest) -> HttpResponse:
    """Refuse what belongs to a pregnancy that is not theirs, the same as what does not exist."""
    here = request.resolver_match
    door = door_of(here.func) if here else None
    return refuse(request, "relation", door or Door())
