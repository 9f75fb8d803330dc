"""No double diagnostics: what was made within its window is found, whoever made it."""

from datetime import date, timedelta

from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.repeats import Made, made_already

DAY = date(2026, 10, 20)
WINDOWS = load().repeats(DAY)


def scan(reference, days_ago, kind):
    day = DAY - timedelta(days=days_ago)
    return Made(reference, "ultrasound", day, (("scan_kind", 0, kind), ("hc", 1, "180")))


def blood(reference, days_ago, **values):
    observed = tuple((key, 0, value) for key, value in values.items())
    return Made(reference, "laboratory", DAY - timedelta(days=days_ago), observed)


def names(found):
    return [(one.window.key, one.made.reference, one.days) for one in found]


def test_a_scan_of_the_same_kind_within_its_window_is_a_repeat():
    earlier = [scan(1, 10, "growth"), scan(2, 11, "growth"), scan(3, 2, "position")]
    found = made_already(WINDOWS, "ultrasound", DAY, earlier, [("scan_kind", 0, "growth")])
    assert names(found) == [("growth_scan", 1, 10)]


def test_one_that_was_planned_just_after_is_one_too():
    found = made_already(
        WINDOWS, "ultrasound", DAY, [scan(1, -4, "growth")], [("scan_kind", 0, "growth")]
    )
    assert names(found) == [("growth_scan", 1, -4)]


def test_each_test_of_a_form_is_looked_at_by_itself():
    earlier = [blood(1, 100, blood_group="O", hb="7.5"), blood(2, 5, hb="7.1")]
    new = [("blood_group", 0, "O"), ("hb", 0, "7.3")]
    assert names(made_already(WINDOWS, "laboratory", DAY, earlier, new)) == [
        ("hb", 2, 5),
        ("blood_group", 1, 100),
    ]
    assert made_already(WINDOWS, "laboratory", DAY, earlier, [("tsh", 0, "1.5")]) == ()


def test_a_form_that_is_only_just_opened_shows_what_was_made_lately():
    earlier = [scan(1, 3, "growth"), scan(2, 1, "position"), blood(3, 1, hb="7.5")]
    assert names(made_already(WINDOWS, "ultrasound", DAY, earlier)) == [
        ("position_scan", 2, 1),
        ("growth_scan", 1, 3),
    ]
    assert made_already(WINDOWS, "prenatal_contact", DAY, earlier) == ()
