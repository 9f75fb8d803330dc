"""Whatever the engine concludes, a person can read why, in Dutch and in English."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.bundles import sentences
from ooievaar.bundles.explain import (
    explain_breaker,
    explain_disposition,
    explain_product,
)
from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product, Route
from ooievaar.bundles.rules.breaker import KINDS
from ooievaar.bundles.rules.outcomes import OUTCOMES
from tests.every_outcome import (
    OUTSIDE_THE_BUNDLE,
    REGIMES,
    EveryOutcome,
    region_where_everything_happens,
)
from tests.readable import in_both_languages

pytestmark = pytest.mark.django_db

LANGUAGES = ("nl", "en")


@pytest.fixture(scope="module")
def region(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[EveryOutcome]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield region_where_everything_happens()
        transaction.set_rollback(True)


# Everything


def test_everything_that_has_a_word_happens_in_this_region(region: EveryOutcome) -> None:
    """So that the next tests render each sentence at least once."""
    rows = set(Disposition.objects.values_list("disposition", "reason", "rule"))
    scopes = {reason for place, reason, _ in rows if place == "outside_bundle"}
    assert scopes == set(OUTSIDE_THE_BUNDLE)
    met = {(p, "scope" if p == "outside_bundle" else reason, rule) for p, reason, rule in rows}
    assert met == set(OUTCOMES)
    assert {reason for _, reason, _ in rows} == set(sentences.REASONS)

    made = set(Product.objects.values_list("reason", flat=True))
    assert made == set(sentences.PRODUCT_OUTCOMES) == set(sentences.PRODUCT_TURNS)
    broken = set(Breaker.objects.values_list("kind", "regime"))
    assert broken == {(kind, regime) for kind in KINDS for regime in REGIMES}
    assert set(Route.objects.values_list("reason", flat=True)) == set(sentences.ROUTES)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (sentences.DISPOSITIONS, {place for place, _, _ in OUTCOMES}),
        (sentences.BREAKERS, set(KINDS)),
        (sentences.BREAKER_NAMES, set(KINDS)),
        (sentences.BREAKER_TURNS, set(KINDS)),
        (sentences.REGIMES, set(REGIMES)),
        (sentences.PHASES, {0, 1, 2, 3}),
        (sentences.REASONS, set(sentences.OUTCOMES) | set(OUTSIDE_THE_BUNDLE)),
        (sentences.TURNS, {*sentences.OUTCOMES, "outside_scope"} - {"member", "supplier", "open"}),
    ],
)
def test_each_word_has_a_sentence_in_both_languages_and_none_is_left_over(
    table: dict, words: set
) -> None:
    assert set(table) == words
    for sentence in table.values():
        assert set(sentence) == set(LANGUAGES)
        assert sentence["nl"] != sentence["en"]


def test_every_disposition_is_explained(region: EveryOutcome) -> None:
    for row in Disposition.objects.select_related("activity__organisation", "derivation"):
        in_both_languages(*(explain_disposition(row, language) for language in LANGUAGES))


def test_every_product_is_explained(region: EveryOutcome) -> None:
    for row in Product.objects.all():
        explanations = [explain_product(row, language) for language in LANGUAGES]
        in_both_languages(*explanations)
        assert [line.activity_id for line in explanations[0].evidence]


def test_every_breaker_is_explained(region: EveryOutcome) -> None:
    for row in Breaker.objects.all():
        in_both_languages(*(explain_breaker(row, language) for language in LANGUAGES))


@pytest.mark.parametrize("regime", ["parallel_ban", "correction"])
def test_a_phase_from_before_the_contract_had_no_product_to_break(
    region: EveryOutcome, regime: str
) -> None:
    row = Breaker.objects.get(kind="phase_before_contract", regime=regime)
    dutch, english = (explain_breaker(row, language) for language in LANGUAGES)
    assert ". Er was nog geen product; " in dutch.outcome
    assert ". There was no product yet; " in english.outcome
    assert "01-02-2025" in dutch.title


@pytest.mark.parametrize("regime", ["parallel_ban", "correction"])
def test_an_early_end_that_is_learned_late_takes_the_product_back(
    region: EveryOutcome, regime: str
) -> None:
    row = Breaker.objects.get(kind="late_miscarriage", regime=regime)
    assert explain_breaker(row).outcome.endswith(". Dat product vervalt; verlies € 900,01.")
    assert explain_breaker(row, "en").outcome.endswith(". That product lapses; loss €900.01.")


def test_an_explanation_is_of_the_edition_that_concluded_it(region: EveryOutcome) -> None:
    with transaction.atomic():
        Derivation.objects.update(edition="of last year")
        explained = (
            explain_disposition(Disposition.objects.all()[0]),
            explain_product(Product.objects.all()[0]),
            explain_breaker(Breaker.objects.all()[0]),
        )
        transaction.set_rollback(True)
    assert {explanation.edition for explanation in explained} == {"of last year"}
