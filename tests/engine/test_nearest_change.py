"""What an explanation names as the nearest change does change the outcome, on both engines."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.engine.changing import NAMED_CHANGES, change, not_as_named
from tests.engine.comparing import derive_by_oracle, derive_by_tables
from tests.engine.generate import generate
from tests.engine.rule_book import rule_book
from tests.engine.world import PRODUCTS, Facts, period

SEEDS = (0, 1, 8)
EACH = 12


def test_every_nearest_change_gives_another_outcome() -> None:
    """Of all kinds together, each in a family of its own; one derivation tells."""
    met: Counter[tuple[str, str]] = Counter()
    for seed in SEEDS:
        facts = generate(seed, 1_000)
        changed, made = change(facts, derive_by_tables(facts), EACH)
        met.update((one.table, one.name) for one in made)
        after = derive_by_tables(changed)
        assert [str(one) for one in not_as_named(made, after)] == []
        assert derive_by_oracle(changed) == after
    assert [named for named in NAMED_CHANGES if met[named] < 3] == []


def test_an_outcome_that_stays_is_told() -> None:
    facts = generate(1, 300)
    before = derive_by_tables(facts)
    _, made = change(facts, before, 2)
    told = list(not_as_named(made, before))
    assert len(told) > 20
    assert "its nearest change" in str(told[0])


def without_the_list(facts: Facts) -> Facts:
    return {"parallel_care": []}


def with_a_consequence(facts: Facts) -> Facts:
    return {"terms": [row | {"regime": "correction"} for row in facts["terms"]]}


def with_every_tariff(facts: Facts) -> Facts:
    contracts = {row["contract_id"] for row in facts["terms"]}
    every = [{"contract_id": one, "product": product, "cents": 100} | period()
             for one in contracts for product in PRODUCTS]  # fmt: skip
    return {"tariffs": every, "products_in_force": rule_book()["products_in_force"]}


def under_another_law(facts: Facts) -> Facts:
    return {"catalogue": [row | {"scope": "inside"} for row in facts["catalogue"]]}


@pytest.mark.parametrize(
    ("reasons", "changed"),
    [
        (("parallel_allowed",), without_the_list),
        (("no_consequence",), with_a_consequence),
        (("product_not_covered",), with_every_tariff),
        (("preconception", "contraception", "high_care_obstetrics"), under_another_law),
    ],
)
def test_what_only_a_contract_or_the_law_changes(
    reasons: tuple[str, ...], changed: Callable[[Facts], Facts]
) -> None:
    facts = generate(1, 1_000)
    before = derive_by_tables(facts)["dispositions"]
    now = derive_by_tables(facts | changed(facts))["dispositions"]
    told = {row["activity_id"] for row in before if row["reason"] in reasons}
    assert len(told) > 5
    assert [row for row in now if row["activity_id"] in told and row["reason"] in reasons] == []
