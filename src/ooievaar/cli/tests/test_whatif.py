"""`ooievaar whatif`, as somebody at a terminal sees it."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click.testing import Result
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker
from typer.testing import CliRunner

from ooievaar.cli import whatif
from ooievaar.kernel.faults import InputRejected
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.tests.world import Year

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Year]:
    """A region of which 2025 is closed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Year().closed()
        transaction.set_rollback(True)


def run(*words: object) -> Result:
    app = typer.Typer()
    whatif.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["whatif", *map(str, words)])


@pytest.fixture
def file(year: Year, tmp_path: Path) -> Path:
    text = year.text(
        ("verloskundigen: 55 %", "verloskundigen: 60 %"), ("ziekenhuis: 30 %", "ziekenhuis: 25 %")
    )
    path = tmp_path / "anders.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_prints_who_loses_first_and_keeps_nothing(year: Year, file: Path) -> None:
    result = run("--agreement", file)
    assert result.exit_code == 0, result.output
    first = next(line for line in result.output.splitlines() if "€ -57,90" in line)
    assert first.split()[0] == "Ziekenhuis"
    assert "Verdeeld in de afsluitingen van 2025" in result.output
    assert not Scenario.objects.exists()


def test_it_gives_json_and_csv_and_keeps_what_is_asked_to_be_kept(year: Year, file: Path) -> None:
    told = json.loads(run("--agreement", file, "--json", "--bewaar", "Meer prenataal").output)
    assert told["year"] == 2025 and told["cents"] == [468_020, 468_020]
    assert Scenario.objects.get().title == "Meer prenataal"
    rows = list(
        csv.DictReader(io.StringIO(run("--agreement", file, "--csv").output), delimiter=";")
    )
    assert rows[0]["organisatie"] == "Ziekenhuis" and rows[0]["verschil_centen"] == "-5790"


def test_what_is_wrong_is_told_with_file_and_line(year: Year, tmp_path: Path) -> None:
    path = tmp_path / "tarief.csv"
    path.write_text("contract;product;cents\nniemand;prenatal;12,5\n", encoding="utf-8")
    result = run("--tariffs", path)
    assert result.exit_code == 2
    assert "tarief.csv, regel 2, contract" in result.output
    assert "tarief.csv, regel 2, cents" in result.output
    result = run("--tariffs", path, "--year", 2026)
    assert result.exit_code == 2 and "--year: gevonden 2026" in result.output
    with pytest.raises(InputRejected):
        whatif.whatif(as_json=True, as_csv=True)
