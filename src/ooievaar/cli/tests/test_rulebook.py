"""`ooievaar rulebook check` tells how sound the book is, and refuses a broken copy."""

import shutil

import pytest
import typer
from typer.testing import CliRunner

from ooievaar import rulebook
from ooievaar.cli import rulebook as commands


@pytest.fixture
def app():
    app = typer.Typer()
    commands.register(app)
    return app


def test_a_sound_book_is_told_with_edition_and_counts(app):
    result = CliRunner().invoke(app, ["rulebook", "check"])
    book = rulebook.load()
    verified = sum(entry.verified for entry in book.entries())
    assert result.exit_code == 0
    assert book.edition in result.stdout
    assert result.stdout.splitlines()[-1].split() == [
        "Samen",
        str(verified),
        str(len(book.entries()) - verified),
    ]


def test_a_broken_copy_is_refused_with_every_fault(app, tmp_path):
    folder = tmp_path / "eigen"
    shutil.copytree(rulebook.FOLDER, folder)
    limits = folder / "limits.yaml"
    text = limits.read_text(encoding="utf-8")
    text = text.replace("value: 280", "value: 280.5").replace("value: 42", "value: 42.5")
    limits.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["rulebook", "check", "--folder", str(folder)])
    assert result.exit_code == 2
    assert "limits.yaml, regel 4, limits[term_days].value" in result.stderr
    assert "limits[aftercare_days].value" in result.stderr
    assert "2 fout(en); het regelboek klopt niet." in result.stderr
    assert result.stdout == ""
