"""Who stands on the banner where she has two records: one woman, by all that is known of her."""

from datetime import date

import pytest

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.banner import Banner, banner_for
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db
BORN = date(1994, 3, 12)


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def again(region: CareRegion) -> Pregnancy:
    """Return the pregnancy in the record that the hospital made anew, without her BSN."""
    made = region.pregnancy("Noortje", "linde")
    relate_from_care()
    Woman.objects.filter(pk=made.woman_id).update(birth_date=None)
    Woman.objects.filter(pk=region.noor.woman_id).update(bsn="111222333")
    return made


def banner(region: CareRegion, pregnancy: Pregnancy) -> Banner:
    found = banner_for(region.carer("linde"), pregnancy.pk, AT)
    assert found is not None
    return found


def who(region: CareRegion, pregnancy: Pregnancy) -> tuple[str, date | None, str]:
    found = banner(region, pregnancy)
    return found.name, found.birth_date, found.masked_bsn[-3:]


def test_a_merged_record_shows_who_she_is(region: CareRegion, again: Pregnancy) -> None:
    assert who(region, again) == ("Noortje", None, "")
    Woman.objects.filter(pk=again.woman_id).update(same_as=region.noor.woman)
    assert who(region, again) == who(region, region.noor) == ("Noor", BORN, "333")


def test_the_kept_record_is_completed_from_the_other(region: CareRegion, again: Pregnancy) -> None:
    """The other way round: what was kept has neither her birth date nor her BSN."""
    Woman.objects.filter(pk=region.noor.woman_id).update(same_as=again.woman)
    assert who(region, again) == who(region, region.noor) == ("Noortje", BORN, "333")


def test_a_third_record_completes_her_too(region: CareRegion, again: Pregnancy) -> None:
    kept = Woman.objects.create(reference="W-kept")
    for pregnancy in (again, region.noor):
        Woman.objects.filter(pk=pregnancy.woman_id).update(same_as=kept)
    assert who(region, again)[1:] == (BORN, "333")


def test_who_may_not_know_her_learns_nothing_by_it(region: CareRegion, again: Pregnancy) -> None:
    Woman.objects.filter(pk=again.woman_id).update(same_as=region.noor.woman)
    found = banner_for(working(Role.CONTROLLER, network=region.network), again.pk, AT)
    assert found is not None
    assert (found.name, found.birth_date, found.masked_bsn) == ("", None, "")
