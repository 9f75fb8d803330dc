"""What comes with the code: readable, complete, and able to be done and seen."""

import pytest

from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.definition import Definition
from ooievaar.pathways.rules.prepared import prepare
from ooievaar.pathways.shipped import Shipped, newest, shipped
from ooievaar.record.entries import dictionary

CARE_SHIFTS = {
    "zwangerschapsdiabetes": "gestational diabetes",
    "pijnstilling": "pain relief and nitrous oxide",
    "ctg": "CTG in primary care",
    "uitwendige_versie": "external version",
    "meconium": "meconium",
    "fluxus_anamnese": "haemorrhage in the history",
    "gbs_antibiotica": "antibiotics",
    "serotiniteit": "post-term with balloon",
    "tweeling": "twins",
    "hypertensie": "chronic hypertension",
    "echo": "ultrasound in primary care",
    "intake_mdo": "intake in primary care with MDO",
}
"""Every care shift that the seeds name, as the issue lists them."""


def of(key: str) -> list[Shipped]:
    return [row for row in shipped() if row.definition.key == key]


def minutes_by_line(definition: Definition) -> dict[str, int]:
    found: dict[str, int] = {}
    for activity in definition.activities:
        for row in activity.effort:
            found[row.line] = found.get(row.line, 0) + row.minutes * row.percent
    return found


def test_there_is_a_base_another_one_and_every_care_shift() -> None:
    keys = {row.definition.key for row in shipped()}
    assert keys == {"basis", "who_anc", *CARE_SHIFTS}
    assert {row.definition.key for row in shipped() if row.definition.kind == "base"} == {
        "basis",
        "who_anc",
    }


@pytest.mark.parametrize("key", sorted(CARE_SHIFTS))
def test_a_care_shift_is_two_versions_and_an_example(key: str) -> None:
    rows = of(key)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 2
    assert all(row.definition.is_example and not row.definition.verified for row in rows)
    assert minutes_by_line(rows[0].definition) != minutes_by_line(rows[-1].definition)


def test_the_pilot_of_the_hague_adds_and_removes_nothing() -> None:
    before, pilot, after = (minutes_by_line(row.definition) for row in of("meconium"))
    assert pilot["primary"] > before["primary"]
    assert pilot["secondary"] == before["secondary"]
    assert after["secondary"] < before["secondary"]


@pytest.mark.parametrize("row", shipped(), ids=lambda row: row.file)
def test_who_must_do_it_may_fill_in_the_form(row: Shipped) -> None:
    forms = {
        key: {role for form in periods for role in form.roles}
        for key, periods in dictionary.load().forms_by_key.items()
    }
    for activity in row.definition.activities:
        if activity.form is not None:
            assert activity.role in forms[activity.form], activity.key


@pytest.mark.parametrize("row", shipped(), ids=lambda row: row.file)
def test_an_element_can_be_written_on_the_form(row: Shipped) -> None:
    known = dictionary.load()
    for activity in row.definition.activities:
        for mark in activity.elements:
            key, _, value = mark.partition("=")
            on_form = {element for form in known.forms_by_key[activity.form or ""]
                       for element in form.element_keys}  # fmt: skip
            assert key in on_form, (activity.key, mark)
            (element, *_) = known.elements_by_key[key]
            allowed = {choice.code for choice in element.choices} or {"yes", "no"}
            assert not value or value in allowed, (activity.key, mark)
    for group in row.definition.for_whom.any_of:
        for condition in group.together:
            (element, *_) = known.elements_by_key[condition.element]
            codes = {choice.code for choice in element.choices} or {"yes", "no"}
            wanted = {*condition.one_of, *filter(None, [condition.equals])}
            assert wanted <= codes, condition.element


@pytest.mark.parametrize("row", shipped(), ids=lambda row: row.file)
def test_what_is_replaced_exists_in_the_base(row: Shipped) -> None:
    base = newest("basis")
    assert base is not None
    known = {activity.key for activity in base.definition.activities}
    for activity in row.definition.activities:
        assert set(activity.replaces) <= known, activity.key


def test_all_of_them_together_are_one_plan() -> None:
    """A woman with everything at once still has one birth, and every scan of a week once."""
    newest_of = [rows[-1].definition for key in CARE_SHIFTS if (rows := of(key))]
    base = newest("basis")
    assert base is not None
    whole = compose([base.definition, *newest_of])
    keys = [row.activity.key for row in whole.activities]
    assert keys.count("birth") == 1
    assert len(set(keys)) == len(keys)
    assert prepare(whole).groups
    texts = [row.text_nl for row in whole.explanations]
    assert all(texts)
    assert len(set(texts)) == len(texts)
