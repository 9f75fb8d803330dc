"""A cent is divided once, at every level, whatever its sign; two readings divide it alike."""

from collections import defaultdict

import pytest
from hypothesis import given, settings

from ooievaar.contracts.rules.division import divide_tables
from tests.engine.divisions import generate_division, small_divisions
from tests.engine.world import Facts, Row
from tests.oracle import divide

COLUMNS = ("product_no", "kind", "discipline", "organisation_id", "cents", "reason")
REASONS = {
    "overhead",
    "fixed_share",
    "performed",
    "no_agreement",
    "not_a_member",
    "no_member_share",
    "nobody_performed",
}
PPM = 1_000_000
SEEDS = range(4)


def divide_by_tables(tables: Facts) -> list[Row]:
    named = {"divisible_products" if k == "products" else k: rows for k, rows in tables.items()}
    return in_order(divide_tables(named))


def in_order(leaves: list[Row]) -> list[Row]:
    """The columns that both engines give, in one order."""
    kept = [{column: leaf[column] for column in COLUMNS} for leaf in leaves]
    return sorted(kept, key=lambda leaf: [str(leaf[column]) for column in COLUMNS])


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_divide_alike(seed: int) -> None:
    tables = generate_division(seed, 2_000)
    assert divide_by_tables(tables) == in_order(divide(tables))


def test_generated_divisions_meet_every_reason() -> None:
    met = {leaf["reason"] for seed in SEEDS for leaf in divide(generate_division(seed, 500))}
    assert met == REASONS


@settings(max_examples=20)
@given(small_divisions())
def test_cents_are_conserved_at_every_level(tables: Facts) -> None:
    agreed: dict[tuple[int, str], int] = defaultdict(int)  # cents per product and discipline
    total: dict[int, int] = defaultdict(int)
    for leaf in divide_by_tables(tables):
        total[leaf["product_no"]] += leaf["cents"]
        agreed[leaf["product_no"], leaf["discipline"]] += leaf["cents"]
    overheads = {row["agreement_id"]: row for row in tables["agreements"]}
    ppm_of = {
        (row["agreement_id"], row["product"], row["discipline"]): row["ppm"]
        for row in tables["discipline_shares"]
    }
    for product in tables["products"]:
        number, cents = product["product_no"], product["cents"]
        assert total[number] == cents
        for (agreement, name, discipline), ppm in ppm_of.items():
            row = overheads[agreement]
            in_force = row["valid_from"] <= product["starts_on"] < row["valid_until"]
            if in_force and name == product["product"]:
                # What a discipline gets is its exact share, give or take the cent of rounding.
                exact = cents * (PPM - row["overhead_ppm"]) * ppm
                assert abs(agreed[number, discipline] * PPM * PPM - exact) < 2 * PPM * PPM


@settings(max_examples=20)
@given(small_divisions())
def test_a_credit_is_the_mirror_of_its_debit(tables: Facts) -> None:
    mirrored = [row | {"cents": -row["cents"]} for row in tables["products"]]
    credits = [
        leaf | {"cents": -leaf["cents"]}
        for leaf in divide_by_tables(tables | {"products": mirrored})
    ]
    assert in_order(credits) == divide_by_tables(tables)


@settings(max_examples=10)
@given(small_divisions())
def test_the_order_of_agreements_and_units_does_not_matter(tables: Facts) -> None:
    turned = {name: rows[::-1] for name, rows in tables.items()}
    assert divide_by_tables(turned) == divide_by_tables(tables)
