"""Derive, price and divide a tenth and two tenths of a national year, beside scan and copy.

The limit is what DuckDB needs to read the activities and write one row for each. Ratios are of one
run on one machine, best of three; seconds alone say little on a shared one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ooievaar.bundles.engine import arrow_schema, new_connection, run_on
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.kernel.period import FAR_DATE
from ooievaar.settlement.rules.stages import AGREED, compiled_division
from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.facts import engine_facts
from ooievaar.storage.pipeline import run_stages

START, UNTIL = date(2025, 1, 1), date(2026, 1, 1)
TENTH_BIRTHS = 15_200
"""Births of a region of which the simulator makes about 1.7 million activities, a tenth of the
national 17 million."""
TRIES = 3


def measure(births: int) -> dict[str, Any]:
    """Measure one size; seconds are the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        counts = write_facts(births, target)
        scan = best(lambda: on_files(target, scan_activities))
        copy = best(lambda: on_files(target, lambda c: copy_activities(c, target)))
        derived = best(lambda: on_files(target, lambda c: derive(c, target)))
    return {
        **counts,
        "scan_seconds": scan,
        "copy_seconds": copy,
        "derive_seconds": derived,
        "times_the_copy": derived / copy,
    }


def write_facts(births: int, folder: Path) -> dict[str, int]:
    """Simulate a region of one year and write the engine's tables as Parquet."""
    tables = simulate_tables("regional", 1, births, 1, START)
    facts = engine_facts(tables, UNTIL, UNTIL)
    agreed = agreement_tables(tables)
    for name, table in {**facts, **agreed}.items():
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=122_880)
    return {
        "pregnancies": facts["pregnancies"].num_rows,
        "activities": facts["activities"].num_rows,
    }


def on_files(folder: Path, work: Callable[[duckdb.DuckDBPyConnection], None]) -> float:
    """Time `work` on a new connection that sees the Parquet files as tables."""
    connection = new_connection()
    for name in (*INPUTS, *AGREED):
        connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
    started = time.perf_counter()
    work(connection)
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def scan_activities(connection: duckdb.DuckDBPyConnection) -> None:
    """Read six columns and keep nothing: what nothing can beat."""
    connection.execute(
        "SELECT sum(woman_id), sum(organisation_id), max(performed_on), sum(quantity), "
        "count(DISTINCT code), sum(pregnancy_id) FROM activities"
    ).fetchall()


def copy_activities(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read every column and write one row per activity."""
    connection.execute(f"COPY (FROM activities) TO '{folder / 'copy.parquet'}'")


def derive(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Run every rule, divide every product and write one disposition per activity."""
    run_on(connection)
    run_stages(connection, compiled_division())
    connection.execute(f"COPY dispositions TO '{folder / 'dispositions.parquet'}'")


def best(measure_once: Callable[[], float]) -> float:
    """Return the fewest seconds of a few tries."""
    return min(measure_once() for _ in range(TRIES))


def agreement_tables(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Make the tables of the region's agreement, organisations numbered as in the facts."""
    agbs = sorted(tables["organisations"].column("agb").to_pylist())
    number = {agb: position for position, agb in enumerate(agbs, 1)}
    agreements = [
        {**row, "agreement_id": 1, "valid_until": row["valid_until"] or FAR_DATE}
        for row in tables["agreements"].to_pylist()
    ]
    shares = [{**row, "agreement_id": 1} for row in tables["agreement_shares"].to_pylist()]
    members = [
        {"agreement_id": 1, "organisation_id": number[row["organisation_agb"]], "ppm": row["ppm"]}
        for row in tables["agreement_members"].to_pylist()
    ]
    known = {"agreements": agreements, "discipline_shares": shares, "member_shares": members}
    return {name: agreed_table(name, known.get(name, [])) for name in AGREED}


def agreed_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Make a table of what was agreed from rows; other columns are left out."""
    return pa.Table.from_pylist(rows, schema=arrow_schema(AGREED[name]))
