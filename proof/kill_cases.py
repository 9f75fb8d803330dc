"""The cases: what goes wrong at which point, who starts again and when, and what was not so then.

All of a case follows from its seed and from what the work does when nothing goes wrong.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from proof.kill_office import Office
from proof.kill_points import (
    AFTER,
    BEFORE,
    COMMIT,
    DELIVERY,
    FILE,
    IN,
    MOST_MICROSECONDS,
    STATEMENT,
    CutOff,
    DiskFull,
    Faults,
    Kill,
    Point,
)
from proof.kill_stage import Ended, Stage, start

KILL, FULL, CUT, CLOCK, TOGETHER = "kill", "full", "cut", "clock", "together"
WAYS = ("worker", "commands")
GROUPS = (COMMIT, FILE, COMMIT, STATEMENT, FILE, DELIVERY, COMMIT, FILE, STATEMENT, "timer")
"""Where the kills fall, in turn."""
SOON = timedelta(minutes=2)
"""After so long somebody starts again: a place in the queue that leads nowhere is found by then."""
JUMPS = (-timedelta(days=1), timedelta(days=31), -timedelta(days=31), timedelta(hours=-1))
WRITING = ("INSERT", "UPDATE")

Mutant = Callable[[], None]


@dataclass
class Result:
    """What was done in a case, whether the fault came, and what was not so."""

    fault: str
    words: str
    struck: bool
    wrong: list[str] = field(default_factory=list)


@dataclass
class Cases:
    """The cases of one office on one database; `mutant` breaks the product in every process."""

    stage: Stage
    office: Office
    mutant: Mutant | None = None
    met: dict[str, Ended] = field(default_factory=dict)

    def learn(self) -> list[str]:
        """Do each way of working with nothing that goes wrong: its points are those to strike."""
        wrong = []
        for way in WAYS:
            with self.stage.case(f"learn_{way}") as folder:
                ended = self._run(folder, partial(self.office.work, way), Faults)
                self.met[way] = ended
                for name in ended.modules:
                    # Imported here once, and not by every process.
                    with suppress(ImportError):
                        import_module(name)
                if ended.failure or ended.is_refused:
                    wrong.append(f"without a fault: {ended.failure or 'refused'}")
                wrong += self._start_again(folder, random.Random(0), timedelta())
        return wrong

    def one(self, fault: str, seed: int) -> Result:
        """Do the case of a seed."""
        chance = random.Random(f"{self.office.name}:{fault}:{seed}")
        with self.stage.case(f"{self.office.name}_{fault}_{seed}") as folder:
            return getattr(self, f"_{fault}")(seed, chance, folder)

    def _kill(self, seed: int, chance: random.Random, folder: Path) -> Result:
        way, group = chance.choice(WAYS), GROUPS[seed % len(GROUPS)]
        if group == "timer":
            seconds = chance.uniform(0.0, self.met[way].seconds)
            words = f"{way} killed from outside after {seconds:.3f} s"
            ended = self._run(folder, partial(self.office.work, way), Faults, kill_after=seconds)
        else:
            point = chance.choice(self._points(way, group))
            words = f"{way} killed {point}"
            kill = partial(Kill, point, microseconds=chance.randrange(MOST_MICROSECONDS))
            ended = self._run(folder, partial(self.office.work, way), kill)
        jump = chance.choice(JUMPS) if chance.random() < 0.25 else timedelta()
        if jump:
            words += f", started again {jump} later"
        wrong = [ended.failure] if ended.failure and not ended.is_killed else []
        wrong += self._start_again(folder, chance, jump, twice=chance.random() < 0.25)
        return Result(KILL, words, ended.is_killed, wrong)

    def _full(self, seed: int, chance: random.Random, folder: Path) -> Result:
        way = chance.choice(WAYS)
        points = [
            point
            for point in self.met[way].met
            if (point.kind == FILE and point.moment != AFTER and "replace" not in point.what)
            or (point.moment == IN and point.what.startswith(WRITING))
        ]
        files = [point for point in points if point.kind == FILE]
        point = chance.choice(files if seed % 2 else points)
        ended = self._run(folder, partial(self.office.work, way), partial(DiskFull, point))
        wrong = self._start_again(folder, chance, timedelta())
        return Result(FULL, f"{way}: disk full {point}", bool(ended.told), wrong)

    def _cut(self, seed: int, chance: random.Random, folder: Path) -> Result:
        way, group = chance.choice(WAYS), (COMMIT, STATEMENT)[seed % 2]
        points = [point for point in self._points(way, group) if point.moment != IN]
        point = chance.choice(points)
        ended = self._run(folder, partial(self.office.work, way), partial(CutOff, point))
        wrong = self._start_again(folder, chance, timedelta())
        return Result(CUT, f"{way} cut off {point}", bool(ended.told), wrong)

    def _clock(self, seed: int, chance: random.Random, folder: Path) -> Result:
        way, first, then = chance.choice(WAYS), JUMPS[seed % len(JUMPS)], chance.choice(JUMPS)
        ended = self._run(folder, partial(self.office.work, way), Faults, jump=first)
        wrong = [ended.failure] if ended.failure else []
        wrong += self._start_again(folder, chance, then)
        return Result(CLOCK, f"{way} {first} later, then {then}", True, wrong)

    def _together(self, seed: int, chance: random.Random, folder: Path) -> Result:
        """Let two do the same at one moment; of one in three pairs, one is killed."""
        pairs: tuple[tuple[str, str], ...] = (
            ("worker", "worker"), ("worker", "commands"), ("commands", "commands"),
            ("approve", "approve"),
        )  # fmt: skip
        pair = pairs[seed % len(pairs)]
        killed = pair[0] != "approve" and chance.random() < 1 / 3
        faults: Callable[[Callable[[str], None]], Faults] | None = None
        words = " and ".join(pair)
        if killed:
            point = chance.choice(self._points(pair[0], COMMIT))
            faults, words = partial(Kill, point), f"{words}, the first killed {point}"
        gate, opens = os.pipe()
        processes = [
            start(partial(self._part, way), folder, self.office.now, one, gate, self.mutant)
            for way, one in zip(pair, (faults, None), strict=True)
        ]
        os.write(opens, b"xx")
        ends = [process.wait() for process in processes]
        os.close(gate)
        os.close(opens)
        wrong = [one.failure for one in ends if one.failure and not one.is_killed]
        wrong += self._start_again(folder, chance, timedelta())
        return Result(TOGETHER, words, True, wrong)

    def _part(self, way: str) -> None:
        if way == "approve":
            self.office.approve_the_same()
        else:
            self.office.work(way)

    def _points(self, way: str, group: str) -> list[Point]:
        moments = (BEFORE, AFTER) if group == DELIVERY else (BEFORE, IN, AFTER)
        found = self.met[way].met
        return [point for point in found if point.kind == group and point.moment in moments]

    def _start_again(
        self, folder: Path, chance: random.Random, jump: timedelta, *, twice: bool = False
    ) -> list[str]:
        """See what is so now, start again as who looks after it would, and see what is so then."""
        office, portal = self.office, self.office.portal(folder)
        soon = 2 * SOON if twice else SOON
        now = office.now + soon + jump
        if chance.random() < 0.5:
            portal.collect()
        wrong = [f"then: {words}" for words in office.untrue(folder, portal, now)]
        wrong += [f"then: {words}" for words in office.untrue_of_jobs()]
        if twice:
            point = chance.choice(self._points("worker", COMMIT))
            self._run(folder, partial(office.work, "worker"), partial(Kill, point), jump=SOON)
            portal.collect()
        finish = partial(office.finish, chance.choice(WAYS))
        for _ in range(2 if chance.random() < 0.25 else 1):
            ended = self._run(folder, finish, None, jump=soon + jump)
            if ended.failure:
                wrong.append(f"started again: {ended.failure}")
            portal.collect()
        if jump:
            # Somebody sets the clock right.
            ended = self._run(folder, partial(office.finish, "worker"), None, jump=3 * SOON)
            wrong += [ended.failure] if ended.failure else []
            portal.collect()
        wrong += _all_of(
            office.untrue(folder, portal, now),
            office.untrue_of_jobs(),
            office.wrong_at_end(folder, portal, now),
            office.wrong_of_all(folder, now),
        )
        if wrong:
            wrong.append((folder / "output.txt").read_text()[-1_500:])
        return wrong

    def _run(
        self,
        folder: Path,
        work: Callable[[], None],
        faults: Callable[..., Faults] | None,
        *,
        jump: timedelta = timedelta(),
        kill_after: float | None = None,
    ) -> Ended:
        made = None if faults is None else faults if faults is not Faults else _no_faults
        process = start(work, folder, self.office.now + jump, made, mutant=self.mutant)
        return process.wait(kill_after)


def _no_faults(told: Callable[[str], None]) -> Faults:
    return Faults(None, told)


def _all_of(*parts: Iterator[str]) -> list[str]:
    return [words for part in parts for words in part]
