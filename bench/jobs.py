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


class Cost(NamedTuple):
    """Seconds on the clock, and of this process; a server's are not in the second."""

    wall: float
    cpu: float


def timed(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Return what work gives, and what it cost."""
    began, worked = time.perf_counter(), time.process_time()
    result = work()
    return result, Cost(time.perf_counter() - began, time.process_time() - worked)


def row(name: str, count: int, wall: float, cpu: float, **more: Any) -> dict[str, Any]:
    """Return one line of the table; `beside` names the line that its `ratio` is of."""
    return {"name": name, "count": count, "wall": wall, "cpu": cpu, **more}


def peak_mb() -> float:
    """Return the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def apart(module: str, *words: str, **environment: str) -> Any:
    """Run `python -m module words`; return the JSON on its last line. A failure ends the bench."""
    run = subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])
