"""Gravidity and parity agree with the earlier pregnancies, or somebody is told."""

import pytest

from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.history import (
    EarlierPregnancy,
    disagreements,
    earlier_pregnancies,
    expected_numbers,
)

FROM_DAYS = load().choices["parity_from_days"]

STORIES = [
    # earlier pregnancies as (ending, weeks), gravidity, parity
    ([], 1, 0),
    ([("birth", 40)], 2, 1),
    ([("birth", None)], 2, 1),
    ([("miscarriage", 9)], 2, 0),
    ([("miscarriage", None)], 2, 0),
    ([("miscarriage", 15)], 2, 0),
    ([("miscarriage", 16)], 2, 1),
    ([("termination", 22)], 2, 1),
    ([("birth", 39), ("ectopic", 6), ("birth", 33)], 4, 2),
]


@pytest.mark.parametrize(("earlier", "gravidity", "parity"), STORIES)
def test_numbers_follow_from_the_earlier_pregnancies(earlier, gravidity, parity):
    known = [
        EarlierPregnancy(number, ending, None if weeks is None else weeks * 7)
        for number, (ending, weeks) in enumerate(earlier, start=1)
    ]
    assert expected_numbers(known, FROM_DAYS) == (gravidity, parity)
    assert disagreements(gravidity, parity, known, FROM_DAYS) == ()
    assert disagreements(None, None, known, FROM_DAYS) == ()


def test_what_does_not_agree_is_told_with_found_and_expected():
    known = [EarlierPregnancy(1, "birth", 280), EarlierPregnancy(2, "miscarriage", 60)]
    found = disagreements(2, 2, known, FROM_DAYS)
    assert [(one.element, one.found, one.expected) for one in found] == [
        ("parity", 2, 1),
        ("gravidity", 2, 3),
        ("parity", 2, 1),
    ]
    assert found[1].message_nl == (
        "Graviditeit: gevonden 2; verwacht 3, want er staan 2 eerdere zwangerschappen."
    )
    assert "ten minste 16 weken" in found[2].message_nl
    assert "at least 16 weeks" in found[2].message_en


def test_without_earlier_pregnancies_on_record_only_the_two_are_held_together():
    assert disagreements(3, 2, [], FROM_DAYS) == ()
    assert [one.element for one in disagreements(1, 1, [], FROM_DAYS)] == ["parity"]


def test_twins_are_one_pregnancy():
    observed = [
        ("earlier_ending", 1, "birth"),
        ("earlier_gestation_weeks", 1, "37"),
        ("earlier_children", 1, "2"),
        ("gravidity", 0, "2"),
    ]
    assert earlier_pregnancies(observed) == (EarlierPregnancy(1, "birth", 259),)
    assert expected_numbers(earlier_pregnancies(observed), FROM_DAYS) == (2, 1)
