"""Who sees what of her: the page that she reads herself, and the letter that leaves."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.utils import timezone, translation

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import workplace
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import Consent, TreatmentRelation
from ooievaar.record.permissions import access_to, activities_for
from ooievaar.record.relations import add_to_team, ask_consult, end_relation
from ooievaar.record.tests.care_region import AT, DISCIPLINES, ROLES, CareRegion
from ooievaar.web.tests.inside import text
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of

pytestmark = pytest.mark.django_db
TODAY = AT.date()
LETTERS = ("ziekenhuis", "kraamzorg", "jgz", "huisarts")


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture(autouse=True)
def first_of_october(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AT)


def place(region: CareRegion, name: str) -> Position:
    return position(ROLES[DISCIPLINES[name]], organisation=region.organisations[name])


def at_work(region: CareRegion, name: str = "linde") -> Client:
    return come_in(Client(), place(region, name))


def address(region: CareRegion) -> str:
    return f"/zwangeren/{region.noor.pk}/delen/"


def page(region: CareRegion, name: str = "linde") -> str:
    answer = at_work(region, name).get(address(region))
    assert answer.status_code == 200
    return text(answer.content.decode())


def test_she_reads_who_sees_what_and_why(region: CareRegion) -> None:
    words = page(region).replace(" ,", ",")
    for part in (
        "Wie ziet wat van u",
        "geeft u zorg sinds 02-03-2026",
        "Ziet alles wat zij zelf over u vastlegden",
        "Ziet van Echo, Kraam en Zee alles over uw zwangerschap, omdat zij u samen behandelen",
        "Ziet niets van Kraam, Linde en Zee, omdat u daarvoor geen toestemming gaf",
        "U zei hierover nog niets",
        "Geopend met de noodknop Nooit",
        "Er is nog geen brief over u gemaakt",
        "er is geen onderzoek met uw gegevens",
    ):
        assert part in words, part


def test_a_part_of_the_dataset_is_named_and_explained(region: CareRegion) -> None:
    region.says("", "", is_given=True)
    words = page(region).replace(" ,", ",")
    assert "Ziet van Echo, Linde en Zee het deel “Kraam”, omdat u daarmee instemde" in words
    assert "geen echo's, laboratorium" in words.replace("&#x27;", "'")
    assert "Toestemming : wat iedereen vastlegt" in words


def test_who_objected_to_everything_is_told_that_nobody_sees_more(region: CareRegion) -> None:
    region.says("", "", is_given=False)
    words = page(region)
    assert "Ziet van" not in words
    assert words.count("omdat u daartegen bezwaar heeft") == 4
    assert words.count("Ziet alles wat zij zelf over u vastlegden") == 4
    assert words.count("U heeft bezwaar: deze brief wordt niet gemaakt.") == 4


def test_a_referral_a_team_and_a_consult_are_told(region: CareRegion) -> None:
    gyn, linde, duin = (region.organisations[name] for name in ("gyn", "linde", "duin"))
    ask_consult(region.noor, gyn, "Groei?", TODAY, asked_by=linde)
    region.consult(region.noor, "echo", linde, since=TODAY)
    colleague = position(Role.MIDWIFE, organisation=duin)
    add_to_team(region.noor, colleague.person, duin, TODAY)
    words = page(region).replace(" ,", ",")
    assert "om raad gevraagd door Linde sinds 01-10-2026" in words
    assert f"in uw team sinds 01-10-2026: alleen {colleague.person.name}" in words
    assert "Ziet van Linde het deel “Echo”, omdat u van daar bent verwezen" in words


def test_what_she_took_back_is_told_no_more(region: CareRegion) -> None:
    region.says("", "zee", is_given=False, at=AT - timedelta(days=2))
    assert "Bezwaar : wat iedereen vastlegt, te zien voor Zee" in page(region)
    region.says("", "zee", is_given=None, at=AT - timedelta(days=1))
    words = page(region)
    assert "te zien voor Zee" not in words
    assert "U zei hierover nog niets" in words


def test_research_and_learning_are_told_apart(region: CareRegion) -> None:
    region.says("", "", is_given=False, purpose="quality")
    region.says("", "", is_given=True, purpose="research")
    words = page(region)
    assert "er wordt niet van uw dossier geleerd" in words
    assert "U stemde in met onderzoek" in words
    assert "omdat zij u samen behandelen" in words, "her treatment is another matter"


def test_what_the_button_opened_is_told_to_her(region: CareRegion) -> None:
    held = place(region, "duin")
    client = come_in(Client(), held)
    form = {"bsn": "", "reference": "W-Noor", "birth_date": "1994-03-12"}
    client.post("/noodknop/", {**form, "reason": "Bloedverlies op de spoedeisende hulp"})
    words = page(region)
    assert "Test Verloskundige, verloskundige bij Duin , vanaf 01-10-2026 14:00" in words
    opened = client.get(address(region))
    assert opened.status_code == 200
    assert "Vastleggen wat zij zegt" not in opened.content.decode()


def test_nobody_treats_her_and_the_page_says_so(region: CareRegion) -> None:
    TreatmentRelation.objects.filter(pregnancy=region.noor).update(valid_until=TODAY)
    held = place(region, "duin")
    assert open_in_emergency(workplace(held), region.noor, "Bloedverlies op de SEH", AT)
    words = text(come_in(Client(), held).get(address(region)).content.decode())
    assert "Niemand behandelt u nu" in words
    assert "Kraam ziet hier niets meer van u sinds 01-10-2026" in words


def test_kraamzorg_replaced_half_way_sees_nothing_after_its_end(region: CareRegion) -> None:
    """Access ends with the relation: of what was before too; the administration keeps its own."""
    region.says("", "", is_given=True)
    old = region.carer("kraam")
    relation = TreatmentRelation.objects.get(
        pregnancy=region.noor, organisation=region.organisations["kraam"]
    )
    region.organisations["ander"] = region.organisation("ander", "kraamzorg")
    region.act(region.noor, "ander", "KZ-UUR", TODAY)
    TreatmentRelation.objects.create(
        pregnancy=region.noor,
        organisation=region.organisations["ander"],
        basis=TreatmentRelation.Basis.CARE,
        valid_from=TODAY,
    )
    seen = {row.code for row in activities_for(old, AT, region.noor.pk)}
    assert seen == {"KZ-INT", "V-CON", "KZ-UUR"}, "as long as both treat her"
    assert end_relation(relation, TODAY)
    assert access_to(old, region.noor.pk, AT) is None
    assert not activities_for(old, AT, region.noor.pk).exists()
    assert access_to(old, region.noor.pk, AT - timedelta(days=1)) is not None
    assert at_work(region, "kraam").get(address(region)).status_code == 403
    office = position(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["kraam"])
    own = activities_for(workplace(office), AT, region.noor.pk)
    assert {row.code for row in own} == {"KZ-INT"}
    words = page(region)
    assert "Kraam ziet hier niets meer van u sinds 01-10-2026" in words
    assert "Ander" in words


def test_the_page_stays_within_its_queries(region: CareRegion) -> None:
    region.says("", "", is_given=True)
    ask_consult(region.noor, region.organisations["gyn"], "Groei?", TODAY)
    client = at_work(region)
    client.get(address(region))
    assert len(queries_of(client, address(region))) <= MOST_QUERIES


def test_who_has_no_relation_is_refused_as_if_she_did_not_exist(region: CareRegion) -> None:
    client = at_work(region, "duin")
    for where in (address(region), "/zwangeren/999999/delen/"):
        assert client.get(where).status_code == 403
    for pregnancy_id in (region.noor.pk, 999999):
        assert client.get(f"/zwangeren/{pregnancy_id}/brief/huisarts.pdf").status_code == 403
    assert not AccessEvent.objects.filter(kind=Kind.EXPORT).exists()


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DIRECTOR, Role.QUALITY_OFFICER])
def test_nobody_but_who_gives_care_comes_in(region: CareRegion, role: Role) -> None:
    client = come_in(Client(), position(role, network=region.network))
    assert client.get(address(region)).status_code == 403
    assert client.get(f"/zwangeren/{region.noor.pk}/brief/huisarts.pdf").status_code == 403


def letter(client: Client, region: CareRegion, kind: str, to: str = "") -> Any:
    query = f"?aan={region.organisations[to].pk}" if to else ""
    return client.get(f"/zwangeren/{region.noor.pk}/brief/{kind}.pdf{query}")


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_leaves_as_a_file_and_is_noted_and_told_to_her(
    region: CareRegion, kind: str
) -> None:
    for receiver in ("kraamzorg", "youth_care"):
        region.says("linde", "", is_given=True, kind=receiver)
    answer = letter(at_work(region), region, kind)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f'inline; filename="overdracht-{kind}-z-noor' in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Noor" in pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    (event,) = AccessEvent.objects.filter(kind=Kind.EXPORT)
    assert (event.women, event.object_type, event.is_success, event.controls) == (
        [region.noor.woman_id], "letter", True, "TTTF",
    )  # fmt: skip
    assert event.detail == {"receiver": kind, "organisation": 0}
    assert "gemaakt op 01-10-2026 14:00 door Test Verloskundige" in page(region)


@pytest.mark.parametrize(
    ("kind", "to", "words"),
    [
        ("jgz", "", "Mag de jeugdgezondheidszorg weten wat Linde over u vastlegde"),
        ("kraamzorg", "", "voor wat deze ontvanger in het dossier ziet"),
        ("kraamzorg", "kraam", "Mag Kraam weten wat Linde over u vastlegde"),
    ],
)
class TestAskedFirst:
    """A receiver of whom nothing is presumed: making the letter begins with asking her."""

    def address(self, region: CareRegion, kind: str, to: str) -> str:
        query = f"?aan={region.organisations[to].pk}" if to else ""
        return f"/zwangeren/{region.noor.pk}/brief/{kind}.pdf{query}"

    def test_nothing_leaves_before_she_answered(
        self, region: CareRegion, kind: str, to: str, words: str
    ) -> None:
        client, where = at_work(region), self.address(region, kind, to)
        answer = client.get(where)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert words in text(answer.content.decode()).replace("&quot;", "")
        assert not AccessEvent.objects.filter(kind=Kind.EXPORT).exists()
        nothing = client.post(where, {})
        assert nothing.status_code == 200 and "Er klopt nog iets niet" in nothing.content.decode()
        assert not Consent.objects.exists()
        assert len(queries_of(client, where)) <= MOST_QUERIES

    def test_her_yes_is_kept_and_the_letter_is_made(
        self, region: CareRegion, kind: str, to: str, words: str
    ) -> None:
        client, where = at_work(region), self.address(region, kind, to)
        posted = client.post(where, {"said": "yes"})
        assert (posted.status_code, posted.headers["Location"]) == (302, where)
        said = Consent.objects.get()
        receiver = (said.recipient.name.lower() if said.recipient else "", said.recipient_kind)
        expected = (to, "" if to else {"jgz": "youth_care"}.get(kind, kind))
        assert (said.is_given, said.source, receiver) == (
            True, region.organisations["linde"], expected,
        )  # fmt: skip
        assert said.recorded_by is not None and said.purpose == "treatment"
        client.post(where, {"said": "yes"})
        assert Consent.objects.count() == 1, "sent twice it is said once"
        answer = client.get(where)
        assert answer.headers["Content-Type"] == "application/pdf"
        letter = pypdf.PdfReader(io.BytesIO(answer.content))
        told = " ".join(page.extract_text() for page in letter.pages)
        assert "zij stemde in met delen" in told.replace("\n", " ")
        (event,) = AccessEvent.objects.filter(kind=Kind.EXPORT)
        assert event.is_success
        changed = AccessEvent.objects.filter(kind=Kind.CHANGE, object_type="consent")
        assert [one.women for one in changed] == [[region.noor.woman_id]]

    def test_her_no_is_kept_and_nothing_leaves(
        self, region: CareRegion, kind: str, to: str, words: str
    ) -> None:
        client, where = at_work(region), self.address(region, kind, to)
        posted = client.post(where, {"said": "no"})
        assert posted.headers["Location"] == address(region)
        assert Consent.objects.get().is_given is False
        assert client.get(where).status_code == 302
        assert not AccessEvent.objects.filter(kind=Kind.EXPORT, is_success=True).exists()

    def test_who_came_in_by_the_button_asks_nothing(
        self, region: CareRegion, kind: str, to: str, words: str
    ) -> None:
        held = place(region, "duin")
        open_in_emergency(workplace(held), region.noor, "Bloedverlies op de SEH", AT)
        client, where = come_in(Client(), held), self.address(region, kind, to)
        assert client.get(where).headers["Location"] == address(region)
        assert client.post(where, {"said": "yes"}).status_code == 403
        assert not Consent.objects.exists()
        assert not AccessEvent.objects.filter(kind=Kind.EXPORT, is_success=True).exists()


def test_a_letter_names_an_organisation_that_is_involved(region: CareRegion) -> None:
    client = at_work(region)
    named = letter(client, region, "ziekenhuis", "zee")
    assert "Zee" in pypdf.PdfReader(io.BytesIO(named.content)).pages[0].extract_text()
    for kind, to in (("ziekenhuis", "gyn"), ("ziekenhuis", "kraam"), ("huisarts", "zee")):
        assert letter(client, region, kind, to).status_code == 404, (kind, to)
    for wrong in ("x", "-1", "9" * 30):
        where = f"/zwangeren/{region.noor.pk}/brief/ziekenhuis.pdf?aan={wrong}"
        assert client.get(where).status_code == 404
    assert f'brief/ziekenhuis.pdf?aan={region.organisations["zee"].pk}"' in (
        client.get(address(region)).content.decode()
    )


def test_on_her_objection_no_letter_leaves_and_that_is_noted(region: CareRegion) -> None:
    region.says("", "", is_given=False, kind="gp")
    client = at_work(region)
    answer = letter(client, region, "huisarts")
    assert answer.status_code == 302
    assert "bezwaar tegen deze brief" in client.get(address(region)).content.decode()
    (event,) = AccessEvent.objects.filter(kind=Kind.EXPORT)
    assert not event.is_success
    assert "Er is nog geen brief over u gemaakt" in page(region)
    assert "brief/huisarts.pdf" not in client.get(address(region)).content.decode()


def test_a_letter_in_an_emergency_is_noted_as_one(region: CareRegion) -> None:
    held = place(region, "duin")
    open_in_emergency(workplace(held), region.noor, "Bloedverlies op de SEH", AT)
    assert letter(come_in(Client(), held), region, "ziekenhuis").status_code == 200
    (event,) = AccessEvent.objects.filter(kind=Kind.EXPORT)
    assert (event.controls, event.purpose) == ("TFFT", "emergency")


def test_a_letter_that_does_not_exist_is_not_found(region: CareRegion) -> None:
    assert letter(at_work(region), region, "krant").status_code == 404
    where = f"/zwangeren/{region.noor.pk}/brief/huisarts.pdf"
    posted = at_work(region).post(where, {"said": "no"})
    assert (posted.status_code, posted.headers["Location"]) == (302, where), "nothing to ask"
    assert not Consent.objects.exists()


def test_a_letter_stays_within_its_queries(region: CareRegion) -> None:
    client = at_work(region)
    where = f"/zwangeren/{region.noor.pk}/brief/huisarts.pdf"
    client.get(where)
    assert len(queries_of(client, where)) <= MOST_QUERIES + 3


def test_the_letter_page_asks_her_first_where_nothing_is_presumed(region: CareRegion) -> None:
    words = page(region)
    assert words.count("U bent dit nog niet gevraagd") == 2, "kraamzorg and youth health care"
    region.says("", "", is_given=True, kind="youth_care", at=AT)
    assert page(region).count("U bent dit nog niet gevraagd") == 1
