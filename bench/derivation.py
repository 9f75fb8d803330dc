"""Derive, price and divide a national year, beside scan and copy, pandas and plain Python.

The limit is what DuckDB needs to read the activities and write one row for each. Every piece of
work runs in a process of its own (`python -m bench.derivation JOB FOLDER`), so that its peak of
memory is its own; best of three. Regions are derived beside each other, one a core.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from bench.comparing import differences
from bench.jobs import apart, peak_mb, row, timed
from ooievaar.bundles.engine import arrow_schema, compiled_rules, new_connection, run_on
from ooievaar.bundles.rules.facts import INPUTS, OUTPUTS
from ooievaar.settlement.rules.stages import AGREED, compiled_division
from ooievaar.simulator.national import EVERYWHERE
from ooievaar.storage.pipeline import run_stages

TRIES = 3
PANDAS_SHARE, PLAIN_SHARE = 20, 400
"""One in so many pregnancies is what pandas and plain Python get."""


def measure(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of the table for the national year in a folder."""
    about = json.loads((folder / "about.json").read_text("utf-8"))
    count = about["activities"]
    best = {job: best_of(job, folder) for job in ("scan", "copy", "derive")}
    limit = best["copy"]
    lines = [
        row(
            f"national year: {job}",
            count,
            **found,
            beside="copy",
            ratio=found["cpu"] / limit["cpu"],
            wall_ratio=found["wall"] / limit["wall"],
        )
        for job, found in best.items()
    ]
    each = best["derive"]["cpu"] / count
    for job, share in (("pandas", PANDAS_SHARE), ("plain Python", PLAIN_SHARE)):
        found = apart("bench.derivation", job, str(folder))
        done = found.pop("count")
        ratio = found["cpu"] / done / each
        lines.append(
            row(f"{job}, 1 in {share}", done, **found, beside="derive, per act", ratio=ratio)
        )
    return lines


def best_of(job: str, folder: Path) -> dict[str, float]:
    """Return the least seconds and CPU seconds of a few tries, and the largest peak."""
    tries = [apart("bench.derivation", job, str(folder)) for _ in range(TRIES)]
    least = {name: min(one[name] for one in tries) for name in ("wall", "cpu")}
    return least | {"peak_mb": max(one["peak_mb"] for one in tries)}


def files_of(folder: Path, name: str, region: str) -> list[str]:
    """Return the files of a table, the largest first: DuckDB guesses all from the first."""
    found = (folder / name).glob(f"{region}/**/*.parquet")
    return [str(path) for path in sorted(found, key=lambda path: -path.stat().st_size)]


