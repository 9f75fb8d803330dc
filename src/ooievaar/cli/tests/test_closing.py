"""`ooievaar close`, as somebody at a terminal sees it."""

from datetime import date, timedelta

import pytest
import typer
from django.utils.timezone import localdate
from typer.testing import CliRunner

from ooievaar.cli import closing as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.settlement.commands import ClosingResult
from ooievaar.settlement.models import Closing
from ooievaar.settlement.rules.proof import Balance, Proof
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def region(monkeypatch) -> Region:
    monkeypatch.setattr(command.console, "width", 120)
    region = Region()
    region.usual_care()
    return region


def run(*words: str):
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["close", *words])


def refusal(*words: str) -> str:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    return str(result.exception.faults[0])


def test_closing_a_month_prints_it_with_the_proof(region):
    result = run("2025-06")
    assert result.exit_code == 0, result.output
    for text in (
        "IGO Ooievaarsnest, 2025-06 afgesloten.",
        "deel van een product",
        "€ 2.220,13",  # products
        "Kraamthuis",
        "€ 694,92",
        "organisatiekosten",
        "Bundelbrekers",
        "bewijs: niets blijft over",
    ):
        assert text in result.output


def test_closing_again_prints_the_same_and_says_so(region):
    first, again = run("2025-06"), run("2025-06")
    assert again.exit_code == 0
    assert "was al afgesloten; er is niets veranderd" in again.output
    figures = first.output[first.output.index("Activiteiten") :]
    assert again.output.endswith(figures)


def test_a_range_of_months_prints_a_line_each(region):
    result = run("--months", "2025-05..2025-08")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == 4
    assert lines[1] == (
        "2025-06: 3 producten en 0 verschillen, € 2.220,13 verdeeld; bewijs: niets blijft over"
    )
    assert lines[3].startswith("2025-08: 1 product en 0 verschillen, € 300,00 verdeeld")


def test_a_range_counts_everything_that_is_known_today(region):
    run("--months", "2025-05..2025-06")
    known = set(Closing.objects.values_list("known_until", flat=True))
    assert known == {localdate() + timedelta(days=1)}


def test_a_range_can_be_closed_on_what_was_known_at_the_end_of_each_month(region):
    run("--months", "2025-05..2025-06", "--known-then")
    assert list(Closing.objects.values_list("known_until", flat=True).order_by("month")) == [
        date(2025, 6, 1),
        date(2025, 7, 1),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["2025-6"], "gevonden '2025-6'; verwacht een maand als 2026-10"),
        ([], "geen van beide"),
        (["2025-06", "--months", "2025-05..2025-06"], "allebei"),
        (["2025-06", "--known-until", "2025-07-01", "--known-then"], "één van beide"),
        (["--months", "2025-06..2025-05"], "eerst de vroegste maand"),
        (["2025-06", "--network", "Nergens"], "IGO Ooievaarsnest"),
        (["2025-06", "--known-until", "gisteren"], "een datum als"),
        (["2025-06", "--known-until", "2025-06-30"], "feiten bekend tot 01-07-2025"),
        (["2027-12"], "--known-until 2028-01-01"),
        (["2016-12"], "een maand van 2017-01 tot 2028-01 (de jaren van het regelboek)"),
        (["0001-01"], "een maand van 2017-01"),
        (["--months", "2025-01..9998-12"], "een maand van 2017-01"),
    ],
)
def test_what_cannot_be_closed_is_refused_in_words(region, words, message):
    assert message in refusal(*words)
    assert not Closing.objects.exists()


def test_a_month_before_the_newest_closed_one_is_refused(region):
    run("2025-06")
    assert "een maand na 2025-06" in refusal("2025-05")


def test_a_proof_that_fails_is_told_with_its_remainder():
    proof = Proof((Balance("closing", "cents", 100, (("partner", 97),)),))
    result = ClosingResult("2025-06", None, False, proof, None)
    assert command.closing_line(result) == (
        "2025-06: het bewijs klopt niet, er is niets opgeslagen"
    )
    assert command.proof_line(proof) == (
        "bewijs klopt niet: deze afsluiting = organisatiekosten + aandelen + reserve: rest € 0,03"
    )


def test_a_loss_that_is_unknown_is_never_shown_as_nothing():
    assert command._loss(0, 2) == "2 onbekend"
    assert command._loss(1_000, 2) == "€ 10,00 + 2 onbekend"
    assert command._loss(1_000, 0) == "€ 10,00"
