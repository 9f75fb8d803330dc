"""From the facts of a network to its products, breakers and dispositions, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ooievaar.bundles.engine import new_small_connection, run_rules
from ooievaar.bundles.snapshot import Snapshot, facts_at, read_snapshot
from ooievaar.network.models import Network


@dataclass(frozen=True, slots=True)
class Derived:
    """What the rules made of the facts: tables by name on `connection`, inputs beside outputs."""

    connection: duckdb.DuckDBPyConnection
    edition: str
    facts_hash: str
    until: date
    known_until: date


def derive_facts(
    network: Network,
    *,
    until: date,
    known_until: date,
    made_products: Iterable[dict[str, Any]] = (),
    snapshot: Snapshot | None = None,
) -> Derived:
    """Run the rules over a network as it was before `until`, known before `known_until`.

    `made_products` are the products that earlier closings divided (rows of MADE_PRODUCTS); a
    `snapshot` that was read before serves several days without reading the database again.
    """
    facts = facts_at(
        snapshot or read_snapshot(network),
        until=until,
        known_until=known_until,
        made_products=made_products,
    )
    return Derived(
        connection=run_rules(facts.tables),
        edition=facts.edition,
        facts_hash=facts.hash,
        until=until,
        known_until=known_until,
    )


def derive_woman(
    network: Network,
    woman_id: int,
    *,
    until: date,
    known_until: date,
    made_products: Iterable[dict[str, Any]] = (),
) -> Derived:
    """Run the rules over the facts of one woman as they are in the database now.

    Fast enough for a page: it needs the kept SQL and DuckDB, not Ibis.
    """
    connection = new_small_connection()
    facts = facts_at(
        read_snapshot(network, woman_id=woman_id),
        until=until,
        known_until=known_until,
        made_products=made_products,
        connection=connection,
    )
    return Derived(
        connection=run_rules(facts.tables, connection),
        edition=facts.edition,
        facts_hash=facts.hash,
        until=until,
        known_until=known_until,
    )
