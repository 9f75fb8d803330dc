"""A cent is divided once, at every level, whatever its sign; two readings divide it alike."""

from collections import defaultdict

import pytest

from tests.engine.comparing import divide_by_oracle, divide_by_tables
from tests.engine.divisions import generate_division
from tests.engine.world import Facts, Row

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


@pytest.fixture(params=range(3))
def tables(request: pytest.FixtureRequest) -> Facts:
    """Agreements with shares and acts only, for the arithmetic."""
    return generate_division(request.param, 800)


def test_both_engines_divide_alike(tables: Facts) -> None:
    assert divide_by_tables(tables) == divide_by_oracle(tables)


def test_generated_divisions_meet_every_reason() -> None:
    shares = [
        share for seed in range(3) for share in divide_by_oracle(generate_division(seed, 800))
    ]
    assert {share["reason"] for share in shares} == REASONS


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


def test_a_credit_is_the_mirror_of_its_debit(tables: Facts) -> None:
    mirrored = [row | {"cents": -row["cents"]} for row in tables["products"]]
    said = ("product_no", "kind", "discipline", "organisation_id", "reason")

    def told(shares: list[Row], sign: int) -> list[str]:
        return sorted(str([*(row[name] for name in said), sign * row["cents"]]) for row in shares)

    credited = divide_by_tables(tables | {"products": mirrored})
    assert told(credited, -1) == told(divide_by_tables(tables), 1)


def test_the_order_of_agreements_and_units_does_not_matter(tables: Facts) -> None:
    turned = {name: rows[::-1] for name, rows in tables.items()}
    assert divide_by_tables(turned) == divide_by_tables(tables)
