"""The zero-remainder proof: what it weighs, and that it sees what is missing."""

import json

import pytest

from ooievaar.settlement.rules.proof import Proof, prove

SOUND = {
    "activities": 10,
    "placed": 10,
    "by_disposition": {"in_product": 7, "outside_bundle": 3},
    "owed_cents": 1_500,
    "earlier_cents": 1_000,
    "closed_cents": 500,
    "earlier_shares": {"overhead": 100, "partner": 850, "reserve": 50},
    "closed_shares": {"overhead": 50, "partner": 525, "reserve": -75},
}


def test_nothing_remains_where_everything_has_a_place():
    proof = prove(**SOUND)
    assert proof.holds
    assert [balance.remainder for balance in proof.balances] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("broken", "remainders"),
    [
        ({"by_disposition": {"in_product": 7, "outside_bundle": 2}}, {"dispositions": 1}),
        ({"by_disposition": {"in_product": 8, "outside_bundle": 3}}, {"dispositions": -1}),
        # One activity in two places and one in none: the sum fits, the places do not.
        ({"placed": 9}, {"placed_once": 1}),
        ({"closed_shares": {"partner": 499}}, {"closing": 1, "so_far": 1}),
        ({"earlier_shares": {"partner": 1_001}}, {"so_far": -1}),
        ({"owed_cents": 1_503}, {"owed": 3}),
    ],
)
def test_what_is_missing_is_shown_as_a_remainder(broken, remainders):
    proof = prove(**{**SOUND, **broken})
    assert not proof.holds
    found = {balance.name: balance.remainder for balance in proof.balances if balance.remainder}
    assert found == remainders


def test_a_stored_proof_reads_back_the_same():
    proof = prove(**SOUND)
    assert Proof.from_json(json.loads(json.dumps(proof.as_json()))) == proof
