"""Runs the rules on DuckDB over tables that are there already: from files, a database or a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from ooievaar.bundles.rules.facts import INPUTS, OUTCOME_NAMES, OUTPUTS, columns
from ooievaar.bundles.rules.outcomes import OUTCOMES
from ooievaar.storage.pipeline import CompiledStage, kept_stages, run_stages

Rows = list[dict[str, Any]]

_ARROW_TYPES = {
    "int64": pa.int64(),
    "int32": pa.int32(),
    "string": pa.string(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def arrow_schema(schema: Mapping[str, str]) -> pa.Schema:
    """Return a declared table as an Arrow schema."""
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns(schema).items()])


def arrow_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make the Arrow table of an input from rows; a missing optional column is null."""
    return pa.Table.from_pylist(rows, schema=arrow_schema(INPUTS[name]))


def run_rules(
    facts: dict[str, pa.Table], connection: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyConnection:
    """Run every rule over the input tables; the result tables stand on the returned connection."""
    connection = connection or new_connection()
    for name in INPUTS:
        connection.register(name, facts[name])
    run_on(connection)
    return connection


def run_on(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every rule on a connection that has the input tables."""
    name_outcomes(connection)
    run_stages(connection, compiled_rules())


def name_outcomes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the words of the outcomes, those of a short list as enums: one row each is written."""
    connection.register("outcome_words", outcome_names())
    enums = {
        column: ", ".join(f"'{word}'" for word in sorted({row[place] for row in OUTCOMES}))
        for place, column in ((0, "disposition"), (2, "rule"))
    }
    chosen = ", ".join(f"{column}::ENUM({words}) AS {column}" for column, words in enums.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE outcome_names AS "  # noqa: S608 - constants only
        f"SELECT * REPLACE ({chosen}) FROM outcome_words"
    )
    connection.unregister("outcome_words")


def outcome_names() -> pa.Table:
    """Return the words of the numbered outcomes as the last rule reads them."""
    names = [
        {"outcome": number, "disposition": place, "outcome_reason": reason, "rule": rule}
        for number, (place, reason, rule) in enumerate(OUTCOMES)
    ]
    return pa.Table.from_pylist(names, schema=arrow_schema(OUTCOME_NAMES))


def result_query(name: str) -> str:
    """Return the query that reads a result, its declared columns only, sorted."""
    chosen = ", ".join(f'"{column}"' for column in columns(OUTPUTS[name]))
    return f"SELECT {chosen} FROM {name} ORDER BY ALL"  # noqa: S608


def new_connection() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that touches no network and keeps no order it was not asked for."""
    return duckdb.connect(
        config={
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def derive_tables(facts: dict[str, Rows]) -> dict[str, Rows]:
    """Derive from rows to rows, every result sorted: for tests and small questions."""
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    results = {
        name: connection.sql(result_query(name)).to_arrow_table().to_pylist() for name in OUTPUTS
    }
    connection.close()
    return results


@cache
def compiled_rules() -> list[CompiledStage]:
    """Return the rules as SQL, kept on disk so that Ibis is seldom needed."""
    return kept_stages("rules", _compile)


def rules_for(dialect: str) -> list[CompiledStage]:
    """Return the rules as SQL of another engine, kept likewise."""
    if dialect == "duckdb":
        return compiled_rules()
    return kept_stages(f"rules-{dialect}", lambda: _compile(dialect))


def _compile(dialect: str = "duckdb") -> list[CompiledStage]:
    from ooievaar.bundles.rules.stages import compile_rules

    return compile_rules(dialect)
