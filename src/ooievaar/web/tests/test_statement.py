"""Our money, as the administration of a practice reads it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.queries import pseudonym
from ooievaar.ui.templatetags.ooievaar import euro
from ooievaar.web.tests.small_region import START, Region, small_region
from ooievaar.web.tests.visiting import MOST_QUERIES, place, queries_of, seen

OURS = "/ons-geld/"
FILES = (f"{OURS}?uitvoer=csv", f"{OURS}?maand=2026-09&uitvoer=csv")


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


def administration(client: Client, region: Region, key: str) -> Client:
    held = position(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations[key])
    return come_in(client, held)


def amounts(page: str) -> set[str]:
    """Every amount on a page or in a file, as `412,00`."""
    return {found.lstrip("-") for found in re.findall(r"-?[\d.]*\d,\d\d", page)}


def written(cents: int) -> str:
    return euro(abs(cents)).removeprefix("€\u00a0")


def shares_of(region: Region, key: str) -> list[Share]:
    return list(Share.objects.filter(organisation=region.organisations[key], kind="partner"))


def test_a_practice_sees_every_euro_of_its_own(client: Client, region: Region) -> None:
    page = seen(administration(client, region, "duin"), OURS)
    own = shares_of(region, "duin")
    assert own
    for share in own:
        assert written(share.cents) in amounts(page)
    assert euro(sum(share.cents for share in own)) in page
    assert "Z-001" in page and "correctie" in page


@pytest.mark.parametrize(("ours", "theirs"), [("duin", "linde"), ("linde", "duin"), ("zee", "gyn")])
def test_a_practice_never_sees_what_another_gets(
    client: Client, region: Region, ours: str, theirs: str
) -> None:
    """Nor what the discipline got together: of two practices that tells the other's."""
    administration(client, region, ours)
    own = {written(share.cents) for share in shares_of(region, ours)}
    other = {written(share.cents) for share in shares_of(region, theirs)} - own
    together = {
        written(share.parameters["parent_cents"])
        for share in shares_of(region, ours)
        if share.parameters["weight"] != share.parameters["weight_total"]
    } - own
    assert other
    for address in (OURS, f"{OURS}?rijen=100", f"{OURS}?maand=2026-09", *FILES):
        page = seen(client, address)
        for key, organisation in region.organisations.items():
            if key != ours:
                assert organisation.name not in page
        assert not (other | together) & amounts(page)
        assert "Reserve" not in page and "Organisatiekosten" not in page


def test_every_amount_has_its_sum_in_words(client: Client, region: Region) -> None:
    page = re.sub(r"\s+", " ", seen(administration(client, region, "duin"), OURS))
    assert "aandeel verloskundigen: 70 % van wat na de organisatiekosten rest" in page
    assert "vast aandeel 60 % van de discipline" in page
    hours = re.sub(r"\s+", " ", seen(administration(client, region, "kraam"), OURS))
    assert "enige die hiervoor zorg verrichtte" in hours


def test_a_line_leads_to_its_activities_where_the_practice_gave_care(
    client: Client, region: Region
) -> None:
    """Duinpad has a fixed share in the care of Linde's women, whom it does not treat."""
    page = seen(administration(client, region, "duin"), f"{OURS}?rijen=100")
    treated = [row for row in page.split("<tr>") if 'scope="row">Z-00' in row]
    not_treated = [row for row in page.split("<tr>") if 'scope="row">P-' in row]
    assert treated and all("Z-001" in row and "/waarom/product/" in row for row in treated)
    assert not_treated and not any("/waarom/product/" in row for row in not_treated)


def test_whom_the_practice_did_not_treat_has_a_pseudonym(client: Client, region: Region) -> None:
    """In lists, files and the order of them; the search knows the pseudonym, not the reference."""
    administration(client, region, "duin")
    page = seen(client, f"{OURS}?rijen=100")
    hers = pseudonym(region.organisations["duin"], Pregnancy.objects.get(reference="Z-002").pk)
    for address in (f"{OURS}?rijen=100", f"{OURS}?rijen=100&sorteer=zwangere", FILES[0]):
        shown = seen(client, address)
        assert hers in shown and "Z-002" not in shown
    assert seen(client, f"{OURS}?zoek=Z-002").count('scope="row">P-') == 0
    found = seen(client, f"{OURS}?zoek={hers.lower()}")
    assert found.count(f'scope="row">{hers}') == page.count(f'scope="row">{hers}') > 0
    assert 'scope="row">Z-001' not in found
    assert hers not in seen(administration(client, region, "linde"), f"{OURS}?rijen=100")


def test_a_month_opens_to_its_lines(client: Client, region: Region) -> None:
    administration(client, region, "duin")
    september = seen(client, f"{OURS}?maand=2026-09")
    october = seen(client, f"{OURS}?maand=2026-10&soort=correctie")
    assert "Regels van september 2026" in september and 'scope="row">P-' in september
    lines = october.split('id="lines"')[1]
    assert "Z-001" in lines and "Z-002" not in lines
    assert lines.count('scope="row">') == len(
        [
            share
            for share in shares_of(region, "duin")
            if share.product.is_correction and share.product.closing.month == "2026-10"
        ]
    )


def test_the_year_adds_up(client: Client, region: Region) -> None:
    page = seen(administration(client, region, "linde"), OURS)
    total = euro(sum(share.cents for share in shares_of(region, "linde")))
    assert page.count(total) >= 3, "in de tegel, onder de maanden en onder de producten"


def test_what_still_runs_is_counted_and_not_guessed(client: Client, region: Region) -> None:
    page = seen(administration(client, region, "linde"), OURS)
    tile = page.split("Loopt nog</dt><dd>")[1].split("</dd>")[0]
    assert int(tile) > 0


def test_a_file_holds_only_our_own_lines(client: Client, region: Region) -> None:
    administration(client, region, "linde")
    rows = seen(client, f"{OURS}?uitvoer=csv").strip().splitlines()
    assert len(rows) - 1 == len(shares_of(region, "linde"))


def test_the_practice_without_a_closed_month_is_told_so(client: Client, region: Region) -> None:
    page = seen(administration(client, region, "stroom"), OURS)
    assert "neemt hier nog aan geen netwerk deel" in page


def test_a_member_without_a_part_in_any_month_is_told_so(client: Client, region: Region) -> None:
    stroom = region.organisations["stroom"]
    Membership.objects.create(
        network=region.network, organisation=stroom, kind="advisory", valid_from=START
    )
    page = seen(administration(client, region, "stroom"), OURS)
    assert "Nog niets verdeeld voor uw organisatie" in page and "€" not in page


def test_our_money_asks_at_most_twelve_questions(client: Client, region: Region) -> None:
    administration(client, region, "duin")
    for address in (OURS, f"{OURS}?maand=2026-09", FILES[0]):
        assert len(queries_of(client, address)) <= MOST_QUERIES


def test_our_money_opens_for_the_administration_only(client: Client, region: Region) -> None:
    for role in (Role.CONTROLLER, Role.PURCHASER, Role.MIDWIFE):
        come_in(client, position(role, **place(region, role)))
        assert client.get(OURS).status_code == 403
