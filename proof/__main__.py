"""Run the proof and print what it found: `python -m proof [PART ...] [--share 0.01]`."""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from proof import kills, region_years, spark, two_engines
from proof.outcome import Outcome, Tell

PARTS: dict[str, Callable[[float, Tell], Outcome]] = {
    "two_engines": two_engines.prove,
    "kills": kills.prove,
    "region_years": region_years.prove,
    "spark": spark.prove,
}


def main() -> int:
    """Return the exit status: 1 as soon as one thing failed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    words.add_argument("--share", type=float, default=1.0, help="1 is the whole")
    words.add_argument("--json", type=Path, help="write the figures to this file too")
    asked = words.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        words.error(f"no such part: {', '.join(sorted(unknown))}")
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"[{time.monotonic() - began:7.0f} s] {what}", flush=True)

    outcomes = []
    for name in asked.parts or PARTS:
        tell(f"== {name}")
        outcomes.append(PARTS[name](asked.share, tell))
    print(markdown(outcomes))
    if asked.json:
        told = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            "share": asked.share,
            "parts": [asdict(outcome) for outcome in outcomes],
        }
        asked.json.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return 1 if any(outcome.failures for outcome in outcomes) else 0


def markdown(outcomes: list[Outcome]) -> str:
    """Write what was tried as a table, and under it each failure in the words that replay it."""
    rows = ["| part | of what | tried |", "|---|---|---:|"]
    for outcome in outcomes:
        rows += [f"| {outcome.part} | {what} | {n:,} |" for what, n in outcome.counts.items()]
        rows.append(f"| {outcome.part} | seconds | {outcome.seconds:,.0f} |")
        rows.append(f"| {outcome.part} | failures | {len(outcome.failures):,} |")
    failed = [f"- {one.part}: {failure}" for one in outcomes for failure in one.failures]
    return "\n".join(["", *rows, "", *failed])


if __name__ == "__main__":
    sys.exit(main())
