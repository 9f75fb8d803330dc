"""Other years of claiming: at the default rates, once more with the same seed, until today."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from ooievaar.bundles.commands import derive_network
from ooievaar.claims.models import Batch, BatchStep, LineEvent, Proposal
from ooievaar.simulator.insurance.burden import burden_lines, measure_burden
from ooievaar.simulator.insurance.proof import compare_books
from ooievaar.simulator.insurance.rates import DEFAULT, EVERY_FAULT
from tests.claims_year import UNTIL, lived

pytestmark = pytest.mark.django_db


def test_at_the_default_rates_97_percent_goes_by_itself(tmp_path: Path) -> None:
    with lived(tmp_path, DEFAULT, births=60) as year:
        assert compare_books(year.network, year.other_side).holds
        burden = measure_burden(year.network, UNTIL)
        assert burden.judged > 250
        assert burden.untouched_ppm >= 970_000, burden_lines(burden)


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


def test_the_last_days_leave_work_for_people(tmp_path: Path) -> None:
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
