"""`ooievaar explain`, as somebody at a terminal sees it."""

from datetime import date, timedelta

import pytest
import typer
from click.testing import Result
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Derivation
from ooievaar.cli import explaining
from ooievaar.kernel.faults import InputRejected
from ooievaar.record.models import Pregnancy, Withdrawal
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining.console, "width", 160)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def story(region: Region) -> Pregnancy:
    """Derived today: a birth in June 2025 with care in every phase."""
    pregnancy = region.usual_care()
    derive(region)
    return pregnancy


def derive(region: Region) -> None:
    until = timezone.localdate() + timedelta(days=1)
    derive_network(region.network, until=until, known_until=until, now=timezone.now())


def run(*words: str) -> Result:
    app = typer.Typer()
    explaining.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["explain", *words])


def what_would_change(pregnancy: Pregnancy) -> str:
    result = run("pregnancy", pregnancy.reference, "--nu")
    assert result.exit_code == 0, result.output
    return result.output[result.output.index("Wat een nieuwe afleiding") :]


def test_without_new_facts_a_new_derivation_changes_nothing(story: Pregnancy) -> None:
    assert what_would_change(story).rstrip().endswith("zou veranderen: niets")
    assert "nieuwe afleiding" not in run("pregnancy", story.reference).output


def test_a_late_fact_is_told_with_the_product_it_turns(region: Region, story: Pregnancy) -> None:
    before = list(Derivation.objects.values_list("id", "facts_hash"))
    region.care(story, region.doctors, "G-CON", date(2025, 4, 10), specialism="0307")
    told = what_would_change(story)
    assert (
        f"product {story.pk}:1: Geboortezorg prenataal, € 600,00 wordt "
        "Geboortezorg prenataal complex, € 1.012,00"
    ) in told
    assert told.count("  - ") == 1
    assert list(Derivation.objects.values_list("id", "facts_hash")) == before, (
        "asking stores nothing"
    )
    derive(region)
    assert what_would_change(story).rstrip().endswith("niets")


def test_a_withdrawn_fact_takes_its_product_away(region: Region, story: Pregnancy) -> None:
    Withdrawal.objects.create(
        activity=story.activities.get(code="V-PAR"),
        recorded_on=timezone.localdate(),
        reason="dubbel ingevoerd",
    )
    assert f"product {story.pk}:2 vervalt: Geboortezorg nataal, € 900,01" in what_would_change(
        story
    )


def test_care_by_an_outsider_is_told_as_a_breaker_to_come(region: Region, story: Pregnancy) -> None:
    elsewhere = Region("Elders")
    region.care(story, elsewhere.north, "V-CON", date(2025, 3, 10))
    told = what_would_change(story)
    assert "breker komt erbij: " in told
    assert "op 10-03-2025 (prenataal)" in told


def test_an_explanation_in_english_has_no_dutch_around_it(story: Pregnancy) -> None:
    told = run("pregnancy", story.reference, "--taal", "en").output
    assert "Pregnancy " in told
    assert "What would change this" in told
    for dutch in ("Zwangerschap ", "Regel ", "Bron:", "Activiteiten", "bestemming"):
        assert dutch not in told


def test_a_product_is_found_by_its_key_and_by_its_number(story: Pregnancy) -> None:
    by_key = run("product", f"{story.pk}:1")
    assert by_key.exit_code == 0
    assert by_key.output == run("product", str(100 * story.pk + 1)).output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pregnancy", "Nergens"], "verwacht de referentie of het nummer van een zwangerschap"),
        (["product", "x:1"], "verwacht de sleutel van een product"),
        (["activity", "999999"], "verwacht een nummer of bron:referentie"),
        (["pregnancy", "1", "--taal", "fr"], "verwacht nl of en"),
    ],
)
def test_what_is_not_there_is_told(words: list[str], message: str) -> None:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    assert message in str(result.exception.faults[0])


def test_what_was_not_derived_says_what_to_do(region: Region) -> None:
    pregnancy = region.usual_care()
    result = run("pregnancy", pregnancy.reference)
    assert isinstance(result.exception, InputRejected)
    assert "eerst `ooievaar derive`" in str(result.exception.faults[0])
