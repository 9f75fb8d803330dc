"""Who may see what was divided: a partner its own, a discipline its own, an insurer its own."""

from datetime import date

import pytest

from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace
from ooievaar.record.tests.care_region import AT, CareRegion
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.permissions import closed_products_for, closings_for, shares_for

pytestmark = pytest.mark.django_db
EVERYTHING = {"2026-08", "2026-09"}


@pytest.fixture
def region() -> CareRegion:
    """Two closed months; in August De Linde and the hospital had a share, in September Duin."""
    region = CareRegion()
    for uzovi in ("9101", "9102"):
        Insurer.objects.create(uzovi=uzovi, name=f"Verzekeraar {uzovi}")
    august, september = (closing(region.network, month) for month in sorted(EVERYTHING))
    divide(region, august, "noor", "9101", {"linde": 70_000, "zee": 20_000})
    divide(region, september, "saskia", "9102", {"duin": 60_000})
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders", agb="53010002")
    divide(region, closing(elsewhere, "2026-07"), "noor", "9101", {"linde": 5_000})
    return region


def closing(network: Network, month: str) -> Closing:
    return Closing.objects.create(
        network=network,
        month=month,
        known_until=date(2026, 10, 1),
        edition="e",
        facts_hash="h",
        created_at=AT,
        summary={},
    )


def divide(
    region: CareRegion, closed: Closing, name: str, uzovi: str, partners: dict[str, int]
) -> None:
    total = sum(partners.values()) + 10_000
    product = ClosedProduct.objects.create(
        closing=closed,
        key=f"{name}-{closed.pk}",
        pregnancy=getattr(region, name),
        product="prenatal",
        phase=1,
        insurer=Insurer.objects.get(uzovi=uzovi),
        claimable_on=date(2026, 8, 1),
        total_cents=total,
        cents=total,
        is_correction=False,
        explanation={},
    )
    leaf = {"product": product, "rule": "division", "reason": "fixed_share"}
    Share.objects.create(**leaf, kind="overhead", cents=4_000)
    Share.objects.create(**leaf, kind="reserve", discipline="midwives", cents=6_000)
    for partner, cents in partners.items():
        organisation = region.organisations[partner]
        Share.objects.create(
            **leaf,
            kind="partner",
            discipline=organisation.discipline,
            organisation=organisation,
            cents=cents,
        )


def seen(here: Workplace) -> tuple[set[str], set[str], int]:
    """Return the months, the keys of products, and the cents of shares that are seen."""
    months = set(closings_for(here).values_list("month", flat=True))
    keys = {key.split("-")[0] for key in closed_products_for(here).values_list("key", flat=True)}
    return months, keys, sum(shares_for(here).values_list("cents", flat=True))


@pytest.mark.parametrize("role", sorted(WHOLE_NETWORK_ROLES))
def test_the_offices_see_all_of_their_network(region: CareRegion, role: Role) -> None:
    assert seen(working(role, network=region.network)) == (EVERYTHING, {"noor", "saskia"}, 170_000)


def test_a_partner_sees_its_own_shares(region: CareRegion) -> None:
    def administrator(name: str) -> Workplace:
        organisation: Organisation = region.organisations[name]
        return working(Role.PRACTICE_ADMINISTRATOR, organisation=organisation)

    assert seen(administrator("zee")) == ({"2026-08"}, {"noor"}, 20_000)
    assert seen(administrator("duin")) == ({"2026-09"}, {"saskia"}, 60_000)
    assert seen(administrator("linde")) == ({"2026-07", "2026-08"}, {"noor"}, 75_000)
    assert seen(administrator("kraam")) == (set(), set(), 0)


def test_a_representative_sees_the_shares_of_the_discipline(region: CareRegion) -> None:
    here = working(Role.REPRESENTATIVE, network=region.network, discipline="midwives")
    assert seen(here) == (EVERYTHING, set(), 70_000 + 60_000 + 2 * 6_000)


def test_a_purchaser_sees_the_products_of_its_insurer(region: CareRegion) -> None:
    insurer = Insurer.objects.get(uzovi="9101")
    here = working(Role.PURCHASER, network=region.network, insurer=insurer)
    assert seen(here) == (set(), {"noor"}, 0)
    assert closed_products_for(here).count() == 1


@pytest.mark.parametrize("role", sorted(CARE_ROLES))
def test_care_sees_no_money(region: CareRegion, role: Role) -> None:
    assert seen(working(role, organisation=region.organisations["linde"])) == (set(), set(), 0)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.QUALITY_OFFICER, Role.CHAIR])
def test_other_roles_see_no_money(region: CareRegion, role: Role) -> None:
    assert seen(working(role, network=region.network)) == (set(), set(), 0)
