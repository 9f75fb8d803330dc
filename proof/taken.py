"""What the processes under this one took: CPU seconds and memory, of those that ended too.

Read from /proc twice a second: a cluster's executors are children of its workers, and a driver's
Java outlives the Python that started it, so that asking for one's own children says too little.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

EVERY = 0.5
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESSES = Path("/proc")


@dataclass
class Taken:
    """What was seen so far."""

    seconds: dict[int, float] = field(default_factory=dict)
    """CPU seconds of each process."""
    peak_bytes: int = 0
    """The most that they held together in memory at one moment."""

    def cpu(self) -> float:
        """Return the CPU seconds of all of them until now."""
        self.look()
        return sum(self.seconds.values())

    def peak_since(self) -> int:
        """Return the most megabytes held since this was last asked."""
        peak, self.peak_bytes = self.peak_bytes, 0
        return peak // 1_000_000

    def look(self) -> None:
        """Read what each process under this one has taken; who was one once stays one."""
        found = {}
        for place in PROCESSES.glob("[0-9]*/stat"):
            try:
                told = place.read_text().rpartition(")")[2].split()
            except (OSError, UnicodeDecodeError):
                continue  # ended in between, or named in another alphabet
            seconds = (int(told[11]) + int(told[12])) / TICK
            found[int(place.parent.name)] = int(told[1]), seconds, int(told[21]) * PAGE
        ours = {os.getpid(), *self.seconds}
        while more := {pid for pid, (parent, *_) in found.items() if parent in ours} - ours:
            ours |= more
        held = 0
        for pid in ours & found.keys() - {os.getpid()}:
            _, seconds, size = found[pid]
            self.seconds[pid] = max(seconds, self.seconds.get(pid, 0.0))
            held += size
        self.peak_bytes = max(self.peak_bytes, held)


@contextmanager
def watched() -> Iterator[Taken]:
    """Look at the processes that are started inside, until the end."""
    taken, ended = Taken(), Event()

    def keep_looking() -> None:
        while not ended.wait(EVERY):
            taken.look()

    looking = Thread(target=keep_looking)
    looking.start()
    try:
        yield taken
    finally:
        ended.set()
        looking.join()
