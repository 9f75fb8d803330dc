"""Who looked: what the woman reads, what a network sees, and that reading it leaves a trace too."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook

from ooievaar.network.models import Membership, Network, Organisation, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import workplace
from ooievaar.record.access_log.actors import SYSTEM, actor_at
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.access_log.noting import Look
from ooievaar.record.access_log.permissions import events_for
from ooievaar.record.models import Pregnancy, PregnancyVersion, TreatmentRelation, Woman

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
SINCE = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@dataclass
class Region:
    """Two practices of one network, and one of nobody; Anna is treated in the first."""

    network: Network
    linde: Organisation
    beuk: Organisation
    elsewhere: Organisation
    pregnancy: Pregnancy
    sanne: Position

    @property
    def woman(self) -> Woman:
        return self.pregnancy.woman

    @property
    def address(self) -> str:
        return f"/zwangeren/{self.pregnancy.pk}/wie-keek/"


@pytest.fixture
def region() -> Region:
    network = Network.objects.create(kind="igo", name="IGO Duin & Bos")
    practices = [
        Organisation.objects.create(agb=f"0800000{n}", name=name, discipline="midwives")
        for n, name in enumerate(("Praktijk de Linde", "Praktijk de Beuk", "Ver weg"))
    ]
    for practice in practices[:2]:
        Membership.objects.create(
            network=network, organisation=practice, kind="voting", valid_from=SINCE
        )
    woman = Woman.objects.create(reference="W-1", name="Anna Bakker", bsn="111222333")
    pregnancy = Pregnancy.objects.create(woman=woman, reference="Z-1")
    PregnancyVersion.objects.create(
        pregnancy=pregnancy,
        recorded_on=date(2026, 6, 1),
        first_intake_on=date(2026, 5, 20),
        first_intake_organisation=practices[0],
        due_on=date(2027, 1, 10),
    )
    TreatmentRelation.objects.create(
        pregnancy=pregnancy, organisation=practices[0], basis="care", valid_from=SINCE
    )
    sanne = position(Role.MIDWIFE, organisation=practices[0])
    sanne.person.first_name, sanne.person.last_name = "Sanne", "de Vries"
    sanne.person.save()
    return Region(network, *practices, pregnancy, sanne)


def looked(
    held: Position, *women: int, at: datetime | None = None, kind: Kind = Kind.READ, **more: Any
) -> None:
    """Let somebody look at these women."""
    look = Look(kind, "pregnancy", "1", women=women, **more)
    append([look], actor_at(workplace(held)), at or timezone.now())


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def quality_officer(region: Region) -> Client:
    return come_in(Client(), position(Role.QUALITY_OFFICER, network=region.network))


def auditor(region: Region) -> Client:
    return come_in(Client(), position(Role.AUDITOR, network=region.network))


# --- The page for the woman ---


def test_she_reads_who_looked_and_for_what(client: Client, region: Region) -> None:
    other = position(Role.KRAAM_CARER, organisation=region.beuk)
    looked(region.sanne, region.woman.pk)
    looked(other, region.woman.pk, kind=Kind.CHANGE)
    text = page(come_in(client, region.sanne), region.address)
    assert (
        "<strong>Sanne de Vries, verloskundige bij Praktijk de Linde</strong>, "
        "bekeek uw dossier; waarvoor: behandeling" in text
    )
    assert "kraamverzorgende bij Praktijk de Beuk</strong>, legde iets vast in uw dossier" in text
    # The newest on top.
    assert text.index("legde iets vast") < text.index("bekeek uw dossier")


def test_reading_who_looked_is_a_look_too(client: Client, region: Region) -> None:
    text = page(come_in(client, region.sanne), region.address)
    assert "Nog niemand keek" in text
    event = AccessEvent.objects.get(kind="log_read")
    assert (event.women, event.object_type) == ([region.woman.pk], "who_looked")
    assert "bekeek wie er in uw dossier keek" in page(client, region.address)


def test_days_stand_apart_and_lists_are_folded(client: Client, region: Region) -> None:
    now = timezone.now()
    for _ in range(3):
        looked(region.sanne, region.woman.pk, 999, at=now - timedelta(days=1), kind=Kind.LIST)
    looked(region.sanne, region.woman.pk, at=now - timedelta(days=1))
    looked(region.sanne, region.woman.pk, at=now)
    text = page(come_in(client, region.sanne), region.address)
    assert text.count('<h2 id="day-') == 2
    assert "<summary>3 keer in een lijst gezien</summary>" in text
    assert "Praktijk de Linde</strong>, 3 keer</li>" in text
    assert text.count("bekeek uw dossier") == 2


def test_the_emergency_button_stands_out_even_in_a_list(client: Client, region: Region) -> None:
    doctor = position(Role.GYNAECOLOGIST, organisation=region.beuk)
    looked(doctor, region.woman.pk, kind=Kind.BREAK_GLASS, controls="TFFT")
    looked(doctor, region.woman.pk, kind=Kind.LIST, controls="TFFT")
    text = page(come_in(client, region.sanne), region.address)
    assert "opende uw dossier met de noodknop <span" in text
    assert "zag u in een lijst; waarvoor: noodknop <span" in text
    assert text.count("noodknop</span></span></li>") == 2
    assert "keer in een lijst gezien" not in text


def test_what_others_looked_at_is_not_shown(client: Client, region: Region) -> None:
    looked(position(Role.MIDWIFE, organisation=region.beuk), 999)
    assert "Nog niemand keek" in page(come_in(client, region.sanne), region.address)


def test_a_period_can_be_chosen(client: Client, region: Region) -> None:
    for day in (10, 11, 12):
        moment = timezone.make_aware(datetime(2026, 3, day, 23, 59))
        looked(region.sanne, region.woman.pk, at=moment)
    come_in(client, region.sanne)
    text = page(client, f"{region.address}?vanaf=2026-03-11&tot=2026-03-11")
    assert text.count("bekeek uw dossier") == 1 and "woensdag 11 maart 2026" in text
    assert "In deze periode keek niemand" in page(client, f"{region.address}?tot=2020-01-01")
    for odd in ("vanaf=gisteren", "tot=9999-12-31", "vanaf=0001-01-01", "voor=x", "voor=0"):
        page(client, f"{region.address}?{odd}")


def test_much_is_shown_a_part_at_a_time(
    client: Client, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ooievaar.record.access_log.views.EVENTS_PER_PAGE", 2)
    for _ in range(3):
        looked(region.sanne, region.woman.pk)
    first = page(come_in(client, region.sanne), region.address)
    assert first.count("bekeek uw dossier") == 2 and 'href="?voor=2"' in first
    assert page(client, f"{region.address}?voor=2").count("bekeek uw dossier") == 1


def test_the_system_is_called_by_its_name(client: Client, region: Region) -> None:
    look = Look(Kind.CHANGE, "activity", women=(region.woman.pk,))
    append([look], SYSTEM)
    append([look], SYSTEM.on_behalf_of(workplace(region.sanne)))
    text = page(come_in(client, region.sanne), region.address)
    assert "<strong>Ooievaar zelf</strong>" in text
    assert "Ooievaar zelf, in opdracht van Sanne de Vries" in text


def test_who_does_not_treat_her_is_refused_as_if_she_were_not_there(region: Region) -> None:
    stranger = come_in(Client(), position(Role.MIDWIFE, organisation=region.elsewhere))
    there = stranger.get(region.address)
    not_there = stranger.get("/zwangeren/999999/wie-keek/")
    assert there.status_code == not_there.status_code == 403
    assert _without_token(there) == _without_token(not_there)
    assert list(AccessEvent.objects.values_list("kind", flat=True)) == ["refusal", "refusal"]


def _without_token(answer: Any) -> str:
    lines = answer.content.decode().splitlines()
    return "\n".join(x for x in lines if "csrf" not in x and 'name="next"' not in x)


def test_a_quality_officer_sees_it_without_her_name_in_the_network_only(region: Region) -> None:
    looked(region.sanne, region.woman.pk)
    text = page(quality_officer(region), region.address)
    assert "bekeek uw dossier" in text
    assert "Anna Bakker" not in text and "111222333" not in text
    other = Network.objects.create(kind="vsv", name="Elders")
    stranger = come_in(Client(), position(Role.QUALITY_OFFICER, network=other))
    assert stranger.get(region.address).status_code == 403


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CONTROLLER, Role.DIRECTOR])
def test_other_roles_do_not_open_it(region: Region, role: Role) -> None:
    client = come_in(Client(), position(role, network=region.network))
    assert client.get(region.address).status_code == 403


# --- The page for a network ---


def names(client: Client, query: str = "") -> list[str]:
    """Who did what, as the file of the page says it."""
    answer = client.get(f"/toegang/?uitvoer=csv&{query}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(StringIO(content), delimiter=";"))
    return [row["Wie"] for row in rows if row["Wat"] != "Aangemeld"]


def test_a_network_sees_its_own_people_and_nobody_elses(region: Region) -> None:
    controller = position(Role.CONTROLLER, network=region.network)
    stranger = position(Role.MIDWIFE, organisation=region.elsewhere)
    far = Network.objects.create(kind="igo", name="IGO Elders")
    for held in (region.sanne, controller, stranger, position(Role.CONTROLLER, network=far)):
        looked(held, region.woman.pk)
    officer = workplace(position(Role.QUALITY_OFFICER, network=region.network))
    seen = set(events_for(officer).values_list("person_id", flat=True))
    assert seen == {region.sanne.person_id, controller.person_id}
    elsewhere = workplace(position(Role.QUALITY_OFFICER, network=far))
    assert not events_for(elsewhere).filter(person_id=region.sanne.person_id).exists()


def test_an_organisation_is_seen_only_while_it_takes_part(region: Region) -> None:
    left = Organisation.objects.create(agb="08000009", name="Vertrokken", discipline="midwives")
    Membership.objects.create(
        network=region.network,
        organisation=left,
        kind="voting",
        valid_from=date(2024, 1, 1),
        valid_until=date(2025, 1, 1),
    )
    held = position(Role.MIDWIFE, organisation=left)
    for year, minute in ((2023, 59), (2024, 59), (2025, 0)):
        moment = datetime(year, 12 if minute else 1, 31 if minute else 1, 0, minute)
        looked(held, 5, at=timezone.make_aware(moment))
    officer = workplace(position(Role.QUALITY_OFFICER, network=region.network))
    assert [event.at.year for event in events_for(officer)] == [2024]


def test_coming_and_going_of_its_people_is_seen_too(region: Region) -> None:
    come = Look(Kind.SIGN_IN, "person", str(region.sanne.person_id), controls="TFFF")
    nowhere = replace(
        actor_at(workplace(region.sanne)), organisation_id=None, place_name="", role="", purpose=""
    )
    append([come], nowhere)
    officer = workplace(position(Role.QUALITY_OFFICER, network=region.network))
    assert events_for(officer).count() == 1
    other = Network.objects.create(kind="igo", name="Elders")
    assert not events_for(workplace(position(Role.AUDITOR, network=other))).exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.QUALITY_OFFICER, Role.AUDITOR}))
def test_no_other_role_has_events_to_see(region: Region, role: Role) -> None:
    looked(region.sanne, region.woman.pk)
    assert not events_for(replace(workplace(region.sanne), role=role)).exists()
    in_network = replace(workplace(region.sanne), role=role, network_id=region.network.pk)
    assert not events_for(in_network).exists()


def test_a_quality_officer_sees_references_an_auditor_counts(region: Region) -> None:
    looked(region.sanne, region.woman.pk)
    looked(region.sanne, region.woman.pk, 999)
    assert "W-1" in page(quality_officer(region), "/toegang/")
    assert "2 zwangeren" in page(quality_officer(region), "/toegang/")
    for query in ("", "?kolommen=wie,vrouw", "?uitvoer=csv&kolommen=wie,vrouw"):
        answer = auditor(region).get(f"/toegang/{query}")
        content = b"".join(answer).decode()
        assert answer.status_code == 200 and "Sanne" in content
        assert ("2 zwangeren" in content) == bool(query)
        for secret in ("W-1", "Anna", "111222333"):
            assert secret not in content, query


def test_reading_the_log_notes_the_women_whose_reference_was_shown(region: Region) -> None:
    looked(region.sanne, region.woman.pk)
    page(quality_officer(region), "/toegang/")
    page(auditor(region), "/toegang/")
    officer, reader = AccessEvent.objects.filter(kind="log_read").order_by("number")
    assert (officer.women, officer.controls) == ([region.woman.pk], "TFFF")
    assert (officer.purpose, reader.purpose) == ("quality", "oversight")
    assert reader.women == []


def test_it_is_narrowed_by_person_kind_period_and_woman(region: Region) -> None:
    beuk = position(Role.KRAAM_CARER, organisation=region.beuk)
    beuk.person.first_name, beuk.person.last_name = "Kim", "Jansen"
    beuk.person.save()
    looked(region.sanne, region.woman.pk)
    looked(beuk, 999, kind=Kind.CHANGE)
    looked(beuk, 999, at=timezone.now() - timedelta(days=40))
    officer = quality_officer(region)

    def of_care(query: str) -> list[str]:
        return [name for name in names(officer, query) if "Kwaliteit" not in name]

    assert of_care("") == ["Kim Jansen", "Sanne de Vries"]
    assert of_care("periode=") == ["Kim Jansen", "Kim Jansen", "Sanne de Vries"]
    assert of_care("soort=change") == ["Kim Jansen"]
    assert of_care("doel=emergency") == []
    assert of_care("zoek=sanne") == ["Sanne de Vries"]
    assert of_care("zoek=W-1") == of_care("zoek=z-1") == ["Sanne de Vries"]
    assert of_care(f"persoon={beuk.person_id}") == ["Kim Jansen"]
    for odd in ("persoon=x", "persoon=99999999999999999999", "periode=abc", "sorteer=-tijd"):
        assert of_care(odd) == ["Kim Jansen", "Sanne de Vries"]


def test_a_file_is_noted_before_it_leaves(region: Region) -> None:
    looked(region.sanne, region.woman.pk)
    quality_officer(region).get("/toegang/?uitvoer=csv")
    event = AccessEvent.objects.get(kind="export")
    assert (event.women, event.detail) == ([region.woman.pk], {"shown": 1})


def test_a_name_that_is_a_formula_stays_text(region: Region) -> None:
    region.sanne.person.first_name = "=HYPERLINK(1)"
    region.sanne.person.save()
    looked(region.sanne, region.woman.pk)
    officer = quality_officer(region)
    assert "'=HYPERLINK(1) de Vries" in names(officer)
    answer = officer.get("/toegang/?uitvoer=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_pages_keep_to_their_queries(
    client: Client, region: Region, django_assert_max_num_queries: Any
) -> None:
    for woman in range(30):
        looked(region.sanne, region.woman.pk, woman)
        looked(region.sanne, region.woman.pk)
    come_in(client, region.sanne)
    officer = quality_officer(region)
    for one, address in (
        (client, region.address),
        (officer, "/toegang/"),
        (officer, f"/toegang/?persoon={region.sanne.person_id}"),
    ):
        with django_assert_max_num_queries(50) as captured:
            page(one, address)
        asked = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)
