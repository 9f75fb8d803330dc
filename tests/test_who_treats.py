"""A region that was loaded and derived has its treatment relations, without another command."""

import pytest
from django.db.models import Exists, OuterRef

from ooievaar.bundles.models import Disposition
from ooievaar.record.models import CareActivity, PregnancyVersion, TreatmentRelation
from tests.conftest import SimulatedRegion

pytestmark = pytest.mark.django_db


def by_care(pregnancy: str, organisation: str) -> Exists:
    return Exists(
        TreatmentRelation.objects.filter(
            basis="care",
            pregnancy_id=OuterRef(pregnancy),
            organisation_id=OuterRef(organisation),
        )
    )


def test_whoever_cared_treats_also_when_the_rules_had_to_match(
    simulated_region: SimulatedRegion,
) -> None:
    linked = CareActivity.objects.filter(pregnancy__isnull=False, withdrawal__isnull=True)
    assert linked.exists()
    assert not linked.exclude(by_care("pregnancy_id", "organisation_id")).exists()
    matched = Disposition.objects.filter(
        pregnancy__isnull=False, activity__pregnancy__isnull=True, activity__withdrawal__isnull=True
    )
    assert matched.exists()
    assert not matched.exclude(by_care("pregnancy_id", "activity__organisation_id")).exists()


def test_every_pregnancy_is_treated_by_whoever_did_the_first_intake(
    simulated_region: SimulatedRegion,
) -> None:
    newest = PregnancyVersion.objects.filter(pregnancy_id=OuterRef("pregnancy_id"))
    newest_id = newest.order_by("-recorded_on", "-pk").values("pk")[:1]
    intakes = PregnancyVersion.objects.filter(pk=newest_id)
    assert intakes.exists()
    assert not intakes.exclude(by_care("pregnancy_id", "first_intake_organisation_id")).exists()
