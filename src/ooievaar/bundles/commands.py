"""The only code that stores what the engine concluded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from django.db import connection as database
from django.db import transaction
from django.db.models import Model, QuerySet

from ooievaar.bundles.derive import Derived, derive_from
from ooievaar.bundles.models import (
    Breaker,
    Derivation,
    Disposition,
    MonoValue,
    PhasePeriod,
    Product,
    Route,
)
from ooievaar.bundles.rules.facts import OUTPUTS, columns
from ooievaar.bundles.snapshot import facts_at, read_snapshot
from ooievaar.network.models import Network
from ooievaar.record.relations import relate, relate_from_care
from ooievaar.storage.bulk import insert_rows

STORED = {
    Route: "routes",
    PhasePeriod: "phases",
    Product: "products",
    Breaker: "breakers",
    MonoValue: "mono_values",
    Disposition: "dispositions",
}
"""Which result of the rules each model remembers, column by column under the same name."""
ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class DerivationResult:
    """What a derivation stored; `stored` is false when facts and rules were as last time."""

    derivation: Derivation
    stored: bool


def derive_network(
    network: Network,
    *,
    until: date,
    known_until: date,
    now: datetime,
    made_products: Iterable[dict[str, Any]] = (),
) -> DerivationResult:
    """Derive a network and replace what its last derivation concluded, in one transaction.

    With the same facts, rules and rule book nothing is concluded anew: only the day until which
    facts were known is kept, because pages read what no rule does as it was known then. Two
    derivations of one network wait for each other on the network's row.
    """
    with transaction.atomic():
        Network.objects.select_for_update().get(pk=network.pk)
        facts = facts_at(
            read_snapshot(network),
            until=until,
            known_until=known_until,
            made_products=made_products,
        )
        last = Derivation.objects.filter(network=network).order_by("-id").first()
        if last and (last.facts_hash, last.edition) == (facts.content_hash, facts.edition):
            _look_from(last, known_until)
            return DerivationResult(last, stored=False)
        derived = derive_from(facts)
        forget_derivations(network)
        return DerivationResult(store_derivation(network, derived, now), stored=True)


def _look_from(derivation: Derivation, known_until: date) -> None:
    if derivation.known_until != known_until:
        derivation.known_until = known_until
        derivation.save(update_fields=["known_until"])


def forget_derivations(network: Network) -> None:
    """Remove what was concluded for a network; it can always be derived again."""
    old = Derivation.objects.filter(network=network)
    for model in STORED:
        rows = model._default_manager.filter(derivation__in=old)
        rows._raw_delete(rows.db)
    old.delete()


def store_derivation(network: Network, derived: Derived, now: datetime) -> Derivation:
    """Store every result of the rules under a new derivation."""
    derivation = Derivation.objects.create(
        network=network,
        until=derived.until,
        known_until=derived.known_until,
        edition=derived.edition,
        facts_hash=derived.facts_hash,
        created_at=now,
    )
    for model, table in STORED.items():
        fields = [name for name in columns(OUTPUTS[table]) if is_stored(model, name)]
        rows = _rows(derived.connection, table, fields, derivation.pk)
        insert_rows(model, ["derivation_id", *fields], rows)
    relate_from_care()
    relate(_matched_care(derivation))
    return derivation


def _matched_care(derivation: Derivation) -> QuerySet[Any, Any]:
    """Give who cared in which pregnancy, and when, by the care that the rules matched to one."""
    return (
        Disposition.objects.filter(
            derivation=derivation, pregnancy__isnull=False, activity__pregnancy__isnull=True
        )
        .order_by()
        .values_list("pregnancy_id", "activity__organisation_id", "activity__performed_on")
    )


def is_stored(model: type[Model], column: str) -> bool:
    """Tell whether a model remembers a column of the result that it stores."""
    return column in {field.attname for field in model._meta.concrete_fields}


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, fields: list[str], derivation_id: int
) -> Iterator[list[Any]]:
    """Give the rows of a result as the database driver takes them.

    Dates are ISO texts and evidence is JSON text: both databases read these, and SQLite has no
    other way.
    """
    schema = OUTPUTS[table]
    kinds = columns(schema)
    chosen = ", ".join(_as_stored(name, kinds[name]) for name in fields)
    cursor = connection.execute(f"SELECT {derivation_id}, {chosen} FROM {table} ORDER BY ALL")  # noqa: S608
    arrays = [
        position for position, name in enumerate(fields, 1) if kinds[name].startswith("array")
    ]
    while batch := cursor.fetchmany(ROWS_AT_ONCE):
        if not arrays:
            yield from batch  # type: ignore[misc]
            continue
        for row in batch:
            values = list(row)
            for position in arrays:
                values[position] = json.dumps(values[position])
            yield values


def _as_stored(name: str, kind: str) -> str:
    if kind == "date" and database.vendor == "sqlite":
        return f'CAST("{name}" AS VARCHAR) AS "{name}"'
    return f'"{name}"'
