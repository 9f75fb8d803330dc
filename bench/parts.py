"""The parts of the bench, each in a process of its own: `python -m bench.parts PART SIZE FOLDER`.

A part returns lines of the table. What it is measured beside in the same run stands in its own
lines, with a ratio; the ratio is what later runs are compared by.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import region
from bench.jobs import Lines, apart, beside, row, timed


def national(quick: bool, folder: Path) -> Lines:
    """Write a national year (a twentieth of one), derive it, and do the same beside it."""
    from bench import derivation
    from ooievaar.simulator.national import NATIONAL_BIRTHS, national_year

    place = folder / "national"
    births, regions = (NATIONAL_BIRTHS // 20, 2) if quick else (NATIONAL_BIRTHS, 10)
    began = os.times()
    rows, cost = timed(lambda: national_year(place, births, tell=region.quiet, regions=regions))
    ended = os.times()
    cpu = cost.cpu + (ended.children_user + ended.children_system)
    cpu -= began.children_user + began.children_system
    written = row("national year: simulate and write", rows["activities"], cost.wall, cpu)
    return [written, *derivation.measure(place)]


def explain(quick: bool, folder: Path) -> Lines:
    """Explain pregnancies one by one, from a region in SQLite."""
    from bench import explanation

    region.make_region(150 if quick else 600)
    return explanation.measure(region.UNTIL)


def in_a_region(quick: bool, folder: Path) -> Lines:
    """Write a snapshot of a region and close a month of it, on SQLite and then on PostgreSQL.

    PostgreSQL's own CPU is not in it.
    """
    from tools.postgres import running_postgres

    words = (ON_ONE_DATABASE, "150" if quick else "2400", str(folder.parent))
    lines = apart("bench.parts", *words, OOIEVAAR_DATABASE_URL="")
    with running_postgres() as address:
        lines += apart("bench.parts", *words, OOIEVAAR_DATABASE_URL=address)
    return list(lines)


def claims(quick: bool, folder: Path) -> Lines:
    """Write and read claim files."""
    lines = 50_000 if quick else 1_000_000
    words = (f"--lines={lines}", "--file", str(folder / "claims.asc"))
    found = {
        part: apart("bench.messages", "--part", part, *words)
        for part in ("write", "write lines", "read", "read whole", "slice lines")
    }
    each = {part: one["cpu"] / one["count"] for part, one in found.items()}
    return [
        row(
            f"claim file: {part}",
            found[part]["count"],
            found[part]["seconds"],
            found[part]["cpu"],
            peak_mb=found[part]["peak_mb"],
            beside=name,
            ratio=each[part] / each[limit],
        )
        for part, limit, name in (
            ("write", "write lines", "copying its lines in Python"),
            ("read", "slice lines", "cutting its lines into fields in Python"),
            ("read whole", "slice lines", "cutting its lines into fields in Python"),
        )
    ]


def ledger(quick: bool, folder: Path) -> Lines:
    """Post a year, read it in every way, and let Beancount load the same books."""
    from bench.ledger import PRODUCTS, make_year, measure

    make_year(PRODUCTS // 20 if quick else PRODUCTS)
    lines = [row(f"ledger: {plain(step)}", count, *cost) for step, cost, count in measure(folder)]
    return beside(lines, lines[-1]["cpu"], "Beancount loads and checks the same books")


def statements(quick: bool, folder: Path) -> Lines:
    """Divide, store, post and tell a year."""
    from bench.settlement import BARE_SUM, PRODUCTS, make_region, measure
    from ooievaar.contracts.rules.division import compiled_split

    year = make_region(PRODUCTS // 20 if quick else PRODUCTS, 0)
    compiled_split()  # once per set of rules, kept after
    count = len(year.products)
    lines = [row(f"settle a year: {plain(step)}", count, *cost) for step, cost in measure(year)]
    return beside(lines[:-1], lines[-1]["cpu"], BARE_SUM)


def pages(quick: bool, folder: Path) -> Lines:
    """Let twenty people read pages on PostgreSQL, whose own CPU is not in it."""
    words = ["--births=60", "--years=5", "--seconds=10"] if quick else []
    found = apart("bench.pages", *words, "--json", OOIEVAAR_DATABASE_URL="")
    seen, page, bare = found["pages"], found["page"], found["bare"]
    each = bare["cpu"] / bare["asked"]
    lines = [
        row(
            "pages: all that twenty people asked",
            page["asked"],
            page["wall"],
            page["cpu"],
            beside="the page of health, of the CPU of the servers",
            ratio=page["cpu"] / page["asked"] / each,
        )
    ]
    limit = seen.pop("health")["p95_ms"]
    for kind, one in seen.items():
        took, ratio = one["p95_ms"], one["p95_ms"] / limit
        name = "the page of health, asked between them"
        more = {"beside": name, "ratio": ratio}
        lines.append(row(f"pages: {kind}, p95", one["asked"], took / 1000, None, **more))
    return lines


def plain(step: str) -> str:
    """Return the name of a step without the numbers in it: they differ between runs."""
    words = step.split(" (")[0].split()
    return " ".join(word for word in words if not word[0].isdigit())


PARTS: dict[str, Callable[[bool, Path], Lines]] = {
    "claims": claims,
    "ledger": ledger,
    "statements": statements,
    "explain": explain,
    "region": in_a_region,
    "pages": pages,
    "national": national,
}
"""By what they take, the least first: what fails is told early."""
ON_ONE_DATABASE = "region-on-one-database"
WITHOUT_DATABASE = ("national", "region", "claims", "pages")


def prepare(part: str, place: Path, run: Path) -> None:
    """Give this process a SQLite of its own, unless it was told of another, with every table.

    What takes long and is the same for all parts of a run is made once: rules as SQL, tables.
    """
    data, empty = run / "data", run / "empty.sqlite3"
    data.mkdir(exist_ok=True)
    os.environ["OOIEVAAR_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
    is_file = not os.environ.get("OOIEVAAR_DATABASE_URL")
    if is_file:
        os.environ["OOIEVAAR_DATABASE_URL"] = f"sqlite:///{place}/bench.sqlite3"
        if empty.exists():
            shutil.copy(empty, place / "bench.sqlite3")
    import django
    from django.core.management import call_command

    django.setup()
    if part in WITHOUT_DATABASE or (is_file and empty.exists()):
        return
    call_command("migrate", verbosity=0)
    if is_file:
        from django.db import connection

        connection.close()
        shutil.copy(place / "bench.sqlite3", empty)


def main(part: str, size: str, within: str) -> None:
    """Run a part and print its lines as JSON."""
    with tempfile.TemporaryDirectory(dir=within) as place:
        folder = Path(place)
        prepare(part, folder, Path(within))
        if part == ON_ONE_DATABASE:
            lines = region.snapshot_and_close(int(size), folder)
        else:
            lines = PARTS[part](size == "quick", folder)
    print(json.dumps(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
