"""A purchaser sees the contracts of its own insurer; the network's offices all of theirs."""

from datetime import date

import pytest

from ooievaar.contracts.models import Contract
from ooievaar.contracts.permissions import contracts_for
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace

pytestmark = pytest.mark.django_db


@pytest.fixture
def networks() -> list[Network]:
    """Two networks, each with a contract of both insurers."""
    made = [
        Network.objects.create(kind="igo", name=name, agb=agb)
        for name, agb in (("IGO Waterland", "53010001"), ("IGO Elders", "53010002"))
    ]
    for uzovi in ("9101", "9102"):
        insurer = Insurer.objects.create(uzovi=uzovi, name=f"Verzekeraar {uzovi}")
        for network in made:
            Contract.objects.create(
                network=network,
                insurer=insurer,
                reference=f"{network.agb}-{uzovi}",
                valid_from=date(2025, 1, 1),
                regime="correction",
            )
    return made


def references(here: Workplace) -> list[str]:
    return sorted(contracts_for(here).values_list("reference", flat=True))


def test_a_purchaser_sees_its_own_contract_in_its_network(networks: list[Network]) -> None:
    insurer = Insurer.objects.get(uzovi="9102")
    here = working(Role.PURCHASER, network=networks[0], insurer=insurer)
    assert references(here) == ["53010001-9102"]


@pytest.mark.parametrize("role", sorted(WHOLE_NETWORK_ROLES))
def test_the_offices_see_those_of_their_network(networks: list[Network], role: Role) -> None:
    here = working(role, network=networks[1])
    assert references(here) == ["53010002-9101", "53010002-9102"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.QUALITY_OFFICER, Role.CHAIR])
def test_others_see_none(networks: list[Network], role: Role) -> None:
    assert references(working(role, network=networks[0])) == []


@pytest.mark.parametrize("role", [Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR])
def test_a_practice_sees_none(networks: list[Network], role: Role) -> None:
    practice = Organisation.objects.create(agb="08010001", name="Duin", discipline="midwives")
    assert references(working(role, organisation=practice)) == []
