"""The rules planned once and run many times over the facts of one woman.

For a handful of rows, planning fifty stages costs far more than running them. A process keeps a
DuckDB with every stage as a prepared INSERT for each question that was ever asked at the same
moment; asking again empties the tables and fills them anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from ooievaar.bundles.engine import (
    Rows,
    arrow_schema,
    compiled_rules,
    new_connection,
    outcome_names,
    result_query,
)
from ooievaar.bundles.rules.facts import INPUTS, OUTPUTS

_free: list[PreparedRules] = []
"""Planned, and of no thread at this moment; the one that was used last is taken first."""


class PreparedRules:
    """A DuckDB that holds the planned rules, and one beside it for preparing facts.

    Of one thread at a time.

    Every plan stays valid only while the catalogue stands still: after the start no table, view or
    registration is made on the connection of the rules, or all fifty would be planned again.
    """

    def __init__(self) -> None:
        """Make the tables and plan every stage; takes about a quarter of a second."""
        self.beside = _single_threaded()
        self._connection = _single_threaded()
        self._given = {name: arrow_schema(schema).empty_table() for name, schema in INPUTS.items()}
        for name, given in {**self._given, "outcome_names": outcome_names()}.items():
            self._do(f'CREATE TEMP TABLE "{name}" AS FROM given', given)
        stages = compiled_rules()
        self._tables = [stage.name for stage in stages if not stage.is_view]
        for stage in stages:
            kind = "VIEW" if stage.is_view else "TABLE"
            self._do(f'CREATE TEMP {kind} "{stage.name}" AS {stage.sql}')
        for stage in stages:
            if not stage.is_view:
                self._do(f'PREPARE "run_{stage.name}" AS INSERT INTO "{stage.name}" {stage.sql}')

    def run(self, facts: dict[str, pa.Table]) -> dict[str, Rows]:
        """Run every rule over the facts and return every result, sorted."""
        self.fill(facts)
        return {name: self.read(result_query(name)).to_pylist() for name in OUTPUTS}

    def fill(self, facts: dict[str, pa.Table]) -> None:
        """Run every rule over the facts."""
        for name in INPUTS:
            if name not in self._given or not facts[name].equals(self._given[name]):
                # What fails half-way must not count as given.
                self._given.pop(name, None)
                self._do(f'TRUNCATE "{name}"')
                self._do(f'INSERT INTO "{name}" FROM given', facts[name])
                self._given[name] = facts[name]
        for name in self._tables:
            self._do(f'TRUNCATE "{name}"')
            self._do(f'EXECUTE "run_{name}"')

    def read(self, query: str) -> pa.Table:
        """Ask something of the results; what it returns stays when they are filled anew."""
        return self._connection.sql(query).to_arrow_table()

    def _do(self, statement: str, given: pa.Table | None = None) -> None:
        """Run a statement; `given` is seen by DuckDB under its name, without being registered."""
        self._connection.execute(statement).fetchall()


def _single_threaded() -> duckdb.DuckDBPyConnection:
    connection = new_connection()
    connection.execute("SET threads = 1").fetchall()
    connection.execute("PRAGMA disable_optimizer").fetchall()
    return connection


@contextmanager
def prepared_rules() -> Iterator[PreparedRules]:
    """Lend planned rules to this thread; they are planned when all others are in use."""
    try:
        rules = _free.pop()
    except IndexError:
        rules = PreparedRules()
    try:
        yield rules
    finally:
        _free.append(rules)
