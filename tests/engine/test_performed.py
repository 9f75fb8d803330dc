"""Who performed how much for a product is what the dispositions say, counted another way."""

import pytest

from ooievaar.bundles.engine import arrow_table, run_rules
from ooievaar.bundles.rules.facts import INPUTS
from tests.engine.generate import generate

COUNTED_BY_DISPOSITION = """
SELECT d.product_no, a.organisation_id,
  sum(CASE WHEN d.rule = 'kraamzorg' THEN a.duration_minutes ELSE a.quantity END)::BIGINT AS units
FROM dispositions d JOIN activities a USING (activity_id)
WHERE d.disposition = 'in_product' GROUP BY ALL
"""


@pytest.mark.parametrize("seed", [4])
def test_what_was_performed_is_the_sum_of_the_acts_in_the_product(seed: int) -> None:
    facts = generate(seed, 1_000)
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    expected = set(connection.execute(COUNTED_BY_DISPOSITION).fetchall())
    given = connection.execute(
        "SELECT product_no, organisation_id, units FROM performed"
    ).fetchall()
    assert len(expected) > 500
    assert len(given) == len(set(given))
    assert set(given) == expected
