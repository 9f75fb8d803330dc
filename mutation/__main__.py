"""Change the rules in small ways and count who notices: `python -m mutation [ROOM ...]`.

python -m mutation --share 0.1 claims/rules       a tenth of one room, the same tenth each time
python -m mutation --one claims/deadlines:nearness:boundary:1
                                                  one change, shown and tried again
python -m mutation --list contracts/rules         the names of all
"""

import argparse
import json
import os
import resource
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mutation.mutants import Mutant
from mutation.rooms import ROOMS, ROOT, Room
from mutation.survivors import ENOUGH, Score, faults, read_reasons, reason_for, score
from mutation.trying import Tried, Trying


def main() -> int:
    """Return the exit status: 1 for a survivor nobody explained, or too low a score."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}")
    words.add_argument("--share", type=float, default=1.0, help="1 is the whole")
    words.add_argument("--jobs", type=int, default=2, help="processes beside each other")
    words.add_argument("--only", action="append", help="mutants whose name begins so")
    words.add_argument("--one", metavar="NAME", help="show one mutant and try it again")
    words.add_argument("--list", action="store_true", help="name the mutants, try none")
    words.add_argument("--json", type=Path, help="write all that came of it to this file too")
    asked = words.parse_args()
    if unknown := set(asked.rooms) - set(ROOMS):
        words.error(f"no such room: {', '.join(sorted(unknown))}")
    rooms = [ROOMS[name] for name in asked.rooms or ROOMS]
    every = {room: list(room.mutants()) for room in rooms}
    work = {room: _chosen(mutants, asked) for room, mutants in every.items()}
    work = {room: mutants for room, mutants in work.items() if mutants}
    if not work:
        words.error("no mutant is called so")
    if asked.list or asked.one:
        for mutant in (mutant for mutants in work.values() for mutant in mutants):
            print(mutant.diff() if asked.one else mutant.name, flush=True)
    if asked.list:
        return 0
    trying = try_all(work, asked.jobs)
    return told(trying, every, asked)


def _chosen(mutants: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    if asked.one:
        return [mutant for mutant in mutants if mutant.name == asked.one]
    only = tuple(asked.only or [""])
    return [one for one in mutants if one.name.startswith(only) and one.is_drawn(asked.share)]


def try_all(work: dict[Room, list[Mutant]], jobs: int) -> Trying:
    """Try mutants inside one pytest that has collected the tests of their rooms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    begun = time.monotonic()

    def tell(what: str) -> None:
        print(f"[{time.monotonic() - begun:6.0f} s] {what}", flush=True)

    trying = Trying(work, jobs, tell)
    tests = dict.fromkeys(str(ROOT / path) for room in work for path in room.all_tests)
    options = ["-qq", "-s", "--no-header", "--no-summary", "--tb=no", "-p", "no:cacheprovider"]
    options += ["--assert=plain"]  # to explain how two long lists differ costs more than all else
    status = pytest.main([*options, f"--rootdir={ROOT}", *tests], plugins=[trying])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        trying.failures.append(f"pytest ended with {status}")
    return trying


def told(trying: Trying, every: dict[Room, list[Mutant]], asked: argparse.Namespace) -> int:
    """Print what came of it, and return whether something is wrong."""
    reasons = read_reasons()
    tried = [one for found in trying.tried.values() for one in found]
    if asked.one:
        for one in tried:
            print(f"survives{' (its SQL is the same)' * one.same_sql}" if one.survived else
                  f"noticed by {one.killed_by} {one.how}", one.error)  # fmt: skip
        return int(bool(trying.failures) or any(one.survived for one in tried))
    known = {mutant.name for mutants in every.values() for mutant in mutants}
    is_whole = len(every) == len(ROOMS) and not asked.only
    wrong = [*trying.failures, *faults(tried, reasons, known, is_whole)]
    scores = [score(room, found, reasons) for room, found in trying.tried.items()]
    print(markdown(scores))
    for one in tried:
        if one.survived and (reason := reason_for(one.name, reasons)):
            print(f"- {reason.kind}: {one.name}: {reason.why}")
    wrong += [
        f"{one.room}: {one.part:.1%} noticed, less than {ENOUGH:.0%}"
        for one in scores
        if one.part < ENOUGH
    ]
    print(*wrong, sep="\n")
    if asked.json:
        asked.json.write_text(json.dumps(_figures(scores, tried, wrong), indent=1) + "\n", "utf-8")
    return int(bool(wrong))


def markdown(scores: list[Score]) -> str:
    """Write the scores as a table."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    minutes = sum(one.ru_utime + one.ru_stime for one in used) / 60
    rows = ["", "| room | mutants | noticed | score | without the equivalent ones |",
            "|---|---:|---:|---:|---:|"]  # fmt: skip
    rows += [
        f"| {one.room} | {one.tried:,} | {one.killed:,} | {one.part:.1%} "
        f"| {one.without_equivalent:.1%} ({one.equivalent}) |"
        for one in scores
    ]
    return "\n".join([*rows, f"\n{minutes:.1f} CPU minutes\n"])


def _figures(scores: list[Score], tried: list[Tried], wrong: list[str]) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "scores": [asdict(one) for one in scores],
        "wrong": wrong,
        "mutants": [
            {"name": one.name, "killed_by": one.killed_by, "how": one.how, "same_sql": one.same_sql,
             "seconds": round(one.seconds, 2)}
            for one in tried
        ],
    }  # fmt: skip


if __name__ == "__main__":
    ended = main()
    sys.stdout.flush()
    os._exit(ended)  # DuckDB says much about what it leaves behind, and forks left all of it
