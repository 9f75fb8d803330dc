"""How much of the income is still divided as the old system would have paid it."""

import pytest

from ooievaar.contracts.models import DisciplineShare, ProductRule
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.settlement.old_way import old_way
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    """A region in which natal care alone still goes as it did."""
    made = Region()
    DisciplineShare.objects.filter(agreement=made.agreement, product="natal").delete()
    ProductRule.objects.create(agreement=made.agreement, product="natal", method="mono_pro_rata")
    return made


def test_nothing_is_told_before_a_month_was_closed(region: Region) -> None:
    assert old_way(working(Role.CONTROLLER, network=region.network), region.network.pk) is None


def test_each_sees_it_of_the_income_that_is_its_own_to_see(
    region: Region, django_assert_num_queries
) -> None:
    region.usual_care()
    region.close("2025-06")
    controller = working(Role.CONTROLLER, network=region.network)
    with django_assert_num_queries(2):
        found = old_way(controller, region.network.pk)
    # 90.001 less 3,5 % went by mono value, to Zuid who attended the birth.
    assert (found.months, found.cents) == (("2025-06",), 86_851)
    assert found.part_ppm == 86_851 * 1_000_000 // found.total_cents
    south = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.south)
    assert old_way(south, region.network.pk).cents == 86_851
    home = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.home)
    assert (old_way(home, region.network.pk).cents, old_way(home, region.network.pk).part_ppm) == (
        0, 0,
    )  # fmt: skip
    hospital = working(Role.REPRESENTATIVE, network=region.network, discipline="hospital")
    assert old_way(hospital, region.network.pk).cents == 0


def test_only_the_newest_months_of_the_network_count(region: Region) -> None:
    region.usual_care()
    for month in ("2025-06", "2025-07", "2025-08", "2025-09"):
        region.close(month)
    controller = working(Role.CONTROLLER, network=region.network)
    found = old_way(controller, region.network.pk)
    assert found.months == ("2025-07", "2025-08", "2025-09") and found.cents == 0
    other = Network.objects.create(kind="igo", name="IGO Elders")
    assert old_way(working(Role.CONTROLLER, network=other), other.pk) is None
    assert old_way(working(Role.CONTROLLER, network=other), region.network.pk) is None
