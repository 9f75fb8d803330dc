"""What was done is seen in the plan, in whichever of her two records it stands."""

from datetime import date

import pytest

from ooievaar.pathways import queries
from ooievaar.pathways.tests.planned_region import PlannedRegion
from ooievaar.record.models import CareActivity, Pregnancy, Woman
from ooievaar.record.tests.care_region import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> PlannedRegion:
    return PlannedRegion()


def loose(region: PlannedRegion, woman: Woman, day: date) -> CareActivity:
    """Add a check that its source linked to no pregnancy."""
    return CareActivity.objects.create(
        woman=woman,
        organisation=region.organisations["linde"],
        code="V-CON",
        performed_on=day,
        source="file",
        source_reference=f"{woman.pk}-{day}",
        recorded_on=day,
    )


def status(pregnancy: Pregnancy) -> list[str]:
    """Return how the check at 34 weeks stands, by both of the queries."""
    plans = [queries.plan_of(pregnancy.pk, AT), queries.plans_for([pregnancy.pk], AT)[pregnancy.pk]]
    return [next(item.status for item in plan.items if item.key == "check_34") for plan in plans]


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_check_that_stands_in_her_other_record_was_done(
    region: PlannedRegion, is_kept: bool
) -> None:
    other = Woman.objects.create(reference="W-Noortje", name="Noortje")
    loose(region, other, date(2026, 9, 28))
    assert status(region.noor) == ["due", "due"]
    merged, kept = (other, region.noor.woman) if is_kept else (region.noor.woman, other)
    merged.same_as = kept
    merged.save()
    assert status(region.noor) == ["done", "done"]
    merged.same_as = None
    merged.save()
    assert status(region.noor) == ["due", "due"], "and splitting them loses nothing"


def test_of_three_records_each_tells(region: PlannedRegion) -> None:
    kept = Woman.objects.create(reference="W-kept", name="Noor")
    third = Woman.objects.create(reference="W-third", name="Noor", same_as=kept)
    Woman.objects.filter(pk=region.noor.woman_id).update(same_as=kept)
    loose(region, third, date(2026, 9, 28))
    assert status(region.noor) == ["done", "done"]


def test_what_is_linked_to_another_pregnancy_of_hers_is_not_of_this_one(
    region: PlannedRegion,
) -> None:
    again = region.pregnancy("Noortje", "linde")
    region.act(again, "linde", "V-CON", date(2026, 9, 28))
    Woman.objects.filter(pk=again.woman_id).update(same_as=region.noor.woman)
    assert status(region.noor) == ["due", "due"]
    assert status(again) == ["done", "done"]
