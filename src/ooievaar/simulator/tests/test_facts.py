"""A synthetic region runs through the rules without a database."""

from datetime import date

import pyarrow as pa
import pytest

from ooievaar.bundles.engine import arrow_schema, run_rules
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.simulator.facts import engine_facts

END = date(2027, 1, 1)


@pytest.fixture(scope="module")
def facts(regional: dict[str, pa.Table]) -> dict[str, pa.Table]:
    return engine_facts(regional, until=END, known_until=END)


def breaker_share(facts: dict[str, pa.Table]) -> float:
    connection = run_rules(facts)
    row = connection.execute(
        "SELECT avg(CAST(disposition = 'breaks_bundle' AS INTEGER)) FROM dispositions"
    ).fetchone()
    assert row is not None
    return float(row[0])


def test_every_input_of_the_rules_is_given_in_its_declared_form(
    facts: dict[str, pa.Table],
) -> None:
    assert set(facts) == set(INPUTS)
    for name, table in facts.items():
        assert table.schema.names == arrow_schema(INPUTS[name]).names, name
        assert table.cast(arrow_schema(INPUTS[name])).num_rows == table.num_rows, name


def test_followers_have_the_terms_of_the_preferred_insurer(facts: dict[str, pa.Table]) -> None:
    terms = facts["terms"].to_pylist()
    followed = {row["insurer_id"] for row in terms if row["followed"]}
    assert len(followed) == 2
    own = {row["contract_id"] for row in terms if not row["followed"]}
    assert {row["contract_id"] for row in terms if row["followed"]} <= own


def test_earlier_days_know_less(regional: dict[str, pa.Table], facts: dict[str, pa.Table]) -> None:
    earlier = engine_facts(regional, until=date(2025, 7, 1), known_until=date(2025, 7, 1))
    assert 0 < earlier["activities"].num_rows < facts["activities"].num_rows / 2


def test_every_act_gets_one_disposition(facts: dict[str, pa.Table]) -> None:
    connection = run_rules(facts)
    row = connection.execute(
        "SELECT count(*), count(DISTINCT activity_id) FROM dispositions"
    ).fetchone()
    assert row == (facts["activities"].num_rows, facts["activities"].num_rows)


def test_every_kind_of_breaker_that_a_region_can_have_occurs(facts: dict[str, pa.Table]) -> None:
    connection = run_rules(facts)
    kinds = {
        kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM breakers").fetchall()
    }
    # A late miscarriage needs products of an earlier closing.
    assert kinds == {
        "outside_provider", "member_billed", "entered_mid_phase", "left_mid_phase",
        "phase_before_contract", "insurer_changed",
    }  # fmt: skip


def test_most_care_of_a_regional_igo_is_in_products(facts: dict[str, pa.Table]) -> None:
    connection = run_rules(facts)
    row = connection.execute(
        "SELECT avg(CAST(disposition = 'in_product' AS INTEGER)) FROM dispositions"
    ).fetchone()
    assert row is not None and row[0] > 0.75


def test_an_urban_igo_sees_many_more_breakers(
    facts: dict[str, pa.Table], urban: dict[str, pa.Table]
) -> None:
    there = engine_facts(urban, until=END, known_until=END)
    assert breaker_share(there) > 2 * breaker_share(facts)
