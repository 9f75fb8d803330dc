"""The contacts of the WHO, for every week in which a woman can come into care."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from ooievaar.kernel.gestation import gestation_days
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.planning import Facts, plan_items
from ooievaar.pathways.rules.prepared import prepare
from ooievaar.pathways.shipped import newest

DUE = date(2026, 11, 9)
WHO = newest("who_anc")
assert WHO is not None
PREPARED = prepare(compose([WHO.definition]))


def planned_weeks(first_week: int, extra_days: int = 0) -> list[int]:
    """The weeks of all contacts after a first one in this week, as the plan has them."""
    intake = DUE - timedelta(days=280 - first_week * 7 - extra_days)
    facts = Facts(today=intake, first_intake_on=intake, due_dates=((intake, DUE),))
    return [
        gestation_days(DUE, item.due_from) // 7
        for item in plan_items(PREPARED, facts)
        if item.key.startswith("contact_")
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (4, [12, 20, 26, 30, 34, 36, 38, 40, 41]),
        (9, [17, 25, 31, 35, 37, 39, 40, 41]),
        (21, [27, 31, 35, 37, 39, 40, 41]),
        # From 22 weeks she came late: the contacts are closer together from 32 weeks on.
        (22, [28, 32, 34, 36, 38, 40, 41]),
        (24, [30, 34, 36, 38, 40, 41]),
        (30, [32, 34, 36, 38, 40, 41]),
        (39, [40, 41]),
        (41, []),
    ],
)
def test_the_contacts_that_follow(first: int, then: list[int]) -> None:
    assert planned_weeks(first) == then
    assert planned_weeks(first, extra_days=6) == then


def test_they_equal_the_published_table_for_every_week(shared_folder: Path) -> None:
    file = shared_folder / "fhir" / "who_anc_r4" / "anc_contact_schedule_matrix.json"
    table = json.loads(file.read_text())["schedule"]
    assert len(table) == 38
    assert {week: planned_weeks(int(week)) for week in table} == table


def test_the_last_one_is_a_referral() -> None:
    intake = DUE - timedelta(days=280 - 39 * 7)
    facts = Facts(today=intake, first_intake_on=intake, due_dates=((intake, DUE),))
    names = [
        item.name_nl for item in plan_items(PREPARED, facts) if item.key.startswith("contact_")
    ]
    assert names == ["Contact 2", "Verwijzing voor de geboorte"]


def test_each_is_open_for_a_week() -> None:
    intake = DUE - timedelta(days=280 - 12 * 7)
    seen = {}
    for after in (0, 55, 56, 62, 63):
        today = intake + timedelta(days=after)
        facts = Facts(today=today, first_intake_on=intake, due_dates=((intake, DUE),))
        items = plan_items(PREPARED, facts)
        seen[after] = next(item.status for item in items if item.key == "contact_2")
    assert seen == {0: "upcoming", 55: "upcoming", 56: "due", 62: "due", 63: "overdue"}
