"""`ooievaar audit`, as somebody at a terminal sees it."""

import csv
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ooievaar.cli import auditing as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.record.access_log.actors import SYSTEM
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.access_log.tests.events import AT, SANNE, bend, read, unguarded, written
from ooievaar.record.models import Pregnancy, Woman

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path / "data"
    return settings.DATA / "anchors"


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["audit", *words])


def refusal(*words: str) -> str:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    return str(result.exception.faults[0])


def test_a_log_that_holds_says_how_much_was_read() -> None:
    written(3)
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert "Het toegangslog klopt: 3 gebeurtenissen gelezen, 0 ankers bevestigd." in result.output
    assert f"Einde: 3:{AccessEvent.objects.get(number=3).hash}" in result.output


def test_a_log_that_was_bent_names_the_first_number_and_what_is_wrong() -> None:
    written(30)
    unguarded()
    bend("UPDATE {events} SET kind = 'list' WHERE number >= 4")
    result = run("verify")
    assert result.exit_code == 1
    assert "klopt niet: 30 gebeurtenissen gelezen, 27 bevindingen" in result.output
    assert "Het eerste nummer dat niet klopt is 4." in result.output
    assert "  - gebeurtenis 4 is gewijzigd nadat zij was geschreven" in result.output
    assert "... en nog 7." in result.output
    assert run("verify", "--since", "28").output.count("is gewijzigd") == 3


def test_an_anchor_is_printed_to_keep_elsewhere_and_testifies(folder: Path) -> None:
    assert "nog leeg" in run("anchor").output
    written(3)
    first, again = run("anchor"), run("anchor")
    assert first.exit_code == again.exit_code == 0
    line = first.output.strip()
    assert line.endswith(f"3:{AccessEvent.objects.get(number=3).hash}")
    assert "was er al" in again.output and line in again.output
    assert len(list(folder.iterdir())) == 1
    for kept in (line, line.split()[1]):
        result = run("verify", "--anchor", kept)
        assert result.exit_code == 0 and "2 ankers bevestigd" in result.output
    unguarded()
    bend(
        "DELETE FROM {subjects} WHERE event_id = 3",
        "DELETE FROM {events} WHERE number = 3",
    )
    for path in folder.iterdir():
        path.unlink()
    result = run("verify", "--anchor", line)
    assert result.exit_code == 1
    assert "het anker dat elders is bewaard getuigt: het einde is verwijderd" in result.output


def test_no_anchor_is_written_of_a_log_that_was_bent(folder: Path) -> None:
    written(2)
    unguarded()
    bend("UPDATE {events} SET kind = 'list' WHERE number = 2")
    result = run("anchor")
    assert result.exit_code == 1
    assert "gebeurtenis 2 is gewijzigd" in result.output and "geen anker" in result.output
    assert not folder.exists()


@pytest.fixture
def anna() -> Woman:
    anna = Woman.objects.create(reference="W-1", name="Anna Bakker", bsn="111222333")
    Pregnancy.objects.create(woman=anna, reference="Z-1")
    other = Woman.objects.create(reference="W-2", name="Bea Smit")
    append([read(anna.pk), read(anna.pk, other.pk), read(other.pk)], SANNE, AT)
    append([read(anna.pk)], SYSTEM, AT.replace(year=2025))
    return anna


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("reference", ["W-1", "Z-1"])
def test_the_log_of_one_woman_names_no_other(anna: Woman, tmp_path: Path, reference: str) -> None:
    path = tmp_path / "anna.csv"
    result = run("export", "--woman", reference, str(path))
    assert "3 gebeurtenissen in anna.csv" in result.output, result.output
    rows = lines(path)
    assert [row["Number"] for row in rows] == ["1", "2", "4"]
    assert {row["Patients"] for row in rows} == {"W-1"}
    first = rows[0]
    assert (first["EventID"], first["EventActionCode"]) == ("110110", "R")
    assert first["EventDateTime"] == "2026-11-22T09:30:00.123456+00:00"
    assert (first["EventOutcomeIndicator"], first["Controles"]) == ("0", "TTTF")
    assert (first["UserName"], first["RoleIDCode"]) == ("Sanne de Vries", "midwife")
    assert "Anna" not in path.read_text("utf-8") and "111222333" not in path.read_text("utf-8")


def test_the_log_of_one_person_in_a_period(anna: Woman, tmp_path: Path) -> None:
    path = tmp_path / "sanne.csv"
    period = ["--from", "2026-11-22", "--until", "2026-11-23"]
    run("export", "--person", "Sanne de Vries", *period, str(path))
    assert [row["Patients"] for row in lines(path)] == ["W-1", "W-1 W-2", "W-2"]
    empty = tmp_path / "leeg.csv"
    run("export", "--person", "Sanne de Vries", "--until", "2026-11-22", str(empty))
    assert lines(empty) == []


def test_taking_a_part_out_is_an_event(anna: Woman, tmp_path: Path) -> None:
    run("export", "--woman", "W-1", str(tmp_path / "x.csv"))
    event = AccessEvent.objects.get(kind="export")
    assert (event.role, event.women, event.detail) == ("system", [anna.pk], {"shown": 3})
    assert run("verify").exit_code == 0


def test_a_formula_in_a_name_stays_text(tmp_path: Path) -> None:
    from dataclasses import replace

    append([read(1)], replace(SANNE, person_name="=1+1"), AT)
    run("export", "--person", "=1+1", str(tmp_path / "x.csv"))
    assert lines(tmp_path / "x.csv")[0]["UserName"] == "'=1+1"


def test_what_cannot_be_asked_is_refused_in_words(anna: Woman, tmp_path: Path) -> None:
    new = str(tmp_path / "x.csv")
    assert "--woman REFERENTIE of --person NAAM" in refusal("export", new)
    assert "--woman REFERENTIE" in refusal("export", "--woman", "a", "--person", "b", new)
    assert "de referentie van een vrouw" in refusal("export", "--woman", "W-9", new)
    assert "een datum als" in refusal("export", "--woman", "W-1", "--from", "gisteren", new)
    assert "NUMMER:HASH" in refusal("verify", "--anchor", "12")
    Path(new).write_text("van een ander")
    assert "een nieuwe naam" in refusal("export", "--woman", "W-1", new)
    assert Path(new).read_text() == "van een ander"
