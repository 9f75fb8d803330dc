"""EI messages: a million lines written and read, and 100,000 broken files.

`python -m bench.messages` runs each part in a process of its own, so that its peak of memory is its
own; `--lines` and `--mutants` make it smaller. A mutant that is taken in although its trailer is
wrong, or that raises, ends the bench with an error. The figures of the machine stand in
docs/performance.md.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.jobs import Cost, least

LINES = 1_000_000
MUTANTS = 100_000
STANDARD = "KZ301-3.2"
FIRST_DAY = date(2026, 1, 1)


def main() -> None:
    """Measure and print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--lines", type=int, default=LINES)
    words.add_argument("--mutants", type=int, default=MUTANTS)
    words.add_argument("--part", choices=PARTS, help="one part, in this process, as JSON")
    words.add_argument("--file", type=Path, help="the file a part writes or reads")
    chosen = words.parse_args()
    if chosen.part:
        figures = PARTS[chosen.part](chosen)
        figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(json.dumps(figures))
        return
    print(f"{os.cpu_count()} CPU; load {os.getloadavg()[0]:.1f} before.\n")
    print("| part | lines or files | MB | seconds | CPU seconds | MB/s | peak RSS MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            told = [f"--lines={chosen.lines}", f"--mutants={chosen.mutants}"]
            command = [sys.executable, "-m", "bench.messages", "--part", part, *told]
            run = subprocess.run(
                [*command, "--file", f"{folder}/claims.asc"], capture_output=True, text=True
            )
            if run.returncode:
                sys.exit(run.stderr)
            found = json.loads(run.stdout)
            print(
                f"| {part} | {found['count']:,} | {found['mb']:.0f} | {found['seconds']:.1f} "
                f"| {found['cpu']:.1f} | {found['mb'] / found['seconds']:.0f} "
                f"| {found['peak_mb']:.0f} |",
                flush=True,
            )


def write(chosen: argparse.Namespace) -> dict[str, Any]:
    """Write a file of rows."""
    from ooievaar.claims.messages.kz301 import claim_parts
    from ooievaar.claims.messages.layout import shipped
    from ooievaar.claims.messages.writing import write_to

    layout = shipped()[STANDARD]
    # An insured person and a line each, less the header and the trailer.
    rows = rows_of((chosen.lines - 2) // 2)
    clock = Clock()
    with chosen.file.open("wb") as target:
        findings = write_to(target, layout, header(), claim_parts(layout, rows))
    assert not findings, findings[:3]
    return clock.figures(chosen.lines, chosen.file.stat().st_size)


def read(chosen: argparse.Namespace) -> dict[str, Any]:
    """Read it back: every check of the file, every value of every record, every row."""
    from ooievaar.claims.messages.layout import shipped
    from ooievaar.claims.messages.reading import Reading
    from ooievaar.claims.messages.rows import ClaimRow
    from ooievaar.claims.messages.spots import find_spots

    spots = find_spots(shipped()[STANDARD])
    cents = rows = 0
    clock = Clock()
    with chosen.file.open("rb") as source:
        reading = Reading(source, shipped())
        for person in reading.insured():
            for claim in person.claims:
                row = ClaimRow(**spots.read(person, claim.record))
                cents += -row.cents if row.is_credit else row.cents
                rows += 1
    assert not reading.findings, reading.findings[:3]
    assert reading.trailer is not None and reading.trailer.by_element("BED025") == cents
    return clock.figures(2 * rows + 2, chosen.file.stat().st_size)


def read_whole(chosen: argparse.Namespace) -> dict[str, Any]:
    """Read the same file as one message in memory: a tenth of it."""
    from ooievaar.claims.messages.kz301 import claim_rows, write_claims
    from ooievaar.claims.messages.layout import shipped
    from ooievaar.claims.messages.reading import read_message

    content = write_claims(shipped()[STANDARD], header(), rows_of((chosen.lines // 10 - 2) // 2))
    assert isinstance(content, bytes)
    clock = Clock()
    message, findings = read_message(content, shipped())
    assert message is not None and not findings
    assert len(claim_rows(message)) == (chosen.lines // 10 - 2) // 2
    return clock.figures(chosen.lines // 10, len(content))


def write_lines(chosen: argparse.Namespace) -> dict[str, Any]:
    """Write the same lines again, as they are: what Python's own files need for it."""

    def copy() -> None:
        copied = chosen.file.with_suffix(".copy")
        with chosen.file.open("rb") as source, copied.open("wb") as target:
            for line in source:
                target.write(line)

    return figures_of(least(copy), chosen)


def slice_lines(chosen: argparse.Namespace) -> dict[str, Any]:
    """Read the same lines and cut each into its fields, without understanding any of them."""
    from ooievaar.claims.messages.layout import shipped

    places = {
        code.encode(): [(one.start - 1, one.end) for one in record.fields]
        for code, record in shipped()[STANDARD].records.items()
    }

    def cut() -> None:
        fields = 0
        with chosen.file.open("rb") as source:
            for line in source:
                fields += len([line[start:end] for start, end in places[line[:2]]])
        assert fields > chosen.lines

    return figures_of(least(cut), chosen)


def figures_of(cost: Cost, chosen: argparse.Namespace) -> dict[str, Any]:
    """What the whole file cost."""
    size = chosen.file.stat().st_size / 1e6
    return {"count": chosen.lines, "mb": size, "seconds": cost.wall, "cpu": cost.cpu}


def mutants(chosen: argparse.Namespace) -> dict[str, Any]:
    """Break small files, claims and returns, and read them."""
    from ooievaar.claims.messages.tests.mutants import mutants_of, silent_faults, valid_files

    files = valid_files()
    chance = random.Random(5)
    clock, size = Clock(), 0
    for at, mutant in enumerate(mutants_of(files, chance, chosen.mutants)):
        size += len(mutant)
        if faults := silent_faults(mutant):
            sys.exit(f"mutant {at}: {faults}")
    return clock.figures(chosen.mutants, size)


class Clock:
    """Wall and CPU time from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def figures(self, count: int, size: int) -> dict[str, Any]:
        """What was done and how long it took."""
        return {
            "count": count,
            "mb": size / 1e6,
            "seconds": time.perf_counter() - self._wall,
            "cpu": time.process_time() - self._cpu,
        }


def header() -> dict[str, Any]:
    """The header of the file."""
    from ooievaar.claims.messages.kz301 import header_values
    from ooievaar.claims.messages.layout import shipped

    return header_values(
        shipped()[STANDARD],
        agb="53140001",
        uzovi="3311",
        starts_on=FIRST_DAY,
        ends_on=FIRST_DAY + timedelta(days=364),
        invoice_number="BENCH0000001",
        dated=FIRST_DAY + timedelta(days=365),
        is_test=True,
    )


def rows_of(count: int) -> Iterator[Any]:
    """Rows of as many women."""
    from ooievaar.claims.messages.rows import ClaimRow

    for at in range(count):
        day = FIRST_DAY + timedelta(days=at % 300)
        yield ClaimRow(
            reference=f"IGO{at:010d}",
            bsn=f"{at % 999_999_998 + 1:09d}",
            birth_date=date(1980 + at % 25, at % 12 + 1, at % 28 + 1),
            name="Jänsen",
            initials="A",
            house_number=at % 200 + 1,
            postcode="1234AB",
            uzovi="3311",
            product_code="190021",
            starts_on=day,
            ends_on=day + timedelta(days=at % 40),
            units=1,
            tariff_cents=90_000 + at % 1000,
            cents=90_000 + at % 1000,
            agb="53140001",
        )


PARTS = {
    "write": write,
    "write lines": write_lines,
    "read": read,
    "read whole": read_whole,
    "slice lines": slice_lines,
    "mutants": mutants,
}

if __name__ == "__main__":
    main()
