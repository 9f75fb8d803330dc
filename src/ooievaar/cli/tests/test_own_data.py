"""A region agrees its own ranges and what counts as what, without touching the package."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ooievaar.cli.main import app
from ooievaar.cli.own_data import register
from ooievaar.pathways import thresholds
from ooievaar.record.entries.dictionary import loading

DAY = date(2026, 3, 1)
if not any(group.name == "own" for group in app.registered_groups):
    register(app)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "eigen"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["own", *words])
    return result.exit_code, result.output


def weight(folder: Path) -> tuple[Decimal, Decimal]:
    element = loading._load(loading.FOLDER, folder / "elementen").element("weight", DAY)
    assert element is not None and element.plausible is not None
    return element.plausible


def test_a_region_widens_a_range(folder: Path) -> None:
    assert weight(folder) == (45, 130)
    code, told = run("copy", "ranges.yaml")
    assert code == 0 and "ranges.yaml" in told
    own = folder / "elementen" / "ranges.yaml"
    own.write_text(
        own.read_text().replace("element: weight, plausible: [45, 130]",
                                "element: weight, plausible: [40, 150]")
    )  # fmt: skip
    assert weight(folder) == (40, 150)
    assert run("check") == (0, "In orde. Van uw regio zelf: ranges.yaml.\n")
    code, told = run("copy", "ranges.yaml")
    assert code == 2 and "een eigen bestand" in told


def test_what_is_wrong_is_told_with_its_line(folder: Path) -> None:
    run("copy", "counts_as.yaml")
    own = folder / "elementen" / "counts_as.yaml"
    own.write_text(own.read_text().replace("form: intake", "form: inname", 1))
    code, told = run("check")
    assert code == 2
    assert "counts_as.yaml" in told and "inname" in told


def test_a_file_that_a_region_cannot_have_is_refused(folder: Path) -> None:
    (folder / "elementen").mkdir(parents=True)
    (folder / "elementen" / "forms.yaml").write_text("forms: []\n")
    code, told = run("check")
    assert code == 2 and "forms.yaml" in told
    code, told = run("copy", "forms.yaml")
    assert code == 2 and "ranges.yaml" in told


def test_a_region_has_its_own_threshold(folder: Path) -> None:
    shipped = thresholds.threshold_on(DAY)
    run("copy", "thresholds.yaml")
    own = folder / "zorgpaden" / "thresholds.yaml"
    own.write_text(own.read_text().replace(f"line_hours: {shipped.line_hours}", "line_hours: 7"))
    assert thresholds.threshold_on(DAY).line_hours == 7
