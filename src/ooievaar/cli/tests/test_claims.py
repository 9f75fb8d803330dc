"""`ooievaar claims` from a difference to an answer, as somebody types it at a terminal."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.bundles.models import Derivation, Product
from ooievaar.claims.channel import own_channel
from ooievaar.claims.models import Batch, ClaimLine, ReturnFile
from ooievaar.claims.tests.region import Claims
from ooievaar.cli import claims as command
from ooievaar.cli import imports
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Claims:
    monkeypatch.setattr(command.console, "width", 140)
    monkeypatch.setenv("OOIEVAAR_CLAIMS_FOLDER", str(tmp_path / "kanaal"))
    here = Claims(tmp_path / "kanaal", today=timezone.localdate(), now=timezone.now())
    derive(here)
    return here


def derive(claims: Claims) -> None:
    """Store what a derivation would: a product that ended, and one that still runs."""
    today = timezone.localdate()
    derivation = Derivation.objects.create(
        network=claims.network, until=today, known_until=today, edition="x", facts_hash="x",
        created_at=timezone.now(),
    )  # fmt: skip
    for number, is_open in enumerate((False, True), 1):
        key = claims.product(claims.woman(), cents=60_000)
        product = claims.owed[key] | {
            "starts_on": today - timedelta(days=200),
            "claimable_on": today - timedelta(days=20),
        }
        Product.objects.create(
            derivation=derivation, product_no=number, is_open=is_open, tariff_cents=60_000,
            **product,
        )  # fmt: skip


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    imports.register(app)
    return CliRunner().invoke(app, list(words))


def said(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def username(person_id: int) -> str:
    return Person.objects.get(pk=person_id).username


def test_from_the_difference_to_the_answer(claims: Claims, tmp_path: Path) -> None:
    told = said("claims", "diff", "--lines", "3")
    assert "nog niet gedeclareerd" in told and "€ 600,00" in told
    assert not ClaimLine.objects.exists()

    clerk, approver = username(claims.controller.person_id), username(claims.approver.person_id)
    assert "testbericht" in said("claims", "prepare", "--als", clerk)
    batch = Batch.objects.get()
    assert "Er is niets om klaar te zetten" in run("claims", "prepare", "--als", clerk).output
    assert "niets goedgekeurd" in said("claims", "send")
    refused = run("claims", "approve", batch.invoice_number, "--als", clerk)
    assert isinstance(refused.exception, InputRejected)
    said("claims", "approve", batch.invoice_number, "--als", approver)
    assert batch.invoice_number in said("claims", "send")
    [(name, content)] = own_channel().collect()
    assert content.decode("iso-8859-1") == batch.file.content and name == batch.file.name

    told = said("claims", "status")
    assert "Verzonden" in told and "open € 600,00" in told and "niets blijft over" in told
    own_channel().answer("antwoord.txt", claims.answer(batch))
    assert "toegekend € 600,00" in said("claims", "returns")
    assert "toegekend € 600,00" in said("claims", "status")
    assert "geen verschil" in said("claims", "diff")
    assert "geen antwoord" in said("claims", "returns")


def test_an_answer_is_imported_once_and_refused_the_second_time(
    claims: Claims, tmp_path: Path
) -> None:
    clerk, approver = username(claims.controller.person_id), username(claims.approver.person_id)
    said("claims", "prepare", "--als", clerk)
    batch = Batch.objects.get()
    said("claims", "approve", batch.invoice_number, "--als", approver)
    said("claims", "send", batch.invoice_number)
    file = tmp_path / "antwoord.txt"
    file.write_bytes(claims.answer(batch))
    assert "toegekend € 600,00" in said("import", "returns", str(file))
    again = run("import", "returns", str(file))
    assert again.exit_code == 2 and "al ingelezen" in again.output
    missing = run("import", "returns", str(tmp_path / "niets.txt"))
    assert missing.exit_code == 2 and "niets.txt" in missing.output
    assert ReturnFile.objects.count() == 1


def test_who_is_not_there_or_not_in_that_role_is_told(claims: Claims) -> None:
    for name in ("niemand", username(claims.approver.person_id)):
        result = run("claims", "prepare", "--als", name)
        assert isinstance(result.exception, InputRejected)
        assert name in str(result.exception.faults[0])
    wrong = run("claims", "prepare", "--als", "x", "--until", "oktober")
    assert isinstance(wrong.exception, InputRejected)
    assert not Batch.objects.exists()
    assert isinstance(run("claims", "approve", "9", "--als", "x").exception, InputRejected)
