"""A password that another gave lets somebody in to choose one of their own, and for a week."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from ooievaar.network.signing_in.commands import set_one_time_password
from ooievaar.network.signing_in.tests.conftest import Somebody

pytestmark = pytest.mark.django_db
OWN = "acht groene lampen"


def _choose(somebody: Somebody, password: str) -> HttpResponse:
    given = {"oldpassword": somebody.password, "password1": password, "password2": password}
    return somebody.client.post("/aanmelden/wachtwoord/", given)


def test_it_leads_to_choosing_a_password_and_nowhere_else(midwife: Somebody) -> None:
    midwife.password = set_one_time_password(midwife.person)
    midwife.types()
    for page in ("/", "/zwaar/", "/aanmelden/veilig/", "/aanmelden/veilig/app/"):
        assert midwife.client.get(page)["Location"] == "/aanmelden/wachtwoord/", page
    page = midwife.client.get("/aanmelden/wachtwoord/").content.decode()
    assert "Kies uw eigen wachtwoord" in page and "Eenmalig wachtwoord" in page
    assert 'autocomplete="new-password"' in page and "maxlength" not in page
    assert _choose(midwife, OWN)["Location"] == "/"
    assert midwife.client.get("/")["Location"] == "/aanmelden/veilig/app/"
    midwife.sets_up_phone()
    assert midwife.is_in
    midwife.client, midwife.password = Client(), OWN
    assert midwife.comes_in().is_in


def test_it_cannot_be_kept(midwife: Somebody) -> None:
    midwife.password = set_one_time_password(midwife.person)
    midwife.types()
    assert b"ander wachtwoord" in _choose(midwife, midwife.password).content
    midwife.person.refresh_from_db()
    assert midwife.person.must_change_password


def test_giving_one_ends_the_sessions_of_the_person(midwife: Somebody) -> None:
    midwife.gets_phone().comes_in()
    assert midwife.is_in
    set_one_time_password(midwife.person)
    assert not midwife.is_in


def test_after_a_week_it_is_no_better_than_a_wrong_one(midwife: Somebody) -> None:
    midwife.password = set_one_time_password(midwife.person)
    midwife.person.password_until -= timedelta(days=8)
    midwife.person.save()
    assert b"laten u niet binnen" in midwife.types().content


def test_it_is_long_plain_and_another_each_time(midwife: Somebody) -> None:
    given = {set_one_time_password(midwife.person) for _ in range(3)}
    assert len(given) == 3
    for password in given:
        assert len(password) == 19 and not set(password) & set("il1o0")
