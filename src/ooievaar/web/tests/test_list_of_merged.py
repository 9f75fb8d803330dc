"""Her name in the list of pregnancies, where she has two records: as on her banner."""

import pytest
from django.test import Client

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    made = CareRegion()
    made.pregnancy("Noortje", "linde")
    relate_from_care()
    Woman.objects.filter(name="Noortje").update(same_as=Woman.objects.get(name="Noor"))
    return made


def names(region: CareRegion, more: str = "", role: Role = Role.MIDWIFE) -> list[str]:
    """Return the names in the saved list, with the reference before each."""
    client = come_in(Client(), position(role, organisation=region.organisations["linde"]))
    saved = client.get(f"/zwangeren/?uitvoer=csv&kolommen=referentie,naam{more}")
    lines = b"".join(saved.streaming_content).decode("utf-8-sig").split()
    return [line.replace('"', "") for line in lines[1:]]


def test_both_pregnancies_stand_under_the_name_that_was_kept(region: CareRegion) -> None:
    for role in (Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR):
        assert sorted(names(region, role=role)) == ["Z-Noor;Noor", "Z-Noortje;Noor"]


def test_a_kept_record_without_a_name_is_completed(region: CareRegion) -> None:
    Woman.objects.filter(name="Noor").update(name="")
    assert sorted(names(region)) == ["Z-Noor;Noortje", "Z-Noortje;Noortje"]


def test_in_order_of_that_name(region: CareRegion) -> None:
    """Noortje is read as Anna: she comes before Bep, and who has no name comes last."""
    kept = Woman.objects.create(reference="W-Anna", name="Anna")
    Woman.objects.filter(name="Noortje").update(same_as=kept)
    Woman.objects.filter(name="Noor").update(name="Bep")
    region.pregnancy("", "linde")
    relate_from_care()
    region.act(Pregnancy.objects.get(reference="Z-"), "linde", "V-CON")
    relate_from_care()
    assert names(region, "&sorteer=naam") == ["Z-Noortje;Anna", "Z-Noor;Bep", "Z-;"]
    assert names(region, "&sorteer=-naam")[:2] == ["Z-Noor;Bep", "Z-Noortje;Anna"]
