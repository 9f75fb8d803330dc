"""What a partner reads of its own money, in a small region that closes real months."""

from datetime import UTC, date, datetime

import pytest

from ooievaar.bundles.commands import derive_network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import relate_from_care
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.commands import Made, make_statements
from ooievaar.settlement.statements.comparing import compared_with_old_system
from ooievaar.settlement.statements.months import month_difference
from ooievaar.settlement.statements.queries import (
    Own,
    by_pregnancy,
    by_product,
    expected_of,
    income_by_month,
    lines_of,
    of_itself,
    own_money,
    pseudonym,
    statements_for,
    years_of,
)
from ooievaar.settlement.statements.words import part_sentence
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def pregnancy(region: Region) -> Pregnancy:
    """June is closed; in July it turns out that a gynaecologist had seen her."""
    found = region.usual_care()
    region.close("2025-06")
    region.care(
        found, region.doctors, "G-CON", date(2025, 4, 10), recorded_on=date(2025, 7, 15),
        specialism="0307",
    )  # fmt: skip
    region.close("2025-07")
    relate_from_care()
    return found


def sum_of(region: Region, name: str) -> int:
    shares = Share.objects.filter(kind="partner", organisation__name=name)
    return sum(shares.values_list("cents", flat=True))


def test_months_products_pregnancies_and_lines_are_the_same_money(
    region: Region, pregnancy: Pregnancy
) -> None:
    own = of_itself(region.network, region.north)
    assert years_of(own) == ["2025"]
    months = income_by_month(own, "2025")
    assert [one.month for one in months] == ["2025-06", "2025-07"]
    june, july = months
    assert (june.corrections_cents, july.new_cents, july.products) == (0, 0, 0)
    whole = sum_of(region, "Noord")
    names = [one.month for one in months]
    assert sum(one.cents for one in months) == whole
    assert sum(one.cents for one in by_product(own, names)) == whole
    assert sum(one.cents for one in by_pregnancy(own, names, AT)) == whole
    assert sum(one.cents for one in lines_of(own, names, AT)) == whole


def test_who_gave_no_care_reads_a_pseudonym_that_is_its_own(
    region: Region, pregnancy: Pregnancy
) -> None:
    months = ["2025-06", "2025-07"]
    (treated,) = by_pregnancy(of_itself(region.network, region.north), months, AT)
    assert (treated.name, treated.is_pseudonym) == (pregnancy.reference, False)
    (unknown,) = by_pregnancy(of_itself(region.network, region.ward), months, AT)
    assert unknown.is_pseudonym and unknown.name == pseudonym(region.ward, pregnancy.pk)
    lines = lines_of(of_itself(region.network, region.ward), months, AT)
    assert {line.name for line in lines} == {unknown.name}, "the same one on every line"
    assert pregnancy.reference not in unknown.name
    assert pseudonym(region.night, pregnancy.pk) != unknown.name, "another one for another"


def test_a_pseudonym_follows_the_key_of_the_installation(
    region: Region, pregnancy: Pregnancy, settings
) -> None:
    before = pseudonym(region.ward, pregnancy.pk)
    assert pseudonym(region.ward, pregnancy.pk) == before
    settings.SECRET_KEY = "another installation, " * 3
    assert pseudonym(region.ward, pregnancy.pk) != before


def test_the_difference_says_that_a_product_became_complex(
    region: Region, pregnancy: Pregnancy
) -> None:
    found = month_difference(of_itself(region.network, region.north), "2025-07")
    assert found.month_before == "2025-06"
    assert sum(part.cents for part in found.parts) == found.difference_cents
    (part,) = [part for part in found.parts if part.cause == "corrected_class"]
    assert (part.was, part.product, part.count) == ("prenatal", "prenatal_complex", 1)
    assert part_sentence(part, "2025-06") == "Eén product prenataal werd prenataal complex"


