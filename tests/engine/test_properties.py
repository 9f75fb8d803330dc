"""What must hold for any facts, on the engine that the product runs."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ooievaar.bundles.engine import derive_tables
from ooievaar.bundles.rules.facts import INPUTS
from tests.engine.generate import generate, small_facts
from tests.engine.world import Facts, Row
from tests.oracle.engine import KEYS

OF_WOMEN = ("activities", "pregnancies", "coverages", "made_products")
few = settings(max_examples=8)


def derive(facts: Facts) -> Facts:
    """Derive, in order of key."""
    tables = derive_tables(facts)
    return {
        name: sorted(tables[name], key=lambda row: [row[column] for column in KEYS[name]])
        for name in KEYS
    }


Derived = tuple[Facts, Facts]


@pytest.fixture(scope="module", params=[11, 12, 13])
def derived(request: pytest.FixtureRequest) -> Derived:
    """Many pregnancies, and what they amount to."""
    facts = generate(request.param, 500)
    return facts, derive(facts)


def test_every_activity_gets_exactly_one_disposition(derived: Derived) -> None:
    facts, results = derived
    placed = Counter(row["activity_id"] for row in results["dispositions"])
    assert placed == Counter(act["activity_id"] for act in facts["activities"])


def test_every_result_has_one_row_per_key(derived: Derived) -> None:
    _, results = derived
    for name, rows in results.items():
        keys = Counter(tuple(row[column] for column in KEYS[name]) for row in rows)
        assert not [key for key, count in keys.items() if count > 1], name


@few
@given(small_facts(), st.integers(0, 1000))
def test_the_order_of_input_does_not_matter(facts: Facts, seed: int) -> None:
    random = Random(seed)
    shuffled = {name: random.sample(facts[name], len(facts[name])) for name in INPUTS}
    assert derive(shuffled) == derive(facts)


@few
@given(small_facts())
def test_deriving_again_gives_the_same(facts: Facts) -> None:
    assert derive(facts) == derive(facts)


@few
@given(small_facts())
def test_removing_an_unrelated_woman_changes_nothing_else(facts: Facts) -> None:
    gone = facts["pregnancies"][0]["woman_id"] if facts["pregnancies"] else 1
    hers = {row["pregnancy_id"] for row in facts["pregnancies"] if row["woman_id"] == gone}
    her_acts = {row["activity_id"] for row in facts["activities"] if row["woman_id"] == gone}

    def is_hers(row: Row) -> bool:
        if "woman_id" in row:
            return bool(row["woman_id"] == gone)
        return row.get("pregnancy_id") in hers or row.get("activity_id") in her_acts

    left = {name: [row for row in facts[name] if not is_hers(row)] for name in OF_WOMEN}
    before, after = derive(facts), derive(facts | left)
    for name, rows in before.items():
        assert after[name] == [row for row in rows if not is_hers(row)], name


def test_a_product_is_its_tariff_less_what_is_deducted_and_never_negative(derived: Derived) -> None:
    _, results = derived
    for row in results["products"]:
        assert row["deduction_cents"] >= 0
        assert row["cents"] >= 0
        if row["rule"] == "product":
            assert row["cents"] == row["tariff_cents"] - row["deduction_cents"]
        else:
            assert row["deduction_cents"] == 0  # a price per hour, not of a course


def test_evidence_names_activities_of_the_pregnancy(derived: Derived) -> None:
    _, results = derived
    pregnancy_of = {row["activity_id"]: row["pregnancy_id"] for row in results["dispositions"]}
    for row in [*results["products"], *results["breakers"]]:
        assert {pregnancy_of[number] for number in row["evidence"]} <= {row["pregnancy_id"]}
        assert row["evidence"] == sorted(set(row["evidence"]))


def test_products_and_the_care_in_them_name_each_other(
    derived: Derived,
) -> None:
    _, results = derived
    named = [row["product_no"] for row in results["dispositions"] if row["product_no"] is not None]
    assert set(named) == {row["product_no"] for row in results["products"]}
    for row in results["dispositions"]:
        assert (row["disposition"] == "in_product") == (row["product_no"] is not None)
        assert (row["reason"] == "duplicate") == (row["twin_id"] is not None)


def test_one_breaker_at_most_carries_the_loss_of_a_phase(derived: Derived) -> None:
    _, results = derived
    counts: Counter[tuple[int, int]] = Counter()
    for row in results["breakers"]:
        counts[row["pregnancy_id"], row["phase"]] += row["counts_loss"]
        assert row["counts_loss"] or row["loss_cents"] == 0
    assert set(counts.values()) <= {1}
