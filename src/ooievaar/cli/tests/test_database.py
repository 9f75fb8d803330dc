"""The `ooievaar` command in a data folder that is new, empty or no data folder at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKING = (
    ["derive"],
    ["close", "2025-06"],
    ["explain", "pregnancy", "1"],
    ["explain", "product", "1:1"],
    ["explain", "activity", "1"],
)


def ooievaar(
    folder: Path, *words: str, database: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "OOIEVAAR_DATABASE_URL"}
    if database:
        environment["OOIEVAAR_DATABASE_URL"] = database
    return subprocess.run(
        [sys.executable, "-m", "ooievaar.cli", *words],
        env=environment | {"OOIEVAAR_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_who_only_asks_is_told_what_to_do_first_and_finds_no_new_folder(
    tmp_path: Path, words: list[str]
) -> None:
    told = refused(ooievaar(tmp_path / "nieuw", *words))
    assert "geen databank in de datamap" in told
    assert "eerst een regio: `ooievaar region import MAP` of `ooievaar simulate`" in told
    assert not (tmp_path / "nieuw").exists()


def test_a_region_is_read_into_a_folder_that_was_not_there(tmp_path: Path) -> None:
    data, form = tmp_path / "veel" / "dieper", str(tmp_path / "regio")
    for words in (["region", "template", form], ["region", "import", form], ["derive"]):
        done = ooievaar(data, *words)
        assert done.returncode == 0, done.stderr
    assert "1 product, samen € 1.234,50" in done.stdout
    assert ooievaar(data, "close", "2025-10").returncode == 0
    assert ooievaar(data, "explain", "pregnancy", "Z-1").returncode == 0


def test_an_empty_database_is_told_to_have_no_igo(tmp_path: Path) -> None:
    (tmp_path / "ooievaar.sqlite3").touch()
    told = refused(ooievaar(tmp_path, "derive"))
    assert "gevonden geen IGO; verwacht eerst een regio" in told


@pytest.mark.parametrize("words", [["derive"], ["import", "activities", "a.csv"]], ids=" ".join)
def test_a_file_that_is_no_database_is_told_and_left_alone(
    tmp_path: Path, words: list[str]
) -> None:
    file = tmp_path / "ooievaar.sqlite3"
    file.write_text("iets heel anders, van iemand anders")
    told = refused(ooievaar(tmp_path, *words))
    assert "ooievaar.sqlite3: gevonden een databank die niet te gebruiken is" in told
    assert file.read_text() == "iets heel anders, van iemand anders"


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "bestand").touch()
    told = refused(ooievaar(tmp_path / "bestand" / "map", "region", "import", str(tmp_path)))
    assert "(geen map)" in told
    assert "OOIEVAAR_DATA" in told


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("onzin://wie:geheim@daar/x", "OOIEVAAR_DATABASE_URL: gevonden een adres dat niet"),
        ("postgres://wie:geheim@127.0.0.1:1/x", "databank: gevonden een databank die niet te"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    tmp_path: Path, database: str, message: str
) -> None:
    told = refused(ooievaar(tmp_path, "derive", database=database))
    assert message in told
    assert "geheim" not in told
