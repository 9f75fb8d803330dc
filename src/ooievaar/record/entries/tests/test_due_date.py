"""The due date: which way to determine it counts, and how exact it is."""

from datetime import date
from itertools import permutations

from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.due_date import (
    Estimate,
    beats,
    chosen,
    from_gestation,
    from_last_period,
    gestation_by,
    precision_days,
    worked_out,
)

DAY = date(2026, 10, 1)
METHODS = load().due(DAY)

PERIOD = Estimate(date(2027, 4, 1), "last_period", date(2026, 8, 20))
SCAN = Estimate(date(2027, 4, 6), "crl", date(2026, 9, 15))
LATER_SCAN = Estimate(date(2027, 4, 8), "crl", date(2026, 9, 20))
HEAD = Estimate(date(2027, 4, 9), "head", date(2026, 11, 1))
TRANSFER = Estimate(date(2027, 4, 5), "transfer", date(2026, 8, 1))
STRANGE = Estimate(date(2027, 1, 1), "elsewhere", date(2027, 1, 1))


def test_a_dating_scan_beats_the_last_period_and_a_transfer_beats_both():
    assert beats(METHODS, SCAN, PERIOD) and not beats(METHODS, PERIOD, SCAN)
    assert chosen(METHODS, [PERIOD, SCAN]) == SCAN
    assert chosen(METHODS, [PERIOD, SCAN, TRANSFER, HEAD]) == TRANSFER
    assert chosen(METHODS, [PERIOD, HEAD]) == HEAD
    assert chosen(METHODS, []) is None


def test_of_the_same_way_the_later_one_counts_and_an_unknown_way_comes_last():
    assert chosen(METHODS, [SCAN, LATER_SCAN]) == LATER_SCAN
    assert chosen(METHODS, [STRANGE, PERIOD]) == PERIOD
    assert precision_days(METHODS, STRANGE) is None


def test_the_order_in_which_they_are_known_does_not_matter():
    for some in permutations([PERIOD, SCAN, LATER_SCAN, HEAD, STRANGE]):
        assert chosen(METHODS, some) == LATER_SCAN


def test_each_way_has_its_precision_unless_somebody_said_otherwise():
    assert precision_days(METHODS, SCAN) == 3
    assert precision_days(METHODS, PERIOD) == 7
    said = Estimate(SCAN.due_on, "crl", SCAN.determined_on, precision_days=5)
    assert precision_days(METHODS, said) == 5
    assert [method.rank for method in METHODS] == sorted(method.rank for method in METHODS)


def test_a_last_period_gives_the_due_date_and_a_long_cycle_makes_it_later():
    assert from_last_period(date(2026, 6, 25)) == date(2027, 4, 1)
    assert from_last_period(date(2026, 6, 25), 33) == date(2027, 4, 6)
    assert from_last_period(date(2027, 5, 25)) == date(2028, 2, 29)


def test_a_crown_rump_length_dates_a_pregnancy_within_its_range():
    crl = load().dating("crl", DAY)
    assert gestation_by(crl, 60) == 87
    assert from_gestation(date(2026, 9, 15), 87) == date(2027, 3, 27)
    assert gestation_by(crl, 14) is None and gestation_by(crl, 96) is None
    assert load().dating("hc", DAY) is None


def test_what_is_measured_and_told_gives_due_dates_of_which_the_best_comes_first():
    told = {
        "today": DAY,
        "crl": {date(2026, 9, 15): 60.0},
        "formula": load().dating("crl", DAY),
        "last_period": date(2026, 6, 20),
        "cycle_days": 30,
    }
    found = worked_out(METHODS, **told)
    assert [(one.method, one.due_on) for one in found] == [
        ("crl", date(2027, 3, 27)),
        ("last_period", date(2027, 3, 29)),
    ]
    # A scan outside the range of the formula, and a period of another pregnancy, say nothing.
    nothing = {"crl": {DAY: 110.0}, "last_period": date(2025, 6, 20)}
    assert worked_out(METHODS, **told | nothing) == ()
    assert worked_out(METHODS, **told | {"crl": {}, "last_period": date(2026, 10, 2)}) == ()
