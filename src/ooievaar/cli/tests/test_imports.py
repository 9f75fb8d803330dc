"""`ooievaar import`, then `derive` and `explain`, as somebody at a terminal sees it."""

from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar import exchange
from ooievaar.cli import deriving, explaining, imports, region
from ooievaar.exchange.tests.region_rows import tiny_region, write_csvs
from ooievaar.record.models import CareActivity

pytestmark = pytest.mark.django_db

FIXTURES = Path(exchange.__file__).parent / "tests" / "fixtures"
DOSSIERS = [str(FIXTURES / "eerste_lijn.xml"), str(FIXTURES / "tweede_lijn.xml")]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (deriving, explaining):
        monkeypatch.setattr(module.console, "width", 160)


def run(*words: str) -> Result:
    app = typer.Typer()
    for module in (imports, region, deriving, explaining):
        module.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, list(words))


def read_region(tmp_path: Path) -> None:
    folder = write_csvs(tiny_region(), tmp_path / "regio")
    assert run("region", "import", str(folder)).exit_code == 0


def test_kernset_dossiers_are_read_derived_and_explained(tmp_path: Path) -> None:
    read_region(tmp_path)
    providers = tmp_path / "providers.csv"
    providers.write_text("lvr_id;agb\n2001;08000001\n0099;06000001\n")
    words = ["--reference-date", "2025-12-31", "--providers", str(providers), "--insurer", "9001"]
    result = run("import", "kernset", *DOSSIERS, *words)
    assert result.exit_code == 0, result.output
    assert "Let op: zorgaanbieder 0099 (AGB 06000001) is geen lid van een netwerk" in result.output
    assert result.output.rstrip().endswith("K-eerste-1")
    assert "er is niets veranderd" in run("import", "kernset", *DOSSIERS, *words).output
    derived = run("derive")
    assert derived.exit_code == 0, derived.output
    explained = run("explain", "pregnancy", "K-eerste-1")
    assert explained.exit_code == 0, explained.output
    assert "Zwangerschap K-eerste-1" in explained.output
    activity = run("explain", "activity", "kernset:tweede-1/baring")
    assert activity.exit_code == 0, activity.output


def test_what_is_no_kernset_ends_with_status_two(tmp_path: Path) -> None:
    path = tmp_path / "brief.xml"
    path.write_text("<brief/>")
    result = run("import", "kernset", str(path), "--reference-date", "2025-12-31")
    assert result.exit_code == 2
    assert "brief.xml, regel 1: gevonden het element <brief>" in result.output
    assert "er is niets opgeslagen" in result.output


def test_activities_are_read_and_the_same_file_changes_nothing(tmp_path: Path) -> None:
    read_region(tmp_path)
    path = tmp_path / "a.csv"
    path.write_text("reference;woman;organisation_agb;code;performed_on\n"
                    "N-1;V-1;08000001;V-CON;2025-05-01\n")  # fmt: skip
    result = run("import", "activities", str(path))
    assert result.exit_code == 0, result.output
    assert "1 activiteit opgeslagen" in result.output
    assert "al eens ingelezen" in run("import", "activities", str(path)).output
    assert CareActivity.objects.filter(source="activities").count() == 1


def test_bad_rows_are_told_also_when_the_good_ones_are_accepted(tmp_path: Path) -> None:
    read_region(tmp_path)
    path = tmp_path / "a.csv"
    path.write_text("reference;woman;organisation_agb;code;performed_on\n"
                    "N-1;V-1;08000001;V-CON;2025-05-01\n"
                    "N-2;V-1;08000001;V-XX;2025-05-01\n")  # fmt: skip
    result = run("import", "activities", str(path))
    assert result.exit_code == 2
    assert 'a.csv, regel 3, code: gevonden "V-XX"' in result.output
    result = run("import", "activities", str(path), "--accept-good-rows")
    assert result.exit_code == 0
    assert 'a.csv, regel 3, code: gevonden "V-XX"' in result.output
    assert "1 activiteit opgeslagen, 0 al bekend, 1 geweigerd." in result.output
