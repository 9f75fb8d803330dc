"""A region of its own that claims for months, and is gone again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.db import transaction
from django.test import override_settings

from ooievaar.cli.claims_year import open_counter
from ooievaar.cli.demo_people import CLAIMS_ROLES, add_demo_people
from ooievaar.cli.serving import months_between
from ooievaar.network.models import Network
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.year import ClaimsYear, live_through

START, UNTIL = date(2025, 1, 1), date(2026, 7, 1)
BORN, SEED = 30, 4


@contextmanager
def lived(
    folder: Path, rates: InsuranceRates, *, births: int = BORN, until: date = UNTIL
) -> Iterator[ClaimsYear]:
    """Let a region of its own claim, month after month; gone again afterwards."""
    with transaction.atomic(), override_settings(DATA=folder):
        simulate_region(births=births, start=START, report=lambda _: None)
        network = Network.objects.get()
        people = add_demo_people(network, START, until, only=CLAIMS_ROLES)
        year = open_counter(network, people, SEED, until, rates)
        live_through(year, months_between(START, date(until.year, until.month - 1, 1)), until)
        yield year
        transaction.set_rollback(True)
