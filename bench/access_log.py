"""What the access log costs a page: one event in a transaction of its own, as the middleware does.

`python -m bench.access_log` measures on SQLite and on PostgreSQL; the limit is 5 ms, median. Beside
each event one bare row is committed: what the disk and the other work on the machine cost anyway.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

PAGES = 2_000
WOMEN_ON_A_PAGE = (1, 25)
"""A record, and a list of 25 rows."""
LIMIT_MS = 5.0


def main() -> int:
    """Measure both databases and print a line for each; 1 when a median passes the limit."""
    from tools.postgres import running_postgres

    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        figures = [
            *in_its_own_process("SQLite", f"sqlite:///{folder}/bench.sqlite3", folder),
            *in_its_own_process("PostgreSQL", server, folder),
        ]
    print("| database | women on the page | median ms | p95 ms | bare row, median ms |")
    print("|---|---:|---:|---:|---:|")
    for row in figures:
        print(
            f"| {row['database']} | {row['women']} | {row['median_ms']:.2f} | {row['p95_ms']:.2f} "
            f"| {row['bare_ms']:.2f} |"
        )
    return int(any(row["median_ms"] > LIMIT_MS for row in figures))


def in_its_own_process(name: str, address: str, folder: str) -> list[dict[str, float | str]]:
    """Measure one database in a process whose settings name it."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
        "OOIEVAAR_DATA": folder,
        "OOIEVAAR_DATABASE_URL": address,
    }
    words = [sys.executable, "-m", "bench.access_log", "one"]
    done = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE)
    return [{"database": name} | row for row in json.loads(done.stdout)]


def measure() -> list[dict[str, float]]:
    """Append events one by one to an empty log, and check that the chain holds."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from ooievaar.record.access_log.actors import Actor
    from ooievaar.record.access_log.commands import append
    from ooievaar.record.access_log.models import Kind
    from ooievaar.record.access_log.noting import Look
    from ooievaar.record.access_log.verify import verify_chain

    call_command("migrate", "access_log", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (number bigint)")
    sanne = Actor(person_id=1, person_name="Sanne de Vries", role="midwife", purpose="treatment")
    figures = []
    for count in WOMEN_ON_A_PAGE:
        look = Look(Kind.LIST, "pregnancies", women=tuple(range(count)))
        times, bare = [], []
        for _ in range(PAGES):
            times.append(milliseconds(lambda look=look: append([look], sanne)))
            bare.append(milliseconds(commit_a_row))
        figures.append(
            {
                "women": count,
                "median_ms": statistics.median(times),
                "p95_ms": statistics.quantiles(times, n=20)[-1],
                "bare_ms": statistics.median(bare),
            }
        )
    began = time.perf_counter()
    verdict = verify_chain()
    seconds = time.perf_counter() - began
    assert verdict.holds and verdict.count == PAGES * len(WOMEN_ON_A_PAGE)
    print(f"read again: {verdict.count / seconds:,.0f} events a second", file=sys.stderr)
    return figures


def commit_a_row() -> None:
    """Insert one number and commit it."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare VALUES (1)")


def milliseconds(work: Callable[[], None]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - began)


if __name__ == "__main__":
    if sys.argv[1:] == ["one"]:
        print(json.dumps(measure()))
    else:
        sys.exit(main())
