"""The pages of who is involved and of the emergency button, as the people in them use them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import workplace
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import BreakGlass, BreakGlassReview, Consent, TreatmentRelation
from ooievaar.record.relations import add_to_team, ask_consult
from ooievaar.record.tests.care_region import AT, DISCIPLINES, ROLES, CareRegion

pytestmark = pytest.mark.django_db
REASON = "Bloedverlies op de spoedeisende hulp"
Queries = Callable[..., Any]


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def place(region: CareRegion, name: str) -> Position:
    return position(ROLES[DISCIPLINES[name]], organisation=region.organisations[name])


def at_work(region: CareRegion, name: str) -> Client:
    return come_in(Client(), place(region, name))


def address(region: CareRegion) -> str:
    return f"/zwangeren/{region.noor.pk}/betrokken/"


def events(kind: Kind) -> list[AccessEvent]:
    return list(AccessEvent.objects.filter(kind=kind).order_by("number"))


def say(client: Client, region: CareRegion, source: str, recipient: str, said: str) -> Any:
    sides = {
        side: region.organisations[name].pk if name else ""
        for side, name in (("source", source), ("recipient", recipient))
    }
    return client.post(f"{address(region)}?doe=consent", sides | {"said": said})


def test_a_midwife_reads_who_is_involved(region: CareRegion) -> None:
    region.says("", "zee", is_given=False)
    page = at_work(region, "linde").get(address(region))
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Linde", "Echo", "Zee", "Kraam", "Verleende zorg", "bezwaar"):
        assert words in text
    (look,) = events(Kind.READ)
    assert (look.women, look.controls, look.object_type) == (
        [region.noor.woman_id], "TTTF", "relations",
    )  # fmt: skip


def test_the_page_stays_within_its_queries(
    region: CareRegion, django_assert_max_num_queries: Queries
) -> None:
    client = at_work(region, "linde")
    client.get(address(region))
    words = 2  # of the transaction in which the log is written
    for asked in ("", "?doe=team", "?doe=consent"):
        with django_assert_max_num_queries(12 + words):
            assert client.get(address(region) + asked).status_code == 200


def test_another_practice_is_refused_as_if_she_did_not_exist(region: CareRegion) -> None:
    client = at_work(region, "duin")
    refused, unknown = client.get(address(region)), client.get("/zwangeren/999999/betrokken/")
    assert refused.status_code == unknown.status_code == 403


def test_a_consult_is_shown_and_ended(region: CareRegion) -> None:
    asked = ask_consult(region.noor, region.organisations["gyn"], "Groei buigt af?", AT.date())
    assert isinstance(asked, TreatmentRelation)
    client, asked_of = at_work(region, "linde"), at_work(region, "gyn")
    assert "Groei buigt af?" in client.get(address(region)).content.decode()
    assert asked_of.get(address(region)).status_code == 200
    client.post(address(region), {"relation": asked.pk})
    assert asked_of.get(address(region)).status_code == 403
    changes = events(Kind.CHANGE)
    assert [(one.object_type, one.action, one.women) for one in changes] == [
        ("consult", "U", [region.noor.woman_id]),
    ]
    assert "Groei" not in str([one.detail for one in changes])


def test_what_is_wrong_is_said_and_what_was_typed_stays(region: CareRegion) -> None:
    treats = place(region, "linde")
    typed = {"person": f"{treats.person_id}-{treats.organisation_id}"}
    page = at_work(region, "linde").post(f"{address(region)}?doe=team", typed)
    assert "heeft al toegang" in page.content.decode()
    assert f'value="{typed["person"]}" selected' in page.content.decode()
    assert events(Kind.CHANGE) == []


def test_a_person_is_named_in_the_team(region: CareRegion) -> None:
    named = place(region, "duin")
    form = {"person": f"{named.person_id}-{named.organisation_id}"}
    at_work(region, "linde").post(f"{address(region)}?doe=team", form)
    member = TreatmentRelation.objects.get(basis="team")
    assert (member.person_id, member.organisation_id) == (named.person_id, named.organisation_id)
    assert come_in(Client(), named).get(address(region)).status_code == 200
    assert at_work(region, "duin").get(address(region)).status_code == 403


@pytest.mark.parametrize("name", ["kraam", "echo"])
def test_who_sees_a_subset_involves_nobody(region: CareRegion, name: str) -> None:
    client = at_work(region, name)
    for asked in ("", "?doe=team"):
        page = client.get(address(region) + asked)
        assert page.status_code == 200
        assert "consult vragen" not in page.content.decode()
    named = place(region, "gyn")
    form = {"person": f"{named.person_id}-{named.organisation_id}"}
    client.post(f"{address(region)}?doe=team", form)
    assert not TreatmentRelation.objects.filter(basis="team").exists()


def test_who_was_asked_for_a_consult_names_nobody_else(region: CareRegion) -> None:
    ask_consult(region.noor, region.organisations["gyn"], "Groei?", AT.date())
    named = place(region, "duin")
    form = {"person": f"{named.person_id}-{named.organisation_id}"}
    at_work(region, "gyn").post(f"{address(region)}?doe=team", form)
    assert not TreatmentRelation.objects.filter(basis="team").exists()


def test_a_relation_by_care_is_not_ended_here(region: CareRegion) -> None:
    by_care = TreatmentRelation.objects.get(
        pregnancy=region.noor, organisation=region.organisations["echo"]
    )
    at_work(region, "linde").post(address(region), {"relation": by_care.pk})
    assert at_work(region, "echo").get(address(region)).status_code == 200


def test_a_consult_of_another_pregnancy_is_not_ended_here(region: CareRegion) -> None:
    other = ask_consult(region.saskia, region.organisations["gyn"], "Groei?", AT.date())
    assert isinstance(other, TreatmentRelation)
    for relation in (str(other.pk), "iets", ""):
        at_work(region, "linde").post(address(region), {"relation": relation})
    assert TreatmentRelation.objects.get(pk=other.pk).valid_until.year == 9999


def test_what_she_says_is_written_down_by_whom(region: CareRegion) -> None:
    held = place(region, "linde")
    say(come_in(Client(), held), region, "", "zee", "no")
    said = Consent.objects.get()
    assert (said.is_given, said.source_id, said.recipient_id) == (
        False,
        None,
        region.organisations["zee"].pk,
    )
    assert said.recorded_by_id == held.person_id
    assert [one.object_type for one in events(Kind.CHANGE)] == ["consent"]


def test_she_takes_back_what_she_said_and_only_what_she_said(region: CareRegion) -> None:
    client = at_work(region, "linde")
    refused = say(client, region, "", "zee", "back")
    assert "niets terug te nemen" in refused.content.decode()
    for said in ("no", "back"):
        assert say(client, region, "", "zee", said).status_code == 302
    assert "teruggenomen" in client.get(address(region)).content.decode()
    assert "niets terug" in say(client, region, "", "zee", "back").content.decode()
    assert [one.is_given for one in Consent.objects.order_by("pk")] == [False, None]


def test_she_speaks_of_a_kind_of_receiver_and_of_research(region: CareRegion) -> None:
    client = at_work(region, "linde")
    form = {"source": "", "recipient": "kind:gp", "said": "no"}
    client.post(f"{address(region)}?doe=consent", form)
    form = {"source": "", "recipient": "", "said": "yes", "purpose": "research"}
    client.post(f"{address(region)}?doe=consent", form)
    said = Consent.objects.values_list("recipient_kind", "purpose", "is_given").order_by("pk")
    assert list(said) == [("gp", "treatment", False), ("", "research", True)]
    page = client.get(address(region)).content.decode()
    assert "de huisarts" in page
    assert "wetenschappelijk onderzoek" in page


def test_kraamzorg_speaks_for_its_own_entries_only(region: CareRegion) -> None:
    client = at_work(region, "kraam")
    for source in ("", "linde"):
        assert say(client, region, source, "kraam", "yes").status_code == 200
    assert not Consent.objects.exists()
    assert say(client, region, "kraam", "linde", "yes").status_code == 302
    assert Consent.objects.get().source == region.organisations["kraam"]


def press(client: Client, region: CareRegion, **changed: str) -> HttpResponse:
    form = {
        "bsn": "",
        "reference": "W-Noor",
        "birth_date": "1994-03-12",
        "reason": REASON,
    } | changed
    return client.post("/noodknop/", form)


def test_the_button_opens_her_record_and_says_so_in_the_log(region: CareRegion) -> None:
    client = at_work(region, "duin")
    answer = press(client, region)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/zwangeren/{region.noor.pk}/"
    (event,) = events(Kind.BREAK_GLASS)
    assert (event.women, event.controls, event.is_success) == (
        [region.noor.woman_id], "TFFT", True,
    )  # fmt: skip
    assert REASON not in str(event.detail)
    page = client.get(address(region))
    assert page.status_code == 200
    assert "Geopend met de noodknop" in page.content.decode()
    say(client, region, "", "", "yes")
    assert not Consent.objects.exists()


def test_every_failure_of_the_button_reads_the_same(region: CareRegion) -> None:
    region.noor.woman.bsn = "123456782"
    region.noor.woman.save()
    client = at_work(region, "duin")
    nobody = {"bsn": "", "reference": "", "birth_date": ""}
    failures = (
        {"reference": "W-Niemand"},
        {"birth_date": "1994-03-13"},
        {"birth_date": "gisteren"},
        {"bsn": "111222333"},
        nobody,
    )
    texts = set()
    for failure in failures:
        answer = press(client, region, **failure)
        assert answer.status_code == 200
        texts.add(answer.context["form"].non_field_errors().as_text())
    assert len(texts) == 1
    assert not BreakGlass.objects.exists()
    assert [(one.women, one.is_success) for one in events(Kind.BREAK_GLASS)] == [([], False)] * 5
    assert press(client, region, **nobody | {"bsn": "1234.56.782"}).status_code == 302


def test_who_guesses_is_stopped_and_a_colleague_is_not(region: CareRegion) -> None:
    guesser = at_work(region, "duin")
    for number in range(10):
        press(guesser, region, reference=f"W-{number}")
    stopped = press(guesser, region)
    assert "Wacht een uur" in stopped.content.decode()
    assert not BreakGlass.objects.exists()
    assert press(at_work(region, "duin"), region).status_code == 302


def test_a_short_reason_is_said_before_anybody_is_sought(region: CareRegion) -> None:
    answers = [
        press(at_work(region, "duin"), region, reason="spoed", reference=reference)
        for reference in ("W-Noor", "W-Niemand")
    ]
    assert [set(one.context["form"].errors) for one in answers] == [{"reason"}, {"reason"}]
    assert events(Kind.BREAK_GLASS) == []


@pytest.fixture
def opened(region: CareRegion) -> BreakGlass:
    made = open_in_emergency(workplace(place(region, "duin")), region.noor, REASON, AT)
    assert isinstance(made, BreakGlass)
    return made


def test_the_quality_officer_judges(region: CareRegion, opened: BreakGlass) -> None:
    client = come_in(Client(), position(Role.QUALITY_OFFICER, network=region.network))
    listing = client.get("/toegang/noodknop/").content.decode()
    assert REASON in listing
    assert "Noor" not in listing.replace("Z-Noor", "")
    page = client.get(f"/toegang/noodknop/{opened.pk}/")
    assert page.status_code == 200
    answer = client.post(f"/toegang/noodknop/{opened.pk}/", {"judgement": "unjustified"})
    assert "waarom het onterecht was" in answer.content.decode()
    form = {"judgement": "unjustified", "note": "Geen spoed"}
    assert client.post(f"/toegang/noodknop/{opened.pk}/", form).status_code == 302
    assert BreakGlassReview.objects.get().note == "Geen spoed"
    (event,) = events(Kind.REVIEW)
    assert (event.women, event.object_id) == ([region.noor.woman_id], str(opened.pk))
    assert "Geen spoed" in client.get(f"/toegang/noodknop/{opened.pk}/").content.decode()


def test_the_officer_sees_what_was_looked_at(region: CareRegion) -> None:
    press(at_work(region, "duin"), region)
    opening = BreakGlass.objects.get()
    client = come_in(Client(), position(Role.QUALITY_OFFICER, network=region.network))
    assert "Noodknop gebruikt" in client.get(f"/toegang/noodknop/{opening.pk}/").content.decode()


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DIRECTOR, Role.AUDITOR])
def test_nobody_else_sees_the_uses(region: CareRegion, opened: BreakGlass, role: Role) -> None:
    client = come_in(Client(), position(role, network=region.network))
    for page in ("/toegang/noodknop/", f"/toegang/noodknop/{opened.pk}/", "/noodknop/"):
        assert client.get(page).status_code == 403


def test_a_team_is_empty_until_somebody_is_named(region: CareRegion) -> None:
    named = place(region, "duin")
    assert add_to_team(region.noor, named.person, region.organisations["duin"], AT.date())
    text = at_work(region, "linde").get(address(region)).content.decode()
    assert "Lid van het team" in text
