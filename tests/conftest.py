"""A simulated region for the tests that need many different women at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

UNTIL = date(2026, 11, 1)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SimulatedRegion:
    """The network and its derivation, with what happened and was known before `until`."""

    network_id: int
    derivation_id: int
    until: date = UNTIL


@pytest.fixture(scope="module")
def simulated_region(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[SimulatedRegion]:
    """Simulate forty births a year, load and derive them; gone again after the module."""
    from ooievaar.bundles.commands import derive_network
    from ooievaar.network.models import Network
    from ooievaar.simulator.commands import simulate_region

    with django_db_blocker.unblock(), transaction.atomic():
        simulate_region(births=40, report=lambda _: None)
        network = Network.objects.get()
        result = derive_network(network, until=UNTIL, known_until=UNTIL, now=NOW)
        yield SimulatedRegion(network.pk, result.derivation.pk)
        transaction.set_rollback(True)
