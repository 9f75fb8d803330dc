"""Tries mutants: one forked process each, tests of the room in it, until the first that fails.

It runs inside pytest, after collecting: everything is imported, Django is set up, and a fork has
all of it in milliseconds. Which test comes first hangs on which noticed most till now; whether a
mutant is noticed does not.
"""

import gc
import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from mutation import warming
from mutation.mutants import Mutant
from mutation.putting_in import Held, module_of, run_again
from mutation.rooms import ROOT, Room

Tell = Callable[[str], None]
MEMORY = 6 << 30
"""Bytes that a mutant may ask beside what is there: one that never stops takes all otherwise."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a mutant: who noticed, how, and in how many CPU seconds; or nobody did."""

    name: str
    killed_by: str = ""
    how: str = ""
    seconds: float = 0.0
    same_sql: bool = False
    error: str = ""
    times: dict[str, float] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    @property
    def survived(self) -> bool:
        """Tell whether every test passed."""
        return not self.killed_by


class Trying:
    """A pytest plugin that runs the tests once per mutant instead of once."""

    def __init__(self, work: dict[Room, list[Mutant]], jobs: int, tell: Tell) -> None:
        """Take what is to be tried; `tried` holds what came of it, `failures` why it stopped."""
        self.work, self.jobs, self.tell = work, jobs, tell
        self.tried: dict[str, list[Tried]] = {}
        self.failures: list[str] = []
        self._kills: Counter[tuple[str, str]] = Counter()
        self._now: list[str] = []
        self._sql: dict[str, list[str]] = {}
        self._is_mutant = False
        self._writing = -1

    # what pytest asks

    def pytest_load_initial_conftests(self) -> None:
        """Name the way to look for counterexamples before the tests are read."""
        warming.quick_hypothesis()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out stories told to the other engine, which mutants do not touch."""
        items[:] = [item for item in items if "[oracle" not in item.nodeid]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Remember what failed; of a mutant one is enough."""
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            self._now.append(item.nodeid)
            if self._is_mutant:  # no report, no teardown: this process need not do more
                _say(Tried("", killed_by=item.nodeid, how="a test"), self._writing)
                os._exit(0)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant of every room."""
        warming.without_disk()
        warming.with_one_thread()
        self._sql = warming.with_known_sql([room for room in self.work if room.compiled])
        warming.with_planned_stories()
        self._undo_plans = warming.with_planned_divisions()
        if any("tests/engine" in path for room in self.work for path in room.all_tests):
            warming.with_known_answers()
        self._held = Held()
        gc.collect()
        gc.freeze()
        for room, mutants in self.work.items():
            items = [item for item in session.items if _is_of(item, room)]
            times = self._controlled(room, items)
            if times is None:
                break
            self.tried[room.name] = self._room(room, mutants, items, times)
            self._checked(mutants, self.tried[room.name], items)
        return True

    # one room

    def _controlled(self, room: Room, items: list[pytest.Item]) -> dict[str, float] | None:
        """Run the tests without a mutant: all must pass."""
        [control] = self._in_forks([lambda: self._all_of(items)], 900, 1)
        longest = sorted(control.times.items(), key=lambda pair: -pair[1])[:3]
        slow = ", ".join(f"{name.split('::')[-1]} {seconds:.1f}" for name, seconds in longest)
        self.tell(
            f"{room.name}: {len(items)} tests in {control.seconds:.0f} CPU s; longest: {slow}"
        )
        self._noted(control, f"{room.name}, unchanged")
        return None if self.failures else control.times

    def _checked(
        self, mutants: Sequence[Mutant], tried: list[Tried], items: list[pytest.Item]
    ) -> None:
        """Run a file again unchanged: the tests that noticed what was run again must pass then."""
        by_name = {one.name: one.killed_by for one in tried}
        noticed: dict[Path, set[str]] = {}
        for mutant in mutants:
            if mutant.code is None:
                noticed.setdefault(mutant.path, set()).add(by_name[mutant.name])

        def again(path: Path) -> Tried:
            run_again(module_of(path), compile(path.read_bytes(), str(path), "exec"))
            self._held.forget()
            return self._all_of([one for one in items if one.nodeid in noticed[path]])

        jobs = [lambda path=path: again(path) for path in noticed]
        for path, one in zip(noticed, self._in_forks(jobs, 900, self.jobs), strict=True):
            self._noted(one, f"{path.name} run again unchanged")

    def _noted(self, control: Tried, what: str) -> None:
        if control.error or control.failed:
            self.failures.append(f"{what}: {control.error or ', '.join(control.failed)}")

    def _room(
        self,
        room: Room,
        mutants: Sequence[Mutant],
        items: list[pytest.Item],
        times: dict[str, float],
    ) -> list[Tried]:
        limit = round(sum(times.values()) * 3 + 10)

        def job(mutant: Mutant) -> Callable[[], Tried]:
            return lambda: self._tried(room, mutant, self._ordered(room, items, times, mutant))

        found: list[Tried] = []
        for tried in self._in_forks((job(mutant) for mutant in mutants), limit, self.jobs, mutants):
            file = tried.name.split(":")[0]
            self._kills[file, tried.killed_by] += 1
            self._kills["", tried.killed_by] += 1
            found.append(tried)
            if tried.survived:
                same = " (its SQL is the same)" * tried.same_sql
                self.tell(f"survives: {tried.name}{same} {tried.error}")
            if len(found) % 50 == 0 or len(found) == len(mutants):
                alive = sum(one.survived for one in found)
                spent = sum(one.seconds for one in found)
                done = f"{len(found)} of {len(mutants)}, {alive} survive"
                self.tell(f"{room.name}: {done}, {spent:.0f} CPU s")
        return sorted(found, key=lambda one: [mutant.name for mutant in mutants].index(one.name))

    def _ordered(
        self, room: Room, items: list[pytest.Item], times: dict[str, float], mutant: Mutant
    ) -> list[pytest.Item]:
        """Put first what noticed most per second, in this file above all."""
        file = mutant.name.split(":")[0]
        asked = room.tests_of(mutant.path)

        def worth(item: pytest.Item) -> float:
            kills = self._kills[file, item.nodeid] * 5 + self._kills["", item.nodeid]
            return -(kills + 0.05) / (times.get(item.nodeid, 0) + 0.02)

        return sorted((item for item in items if _file_of(item) in asked), key=worth)

    # inside a fork

    def _tried(self, room: Room, mutant: Mutant, items: list[pytest.Item]) -> Tried:
        self._is_mutant = True
        if mutant.path.name == "division.py":
            self._undo_plans()  # what is changed there is what the plans stand in for
        try:
            self._held.put_in(mutant)
        except Exception as error:  # whatever a mutant raises
            return self._stopped(mutant, "importing", error)
        if room.compiled and b"ibis" in mutant.path.read_bytes():
            try:
                same = room.compile() == self._sql[room.name]
            except Exception as error:  # whatever a mutant raises
                return self._stopped(mutant, "writing the SQL", error)
            if same:
                return Tried(mutant.name, same_sql=True)
        for item, following in zip_longest(items, items[1:]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return Tried(mutant.name)

    def _stopped(self, mutant: Mutant, when: str, error: Exception) -> Tried:
        """Return that a mutant could not even be run, unless it was this tool that failed."""
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        if isinstance(error, SyntaxError) or Path(last).parent == Path(__file__).parent:
            return Tried(mutant.name, error=f"{when}: {error!r}")
        return Tried(mutant.name, killed_by=when, how=type(error).__name__)

    def _all_of(self, items: list[pytest.Item]) -> Tried:
        times = {}
        for item, following in zip_longest(items, items[1:]):
            begun = process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            times[item.nodeid] = round(process_time() - begun, 3)
        return Tried("", times=times, failed=tuple(self._now))

    # forks

    def _in_forks(
        self,
        jobs: Any,
        limit: int,
        at_once: int,
        mutants: Sequence[Mutant] | None = None,
    ) -> list[Tried] | Iterator[Tried]:
        """Run each job in a process of its own, some beside each other, and give what they say.

        Without mutants all are waited for, in order; with them each is given as it comes.
        """
        given = self._each(jobs, limit, at_once)
        if mutants is None:
            return [tried for _, tried in sorted(given, key=lambda pair: pair[0])]
        return (_named(tried, mutants[number].name) for number, tried in given)

    def _each(self, jobs: Any, limit: int, at_once: int) -> Iterator[tuple[int, Tried]]:
        running: dict[int, tuple[int, int]] = {}
        waiting = enumerate(jobs)
        more = True
        while more or running:
            while more and len(running) < at_once:
                if (following := next(waiting, None)) is None:
                    more = False
                    break
                number, job = following
                reading, writing = os.pipe()
                sys.stdout.flush()
                if (pid := os.fork()) == 0:
                    os.close(reading)
                    self._writing = writing
                    _alone(job, writing, limit)
                os.close(writing)
                running[pid] = number, reading
            if running:
                pid, status, used = os.wait4(-1, 0)
                if pid in running:
                    number, reading = running.pop(pid)
                    with os.fdopen(reading, "rb") as pipe:
                        told = pipe.read()
                    yield number, _heard(told, status, used.ru_utime + used.ru_stime)


def _alone(job: Callable[[], Tried], writing: int, limit: int) -> None:
    """Do a job in this fork, say what came of it, and be gone; nothing above it may run on."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        room = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (room + MEMORY, room + MEMORY))
        signal.setitimer(signal.ITIMER_REAL, limit * 10)
        try:
            tried = job()
        except BaseException:  # a fault of this tool must be told, not counted
            tried = Tried("", error=traceback.format_exc(limit=4))
        _say(tried, writing)
    finally:
        os._exit(0)


def _say(tried: Tried, writing: int) -> None:
    os.write(writing, json.dumps(asdict(tried)).encode())


def _heard(told: bytes, status: int, seconds: float) -> Tried:
    """Read what a fork said; one that said nothing crashed or took too long."""
    if told:
        known = json.loads(told)
        return Tried(**{**known, "failed": tuple(known["failed"]), "seconds": seconds})
    fatal = -os.waitstatus_to_exitcode(status)
    too_long = fatal in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
    return Tried("", killed_by="time" if too_long else "crash", how=str(fatal), seconds=seconds)


def _named(tried: Tried, name: str) -> Tried:
    known = {key: getattr(tried, key) for key in Tried.__slots__}
    return Tried(**{**known, "name": name})


def _is_of(item: pytest.Item, room: Room) -> bool:
    name = item.name.split("[")[0]
    return _file_of(item) in room.all_tests and name not in room.left_out


def _file_of(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT).as_posix()
