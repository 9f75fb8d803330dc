"""Rules as named stages: Ibis expressions compiled to SQL once, run in order on DuckDB.

Compiling costs Ibis 0.2 s a stage and 3 s of import; the SQL is kept, so that a web process that
explains one pregnancy needs DuckDB only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir

    Tables = Mapping[str, ir.Table]


@dataclass(frozen=True, slots=True)
class Stage:
    """One table that a rule makes: `build` gets the tables made before it, by name.

    A view is not stored: worth it for a wide last look at a table that is.
    """

    name: str
    build: Callable[[Tables], ir.Table]
    is_view: bool = False


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage as SQL text."""

    name: str
    sql: str
    is_view: bool = False


def compile_stages(
    inputs: Mapping[str, Mapping[str, str]], stages: Sequence[Stage]
) -> list[CompiledStage]:
    """Compile stages to DuckDB SQL over `inputs` (table name to column name and type, in order)."""
    import ibis

    tables = {name: ibis.table(dict(schema), name=name) for name, schema in inputs.items()}
    compiled = []
    for stage in stages:
        expression = stage.build(tables)
        sql = str(ibis.to_sql(expression, dialect="duckdb"))
        compiled.append(CompiledStage(stage.name, sql, stage.is_view))
        tables[stage.name] = ibis.table(expression.schema(), name=stage.name)
    return compiled


def run_stages(connection: duckdb.DuckDBPyConnection, stages: Sequence[CompiledStage]) -> None:
    """Make the table of every stage, in order; the input tables must exist on the connection."""
    for stage in stages:
        kind = "VIEW" if stage.is_view else "TABLE"
        connection.execute(f'CREATE OR REPLACE TEMP {kind} "{stage.name}" AS {stage.sql}')
