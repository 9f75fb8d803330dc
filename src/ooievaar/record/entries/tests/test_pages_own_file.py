"""The own file: whoever stopped treating her keeps what they wrote themselves, and no more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.commands import mark_in_error
from ooievaar.record.entries.pages import own_file
from ooievaar.record.entries.tests.writing import MOST_QUERIES, Desk, queries_of
from ooievaar.record.handover.leaving import Left, leave_network
from ooievaar.record.models import TreatmentRelation, Woman
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
FILES = "/eigen-dossier/"


class Story:
    """The gynaecologists wrote about Noor, as did the practice, and left the network today."""

    def __init__(self) -> None:
        self.region = CareRegion()
        self.practice, self.doctor = Desk(self.region, "linde"), Desk(self.region, "gyn")
        self.doctor.wrote("note", {"note_text": "bloedverlies gemeld"}, days_ago=2)
        self.practice.wrote("note", {"note_text": "alleen van de praktijk"}, days_ago=2)
        gyn, today = self.region.organisations["gyn"], timezone.localdate()
        left = leave_network(self.region.network, gyn, today, at=timezone.now())
        assert isinstance(left, Left) and left.ended == 1

    def stops_treating(self) -> None:
        """Let what the gynaecologists wrote meanwhile have begun nothing anew."""
        gyn = self.region.organisations["gyn"]
        TreatmentRelation.objects.filter(organisation=gyn).update(valid_until=F("valid_from"))

    @property
    def file(self) -> str:
        return f"{FILES}{self.region.noor.pk}/"

    def text(self, address: str = FILES) -> str:
        answer = self.doctor.client.get(address)
        assert answer.status_code == 200, address
        return str(answer.content.decode())

    def sought(self, **typed: Any) -> str:
        return str(self.doctor.client.post(FILES, typed).content.decode())


@pytest.fixture
def story() -> Story:
    return Story()


def test_what_it_wrote_is_readable_and_nothing_of_others(story: Story) -> None:
    assert story.doctor.get().status_code == 403
    assert "Z-Noor" in story.text() and "Z-Saskia" not in story.text()
    shown = story.text(story.file)
    assert "bloedverlies gemeld" in shown and story.doctor.held.person.name in shown
    assert "alleen van de praktijk" not in shown and "09-11-2026" not in shown, "others wrote it"


def test_every_version_stands_in_it(story: Story) -> None:
    first = story.doctor.wrote("note", {"note_text": "een eerste versie"})
    second = story.doctor.wrote("note", {"note_text": "een tweede versie"}, replaces=first)
    mark_in_error(
        second, "bij de verkeerde vrouw",
        organisation=story.doctor.held.organisation, person=story.doctor.held.person,
        role=story.doctor.held.role, at=timezone.now(),
    )  # fmt: skip
    shown = story.text(story.file)
    for part in ("een eerste versie", "een tweede versie", "bij de verkeerde vrouw", "versie 1"):
        assert part in shown, part
    assert shown.count("geldt niet meer") == 2 and "per vergissing ingevoerd" in shown


def test_who_she_is_stands_there_as_in_its_own_registration(story: Story) -> None:
    """What another record of hers knows, others wrote."""
    kept = Woman.objects.create(reference="W-kept", name="Noor Vis", bsn="111222333")
    Woman.objects.filter(pk=story.region.noor.woman_id).update(same_as=kept)
    shown = story.text(story.file)
    assert "Noor Vis" not in shown and "333" not in shown and "12-03-1994" in shown


def test_who_treats_her_is_led_to_her_record(story: Story) -> None:
    client = story.practice.client
    assert "Z-Noor" not in client.get(FILES).content.decode()
    own = client.get(story.file).content.decode()
    assert "alleen van de praktijk" in own and "bloedverlies" not in own
    assert "U behandelt haar" in own and story.practice.dossier in own
    assert "U behandelt haar" not in story.text(story.file)


def test_who_wrote_nothing_finds_nobody(story: Story) -> None:
    duin = Desk(story.region, "duin")
    assert "Hier is niemand" in duin.client.get(FILES).content.decode()
    refused = duin.client.get(story.file)
    assert refused.status_code == 403
    unknown = duin.client.get(f"{FILES}999999/")
    assert unknown.status_code == 403


@pytest.mark.parametrize("role", [Role.PRACTICE_ADMINISTRATOR, Role.CONTROLLER])
def test_it_is_for_who_gives_care(story: Story, role: Role) -> None:
    place: dict[str, Any] = {"organisation": story.region.organisations["gyn"]}
    if role is Role.CONTROLLER:
        place = {"network": story.region.network}
    client = come_in(Client(), position(role, **place))
    assert {client.get(address).status_code for address in (FILES, story.file)} == {403}


def test_she_is_found_by_name_and_birth_date(story: Story) -> None:
    assert "Z-Noor" in story.sought(name="noo")
    assert "Z-Noor" in story.sought(name="noor", birth_date="1994-03-12")
    for typed in ({"name": "saskia"}, {"birth_date": "1994-03-13"}):
        shown = story.sought(**typed)
        assert "Z-Noor" not in shown and "Niemand gevonden" in shown
    last = AccessEvent.objects.filter(kind=Kind.SEARCH).latest("number")
    assert (last.object_type, last.detail) == ("own_files", {"found": 0})


def test_of_more_than_fit_it_is_said(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    other = story.region.pregnancy("Noortje", "linde")
    relate_from_care()
    story.doctor.pregnancy = other
    story.doctor.wrote("note", {"note_text": "ook van ons"})
    story.stops_treating()
    assert "Er zijn er meer" not in story.sought(name="noor")
    monkeypatch.setattr(own_file, "MOST_FOUND", 1)
    shown = story.sought(name="noor")
    assert "Er zijn er meer" in shown
    assert [name in shown for name in (">Noor<", ">Noortje<")].count(True) == 1


def test_looking_is_noted_for_her(story: Story) -> None:
    story.text(story.file)
    event = AccessEvent.objects.latest("number")
    assert (event.object_type, event.kind, event.controls) == ("own_file", Kind.READ, "TFFF")
    assert list(event.subjects.values_list("woman_id", flat=True)) == [story.region.noor.woman_id]
    saved = story.doctor.client.get(f"{FILES}?uitvoer=csv")
    assert b"Z-Noor" in b"".join(saved.streaming_content)
    event = AccessEvent.objects.latest("number")
    assert (event.object_type, event.kind) == ("own_files", Kind.EXPORT)


def test_treated_again_she_stands_with_the_others(story: Story) -> None:
    TreatmentRelation.objects.create(
        pregnancy=story.region.noor,
        organisation=story.region.organisations["gyn"],
        basis="consult",
        valid_from=timezone.localdate() - timedelta(days=1),
    )
    assert "Z-Noor" not in story.text()


def test_few_questions_however_much_there_is(story: Story) -> None:
    for number in range(8):
        story.doctor.wrote("note", {"note_text": f"nummer {number}"})
    story.stops_treating()
    for address in (FILES, story.file):
        assert len(queries_of(story.doctor.client, address)) <= MOST_QUERIES


def test_the_refusal_and_the_list_lead_there(story: Story) -> None:
    assert FILES in story.doctor.get().content.decode()
    assert FILES in story.doctor.client.get("/zwangeren/").content.decode()
