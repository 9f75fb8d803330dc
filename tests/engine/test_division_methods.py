"""Every method at every level: two readings of the rules agree, and no cent goes astray."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given, settings

from tests.engine.comparing import EVERY_SHARE, divide_by_oracle, divide_by_tables
from tests.engine.divisions_mixed import generate_mixed, small_mixed
from tests.engine.world import Facts

SEEDS = range(5)
PRODUCTS = 500


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_divide_alike(seed: int) -> None:
    tables = generate_mixed(seed, PRODUCTS)
    assert divide_by_tables(tables) == divide_by_oracle(tables)


def test_generated_agreements_meet_every_reason() -> None:
    met = {
        share["reason"]
        for seed in SEEDS
        for share in divide_by_oracle(generate_mixed(seed, PRODUCTS))
    }
    assert met == EVERY_SHARE


@settings(max_examples=6, deadline=None)
@given(small_mixed())
def test_small_divisions_agree_and_add_up(tables: Facts) -> None:
    shares = divide_by_tables(tables)
    assert shares == divide_by_oracle(tables)
    assert cents_of(shares) == {
        row["product_no"]: row["cents"] for row in tables["products"] if row["cents"]
    }


@pytest.fixture(params=SEEDS[:3])
def tables(request: pytest.FixtureRequest) -> Facts:
    """Many products at once: a run of the rules costs the same for one and for hundreds."""
    return generate_mixed(100 + request.param, 300)


@pytest.fixture
def without_months(tables: Facts) -> Facts:
    """A fixed amount a month joins the products of that month; apart from it they are alone."""
    return tables | {"agreements": [row | {"overhead_cents": 0} for row in tables["agreements"]]}


def test_neither_order_nor_batching_matters(without_months: Facts) -> None:
    whole = divide_by_tables(without_months)
    turned = {name: rows[::-1] for name, rows in without_months.items()}
    assert divide_by_tables(turned) == whole
    products = without_months["products"]
    batches = [without_months | {"products": some} for some in (products[0::2], products[1::2])]
    apart = [share for batch in batches for share in divide_by_tables(batch)]
    assert sorted(apart, key=repr) == sorted(whole, key=repr)


def test_reversing_everything_brings_zero(without_months: Facts) -> None:
    back = {
        name: [row | {"cents": -row["cents"]} for row in without_months[name]]
        for name in ("products", "supplier_costs")
    }
    there, again = divide_by_tables(without_months), divide_by_tables(without_months | back)
    kept = ("product_no", "kind", "discipline", "organisation_id", "reason")
    assert len(again) == len(there)
    mirrored = {(*(row[name] for name in kept), -row["cents"]) for row in again}
    assert mirrored == {(*(row[name] for name in kept), row["cents"]) for row in there}


def test_a_months_overhead_is_charged_once_and_stays(tables: Facts) -> None:
    """Divided again, with what the first time charged, nothing moves: not even by a cent."""
    first = divide_by_tables(tables)
    charged: dict[int, int] = defaultdict(int)
    for share in first:
        if share["kind"] == "overhead":
            charged[share["product_no"]] += share["cents"]
    again = [
        row | {"carried_cents": charged[row["product_no"]], "month": date(2030, 1, 1)}
        for row in tables["products"]
    ]
    said = ("product_no", "kind", "discipline", "organisation_id", "cents", "reason")
    told = [[share[name] for name in said] for share in first]
    second = divide_by_tables(tables | {"products": again})
    assert sorted([[s[name] for name in said] for s in second], key=repr) == sorted(told, key=repr)


def cents_of(shares: list[dict[str, int]]) -> dict[int, int]:
    total: dict[int, int] = defaultdict(int)
    for share in shares:
        total[share["product_no"]] += share["cents"]
    return dict(total)
