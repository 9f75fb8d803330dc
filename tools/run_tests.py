"""Run every test with SQLite, then those that touch the database again with PostgreSQL."""

import os
import subprocess
import sys

from tools.browser import provide_chromium
from tools.postgres import running_postgres

NO_TESTS_COLLECTED = 5


def main() -> int:
    """Return the exit status: that of the first round that failed, or 0."""
    words = sys.argv[1:]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OOIEVAAR_")}
    if provide_chromium() is None:
        print("Geen Chromium gevonden of te installeren: de paginatests lopen niet.", flush=True)
    print("== tests met SQLite", flush=True)
    with_sqlite = tested(words, environment)
    print("== tests die de databank raken, met PostgreSQL", flush=True)
    with running_postgres() as address:
        environment["OOIEVAAR_DATABASE_URL"] = address
        with_postgres = tested(["--only-database", *words], environment)
    if with_sqlite:
        print("De ronde met SQLite hierboven is niet geslaagd.", file=sys.stderr)
    return with_sqlite or with_postgres


def tested(words: list[str], environment: dict[str, str]) -> int:
    """Run pytest in a process of its own; a selection without any test is no failure."""
    # Whole files stay together: what a file sets up once is then made once.
    together = ["-n", str(max(2, os.cpu_count() or 1)), "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", *together, *words]
    done = subprocess.run(command, env=environment, check=False)
    return 0 if done.returncode == NO_TESTS_COLLECTED and words else done.returncode


if __name__ == "__main__":
    sys.exit(main())
