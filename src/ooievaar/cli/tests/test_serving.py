"""The doors of the demo: what is refused before any long work, and what counts as a region."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ooievaar.cli import serving


@pytest.fixture
def app() -> typer.Typer:
    built = typer.Typer()
    serving.register(built)
    return built


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_taken_port_is_told_in_one_line_before_any_work(
    app: typer.Typer, taken_port: int, command: str, tmp_path: Path
) -> None:
    folder = ["--data", str(tmp_path / "nieuw")] if command == "demo" else []
    result = CliRunner().invoke(app, [command, "--port", str(taken_port), *folder])
    assert result.exit_code == 2
    assert result.output.count("\n") == 1
    assert f"Poort {taken_port} is niet vrij" in result.output
    assert not (tmp_path / "nieuw").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "ooievaar.example"])
def test_other_computers_are_kept_out_unless_behind_tls(app: typer.Typer, host: str) -> None:
    result = CliRunner().invoke(app, ["serve", "--host", host])
    assert result.exit_code == 2
    assert "achter TLS" in result.output


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_addresses_of_this_computer_are_fine(host: str) -> None:
    serving.refuse_other_machines(host)


def test_an_empty_folder_and_an_empty_database_hold_no_region(tmp_path: Path) -> None:
    database = tmp_path / "ooievaar.sqlite3"
    assert not serving.holds_a_region(database)
    database.touch()
    assert not serving.holds_a_region(database)


@pytest.mark.parametrize("table", ["network_network", "record_woman"])
def test_one_network_or_one_woman_is_a_region_that_stays(tmp_path: Path, table: str) -> None:
    database = tmp_path / "ooievaar.sqlite3"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} (id INTEGER)")
        assert not serving.holds_a_region(database)
        connection.execute(f"INSERT INTO {table} VALUES (1)")
        connection.commit()
        assert serving.holds_a_region(database)


def test_a_file_that_is_no_database_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "ooievaar.sqlite3"
    database.write_text("iets heel anders, van iemand anders")
    with pytest.raises(typer.Exit) as refused:
        serving.holds_a_region(database)
    assert refused.value.exit_code == 2
    assert "niet te lezen" in capsys.readouterr().err
    assert database.read_text().startswith("iets heel anders")


def test_what_was_built_takes_its_place_and_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    building = tmp_path / serving.BUILDING
    building.mkdir()
    (building / serving.DATABASE).write_text("nieuw")
    (tmp_path / serving.DATABASE).write_text("leeg")
    (tmp_path / f"{serving.DATABASE}-wal").write_text("van het lege")
    serving.move_into_place(building, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [serving.DATABASE]
    assert (tmp_path / serving.DATABASE).read_text() == "nieuw"


def test_the_last_month_that_is_over_is_left_to_people() -> None:
    months = serving.months_to_close(date(2025, 1, 1), date(2026, 11, 23))
    assert (months[0], months[-1], len(months)) == ("2025-01", "2026-09", 21)
    assert serving.months_to_close(date(2025, 1, 1), date(2027, 1, 1))[-1] == "2026-11"
    assert serving.months_to_close(date(2025, 1, 1), date(2026, 11, 1))[-1] == "2026-09"


def test_the_months_of_two_years_follow_each_other() -> None:
    months = list(serving.months_between(date(2025, 1, 1), date(2027, 1, 1)))
    assert len(months) == 24
    assert months[0] == "2025-01"
    assert months[11:13] == ["2025-12", "2026-01"]
    assert months[-1] == "2026-12"
