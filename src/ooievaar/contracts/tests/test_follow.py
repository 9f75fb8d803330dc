"""Follow policy: whose terms hold for an insurer, day by day."""

from datetime import date
from itertools import permutations

import pytest

from ooievaar.contracts.rules.follow import (
    Follower,
    InsurerContract,
    Terms,
    expand_terms,
    following_chain,
    following_loops,
)
from ooievaar.kernel.period import FAR_DATE

LARGE, SMALL, TINY = 1, 2, 3


def contract(contract_id: int, insurer_id: int, start: date, until: date = FAR_DATE):
    return InsurerContract(
        contract_id=contract_id,
        insurer_id=insurer_id,
        valid_from=start,
        valid_until=until,
        regime="correction",
        insurer_switch_breaks=contract_id % 2 == 0,
        kraamzorg_bills_itself=False,
        kraamzorg_unit_minutes=15,
    )


def lines(terms: list[Terms]) -> list[tuple[int, int, bool, date, date]]:
    return [(t.insurer_id, t.contract_id, t.followed, t.valid_from, t.valid_until) for t in terms]


JAN_25, JUL_25, JAN_26 = date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 1)
CHAIN = [Follower(LARGE, None), Follower(SMALL, LARGE), Follower(TINY, SMALL)]

TABLE = {
    "nobody has a contract": (CHAIN, [], []),
    "an insurer that follows nobody has its own contract only": (
        [Follower(LARGE, None), Follower(SMALL, None)],
        [contract(10, LARGE, JAN_25)],
        [(LARGE, 10, False, JAN_25, FAR_DATE)],
    ),
    "a follower takes the terms of the one it follows": (
        CHAIN[:2],
        [contract(10, LARGE, JAN_25)],
        [(LARGE, 10, False, JAN_25, FAR_DATE), (SMALL, 10, True, JAN_25, FAR_DATE)],
    ),
    "own terms win on the days they hold": (
        CHAIN[:2],
        [contract(10, LARGE, JAN_25), contract(20, SMALL, JUL_25, JAN_26)],
        [
            (LARGE, 10, False, JAN_25, FAR_DATE),
            (SMALL, 10, True, JAN_25, JUL_25),
            (SMALL, 20, False, JUL_25, JAN_26),
            (SMALL, 10, True, JAN_26, FAR_DATE),
        ],
    ),
    "a chain is followed to its end": (
        CHAIN,
        [contract(10, LARGE, JAN_25), contract(20, SMALL, JUL_25, JAN_26)],
        [
            (LARGE, 10, False, JAN_25, FAR_DATE),
            (SMALL, 10, True, JAN_25, JUL_25),
            (SMALL, 20, False, JUL_25, JAN_26),
            (SMALL, 10, True, JAN_26, FAR_DATE),
            (TINY, 10, True, JAN_25, JUL_25),
            (TINY, 20, True, JUL_25, JAN_26),
            (TINY, 10, True, JAN_26, FAR_DATE),
        ],
    ),
    "insurers that follow each other share what one of them has": (
        [Follower(LARGE, SMALL), Follower(SMALL, LARGE)],
        [contract(10, LARGE, JAN_25, JAN_26)],
        [(LARGE, 10, False, JAN_25, JAN_26), (SMALL, 10, True, JAN_25, JAN_26)],
    ),
    "an insurer that follows itself has its own contract only": (
        [Follower(LARGE, LARGE)],
        [contract(10, LARGE, JAN_25)],
        [(LARGE, 10, False, JAN_25, FAR_DATE)],
    ),
    "an insurer of whom nobody said whom it follows has its own contract": (
        [],
        [contract(20, SMALL, JUL_25), contract(10, LARGE, JAN_25)],
        [(LARGE, 10, False, JAN_25, FAR_DATE), (SMALL, 20, False, JUL_25, FAR_DATE)],
    ),
    "of two own contracts the earlier keeps the days they share": (
        [Follower(LARGE, None)],
        [contract(10, LARGE, JAN_25, JAN_26), contract(11, LARGE, JUL_25)],
        [(LARGE, 10, False, JAN_25, JAN_26), (LARGE, 11, False, JAN_26, FAR_DATE)],
    ),
}


@pytest.mark.parametrize(("insurers", "contracts", "expected"), TABLE.values(), ids=TABLE.keys())
def test_terms_of_every_insurer(insurers, contracts, expected):
    for order in permutations(contracts):
        assert lines(expand_terms(order, insurers[::-1])) == expected


def test_terms_carry_what_the_contract_says():
    terms = expand_terms([contract(10, LARGE, JAN_25)], CHAIN)
    assert {(t.regime, t.insurer_switch_breaks, t.kraamzorg_unit_minutes) for t in terms} == {
        ("correction", True, 15)
    }


def test_every_circle_is_named_once():
    insurers = [
        *(Follower(1, 2), Follower(2, 3), Follower(3, 1)),
        *(Follower(4, 1), Follower(5, 5), Follower(6, None), Follower(7, 6)),
    ]
    assert following_loops(insurers) == [(1, 2, 3), (5,)]


def test_a_chain_ends_with_who_follows_nobody_and_where_it_comes_back():
    follows = {TINY: SMALL, SMALL: LARGE, LARGE: None}
    assert following_chain(TINY, follows) == [TINY, SMALL, LARGE]
    assert following_chain(TINY, follows | {LARGE: SMALL}) == [TINY, SMALL, LARGE]
    assert following_chain(9, follows) == [9]


def test_circles_stand_in_order():
    turned = range(9, 0, -1)
    assert following_loops([Follower(who, who) for who in turned]) == [(n,) for n in range(1, 10)]
