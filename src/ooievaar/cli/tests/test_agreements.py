"""`ooievaar agreement`, as somebody at a terminal sees it."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar.cli import agreements
from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.queries import agreement_of
from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.tests.region import AT, Region
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.kernel.faults import InputRejected

pytestmark = pytest.mark.django_db


def run(*words: object) -> Result:
    app = typer.Typer()
    agreements.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["agreement", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "verdeling.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def region() -> Region:
    """The text of the tests is in force here."""
    region = Region()
    version = commands.store_version(region.network, TEXT, 1, person=region.writer, at=AT)
    commands._store_rows(version, agreement_of(version))
    return region


def test_a_sound_text_is_checked_with_its_examples(file: Path) -> None:
    result = run("check", file)
    assert result.exit_code == 0, result.output
    assert "goed  Een gewone zwangerschap" in result.output
    assert "verdeling.yaml: in orde." in result.output


def test_a_failing_example_is_told_in_euros(file: Path) -> None:
    file.write_text(changed(("De Eerste Stap: € 342,22", "De Eerste Stap: € 400,00")), "utf-8")
    result = run("check", file)
    assert result.exit_code == 1
    assert "De Eerste Stap: € 400,00 in de tekst, € 342,22 volgens de verdeling" in result.output


def test_faults_name_line_and_key(file: Path) -> None:
    file.write_text(changed(("geldt_vanaf: 2026-01-01", "geldt_vanaf: morgen")), "utf-8")
    result = run("check", file)
    assert result.exit_code == 2
    assert "verdeling.yaml, regel 3, geldt_vanaf: gevonden 'morgen'" in result.output


def test_a_text_is_checked_against_a_network(file: Path, region: Region) -> None:
    assert run("check", file, "--network", "IGO Waterland").exit_code == 0
    file.write_text(changed(('"08999001"', '"08999019"')), "utf-8")
    result = run("check", file, "--network", "IGO Waterland")
    assert result.exit_code == 2 and "een AGB-code die hier bekend is" in result.output


def test_the_schema_is_json() -> None:
    assert "partijen" in json.loads(run("schema").output)["properties"]


def test_a_text_is_read_aloud(file: Path) -> None:
    output = run("show", file).output
    assert "Wie meedoet" in output
    assert "  Van prenataal is het vaste aandeel van ziekenhuis 30 %." in output


def test_what_holds_on_a_day_is_read_and_written(region: Region, tmp_path: Path) -> None:
    assert "Verdeelafspraak 2026" in run("show", "--day", "2026-05-01").output
    out = tmp_path / "volgende.yaml"
    assert run("write", "--day", "2026-05-01", "--out", out).exit_code == 0
    assert read_agreement(out.name, out.read_text("utf-8")) == read_agreement("tekst", TEXT)
    refused = run("write", "--day", "2026-05-01", "--out", out)
    assert isinstance(refused.exception, InputRejected)
    beside = run("show", "--day", "2025-05-01")
    assert isinstance(beside.exception, InputRejected)
    assert "geen verdeelafspraak" in str(beside.exception.faults[0])


def test_all_versions_are_listed(region: Region) -> None:
    output = run("show", "--all").output
    assert "Verdeelafspraak 2026" in output and "Versie" in output
