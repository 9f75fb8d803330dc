"""`ooievaar year-end` from the figures to the books, as somebody types it at a terminal."""

from pathlib import Path
from typing import Any

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.cli import testimony as telling
from ooievaar.cli import year_end as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Person
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.tests.books import unguarded
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.tests.year import Year

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Year:
    monkeypatch.setattr(command.console, "width", 160)
    here = Year(tmp_path / "bank")
    here.now = timezone.now()
    here.agrees()
    first, second = here.partners
    here.product({first: 80_000, second: 120_000}, {first: 100_000, second: 100_000}, reserve=100)
    return here


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    return CliRunner().invoke(app, ["year-end", *words])


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return str(result.output)


def name_of(workplace: Any) -> str:
    return Person.objects.get(pk=workplace.person_id).username


def test_a_year_is_shown_prepared_and_approved_by_another(year: Year) -> None:
    clerk, other = name_of(year.controller), name_of(year.approver)
    year.posted()
    told = said("show", "2025")
    assert "1.000,00" in told and "150,00" in told and "garantie 95 % van de maatstaf" in told
    assert "garantie betaald door wie erop vooruitging: € 149,00" in told
    assert not Proposal.objects.exists()
    assert "wacht op goedkeuring" in said("prepare", "2025", "--als", clerk)
    number = str(Proposal.objects.get().pk)
    with pytest.raises(InputRejected):
        raise run("approve", number, "--als", clerk).exception
    assert "goedgekeurd en geboekt" in said("approve", number, "--als", other)
    assert run("withdraw", number, "--als", clerk).exit_code == 1
    assert "niets te boeken" in run("prepare", "2025", "--als", clerk).output


def test_a_year_that_cannot_be_worked_out_says_why(year: Year) -> None:
    assert "Dit is geen jaar." in run("show", "1066").output
    assert "geen verdeelafspraak" in run("show", "2020").output
    with pytest.raises(InputRejected):
        raise run("approve", "77", "--als", name_of(year.approver)).exception


def test_a_region_testifies_of_the_end_of_its_books(year: Year, tmp_path: Path) -> None:
    assert telling.testimony()["ledger"] == [[year.network.pk, 0, ""]]
    year.posted()
    last = Transaction.objects.latest("number")
    assert telling.testimony()["ledger"] == [[year.network.pk, last.number, last.hash]]

    def doubted() -> list[str]:
        return [one for one in telling.doubts(tmp_path) if "grootboek" in one]

    assert doubted() == []
    with unguarded():
        Posting.objects.filter(cents__lt=0).update(cents=-1)
    assert len(doubted()) == 1
