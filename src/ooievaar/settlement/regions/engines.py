"""Two engines that do the same: read Parquet, run stages, answer, and write Parquet in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ooievaar.bundles.engine import new_connection
from ooievaar.bundles.rules.facts import columns
from ooievaar.storage import pipeline, spark
from ooievaar.storage.pipeline import CompiledStage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTITIONS = ("region", "year")


class Engine(Protocol):
    """What the derivation of a folder asks; queries are of the SQL that both engines speak."""

    name: str
    dialect: str
    one_by_one: bool
    """Whether the rules take the regions one by one, or all together."""
    at_once: int
    """How many regions are divided at the same time."""

    def read(self, name: str, path: Path | None, schema: Mapping[str, str], *apart: str) -> None:
        """Make a view of files, their parts as columns too; without a path it has no rows."""

    def view(self, name: str, query: str) -> None:
        """Make a view of a query."""

    def run(self, stages: Sequence[CompiledStage], work: Path, kept: Sequence[str]) -> None:
        """Run stages; `kept` are read afterwards."""

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return a small answer."""

    def write(self, query: str, folder: Path, *apart: str) -> None:
        """Write an answer as Parquet, apart by columns of it."""

    def beside(self) -> Engine:
        """Return the same engine without any of the names made so far."""

    def versions(self) -> dict[str, str]:
        """Tell what it is made of."""


class DuckDBEngine:
    """DuckDB in this process: one machine."""

    name = "duckdb"
    dialect = "duckdb"
    one_by_one = True
    at_once = 1
    types = {"array<int64>": "BIGINT[]"}

    def __init__(self, memory: str, spill: Path) -> None:
        """Open a DuckDB that puts on disk what does not fit in `memory` ('4g')."""
        self._memory, self._spill = memory, spill
        self._connection = new_connection()
        self._connection.execute(f"SET memory_limit = '{memory.rstrip('bB')}B'")
        self._connection.execute(f"SET temp_directory = {quoted(spill)}")

    def read(self, name: str, path: Path | None, schema: Mapping[str, str], *apart: str) -> None:
        """Make a view of files."""
        if path is None:
            self.view(name, nothing(schema, self.types, *apart))
            return
        # The largest first: DuckDB guesses the size of all of them from the first.
        found = path.rglob("*.parquet") if path.is_dir() else [path]
        files = sorted(found, key=lambda file: (-file.stat().st_size, file))
        parts = ", ".join(f"'{column}': VARCHAR" for column in apart)
        hive = f", hive_partitioning = true, hive_types = {{{parts}}}" if apart else ""
        if path.is_dir() and not apart:
            hive = ", hive_partitioning = false"
        chosen = ", ".join([*columns(schema), *apart])
        listed = ", ".join(quoted(file) for file in files)
        self.view(name, f"SELECT {chosen} FROM read_parquet([{listed}]{hive})")  # noqa: S608

    def view(self, name: str, query: str) -> None:
        """Make a view of a query."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    def run(self, stages: Sequence[CompiledStage], work: Path, kept: Sequence[str]) -> None:
        """Run stages; every one is a table."""
        pipeline.run_stages(self._connection, stages)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return a small answer."""
        found: list[dict[str, Any]] = self._connection.sql(query).to_arrow_table().to_pylist()
        return found

    def write(self, query: str, folder: Path, *apart: str) -> None:
        """Write an answer as Parquet."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        parts = f", PARTITION_BY ({', '.join(apart)}), APPEND" if apart else ", PER_THREAD_OUTPUT"
        self._connection.execute(
            f"COPY ({query}) TO {quoted(folder)} (FORMAT parquet, COMPRESSION zstd{parts})"
        )

    def beside(self) -> DuckDBEngine:
        """Return another DuckDB."""
        return DuckDBEngine(self._memory, self._spill)

    def versions(self) -> dict[str, str]:
        """Tell what it is made of."""
        return {library: version(library) for library in ("duckdb", "ibis-framework", "sqlglot")}


class SparkEngine:
    """Apache Spark, on this machine or on many."""

    name = "spark"
    dialect = spark.DIALECT
    one_by_one = False
    at_once = 4
    types = {"array<int64>": "ARRAY<BIGINT>"}

    def __init__(self, session: SparkSession) -> None:
        """Work in a session; who started it stops it."""
        self._session = session

    def read(self, name: str, path: Path | None, schema: Mapping[str, str], *apart: str) -> None:
        """Make a view of files."""
        if path is None:
            self.view(name, nothing(schema, self.types, *apart))
            return
        kinds = {**columns(schema), **dict.fromkeys(apart, "string")}
        known = {**TYPES, **self.types}
        told = ", ".join(f"{column} {known[kind]}" for column, kind in kinds.items())
        self._session.read.schema(told).parquet(str(path)).createOrReplaceTempView(name)

    def view(self, name: str, query: str) -> None:
        """Make a view of a query."""
        self._session.sql(query).createOrReplaceTempView(name)

    def run(self, stages: Sequence[CompiledStage], work: Path, kept: Sequence[str]) -> None:
        """Run stages; those that are read more than once are written in `work`."""
        spark.run_stages(self._session, stages, work, kept)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Return a small answer."""
        return spark.rows_of(self._session.sql(query))

    def write(self, query: str, folder: Path, *apart: str) -> None:
        """Write an answer as Parquet."""
        rows = self._session.sql(query)
        if apart:
            # Else every task would write a file in every part.
            rows = rows.repartition(*apart)
        rows.write.partitionBy(*apart).parquet(str(folder))

    def beside(self) -> SparkEngine:
        """Return a session of its own in the same Spark."""
        return SparkEngine(self._session.newSession())

    def versions(self) -> dict[str, str]:
        """Tell what it is made of."""
        return {library: version(library) for library in ("pyspark", "ibis-framework", "sqlglot")}


TYPES = {
    "int64": "BIGINT",
    "int32": "INT",
    "string": "STRING",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def nothing(schema: Mapping[str, str], more: Mapping[str, str], *apart: str) -> str:
    """Return a query that gives no row of a table."""
    kinds = {**columns(schema), **dict.fromkeys(apart, "string")}
    known = {**TYPES, **more}
    nulls = ", ".join(f"CAST(NULL AS {known[kind]}) AS {name}" for name, kind in kinds.items())
    return f"SELECT {nulls} WHERE FALSE"


def typed(schema: Mapping[str, str], table: str) -> str:
    """Name the columns of a table, each as the type it was declared with."""
    return ", ".join(
        f"{table}.{name}"
        if kind.startswith("array")
        else f"CAST({table}.{name} AS {TYPES[kind]}) AS {name}"
        for name, kind in columns(schema).items()
    )


def quoted(text: Path | str) -> str:
    """Return a path or a word as SQL text."""
    return "'" + str(text).replace("'", "''") + "'"
