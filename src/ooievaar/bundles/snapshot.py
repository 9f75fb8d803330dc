"""The facts of a network as the rules read them, at any day from one reading of the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

import duckdb
import pyarrow as pa

from ooievaar.bundles.engine import arrow_schema, arrow_table, new_connection
from ooievaar.bundles.rules.facts import INPUTS, columns
from ooievaar.contracts import queries as contracts
from ooievaar.network import queries as network_queries
from ooievaar.network.models import Network
from ooievaar.record import queries as record
from ooievaar.rulebook import RuleBook, load
from ooievaar.storage.pipeline import version_of_the_rules

PREGNANCIES_KNOWN = """
SELECT pregnancy_id, woman_id, first_intake_on, first_intake_organisation_id, due_on,
  due_precision_days, CASE WHEN ended_on < $until THEN end_kind ELSE 'ongoing' END AS end_kind,
  CASE WHEN ended_on < $until THEN ended_on END AS ended_on, ended_precision_days,
  CASE WHEN birth_on < $until THEN birth_on END AS birth_on,
  CASE WHEN labour_on < $until THEN labour_on END AS labour_on,
  CASE WHEN labour_on < $until THEN labour_minute END AS labour_minute,
  CASE WHEN placenta_on < $until THEN placenta_on END AS placenta_on,
  CASE WHEN placenta_on < $until THEN placenta_minute END AS placenta_minute,
  CASE WHEN entered_on < $until THEN entered_on END AS entered_on, exempt
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY pregnancy_id ORDER BY recorded_on DESC, version_id DESC) AS nth
  FROM pregnancy_versions WHERE recorded_on < $known_until)
WHERE nth = 1 AND first_intake_on < $until
ORDER BY pregnancy_id
"""
"""The newest version known of each pregnancy; what lies on or after `until` has not happened."""

ACTIVITIES_KNOWN = """
SELECT activity_id, woman_id, pregnancy_id, organisation_id, code, specialism, performed_on,
  performed_minute, quantity, duration_minutes, child_number, rank AS source_rank,
  billed_mono OR coalesce(billed_on < $known_until, FALSE) AS billed_mono
FROM all_activities JOIN source_ranks USING (source)
WHERE performed_on < $until AND recorded_on < $known_until
  AND (withdrawn_on IS NULL OR withdrawn_on >= $known_until)
ORDER BY activity_id
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was ever recorded of a network, read once; `edition` is the rule book's."""

    edition: str
    versions: pa.Table
    activities: pa.Table
    source_ranks: pa.Table
    fixed: dict[str, pa.Table]
    """The inputs that do not depend on the day they are looked at."""


@dataclass(frozen=True)
class Facts:
    """The inputs of the rules, before `until` and as known before `known_until`."""

    tables: dict[str, pa.Table]
    until: date
    known_until: date
    edition: str

    @cached_property
    def content_hash(self) -> str:
        """Return the SHA-256 of these facts and of the rules that read them."""
        return _content_hash(self.tables)


def read_snapshot(network: Network, woman_id: int | None = None) -> Snapshot:
    """Read the facts of a network (of one woman, when given) in the caller's transaction."""
    book = load()
    fixed = {
        "organisations": network_queries.organisation_rows(),
        "memberships": network_queries.funding_memberships(network),
        "suppliers": network_queries.supplier_rows(network),
        "terms": contracts.terms_rows(network),
        "tariffs": contracts.tariff_rows(network),
        "parallel_care": contracts.parallel_care_rows(network),
        "price_list": contracts.price_list_rows(network),
    }
    tables = {name: arrow_table(name, rows) for name, rows in fixed.items()}
    tables.update(_book_tables(book))
    tables["coverages"] = record.coverages(woman_id)
    activities = record.activities(woman_id)
    sources = activities.column("source").unique().to_pylist()
    ranks = [{"source": source, "rank": book.source_rank(source)} for source in sources]
    return Snapshot(
        edition=book.edition,
        versions=record.pregnancy_versions(woman_id),
        activities=activities,
        source_ranks=pa.Table.from_pylist(
            ranks, schema=pa.schema([("source", pa.string()), ("rank", pa.int32())])
        ),
        fixed=tables,
    )


@cache
def _book_tables(book: RuleBook) -> dict[str, pa.Table]:
    return {name: arrow_table(name, rows) for name, rows in book.engine_tables().items()}


def facts_at(
    snapshot: Snapshot,
    *,
    until: date,
    known_until: date,
    made_products: Iterable[dict[str, Any]] = (),
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Facts:
    """Give the inputs of the rules as they were before `until`, known before `known_until`."""
    connection = connection or new_connection()
    connection.register("pregnancy_versions", snapshot.versions)
    connection.register("all_activities", snapshot.activities)
    connection.register("source_ranks", snapshot.source_ranks)
    days = {"until": until, "known_until": known_until}
    tables = dict(snapshot.fixed)
    tables["pregnancies"] = _typed(connection, "pregnancies", PREGNANCIES_KNOWN, days)
    tables["activities"] = _typed(connection, "activities", ACTIVITIES_KNOWN, days)
    tables["made_products"] = arrow_table("made_products", list(made_products))
    tables["clock"] = arrow_table("clock", [{"until": until}])
    return Facts(tables, until, known_until, snapshot.edition)


def _typed(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, days: dict[str, date]
) -> pa.Table:
    result = connection.sql(query, params=days).to_arrow_table()
    return result.select(list(columns(INPUTS[name]))).cast(arrow_schema(INPUTS[name]))


def _content_hash(tables: dict[str, pa.Table]) -> str:
    """Return the SHA-256 of the content of all tables, however it lies in memory."""
    digest = hashlib.sha256(version_of_the_rules().encode())
    for name in sorted(tables):
        digest.update(name.encode())
        sink = pa.BufferOutputStream()
        whole = _without_nulls(tables[name]).combine_chunks()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
        digest.update(sink.getvalue())
    return digest.hexdigest()


def _without_nulls(table: pa.Table) -> pa.Table:
    """Write nulls as a column beside their own: the bytes under a null are anything."""
    columns = {}
    for field in table.schema:
        column = table.column(field.name)
        if column.null_count:
            columns[f"{field.name} is known"] = column.is_valid()
            column = column.fill_null(_blank(field.type))
        columns[field.name] = column
    return pa.table(columns)


def _blank(kind: pa.DataType) -> Any:
    if pa.types.is_string(kind):
        return ""
    if pa.types.is_date(kind):
        return date.min
    return False if pa.types.is_boolean(kind) else 0
