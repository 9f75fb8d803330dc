"""Two readings of the policy, in Ibis and in plain Python, give the same rows.

`proof.two_engines` compares 200,000 pregnancies; here are enough to meet every outcome.
"""

import ast
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ooievaar.bundles.rules.facts import columns
from tests import oracle
from tests.engine.comparing import (
    COMPARED,
    EVERY_OUTCOME,
    derive_by_oracle,
    derive_by_tables,
    differences,
    met,
)
from tests.engine.generate import generate, generate_from
from tests.engine.world import Facts

SEEDS = (0, 1, 3, 7, 9)  # regions with and without a bent rule book; those of 3 have long numbers
PREGNANCIES_PER_SEED = 1_000
SHOWN = 12
WRITTEN = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)


def assert_agreed(facts: Facts, ours: Facts) -> None:
    found = [str(one) for one in differences(ours, derive_by_tables(facts))]
    assert not found, "\n".join([f"the engines differ in {len(found)} places", *found[:SHOWN]])


@cache
def region_of(seed: int) -> tuple[Facts, Facts]:
    """Return a region, and what the plain-Python engine makes of it, worked out once."""
    facts = generate(seed, PREGNANCIES_PER_SEED)
    return facts, derive_by_oracle(facts)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_give_the_same_rows(seed: int) -> None:
    assert_agreed(*region_of(seed))


def test_generated_pregnancies_meet_every_outcome() -> None:
    """Agreement on what never happens proves nothing."""
    reached: Counter[object] = Counter()
    for seed in SEEDS:
        reached.update(met(region_of(seed)[1]))
    assert [outcome for outcome in EVERY_OUTCOME if not reached[outcome]] == []


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.sampled_from(SEEDS))
def test_they_agree_on_what_hypothesis_throws_itself(random: Random, seed: int) -> None:
    """A disagreement is shrunk to the fewest and simplest throws."""
    facts = generate_from(random, seed)
    assert_agreed(facts, derive_by_oracle(facts))


def test_a_family_made_again_alone_is_the_same() -> None:
    """Else a disagreement could not be shown again."""
    whole, alone = generate(3, 40), generate(3, only=[10**9 + 5])
    hers = {row["pregnancy_id"] for row in alone["pregnancies"]}
    assert hers
    assert [row for row in whole["pregnancies"] if row["pregnancy_id"] in hers] == (
        alone["pregnancies"]
    )
    numbers = {act["activity_id"] for act in alone["activities"]}
    assert [act for act in whole["activities"] if act["activity_id"] in numbers] == (
        alone["activities"]
    )


def test_a_difference_is_told_by_column_and_row() -> None:
    facts = generate(1, 30)
    ours, theirs = derive_by_oracle(facts), derive_by_tables(facts)
    assert not list(differences(ours, theirs))
    changed = [row | {"cents": row["cents"] + 1} for row in ours["products"]]
    key, cents = (ours["products"][0]["product_no"],), ours["products"][0]["cents"]
    found = [str(one) for one in differences(ours | {"products": changed}, theirs)]
    assert found[0] == f"products {key} cents: oracle {cents + 1}, rules {cents}"
    assert len(found) == len(changed)
    twice = ours["routes"] + ours["routes"][:1]
    assert "rows" in str(next(iter(differences(ours | {"routes": twice}, theirs))))


def test_the_columns_are_those_of_the_declared_tables() -> None:
    results = derive_by_oracle(generate(1, 200))
    for name, schema in COMPARED.items():
        assert list(results[name][0]) == list(columns(schema)), name


def test_the_plain_engine_stays_small_enough_to_be_read_beside_the_policy() -> None:
    """Every line, then those of code: without blank lines, comments and docstrings."""
    folder = Path(oracle.__file__).parent
    whole = [line for path in folder.glob("*.py") for line in path.read_text("utf-8").splitlines()]
    assert len(whole) < 650
    assert not [line for line in whole if "fmt:" in line]
    code: set[tuple[str, int]] = set()
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)}  # fmt: skip
        with tokenize.open(path) as text:
            tokens = [t for t in tokenize.generate_tokens(text.readline) if t.type in WRITTEN]
        words = {
            line
            for node in ast.walk(tree)
            if id(node) in told
            for line in range(node.lineno, node.end_lineno + 1)
        }
        lines = {n for t in tokens for n in range(t.start[0], t.end[0] + 1)} - words
        code |= {(path.name, line) for line in lines}
    assert len(code) < 535
