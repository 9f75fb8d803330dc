"""From what the closings of a year divided to what the engine divides for it now: every step.

A closing of the year also divides what changed about earlier years, and what changed about this
year stands in later closings. What is left after that is what changed since the newest closing, or
is worked out otherwise here, and is said with its size.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from ooievaar.network.models import Network
from ooievaar.settlement.whatif.running import ClosedYear, rows_of
from ooievaar.storage.arrow import query_arrow

CLOSED = """
    SELECT p.id, p.key, c.month, p.claimable_on, p.cents
    FROM settlement_closedproduct p JOIN settlement_closing c ON c.id = p.closing_id
    WHERE c.network_id = %s
"""
CLOSED_SCHEMA = pa.schema(
    [
        ("closed_id", pa.int64()),
        ("key", pa.string()),
        ("month", pa.string()),
        ("claimable_on", pa.date32()),
        ("cents", pa.int64()),
    ]
)
LEAVES = """
    SELECT product_id, kind, discipline, organisation_id, cents FROM settlement_share
    WHERE product_id IN (
      SELECT id FROM settlement_closedproduct
      WHERE closing_id IN (SELECT id FROM settlement_closing WHERE network_id = %s))
"""
LEAVES_SCHEMA = pa.schema(
    [
        ("closed_id", pa.int64()),
        ("kind", pa.string()),
        ("discipline", pa.string()),
        ("organisation_id", pa.int64()),
        ("cents", pa.int64()),
    ]
)
# The year of a product is that of its care as it is now; of one that is gone, as it was last.
DATED = """
    CREATE OR REPLACE TEMP TABLE dated_keys AS
    WITH last AS (
      SELECT key, arg_max(claimable_on, closed_id) AS claimable_on
      FROM every_closed GROUP BY key)
    SELECT last.key, CAST(year(coalesce(p.claimable_on, last.claimable_on) - 1) AS BIGINT) AS year
    FROM last LEFT JOIN products p ON p.key = last.key
"""


def bridge(
    connection: duckdb.DuckDBPyConnection, network: Network, year: ClosedYear
) -> dict[str, Any]:
    """Return the steps in cents, and whose total differs from what the closings gave them.

    `connection` has the division by what was agreed on it.
    """
    connection.register("every_closed", query_arrow(CLOSED, [network.pk], CLOSED_SCHEMA))
    connection.register("every_leaf", query_arrow(LEAVES, [network.pk], LEAVES_SCHEMA))
    connection.execute(DATED)
    number = year.year
    (steps,) = rows_of(
        connection,
        f"""
        SELECT CAST(coalesce(sum(cents) FILTER (WHERE is_closed_then), 0) AS BIGINT) AS closed,
          CAST(coalesce(sum(cents) FILTER (WHERE is_closed_then AND year <> {number}), 0)
            AS BIGINT) AS of_other_years,
          CAST(coalesce(sum(cents) FILTER (WHERE NOT is_closed_then AND year = {number}), 0)
            AS BIGINT) AS closed_elsewhere
        FROM (SELECT c.cents, k.year, c.month LIKE '{number}-%' AS is_closed_then
              FROM every_closed c JOIN dated_keys k USING (key))
        """,  # noqa: S608
    )
    (since,) = rows_of(
        connection,
        f"""
        WITH was AS (
          SELECT key, CAST(sum(cents) AS BIGINT) AS cents
          FROM every_closed JOIN dated_keys USING (key) WHERE year = {number} GROUP BY key),
        is_now AS (
          SELECT key, CAST(sum(cents) AS BIGINT) AS cents FROM divisible_products GROUP BY key)
        SELECT count(*) FILTER (WHERE coalesce(t.cents, 0) <> coalesce(n.cents, 0)) AS products,
          CAST(coalesce(sum(coalesce(n.cents, 0) - coalesce(t.cents, 0)), 0) AS BIGINT) AS cents
        FROM was t FULL JOIN is_now n USING (key)
        """,  # noqa: S608
    )
    moved = rows_of(
        connection,
        f"""
        WITH was AS (
          SELECT l.kind, l.discipline, coalesce(l.organisation_id, 0) AS organisation_id,
            sum(l.cents) AS cents
          FROM every_leaf l JOIN every_closed c USING (closed_id) JOIN dated_keys k USING (key)
          WHERE k.year = {number} GROUP BY ALL),
        is_now AS (
          SELECT kind, discipline, coalesce(organisation_id, 0) AS organisation_id,
            sum(cents) AS cents
          FROM shares GROUP BY ALL)
        SELECT kind, discipline, organisation_id,
          CAST(coalesce(t.cents, 0) AS BIGINT) AS was,
          CAST(coalesce(n.cents, 0) AS BIGINT) AS becomes
        FROM was t FULL JOIN is_now n USING (kind, discipline, organisation_id)
        WHERE coalesce(t.cents, 0) <> coalesce(n.cents, 0) ORDER BY ALL
        """,  # noqa: S608
    )
    return {
        **steps,
        "changed_since": since["cents"],
        "changed_products": since["products"],
        "moved": moved,
        "divided": steps["closed"]
        - steps["of_other_years"]
        + steps["closed_elsewhere"]
        + since["cents"],
    }
