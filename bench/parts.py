"""The parts of the bench, each in a process of its own: `python -m bench.parts PART QUICK FOLDER`.

A part returns lines of the table. What it is measured beside in the same run stands in its own
lines, with a ratio; the ratio is what later runs are compared by.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.jobs import apart, peak_mb, row, timed

Lines = list[dict[str, Any]]
START, UNTIL = date(2025, 1, 1), date(2026, 1, 1)
MONTH = "2025-06"


def national(quick: bool, folder: Path) -> Lines:
    """Write a national year (a twentieth of one), derive it, and do the same beside it."""
    from bench import derivation
    from ooievaar.simulator.national import NATIONAL_BIRTHS, national_year

    place = folder / "national"
    births, regions = (NATIONAL_BIRTHS // 20, 2) if quick else (NATIONAL_BIRTHS, 10)
    began = os.times()
    rows, cost = timed(lambda: national_year(place, births, tell=quiet, regions=regions))
    ended = os.times()
    cpu = cost.cpu + (ended.children_user + ended.children_system)
    cpu -= began.children_user + began.children_system
    written = row("national year: simulate and write", rows["activities"], cost.wall, cpu)
    return [written, *derivation.measure(place)]


def explain(quick: bool, folder: Path) -> Lines:
    """Explain one pregnancy, from a region in SQLite."""
    from bench import explanation

    make_region(150 if quick else 600)
    found = explanation.measure(UNTIL)
    return [
        row(f"explain one, {which}", found["pregnancies"], found[f"{which}_ms"] / 1000, None)
        for which in ("median", "slowest")
    ]


def close(quick: bool, folder: Path) -> Lines:
    """Close a month of a region on both databases; PostgreSQL's own CPU is not in it."""
    from tools.postgres import running_postgres

    births = "150" if quick else "2400"
    found = [apart("bench.parts", "close-here", births, str(folder))]
    with running_postgres() as address:
        words = ("close-here", births, str(folder))
        found.append(apart("bench.parts", *words, OOIEVAAR_DATABASE_URL=address))
    first = found[0][0]
    for lines in found:
        for line in lines:
            line |= {"beside": "SQLite", "ratio": line["wall"] / first["wall"]}
    return [line for lines in found for line in lines]


def close_here(births: str) -> Lines:
    """Close a month on the database of this process."""
    from django.db import connection

    from ooievaar.network.models import Network
    from ooievaar.settlement.commands import close_month
    from ooievaar.settlement.models import ClosedProduct

    make_region(int(births))
    network = Network.objects.filter(kind=Network.Kind.IGO).order_by("pk")[0]
    until = date(2025, 8, 1)
    _, cost = timed(lambda: close_month(network, MONTH, known_until=until, now=now()))
    products = ClosedProduct.objects.count()
    assert products
    name = f"close a month, {connection.vendor}, {births} births a year"
    return [row(name, products, *cost, peak_mb=peak_mb())]


def claims(quick: bool, folder: Path) -> Lines:
    """Write and read claim files."""
    lines = 50_000 if quick else 1_000_000
    words = (f"--lines={lines}", "--file", str(folder / "claims.asc"))
    found = {
        part: apart("bench.messages", "--part", part, *words)
        for part in ("write", "read", "read whole")
    }
    return [
        row(f"claim file: {part}", one["count"], one["seconds"], one["cpu"], peak_mb=one["peak_mb"])
        for part, one in found.items()
    ]


def ledger(quick: bool, folder: Path) -> Lines:
    """Post a year, read it in every way, and let Beancount load the same books."""
    from bench.ledger import PRODUCTS, make_year, measure

    make_year(PRODUCTS // 20 if quick else PRODUCTS)
    lines = [row(f"ledger: {plain(step)}", count, *cost) for step, cost, count in measure(folder)]
    return beside_last(lines, "Beancount")


def statements(quick: bool, folder: Path) -> Lines:
    """Divide, store, post and tell a year."""
    from bench.settlement import PRODUCTS, make_region, measure

    region = make_region(PRODUCTS // 20 if quick else PRODUCTS, 0)
    count = len(region.products)
    return [row(f"settle a year: {plain(step)}", count, *cost) for step, cost in measure(region)]


def pages(quick: bool, folder: Path) -> Lines:
    """Let twenty people read pages on PostgreSQL."""
    words = ["--births=60", "--years=5", "--seconds=10"] if quick else []
    kinds = apart("bench.pages", *words, "--json", OOIEVAAR_DATABASE_URL="")
    return [
        row(f"pages: {one['page']}, p95", one["asked"], one["reader_p95_ms"] / 1000, None)
        for one in kinds
    ]


def make_region(births: int) -> None:
    """Simulate a region of one year into the database of this process."""
    from ooievaar.simulator.commands import simulate_region

    simulate_region(births=births, years=1, start=START, report=quiet)


def beside_last(lines: Lines, name: str) -> Lines:
    """Give every line its ratio to the last: what another makes of the same."""
    limit = lines[-1]["cpu"]
    return [{**line, "beside": name, "ratio": line["cpu"] / limit} for line in lines]


def plain(step: str) -> str:
    """Return the name of a step without the numbers in it: they differ between runs."""
    words = step.split(" (")[0].split()
    return " ".join(word for word in words if not word[0].isdigit())


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def quiet(_: str) -> None:
    """Say nothing."""


PARTS: dict[str, Callable[[bool, Path], Lines]] = {
    part.__name__: part for part in (national, explain, close, claims, ledger, statements, pages)
}
WITHOUT_DATABASE = ("national", "close", "claims", "pages")


@contextmanager
def database(part: str, folder: Path) -> Any:
    """Give this process a SQLite of its own, unless it was told of another, and migrate it."""
    os.environ["OOIEVAAR_DATA"] = str(folder)
    if not os.environ.get("OOIEVAAR_DATABASE_URL"):
        os.environ["OOIEVAAR_DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
    import django
    from django.core.management import call_command

    django.setup()
    if part not in WITHOUT_DATABASE:
        call_command("migrate", verbosity=0)
    yield


def main(part: str, size: str, within: str) -> None:
    """Run a part and print its lines as JSON."""
    with tempfile.TemporaryDirectory(dir=within) as place, database(part, Path(place)):
        if part == "close-here":
            lines = close_here(size)
        else:
            lines = PARTS[part](size == "quick", Path(place))
    print(json.dumps(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
