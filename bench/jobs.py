"""What one piece of work costs, in a process of its own: seconds, CPU seconds, peak of memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

Line = dict[str, Any]
Lines = list[Line]


class Failed(Exception):
    """A piece of work ended with an error; what it said is the text."""


class Cost(NamedTuple):
    """Seconds on the clock, and of this process; a server's are not in the second."""

    wall: float
    cpu: float


def timed(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Return what work gives, and what it cost."""
    began, worked = time.perf_counter(), time.process_time()
    result = work()
    return result, Cost(time.perf_counter() - began, time.process_time() - worked)


def least(work: Callable[[], Any], tries: int = 3) -> Cost:
    """Return the least that work costs in some tries: for what is short."""
    costs = [timed(work)[1] for _ in range(tries)]
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))


def row(name: str, count: int, wall: float, cpu: float | None, **more: Any) -> Line:
    """Return one line of the table; `beside` says what its `ratio` is of."""
    return {"name": name, "count": count, "wall": wall, "cpu": cpu, **more}


def beside(lines: Lines, limit: float, name: str) -> Lines:
    """Give lines their ratio to the CPU seconds of something else."""
    return [{**line, "beside": name, "ratio": line["cpu"] / limit} for line in lines]


def peak_mb() -> float:
    """Return the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def apart(module: str, *words: str, **environment: str) -> Any:
    """Run `python -m module words`; return the JSON on its last line. Raises Failed."""
    run = subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise Failed(run.stderr.strip() or f"{module} {' '.join(words)}: {run.returncode}")
    return json.loads(run.stdout.splitlines()[-1])
