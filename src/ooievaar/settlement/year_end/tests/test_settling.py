"""Whatever a year was: nothing is invented, nothing is lost, and nobody's gain becomes a loss."""

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.contracts.rules.guarantee import PartnerYear
from ooievaar.contracts.rules.safety_net import InsurerYear
from ooievaar.kernel.money import PPM
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.year_end.rules.settling import (
    NetYear,
    YearFacts,
    YearOutcome,
    differences,
    settle_year,
)

CENTS = st.integers(0, 10**9)
PARTNERS = st.lists(st.tuples(st.integers(-(10**6), 10**9), st.none() | CENTS), max_size=8).map(
    lambda rows: tuple(PartnerYear(number, *row) for number, row in enumerate(rows, 1))
)
NETS = st.lists(st.tuples(CENTS, CENTS, st.integers(0, PPM), st.integers(0, PPM)), max_size=3).map(
    lambda rows: tuple(
        NetYear(number, InsurerYear(f"{number:04d}", *row[:2]), *row[2:])
        for number, row in enumerate(rows, 1)
    )
)
FACTS = st.builds(
    YearFacts,
    partners=PARTNERS,
    nets=NETS,
    reserve_cents=st.integers(-(10**6), 10**9),
    ppm=st.integers(0, 1_100_000),
    cap_ppm=st.integers(0, PPM),
    financed_by=st.permutations(("safety_net", "reserve", "gainers")).map(tuple),
    ceiling_cents=st.none() | CENTS,
    release=st.sampled_from(["members_decide", "above_ceiling"]),
)


def sums(outcome: YearOutcome) -> dict[AccountKey, int]:
    found: dict[AccountKey, int] = {}
    for amounts in outcome.entries.values():
        for account, cents in amounts.items():
            found[account] = found.get(account, 0) + cents
    return found


@given(FACTS)
def test_every_entry_is_zero_and_the_reserve_is_not_overdrawn(facts: YearFacts) -> None:
    outcome = settle_year(facts)
    assert all(sum(amounts.values()) == 0 for amounts in outcome.entries.values())
    left = facts.reserve_cents - sums(outcome).get(AccountKey("reserve"), 0)
    assert left == outcome.reserve.kept_cents
    assert left >= min(facts.reserve_cents, 0)


@given(FACTS)
def test_nobodys_gain_becomes_a_loss(facts: YearFacts) -> None:
    moved = sums(settle_year(facts))
    for one in facts.partners:
        gets = -sum(
            moved.get(AccountKey(kind, one.organisation_id), 0)
            for kind in ("partner_payable", "partner_guarantee")
        )
        if gets < 0:
            assert one.reference_cents is not None
            assert one.income_cents + gets >= one.reference_cents


@given(FACTS)
def test_what_is_owed_is_booked_or_stays_a_claim(facts: YearFacts) -> None:
    outcome = settle_year(facts)
    moved = sums(outcome)
    for who, corridor in outcome.corridors.items():
        booked = moved.get(AccountKey("safety_net", who), 0)
        assert booked - outcome.unpaid.get(who, 0) == corridor.settled_cents
    for floor in outcome.guarantee.floors:
        booked = -moved.get(AccountKey("partner_guarantee", floor.organisation_id), 0)
        claim = outcome.guarantee.claims.get(floor.organisation_id, 0)
        assert booked + claim == floor.due_cents


@given(FACTS, FACTS)
def test_a_correction_brings_the_books_where_they_would_have_been(
    first: YearFacts, second: YearFacts
) -> None:
    booked, target = settle_year(first).entries, settle_year(second).entries
    moves = differences(target, booked)
    assert all(sum(amounts.values()) == 0 for amounts in moves.values())
    for reason in booked.keys() | target.keys():
        for account in booked.get(reason, {}).keys() | target.get(reason, {}).keys():
            came = booked.get(reason, {}).get(account, 0) + moves.get(reason, {}).get(account, 0)
            assert came == target.get(reason, {}).get(account, 0)
    assert differences(target, target) == {}
