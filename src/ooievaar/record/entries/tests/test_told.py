"""What entries tell of a pregnancy as a whole, and whether they agree on how many children."""

import pytest

from ooievaar.record.entries.rules.children import Children, children_said
from ooievaar.record.entries.rules.told import Found, told


def children(*said: tuple[str, int, str]) -> object:
    """Return how many children these observations tell of, in the order of being recorded."""
    return told(Found(order, *one) for order, one in enumerate(said)).get("children")


CARRIES_TWO = ("fetus_count", 0, "2")
FIRST, SECOND = ("birth_date", 1, "2026-10-01"), ("birth_date", 2, "2026-10-02")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), None),
        ((CARRIES_TWO,), 2),
        ((("children_born", 0, "2"),), 2),
        ((CARRIES_TWO, ("children_born", 0, "1")), 1),
        ((("children_born", 0, "1"), CARRIES_TWO), 1),
        ((CARRIES_TWO, FIRST), 2),
        ((("children_born", 0, "1"), FIRST, SECOND), 2),
        ((FIRST,), 1),
    ],
)
def test_how_many_were_born_counts_more_than_how_many_she_carried(said, expected):
    assert children(*said) == expected


def test_the_pregnancy_ends_with_the_last_of_the_children():
    facts = told(Found(order, *one) for order, one in enumerate((CARRIES_TWO, SECOND, FIRST)))
    assert str(facts["birth_on"]) == str(facts["ended_on"]) == "2026-10-02"


@pytest.mark.parametrize(
    ("carried", "born", "written", "agree"),
    [
        (None, None, 0, True),
        (2, None, 0, True),
        (2, 2, 0, True),
        (2, 2, 2, True),
        (2, 2, 1, False),
        (2, 1, 1, False),
        (None, 2, 1, False),
        (1, None, 2, False),
    ],
)
def test_they_agree_when_everybody_who_speaks_says_the_same(carried, born, written, agree):
    assert Children(carried, born, written).agree is agree


def test_the_children_whose_birth_is_written_are_counted_once():
    said = children_said([CARRIES_TWO, ("children_born", 0, "1"), FIRST, SECOND, FIRST])
    assert said == Children(carried=2, born=1, written=2)
