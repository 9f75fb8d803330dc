"""`ooievaar payments` from an account to what the bank did, as somebody types it at a terminal."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.cli import payments as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Person
from ooievaar.settlement.payments.models import BankAccount, InsurerAdvance, PaymentRun
from ooievaar.settlement.payments.sending import own_bank_channel
from ooievaar.settlement.payments.tests.world import World, iban

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(command.console, "width", 160)
    monkeypatch.setenv("OOIEVAAR_BANK_FOLDER", str(tmp_path / "bank"))
    here = World(tmp_path / "bank")
    here.now, here.today = timezone.now(), timezone.localdate()
    return here


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    return CliRunner().invoke(app, ["payments", *words])


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return str(result.output)


def name_of(workplace: Any) -> str:
    return Person.objects.get(pk=workplace.person_id).username


def test_a_run_goes_from_the_books_to_the_bank_and_back(world: World, tmp_path: Path) -> None:
    clerk, other = name_of(world.controller), name_of(world.approver)
    late = world.partner("Nieuwkomer", account=False)
    world.earns(world.partners[0], 123_456)
    world.earns(late, 100)

    told = said("prepare", "--als", clerk)
    assert "€ 1.234,56" in told and "Geen geldige rekening" in told
    made = PaymentRun.objects.get()
    assert f"{made.number}: 1 betaling, € 1.234,56; Wacht op" in told
    assert run("prepare", "--als", clerk).exit_code == 1
    assert "Er is niets goedgekeurd" in said("export")
    with pytest.raises(InputRejected):
        raise run("approve", made.number, "--als", clerk).exception
    assert "goedgekeurd" in said("approve", made.number, "--als", other)
    assert f"klaargezet als betaling-{made.number}.xml" in said("export")
    assert "Er is niets goedgekeurd" in said("export")

    world.channel = own_bank_channel()
    world.bank.collect()
    statement = tmp_path / "afschrift.xml"
    statement.write_bytes(world.bank.statement())
    told = said("status", str(statement))
    assert "1 betaling uitgevoerd" in told and "Door de bank uitgevoerd" in told
    assert "bank € -1.234,56 = boeken € -1.234,56 + onderweg € 0,00; rest € 0,00" in told
    again = run("status", str(statement))
    assert again.exit_code == 1 and "al ingelezen" in again.output
    statement.write_bytes(b"<html/>")
    assert isinstance(run("status", str(statement)).exception, InputRejected)


def test_a_run_that_the_bank_refused_takes_two_people(world: World) -> None:
    clerk, other = name_of(world.controller), name_of(world.approver)
    world.earns(world.partners[0], 100)
    said("prepare", "--als", clerk)
    made = PaymentRun.objects.get()
    told = said("refuse", made.number, "--waarom", "nog niet", "--als", other)
    assert "afgekeurd" in told and made.steps.latest("pk").reason == "nog niet"
    again = run("prepare", "--als", clerk, "--rule", "divided")
    assert again.exit_code == 1 and "Zeg waarom" in again.output
    said("prepare", "--als", clerk, "--rule", "divided", "--waarom", "afgesproken met de bank")
    made = PaymentRun.objects.latest("pk")
    assert made.deviates == "afgesproken met de bank"
    said("approve", made.number, "--als", other)
    said("export")
    said("report-failure", made.number, "--waarom", "BIC onbekend", "--als", clerk)
    alone = run("book-back", made.number, "--als", clerk)
    assert alone.exit_code == 1 and "zelf gemeld" in alone.output
    assert "teruggeboekt" in said("book-back", made.number, "--als", other)


def test_what_comes_in_ahead_and_an_account_that_ends(world: World) -> None:
    clerk, other = name_of(world.controller), name_of(world.approver)
    north, _ = world.partners
    told = said("loan", north.agb, "1250,50", "--kenmerk", "L1", "--als", clerk)
    assert "€ 1.250,50" in told and world.stands("lender", north) == -125_050
    assert run("loan", north.agb, "1", "--kenmerk", "L1", "--als", clerk).exit_code == 1
    wrong = run("loan", north.agb, "1.250", "--kenmerk", "L2", "--als", clerk)
    assert isinstance(wrong.exception, InputRejected)
    told = said("insurer-advance", world.insurer.uzovi, "300", "--kenmerk", "V", "--als", clerk)
    number = InsurerAdvance.objects.get().pk
    assert f"voorschot {number} van Verzekeraar: € 300,00" in told
    nobody = run("insurer-advance-divide", str(number), "--als", clerk)
    assert nobody.exit_code == 1 and "nog geen maand afgesloten" in nobody.output
    account = BankAccount.objects.get(organisation=north)
    said("account-end", str(account.pk), "--waarom", "praktijk stopt", "--als", other)
    assert account.steps.latest("pk").state == "ended"


def test_an_account_takes_two_people(world: World) -> None:
    clerk, other = name_of(world.controller), name_of(world.approver)
    late = world.partner("Nieuwkomer", account=False)
    words = ("--naam", "Nieuwkomer", "--als", clerk, "--agb", late.agb)
    assert run("account", "NL00ABNA0123456789", *words).exit_code == 1
    said("account", iban(4_242), *words)
    account = BankAccount.objects.get(organisation=late)
    with pytest.raises(InputRejected):
        raise run("account-approve", str(account.pk), "--als", clerk).exception
    assert "goedgekeurd" in said("account-approve", str(account.pk), "--als", other)
    with pytest.raises(InputRejected):
        raise run("account", iban(4_243), "--naam", "X", "--als", clerk, "--agb", "0").exception


def test_what_cannot_be_done_is_told(world: World) -> None:
    clerk = name_of(world.controller)
    assert "nog geen betaalrun" in said("status")
    assert "niets te verrekenen" in said("offset")
    assert "kent geen voorschotten" in run("advances", "2026-03", "--als", clerk).output
    with pytest.raises(InputRejected):
        raise run("prepare", "--als", clerk, "--rule", "always").exception
    past = (world.today - timedelta(days=1)).isoformat()
    assert run("prepare", "--als", clerk, "--op", past).exit_code == 1
