"""Faults of the machine at a chosen point of a process's work; in that process only.

What a process does to database and files is counted as it does it: statements, commits, files
(open, write, fsync, replace), deliveries. At one point it is killed, the disk is full, or the
connection drops. Nothing of this stands in the product: it is laid around Django's connection and
the functions of files, after the fork.
"""

import builtins
import errno
import io
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
STATEMENT, COMMIT, FILE, DELIVERY = "statement", "commit", "file", "delivery"
BEFORE, IN, AFTER = "before", "in", "after"
MOST_MICROSECONDS = 400
"""A commit and a statement take about so long: a kill within falls somewhere in it."""


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of the work: the how manieth of its kind, and on which side of it."""

    kind: str
    number: int
    moment: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.moment} {self.kind} {self.number} ({self.what})"

    def is_at(self, other: "Point | None") -> bool:
        """Tell whether it is the same moment; what is done there may be another."""
        return other is not None and (self.kind, self.number, self.moment) == (
            other.kind,
            other.number,
            other.moment,
        )


class Faults:
    """What goes wrong at a point; `told` writes what did to whoever started the process."""

    def __init__(self, at: Point | None, told: Callable[[str], None]) -> None:
        self.at, self.told = at, told

    def strike(self, point: Point) -> None:
        """Do it before or after."""

    def strike_in(self, point: Point, does: Callable[[], T]) -> T:
        """Do it while the work does this."""
        return does()

    def half_written(self, point: Point) -> None:
        """Do it with half of the bytes written."""
        self.strike(point)


class Kill(Faults):
    """The process is gone, as with the power: nothing of it runs any more."""

    def __init__(
        self, at: Point | None, told: Callable[[str], None], microseconds: int = 0
    ) -> None:
        super().__init__(at, told)
        self.microseconds = microseconds

    def strike(self, point: Point) -> None:
        """Die here."""
        os.kill(os.getpid(), signal.SIGKILL)

    def strike_in(self, point: Point, does: Callable[[], T]) -> T:
        """Die with the commit handed to the server and not answered, or some microseconds on."""
        if point.kind == COMMIT and connection.vendor == "postgresql":
            server = connection.connection.pgconn
            server.send_query(b"COMMIT")
            server.flush()
            self.strike(point)
        threading.Thread(target=self._strike_soon, daemon=True).start()
        made = does()
        self.strike(point)
        return made

    def _strike_soon(self) -> None:
        until = time.perf_counter() + self.microseconds / 1_000_000
        while time.perf_counter() < until:
            pass
        os.kill(os.getpid(), signal.SIGKILL)


class DiskFull(Faults):
    """From here on nothing can be written to a file, and the database has no room."""

    is_full = False

    def strike(self, point: Point) -> None:
        """Refuse this write, and every one after it."""
        if not self.is_full:
            self.is_full = True
            self.told(f"disk full {point}")
        if point.kind == FILE:
            where = (point.what,) if point.what.startswith("open") else ()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *where)

    def strike_in(self, point: Point, does: Callable[[], T]) -> T:
        """Let the database itself find that it has no room, in the middle of a transaction."""
        if connection.vendor == "sqlite":
            database = connection.connection
            [pages] = database.execute("PRAGMA page_count").fetchone()
            database.execute(f"PRAGMA max_page_count = {pages}")
            return does()
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.cursor.execute(
                "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' "
                "USING ERRCODE = '53100'; END $$"
            )
        raise AssertionError("the server refuses before this")


class CutOff(Faults):
    """The server lets go of the connection; after a commit: it is done, and nobody hears of it."""

    def strike(self, point: Point) -> None:
        """Drop the connection, so that whatever comes next finds it gone."""
        self.told(f"cut off {point}")
        if point.kind == COMMIT and point.moment == AFTER:
            end = socket.socket(fileno=os.dup(connection.connection.fileno()))
            end.shutdown(socket.SHUT_RDWR)
            end.close()
            raise OperationalError("server closed the connection unexpectedly")
        drop_connection()


def drop_connection() -> None:
    """Let the server end the connection of this process, as when the network or the server went."""
    import psycopg

    own, mine = connection.settings_dict, connection.connection
    if mine is None or mine.closed:
        return
    with psycopg.connect(
        host=own["HOST"], user=own["USER"], password=own["PASSWORD"], port=own["PORT"] or None,
        dbname="postgres", autocommit=True,
    ) as other:  # fmt: skip
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine.info.backend_pid])


class Points:
    """Counts what the main thread does, and lets the fault strike at its point."""

    def __init__(self, faults: Faults, folder: Path) -> None:
        self.faults, self.folder = faults, str(folder)
        self.thread = threading.get_ident()
        self.counts: Counter[str] = Counter()
        self.met: list[Point] = []

    def around(self, kind: str, what: str, does: Callable[[], T], has_in: bool = False) -> T:
        """Do something, with a point before it, after it, and where it takes time in it."""
        if threading.get_ident() != self.thread:
            return does()
        self.counts[kind] += 1
        point = partial(Point, kind, self.counts[kind], what=what)
        self._meet(point(moment=BEFORE))
        made = does() if not has_in else self._meet_in(point(moment=IN), does)
        self._meet(point(moment=AFTER))
        return made

    def _meet(self, point: Point) -> None:
        self.met.append(point)
        if point.is_at(self.faults.at) or (_is_full(self.faults) and _writes(point)):
            self.faults.strike(point)

    def _meet_in(self, point: Point, does: Callable[[], T]) -> T:
        self.met.append(point)
        return self.faults.strike_in(point, does) if point.is_at(self.faults.at) else does()

    def lay(self) -> None:
        """Lay the points around the database and the files of this process."""
        from ooievaar.claims.channel import FolderChannel

        connection.execute_wrappers.append(self._statement)
        commit: Callable[[Any], None] = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]
        put = FolderChannel.put

        def counted_commit(wrapper: BaseDatabaseWrapper) -> None:
            self.around(COMMIT, "", lambda: commit(wrapper), has_in=True)

        def counted_put(channel: FolderChannel, name: str, content: bytes) -> None:
            self.around(DELIVERY, name, lambda: put(channel, name, content))

        opens = partial(self._open, io.open)
        calls = {
            name: partial(self._file_call, name, getattr(os, name))
            for name in ("fsync", "replace", "link")
        }
        for place, name, counted in (
            (BaseDatabaseWrapper, "_commit", counted_commit),
            (FolderChannel, "put", counted_put),
            (builtins, "open", opens),
            (io, "open", opens),
            *((os, name, call) for name, call in calls.items()),
        ):
            setattr(place, name, counted)

    def _statement(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        words = " ".join(str(sql).split()[:3])
        try:
            return self.around(STATEMENT, words, lambda: execute(sql, *more), has_in=True)
        except OperationalError as error:
            if "full" in str(error) or "No space" in str(error):
                self.faults.told(f"database full, {words}")
            raise

    def _file_call(self, name: str, does: Callable[..., Any], *args: Any, **more: Any) -> Any:
        what = Path(args[-1]).name if isinstance(args[-1], str | Path) else ""
        return self.around(FILE, f"{name} {what}".strip(), lambda: does(*args, **more))

    def _open(
        self, opens: Callable[..., Any], file: Any, mode: str = "r", *a: Any, **k: Any
    ) -> Any:
        is_ours = isinstance(file, str | Path) and str(file).startswith(self.folder)
        if not is_ours or not set(mode) & set("wax+"):
            return opens(file, mode, *a, **k)
        name = Path(file).name
        opened = self.around(FILE, f"open {name}", lambda: opens(file, mode, *a, **k))
        return _Writing(opened, self, name)


class _Writing:
    """A file being written, whose bytes are there as soon as they are written: half of them too."""

    def __init__(self, file: Any, points: Points, name: str) -> None:
        self._file, self._points, self._name = file, points, name

    def write(self, content: Any) -> int:
        points, half = self._points, len(content) // 2
        number = points.counts[FILE] + 1

        def does() -> int:
            point = Point(FILE, number, IN, f"write {self._name}")
            if threading.get_ident() != points.thread:
                return int(self._file.write(content))
            points.met.append(point)
            written = self._file.write(content[:half])
            self._file.flush()
            if point.is_at(points.faults.at):
                points.faults.half_written(point)
            written += self._file.write(content[half:])
            self._file.flush()
            return int(written)

        return points.around(FILE, f"write {self._name}", does)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "_Writing":
        self._file.__enter__()
        return self

    def __exit__(self, *why: Any) -> None:
        self._file.__exit__(*why)


def _is_full(faults: Faults) -> bool:
    return isinstance(faults, DiskFull) and faults.is_full


def _writes(point: Point) -> bool:
    return point.kind == FILE and point.moment == BEFORE and not point.what.startswith("replace")
