"""A region of its own that claims for months, and is gone again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.db import transaction
from django.test import override_settings

from ooievaar.bundles.snapshot import read_snapshot
from ooievaar.cli.claims_year import open_counter
from ooievaar.cli.demo_people import (
    CLAIMS_ROLES,
    MONEY_ROLES,
    add_demo_people,
    add_representatives,
)
from ooievaar.cli.serving import first_instant, months_between
from ooievaar.cli.settled_year import open_books
from ooievaar.kernel.period import month_period
from ooievaar.network.models import Network
from ooievaar.settlement.commands import close_month
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.year import ClaimsYear, live_through
from ooievaar.simulator.settled import SettledYear

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


@contextmanager
def settling(
    folder: Path, rates: InsuranceRates, *, births: int, until: date
) -> Iterator[tuple[ClaimsYear, SettledYear]]:
    """Begin a region of its own that claims and settles, before its first month; gone afterwards.

    Its clock stands at `until`.
    """
    with transaction.atomic(), override_settings(DATA=folder):
        simulate_region(births=births, start=START, report=lambda _: None)
        network = Network.objects.get()
        people = add_demo_people(network, START, until, only=MONEY_ROLES)
        speakers = add_representatives(network, START, until)
        year = open_counter(network, people, SEED, until, rates)
        books = open_books(network, [*people, *speakers], START, until)
        yield year, books
        transaction.set_rollback(True)


def months_settled(year: ClaimsYear, books: SettledYear, until: date) -> Iterator[str]:
    """Close, claim and settle every month that is over by then, and yield each when it was lived.

    The last one is not paid yet.
    """
    snapshot = read_snapshot(year.network)
    months = [month for month in months_between(START, until) if month_period(month).until < until][
        :-1
    ]
    for month in months:
        after = month_period(month).until
        snapshot = year.refreshed(snapshot)
        closed = close_month(
            year.network,
            month,
            known_until=after,
            now=first_instant(after),
            snapshot=snapshot,
            beside=year.read,
        )
        assert closed.closing is not None, closed.proof
        year.live(month, until)
        books.live(month, until, is_paid=month != months[-1])
        yield month
