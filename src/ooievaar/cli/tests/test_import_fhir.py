"""`ooievaar import fhir`, as somebody at a terminal sees it."""

from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar.cli import fhir_report, imports
from ooievaar.network.models import Discipline, Organisation
from ooievaar.record.entries.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir_report.console, "width", 160)
    Organisation.objects.create(agb="06000001", name="Huis", discipline=Discipline.HOSPITAL)


def run(*words: str) -> Result:
    app = typer.Typer()
    imports.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["import", "fhir", *words])


def test_a_dossier_is_read_and_the_report_says_what_has_no_place(
    shared_folder: Path, tmp_path: Path
) -> None:
    folder = shared_folder / "fhir" / "nictiz_stu3" / "Vrouw1-Kaart1"
    file = tmp_path / "niet.csv"
    words = (str(folder), "--organisation", "06000001", "--reference-date", "2026-03-01")
    result = run(*words, "--unplaced", str(file))
    assert result.exit_code == 0, result.output
    assert "33 bestanden gelezen" in result.output
    assert "op zijn plaats" in result.output
    assert "het BSN is afgeschermd" in result.output
    assert Entry.objects.exists()
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "bestand;resource;gegeven;reden"
    assert any("Patient/HANNAHXXX-KOOIJ;identifier[1]" in line for line in lines)
    assert "0 nieuw, 0 gewijzigd" in run(*words).output


def test_what_is_no_fhir_ends_with_status_two(tmp_path: Path) -> None:
    path = tmp_path / "brief.xml"
    path.write_text("<brief/>")
    result = run(str(path), "--organisation", "06000001")
    assert result.exit_code == 2
    assert "brief.xml, regel 1: gevonden het element" in result.output
    assert "er is niets opgeslagen" in result.output
