"""People for tests: somebody in a role, and a client in which they already came in."""

from datetime import date
from itertools import count
from typing import Any

from django.test import Client

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplace

SINCE = date(2020, 1, 1)
numbers = count(1)


def position(role: Role, **place: Any) -> Position:
    """Make a person with one position, in `organisation=` or `network=`."""
    person = Person.objects.create(
        username=f"{role}-{next(numbers)}", first_name="Test", last_name=role.label
    )
    return Position.objects.create(person=person, role=role, valid_from=SINCE, **place)


def working(role: Role, **place: Any) -> Workplace:
    """Return the workplace of a new person in a role."""
    return workplace(position(role, **place))


def come_in(client: Client, held: Position) -> Client:
    """Sign a client in as if with password and second step, working in this position."""
    client.force_login(held.person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["position_id"] = held.pk
    session["account_authentication_methods"] = [
        {"method": "password", "at": 0},
        {"method": "mfa", "type": "totp", "at": 0},
    ]
    session["account_authentication_methods_user"] = str(held.person_id)
    session.save()
    return client
