"""Which events a workplace may see: one set, from which page, search and files start."""

from datetime import UTC, date, datetime, time

from django.db.models import Q, QuerySet
from django.utils import timezone

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Membership, Position
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.access_log.noting import NO_RELATION
from ooievaar.record.models import Pregnancy
from ooievaar.record.permissions import Access, access_to, pregnancies_in

LOG_ROLES = frozenset({Role.QUALITY_OFFICER, Role.AUDITOR})
"""Roles that see who did what in their network."""
WHO_LOOKED_ROLES = CARE_ROLES | {Role.QUALITY_OFFICER}
"""Roles that see, with or for a woman, who looked at her record."""


def events_for(workplace: Workplace) -> QuerySet[AccessEvent]:
    """Return the events of a network.

    Those of its member organisations while they were, of positions in the network itself, and the
    coming and going of all their people.
    """
    if workplace.role not in LOG_ROLES or workplace.network_id is None:
        return AccessEvent.objects.none()
    memberships = list(
        Membership.objects.filter(network_id=workplace.network_id).values_list(
            "organisation_id", "valid_from", "valid_until"
        )
    )
    members = {organisation_id for organisation_id, _from, _until in memberships}
    people = Position.objects.filter(
        Q(network_id=workplace.network_id) | Q(organisation_id__in=members)
    ).values("person_id")
    theirs = Q(network_id=workplace.network_id) | Q(
        organisation_id=None, network_id=None, person_id__in=people
    )
    for organisation_id, start, until in memberships:
        theirs |= Q(organisation_id=organisation_id) & _during(start, until)
    return AccessEvent.objects.filter(theirs)


def _during(start: date, until: date) -> Q:
    began = Q(at__gte=_midnight(start)) if start.year > 1970 else Q()
    return began if until == FAR_DATE else began & Q(at__lt=_midnight(until))


def _midnight(day: date) -> datetime:
    """Return the moment a day begins in the Netherlands."""
    local = timezone.make_aware(datetime.combine(day, time()))
    return local.astimezone(UTC)


def access_to_log_of(workplace: Workplace, pregnancy_id: int, at: datetime) -> Access | None:
    """Tell by what a workplace may see who looked at the record of a pregnancy; None if not.

    Who may see the record may; a quality officer may of every pregnancy of the network.
    """
    if workplace.role != Role.QUALITY_OFFICER:
        return access_to(workplace, pregnancy_id, at)
    of_network = Pregnancy.objects.filter(
        pk=pregnancy_id, pk__in=pregnancies_in(workplace.network_id)
    )
    woman_id = of_network.values_list("woman_id", flat=True).first()
    if woman_id is None:
        return None
    return Access("network", NO_RELATION, False, workplace.purpose, woman_id)


def sees_references(workplace: Workplace) -> bool:
    """Tell whether a role sees which woman an event concerns; an auditor sees how many."""
    return workplace.role == Role.QUALITY_OFFICER
