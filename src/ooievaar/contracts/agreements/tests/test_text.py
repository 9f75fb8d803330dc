"""The text and the values say the same, and the examples survive being written."""

from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ooievaar import rulebook
from ooievaar.contracts.agreements import schema, terms
from ooievaar.contracts.agreements.differences import differences
from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.reading import faults_in, hash_of, read_agreement
from ooievaar.contracts.agreements.tests.generated import agreements
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.contracts.agreements.words import read_aloud, statements
from ooievaar.contracts.agreements.writing import percent, write
from ooievaar.contracts.rules.agreement import ANY_PRODUCT, Distribution, Overhead, as_shown_to

WHOLE = read_agreement("tekst", TEXT)
NAMED_ELSEWHERE = frozenset({"parties", "suppliers"})
"""Fields whose names other sentences use: without them these sentences read otherwise too."""


@given(agreements())
@settings(max_examples=150, deadline=None)
def test_what_is_written_reads_as_it_was(agreement: Distribution) -> None:
    text = write(agreement)
    assert read_agreement("tekst", text) == agreement
    assert write(read_agreement("tekst", text)) == text


@given(agreements())
@settings(max_examples=6, deadline=None)
def test_examples_survive_being_written(agreement: Distribution) -> None:
    assume(agreement.examples)
    again = read_agreement("tekst", write(agreement))
    assert run_examples(again) == run_examples(agreement)


def test_every_sort_of_statement_stands_once() -> None:
    places = [row.place for row in statements(WHOLE)]
    assert len(places) == len(set(places))
    assert {place[0] for place in places} == {field.name for field in fields(Distribution)}


@given(agreements(), agreements(), st.sampled_from([f.name for f in fields(Distribution)]))
@settings(max_examples=150, deadline=None)
def test_the_difference_in_words_names_everything_that_changed(one, other, name) -> None:
    """Whatever field is taken over from another agreement is named, and nothing else is."""
    after = replace(one, **{name: getattr(other, name)})
    try:
        changes = differences(one, after)
    except KeyError:
        assume(False)  # parties that others point at were taken away
    same = getattr(one, name) == getattr(after, name)
    named = {change.place[0] for change in changes}
    if name in NAMED_ELSEWHERE:
        assert (name in named) is not same
    else:
        assert named == (set() if same else {name})
    for change in changes:
        assert str(change)


@given(agreements())
@settings(max_examples=50, deadline=None)
def test_an_agreement_differs_in_nothing_from_itself(agreement: Distribution) -> None:
    assert differences(agreement, agreement) == []


def test_a_difference_is_a_sentence() -> None:
    after = read_agreement("tekst", changed(("deel: 3 %", "deel: 3,25 %"), ("uzovi: \"9910\"", "uzovi: \"9911\"")))  # fmt: skip  # noqa: E501
    assert [str(change) for change in differences(WHOLE, after)] == [
        "Als eerste gaat naar de organisatie zelf 3,25 % (was: 3 %).",
        "Nieuw: Met verzekeraar 9911 telt een verschil met het oude inkomen pas boven 2 %.",
        "Nieuw: Van wat daarbuiten valt, wordt met verzekeraar 9911 verrekend 50 %.",
        "Vervalt: Met verzekeraar 9910 telt een verschil met het oude inkomen pas boven 2 %.",
        "Vervalt: Van wat daarbuiten valt, wordt met verzekeraar 9910 verrekend 50 %.",
    ]


def test_when_is_paid_is_read_aloud_and_may_be_left_out() -> None:
    after = read_agreement("tekst", changed(("als betaald", "als toegekend")))
    silent = read_agreement("tekst", changed(("betalen: als betaald\n", "")))
    assert (WHOLE.pays_when, after.pays_when, silent.pays_when) == ("paid", "granted", "")
    assert [str(change) for change in differences(WHOLE, after)] == [
        "Aan de partners wordt betaald wat de verzekeraar heeft toegekend, ook als het nog niet "
        "betaald is (was: wat de verzekeraar heeft betaald)."
    ]
    assert "paying" not in {chapter.key for chapter in read_aloud(silent)}


def test_another_name_changes_only_who_it_is() -> None:
    after = read_agreement("tekst", TEXT.replace("Het Nest", "Het Grote Nest"))
    changes = differences(WHOLE, after)
    assert [change.place for change in changes][:1] == [("parties", "08999002")]
    assert "(was: Het Nest (verloskundigen))" in str(changes[0])


