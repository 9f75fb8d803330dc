"""`ooievaar region`, as somebody at a terminal sees it."""

import csv
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar.cli import region
from ooievaar.cli.faults import SHOWN
from ooievaar.exchange.tests.region_rows import tiny_region, write_csvs
from ooievaar.network.models import Organisation


def run(*words: str) -> Result:
    app = typer.Typer()
    region.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["region", *words])


@pytest.mark.django_db
def test_a_newcomer_writes_the_form_and_reads_it(tmp_path: Path) -> None:
    folder = str(tmp_path / "regio")
    result = run("template", folder)
    assert result.exit_code == 0, result.output
    assert "17 bestanden geschreven" in result.output
    result = run("import", folder)
    assert result.exit_code == 0, result.output
    assert "activities: 2 rijen opgeslagen" in result.output
    result = run("import", folder)
    assert "Alles was er al; er is niets veranderd." in result.output


@pytest.mark.django_db
def test_faults_end_with_status_two_and_all_of_them_go_to_a_file(tmp_path: Path) -> None:
    rows = tiny_region()
    rows["women"] += [{**rows["women"][0], "reference": f"W-{i}", "bsn": "1"} for i in range(60)]
    folder = write_csvs(rows, tmp_path / "regio")
    result = run("import", str(folder), "--faults", str(tmp_path / "fouten.csv"))
    assert result.exit_code == 2
    assert "women.csv, regel 3, bsn: gevonden ******1; verwacht negen cijfers" in result.output
    assert f"... en nog {60 - SHOWN} fouten." in result.output
    assert "60 fout(en); er is niets opgeslagen." in result.output
    with (tmp_path / "fouten.csv").open(encoding="utf-8") as file:
        written = list(csv.reader(file, delimiter=";"))
    assert len(written) == 61
    assert written[1][:3] == ["women.csv", "3", "bsn"]
    assert not Organisation.objects.exists()
