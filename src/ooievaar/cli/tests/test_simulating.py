from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from ooievaar.cli import simulating
from ooievaar.kernel.faults import InputRejected


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.callback()(lambda: None)
    simulating.register(made)
    return made


def test_simulate_writes_parquet_and_says_what(app: typer.Typer, tmp_path: Path) -> None:
    words = ["simulate", "--births", "20", "--years", "1", "--from", "2024-01-01"]
    result = CliRunner().invoke(app, [*words, "--no-load", "--folder", str(tmp_path)])
    assert result.exit_code == 0, result.output
    rows = pq.read_table(tmp_path / "activities.parquet").num_rows
    assert f"activities: {rows} rijen" in result.output
    assert "Klaar" in result.output


def test_a_profile_that_does_not_exist_is_told(app: typer.Typer, tmp_path: Path) -> None:
    words = ["simulate", "--profile", "dorps", "--no-load", "--folder", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, InputRejected)
    assert "regional of urban" in str(result.exception.faults[0])


def test_a_start_that_is_no_day_is_told(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["simulate", "--from", "01-02-2025", "--no-load"])
    assert result.exit_code == 2
    assert "01-02-2025" in result.output


@pytest.mark.django_db
def test_simulate_loads_the_database(app: typer.Typer, tmp_path: Path) -> None:
    from ooievaar.record.models import Woman

    words = ["simulate", "--births", "20", "--years", "1", "--folder", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert Woman.objects.count() > 20
