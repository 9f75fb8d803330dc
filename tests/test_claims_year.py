"""A region claims for a year while everything goes wrong; in the end both books say the same."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.claims.models import (
    Batch,
    BatchStep,
    ClaimFile,
    ClaimLine,
    LineEvent,
    LineStanding,
    LineState,
    Payment,
    Proposal,
    Touch,
)
from ooievaar.cli.claims_year import open_counter
from ooievaar.cli.demo_people import CLAIMS_ROLES, add_demo_people
from ooievaar.cli.serving import months_between
from ooievaar.network.models import Network
from ooievaar.record.models import CoverageChange, IdentityChange
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.insurance.burden import burden_lines, measure_burden
from ooievaar.simulator.insurance.proof import compare_books
from ooievaar.simulator.insurance.rates import DEFAULT, EVERY_FAULT, InsuranceRates
from ooievaar.simulator.insurance.year import ClaimsYear, live_through

START, UNTIL = date(2025, 1, 1), date(2026, 7, 1)
BORN, SEED = 30, 4


@contextmanager
def lived(
    folder: Path, rates: InsuranceRates, *, births: int = BORN, until: date = UNTIL
) -> Iterator[ClaimsYear]:
    """Let a region of its own claim, month after month; gone again afterwards."""
    from django.test import override_settings

    with transaction.atomic(), override_settings(DATA=folder):
        simulate_region(births=births, start=START, report=lambda _: None)
        network = Network.objects.get()
        people = add_demo_people(network, START, until, only=CLAIMS_ROLES)
        year = open_counter(network, people, SEED, until, rates)
        live_through(year, months_between(START, date(until.year, until.month - 1, 1)), until)
        yield year
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def year(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ClaimsYear]:
    with django_db_blocker.unblock(), lived(tmp_path_factory.mktemp("jaar"), EVERY_FAULT) as year:
        yield year


def test_in_the_end_the_insurers_books_and_ours_agree_to_the_cent(year: ClaimsYear) -> None:
    agreement = compare_books(year.network, year.other_side)
    assert agreement.holds, agreement.differences[:5]
    sums = LineStanding.objects.filter(line__is_credit=False).aggregate(Sum("granted_cents"))
    assert sum(side.granted_cents for side in agreement.ours.values()) > 10_000_000
    assert sums["granted_cents__sum"] > sum(s.granted_cents for s in agreement.ours.values())
    assert year.other_side.portal.faults == []


def test_nothing_remains_of_what_was_claimed(year: ClaimsYear) -> None:
    found = list(balance_of(year.network))
    assert found
    for insurer in found:
        assert [one.remainder for one in insurer.balances] == [0] * len(insurer.balances), insurer


def test_every_fault_came_by(year: ClaimsYear) -> None:
    states = Counter(LineEvent.objects.values_list("state", flat=True))
    for state in ("REFUSED_BY_PORTAL", "REFUSED_BY_INSURER", "GRANTED_IN_PART", "CREDITED", "PAID"):
        assert states[LineState[state]] > 3, (state, states)
    refused = year.channel.path / "in" / "geweigerd"
    kinds = Counter(path.name.split("_")[0] for path in refused.iterdir())
    assert min(kinds["stuk"], kinds["vreemd"]) > 0, kinds
    again = [p for p in (year.channel.path / "in" / "verwerkt").iterdir() if "nogmaals" in p.name]
    assert again, "a return that came twice"
    answered = list(
        BatchStep.objects.filter(state=BatchStep.State.ANSWERED)
        .order_by("at", "pk")
        .values_list("batch__insurer", "batch__month")
    )
    assert any(
        month < max((m for i, m in answered[:n] if i == insurer), default="")
        for n, (insurer, month) in enumerate(answered)
    ), "no answer came out of order"
    assert Payment.objects.values("batch").distinct().count() < Payment.objects.count()
    assert CoverageChange.objects.exists() and IdentityChange.objects.exists()
    assert set(year.administrator.done) >= {
        "not_insured: correct_insurer", "no_answer: ring", "unpaid: ring", "tariff: credit",
    }  # fmt: skip


def test_nothing_reached_an_insurer_twice(year: ClaimsYear) -> None:
    codes = {
        code
        for books in year.other_side.books.values()
        for line in books.lines.values()
        for code in line.codes
    }
    assert codes.isdisjoint({"0587", "0631", "8062", "0030"}), codes
    paid = Counter[tuple[str, str]]()
    for books in year.other_side.books.values():
        paid.update((books.uzovi, line.row.reference) for line in books.lines.values())
    assert max(paid.values()) == 1
    assert ClaimFile.objects.count() == year.happened["files"]


def test_a_cent_in_the_insurers_books_is_seen(year: ClaimsYear) -> None:
    books = next(iter(year.other_side.books.values()))
    line = next(
        line
        for line in books.lines.values()
        if line.granted_cents and line.invoice in year.other_side.arrived
    )
    line.granted_cents += 1
    try:
        (difference,) = compare_books(year.network, year.other_side).differences
        assert line.row.reference in difference
    finally:
        line.granted_cents -= 1
    gone = books.payments.pop()
    try:
        assert not compare_books(year.network, year.other_side).holds
    finally:
        books.payments.append(gone)


def test_the_handwork_is_told_with_what_it_was_for(year: ClaimsYear) -> None:
    burden = measure_burden(year.network, UNTIL)
    assert (
        sum(burden.fared.values())
        == ClaimLine.objects.filter(is_credit=False, standing__isnull=False)
        .exclude(standing__state=LineState.WITHDRAWN)
        .values("key")
        .distinct()
        .count()
    )
    assert 0 < burden.untouched_ppm < 970_000
    assert burden.touches == Touch.objects.count() > 20
    told = burden_lines(burden)
    assert re.match(r"Last: \d+,\d\d % van \d+ producten", told[0])
    assert "correct_insurer" in told[-1]


@pytest.mark.django_db
def test_at_the_default_rates_97_percent_goes_by_itself(tmp_path: Path) -> None:
    with lived(tmp_path, DEFAULT, births=60) as year:
        assert compare_books(year.network, year.other_side).holds
        burden = measure_burden(year.network, UNTIL)
        assert burden.judged > 250
        assert burden.untouched_ppm >= 970_000, burden_lines(burden)


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_year(tmp_path: Path) -> None:
    told = []
    for number in (1, 2):
        with lived(tmp_path / str(number), EVERY_FAULT, births=15, until=date(2025, 8, 1)) as year:
            rows = LineEvent.objects.order_by("pk").values_list(
                "line__reference", "state", "at", "cause", "granted_cents"
            )
            told.append((list(rows), dict(year.happened), dict(year.administrator.done)))
    assert told[0] == told[1]
    assert len(told[0][0]) > 50


@pytest.mark.django_db
def test_the_last_days_leave_work_for_people(tmp_path: Path) -> None:
    from ooievaar.bundles.commands import derive_network

    with lived(tmp_path, EVERY_FAULT, births=20, until=date(2025, 10, 1)) as year:
        today = date(2025, 10, 20)
        derive_network(
            year.network,
            until=date(2025, 10, 21),
            known_until=date(2025, 10, 21),
            now=next(iter(BatchStep.objects.values_list("at", flat=True))),
        )
        year.finish("2025-09", today)
        newest = {batch.pk: batch.steps.order_by("-pk")[0].state for batch in Batch.objects.all()}
        states = Counter(newest.values())
        assert states[BatchStep.State.PREPARED] == 1
        assert states[BatchStep.State.SENT] > 1
        assert compare_books(year.network, year.other_side).holds
        assert Proposal.objects.filter(action=Proposal.Action.HOLD).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the command makes its own SQLite")
def test_the_command_lives_a_year_and_writes_the_files_of_members(tmp_path: Path) -> None:
    files = tmp_path / "leden"
    words = ["simulate", "--births", "10", "--years", "1", "--claims", "--claim-faults", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "ooievaar.cli", *words, "--member-files", str(files)],
        env=os.environ | {"OOIEVAAR_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "zijn gelijk op de cent" in done.stdout
    assert re.search(r"Last: \d+,\d\d % van \d+ producten", done.stdout)
    assert len(list(files.rglob("*.asc"))) > 50
