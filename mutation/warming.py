"""What is done once before any mutant: imports, and the answers of the plain-Python engine."""

import functools
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from mutation.rooms import Room
from ooievaar.storage import pipeline


def without_disk() -> None:
    """Compile the rules from what this process holds, never from what was kept on disk."""
    for name in ("_read", "_keep"):
        assert hasattr(pipeline, name), "storage.pipeline keeps compiled stages in another way"
        setattr(pipeline, name, lambda *_: None)


def with_one_thread() -> None:
    """Give every DuckDB one thread and no optimizer: for so few rows both only cost."""
    connect: Any = duckdb.connect

    def one_thread(*args: Any, config: dict[str, Any] | None = None, **more: Any) -> Any:
        opened = connect(*args, config={"threads": 1, **(config or {})}, **more)
        opened.execute("PRAGMA disable_optimizer")
        return opened

    duckdb.connect = one_thread


def with_known_sql(rooms: list[Room]) -> dict[str, list[str]]:
    """Keep the SQL of every expression: a mutant writes that of the changed ones only.

    Returns the SQL of each room. Expressions are equal when they are built alike, so nothing that
    a mutant changed is taken from here.
    """
    write, known = ibis.to_sql, {}

    def to_sql(expression: Any, dialect: str | None = None, **more: Any) -> Any:
        key = expression.op(), dialect, *sorted(more.items())
        if key not in known:
            known[key] = write(expression, dialect=dialect, **more)
        return known[key]

    ibis.to_sql = to_sql
    return {room.name: room.compile() for room in rooms}


def with_planned_stories() -> None:
    """Let stories of one woman run on rules planned once, as the pages do: a third of the time."""
    from ooievaar.bundles import engine, prepared
    from ooievaar.bundles.rules.facts import INPUTS

    def derive_tables(facts: dict[str, Any]) -> dict[str, Any]:
        tables = {name: engine.arrow_table(name, facts.get(name, [])) for name in INPUTS}
        with prepared.prepared_rules() as rules:
            return rules.run(tables)

    engine.derive_tables = derive_tables


def with_known_answers() -> None:
    """Ask the plain-Python engine once for the regions that the tests compare with.

    It shares nothing with the rules, so no mutant changes what it says.
    """
    agree: Any = importlib.import_module("tests.engine.test_two_engines_agree")
    generate, oracle = agree.generate, agree.derive_by_oracle
    regions = {
        (seed, agree.PREGNANCIES_PER_SEED): generate(seed, agree.PREGNANCIES_PER_SEED)
        for seed in agree.SEEDS
    }
    answers = {id(facts): oracle(facts) for facts in regions.values()}

    def region(seed: int, *args: Any, **more: Any) -> Any:
        known = regions.get((seed, *args)) if not more else None
        return known if known is not None else generate(seed, *args, **more)

    def answer(facts: Any) -> Any:
        known = answers.get(id(facts))
        return known if known is not None else oracle(facts)

    def assert_agreed(facts: Any, ours: Any) -> None:
        assert next(agree.differences(ours, agree.derive_by_tables(facts)), None) is None

    agree.generate, agree.derive_by_oracle = region, answer
    agree.assert_agreed = assert_agreed  # the first difference is enough
    _once(("tests.engine.test_division_methods", "tests.engine.test_years_agree"))


def _once(modules: tuple[str, ...]) -> None:
    """Ask generators and oracles of divisions and years once per seed."""
    for name in modules:
        module = importlib.import_module(name)
        for function in ("generate_mixed", "generate_year"):
            if hasattr(module, function):
                setattr(module, function, functools.cache(getattr(module, function)))
        for function in ("divide_by_oracle", "year_by_oracle"):
            if hasattr(module, function):
                setattr(module, function, _by_identity(getattr(module, function)))
    divisions = importlib.import_module(modules[0])
    for seed in divisions.SEEDS:
        divisions.divide_by_oracle(divisions.generate_mixed(seed, divisions.PRODUCTS))
    years = importlib.import_module(modules[1])
    for seed in range(1_500):
        years.year_by_oracle(years.generate_year(seed))


def _by_identity(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[int, tuple[Any, Any]] = {}

    def answer(facts: Any) -> Any:
        if id(facts) not in known:
            known[id(facts)] = facts, function(facts)
        return known[id(facts)][1]

    return answer


def quick_hypothesis() -> None:
    """Look for a counterexample as always, but do not make it small: that it is there is enough."""
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", deadline=None, derandomize=True, phases=phases)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"


def with_planned_divisions() -> Callable[[], None]:
    """Let divisions run on stages planned once, a quarter of the time; returns what undoes that."""
    from ooievaar.contracts.rules import division

    plain, planned = division.divide_tables, _PlannedDivision()
    holders = [module for module in list(sys.modules.values()) if _holds(module, plain)]

    def hand_out(function: Callable[[Any], Any]) -> None:
        for module in holders:
            module.divide_tables = function  # type: ignore[attr-defined]

    hand_out(planned)
    return lambda: hand_out(plain)


def _holds(module: Any, function: Any) -> bool:
    return getattr(module, "__dict__", {}).get("divide_tables") is function


class _PlannedDivision:
    """A DuckDB in which every stage of the division is a prepared INSERT."""

    def __init__(self) -> None:
        self.connection: Any = None

    def __call__(self, tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        from ooievaar.contracts.rules import division, schemas

        kinds = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32()}
        if self.connection is None:
            self.connection = duckdb.connect()
            self._plan(division.compiled_split(), schemas.DIVISION_INPUTS)
        for name, columns in schemas.DIVISION_INPUTS.items():
            schema = pa.schema([(column, kinds[kind]) for column, kind in columns.items()])
            given = pa.Table.from_pylist(tables.get(name, []), schema=schema)  # noqa: F841 - DuckDB reads it
            self.connection.execute(f'TRUNCATE "{name}"')
            self.connection.execute(f'INSERT INTO "{name}" FROM given')
        for stage in division.compiled_split():
            self.connection.execute(f'TRUNCATE "{stage.name}"')
            self.connection.execute(f'EXECUTE "run_{stage.name}"')
        order = "product_no, kind, discipline, organisation_id NULLS FIRST, reason"
        return self.connection.sql(f"FROM shares ORDER BY {order}").to_arrow_table().to_pylist()

    def _plan(self, stages: Any, inputs: Any) -> None:
        types = {"int64": "BIGINT", "string": "VARCHAR", "date": "DATE"}
        for name, columns in inputs.items():
            chosen = ", ".join(f'"{column}" {types[kind]}' for column, kind in columns.items())
            self.connection.execute(f'CREATE TEMP TABLE "{name}" ({chosen})')
        for stage in stages:
            self.connection.execute(f'CREATE TEMP TABLE "{stage.name}" AS {stage.sql}')
        for stage in stages:
            self.connection.execute(
                f'PREPARE "run_{stage.name}" AS INSERT INTO "{stage.name}" {stage.sql}'
            )
