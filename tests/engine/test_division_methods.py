"""Every method at every level: two readings of the rules agree, and no cent goes astray."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given, settings

from tests.engine.divisions_mixed import generate_mixed, small_mixed
from tests.engine.test_division_properties import divide_by_tables, in_order
from tests.engine.world import Facts
from tests.oracle import divide

SEEDS = range(6)
REASONS = {
    *("invoice", "supplier_shortfall", "overhead", "monthly_overhead", "earmarked"),
    *("agreed_reserve", "no_agreement", "not_a_member", "no_member_share", "nobody_performed"),
    *("no_mono_value", "fixed_share", "performed", "by_clients", "mono_pro_rata"),
    "mono_partly_unknown",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_divide_alike(seed: int) -> None:
    tables = generate_mixed(seed, 1_500)
    assert divide_by_tables(tables) == in_order(divide(tables))


def test_generated_agreements_meet_every_reason() -> None:
    met = {leaf["reason"] for seed in SEEDS for leaf in divide(generate_mixed(seed, 500))}
    assert met == REASONS


@settings(max_examples=25, deadline=None)
@given(small_mixed())
def test_small_divisions_agree_and_add_up(tables: Facts) -> None:
    leaves = divide_by_tables(tables)
    assert leaves == in_order(divide(tables))
    total: dict[int, int] = defaultdict(int)
    for leaf in leaves:
        total[leaf["product_no"]] += leaf["cents"]
    assert total == {
        row["product_no"]: row["cents"]
        for row in tables["products"]
        if row["product_no"] in total or row["cents"]
    }


@settings(max_examples=15, deadline=None)
@given(small_mixed())
def test_neither_order_nor_batching_matters(tables: Facts) -> None:
    """A fixed amount a month joins the products of that month; apart from it they are alone."""
    tables["agreements"] = [row | {"overhead_cents": 0} for row in tables["agreements"]]
    whole = divide_by_tables(tables)
    assert divide_by_tables({name: rows[::-1] for name, rows in tables.items()}) == whole
    batches = [tables["products"][0::2], tables["products"][1::2]]
    apart = [leaf for some in batches for leaf in divide_by_tables(tables | {"products": some})]
    assert in_order(apart) == whole


@settings(max_examples=15, deadline=None)
@given(small_mixed())
def test_reversing_everything_brings_zero(tables: Facts) -> None:
    tables["agreements"] = [row | {"overhead_cents": 0} for row in tables["agreements"]]
    back = {
        name: [row | {"cents": -row["cents"]} for row in tables[name]]
        for name in ("products", "supplier_costs")
    }
    reversed_leaves = [leaf | {"cents": -leaf["cents"]} for leaf in divide_by_tables(tables | back)]
    assert in_order(reversed_leaves) == divide_by_tables(tables)


@settings(max_examples=15, deadline=None)
@given(small_mixed())
def test_a_months_overhead_is_charged_once_and_stays(tables: Facts) -> None:
    """Divided again, with what the first time charged, nothing moves: not even by a cent."""
    first = divide_by_tables(tables)
    charged: dict[int, int] = defaultdict(int)
    for leaf in first:
        if leaf["kind"] == "overhead":
            charged[leaf["product_no"]] += leaf["cents"]
    again = [
        row | {"carried_cents": charged[row["product_no"]], "month": date(2030, 1, 1)}
        for row in tables["products"]
    ]
    assert divide_by_tables(tables | {"products": again}) == first
