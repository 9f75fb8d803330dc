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


def test_a_country_is_written_apart_by_region_and_year(app: typer.Typer, tmp_path: Path) -> None:
    words = ["simulate", "--national", "--births", "20", "--regions", "2"]
    result = CliRunner().invoke(app, [*words, "--folder", str(tmp_path / "land")])
    assert result.exit_code == 0, result.output
    found = pq.ParquetDataset(tmp_path / "land" / "activities").read(["activity_id", "region"])
    assert f"samen: {found.num_rows} activiteiten" in result.output
    assert len(set(found["region"].to_pylist())) == 2
    assert len(set(found["activity_id"].to_pylist())) == found.num_rows
    again = CliRunner().invoke(app, [*words, "--folder", str(tmp_path / "land")])
    assert isinstance(again.exception, InputRejected)
    assert "een lege of nieuwe map" in str(again.exception.faults[0])


@pytest.mark.parametrize(
    "words",
    [["--national"], ["--national", "--folder", "x", "--claims"], ["--regions", "2", "--no-load"]],
)
def test_a_country_needs_a_folder_and_no_database(app: typer.Typer, words: list[str]) -> None:
    result = CliRunner().invoke(app, ["simulate", *words])
    assert result.exit_code == 2 and "--national" in result.output


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


def test_until_and_the_scale_belong_to_one_way_of_simulating(app: typer.Typer) -> None:
    for words in (["--until", "3"], ["--check", "--claims"], ["--check", "--births", "9"]):
        assert CliRunner().invoke(app, ["simulate", *words]).exit_code == 2


@pytest.mark.django_db
def test_check_lives_a_seed_and_says_what_it_did(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["simulate", "--check", "--seed", "3", "--until", "2"])
    assert result.exit_code == 0, result.output
    first, second, last = result.output.splitlines()
    assert first.startswith("stap 1: ") and second.startswith("stap 2: ")
    assert last.startswith("Alles klopt: 2 stappen, ")


@pytest.mark.django_db
def test_check_says_what_broke_and_how_to_do_it_again(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ooievaar.simulator.adversary import living

    name = "audit_chain_holds"
    _, area = living.INVARIANTS[name]
    monkeypatch.setitem(living.INVARIANTS, name, (lambda _: iter(["gebogen"]), area))
    result = CliRunner().invoke(app, ["simulate", "--check", "--seed", "3"])
    assert result.exit_code == 1
    assert f"{name}: gebogen" in result.output
    again = "ooievaar simulate --profile regional --seed 3 --until 1 --check"
    assert again in result.output
