"""What the first screens say: the month, the rule book, and where each role comes in."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest
from django.test import Client
from django.utils import translation

from ooievaar.bundles.models import Derivation
from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Woman
from ooievaar.settlement.models import Closing, ClosingRequest, ClosingStep, Share
from ooievaar.settlement.queries import BreakerCount, RiverLink
from ooievaar.ui.money_river import Block, money_river
from ooievaar.ui.templatetags.ooievaar import loss
from ooievaar.web.month import loss_tile
from ooievaar.web.month_river import month_river
from ooievaar.web.tests.small_region import NOW, Region, small_region
from ooievaar.web.tests.visiting import MOST_QUERIES, place, queries_of, seen

MONTH = "/maand/2026-10/"


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def controller(client: Client, region: Region) -> Client:
    return come_in(client, position(Role.CONTROLLER, network=region.network))


def test_what_breaking_cost_is_told_in_words() -> None:
    def breakers(*losses: int, unknown: int = 0) -> list[BreakerCount]:
        return [BreakerCount("k", 1, cents, unknown, 1, cents, unknown) for cents in losses]

    def told(*losses: int, unknown: int = 0) -> tuple[str, int, str]:
        tile = loss_tile(breakers(*losses, unknown=unknown))
        return tile["name"], tile["cents"], tile["note"].replace("\u00a0", " ")

    assert told(1000) == ("Verlies door brekers", 1000, "van deze maand")
    assert told(1000, -300) == ("Verlies door brekers", 700, "na aftrek van € 3,00 voordeel")
    assert told(1000, -3000) == ("Voordeel door brekers", 2000, "na aftrek van € 10,00 verlies")
    assert told(unknown=2) == ("Verlies door brekers", 0, "van deze maand")
    assert told(5, unknown=2) == ("Verlies door brekers", 5, "2 onbekend")
    assert loss(-5464) == "voordeel €\u00a054,64"
    assert (loss(0), loss(None)) == ("€\u00a00,00", "onbekend")


def test_the_river_folds_small_partners_and_loses_no_cent() -> None:
    partners = [(1, "Ziekenhuis", "hospital", 9_000)]
    partners += [(n, f"Praktijk {n}", "midwives", 100) for n in range(2, 7)]
    links = [
        RiverLink(1, "Verzekeraar", "natal", "partner", organisation, name, discipline, cents)
        for organisation, name, discipline, cents in partners
    ]
    folded = month_river(links, fold=True)
    ends = [(place.block.name, place.cents) for place in folded.picture.columns[2]]
    assert ends == [("5 praktijken", 500), ("Ziekenhuis", 9_000)]
    assert folded.folded == 5 and len(folded.rows) == 7
    apart = month_river(links, fold=False)
    assert len(apart.picture.columns[2]) == 6
    for river in (folded, apart):
        for stretch in river.picture.stretches:
            assert sum(ribbon.cents for ribbon in stretch) == river.cents == 9_500


def test_every_kind_of_share_flows_in_the_river() -> None:
    links = [RiverLink(1, "Verzekeraar", "natal", kind, None, "", "", 100) for kind in Share.Kind]
    ends = [place.block.name for place in month_river(links, fold=True).picture.columns[2]]
    assert sorted(ends[1:]) == ["Leveranciers", "Organisatiekosten", "Reserve", "Toeslagen"]


def test_the_columns_of_the_river_are_in_the_middle_of_each_other() -> None:
    blocks = [Block("i", 0, "", "", "", ""), Block("p", 1, "", "", "", "")]
    blocks += [Block(f"o{n}", 2, "", "", "", "") for n in range(9)]
    river = money_river(blocks, [("i", "p", 90), *(("p", f"o{n}", 10) for n in range(9))])
    for column in river.columns:
        below = river.height - column[-1].top - column[-1].slot
        assert abs(column[0].top - below) < 0.3
        for upper, lower in pairwise(column):
            assert upper.top + upper.slot < lower.top


FIRST_SCREENS = {
    Role.MIDWIFE: "/vandaag/",
    Role.KRAAM_CARER: "/vandaag/",
    Role.PRACTICE_ADMINISTRATOR: "/ons-geld/",
    Role.CONTROLLER: "/maand/",
    Role.APPROVER: "/maand/",
    Role.DIRECTOR: "/maand/",
    Role.AUDITOR: "/maand/",
    Role.REPRESENTATIVE: "/maand/",
    Role.PURCHASER: "/contract/",
    Role.QUALITY_OFFICER: "/toegang/",
    Role.ADMINISTRATOR: "/mensen/",
}


def test_everybody_comes_in_at_their_own_first_screen(client: Client, region: Region) -> None:
    for role, address in FIRST_SCREENS.items():
        come_in(client, position(role, **place(region, role)))
        answer = client.get("/")
        assert (answer.status_code, answer.headers["Location"]) == (302, address), role


def test_a_chair_is_told_what_there_is(client: Client, region: Region) -> None:
    come_in(client, position(Role.CHAIR, network=region.network))
    page = seen(client, "/")
    assert "Voorzitter van een werkgroep" in page and 'href="/regelboek/"' in page


def test_who_works_in_two_places_comes_in_where_they_chose(client: Client, region: Region) -> None:
    cares = position(Role.MIDWIFE, organisation=region.organisations["duin"])
    counts = position(Role.CONTROLLER, network=region.network)
    counts.person = cares.person
    counts.save()
    for held, address in ((cares, "/vandaag/"), (counts, "/maand/")):
        come_in(client, held)
        assert client.get("/").headers["Location"] == address


def test_the_month_that_opens_is_the_newest_closed_one(client: Client, region: Region) -> None:
    controller(client, region)
    answer = client.get("/maand/")
    assert (answer.status_code, answer.headers["Location"]) == (302, MONTH)


def test_a_region_that_was_not_derived_says_who_does_what(client: Client, db: None) -> None:
    duin = Network.objects.create(kind="igo", name="IGO Duin & Bos")
    for role, told in ((Role.CONTROLLER, True), (Role.DIRECTOR, False), (Role.AUDITOR, False)):
        come_in(client, position(role, network=duin))
        page = seen(client, "/maand/")
        assert "IGO Duin &amp; Bos is ingelezen" in page
        assert ("ooievaar derive</code>" in page) == told and "ooievaar demo" not in page


def test_a_practice_outside_every_network_is_told_so(client: Client, db: None) -> None:
    practice = Organisation.objects.create(agb="08010001", name="Solo", discipline="midwives")
    come_in(client, position(Role.PRACTICE_ADMINISTRATOR, organisation=practice))
    page = seen(client, "/ons-geld/")
    assert "neemt hier nog aan geen netwerk deel" in page and "ooievaar" not in commands(page)


def commands(page: str) -> str:
    return " ".join(part.split("</code>")[0] for part in page.split("<code")[1:])


def test_a_network_that_closed_nothing_says_who_closes(client: Client, db: None) -> None:
    heath = Network.objects.create(kind="vsv", name="VSV Heide")
    day = date(2026, 11, 1)
    Derivation.objects.create(
        network=heath, until=day, known_until=day, edition="", facts_hash="", created_at=NOW
    )
    come_in(client, position(Role.CONTROLLER, network=heath))
    assert "/maand/2026-10/afsluiten/" in seen(client, "/maand/")
    come_in(client, position(Role.DIRECTOR, network=heath))
    page = seen(client, "/maand/")
    assert "De controller van het netwerk sluit de maand af" in page
    assert "/afsluiten/" not in page


def test_a_month_that_was_not_closed_says_what_can_be_done(client: Client, region: Region) -> None:
    controller(client, region)
    for month, said in (
        ("2026-13", "Deze pagina is er niet"),
        ("nooit", "Deze pagina is er niet"),
        ("2026-11", "/maand/2026-11/afsluiten/"),
        ("2026-08", "Een latere maand is al afgesloten"),
    ):
        answer = client.get(f"/maand/{month}/")
        assert answer.status_code == 404
        assert said in answer.content.decode()


def test_the_month_of_another_network_is_not_there(client: Client, region: Region) -> None:
    heath = Network.objects.create(kind="igo", name="IGO Heide")
    come_in(client, position(Role.CONTROLLER, network=heath))
    answer = client.get(MONTH)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Waterland" not in page and "Duinpad" not in page


def test_the_month_shows_the_late_consult_as_a_correction(client: Client, region: Region) -> None:
    page = seen(controller(client, region), MONTH)
    assert "€\u00a0412,00" in page
    assert "alles sluit" in page
    assert page.index("Correcties op eerdere maanden") < page.index("Z-001")


def test_who_sees_all_the_money_sees_no_woman_by_name(client: Client, region: Region) -> None:
    women = list(Woman.objects.all())
    for role in WHOLE_NETWORK_ROLES:
        come_in(client, position(role, network=region.network))
        for address in (MONTH, f"{MONTH}?uitvoer=csv"):
            page = seen(client, address)
            assert "Z-001" in page
            for woman in women:
                assert not re.search(rf"\b{woman.name.split()[0]}\b", page)
                assert woman.bsn not in page


def test_an_approver_is_told_what_waits_for_them(client: Client, region: Region) -> None:
    """Not what they prepared themselves, in another role, and not what was decided."""
    prepares = position(Role.CONTROLLER, network=region.network)
    approves = position(Role.APPROVER, network=region.network)
    asked = ClosingRequest.objects.create(
        network=region.network,
        month="2026-11",
        known_until=date(2026, 12, 1),
        prepared_by=prepares.person,
        prepared_as=prepares,
        prepared_at=NOW,
        edition="",
        facts_hash="",
        division_hash="",
        figures={},
    )
    ClosingStep.objects.create(request=asked, state="prepared", person=prepares.person, at=NOW)
    waits = "1 maand wacht op uw goedkeuring"
    assert waits in seen(come_in(client, approves), MONTH)
    assert waits not in seen(come_in(client, prepares), MONTH)
    ClosingStep.objects.create(request=asked, state="approved", person=approves.person, at=NOW)
    assert waits not in seen(come_in(client, approves), MONTH)


def test_an_auditor_changes_nothing(client: Client, region: Region) -> None:
    come_in(client, position(Role.AUDITOR, network=region.network))
    page = seen(client, MONTH)
    content = page.split("<main")[1].split("</main>")[0]
    assert "Verloskundigen Duinpad" in content and "Kraamzorg Ooievaarsnest" in content
    assert 'method="post"' not in content and "afsluiten</a>" not in content
    for address in (MONTH, "/maand/", "/regelboek/"):
        assert client.post(address).status_code in {302, 405, 200}
    assert Closing.objects.count() == 2


def test_the_files_of_a_month_hold_what_the_page_shows(client: Client, region: Region) -> None:
    controller(client, region)
    income = seen(client, f"{MONTH}?inkomen_uitvoer=csv")
    assert "Verloskundigen Duinpad" in income and "Reserve" in income and "Z-001" not in income
    corrections = seen(client, f"{MONTH}?uitvoer=csv")
    assert "Z-001" in corrections and "412,00" in corrections
    added = seen(client, f"{MONTH}?uitvoer=csv&verschil=eraf")
    assert "Z-001" not in added


def test_a_representative_sees_the_income_of_their_discipline_only(
    client: Client, region: Region
) -> None:
    held = position(Role.REPRESENTATIVE, network=region.network, discipline="midwives")
    come_in(client, held)
    for address in ("/maand/2026-09/", "/maand/2026-09/?inkomen_uitvoer=csv"):
        page = seen(client, address)
        assert "Verloskundigen Duinpad" in page and "Praktijk De Linde" in page
        for name in ("Ziekenhuis Zeezicht", "Gynaecologen", "Kraamzorg", "Waterborg", "Z-00"):
            assert name not in page, name
    controller(client, region)
    whole = seen(client, "/maand/2026-09/")
    assert "Ziekenhuis Zeezicht" in whole and "Waterborg" in whole


def test_a_remainder_is_an_alarm(client: Client, region: Region) -> None:
    broken = Closing.objects.get(month="2026-10")
    summary = broken.summary
    summary["proof"][0]["whole"] += 3
    Closing.objects.create(
        network=broken.network,
        month="2026-11",
        known_until=broken.known_until,
        edition=broken.edition,
        facts_hash="",
        created_at=broken.created_at,
        summary=summary,
    )
    page = seen(controller(client, region), "/maand/2026-11/")
    assert 'role="alert"' in page
    assert "rest 3" in page.replace("\n", " ")


@pytest.mark.parametrize("address", [MONTH, "/maand/2026-09/", "/maand/2026-11/", "/regelboek/"])
def test_a_page_asks_at_most_twelve_questions(client: Client, region: Region, address: str) -> None:
    controller(client, region)
    assert len(queries_of(client, address)) <= MOST_QUERIES


def test_the_rule_book_is_searched_and_filtered(client: Client, region: Region) -> None:
    come_in(client, position(Role.CHAIR, network=region.network))
    assert "Bundelbreker" in seen(client, "/regelboek/?zoek=bundelbreker")
    only_limits = seen(client, "/regelboek/?deel=limits")
    assert "early_end_days" in only_limits and "parallel_ban" not in only_limits
    provisional = seen(client, "/regelboek/?bron=voorlopig").split('id="results"')[1]
    assert "Gelezen in de bron</span>" not in provisional
    assert "Niets gevonden" in seen(client, "/regelboek/?zoek=qqqqqq")


def test_dutch_is_the_language_until_english_is_chosen(client: Client, region: Region) -> None:
    controller(client, region)
    page = client.get(MONTH, headers={"Accept-Language": "en"})
    assert '<html lang="nl"' in page.content.decode()
    chosen = client.post("/taal/", {"language": "en", "next": "/regelboek/?bron=voorlopig"})
    assert chosen.headers["Location"] == "/regelboek/?bron=voorlopig"
    assert "Rule book" in seen(client, "/regelboek/")


def test_no_page_has_an_inline_script_or_another_host(client: Client, region: Region) -> None:
    controller(client, region)
    for address in (MONTH, "/regelboek/"):
        answer = client.get(address)
        page = answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert page.count("<script") == page.count("<script src=") + page.count(
            'type="application/json"'
        )
        assert 'src="http' not in page and "onclick" not in page


def test_faults_are_told_in_words(client: Client, region: Region) -> None:
    controller(client, region)
    answer = client.get("/geen-pagina/")
    assert answer.status_code == 404
    assert "Deze pagina is er niet" in answer.content.decode()
    forged = Client(enforce_csrf_checks=True).post("/taal/", {"language": "en"})
    assert forged.status_code == 403
    assert "Dit mag hier niet" in forged.content.decode()