def test_what_others_did_is_told_without_their_figures(region: Region) -> None:
    pregnancy = region.usual_care()
    region.close("2025-06")
    region.care(
        pregnancy, region.night, "KZ-UUR", date(2025, 6, 23), recorded_on=date(2025, 7, 2),
        duration_minutes=240,
    )  # fmt: skip
    region.close("2025-07")
    own = of_itself(region.network, region.home)
    found = month_difference(own, "2025-07")
    causes = {part.cause for part in found.parts}
    assert "corrected_hours" in causes, "the product itself has more hours now"
    assert sum(part.cents for part in found.parts) == found.difference_cents


def test_a_partner_reads_its_own_a_controller_all_and_others_nothing(
    region: Region, pregnancy: Pregnancy
) -> None:
    other = Region("IGO Elders")
    post(region.network, AT)
    for month in ("2025-06", "2025-07"):
        assert isinstance(make_statements(region.network, month, AT), Made)
    office = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.north)
    assert isinstance(own_money(office, region.network, region.north), Own)
    assert own_money(office, region.network, region.south) is None
    assert {one.organisation_id for one in statements_for(office)} == {region.north.pk}
    controller = working(Role.CONTROLLER, network=region.network)
    assert own_money(controller, region.network, region.south) is not None
    assert own_money(controller, other.network, other.north) is None
    assert own_money(controller, region.network, other.north) is None
    assert statements_for(controller).count() == 12
    elsewhere = working(Role.CONTROLLER, network=other.network)
    assert not statements_for(elsewhere).exists()
    midwives = working(
        Role.REPRESENTATIVE, network=region.network, discipline=region.north.discipline
    )
    assert {one.organisation_id for one in statements_for(midwives)} == {
        region.north.pk, region.south.pk,
    }  # fmt: skip
    assert own_money(midwives, region.network, region.ward) is None
    midwife = working(Role.MIDWIFE, organisation=region.north)
    assert own_money(midwife, region.network, region.north) is None
    assert not statements_for(midwife).exists()


def test_what_is_expected_is_the_mean_part_of_what_was_closed(
    region: Region, pregnancy: Pregnancy
) -> None:
    own = of_itself(region.network, region.ward)
    assert expected_of(own).products == 0
    region.usual_care()
    derive_network(region.network, until=date(2025, 8, 1), known_until=date(2025, 8, 1), now=AT)
    found = expected_of(own)
    assert (found.products, found.running) == (5, 2), "hers, and what still runs of the first"
    assert found.cents and 0 < found.cents < 222_013
    partner = of_itself(region.network, region.night)
    assert expected_of(partner).cents == 0, "it never had a part"


def test_nothing_is_expected_of_where_nothing_was_closed(region: Region) -> None:
    region.usual_care()
    derive_network(region.network, until=date(2025, 8, 1), known_until=date(2025, 8, 1), now=AT)
    assert expected_of(of_itself(region.network, region.north)).cents is None


def test_beside_the_old_system_what_is_unknown_stands_apart(
    region: Region, pregnancy: Pregnancy
) -> None:
    derive_network(region.network, until=date(2025, 8, 1), known_until=date(2025, 8, 1), now=AT)
    found = compared_with_old_system(of_itself(region.network, region.north), "2025")
    total = found.total
    assert total.income_cents == sum_of(region, "Noord")
    assert total.compared_cents + total.unknown_cents == total.income_cents
    assert total.difference_cents == total.compared_cents - total.mono_cents
    assert sum(one.income_cents for _, one in found.by_month()) == total.income_cents
    assert sum(one.mono_cents for _, one in found.by_phase()) == total.mono_cents
    assert total.mono_cents > 0
    ward = compared_with_old_system(of_itself(region.network, region.ward), "2025").total
    assert (ward.mono_cents, ward.phases) == (0, 0), "it gave no care"
    assert compared_with_old_system(of_itself(region.network, region.north), "2024").lines == ()
