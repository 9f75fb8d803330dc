"""Who performed how much for a product is what the dispositions say, counted another way."""

from datetime import date

import pytest

from ooievaar.bundles.engine import arrow_table, run_rules
from ooievaar.bundles.rules.facts import INPUTS
from tests.engine.generate import generate
from tests.engine.region import (
    CONTRACT,
    FOLLOWER,
    INSURER,
    KRAAMZORG,
    Region,
    from_then_on,
    low_risk,
)
from tests.engine.world import Facts

COUNTED_BY_DISPOSITION = """
SELECT d.product_no, a.organisation_id,
  sum(CASE WHEN d.rule = 'kraamzorg' THEN a.duration_minutes ELSE a.quantity END)::BIGINT AS units
FROM dispositions d JOIN activities a USING (activity_id)
WHERE d.disposition = 'in_product' GROUP BY ALL
"""


def performed_and_expected(facts: Facts) -> tuple[list[tuple[int, int, int]], set[object]]:
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    expected = set(connection.execute(COUNTED_BY_DISPOSITION).fetchall())
    given = connection.execute("SELECT product_no, organisation_id, units FROM performed")
    return given.fetchall(), expected


@pytest.mark.parametrize("seed", [4])
def test_what_was_performed_is_the_sum_of_the_acts_in_the_product(seed: int) -> None:
    given, expected = performed_and_expected(generate(seed, 1_000))
    assert len(expected) > 500
    assert len(given) == len(set(given))
    assert set(given) == expected


@pytest.mark.parametrize("what", ["price", "insurer"])
def test_hours_of_one_month_in_two_products_are_performed_once(what: str) -> None:
    region = Region("none")
    story, half_june = low_risk(region), date(2025, 6, 15)
    if what == "price":
        hourly = {"contract_id": CONTRACT, "product": "kraamzorg_hour"}
        from_then_on(region.facts["tariffs"], half_june, {"cents": 50_00}, **hourly)
        story.insured(INSURER)
    else:
        story.insured(INSURER, until=str(half_june)).insured(FOLLOWER, str(half_june))
    for on in ("2025-06-05", "2025-06-20"):
        story.did("KZ-UUR", on, by=KRAAMZORG, minutes=60)
    given, expected = performed_and_expected(story.facts)
    assert sorted(given) == sorted(expected)
    assert [units for number, _, units in sorted(given) if number >= 110] == [60, 60]
