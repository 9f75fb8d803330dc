"""What the pages say, without a browser."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.models import Closing
from ooievaar.settlement.queries import BreakerCount, RiverLink
from ooievaar.ui.templatetags.ooievaar import loss
from ooievaar.web.money_river import Block, money_river
from ooievaar.web.month import loss_tile
from ooievaar.web.month_river import month_river
from ooievaar.web.tests.small_region import NOW, Region, small_region

MOST_QUERIES = 12


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def pregnancy(reference: str) -> str:
    return f"/zwangeren/{Pregnancy.objects.get(reference=reference).pk}/"


def why_addresses() -> list[str]:
    return [
        *(f"/waarom/activiteit/{row.activity_id}/" for row in Disposition.objects.all()),
        *(f"/waarom/product/{row.product_no}/" for row in Product.objects.all()),
        *(f"/waarom/breker/{row.pk}/" for row in Breaker.objects.all()),
    ]


def test_the_front_door_leads_to_the_newest_closed_month(client: Client, region: Region) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/maand/2026-10/")


def test_without_a_region_the_pages_say_how_to_get_one(client: Client, db: None) -> None:
    for address in ("/", "/maand/", "/zwangeren/"):
        page = text_of(client, address)
        assert "Nog geen regio" in page
        for command in ("demo", "region template MAP", "region import MAP", "derive"):
            assert f"ooievaar {command}</code>" in page


def test_a_region_that_was_not_derived_says_how_to(client: Client, db: None) -> None:
    Network.objects.create(kind="igo", name="IGO Duin & Bos")
    for address in ("/", "/zwangeren/"):
        page = text_of(client, address)
        assert "IGO Duin &amp; Bos is ingelezen" in page
        assert "ooievaar derive</code>" in page and "ooievaar demo" not in page


def test_a_network_that_closed_nothing_says_how_to_close(client: Client, db: None) -> None:
    heath = Network.objects.create(kind="vsv", name="VSV Heide")
    day = date(2026, 11, 1)
    Derivation.objects.create(
        network=heath, until=day, known_until=day, edition="", facts_hash="", created_at=NOW
    )
    assert "ooievaar close 2026-10" in text_of(client, "/")
    assert "ooievaar derive" in text_of(client, "/zwangeren/")
    assert "VSV Heide" in text_of(client, f"/zwangeren/?netwerk={heath.pk}")
    assert client.get("/zwangeren/?netwerk=999").status_code == 404


def test_a_month_that_was_not_closed_says_what_can_be_done(client: Client, region: Region) -> None:
    for month, said in (
        ("2026-13", "Deze pagina is er niet"),
        ("nooit", "Deze pagina is er niet"),
        ("2026-11", "ooievaar close 2026-11</code>"),
        ("2026-08", "Een latere maand is al afgesloten"),
    ):
        answer = client.get(f"/maand/{month}/")
        assert answer.status_code == 404
        assert said in answer.content.decode()


def test_the_chosen_network_goes_along(client: Client, region: Region) -> None:
    chosen = f"netwerk={region.network.pk}"
    page = text_of(client, f"/maand/2026-10/?{chosen}")
    assert f"/zwangeren/?{chosen}&amp;stand=breaker" in page
    assert f'href="/zwangeren/?{chosen}"' in page


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


def test_the_columns_of_the_river_are_in_the_middle_of_each_other() -> None:
    blocks = [Block("i", 0, "", "", "", ""), Block("p", 1, "", "", "", "")]
    blocks += [Block(f"o{n}", 2, "", "", "", "") for n in range(9)]
    river = money_river(blocks, [("i", "p", 90), *(("p", f"o{n}", 10) for n in range(9))])
    for column in river.columns:
        below = river.height - column[-1].top - column[-1].slot
        assert abs(column[0].top - below) < 0.3
        for upper, lower in pairwise(column):
            assert upper.top + upper.slot < lower.top


def test_the_month_shows_the_late_consult_as_a_correction(client: Client, region: Region) -> None:
    page = text_of(client, "/maand/2026-10/")
    assert "€\u00a0412,00" in page
    assert "alles sluit" in page
    assert page.index("Correcties op eerdere maanden") < page.index("Z-001")


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
    page = text_of(client, "/maand/2026-11/")
    assert 'role="alert"' in page
    assert "rest 3" in page.replace("\n", " ")


def test_a_page_asks_at_most_twelve_questions(
    client: Client, region: Region, django_assert_max_num_queries: Any
) -> None:
    pages = [
        "/maand/2026-10/",
        "/zwangeren/",
        "/regelboek/",
        pregnancy("Z-001"),
        pregnancy("Z-003"),
    ]
    for address in (*pages, *why_addresses()):
        with django_assert_max_num_queries(MOST_QUERIES):
            text_of(client, address)


def test_every_outcome_can_be_asked_why_in_both_languages(client: Client, region: Region) -> None:
    for language in ("nl", "en"):
        client.cookies["django_language"] = language
        for address in why_addresses():
            outcome = text_of(client, address).split('class="why-outcome">')[1].split("</p>")[0]
            assert len(outcome) > 20
            assert "{" not in outcome


def test_a_product_shows_both_closings_that_divided_it(client: Client, region: Region) -> None:
    product = Product.objects.get(product="prenatal_complex", pregnancy__reference="Z-001")
    page = text_of(client, f"/waarom/product/{product.product_no}/")
    assert page.index("september 2026") < page.index("oktober 2026")
    assert "€\u00a0985,00" in page and "€\u00a0412,00" in page


def test_every_share_of_a_product_tells_its_sum(client: Client, region: Region) -> None:
    product = Product.objects.get(product="prenatal_complex", pregnancy__reference="Z-001")
    page = text_of(client, f"/waarom/product/{product.product_no}/").replace("\u00a0", " ")
    words = re.sub(r"<[^>]+>", "", page)
    assert "3,5 % organisatiekosten van € 985,00" in words
    assert "aandeel verloskundigen 70 % van wat na de organisatiekosten rest: € 665,36" in words
    assert "vast aandeel 60 % van de discipline" in words
    assert "was € 34,48" in words.replace("\n", " ")
    hours = Product.objects.filter(product="kraamzorg_hour").earliest("id")
    assert "100 %" in text_of(client, f"/waarom/product/{hours.product_no}/").replace("\u00a0", " ")


def test_a_product_shows_its_deduction_and_its_breakers(client: Client, region: Region) -> None:
    page = text_of(client, pregnancy("Z-003")).split('id="products-heading"')[1]
    row = page.split("Geen product")[1].split("</tr>")[0]
    assert "Nataal" in row and "Zorg van buiten" in row and "/waarom/breker/" in row
    assert "heel" in page.split("Geen product")[0]


def test_the_banner_masks_the_bsn(client: Client, region: Region) -> None:
    page = text_of(client, pregnancy("Z-001"))
    assert "111222333" not in page
    assert "333</dd>" in page


def test_the_list_is_searched_and_filtered_from_the_address(client: Client, region: Region) -> None:
    def found(query: str) -> list[str]:
        page = text_of(client, f"/zwangeren/?{query}")
        return [reference for n in range(1, 7) if (reference := f"Z-00{n}") in page]

    assert found("") == [f"Z-00{n}" for n in range(1, 7)]
    assert found("zoek=berg+johanna") == ["Z-003"]
    assert found("zoek=z-004") == ["Z-004"]
    assert found("stand=breaker") == ["Z-003"]
    assert found("route=old_way") == ["Z-005"]
    assert found("stand=open") == ["Z-003", "Z-004", "Z-006"]
    assert found("stand=closed") == ["Z-001", "Z-002"]
    assert found("stand=onzin&pagina=99&route=%00") == [f"Z-00{n}" for n in range(1, 7)]


def test_the_rule_book_is_searched_and_filtered(client: Client, db: None) -> None:
    assert "Bundelbreker" in text_of(client, "/regelboek/?zoek=bundelbreker")
    only_limits = text_of(client, "/regelboek/?deel=limits")
    assert "early_end_days" in only_limits and "parallel_ban" not in only_limits
    provisional = text_of(client, "/regelboek/?bron=voorlopig").split('id="results"')[1]
    assert "Gelezen in de bron</span>" not in provisional
    assert "Niets gevonden" in text_of(client, "/regelboek/?zoek=qqqqqq")


def test_dutch_is_the_language_until_english_is_chosen(client: Client, region: Region) -> None:
    page = client.get("/zwangeren/", headers={"Accept-Language": "en"})
    assert '<html lang="nl"' in page.content.decode()
    chosen = client.post("/taal/", {"language": "en", "next": "/zwangeren/?stand=breaker"})
    assert chosen.headers["Location"] == "/zwangeren/?stand=breaker"
    assert "Pregnancies" in text_of(client, "/zwangeren/")


def test_no_page_has_an_inline_script_or_another_host(client: Client, region: Region) -> None:
    for address in ("/maand/2026-10/", "/zwangeren/", pregnancy("Z-003"), "/regelboek/"):
        answer = client.get(address)
        page = answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert page.count("<script") == page.count("<script src=") + page.count(
            'type="application/json"'
        )
        assert 'src="http' not in page and "onclick" not in page


def test_faults_are_told_in_words(client: Client, db: None) -> None:
    for address in ("/waarom/breker/9/", "/waarom/product/9/", "/waarom/activiteit/9/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Deze pagina is er niet" in answer.content.decode()
    forged = Client(enforce_csrf_checks=True).post("/taal/", {"language": "en"})
    assert forged.status_code == 403
    assert "Dit mag hier niet" in forged.content.decode()
