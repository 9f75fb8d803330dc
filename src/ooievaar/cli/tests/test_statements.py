"""`ooievaar statements` as somebody types it at a terminal."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ooievaar.cli import statements as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.statements.models import Statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setattr(command.console, "width", 140)
    here = Books(tmp_path / "kanaal")
    here.product(here.woman(), 60_000)
    here.close("2026-01")
    return here


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    return CliRunner().invoke(app, ["statements", *words])


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_from_a_closed_month_to_files(books: Books, tmp_path: Path) -> None:
    refused = run("make", "2026-01")
    assert refused.exit_code == 1 and "nog niet in de boeken" in refused.output
    books.posted()
    assert "2026-01: 3 afschriften." in said("make")
    assert "heeft haar afschriften al" in said("make")
    assert "3 afschriften, die er al waren" in said("make", "2026-01")
    told = said("list", "2026-01")
    assert "Praktijk 0" in told and "€ 280,50" in told and "€ 510,00" in told
    folder = tmp_path / "uit"
    assert "3 afschriften in" in said("pdf", "2026-01", "--to", str(folder))
    number = Statement.objects.order_by("pk")[0].number
    said("xlsx", "2026-01", "--to", str(folder), "--number", number)
    assert len(list(folder.glob("*.pdf"))) == 3
    assert [path.name for path in folder.glob("*.xlsx")] == [f"{number}.xlsx"]


def test_what_is_not_there_is_told(books: Books, tmp_path: Path) -> None:
    assert isinstance(run("list", "2026-01").exception, InputRejected)
    books.posted()
    said("make", "2026-01")
    wrong = run("pdf", "2026-01", "--to", str(tmp_path), "--language", "de")
    assert isinstance(wrong.exception, InputRejected)
    assert run("make", "2027-01").exit_code == 1
