"""`ooievaar layout`, as somebody at a terminal sees it."""

import json
from datetime import date

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ooievaar.claims.layouts import known_codes, known_layouts
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.tests.specifications import (
    as_xls,
    as_xlsx,
    made_up_kz301,
    row_number,
    row_of,
    sheets_of,
)
from ooievaar.claims.models import ImportedCodes, ImportedLayout
from ooievaar.cli import layouts
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setattr(layouts.console, "width", 160)


def run(*words) -> Result:
    app = typer.Typer()
    layouts.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["layout", *map(str, words)])


@pytest.fixture
def official(tmp_path):
    path = tmp_path / "KZ301v3.2_BERu5.xls"
    path.write_bytes(as_xls(sheets_of(made_up_kz301())))
    return path


def test_the_official_specification_is_told_and_then_in_force(official):
    Person.objects.create(username="a.bakker")
    dry = run("import", official, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "Begindatum prestatie (DAT001): positie 68-75 wordt 61-68" in dry.output
    assert not ImportedLayout.objects.exists()
    result = run("import", official, "--als", "a.bakker")
    assert result.exit_code == 0, result.output
    assert "KZ301-3.2 geldt vanaf nu, als officiële indeling: ook voor echte" in result.output
    assert ImportedLayout.objects.get().imported_by.username == "a.bakker"
    assert not known_layouts()["KZ301-3.2"].is_provisional
    assert "er is niets veranderd" in run("import", official).output
    assert ImportedLayout.objects.count() == 1


def test_a_workbook_with_a_gap_is_refused_with_its_row_and_nothing_is_stored(tmp_path):
    sheets = sheets_of(shipped()["KZ301-3.2"])
    row_of(sheets, "0410")[8] = 76
    path = tmp_path / "KZ301.xlsx"
    path.write_bytes(as_xlsx(sheets))
    faults = tmp_path / "fouten.csv"
    result = run("import", path, "--faults", faults)
    assert result.exit_code == 2
    assert f"KZ301.xlsx, regel {row_number(sheets, '0410')}, Eindpositie: gevonden een gat" in (
        result.output
    )
    assert "er is niets opgeslagen" in result.output
    assert len(faults.read_text(encoding="utf-8").splitlines()) == 3
    assert not ImportedLayout.objects.exists()


def test_what_is_official_changes_only_with_replace(official, tmp_path):
    assert run("import", official).exit_code == 0
    sheets = sheets_of(made_up_kz301())
    row_of(sheets, "0413")[9] = "M"
    path = tmp_path / "KZ301v3.2_BERu6.xlsx"
    path.write_bytes(as_xlsx(sheets))
    refused = run("import", path)
    assert refused.exit_code == 2 and "--replace" in refused.output
    assert ImportedLayout.objects.count() == 1
    assert run("import", path, "--replace").exit_code == 0
    assert known_layouts()["KZ301-3.2"].records["04"].by_element["COD089"].obligation == "M"


def test_a_layout_without_a_place_for_our_lines_says_so(tmp_path):
    sheets = sheets_of(made_up_kz301())
    row_of(sheets, "0415")[10] = "COD998"
    row_of(sheets, "0408")[9] = "M"
    path = tmp_path / "KZ301v3.2.xlsx"
    path.write_bytes(as_xlsx(sheets))
    result = run("import", path)
    assert "geen plaats voor referentienummer voorgaande prestatierecord (NUM363)" in result.output
    assert "0408 Indicatiestelling kraamzorg is verplicht" in result.output


def test_the_list_says_what_is_provisional(official):
    before = run("list").output
    assert before.count("voorlopig") >= 2
    assert run("import", official).exit_code == 0
    line = next(row for row in run("list").output.splitlines() if "KZ301-3.2" in row.split())
    assert "officieel" in line and f"{date.today():%Y}" in line


def test_a_standard_is_shown_and_its_json_can_be_imported(tmp_path):
    shown = run("show", "KZ301", "--record", "04")
    assert shown.exit_code == 0, shown.output
    assert " ? 0410    68-75   N  M  DAT001  Begindatum prestatie" in shown.output
    assert "   0403    15-23   N  M  NUM313" in shown.output
    assert "niet nagekeken" in shown.output
    why = run("show", "KZ301-3.2", "--unchecked")
    assert "waar de verzekerde woont, staat niet in het bestand" in why.output
    text = run("show", "ZH308", "--json").output
    path = tmp_path / "ZH308.json"
    path.write_text(text, encoding="utf-8")
    assert json.loads(text)["record_length"] == 610
    assert "er is niets veranderd" in run("import", path).output
    unknown = run("show", "XX999")
    assert isinstance(unknown.exception, InputRejected)


def test_codes_are_read_from_a_workbook(tmp_path):
    path = tmp_path / "COD954.xlsx"
    path.write_bytes(as_xlsx({"Blad1": [["Code", "Omschrijving"], ["9777", "Iets nieuws"],
                                        ["0320", "Niet verzekerd op deze dag"]]}))  # fmt: skip
    dry = run("codes", path, "--dry-run")
    assert "COD954: 2 codes, waarvan 1 nieuw en 1 met een andere tekst." in dry.output
    assert not ImportedCodes.objects.exists()
    assert run("codes", path).exit_code == 0
    assert known_codes().text("COD954", "9777") == "Iets nieuws"
    row = known_codes().return_code("0320")
    assert row is not None and row.fix == "correct_insurer"
    assert "er is niets veranderd" in run("codes", path).output


def test_a_file_that_is_not_there_is_told(tmp_path):
    for command in ("import", "codes"):
        result = run(command, tmp_path / "weg.xls")
        assert result.exit_code == 2
        assert "weg.xls: gevonden geen bestand" in result.output


def test_a_name_nobody_has_imports_nothing(official):
    result = run("import", official, "--als", "niemand")
    assert isinstance(result.exception, InputRejected)
    assert not ImportedLayout.objects.exists()
