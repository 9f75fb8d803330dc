"""Where a person works now: one of their positions, from which every permission follows."""

from dataclasses import dataclass, field
from datetime import date

from ooievaar.network.models import Organisation, Person, Position
from ooievaar.network.roles import CARE_ROLES, PURPOSES, WHOLE_NETWORK_ROLES, Purpose, Role


@dataclass(frozen=True, slots=True)
class Workplace:
    """One position of one person: the five things a permission is made of, without a query.

    `organisation_id` for roles in care and of a practice, `network_id` for the others;
    `insurer_id` of a purchaser, `discipline` of a representative, else of the organisation. The
    `organisation` came along with the position; it takes no part in any permission.
    """

    position_id: int
    person_id: int
    person_name: str
    role: Role
    organisation_id: int | None
    network_id: int | None
    insurer_id: int | None
    discipline: str
    place_name: str
    organisation: Organisation | None = field(default=None, repr=False, compare=False)

    @property
    def gives_care(self) -> bool:
        """Tell whether the role treats women."""
        return self.role in CARE_ROLES

    @property
    def sees_whole_network(self) -> bool:
        """Tell whether the role sees all the money of its network."""
        return self.role in WHOLE_NETWORK_ROLES

    @property
    def purpose(self) -> Purpose:
        """Why this role looks, unless it pressed the emergency button."""
        return PURPOSES[self.role]


def workplaces_of(person: Person, today: date) -> list[Workplace]:
    """Return the positions a person holds today, oldest first, in one query."""
    held = (
        Position.objects.filter(person=person, valid_from__lte=today, valid_until__gt=today)
        .select_related("organisation", "network", "insurer")
        .order_by("valid_from", "id")
    )
    return [workplace(position, person) for position in held]


def workplace(position: Position, person: Person | None = None) -> Workplace:
    """Return a position as a workplace."""
    holder = person or position.person
    organisation, network, insurer = position.organisation, position.network, position.insurer
    names = [place.name for place in (organisation, insurer, network) if place is not None]
    return Workplace(
        position_id=position.pk,
        person_id=holder.pk,
        person_name=holder.name,
        role=Role(position.role),
        organisation_id=position.organisation_id,
        network_id=position.network_id,
        insurer_id=position.insurer_id,
        discipline=position.discipline or (organisation.discipline if organisation else ""),
        place_name=", ".join(names),
        organisation=organisation,
    )
