"""What must hold for any facts, on the engine that the product runs."""

from collections import Counter
from random import Random

import pytest

from ooievaar.bundles.rules.facts import INPUTS
from tests.engine.comparing import KEYS, derive_by_tables
from tests.engine.generate import family_of, generate
from tests.engine.world import Facts, Row

OF_WOMEN = ("activities", "pregnancies", "coverages", "made_products")
Derived = tuple[Facts, Facts]


@pytest.fixture(scope="module", params=[11, 13])
def derived(request: pytest.FixtureRequest) -> Derived:
    """Many pregnancies, and what they amount to."""
    facts = generate(request.param, 500)
    return facts, derive_by_tables(facts)


def test_every_activity_gets_exactly_one_disposition(derived: Derived) -> None:
    facts, results = derived
    placed = Counter(row["activity_id"] for row in results["dispositions"])
    assert placed == Counter(act["activity_id"] for act in facts["activities"])


def test_every_result_has_one_row_per_key(derived: Derived) -> None:
    _, results = derived
    for name, rows in results.items():
        keys = Counter(tuple(row[column] for column in KEYS[name]) for row in rows)
        assert not [key for key, count in keys.items() if count > 1], name


def test_the_order_of_input_does_not_matter(derived: Derived) -> None:
    facts, results = derived
    shuffled = {name: Random(5).sample(facts[name], len(facts[name])) for name in INPUTS}
    assert derive_by_tables(shuffled) == results


def test_deriving_again_gives_the_same(derived: Derived) -> None:
    facts, results = derived
    assert derive_by_tables(facts) == results


def test_removing_unrelated_women_changes_nothing_else(derived: Derived) -> None:
    """Every third family is gone, sisters together: of one a midwife wrote with the other."""
    facts, before = derived
    left = {name: [row for row in facts[name] if not is_gone(row)] for name in OF_WOMEN}
    after = derive_by_tables(facts | left)
    for name, rows in before.items():
        assert after[name] == [row for row in rows if not is_gone(row)], name


def is_gone(row: Row) -> bool:
    number = row.get("woman_id") or row.get("pregnancy_id") or row.get("activity_id")
    number = number or row["product_no"] // 100
    return family_of(row.get("activity_id") or number) % 3 == 0


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
