"""The pathways of the region: reading, writing with checks, trying out, signing, holding."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.network.models import Network, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import workplace
from ooievaar.pathways.agreeing import sign, start, still_to_sign
from ooievaar.pathways.models import PathwayInForce, PathwaySignature, PathwayVersion
from ooievaar.pathways.queries import in_force
from ooievaar.pathways.tests.pathway_region import (
    PathwayRegion,
    at_work,
    ctg_by_midwife,
    ctg_in_hospital,
)
from ooievaar.record.access_log.models import AccessEvent, Kind

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
LIST, CTG = "/zorgpaden/", "/zorgpaden/ctg_thuis/"
WRITE = f"{CTG}schrijven/"


@pytest.fixture
def region() -> PathwayRegion:
    return PathwayRegion()


@pytest.fixture
def ctg(region: PathwayRegion) -> PathwayVersion:
    return region.added(ctg_in_hospital())


def post(client: Client, address: str, text: str, doe: str, based_on: Any = 1, **more: Any) -> Any:
    return client.post(address, {"text": text, "doe": doe, "based_on": based_on, **more})


def test_everybody_who_may_read_sees_what_holds_and_what_does_not(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    places = [region.place("linde"), region.place("kraam"), region.chair, region.director]
    places += [position(role, network=region.network) for role in (Role.CONTROLLER,)]
    for held in places:
        text = at_work(held).get(LIST).content.decode()
        assert "Basiszorgpad" in text and "CTG thuis" in text and "Voorbeelden" in text
    for role in (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR):
        assert at_work(position(role, network=region.network)).get(LIST).status_code == 403


def test_a_network_without_pathways_says_how_to_begin() -> None:
    empty = Network.objects.create(kind="vsv", name="VSV Leeg")
    text = at_work(position(Role.CHAIR, network=empty)).get(LIST).content.decode()
    assert "Nog geen zorgpad" in text and "Hiermee beginnen" in text


def test_a_pathway_reads_as_text(region: PathwayRegion, ctg: PathwayVersion) -> None:
    text = at_work(region.place("kraam")).get(CTG).content.decode()
    for words in ("Wie minder leven voelt.", "28+0 tot 42+0", "60 min ziekenhuis",
                  "Afspraak van de regio", "niet van kracht"):  # fmt: skip
        assert words in text
    filtered = at_work(region.place("linde")).get("/zorgpaden/basis/?discipline=kraamzorg")
    lines = [line for _, part in filtered.context["parts"] for line in part]
    assert lines and {line.discipline for line in lines} == {"kraamzorg"}


def test_the_text_is_given_byte_for_byte_with_its_schema(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    client = at_work(region.chair)
    assert client.get(f"{CTG}1/tekst.yaml").content.decode() == ctg.content
    assert (
        "gestation"
        in client.get("/zorgpaden/schema.json").json()["$defs"]["Activity"]["properties"]
    )


def test_another_network_has_none_of_it(region: PathwayRegion, ctg: PathwayVersion) -> None:
    other = Network.objects.create(kind="igo", name="IGO Elders")
    client = at_work(position(Role.CHAIR, network=other))
    for page in (CTG, f"{CTG}1/", f"{CTG}1/tekst.yaml", f"{CTG}1/proberen/", WRITE):
        assert client.get(page).status_code == 403
    asked = client.get(f"{LIST}?netwerk={region.network.pk}")
    assert asked.status_code == 404


def test_what_is_wrong_names_line_and_key_and_nothing_is_lost(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    client = at_work(region.chair)
    wrong = ctg_by_midwife().replace("line: primary\n    role", "line: eerste\n    role")
    answer = post(client, WRITE, wrong, "bewaren")
    text = answer.content.decode()
    number = wrong.splitlines().index("    line: eerste") + 1
    assert answer.status_code == 422
    assert f"Regel {number}, activities[ctg].line" in text and "line: eerste</code>" in text
    assert answer.context["form"]["text"].value().replace("\r\n", "\n") == wrong
    assert PathwayVersion.objects.filter(key="ctg_thuis").count() == 1
    broken = post(client, WRITE, "key: [", "controleren")
    assert broken.status_code == 422 and "Regel" in broken.content.decode()


def test_checking_says_what_changes_and_keeps_nothing(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    answer = post(at_work(region.chair), WRITE, ctg_by_midwife(), "controleren")
    assert "1 verplaatst naar een ander" in answer.content.decode()
    assert PathwayVersion.objects.filter(key="ctg_thuis").count() == 1


def test_a_version_is_kept_by_a_chair_or_a_carer_of_a_member(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    midwife = region.place("linde")
    answer = post(at_work(midwife), WRITE, ctg_by_midwife(), "bewaren")
    assert answer["Location"] == f"{CTG}2/"
    made = PathwayVersion.objects.get(key="ctg_thuis", number=2)
    assert (made.made_by, made.content) == (midwife.person, ctg_by_midwife())
    (event,) = AccessEvent.objects.filter(kind=Kind.CHANGE)
    assert (event.object_type, event.object_id, event.women) == (
        "pathway_version",
        str(made.pk),
        [],
    )
    for other in (region.place("kraam"), region.director, region.place("zee")):
        assert at_work(other).get(WRITE).status_code == 403
    outsider = region.organisation("Los", "midwives")
    outsider.memberships.update(valid_until=timezone.localdate())
    late = position(Role.MIDWIFE, organisation=outsider)
    assert at_work(late).get(WRITE).status_code == 403


def test_what_another_kept_meanwhile_is_not_passed_over(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    region.added(ctg_by_midwife())
    mine = ctg_by_midwife().replace("minutes: 45", "minutes: 40")
    answer = post(at_work(region.chair), WRITE, mine, "bewaren", based_on=1)
    assert answer.status_code == 422
    assert "Iemand anders maakte intussen versie 2" in answer.content.decode()
    assert "minutes: 40" in answer.content.decode()


def test_the_key_of_a_pathway_never_changes(region: PathwayRegion, ctg: PathwayVersion) -> None:
    other = ctg_by_midwife().replace("key: ctg_thuis", "key: ctg_elders")
    answer = post(at_work(region.chair), WRITE, other, "bewaren")
    assert answer.status_code == 422 and "verandert nooit" in answer.content.decode()


def test_a_new_pathway_begins_with_an_example(region: PathwayRegion) -> None:
    client = at_work(region.chair)
    page = client.get("/zorgpaden/nieuw/?voorbeeld=meconium-v1")
    text = page.context["form"]["text"].value()
    assert text.startswith("#") and "key: meconium" in text
    assert client.get("/zorgpaden/voorbeelden/meconium-v1/").status_code == 200
    assert client.get("/zorgpaden/voorbeelden/niets-v1/").status_code == 404
    answer = post(client, "/zorgpaden/nieuw/", text, "bewaren", based_on="")
    assert answer["Location"] == "/zorgpaden/meconium/1/"


def test_a_version_is_tried_on_an_invented_pregnancy(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    due_on = timezone.localdate() + timedelta(days=200)
    dates = {"due_on": due_on.isoformat(), "first_intake_on": timezone.localdate().isoformat()}
    answer = post(at_work(region.chair), WRITE, ctg_by_midwife(), "proberen", **dates)
    (pair,) = answer.context["trial"].changed
    assert (pair.now.who, pair.then.who) == (
        "Ziekenhuis, tweede lijn", "Verloskundigen, eerste lijn",
    )  # fmt: skip
    start_on = date.fromordinal(due_on.toordinal() - 280 + 28 * 7)
    assert pair.then.dates.startswith(f"{start_on:%d-%m-%Y}")
    tried = at_work(region.director).get(f"{CTG}1/proberen/", dates)
    assert [one.change for one in tried.context["trial"].changed] == ["new"]
    wrong = {**dates, "first_intake_on": "2020-01-01"}
    assert "ligt niet in de zwangerschap" in (
        at_work(region.chair).get(f"{CTG}1/proberen/", wrong).content.decode()
    )


def test_a_woman_is_tried_on_only_by_who_treats_her_and_it_is_noted(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    region.soon(30)
    asked = f"{CTG}1/proberen/zwangere/"
    her = {"reference": region.noor.reference}
    page = at_work(region.place("linde")).get(asked, her)
    assert [one.change for one in page.context["trial"].changed] == ["new"]
    look = AccessEvent.objects.filter(kind=Kind.READ).order_by("-number")[0]
    assert (look.object_type, look.women) == ("pathway_trial", [region.noor.woman_id])
    strange = at_work(region.place("duin")).get(asked, her)
    assert strange.context["trial"] is None
    assert "Niet gevonden" in strange.content.decode()
    for held in (region.chair, region.director):
        assert at_work(held).get(asked, her).status_code == 403


def test_a_draft_is_tried_on_a_woman_without_being_kept(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    region.soon(30)
    form = {"text": ctg_by_midwife(), "based_on": 1, "pathway_key": "ctg_thuis",
            "reference": region.noor.reference}  # fmt: skip
    answer = at_work(region.place("linde")).post("/zorgpaden/proberen/", form)
    assert answer.status_code == 200 and answer.context["trial"].changed
    assert answer.context["form"]["text"].value() == ctg_by_midwife()
    assert at_work(region.chair).post("/zorgpaden/proberen/", form).status_code == 403
    assert PathwayVersion.objects.filter(key="ctg_thuis").count() == 1


def test_signing_asks_who_it_is_again(region: PathwayRegion, ctg: PathwayVersion) -> None:
    page = come_in(Client(), region.director).get(f"{CTG}1/tekenen/")
    assert page.status_code == 302 and "opnieuw" in page["Location"]


def test_a_director_and_a_representative_sign_and_then_it_holds(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    today = timezone.localdate()
    starting = f"{CTG}1/van-kracht/"
    director, representative = at_work(region.director), at_work(region.representative)
    assert "een directeur en een vertegenwoordiger" in director.get(CTG).content.decode()
    early = director.post(starting, {"valid_from": today.isoformat()})
    assert early.status_code == 422 and PathwayInForce.objects.count() == 1
    signing = {"mandate": "Directie, 12-05", "sha256": ctg.sha256}
    assert director.post(f"{CTG}1/tekenen/", signing)["Location"] == f"{CTG}1/"
    assert "Nog te tekenen: een vertegenwoordiger" in director.get(CTG).content.decode()
    assert director.post(starting, {"valid_from": today.isoformat()}).status_code == 422
    assert representative.post(f"{CTG}1/tekenen/", signing).status_code == 302
    assert representative.get(starting).status_code == 403
    assert director.post(starting, {"valid_from": today.isoformat()}).status_code == 302
    assert in_force(region.network.pk, today)["ctg_thuis"].pk == ctg.pk
    assert "van kracht sinds" in director.get(CTG).content.decode()


def test_another_text_than_was_read_is_not_signed(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    answer = at_work(region.director).post(
        f"{CTG}1/tekenen/", {"mandate": "Directie", "sha256": "0" * 64}
    )
    assert answer.status_code == 422 and "een andere tekst" in answer.content.decode()
    assert not PathwaySignature.objects.filter(version=ctg).exists()


def test_who_wrote_it_is_never_the_only_one_who_signed(
    region: PathwayRegion, ctg: PathwayVersion
) -> None:
    """One person is chair, director and representative at once: another must sign too."""
    one = region.chair.person
    held = [
        Position.objects.create(person=one, role=role, network=region.network,
                                discipline=discipline, valid_from=date(2020, 1, 1))
        for role, discipline in ((Role.DIRECTOR, ""), (Role.REPRESENTATIVE, "midwives"))
    ]  # fmt: skip
    director = workplace(held[0])
    sha256, at = ctg.sha256, timezone.now()
    assert sign(director, ctg, mandate="alles", sha256=sha256, at=at)
    fresh = PathwayVersion.objects.get(pk=ctg.pk)
    assert "dezelfde persoon" in str(still_to_sign(fresh))
    assert not start(director, fresh, valid_from=timezone.localdate(), at=at)
    assert sign(workplace(region.representative), ctg, mandate="kring", sha256=sha256, at=at)
    fresh = PathwayVersion.objects.get(pk=ctg.pk)
    assert still_to_sign(fresh) == ""
    assert start(director, fresh, valid_from=timezone.localdate(), at=at)


def test_nobody_else_signs(region: PathwayRegion, ctg: PathwayVersion) -> None:
    other = Network.objects.create(kind="igo", name="IGO Elders")
    strange = position(Role.DIRECTOR, network=other)
    assert at_work(strange).get(f"{CTG}1/tekenen/").status_code == 403
    for held in (region.chair, region.place("linde")):
        assert at_work(held).get(f"{CTG}1/tekenen/").status_code == 403
        assert not sign(workplace(held), ctg, mandate="x", sha256=ctg.sha256, at=timezone.now())


def test_the_pages_stay_within_their_queries(
    region: PathwayRegion, ctg: PathwayVersion, django_assert_max_num_queries: Queries
) -> None:
    region.soon(30)
    her = f"{CTG}1/proberen/zwangere/?reference={region.noor.reference}"
    asked = {
        region.chair: [LIST, CTG, WRITE, f"{CTG}1/proberen/"],
        region.director: [CTG, f"{CTG}1/tekenen/", f"{CTG}1/van-kracht/"],
        region.place("linde"): [LIST, CTG, WRITE, her],
    }
    for held, pages in asked.items():
        client = at_work(held)
        for page in pages:
            client.get(page)
            with django_assert_max_num_queries(12 + (2 if page == her else 0)):
                assert client.get(page).status_code == 200, page
