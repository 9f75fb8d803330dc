"""Coming in, going out, and trying in vain."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse

from ooievaar.network.models import Person
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.access_log.signals import name_hash
from ooievaar.record.access_log.verify import verify_chain

pytestmark = pytest.mark.django_db
PASSWORD = "drie-witte-ooievaars-8"


@pytest.fixture
def sanne() -> Person:
    return Person.objects.create_user(
        "sanne", password=PASSWORD, first_name="Sanne", last_name="de Vries"
    )


def events() -> list[AccessEvent]:
    assert verify_chain().holds
    return list(AccessEvent.objects.order_by("number"))


def sign_in(client: Client, **typed: str) -> Any:
    return client.post(reverse("account_login"), {"login": "sanne", "password": PASSWORD} | typed)


def test_signing_in_and_out_are_events_of_that_person(client: Client, sanne: Person) -> None:
    sign_in(client)
    client.post(reverse("account_logout"))
    came, went = events()
    assert (came.kind, came.action, came.is_success) == ("sign_in", "E", True)
    assert (went.kind, went.action, went.is_success) == ("sign_out", "E", True)
    for event in (came, went):
        assert (event.person_id, event.person_name) == (sanne.pk, "Sanne de Vries")
        assert (event.controls, event.women) == ("TFFF", [])


def test_a_failed_attempt_keeps_nothing_that_was_typed(client: Client, sanne: Person) -> None:
    sign_in(client, password="fout")
    sign_in(client, login="Sanne ", password="fout")
    sign_in(client, login=PASSWORD, password="")
    rows = events()
    assert [(row.kind, row.is_success, row.person_id) for row in rows] == [
        ("sign_in", False, None)
    ] * len(rows)
    assert len(rows) >= 2
    stored = str(list(AccessEvent.objects.values()))
    assert "sanne" not in stored.casefold() and PASSWORD not in stored and "fout" not in stored
    # Attempts with one name can still be counted.
    assert rows[0].detail == {"name_hash": name_hash("sanne")}
    assert name_hash("sanne") != name_hash("sarah")


def test_a_failed_attempt_outside_a_page_is_an_event_too(sanne: Person) -> None:
    assert authenticate(username="sanne", password="fout") is None
    (event,) = events()
    assert (event.kind, event.is_success, event.controls) == ("sign_in", False, "FFFF")


def test_the_hash_of_a_name_depends_on_the_secret(settings: Any) -> None:
    before = name_hash("sanne")
    settings.SECRET_KEY = "another"
    assert name_hash("sanne") != before


def test_the_count_of_attempts_outlives_a_fault(sanne: Person) -> None:
    """Signing in runs in no transaction of ours, so a fault takes no count of attempts back."""
    from django.db import connection

    outer = len(connection.savepoint_ids)
    seen: list[int] = []

    def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if "network_person" in str(sql):
            seen.append(len(connection.savepoint_ids) - outer)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        sign_in(Client(), password="fout")
    assert seen and set(seen) == {0}


def test_a_wrong_code_after_a_right_password_is_an_event(client: Client, sanne: Person) -> None:
    TOTP.activate(sanne, generate_totp_secret())
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    (event,) = events()
    assert (event.kind, event.is_success, event.controls) == ("sign_in", False, "FFFF")
    # Nobody is signed in yet; attempts on one name still belong together.
    assert (event.person_id, event.detail) == (None, {"name_hash": name_hash("sanne")})
