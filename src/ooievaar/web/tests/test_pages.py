"""What the pages say, without a browser."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.models import Closing
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


def test_before_anything_was_derived_the_pages_say_what_to_do(client: Client, db: None) -> None:
    for address in ("/", "/maand/", "/zwangeren/"):
        assert "ooievaar derive" in text_of(client, address)


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


def test_a_month_that_was_not_closed_is_not_found(client: Client, region: Region) -> None:
    for month in ("2026-08", "2026-13", "nooit"):
        answer = client.get(f"/maand/{month}/")
        assert answer.status_code == 404
        assert "Deze pagina is er niet" in answer.content.decode()


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
