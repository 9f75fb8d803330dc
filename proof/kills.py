"""The machine's faults: killed, no room on the disk, cut off, another time, two at once.

`python -m proof.kills` does all on one database; a failure is done again with its `--what`,
`--fault`, `--seed` and `--database`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proof.outcome import Outcome, Tell

DATABASES = ("sqlite", "postgres")
WHATS = ("submission", "payment")
CASES = {
    "sqlite": {"kill": 200, "full": 40, "clock": 20, "together": 40},
    "postgres": {"kill": 60, "full": 20, "cut": 40, "clock": 12, "together": 24},
}
"""How many of each, of the submission and of the payment."""
MOST_TRIES = 3
"""A kill that comes after the work was over counts for nothing; another is tried."""


def prove(share: float, tell: Tell) -> Outcome:
    """Do a share of the cases on both databases, beside each other."""
    started, counts, failures = time.monotonic(), Counter[str](), []
    running = {
        database: subprocess.Popen(
            [sys.executable, "-m", "proof.kills", "--database", database, "--share", str(share),
             "--json"],
            stdout=subprocess.PIPE, text=True,
        )
        for database in DATABASES
    }  # fmt: skip
    for database, process in running.items():
        out, _ = process.communicate()
        lines = out.splitlines()
        try:
            found = json.loads(lines[-1])
        except (IndexError, ValueError):
            failures.append(f"kills on {database} ended with {process.returncode}, unfinished")
            continue
        counts.update({f"{name}, {database}": n for name, n in found["counts"].items()})
        failures += found["failures"]
        tell(f"kills on {database}: {sum(found['counts'].values())} cases")
    return Outcome("kills", dict(counts), time.monotonic() - started, failures)


@contextmanager
def open_database(database: str, folder: Path) -> Iterator[None]:
    """Start Django on an empty database, with its tables made."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
    os.environ["OOIEVAAR_DATA"] = str(folder)
    for name in ("OOIEVAAR_CLAIMS_FOLDER", "OOIEVAAR_BANK_FOLDER", "OOIEVAAR_MODE"):
        os.environ.pop(name, None)
    if database == "sqlite":
        os.environ["OOIEVAAR_DATABASE_URL"] = f"sqlite:///{folder / 'region.sqlite3'}"
        _make_tables()
        yield
        return
    from tools.postgres import running_postgres

    with running_postgres() as url:
        os.environ["OOIEVAAR_DATABASE_URL"] = url
        _make_tables()
        yield


def _make_tables() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def main() -> None:
    """Do the cases that were asked for, and tell those that failed."""
    asked = _asked()
    # Who ends us also ends the server, and takes the folders away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="oo-kills-") as name:
        folder = Path(name).resolve()
        with open_database(asked.database, folder):
            outcome = run(asked, folder)
    if asked.json:
        print(json.dumps({"counts": outcome.counts, "failures": outcome.failures}))
    else:
        for words, count in outcome.counts.items():
            print(f"{count:5} {words}")
        print(f"{outcome.seconds:.0f} s, {len(outcome.failures)} failures")
    sys.exit(1 if outcome.failures else 0)


def _asked() -> argparse.Namespace:
    reads = argparse.ArgumentParser(prog="python -m proof.kills", description=__doc__)
    reads.add_argument("--database", choices=DATABASES, default="sqlite")
    reads.add_argument("--what", choices=WHATS)
    reads.add_argument("--fault", choices=CASES["sqlite"] | CASES["postgres"])
    reads.add_argument("--seed", type=int)
    reads.add_argument("--first", type=int, default=0, help="the first seed, for other cases")
    reads.add_argument("--share", type=float, default=1.0)
    reads.add_argument("--json", action="store_true", help="the figures on the last line")
    return reads.parse_args()


def run(asked: argparse.Namespace, folder: Path) -> Outcome:
    """Make the region and do the cases on copies of it."""
    from proof.kill_cases import Cases
    from proof.kill_payment import Payment
    from proof.kill_stage import Stage
    from proof.kill_submission import Submission

    started, counts = time.monotonic(), Counter[str]()
    failures: list[str] = []
    offices = [Submission(folder), Payment(folder)]
    stage = Stage(folder, "").freeze()
    for office in offices:
        if asked.what not in (None, office.name):
            continue
        cases = Cases(stage, office)
        failures += [f"{office.name}, {asked.database}: {words}" for words in cases.learn()]
        for fault, whole in CASES[asked.database].items():
            if asked.fault not in (None, fault):
                continue
            wanted = max(1, round(whole * asked.share)) if asked.seed is None else 1
            seed = asked.first if asked.seed is None else asked.seed
            last = seed + wanted * MOST_TRIES
            struck = 0
            while struck < wanted and seed < last:
                result = cases.one(fault, seed)
                struck += result.struck
                counts[f"{office.name} {fault}" if result.struck else "came too late"] += 1
                if asked.seed is not None or result.wrong:
                    told = "\n  ".join([result.words, *result.wrong])
                    print(f"{office.name} {fault} {seed}: {told}", file=sys.stderr, flush=True)
                if result.wrong:
                    again = f"--database {asked.database} --what {office.name} --fault {fault}"
                    failures.append(
                        f"python -m proof.kills {again} --seed {seed}: {result.words}: "
                        f"{result.wrong[0]}"
                    )
                seed += 1
            if struck < wanted and asked.seed is None:
                failures.append(f"{office.name} {fault}: {struck} of {wanted} struck")
    return Outcome("kills", dict(counts), time.monotonic() - started, failures)


if __name__ == "__main__":
    main()
