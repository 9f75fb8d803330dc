"""Money never loses a cent, whichever way it is split, rounded or written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.money import divide_half_up, format_euro, split_largest_remainder

AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_the_parts_of_a_split_add_up_to_the_amount(amount_cents, weights):
    assert sum(split_largest_remainder(amount_cents, weights)) == amount_cents


@given(AMOUNTS, WEIGHTS)
def test_a_credit_is_the_exact_mirror_of_its_debit(amount_cents, weights):
    debit = split_largest_remainder(amount_cents, weights)
    assert split_largest_remainder(-amount_cents, weights) == [-part for part in debit]


@given(AMOUNTS, WEIGHTS)
def test_no_part_is_a_whole_cent_away_from_its_exact_share(amount_cents, weights):
    parts = split_largest_remainder(amount_cents, weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount_cents * weight, sum(weights))) < 1


@given(AMOUNTS, WEIGHTS)
def test_who_has_no_weight_gets_nothing(amount_cents, weights):
    parts = split_largest_remainder(amount_cents, weights)
    assert all(part == 0 for part, w in zip(parts, weights, strict=True) if w == 0)


@given(AMOUNTS, WEIGHTS, st.integers(min_value=2, max_value=1000))
def test_only_the_ratio_of_the_weights_matters(amount_cents, weights, factor):
    larger = [weight * factor for weight in weights]
    assert split_largest_remainder(amount_cents, larger) == split_largest_remainder(
        amount_cents, weights
    )


@pytest.mark.parametrize(
    ("amount_cents", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # a tie goes to the earlier
        (200, [1, 1, 1], [67, 67, 66]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [1, 2, 1], [3, 5, 2]),  # 2.5 and 2.5: the earlier of the two halves
        (1, [1, 1_000_000], [0, 1]),
        (5, [0, 3, 0], [0, 5, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_left_over_cents_go_to_the_largest_remainders(amount_cents, weights, parts):
    assert split_largest_remainder(amount_cents, weights) == parts


@pytest.mark.parametrize(
    ("amount_cents", "weights"), [(1, []), (1, [0, 0]), (-1, [0]), (5, [1, -1])]
)
def test_money_without_an_entitled_party_is_refused(amount_cents, weights):
    with pytest.raises(ValueError, match="weight"):
        split_largest_remainder(amount_cents, weights)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (0, 15, 0),
        (7, 15, 0),
        (8, 15, 1),
        (5, 2, 3),
        (3, 2, 2),
        (1, 2, 1),
        (49, 100, 0),
        (50, 100, 1),
    ],
)
def test_a_half_is_rounded_up(numerator, denominator, rounded):
    assert divide_half_up(numerator, denominator) == rounded


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=1, max_value=10**6))
def test_rounding_is_at_most_half_away_and_upwards_on_a_tie(numerator, denominator):
    away = divide_half_up(numerator, denominator) - Fraction(numerator, denominator)
    assert -Fraction(1, 2) < away <= Fraction(1, 2)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_rounding_refuses_what_it_does_not_define(numerator, denominator):
    with pytest.raises(ValueError, match="divide_half_up"):
        divide_half_up(numerator, denominator)


@pytest.mark.parametrize(
    ("amount_cents", "dutch", "english"),
    [
        (0, "€ 0,00", "€0.00"),
        (5, "€ 0,05", "€0.05"),
        (123456, "€ 1.234,56", "€1,234.56"),
        (123456789000, "€ 1.234.567.890,00", "€1,234,567,890.00"),
        (-123456, "€ -1.234,56", "-€1,234.56"),
        (-1, "€ -0,01", "-€0.01"),
        (None, "onbekend", "unknown"),
    ],
)
def test_amounts_are_written_as_people_read_them(amount_cents, dutch, english):
    assert format_euro(amount_cents) == dutch
    assert format_euro(amount_cents, "en") == english
