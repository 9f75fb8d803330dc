"""Years of small regions in which everything goes wrong, on both databases.

`prove` lives them in two processes beside each other. One life again, on an empty folder:
`ooievaar simulate --profile regional --seed 7 --until 123 --check`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from proof.outcome import Outcome, Tell

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
            counts.update({name.replace("_", " "): n for name, n in one["counts"].items()})
            done += one["counts"].get(f"region_years,_{database}", 0)
            if done % TOLD_EACH == 0 or "failure" in one:
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
    """Yield what came of each life, as soon as a process tells it."""
    told: Queue[dict[str, Any] | None] = Queue()

    def start(part: Lives) -> None:
        for one in _of_process(database, part) if part else ():
            told.put(one)
        told.put(None)

    for place in range(PROCESSES):
        Thread(target=start, args=(lives[place::PROCESSES],)).start()
    still_running = PROCESSES
    while still_running:
        one = told.get()
        if one is None:
            still_running -= 1
        else:
            yield one


def _of_process(database: str, lives: Lives) -> Iterator[dict[str, Any]]:
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


def live_all(database: str, lives: Iterable[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    """Live each on a copy of one empty database, and yield what came of it."""
    from proof.kills import open_database

    with tempfile.TemporaryDirectory(prefix="oo-years-") as made:
        folder = Path(made)
        with open_database(database, folder):
            from ooievaar.simulator.adversary.living import live
            from proof.kill_stage import Stage

            stage = Stage(folder, "").freeze()
            for profile, seed in lives:
                with stage.case(f"{profile}_{seed}") as place:
                    lived = live(seed, profile, place)
                told: dict[str, Any] = {
                    "counts": {
                        f"region_years,_{database}": 1,
                        "steps": lived.steps,
                        "checks": lived.checks.total(),
                    },
                    "outcomes": dict(lived.outcomes),
                    "checks": dict(lived.checks),
                }
                if not lived.holds:
                    told["failure"] = f"{lived.replay}: {lived.broke_at}: {lived.faults[0]}"
                yield told


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