def test_it_is_read_aloud_under_headings() -> None:
    chapters = {chapter.key: chapter for chapter in read_aloud(WHOLE)}
    assert list(chapters) == [
        "whole", "parties", "first", "products", "disciplines", "suppliers", "guarantee",
        "advances", "paying", "examples",
    ]  # fmt: skip
    said = [str(sentence) for sentence in chapters["products"].sentences]
    assert "Van prenataal is het vaste aandeel van verloskundigen 60 %." in said


def test_the_shape_and_the_words_are_the_same() -> None:
    assert list(get_args(schema.Discipline)) == list(terms.DISCIPLINES.values())
    assert list(get_args(schema.Product)) == list(terms.PRODUCTS.values())
    assert list(get_args(schema.MemberMethod)) == list(terms.METHODS.values())
    assert set(get_args(schema.ProductMethod)) < set(terms.METHODS.values())
    assert list(get_args(schema.Release)) == list(terms.RELEASES.values())
    assert list(get_args(schema.Reference)) == list(terms.REFERENCES.values())
    assert list(get_args(schema.Financier)) == list(terms.FINANCIERS.values())
    assert list(get_args(schema.PaysWhen)) == list(terms.PAYS_WHEN.values())
    assert schema.Advances(deel="1 %").geldgever == terms.IGO


def test_every_product_of_the_rule_book_has_a_word() -> None:
    known = {row.product for row in rulebook.load().products.products}
    assert known | {ANY_PRODUCT} == set(terms.PRODUCTS)


def test_the_published_schema_describes_the_text() -> None:
    published = schema.json_schema()
    assert published["additionalProperties"] is False
    assert {"titel", "partijen", "producten", "voorbeelden"} <= set(published["properties"])
    assert published["$defs"]["Overhead"]["properties"]["deel"]["anyOf"][0]["pattern"]


@pytest.mark.parametrize(
    ("ppm", "written"),
    [(0, "0 %"), (1, "0,0001 %"), (35_000, "3,5 %"), (1_000_000, "100 %"), (333_334, "33,3334 %")],
)
def test_a_percentage_as_people_write_it(ppm: int, written: str) -> None:
    assert percent(ppm) == written
    assert schema.read_percent(written) == ppm


