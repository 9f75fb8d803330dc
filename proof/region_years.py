"""Years of small regions in which everything goes wrong, on both databases.

`prove` lives them in two processes beside each other. One life again, on an empty folder:
`ooievaar simulate --profile regional --seed 7 --until 123 --check`.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proof.outcome import Outcome, Tell

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from proof.kill_stage import Stage

YEARS = {"sqlite": 100, "postgres": 20}
"""So many lives make the whole, half of them in each profile."""
PROFILES = ("regional", "urban")
PROCESSES = 2
FIRST_SEED = {"sqlite": 1, "postgres": 1001}
TOLD_EACH = 10

Lives = list[tuple[str, int]]


def prove(share: float, tell: Tell) -> Outcome:
    """Live a share of the years on SQLite, then on PostgreSQL."""
    started, counts, failures = time.monotonic(), Counter[str](), []
    for database in YEARS:
        lives = lives_of(database, share)
        done = 0
        for one in _lived(database, lives):
            if "failure" in one:
                failures.append(f"{database}: {one['failure']}")
                tell(failures[-1])
            counts.update({name.replace("_", " "): n for name, n in one["counts"].items()})
            done += one["counts"].get(f"region_years,_{database}", 0)
            if done % TOLD_EACH == 0:
                tell(f"region-years on {database}: {done} of {len(lives)}, {len(failures)} failed")
        if done != len(lives):
            failures.append(f"{database}: {done} of {len(lives)} region-years were lived")
    return Outcome("region_years", dict(counts), time.monotonic() - started, failures)


def lives_of(database: str, share: float) -> Lives:
    """Return the lives of a share: as many of each profile, and at least one."""
    each = max(1, round(YEARS[database] * share / len(PROFILES)))
    first = FIRST_SEED[database]
    return [(profile, first + number) for number in range(each) for profile in PROFILES]


def _lived(database: str, lives: Lives) -> Iterator[dict[str, Any]]:
    """Yield what came of each life, as soon as it is told."""
    words = [f"{profile}:{seed}" for profile, seed in lives]
    process = subprocess.Popen(
        [sys.executable, "-m", "proof.region_years", "--database", database, *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if process.returncode:
        yield {"counts": {}, "failure": f"a process ended with {process.returncode}"}


def live_all(database: str, lives: Lives) -> Iterator[dict[str, Any]]:
    """Live each on a copy of one empty database, and yield what came of it.

    Tables are made and rules are compiled once; the processes are forked after that.
    """
    from proof.kills import open_database

    with tempfile.TemporaryDirectory(prefix="oo-years-") as made:
        folder = Path(made)
        with open_database(database, folder):
            stage = _prepare(folder)
            try:
                yield from _each_alone(stage, lives)
            finally:
                gc.unfreeze()


def _each_alone(stage: "Stage", lives: Lives) -> Iterator[dict[str, Any]]:
    """Live each in a process of its own: in one that lived before it costs an eighth more."""
    fork, left = get_context("fork"), list(reversed(lives))
    living: dict[Future[dict[str, Any]], ProcessPoolExecutor] = {}
    while left or living:
        while left and len(living) < PROCESSES:
            process = ProcessPoolExecutor(1, fork, _begin)
            living[process.submit(_live, stage, *left.pop())] = process
        for one in wait(living, return_when=FIRST_COMPLETED).done:
            living.pop(one).shutdown()
            yield one.result()


def _prepare(folder: Path) -> "Stage":
    """Load all that a life needs, so that it is there after each fork."""
    import ooievaar.simulator.adversary.living  # noqa: F401 - loaded
    from ooievaar.bundles.engine import compiled_rules
    from ooievaar.rulebook import load
    from ooievaar.settlement.rules.stages import compiled_closing
    from proof.kill_stage import Stage

    load()
    compiled_rules()
    compiled_closing()
    gc.collect()
    gc.freeze()
    return Stage(folder, "").freeze()


def _begin() -> None:
    """Let what opens a DuckDB get a connection to one of this process.

    Temporary tables and registered names are of a connection, so they do not see each other.
    Opening costs 14 ms, as many processes as cores need one thread each, and for a handful of rows
    it costs more to improve a plan than to run it as it is.
    """
    import duckdb

    from ooievaar.bundles import derive

    opens, opened = duckdb.connect, dict[str, duckdb.DuckDBPyConnection]()

    def connect(
        database: str = ":memory:", config: Mapping[str, Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        assert database == ":memory:", "a life opens no DuckDB file"
        name = repr(sorted((config or {}).items()))
        if name not in opened:
            opened[name] = opens(database, config={**(config or {}), "threads": 1})
        cursor = opened[name].cursor()
        cursor.execute("PRAGMA disable_optimizer")
        return cursor

    duckdb.connect = connect  # type: ignore[assignment]
    derive.run_rules = by_kept_plans  # type: ignore[attr-defined]


def by_kept_plans(
    facts: "dict[str, pa.Table]", connection: "duckdb.DuckDBPyConnection | None" = None
) -> "duckdb.DuckDBPyConnection":
    """Run the rules by the plans that a woman alone is derived by, kept through a life.

    Planning a night anew costs twice what running it does. `conclusions_are_the_same` holds it
    beside the rules as they are planned for a night.
    """
    from ooievaar.bundles.engine import new_connection
    from ooievaar.bundles.prepared import prepared_rules
    from ooievaar.bundles.rules.facts import OUTPUTS
    from ooievaar.settlement.rules.stages import DERIVED

    given = connection or new_connection()
    with prepared_rules() as rules:
        rules.fill(facts)
        for name in (OUTPUTS.keys() | DERIVED.keys()) - facts.keys():
            given.register(name, rules.read(f'FROM "{name}"'))
    for name, table in facts.items():
        given.register(name, table)
    return given


def _live(stage: "Stage", profile: str, seed: int) -> dict[str, Any]:
    """Live one on its copy of the database, and return what came of it."""
    from ooievaar.simulator.adversary.living import live

    before = _cpu_seconds()
    with stage.case(f"{profile}_{seed}") as place:
        lived = live(seed, profile, place)
        database = "sqlite" if stage.is_sqlite else "postgres"
    told: dict[str, Any] = {
        "counts": {
            f"region_years,_{database}": 1,
            "steps": lived.steps,
            "checks": lived.checks.total(),
        },
        "life": f"{profile}:{seed}",
        "cpu_seconds": round(_cpu_seconds() - before, 1),
        "outcomes": dict(lived.outcomes),
        "checks": dict(lived.checks),
    }
    if not lived.holds:
        told["failure"] = f"{lived.replay}: {lived.broke_at}: {lived.faults[0]}"
    return told


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Live what is asked, one line of JSON for each life."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=list(YEARS), required=True)
    parser.add_argument("lives", nargs="+")
    asked = parser.parse_args()
    lives = [
        (profile, int(seed)) for profile, _, seed in (one.partition(":") for one in asked.lives)
    ]
    for told in live_all(asked.database, lives):
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
