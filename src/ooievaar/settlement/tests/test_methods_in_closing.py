"""Closings by every method: what is read from registered care, and what comes later."""

from collections import defaultdict
from datetime import date

import pytest

from ooievaar.contracts.models import (
    Agreement,
    Cooperative,
    CooperativeMember,
    DisciplineShare,
    MemberRule,
    MemberShare,
    PriceListEntry,
    ProductRule,
    SupplierPrice,
    UnitPrice,
)
from ooievaar.network.models import Organisation, Supplier
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.queries import UnpricedSupply, month_overview
from ooievaar.settlement.tests.region import START, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    return Region()


def by_method(region: Region, method: str) -> None:
    """Divide every product by one method at both levels."""
    DisciplineShare.objects.filter(agreement=region.agreement).delete()
    ProductRule.objects.create(agreement=region.agreement, product="*", method=method)


def shares(result) -> dict[str, dict[str, int]]:
    """What each product gave to whom; what is no partner's under its reason."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Share.objects.filter(product__closing=result.closing, cents__lt=10**9)
    for share in rows.select_related("product", "organisation").order_by("id"):
        is_partner = share.kind == "partner" and share.reason != "mono_partly_unknown"
        name = share.organisation.name if is_partner else share.reason
        found[share.product.product][name] += share.cents
    return {product: dict(parts) for product, parts in found.items()}


def test_everybody_gets_what_the_old_way_would_have_paid_in_proportion(region):
    """Midwives by their courses, kraamzorg by its hours; nobody's hours count twice."""
    by_method(region, "mono_pro_rata")
    hers = region.usual_care()
    region.care(hers, region.home, "KZ-INS", date(2025, 6, 21))  # in the postnatal phase
    june, august = region.close("2025-06"), region.close("2025-08")
    assert shares(june) == {
        "prenatal": {"overhead": 2_100, "Noord": 57_900},
        "natal": {"overhead": 3_150, "Zuid": 86_851},
        "kraamzorg_hour": {"overhead": 2_520, "Kraamthuis": 69_492},
    }
    postnatal = shares(august)["postnatal"]
    assert set(postnatal) == {"overhead", "Noord", "Kraamthuis"}
    share = Share.objects.get(product__closing=august.closing, organisation=region.home)
    weight = share.parameters["discipline_weight"]
    assert weight == 1_491  # the registration only, not the twelve hours
    assert share.parameters["product_method"] == "mono_pro_rata"


def test_an_act_without_a_price_marks_the_shares_until_it_has_one(region):
    by_method(region, "mono_pro_rata")
    hers = region.usual_care()
    region.care(hers, region.ward, "V-ECT", date(2025, 3, 4))  # by a price list that has none
    first = shares(region.close("2025-06"))["prenatal"]
    assert first == {"overhead": 2_100, "mono_partly_unknown": 57_900}
    PriceListEntry.objects.create(code="V-ECT", cents=5_000, valid_from=START)
    then = shares(region.close("2025-07"))["prenatal"]
    assert then.pop("mono_partly_unknown") == -57_900
    assert set(then) == {"Noord", "Ziekenhuis"}
    assert sum(then.values()) == 57_900


def test_a_supplier_is_paid_from_the_product_it_belongs_to(region):
    laboratory = Organisation.objects.create(agb="90000001", name="Lab", discipline="other")
    Supplier.objects.create(
        network=region.network, organisation=laboratory, code="V-ECT", valid_from=START
    )
    SupplierPrice.objects.create(
        agreement=region.agreement, organisation=laboratory, code="V-ECT", cents=None
    )
    PriceListEntry.objects.create(
        organisation=laboratory, code="V-ECT", cents=4_000, valid_from=START
    )
    hers = region.usual_care()
    region.care(hers, laboratory, "V-ECT", date(2025, 3, 4), quantity=2)
    result = region.close("2025-06")
    assert result.proof.holds
    paid = Share.objects.get(kind="supplier")
    assert (paid.organisation, paid.cents, paid.reason) == (laboratory, 8_000, "invoice")
    assert shares(result)["prenatal"]["overhead"] == 1_820  # 3.5 % of what is left
    assert sum(shares(result)["prenatal"].values()) == 60_000


