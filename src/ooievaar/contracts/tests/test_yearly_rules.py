"""Guarantee, safety net and reserve: every cent from somebody, to somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.contracts.rules.guarantee import (
    Financing,
    PartnerYear,
    floor_ppm,
    part_of_reference,
    settle_guarantee,
)
from ooievaar.contracts.rules.reserve import settle_reserve
from ooievaar.contracts.rules.safety_net import InsurerYear, settle_corridor
from ooievaar.contracts.rules.yearly import split_over
from ooievaar.kernel.money import PPM

ORDER = ("safety_net", "reserve", "gainers")
NORTH, SOUTH, WARD, NEW = 1, 2, 3, 4


def settled(*partners, ppm=950_000, cap_ppm=PPM, funds=None, financed_by=ORDER):
    return settle_guarantee(
        [PartnerYear(*partner) for partner in partners],
        ppm=ppm,
        cap_ppm=cap_ppm,
        funds=funds or {},
        financed_by=financed_by,
    )


def test_the_floor_is_paid_from_the_sources_in_their_order():
    result = settled(
        (NORTH, 80_000, 100_000),  # floor 95,000: 15,000 short
        (SOUTH, 120_000, 100_000),  # gained 20,000
        (WARD, 97_000, 100_000),  # above its floor, under its reference: neither
        funds={"safety_net": 4_000, "reserve": 1_000},
    )
    assert result.payments == {NORTH: 15_000}
    assert result.financing == (
        Financing("safety_net", None, 4_000),
        Financing("reserve", None, 1_000),
        Financing("gainers", SOUTH, 10_000),
    )
    assert not result.claims


def test_a_guarantee_larger_than_the_pool_is_paid_in_part_and_stays_a_claim():
    result = settled((NORTH, 0, 100_000), (SOUTH, 90_000, 100_000), (WARD, 100_001, 100_000))
    assert result.financing == (Financing("gainers", WARD, 1),)
    assert result.payments == {NORTH: 1}  # the one cent, to the larger due
    assert result.claims == {NORTH: 94_999, SOUTH: 5_000}


def test_the_cap_limits_what_one_partner_gets():
    result = settled((NORTH, 0, 100_000), cap_ppm=100_000, funds={"reserve": 10**6})
    assert result.payments == {NORTH: 10_000}
    assert not result.claims


def test_who_has_no_reference_is_neither_guaranteed_nor_charged():
    result = settled((NORTH, 0, 100_000), (NEW, 10**9, None))
    assert result.without_reference == (NEW,)
    assert not result.financing
    assert result.claims == {NORTH: 95_000}


def test_a_year_that_the_agreement_does_not_name_has_no_guarantee():
    assert floor_ppm({2026: 950_000}, 2027) == 0
    assert not settled((NORTH, 0, 100_000), ppm=0, funds={"reserve": 5}).payments


def test_who_left_in_mid_year_has_the_reference_of_its_days():
    assert part_of_reference(365_000, 100, 365) == 100_000


CENTS = st.integers(0, 10**9)
YEARS = st.lists(
    st.tuples(st.integers(-(10**6), 10**9), st.none() | CENTS), min_size=1, max_size=12
).map(lambda rows: [(number, *row) for number, row in enumerate(rows, 1)])
RULES = st.fixed_dictionaries(
    {
        "ppm": st.integers(0, 1_100_000),
        "cap_ppm": st.integers(0, PPM),
        "funds": st.fixed_dictionaries(
            {"safety_net": st.integers(-100, 10**8), "reserve": st.integers(-100, 10**8)}
        ),
        "financed_by": st.permutations(ORDER),
    }
)


@given(YEARS, RULES)
def test_what_is_paid_is_what_is_financed_and_no_gain_becomes_a_loss(years, rules):
    result = settled(*years, **rules)
    assert sum(result.payments.values()) == sum(row.cents for row in result.financing)
    floors = {floor.organisation_id: floor for floor in result.floors}
    for who, cents in result.payments.items():
        assert 0 < cents <= floors[who].due_cents
    for who, floor in floors.items():
        assert result.payments.get(who, 0) + result.claims.get(who, 0) == floor.due_cents
    for row in result.financing:
        if row.source == "gainers":
            floor = floors[row.organisation_id]
            assert 0 < row.cents <= floor.gain_cents
            assert floor.income_cents - row.cents >= floor.reference_cents
        else:
            assert 0 < row.cents <= rules["funds"][row.source]
    if result.claims:  # nobody who could pay has anything left
        gains = sum(floor.gain_cents for floor in result.floors)
        has = gains + sum(max(cents, 0) for cents in rules["funds"].values())
        assert sum(row.cents for row in result.financing) == has


@given(YEARS, RULES, st.randoms())
def test_the_order_of_the_partners_does_not_matter(years, rules, random):
    turned = random.sample(years, len(years))
    assert settled(*turned, **rules) == settled(*years, **rules)


@pytest.mark.parametrize(
    ("income", "outside", "to_the_igo"),
    [
        *((100_000, 0, 0), (97_000, 0, 0), (103_000, 0, 0), (90_000, 7_000, 3_500)),
        *((110_001, -7_001, -3_501), (0, 97_000, 48_500)),
    ],
)
def test_the_corridor_around_the_old_income(income, outside, to_the_igo):
    found = settle_corridor(
        InsurerYear("9999", income, 100_000), corridor_ppm=30_000, share_ppm=500_000
    )
    assert (found.lower_cents, found.upper_cents) == (97_000, 103_000)
    assert (found.outside_cents, found.settled_cents) == (outside, to_the_igo)
    assert not found.is_provisional


@pytest.mark.parametrize("unknown", [1, 2])
def test_an_unknown_value_makes_the_corridor_provisional(unknown):
    year = InsurerYear("9999", 90_000, 100_000, unknown_values=unknown)
    assert settle_corridor(year, corridor_ppm=0, share_ppm=PPM).is_provisional
    assert InsurerYear("9999", 90_000, 100_000).unknown_values == 0


def test_below_a_corridor_wider_than_all_there_is_nothing():
    wide = settle_corridor(InsurerYear("9999", 0, 100_000), corridor_ppm=PPM + 1, share_ppm=PPM)
    assert (wide.lower_cents, wide.outside_cents, wide.settled_cents) == (0, 0, 0)


@given(CENTS, CENTS, st.integers(0, PPM), st.integers(0, PPM))
def test_a_settlement_never_leaves_the_corridor_at_the_other_side(income, mono, corridor, share):
    found = settle_corridor(
        InsurerYear("9999", income, mono), corridor_ppm=corridor, share_ppm=share
    )
    after = income + found.settled_cents
    assert min(income, found.lower_cents) <= after <= max(income, found.upper_cents)


def test_the_reserve_gives_back_what_lies_above_its_ceiling():
    found = settle_reserve(
        1_000_007,
        ceiling_cents=1_000_000,
        release="above_ceiling",
        brought_in=dict.fromkeys(range(1, 8), 1) | {8: 0},
    )
    assert found.released == dict.fromkeys(range(1, 8), 1)
    assert (found.kept_cents, found.to_decide_cents) == (1_000_000, 0)


def test_the_members_decide_where_the_agreement_says_so():
    found = settle_reserve(150, ceiling_cents=100, release="members_decide", brought_in={NORTH: 1})
    assert (found.kept_cents, dict(found.released), found.to_decide_cents) == (150, {}, 50)


@given(
    st.integers(-(10**9), 10**9),
    st.none() | CENTS,
    st.dictionaries(st.integers(1, 9), st.integers(-5, 10**9)),
)
def test_no_cent_of_the_reserve_gets_lost(balance, ceiling, brought_in):
    found = settle_reserve(
        balance, ceiling_cents=ceiling, release="above_ceiling", brought_in=brought_in
    )
    assert found.kept_cents + sum(found.released.values()) == balance
    assert all(cents > 0 for cents in found.released.values())
    if ceiling is not None:
        assert found.kept_cents - found.to_decide_cents <= max(ceiling, balance)
        assert found.kept_cents >= min(balance, ceiling)


def test_the_odd_cent_goes_to_the_lower_number_in_whatever_order_they_are_told():
    assert split_over(3, {9: 1, 2: 1}) == split_over(3, {2: 1, 9: 1}) == {2: 2, 9: 1}
