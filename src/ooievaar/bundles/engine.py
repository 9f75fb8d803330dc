"""Runs the rules on DuckDB over tables that are there already: from files, a database or a test."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ooievaar.bundles.rules.facts import INPUTS, OUTCOME_NAMES, OUTPUTS, columns
from ooievaar.bundles.rules.outcomes import OUTCOMES
from ooievaar.storage.pipeline import CompiledStage, run_stages

Rows = list[dict[str, Any]]

_ARROW_TYPES = {
    "int64": pa.int64(),
    "int32": pa.int32(),
    "string": pa.string(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def arrow_schema(schema: dict[str, str]) -> pa.Schema:
    """Return a declared table as an Arrow schema."""
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns(schema).items()])


def arrow_table(name: str, rows: Rows) -> pa.Table:
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
    rows = enumerate(OUTCOMES)
    names = [
        {"outcome": number, "disposition": place, "outcome_reason": reason, "rule": rule}
        for number, (place, reason, rule) in rows
    ]
    schema = arrow_schema(OUTCOME_NAMES)
    connection.register("outcome_names", pa.Table.from_pylist(names, schema=schema))
    run_stages(connection, compiled_rules())


def new_connection() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that touches no network and keeps no order it was not asked for."""
    return duckdb.connect(
        config={
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def new_small_connection() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB for the facts of one woman: planning a stage costs more than running it."""
    connection = new_connection()
    connection.execute("SET threads = 1").fetchall()
    connection.execute("PRAGMA disable_optimizer").fetchall()
    return connection


def derive_tables(facts: dict[str, Rows]) -> dict[str, Rows]:
    """Derive from rows to rows, every result sorted: for tests and small questions."""
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    results = {}
    for name, schema in OUTPUTS.items():
        names = ", ".join(f'"{column}"' for column in columns(schema))
        query = f"SELECT {names} FROM {name} ORDER BY ALL"  # noqa: S608
        results[name] = connection.sql(query).to_arrow_table().to_pylist()
    connection.close()
    return results


@cache
def compiled_rules() -> list[CompiledStage]:
    """Return the rules as SQL: kept on disk per version of the rules, so Ibis is seldom needed."""
    kept = _kept_file()
    if kept is not None and kept.exists():
        return [CompiledStage(**stage) for stage in json.loads(kept.read_text("utf-8"))]
    from ooievaar.bundles.rules.stages import compile_rules

    stages = compile_rules()
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        text = json.dumps([asdict(stage) for stage in stages])
        draft.write_text(text, "utf-8")
        draft.replace(kept)
    return stages


def _kept_file() -> Path | None:
    """Return where the SQL of exactly these rules is kept; None when no data folder is set."""
    folder = os.environ.get("OOIEVAAR_DATA")
    if not folder:
        return None
    digest = hashlib.sha256()
    for source in sorted((Path(__file__).parent / "rules").glob("*.py")):
        digest.update(source.read_bytes())
    for library in ("ibis-framework", "sqlglot", "duckdb"):
        digest.update(version(library).encode())
    return Path(folder) / "compiled" / f"{digest.hexdigest()[:16]}.json"
