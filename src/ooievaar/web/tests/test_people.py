"""The pages of people: adding somebody, giving and ending functions, letting somebody in again."""

import re
import time
from datetime import date

import pytest
from django.test import Client

from ooievaar.network.models import Membership, Network, Organisation, Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind

pytestmark = pytest.mark.django_db


class Office:
    """A practice, its office, and a client in which the office came in just now."""

    def __init__(self, client: Client) -> None:
        self.network = Network.objects.create(kind="igo", name="IGO Waterland")
        self.duin, self.linde = (
            Organisation.objects.create(agb=f"0801000{n}", name=name, discipline="midwives")
            for n, name in enumerate(("Praktijk Duin", "Praktijk Linde"))
        )
        for organisation in (self.duin, self.linde):
            Membership.objects.create(
                network=self.network, organisation=organisation, kind="voting", valid_from=SINCE
            )
        self.held = position(Role.PRACTICE_ADMINISTRATOR, organisation=self.duin)
        self.client = come_in(client, self.held)
        session = client.session
        session["account_authentication_methods"] = [
            {**step, "at": time.time()} for step in session["account_authentication_methods"]
        ]
        session.save()


@pytest.fixture
def office(client: Client) -> Office:
    return Office(client)


NEW = {
    "username": "s.devries",
    "first_name": "Sanne",
    "last_name": "de Vries",
    "role": "midwife",
}


def test_somebody_is_added_with_a_function_and_a_password_that_is_shown_once(
    office: Office,
) -> None:
    answer = office.client.post("/mensen/nieuw/", {**NEW, "organisation": office.duin.pk})
    shown = re.search(r"Eenmalig wachtwoord</dt><dd><code>([^<]+)<", answer.content.decode())
    assert shown and "no-store" in answer["Cache-Control"]
    person = Person.objects.get(username="s.devries")
    assert person.check_password(shown[1]) and person.must_change_password
    assert person.positions.get().organisation == office.duin
    assert AccessEvent.objects.filter(kind=Kind.PEOPLE, object_id=str(person.pk)).count() == 1
    assert shown[1] not in office.client.get(f"/mensen/{person.pk}/").content.decode()


def test_what_was_typed_wrong_is_told_and_adds_nobody(office: Office) -> None:
    answer = office.client.post(
        "/mensen/nieuw/", {**NEW, "username": "Sanne!", "organisation": office.linde.pk}
    ).content.decode()
    assert "kleine letters" in answer and 'value="Sanne!"' in answer
    assert not Person.objects.filter(last_name="de Vries").exists()


def test_a_name_that_somebody_has_is_refused(office: Office) -> None:
    office.client.post("/mensen/nieuw/", {**NEW, "organisation": office.duin.pk})
    again = office.client.post("/mensen/nieuw/", {**NEW, "organisation": office.duin.pk})
    assert "al in gebruik" in again.content.decode()
    assert Person.objects.filter(username="s.devries").count() == 1


def test_ending_a_function_asks_once_and_is_logged(office: Office) -> None:
    held = position(Role.MIDWIFE, organisation=office.duin)
    address = f"/mensen/functie/{held.pk}/beeindigen/"
    assert "Vandaag beëindigen" in office.client.get(address).content.decode()
    held.refresh_from_db()
    assert held.valid_until > date.today()
    office.client.post(address)
    held.refresh_from_db()
    assert held.valid_until <= date.today()
    event = AccessEvent.objects.get(kind=Kind.PEOPLE)
    assert event.detail == {"role": "midwife", "person": held.person_id}


def test_people_of_another_practice_are_refused_like_people_who_do_not_exist(
    office: Office,
) -> None:
    held = position(Role.MIDWIFE, organisation=office.linde)
    refused = office.client.get(f"/mensen/{held.person_id}/")
    unknown = office.client.get("/mensen/999999/")
    assert refused.status_code == unknown.status_code == 403
    text = refused.content.decode().replace(f"/mensen/{held.person_id}/", "/mensen/999999/")
    token = re.compile(r'(csrfmiddlewaretoken" value=)"[^"]+"')
    assert token.sub("", text) == token.sub("", unknown.content.decode())
    assert office.client.post(f"/mensen/functie/{held.pk}/beeindigen/").status_code == 403
    assert Position.objects.get(pk=held.pk).valid_until > date.today()


def test_a_new_password_is_only_given_shortly_after_proving_who_one_is(office: Office) -> None:
    held = position(Role.MIDWIFE, organisation=office.duin)
    session = office.client.session
    session["account_authentication_methods"] = [
        {**step, "at": 0} for step in session["account_authentication_methods"]
    ]
    session.save()
    answer = office.client.post(f"/mensen/{held.person_id}/wachtwoord/")
    assert answer.status_code == 302 and "/aanmelden/opnieuw/" in answer["Location"]
    held.person.refresh_from_db()
    assert not held.person.must_change_password


def test_who_works_elsewhere_too_gets_no_new_password_here(office: Office) -> None:
    held = position(Role.MIDWIFE, organisation=office.duin)
    Position.objects.create(
        person=held.person, role=Role.CONTROLLER, network=office.network, valid_from=SINCE
    )
    office.client.post(f"/mensen/{held.person_id}/wachtwoord/")
    held.person.refresh_from_db()
    assert not held.person.must_change_password


def test_somebody_with_two_practices_chooses_and_changes(client: Client, office: Office) -> None:
    held = position(Role.MIDWIFE, organisation=office.duin)
    second = Position.objects.create(
        person=held.person, role=Role.MIDWIFE, organisation=office.linde, valid_from=SINCE
    )
    here = come_in(Client(), held)
    session = here.session
    del session["position_id"]
    session.save()
    answer = here.get("/regelboek/?zoek=hiel")
    assert answer["Location"] == "/werkplek/?next=%2Fregelboek%2F%3Fzoek%3Dhiel"
    chosen = here.post("/werkplek/", {"position": second.pk, "next": "/regelboek/?zoek=hiel"})
    assert chosen["Location"] == "/regelboek/?zoek=hiel"
    assert "Praktijk Linde" in here.get("/regelboek/").content.decode()
    astray = here.post("/werkplek/", {"position": held.pk, "next": "https://elders.example/"})
    assert astray["Location"] == "/"
    strange = here.post("/werkplek/", {"position": office.held.pk})
    assert strange.status_code == 200 and here.session["position_id"] == held.pk