FAULTS = [
    ("60 %", "61 %", "producten.prenataal.aandelen: gevonden samen 101 %; verwacht samen 100 %"),
    ("Het Nest: 50 %", "Het Nst: 50 %", "verwacht een naam uit partijen (bedoelt u Het Nest?)"),
    ("naar verrichtingen", "naar verichtingen", "gevonden 'naar verichtingen'; verwacht een van:"),
    ('"08999002"', "8999002", "gevonden 8999002; verwacht tekst (een code tussen"),
    ('"08999002"', '"8999002"', "verwacht een AGB-code: acht cijfers tussen aanhalingstekens"),
    ('"08999002"', '"08999001"', "gevonden AGB-code 08999001 twee keer"),
    ("deel: 3 %", "deel: 3", "organisatiekosten.deel: gevonden 3; verwacht een percentage"),
    ("deel: 3 %", "deel: 101 %", "organisatiekosten.deel: gevonden '101 %'; verwacht hoogstens"),
    ("deel: 3 %", "deel: 99 %", "samen met reserve en toeslagen hooguit 100 %"),
    ("deel: 3 %", "deel: 3 %\n  per_maand: € 1,00", "precies één van deel en per_maand"),
    ("elk ander product", "elk product", "gevonden 'elk product'; verwacht een van: 'elk ander"),
    ("bedrag: € 1.000,00", "bedrag: 1000", "gevonden 1000; verwacht een bedrag zoals € 1.234,56"),
    ("geldt_tot: 2027-01-01", "geldt_tot: 2028-01-01", "producten.elk ander product.daarna"),
    ("geldt_tot: 2027-01-01", "geldt_tot: 2025-01-01", "verwacht een dag na geldt_vanaf"),
    ("geldt_vanaf: 2026-01-01", "geldt_vanaf: 1 januari", "verwacht een datum zoals jjjj-mm-dd"),
    ("    tot: 2027-01-01\n", "", "verwacht een einddag: deze werkwijze is een begin"),
    ('De Wieg: "', 'reserve: "', "verwacht een naam die nog niets anders betekent"),
    ("hoogstens: 10 %", "hoogste: 10 %", "garantie.hoogste: gevonden een onbekende sleutel"),
    ("  jaar: 2025\n", "", "garantie.jaar: gevonden niets; verwacht een jaar, precies als"),
    ('"2027": 95 %', '"2027": 100 %\n    "2028": 101 %', "deel_per_jaar.2028: gevonden '101 %'"),
    ('"2026": 100 %', '"2026": 90 %', "deel_per_jaar.2027: gevonden 95 %; verwacht niet meer dan"),
    ("        - Het Nest\n", "", "verwacht een lid van deze coöperatie"),
    ("netwerk: IGO Waterland\n", "", "netwerk: gevonden niets; verwacht deze verplichte sleutel"),
    ("titel: V", "titel: &a V", "geldige"),
    ("titel: V", "titel: V\ntitel: W", "verwacht elke sleutel één keer"),
    ("naam: Kraamzorg naar uren", "naam: Een gewone zwangerschap", "twee keer; verwacht één keer"),
    ("product: prenataal", "product: elk ander product", "verwacht de naam van een product"),
    ("geldgever: Ziekenhuis Waterland", "geldgever: De bank", "voorschotten.geldgever"),
    ("        bedrag: € 100,00", "        bedrag: € 100,00\n        begint: 2027-02-01",
     "voorbeelden[2].gegeven[kraamzorg per uur].begint"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS, ids=[f"{o[:18]}>{n[:14]}" for o, n, _ in FAULTS])  # fmt: skip  # noqa: E501
def test_what_is_wrong_is_told_with_line_and_key(old: str, new: str, told: str) -> None:
    if told == "geldige":  # an anchor that nobody refers to is no harm
        assert faults_in("afspraak.yaml", changed((old, new))) == []
        return
    faults = faults_in("afspraak.yaml", changed((old, new)))
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]
    assert all(fault.row is not None for fault in faults)


def test_a_list_that_is_wrong_within_is_not_called_empty() -> None:
    faults = faults_in("afspraak.yaml", changed(("bedrag: € 1.000,00", "bedrag: 1000")))
    assert len(faults) == 1


def test_a_text_that_is_no_yaml_is_told_with_its_line() -> None:
    (fault,) = faults_in("afspraak.yaml", "titel: Goed\npartijen: [")
    assert fault.expected == "geldige YAML" and fault.row is not None


def test_a_hash_is_of_the_text_byte_for_byte() -> None:
    assert hash_of("a") != hash_of("a ") and len(hash_of("a")) == 64


def test_a_secret_rule_is_shown_to_its_own_only() -> None:
    inside = as_shown_to(WHOLE, frozenset({"08999003"}))
    assert inside == WHOLE
    outside = as_shown_to(WHOLE, frozenset({"06999001"}))
    rule = outside.disciplines["midwives"]
    assert rule.is_secret and not rule.shares and not rule.cooperatives
    told = " ".join(str(row) for row in statements(outside))
    assert "De Eerste Stap 60 %" not in told and "€ 342,22" not in told
    assert "Van prenataal is het vaste aandeel van verloskundigen 60 %." in told
    cooperative_only = as_shown_to(WHOLE, frozenset({"08999001"}))
    assert cooperative_only.disciplines["midwives"].shares == {"08999001": 600_000, "08999009": 400_000}  # fmt: skip  # noqa: E501
    assert cooperative_only.disciplines["midwives"].cooperatives[0].shares == {}


def test_an_amount_a_month_is_no_part() -> None:
    after = read_agreement("tekst", changed(("deel: 3 %", "per_maand: € 12.500,00")))
    assert after.overhead == Overhead(cents_per_month=1_250_000)


def test_the_agreement_in_the_manual_is_sound_and_its_numbers_are_right() -> None:
    manual = Path(__file__).parents[5] / "docs" / "agreements.md"
    text = manual.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    agreement = read_agreement("docs/agreements.md", text)
    assert [(row.name, row.differing) for row in run_examples(agreement)] == [
        (example.name, ()) for example in agreement.examples
    ]
    assert len(agreement.examples) == 3
