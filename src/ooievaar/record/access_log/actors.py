"""Who an event is of: somebody at work, somebody who only signed in, the system, or nobody yet."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from ooievaar.network.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Actor:
    """The user of NEN 7513 and on whose behalf, from where, in which role and why."""

    person_id: int | None = None
    person_name: str = ""
    responsible_id: int | None = None
    responsible_name: str = ""
    organisation_id: int | None = None
    network_id: int | None = None
    place_name: str = ""
    role: str = ""
    purpose: str = ""
    address: str = ""

    def on_behalf_of(self, workplace: Workplace) -> "Actor":
        """Return the same actor, working for somebody: a job that a person started."""
        return replace(
            self,
            responsible_id=workplace.person_id,
            responsible_name=workplace.person_name,
            organisation_id=workplace.organisation_id,
            network_id=workplace.network_id,
            place_name=workplace.place_name,
            purpose=str(workplace.purpose),
        )


SYSTEM = Actor(person_name="systeem", role="system", purpose="administration")
"""Commands and jobs."""


def actor_at(workplace: Workplace, address: str = "") -> Actor:
    """Return somebody at work, responsible for what they do themselves."""
    return Actor(
        person_id=workplace.person_id,
        person_name=workplace.person_name,
        responsible_id=workplace.person_id,
        responsible_name=workplace.person_name,
        organisation_id=workplace.organisation_id,
        network_id=workplace.network_id,
        place_name=workplace.place_name,
        role=str(workplace.role),
        purpose=str(workplace.purpose),
        address=address,
    )


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks: at their workplace, as a person without one, or nobody known."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    workplace: Workplace | None = getattr(request, "workplace", None)
    if workplace is not None:
        return actor_at(workplace, address)
    person: Any = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return Actor(address=address)
    return Actor(
        person_id=person.pk,
        person_name=person.name,
        responsible_id=person.pk,
        responsible_name=person.name,
        address=address,
    )
