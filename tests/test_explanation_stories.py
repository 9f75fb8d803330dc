"""One question at a time: why is this care here, why is this the product, what did it cost?"""

from datetime import date

import pytest

from ooievaar.bundles.explain import (
    Explanation,
    explain_breaker,
    explain_disposition,
    explain_product,
)
from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.models import CareActivity
from tests.every_outcome import BIRTH, INTAKE, EveryOutcome

pytestmark = pytest.mark.django_db

LANGUAGES = ("nl", "en")


@pytest.fixture
def small() -> EveryOutcome:
    return EveryOutcome()


def why(**which: object) -> Explanation:
    return explain_disposition(Disposition.objects.get(**which))


def why_product(product: str, language: str = "nl") -> Explanation:
    return explain_product(Product.objects.get(product=product), language)


def test_without_the_gynaecologist_a_complex_product_had_cost_so_much_less(
    small: EveryOutcome,
) -> None:
    told = small.in_care(small.insurer)
    consult = small.care(told, small.doctors, "G-CON", date(2025, 4, 1), specialism="0307")
    small.derive()
    dutch, english = (why_product("prenatal_complex", language) for language in LANGUAGES)
    assert dutch.title.endswith("€ 1.012,00")
    assert dutch.nearest_change == (
        "Zonder eerste consult gynaecoloog van 01-04-2025 was dit het product "
        "Geboortezorg prenataal, € 412,00 minder."
    )
    assert english.nearest_change.endswith("€412.00 less.")
    assert [line.activity_id for line in dutch.evidence] == [consult.pk]


def test_of_several_deciding_acts_the_first_is_named_and_the_others_counted(
    small: EveryOutcome,
) -> None:
    told = small.in_care(small.insurer)
    for day in (20, 1, 9):
        small.care(told, small.doctors, "G-CON", date(2025, 4, day), specialism="0307")
    small.derive()
    dutch, english = (why_product("prenatal_complex", language) for language in LANGUAGES)
    assert "van 01-04-2025 en 2 andere was dit" in dutch.nearest_change
    assert "of 01-04-2025 and 2 more this" in english.nearest_change
    assert len(dutch.evidence) == 3


def test_where_nothing_would_be_left_of_a_phase_that_is_said(small: EveryOutcome) -> None:
    told = small.expecting(small.insurer)
    small.care(told, small.ward, "190036", BIRTH)
    small.derive()
    dutch, english = (why_product("natal_on_request", language) for language in LANGUAGES)
    assert dutch.nearest_change.endswith("had deze fase geen product.")
    assert english.nearest_change.endswith("this phase had no product.")


@pytest.mark.parametrize(
    ("complex_cents", "said", "told"),
    [
        (101_200, "€ 412,00 meer.", "€412.00 more."),
        (59_999, "€ 0,01 minder.", "€0.01 less."),
        (60_000, "voor hetzelfde bedrag.", "for the same amount."),
        (None, "waarvoor het contract geen tarief heeft.", "which the contract has no tariff."),
    ],
)
def test_with_a_gynaecologist_a_regular_product_would_be_another(
    small: EveryOutcome, complex_cents: int | None, said: str, told: str
) -> None:
    complex_tariff = small.by_regime["none"].tariffs.filter(product="prenatal_complex")
    if complex_cents is None:
        complex_tariff.delete()
    else:
        complex_tariff.update(cents=complex_cents)
    small.in_care(small.insurer)
    small.derive()
    assert why_product("prenatal").nearest_change.endswith(said)
    assert why_product("prenatal", "en").nearest_change.endswith(told)


def test_kraamzorg_tells_its_minutes_and_what_a_unit_is_worth(small: EveryOutcome) -> None:
    told = small.in_care(small.insurer)
    small.care(told, small.home, "KZ-UUR", date(2025, 6, 22), duration_minutes=247)
    small.derive()
    dutch = why_product("kraamzorg_hour")
    assert "247 minuten, afgerond op 16 eenheden, tegen € 60,01 per uur" in dutch.outcome
    assert dutch.nearest_change.endswith("€ 15,00.")


def test_what_is_deducted_is_told_with_what_remains(small: EveryOutcome) -> None:
    told = small.in_care(small.by_regime["correction"].insurer)
    small.care(told, small.outside_practice, "V-CON", date(2025, 4, 1))
    small.derive()
    product = Product.objects.get(product="prenatal")
    assert 0 < product.deduction_cents < product.tariff_cents
    outcome = explain_product(product).outcome
    remains = f"{product.cents // 100},{product.cents % 100:02d}"
    assert "Van het tarief van € 600,00 gaat" in outcome
    assert outcome.endswith(f"er blijft € {remains}.")


def test_care_before_the_intake_names_the_intake_that_was_known_then(small: EveryOutcome) -> None:
    told = small.in_care(small.insurer)
    small.care(told, small.north, "V-CON", date(2025, 1, 2))
    add_pregnancy_version(told, date(2025, 9, 1), first_intake_on=date(2025, 1, 9))
    add_pregnancy_version(told, date(2025, 10, 1), first_intake_on=INTAKE)
    small.derive()
    explanation = why(reason="before_intake")
    assert "(09-01-2025)" in explanation.outcome
    assert explanation.nearest_change.startswith("Op of na 09-01-2025")


def test_a_duplicate_shows_its_twin(small: EveryOutcome) -> None:
    small.in_care(small.insurer)
    twin = CareActivity.objects.get(code="V-CON")
    small.claimed_again(twin)
    small.derive()
    assert [line.activity_id for line in why(reason="duplicate").evidence] == [twin.pk]


def test_care_in_a_broken_phase_shows_what_broke_it(small: EveryOutcome) -> None:
    told = small.in_care(small.by_regime["parallel_ban"].insurer)
    breaking = small.care(told, small.outsider, "G-CON", date(2025, 4, 1))
    small.derive()
    explanation = why(reason="broken")
    assert "breker van 01-04-2025" in explanation.nearest_change
    assert [line.activity_id for line in explanation.evidence] == [breaking.pk]
    assert why_product("natal").nearest_change  # the other phases stand


def test_care_outside_the_bundle_says_in_words_why(small: EveryOutcome) -> None:
    told = small.in_care(small.insurer)
    small.care(told, small.north, "V-PRE", date(2025, 3, 4))
    small.derive()
    outcome = why(reason="preconception").outcome
    assert outcome.startswith("Buiten de bundel. ")
    assert "(preconceptiezorg)" in outcome


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_loss_that_is_not_known_is_called_unknown(small: EveryOutcome, language: str) -> None:
    told = small.in_care(small.by_regime["correction"].insurer)
    small.care(told, small.outsider, "G-DAG", date(2025, 4, 1))  # nobody gave its price
    small.derive()
    outcome = explain_breaker(Breaker.objects.get(), language).outcome
    assert outcome.endswith({"nl": "verlies onbekend.", "en": "loss unknown."}[language])


def test_of_two_breakers_in_a_phase_the_later_refers_to_the_earlier(small: EveryOutcome) -> None:
    told = small.in_care(small.by_regime["parallel_ban"].insurer)
    small.care(told, small.outside_practice, "V-CON", date(2025, 4, 1))
    small.care(told, small.north, "V-CON", date(2025, 4, 2), billed_mono=True)
    small.derive()
    first, second = (explain_breaker(row) for row in Breaker.objects.order_by("happened_on"))
    assert "Onder het parallelliteitsverbod" in first.outcome
    assert "bij de vroegste breker" in second.outcome
