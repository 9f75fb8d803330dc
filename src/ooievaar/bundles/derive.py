"""From the facts of a network to its products, breakers and dispositions, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ooievaar.bundles.engine import Rows, run_rules
from ooievaar.bundles.prepared import prepared_rules
from ooievaar.bundles.snapshot import Facts, Snapshot, facts_at, read_snapshot
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
    return derive_from(facts)


def derive_from(facts: Facts) -> Derived:
    """Run the rules over facts that were read."""
    return Derived(
        connection=run_rules(facts.tables),
        edition=facts.edition,
        facts_hash=facts.content_hash,
        until=facts.until,
        known_until=facts.known_until,
    )


def derive_woman(
    network: Network,
    woman_id: int,
    *,
    until: date,
    known_until: date,
    made_products: Iterable[dict[str, Any]] = (),
) -> dict[str, Rows]:
    """Derive one woman from what the database holds now, every result as sorted rows.

    Fast enough for a page: the rules were planned before, and Ibis is not needed.
    """
    with prepared_rules() as rules:
        facts = facts_at(
            read_snapshot(network, woman_id=woman_id),
            until=until,
            known_until=known_until,
            made_products=made_products,
            connection=rules.beside,
        )
        return rules.run(facts.tables)
