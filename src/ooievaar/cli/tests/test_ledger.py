"""`ooievaar ledger` as somebody types it at a terminal."""

from pathlib import Path
from typing import Any

import pytest
import typer
from django.db import connection
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.cli import ledger as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.settlement.ledger import proof
from ooievaar.settlement.ledger.models import PeriodClosing, Transaction
from ooievaar.settlement.ledger.tests.books import Books, unguarded
from ooievaar.settlement.ledger.tests.referee import bean_check

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setattr(command.console, "width", 140)
    here = Books(tmp_path / "kanaal", today=timezone.localdate(), now=timezone.now())
    here.product(here.woman(), 60_000)
    here.close("2026-01")
    return here


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    return CliRunner().invoke(app, ["ledger", *words])


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_from_posting_to_a_closed_month(books: Books, tmp_path: Path) -> None:
    assert "nog 1 boeking te doen" in said("verify")
    assert "1 boeking met 6 regels, samen € 600,00 debet" in said("post")
    assert "niets te boeken" in said("post")
    assert "alles klopt" in said("verify")
    told = said("balances")
    assert "Praktijk 0" in told and "€ 280,50" in told and told.count("€ 600,00") == 3
    assert "€ 600,00" not in said("balances", "--until", "2026-01-31")
    assert "2026-01 is gesloten, bij boeking 1" in said("close", "2026-01")
    again = run("close", "2026-01")
    assert again.exit_code == 1 and "al gesloten" in again.output
    assert PeriodClosing.objects.count() == 1
    path = tmp_path / "boek.beancount"
    said("export", "--format", "beancount", "--to", str(path))
    assert path.read_text("utf-8") == said("export")
    assert bean_check(path) == ""


def test_what_was_bent_is_told(books: Books) -> None:
    said("post")
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_posting SET cents = 2 * cents")
    result = run("verify")
    assert result.exit_code == 1
    assert "boeking 1 is gewijzigd" in result.output and "klopt niet" in result.output


def test_what_others_say_of_themselves_is_held_beside_the_books(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("post")
    monkeypatch.setattr(proof, "granted_and_paid", lambda _: (600_00, 0))
    result = run("verify")
    assert result.exit_code == 1
    assert "toegekend door verzekeraars: geboekt is € 0,00, het moet zijn € 600,00" in result.output


def test_what_cannot_be_is_refused(books: Books) -> None:
    for words in (("export", "--format", "csv"), ("balances", "--until", "gisteren")):
        assert isinstance(run(*words).exception, InputRejected)
    assert run("close", "2999-01").exit_code == 1
    assert not Transaction.objects.exists()
