"""An insurer's contract, as its purchaser reads it."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from ooievaar.contracts.models import Contract
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.settlement.models import ClosedProduct, Closing
from ooievaar.settlement.volumes import volumes
from ooievaar.web.tests.small_region import NOW, Region, small_region
from ooievaar.web.tests.visiting import MOST_QUERIES, place, queries_of, seen

OURS = "/contract/"


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def purchaser(client: Client, region: Region, insurer: int = 0) -> Client:
    held = position(Role.PURCHASER, network=region.network, insurer=region.insurers[insurer])
    return come_in(client, held)


def many_products(region: Region, numbers: dict[str, int]) -> None:
    """Close November with so many products of each kind for Waterborg, of as many women."""
    closing = Closing.objects.create(
        network=region.network,
        month="2026-11",
        known_until=date(2026, 12, 1),
        edition="",
        facts_hash="",
        created_at=NOW,
        summary={},
    )
    for product, number in numbers.items():
        for n in range(number):
            woman = Woman.objects.create(reference=f"{product}-{n}")
            pregnancy = Pregnancy.objects.create(woman=woman, reference=f"{product}-{n}")
            ClosedProduct.objects.create(
                closing=closing,
                key=f"{pregnancy.pk}:1",
                pregnancy=pregnancy,
                product=product,
                phase=1,
                insurer=region.insurers[0],
                claimable_on=date(2026, 11, 20),
                total_cents=10_001,
                cents=10_001,
                is_correction=False,
                explanation={},
            )


def test_a_purchaser_reads_the_own_terms(client: Client, region: Region) -> None:
    page = seen(purchaser(client, region), OURS)
    assert "C-9101" in page and "Parallelliteitsverbod" in page
    assert "€\u00a0985,00" in page


def test_the_contract_of_another_insurer_is_refused_like_one_that_is_not_there(
    client: Client, region: Region
) -> None:
    purchaser(client, region)
    other = Contract.objects.get(reference="C-9102")
    refusals = [client.get(f"{OURS}?contract={key}") for key in (other.pk, 987654, "x")]
    assert {answer.status_code for answer in refusals} == {403}
    assert all("C-9102" not in answer.content.decode() for answer in refusals)
    assert "Noorderlicht" not in seen(client, OURS)
    own = Contract.objects.get(reference="C-9101")
    assert "C-9101" in seen(client, f"{OURS}?contract={own.pk}")


def test_a_purchaser_sees_no_woman_and_no_partner(client: Client, region: Region) -> None:
    purchaser(client, region)
    for address in (OURS, f"{OURS}?uitvoer=csv"):
        page = seen(client, address)
        assert not re.search(r"Z-00\d|W-00\d", page)
        for woman in Woman.objects.all():
            assert woman.name not in page
        for organisation in region.organisations.values():
            assert organisation.name not in page


def test_volumes_are_told_from_five_women_on(client: Client, region: Region) -> None:
    many_products(region, {"prenatal": 5, "natal": 4})
    purchaser(client, region)
    page = seen(client, f"{OURS}?maand=2026-11")
    told, hidden = (row(page, name) for name in ("prenataal", "nataal"))
    assert "<5" not in told.replace("&lt;", "<") and "€\u00a0500,05" in told
    assert "&lt;5" in hidden and "400,04" not in page


def row(page: str, name: str) -> str:
    rows = [part.split("</tr>")[0] for part in page.split("<tr>") if "november 2026" in part]
    found = [part for part in rows if f"Geboortezorg {name}<" in part]
    return found[0]


def test_no_sum_gives_a_small_number_back(client: Client, region: Region) -> None:
    many_products(region, {"prenatal": 5, "natal": 4, "postnatal": 7})
    purchaser(client, region)
    heading = (
        seen(client, f"{OURS}?maand=2026-11").split('id="volumes-heading"')[1].split("</p>")[0]
    )
    words = re.sub(r"\s+", " ", heading)
    assert "Samen 12 producten, € 1.200,12" in words and "zonder 1 regel onder de 5" in words
    file = seen(client, f"{OURS}?uitvoer=csv")
    assert "400,04" not in file and "<5" in file


def test_no_order_of_the_table_tells_a_small_number(client: Client, region: Region) -> None:
    many_products(region, {"prenatal": 1, "natal": 4})
    purchaser(client, region)
    orders = {
        re.sub(r"sorteer=[^\"&]*", "", seen(client, f"{OURS}?maand=2026-11&sorteer={key}"))
        for key in ("aantal", "-aantal", "bedrag", "-bedrag")
    }
    assert len({"".join(re.findall(r"<tbody>.*?</tbody>", page, re.S)) for page in orders}) == 1


def test_what_is_small_does_not_leave_the_query(region: Region) -> None:
    many_products(region, {"prenatal": 5, "natal": 4})
    counted = volumes(ClosedProduct.objects.filter(closing__month="2026-11"))
    assert {line.product: (line.count, line.cents) for line in counted} == {
        "prenatal": (5, 50_005),
        "natal": (None, None),
    }


def test_the_insurer_of_another_network_sees_nothing_of_this_one(
    client: Client, region: Region
) -> None:
    heath = Network.objects.create(kind="igo", name="IGO Heide")
    come_in(client, position(Role.PURCHASER, network=heath, insurer=region.insurers[0]))
    page = seen(client, OURS)
    assert "Geen eigen contract" in page and "C-9101" not in page
    assert "Nog geen maand afgesloten" in page


def test_the_contract_asks_at_most_twelve_questions(client: Client, region: Region) -> None:
    purchaser(client, region)
    assert len(queries_of(client, OURS)) <= MOST_QUERIES


def test_the_contract_opens_for_the_purchaser_only(client: Client, region: Region) -> None:
    for role in (Role.CONTROLLER, Role.PRACTICE_ADMINISTRATOR, Role.MIDWIFE):
        come_in(client, position(role, **place(region, role)))
        assert client.get(OURS).status_code == 403
