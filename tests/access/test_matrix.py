"""Every page × every role × own and other place, against the table of docs/access.md."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.network.doors import door_of
from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of
from tests.access.table import CLOSED, OPEN, OWN, rows
from tests.access.world import World, make_world

pytestmark = pytest.mark.django_db
SIGN_IN = "/aanmelden/"


def pages() -> dict[str, URLPattern]:
    """Return every page by the name of its address, those of signing in left out."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[Any]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                found[pattern.name] = pattern
            elif str(pattern.pattern) != SIGN_IN.lstrip("/"):
                walk(pattern.url_patterns)

    walk(get_resolver().url_patterns)
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def client_of(held: Position) -> Client:
    client = come_in(Client(raise_request_exception=False), held)
    session = client.session
    steps = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**step, "at": time.time()} for step in steps]
    session.save()
    return client


def opens(client: Client, address: str) -> bool:
    """Ask for a page inside a savepoint, so that what it changes is gone again."""
    with transaction.atomic():
        point = transaction.savepoint()
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.savepoint_rollback(point)
    assert answer.status_code in {200, 302, 400, 403, 404, 409}, f"{address}: {answer.status_code}"
    if answer.status_code == 302:
        assert SIGN_IN not in answer["Location"] or "/opnieuw/" in answer["Location"]
    return answer.status_code not in {403, 404}


def address_of(name: str, world: World, role: Role = Role.MIDWIFE) -> str:
    pattern = pages()[name]
    things = world.things(role, name)
    return reverse(name, kwargs={key: things[key] for key in pattern.pattern.converters})


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert set(rows()) == set(pages())


def test_every_page_says_who_may_come_in() -> None:
    assert [name for name, page in pages().items() if door_of(page.callback) is None] == []


@pytest.mark.parametrize("name", sorted(rows()))
def test_nobody_comes_in_without_signing_in(name: str, world: World) -> None:
    address = address_of(name, world)
    answer = Client().get(address)
    if not rows()[name]:
        assert not answer.headers.get("Location", "").startswith(SIGN_IN)
    else:
        assert answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("name", sorted(name for name, row in rows().items() if row))
@pytest.mark.parametrize("role", list(Role))
def test_a_page_opens_for_whom_the_table_says(name: str, role: Role, world: World) -> None:
    promised = rows()[name][role]
    address = address_of(name, world, role)
    expected = {OPEN: (True, True), OWN: (True, False), CLOSED: (False, False)}[promised]
    found = tuple(opens(client_of(place[role]), address) for place in (world.own, world.other))
    assert found == expected, f"{name} voor {role}: (eigen, ander) is {found}"


@pytest.mark.parametrize("name", sorted(name for name, row in rows().items() if row))
def test_a_page_asks_at_most_twelve_questions(name: str, world: World) -> None:
    """Session, person, positions and the access log are in it; words of transactions are not."""
    for role in Role:
        if rows()[name][role] == CLOSED:
            continue
        client, address = client_of(world.own[role]), address_of(name, world, role)
        with transaction.atomic():
            point = transaction.savepoint()
            client.get(address)  # what is kept in the process is there after the first
            asked = queries_of(client, address)
            transaction.savepoint_rollback(point)
        assert len(asked) <= MOST_QUERIES, f"{name} voor {role}:\n" + "\n".join(asked)
