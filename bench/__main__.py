"""Measures everything and prints a table; `make bench`, or `make bench-quick` for a small one.

What was measured is added to `bench/history.jsonl` (`--record`), and a ratio that worsened by more
than a quarter since the last run of the same size is told; then the bench ends with an error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.jobs import apart

HISTORY = Path(__file__).parent / "history.jsonl"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- history: begin -->", "<!-- history: end -->"
WORSE, LEAST = 1.25, 0.3
NAMES = ("national", "explain", "close", "claims", "ledger", "statements", "pages")
LIBRARIES = ("duckdb", "ibis-framework", "sqlglot", "pandas", "beancount")
KEPT = ("national year: derive", "close a month", "ledger: post", "claim file: read")


def main() -> None:
    """Measure, print, compare and keep."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="a twentieth of the size")
    words.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="some parts")
    words.add_argument("--json", type=Path, help="write the figures to this file")
    words.add_argument("--record", action="store_true", help="keep them in the history")
    chosen = words.parse_args()
    figures = run(chosen.quick, chosen.only)
    print(markdown(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    earlier = [json.loads(line) for line in read(HISTORY).splitlines()]
    worse = worsened(figures, earlier)
    if chosen.record:
        keep(figures, [*earlier, figures])
    if worse:
        sys.exit("\n".join(["", "Slower than in the last recorded run:", *worse]))


def run(quick: bool, parts: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Return every figure of one run."""
    load = os.getloadavg()[0]
    lines: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            print(f"measuring: {part}", file=sys.stderr, flush=True)
            lines += apart("bench.parts", part, "quick" if quick else "whole", folder)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} CPU, {platform.machine()}",
        "load": {"before": round(load, 1), "after": round(os.getloadavg()[0], 1)},
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
        "quick": quick,
        "lines": lines,
    }


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


def worsened(figures: dict[str, Any], earlier: list[dict[str, Any]]) -> list[str]:
    """Tell the ratios that are more than a quarter above those of the last run of this size.

    What takes less than `LEAST` seconds of CPU is not compared: its ratio is chance. Nor is what
    others need beside ours: that it grows is no loss.
    """
    same = [one for one in earlier if one["quick"] == figures["quick"]]
    before = {line["name"]: line for one in same for line in one["lines"] if "ratio" in line}
    told = []
    for line in figures["lines"]:
        last = before.get(line["name"])
        if (line["cpu"] or 0) < LEAST or not last or line["beside"].startswith("derive"):
            continue
        if line.get("ratio", 0) > WORSE * last["ratio"]:
            told.append(
                f"- {line['name']}: {line['ratio']:.2f} times {line['beside']}, "
                f"was {last['ratio']:.2f}"
            )
    return told


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