def test_what_a_supplier_did_without_a_price_is_told(region):
    laboratory = Organisation.objects.create(agb="90000001", name="Lab", discipline="other")
    Supplier.objects.create(
        network=region.network, organisation=laboratory, code="V-ECT", valid_from=START
    )
    SupplierPrice.objects.create(
        agreement=region.agreement, organisation=laboratory, code="V-ECT", cents=None
    )
    hers = region.usual_care()
    region.care(hers, laboratory, "V-ECT", date(2025, 3, 4), quantity=2)
    result = region.close("2025-06")
    assert not Share.objects.filter(kind="supplier").exists()
    assert month_overview(result.closing).unpriced == (UnpricedSupply("Lab", "V-ECT", 1),)
    PriceListEntry.objects.create(code="V-ECT", cents=4_000, valid_from=START)
    later = region.close("2025-07")
    assert month_overview(later.closing).unpriced == ()
    assert Share.objects.get(kind="supplier").cents == 8_000


def test_internal_prices_weigh_acts_by_their_code(region):
    by_method(region, "performed")
    for code, cents in (("V-INT", 9_000), ("V-CON", 3_000), ("KZ-UUR", 2)):
        UnitPrice.objects.create(agreement=region.agreement, product="*", code=code, cents=cents)
    hers = region.usual_care()
    region.care(hers, region.south, "V-CON", date(2025, 3, 10))
    found = shares(region.close("2025-06"))
    assert found["prenatal"] == {"overhead": 2_100, "Noord": 46_320, "Zuid": 11_580}
    assert found["kraamzorg_hour"]["Kraamthuis"] == 69_492
    assert found["natal"] == {"overhead": 3_150, "nobody_performed": 86_851}
    north = Share.objects.get(organisation=region.north, product__product="prenatal")
    assert (north.parameters["weight"], north.parameters["weight_total"]) == (12_000, 15_000)
    assert north.parameters["method"] == "internal_prices"


def test_a_fixed_overhead_is_charged_once_and_a_late_product_leaves_the_others_alone(region):
    Agreement.objects.filter(pk=region.agreement.pk).update(overhead_ppm=0, overhead_cents=22_200)
    region.usual_care()
    assert charged(region.close("2025-06")) == 22_200
    late = region.pregnancy(date(2025, 1, 9), date(2025, 6, 29), date(2025, 6, 21))
    region.care(late, region.south, "V-PAR", date(2025, 6, 21), recorded_on=date(2025, 7, 9))
    july = region.close("2025-07")
    assert charged(july) == 22_200
    changed = ClosedProduct.objects.filter(closing=july.closing)
    assert {row.pregnancy for row in changed} == {late}


def charged(result) -> int:
    rows = Share.objects.filter(product__closing=result.closing, reason="monthly_overhead")
    return sum(row.cents for row in rows)


def test_a_cooperative_divides_within_its_discipline(region):
    cooperative = region.member("Cooperatie", "midwives")
    MemberShare.objects.filter(agreement=region.agreement, organisation=region.north).delete()
    MemberShare.objects.filter(agreement=region.agreement, organisation=region.south).update(
        organisation=cooperative, ppm=1_000_000
    )
    Cooperative.objects.create(
        agreement=region.agreement, organisation=cooperative, method="by_clients"
    )
    for who in (region.north, region.south):
        CooperativeMember.objects.create(
            agreement=region.agreement, cooperative=cooperative, organisation=who
        )
    region.usual_care()
    natal = shares(region.close("2025-06"))["natal"]
    assert "Cooperatie" not in natal
    assert natal["Zuid"] > 0  # she gave birth with Zuid; Noord had her in another product
    assert "Noord" not in natal


def test_a_discipline_may_divide_by_its_own_rule(region):
    by_method(region, "mono_pro_rata")
    MemberRule.objects.create(
        agreement=region.agreement, discipline="midwives", method="fixed_share"
    )
    region.usual_care()
    natal = shares(region.close("2025-06"))["natal"]
    assert (natal["Noord"], natal["Zuid"]) == (57_901, 28_950)
