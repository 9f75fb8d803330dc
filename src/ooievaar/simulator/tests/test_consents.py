"""Most women agree to sharing, a few object to one organisation; the same seed says the same."""

import pytest

from ooievaar.record.models import Consent, TreatmentRelation, Woman
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.consents import simulate_consents

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> None:
    simulate_region(births=150, report=lambda _: None)


def test_what_women_say(region: None) -> None:
    women = Woman.objects.count()
    agreed = Consent.objects.filter(is_given=True, source=None, recipient=None)
    objected = Consent.objects.filter(is_given=False, source=None)
    assert agreed.count() + objected.count() == Consent.objects.count()
    assert agreed.values("woman_id").distinct().count() == agreed.count()
    assert 0.97 * women < agreed.count() < women
    assert 0 < objected.count() < 0.06 * women
    for one in objected:
        treating = TreatmentRelation.objects.filter(pregnancy__woman_id=one.woman_id)
        assert one.recipient_id in set(treating.values_list("organisation_id", flat=True))
        assert agreed.filter(woman_id=one.woman_id).exists()


def test_the_same_seed_says_the_same_so_said_again_it_adds_nothing(region: None) -> None:
    before = Consent.objects.count()
    assert simulate_consents(seed=1) == 0
    assert simulate_consents(seed=2) > 0
    assert Consent.objects.count() > before
