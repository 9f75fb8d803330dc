"""Runs the bench and prints a table; `--json FILE` keeps the figures, `--quick` is small."""

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="a twentieth of the size")
    words.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OOIEVAAR_DATA"] = folder
        os.environ["OOIEVAAR_DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
        figures = run(20 if chosen.quick else 1)
    print(markdown(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def run(shrink: int) -> dict[str, Any]:
    """Return every figure of one run."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench import derivation, explanation
    from ooievaar.simulator.commands import simulate_region

    sizes = []
    for tenths in (1, 2):
        tell(f"derive: {tenths} tenth(s) of a national year")
        sizes.append(derivation.measure(derivation.TENTH_BIRTHS * tenths // shrink))
    tell("explain: a region in SQLite")
    call_command("migrate", verbosity=0)
    simulate_region(births=600 // min(shrink, 4), years=1, start=date(2025, 1, 1), report=quiet)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} CPU, {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("duckdb", "ibis-framework", "sqlglot")},
        "derivation": sizes,
        "growth": sizes[1]["derive_seconds"] / sizes[0]["derive_seconds"],
        "explanation": explanation.measure(date(2026, 1, 1)),
    }


def markdown(figures: dict[str, Any]) -> str:
    """Write the figures as a table."""
    lines = [
        f"{figures['date']}, {figures['machine']}, Python {figures['python']}, "
        + ", ".join(f"{name} {number}" for name, number in figures["versions"].items()),
        "",
        "| activities | scan s | copy s | derive + price + divide s | times the copy |",
        "|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {size['activities']:,} | {size['scan_seconds']:.2f} | {size['copy_seconds']:.2f} "
        f"| {size['derive_seconds']:.2f} | {size['times_the_copy']:.1f} |"
        for size in figures["derivation"]
    ]
    explained = figures["explanation"]
    return "\n".join(
        [
            *lines,
            "",
            f"Growth from one to two tenths: {figures['growth']:.2f} times.",
            f"One pregnancy explained from SQLite: median {explained['median_ms']:.0f} ms, "
            f"slowest {explained['slowest_ms']:.0f} ms ({explained['pregnancies']} pregnancies).",
        ]
    )


def tell(text: str) -> None:
    """Say what is measured now."""
    print(text, file=sys.stderr, flush=True)


def quiet(_: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    main()
