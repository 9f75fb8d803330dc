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
from ooievaar.claims.models import Batch, ClaimLine, Payment, ReturnFile
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


@pytest.fixture
def granted(claims: Claims) -> Batch:
    """A file of one line that was granted whole: 600 euros to be paid."""
    clerk, approver = username(claims.controller.person_id), username(claims.approver.person_id)
    said("claims", "prepare", "--als", clerk)
    batch = Batch.objects.get()
    said("claims", "approve", batch.invoice_number, "--als", approver)
    said("claims", "send")
    claims.answered(batch)
    return batch


def paid(batch: Batch, cents: int, reference: str, *more: str, on: str = "") -> Any:
    day = on or timezone.localdate().isoformat()
    words = ("--invoice", batch.invoice_number, f"--cents={cents}", "--on", day)
    return run("claims", "paid", *words, "--reference", reference, *more)


def test_what_was_paid_is_put_on_its_lines(claims: Claims, granted: Batch) -> None:
    clerk = username(claims.controller.person_id)
    first = paid(granted, 20_000, "B1", "--als", clerk)
    assert first.exit_code == 0 and "nog te betalen € 400,00" in first.output
    assert "al verwerkt" in paid(granted, 20_000, "B1").output
    assert "meer dan" in paid(granted, 40_001, "B2").output
    assert "nul cent" in paid(granted, 0, "B2").output
    assert "terug" in paid(granted, -1, "B2").output
    assert "kenmerk" in paid(granted, 1, "  ").output
    assert "kenmerk" in paid(granted, 1, "x" * 41).output
    assert "toekomst" in paid(granted, 1, "B2", on="2099-01-01").output
    for wrong in (
        paid(granted, 1, "B2", on="gisteren"),
        paid(granted, 1, "B2", "--als", "niemand"),
        paid(granted, 1, "B2", "--als", username(claims.approver.person_id)),
    ):
        assert isinstance(wrong.exception, InputRejected)
    assert paid(granted, 40_000, "B2").exit_code == 0
    assert [one.stored_by_id for one in Payment.objects.order_by("pk")] == [
        claims.controller.person_id,
        None,
    ]
    assert "niets blijft over" in said("claims", "status")


def table(folder: Path, *rows: str) -> str:
    file = folder / "betaald.csv"
    lines = ("invoice_number;paid_on;cents;reference", *rows)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_a_table_of_payments_is_taken_whole_or_not_at_all(granted: Batch, tmp_path: Path) -> None:
    number, today = granted.invoice_number, timezone.localdate().isoformat()
    good = f"{number};{today};20000;BANK 1"
    for bad, place in (
        (f"{number};{today};20000;BANK 1", "regel 3"),
        (f"{number};{today};60000;BANK 2", "regel 3"),
        (f"260399999999;{today};1;BANK 2", "invoice_number"),
        (f"{number};{today};600,00;BANK 2", "cents"),
        (f"{number};{today};²;BANK 2", "cents"),
        (f"{number};{today};--5;BANK 2", "cents"),
        (f"{number};31-10-2026;1;BANK 2", "paid_on"),
        (f"{number};2099-01-01;1;BANK 2", "paid_on"),
        (f"{number};{today};1;", "reference"),
        (f"{number};{today};1", "betaald.csv"),
    ):
        result = run("import", "payments", table(tmp_path, good, bad))
        assert result.exit_code == 2 and place in result.output, (bad, result.output)
        assert not Payment.objects.exists(), bad
    assert run("import", "payments", str(tmp_path / "niets.csv")).exit_code == 2
    assert run("import", "payments", table(tmp_path)).exit_code == 2
    assert "2 betalingen" in said(
        "import", "payments", table(tmp_path, good, f"{number};{today};40000;BANK 2")
    )
    again = run("import", "payments", table(tmp_path, good))
    assert again.exit_code == 2 and "al verwerkt" in again.output
    assert "te betalen € 0,00" in said("claims", "status")


def test_who_is_controller_elsewhere_finds_no_files_here(granted: Batch, tmp_path: Path) -> None:
    elsewhere = username(Claims(tmp_path / "elders").controller.person_id)
    row = f"{granted.invoice_number};{timezone.localdate()};20000;BANK 1"
    result = run("import", "payments", table(tmp_path, row), "--als", elsewhere)
    assert result.exit_code == 2 and "invoice_number" in result.output
    assert not Payment.objects.exists()


def test_one_file_that_cannot_go_does_not_keep_the_others_here(claims: Claims) -> None:
    clerk, approver = username(claims.controller.person_id), username(claims.approver.person_id)
    for number, insurer in enumerate((0, 1), 7):
        today = timezone.localdate()
        key = claims.product(claims.woman(), insurer=insurer)
        Product.objects.create(
            derivation=Derivation.objects.get(), product_no=number, is_open=False,
            tariff_cents=60_000, **claims.owed[key] | {
                "starts_on": today - timedelta(days=200),
                "claimable_on": today - timedelta(days=20),
            },
        )  # fmt: skip
    said("claims", "prepare", "--als", clerk)
    first, second = Batch.objects.order_by("pk")
    for batch in (first, second):
        said("claims", "approve", batch.invoice_number, "--als", approver)
    woman = first.batch_lines.first().line.pregnancy.woman
    woman.bsn = ""
    woman.save()
    sent = run("claims", "send")
    assert sent.exit_code == 1 and "Trek het in" in sent.output
    assert [name for name, _ in own_channel().collect()] == [second.file.name]


def test_a_file_of_another_network_is_not_sent_from_here(
    claims: Claims, granted: Batch, tmp_path: Path
) -> None:
    elsewhere = Claims(tmp_path / "elders").network
    result = run("claims", "send", granted.invoice_number, "--network", elsewhere.name)
    assert isinstance(result.exception, InputRejected)


def test_a_file_that_lies_there_under_its_name_is_not_written_over(
    claims: Claims, tmp_path: Path
) -> None:
    clerk, approver = username(claims.controller.person_id), username(claims.approver.person_id)
    said("claims", "prepare", "--als", clerk)
    batch = Batch.objects.get()
    said("claims", "approve", batch.invoice_number, "--als", approver)
    name = f"KZ301-{batch.insurer.uzovi}-{batch.invoice_number}.asc"
    (own_channel().out / name).write_bytes(b"iets anders")
    result = run("claims", "send")
    assert isinstance(result.exception, OSError) and result.exception.filename
    assert "Goedgekeurd" in said("claims", "status")
    (own_channel().out / name).unlink()
    assert "onderbroken" in said("claims", "send")


@pytest.mark.parametrize(
    "words",
    [
        ("prepare", "--als", "X", "--until", "2099-01"),
        ("prepare", "--als", "X", "--until", "2026-13"),
        ("prepare", "--als", "X", "--until", "9999-12"),
        ("prepare", "--als", "X", "--until", "2026-W1"),
        ("diff", "--network", "Bestaat niet"),
        ("status", "--network", ""),
        ("send", "'; DROP TABLE"),
        ("approve", "²", "--als", "niemand"),
        ("returns", "te", "veel"),
        ("paid", "--invoice", "x", "--cents", "1e9", "--on", "2026-01-01", "--reference", "r"),
    ],
)
def test_wrong_words_change_nothing_and_crash_nothing(claims: Claims, words: Any) -> None:
    clerk = username(claims.controller.person_id)
    result = run("claims", *(clerk if word == "X" else word for word in words))
    assert result.exit_code != 0 or words[0] == "status", result.output
    assert result.exception is None or isinstance(result.exception, InputRejected | SystemExit)
    assert not Batch.objects.exists()
