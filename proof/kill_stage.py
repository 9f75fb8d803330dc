"""A region that is made once and copied for each case, and processes that work on a copy.

A process is forked from one that imported everything; it opens its own connection, and has a clock
and a data folder of its own, as one that was started from the shell would.
"""

import gc
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import typer
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from ooievaar.cli import database as cli_database
from ooievaar.ui import jobs
from proof.kill_points import Faults, Point, Points

BESIDE = ("declaraties", "bank")
"""Folders that belong to the region; a case has its own copy."""
MOST_SECONDS = 120.0
"""A process that takes longer hangs."""


@dataclass(frozen=True)
class Stage:
    """Where the region stands that every case begins with: a database, and folders beside it."""

    folder: Path
    template: str

    @property
    def is_sqlite(self) -> bool:
        """Tell which of the two databases it is."""
        return connection.vendor == "sqlite"

    def freeze(self) -> "Stage":
        """Keep the database that the default connection works on as what every case begins with."""
        if self.is_sqlite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made = Stage(self.folder, str(connection.settings_dict["NAME"]))
        connections.close_all()
        return made

    @contextmanager
    def case(self, name: str) -> Iterator[Path]:
        """Copy the region; within, the default connection and the data folder are the copy's."""
        folder = self.folder / name
        folder.mkdir()
        for beside in BESIDE:
            if (self.folder / beside).exists():
                shutil.copytree(self.folder / beside, folder / beside)
        database, is_sqlite = f"kills_{os.getpid()}_{name}", self.is_sqlite
        connections.close_all()
        if is_sqlite:
            database = str(folder / "ooievaar.sqlite3")
            shutil.copy(self.template, database)
        else:
            self._server(f"CREATE DATABASE {database} TEMPLATE {self.template}")
        usual, chosen, data = connections["default"], connections.settings["default"], settings.DATA
        connections.settings["default"] = {**chosen, "NAME": database}
        del connections["default"]
        settings.DATA = folder
        try:
            yield folder
        finally:
            connections["default"].close()
            connections.settings["default"], connections["default"] = chosen, usual
            settings.DATA = data
            if not is_sqlite:
                self._server(f"DROP DATABASE {database} WITH (FORCE)")
            shutil.rmtree(folder, ignore_errors=True)

    def _server(self, statement: str) -> None:
        # From beside the template: one in which another process works is not copied.
        own = connection.settings_dict
        with psycopg.connect(
            host=own["HOST"], user=own["USER"], password=own["PASSWORD"],
            port=own["PORT"] or None, dbname="template1", autocommit=True,
        ) as server:  # fmt: skip
            server.execute(statement.encode())


@dataclass
class Ended:
    """How a process ended: killed or not, what struck it, what it met, and what it raised."""

    is_killed: bool = False
    told: list[str] = field(default_factory=list)
    met: list[Point] = field(default_factory=list)
    is_refused: bool = False
    modules: list[str] = field(default_factory=list)
    failure: str = ""
    seconds: float = 0.0


@dataclass
class Process:
    """A process that is under way, and the pipe through which it tells."""

    pid: int
    pipe: int
    started: float = field(default_factory=time.monotonic)

    def wait(self, kill_after: float | None = None) -> Ended:
        """Read what it tells until it ends; kill it from outside after so many seconds."""
        parts, is_over = [], False
        deadline = self.started + (MOST_SECONDS if kill_after is None else kill_after)
        while not is_over:
            left = deadline - time.monotonic()
            if left > 0 and select.select([self.pipe], [], [], left)[0]:
                part = os.read(self.pipe, 65_536)
                parts.append(part)
                is_over = not part
            else:
                os.kill(self.pid, signal.SIGKILL)
                is_over = True
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        ended = Ended(os.WIFSIGNALED(status), seconds=time.monotonic() - self.started)
        if kill_after is None and ended.seconds >= MOST_SECONDS:
            ended.failure = "hangs"
        for line in b"".join(parts).splitlines():
            with suppress(json.JSONDecodeError):
                _read(json.loads(line), ended)
        return ended


def _read(row: dict[str, Any], ended: Ended) -> None:
    if "told" in row:
        ended.told.append(row["told"])
    if "refused" in row:
        ended.is_refused = True
    if "failure" in row:
        ended.failure = row["failure"]
    if "met" in row:
        ended.met = [Point(*values) for values in row["met"]]
        ended.modules = row["modules"]


def start(
    work: Callable[[], object],
    folder: Path,
    now: datetime,
    faults: Callable[[Callable[[str], None]], Faults] | None = None,
    gate: int | None = None,
    mutant: Callable[[], None] | None = None,
) -> Process:
    """Start a process that does the work at its own clock; it waits for the gate, if there is one.

    `mutant` breaks the product in it, to see that this is noticed.
    The default connection is closed first: a child may not use what its parent opened.
    """
    connections.close_all()
    pipe, tells = os.pipe()
    child = os.fork()
    if child:
        os.close(tells)
        return Process(child, pipe)
    try:
        os.close(pipe)
        gc.disable()
        _be_a_process(folder, now)
        if mutant is not None:
            mutant()
        if gate is not None:
            os.read(gate, 1)
        _work(work, folder, tells, faults)
    finally:
        os._exit(0)


def _work(
    work: Callable[[], object],
    folder: Path,
    tells: int,
    faults: Callable[[Callable[[str], None]], Faults] | None,
) -> None:
    def tell(**row: Any) -> None:
        os.write(tells, json.dumps(row).encode() + b"\n")

    points = None
    try:
        if faults is not None:
            points = Points(faults(lambda words: tell(told=words)), folder)
            points.lay()
        work()
    except (SystemExit, typer.Exit) as ended:
        if code := getattr(ended, "exit_code", None) or getattr(ended, "code", None):
            tell(refused=code)
    except BaseException:
        tell(failure=traceback.format_exc()[-3_000:])
    if points is not None:
        met = [[one.kind, one.number, one.moment, one.what] for one in points.met]
        tell(met=met, modules=list(sys.modules))


def _be_a_process(folder: Path, now: datetime) -> None:
    """Be what a process started from the shell is: its own connection, clock, name and output."""
    with suppress(AttributeError):
        del connections["default"]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    with open(folder / "output.txt", "ab") as out:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    started = time.monotonic()
    set_clock(lambda: now + timedelta(seconds=time.monotonic() - started))
    host = jobs.THIS_WORKER.rsplit(":", 2)[0]
    # That the tables are up to date was seen when they were made.
    cli_database.steps_behind = lambda: []
    jobs.THIS_WORKER = f"{host}:{os.getpid()}:{os.urandom(4).hex()}"


def set_clock(clock: Callable[[], datetime]) -> None:
    """Let this process have another clock."""
    timezone.now = clock


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Let it be now, for as long as the region is made."""
    usual = timezone.now
    set_clock(lambda: now)
    try:
        yield
    finally:
        set_clock(usual)