def connect(folder: Path, region: str = "region=*", threads: int = 1) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that sees the files of a region, or of all, as tables."""
    connection = new_connection()
    connection.execute(f"SET threads = {threads}")
    for name in (*INPUTS, *AGREED):
        everywhere = name in EVERYWHERE
        files = [str(folder / f"{name}.parquet")] if everywhere else files_of(folder, name, region)
        connection.execute(
            f"CREATE VIEW {name} AS FROM read_parquet({files}, hive_partitioning = false)"
        )
    return connection


def scan(folder: Path, _: Path) -> None:
    """Read six columns and keep nothing: what nothing can beat."""
    connect(folder, threads=cores()).execute(
        "SELECT sum(woman_id), sum(organisation_id), max(performed_on), sum(quantity), "
        "max(code), sum(pregnancy_id) FROM activities"
    ).fetchall()


def copy(folder: Path, target: Path) -> None:
    """Read every column and write one row per activity."""
    found = connect(folder, threads=cores())
    found.execute(f"COPY (FROM activities) TO '{target / 'copy.parquet'}'")


def derive(folder: Path, target: Path) -> None:
    """Derive every region, one on each core, and write one disposition per activity."""
    regions = sorted(path.name for path in (folder / "activities").iterdir())
    with ThreadPoolExecutor(cores()) as pool:
        for one in [pool.submit(derive_region, folder, region, target) for region in regions]:
            one.result()


def derive_region(folder: Path, region: str, target: Path) -> None:
    """Run every rule, divide every product, write where each activity ended and who gets what."""
    connection = connect(folder, region)
    run_on(connection)
    run_stages(connection, compiled_division())
    for name in ("dispositions", "shares"):
        connection.execute(f"COPY {name} TO '{target / f'{region}-{name}.parquet'}'")
    connection.close()


def in_pandas(folder: Path, _: Path) -> int:
    """Let pandas read a sample, derive and divide it; it must give what Ooievaar gives."""
    from bench import with_pandas

    connection = sample(folder, PANDAS_SHARE)
    made, cost = timed(lambda: with_pandas.derive(connection))
    own_cost.update(cost._asdict(), peak_mb=peak_mb())
    refuse_differences("pandas", connection, made)
    return len(made["dispositions"])


def in_plain_python(folder: Path, _: Path) -> int:
    """Let the engine of the tests derive a sample, row by row; without the division."""
    from tests.oracle.engine import derive as derive_rows

    connection = sample(folder, PLAIN_SHARE)
    facts = {name: connection.sql(f"FROM {name}").to_arrow_table().to_pylist() for name in INPUTS}
    told, cost = timed(lambda: derive_rows(facts))
    own_cost.update(cost._asdict(), peak_mb=peak_mb())
    made = {name: table_of(told[name], schema) for name, schema in OUTPUTS.items()}
    refuse_differences("plain Python", connection, made)
    return len(told["dispositions"])


def table_of(rows: list[dict[str, Any]], schema: Mapping[str, str]) -> pa.Table:
    """Return rows as a table; a list of acts is its only kind that inputs do not have."""
    lists = [name for name, kind in schema.items() if kind == "array<int64>"]
    fields = arrow_schema({name: kind for name, kind in schema.items() if name not in lists})
    for name in lists:
        fields = fields.append(pa.field(name, pa.list_(pa.int64())))
    return pa.Table.from_pylist(rows, schema=fields)


def refuse_differences(
    other: str, connection: duckdb.DuckDBPyConnection, made: Mapping[str, Any]
) -> None:
    """End with an error when another engine made other rows of the tables of a connection."""
    run_on(connection)
    run_stages(connection, compiled_division())
    if told := differences(other, connection, made):
        sys.exit("\n".join([f"{other} and Ooievaar do not agree:", *told]))


own_cost: dict[str, float] = {}
"""What a job says that it cost, where reading its input is not to be counted."""


def sample(folder: Path, share: int) -> duckdb.DuckDBPyConnection:
    """Return the first region with one in so many of the country's women, as far as it has them."""
    regions = len(list((folder / "activities").iterdir()))
    connection = connect(folder, "region=01")
    one_in = max(1, share // regions)
    for name in ("activities", "pregnancies", "coverages"):
        files = files_of(folder, name, "region=01")
        connection.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({files}, "
            f"hive_partitioning = false) WHERE woman_id % {one_in} = 0"
        )
    return connection


def cores() -> int:
    """Return how many processors there are."""
    return os.cpu_count() or 1


JOBS: dict[str, Callable[[Path, Path], int | None]] = {
    "scan": scan,
    "copy": copy,
    "derive": derive,
    "pandas": in_pandas,
    "plain Python": in_plain_python,
}
WITHOUT_RULES = ("scan", "copy")


def main(words: Iterable[str]) -> None:
    """Do one job and print what it cost, as JSON."""
    import django

    job, folder = words
    django.setup()
    if job not in WITHOUT_RULES:
        compiled_rules(), compiled_division()  # once per set of rules, kept after
    with tempfile.TemporaryDirectory(dir=os.environ.get("OOIEVAAR_DATA")) as target:
        count, cost = timed(lambda: JOBS[job](Path(folder), Path(target)))
    figures = {"peak_mb": peak_mb(), "count": count, **cost._asdict(), **own_cost}
    print(json.dumps({name: found for name, found in figures.items() if found is not None}))


if __name__ == "__main__":
    main(sys.argv[1:])
