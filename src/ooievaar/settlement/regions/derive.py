"""Derives the folders of one region or of all: the rules, then each region's division.

Spark runs the rules over all regions at once: every number is unique, so none meets a row of
another. DuckDB takes them one by one, so that a region must fit in memory and a country need not.
Which agreement divides is asked by day, so each region divides by itself on both.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ooievaar.bundles.engine import rules_for
from ooievaar.bundles.rules.facts import OUTCOME_NAMES, columns
from ooievaar.bundles.rules.outcomes import FIRST_IN_PRODUCT, OUTCOMES
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.settlement.regions import folder as places
from ooievaar.settlement.regions.engines import PARTITIONS, Engine, quoted, typed
from ooievaar.settlement.rules.stages import AGREED, compiled_division
from ooievaar.storage.pipeline import CompiledStage, version_of_the_rules

Tell = Callable[[str], None]
WORK = ".work"
ABOUT = "about.json"

PLACED = {  # which facts tell the region of a result, by which number, and which day its year
    "routes": ("all_pregnancies", "pregnancy_id", "p.first_intake_on"),
    "phases": ("all_pregnancies", "pregnancy_id", "r.starts_on"),
    "products": ("all_pregnancies", "pregnancy_id", "r.starts_on"),
    "breakers": ("all_pregnancies", "pregnancy_id", "r.happened_on"),
    "dispositions": ("all_activities", "activity_id", "p.performed_on"),
}
OF_PREGNANCIES = ("mono_parts", "kraamzorg_values")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a derivation wrote, and whether every activity and every cent has one place."""

    engine: str
    until: date
    regions: Sequence[str]
    rows: dict[str, int]
    cents: dict[str, int]
    """`products`: what may be claimed; `divided`: what the shares add up to."""
    seconds: dict[str, float]
    failures: list[str] = field(default_factory=list)


def derive_folder(source: Path, target: Path, engine: Engine, tell: Tell) -> Summary:
    """Derive the facts in `source` and write every result in `target`, which is new or empty.

    Raises InputRejected for facts that cannot be read together.
    """
    regions = places.regions_of(source)
    work = places.new_folder(target) / WORK
    work.mkdir()
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def lap(step: str) -> None:
        nonlocal began
        now = time.perf_counter()
        tell(f"{step}: {now - began:.1f} s")
        seconds[step] = round(seconds.get(step, 0) + now - began, 2)
        began = now

    try:
        until = refuse_misfits(source, engine.beside())
        lap("reading")
        kept = [*places.FOR_THE_DIVISION, "entries", *(set(places.RESULTS) - {"money"})]
        for region in regions if engine.one_by_one else [None]:
            part = engine.beside()
            read_facts(source, part, region)
            part.run(rules_for(part.dialect), work / "stages", kept)
            lap("rules")
            write_results(part, target, work)
            lap("results")
        stages = compiled_division(engine.dialect)
        with ThreadPoolExecutor(engine.at_once) as pool:
            done = [
                pool.submit(divide_region, source, target, region, engine, stages)
                for region in regions
            ]
            for one in done:
                one.result()
        lap("division")
        summary = look_at(source, target, engine, until, regions, seconds)
        lap("proof")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write_about(target, engine, summary)
    return summary


def read_facts(source: Path, engine: Engine, region: str | None = None) -> None:
    """Make the inputs of the rules from a folder: of one region, or of all of them."""
    for name, schema in places.TABLES.items():
        path = (
            places.region_path(source, name, region) if region else places.table_path(source, name)
        )
        if name in places.BY_YEAR:
            if region is None:
                engine.read(f"all_{name}", path, schema, "region")
            else:
                engine.read(f"its_{name}", path, schema)
                engine.view(f"all_{name}", f"SELECT *, {quoted(region)} AS region FROM its_{name}")  # noqa: S608
            engine.view(name, f"SELECT {places.names_of(schema)} FROM all_{name}")  # noqa: S608
        elif name in places.OF_EVERYBODY:
            engine.read(f"all_{name}", path, schema)
            chosen = places.names_of(schema)
            engine.view(name, f"SELECT DISTINCT {chosen} FROM all_{name}")  # noqa: S608
        else:
            engine.read(name, path, schema)
    words = ", ".join(
        f"({number}, '{place}', '{reason}', '{rule}')"
        for number, (place, reason, rule) in enumerate(OUTCOMES)
    )
    names = ", ".join(columns(OUTCOME_NAMES))
    engine.view("outcome_names", f"SELECT * FROM (VALUES {words}) AS words({names})")  # noqa: S608


def refuse_misfits(source: Path, engine: Engine) -> date:
    """Refuse regions that do not fit together; return the day on which all facts end."""
    read_facts(source, engine)
    refuse_doubles(source, engine)
    days = [row["until"] for row in engine.rows("SELECT until FROM clock")]
    if len(days) != 1:
        found = ", ".join(str(day) for day in sorted(days)) or "geen dag"
        expected = "feiten die in elke regio tot dezelfde dag lopen"
        raise InputRejected([Fault(str(source), None, "clock", found, expected)])
    until: date = days[0]
    return until


def refuse_doubles(source: Path, engine: Engine) -> None:
    """Refuse regions that use one number twice, or say two things of what holds for everybody."""
    faults = []
    for name, key in places.UNIQUE.items():
        keys = ", ".join(key)
        (found,) = engine.rows(
            f"SELECT count(*) AS doubles FROM (SELECT {keys} FROM {name} "  # noqa: S608
            f"GROUP BY {keys} HAVING count(*) > 1) AS twice"
        )
        if found["doubles"]:
            told, wanted = f"{found['doubles']} keer dubbel ({keys})", "elke rij één keer"
            faults.append(Fault(str(source), None, name, told, wanted))
    if faults:
        raise InputRejected(faults)


def write_results(engine: Engine, target: Path, work: Path) -> None:
    """Write what the rules gave, apart by region and year, and what the division still needs."""
    for name, (known, number, day) in PLACED.items():
        engine.write(
            f"SELECT {typed(places.RESULTS[name], 'r')}, p.region, year({day}) AS year "  # noqa: S608
            f"FROM {name} r JOIN {known} p USING ({number})",
            target / name,
            *PARTITIONS,
        )
    for name in OF_PREGNANCIES:
        chosen = typed(places.FOR_THE_DIVISION[name], "r")
        engine.write(
            f"SELECT {chosen}, p.region FROM {name} r "  # noqa: S608
            "JOIN all_pregnancies p USING (pregnancy_id)",
            work / name,
            "region",
        )
    chosen = typed(places.FOR_THE_DIVISION["performed"], "r")
    engine.write(
        f"SELECT {chosen}, p.region FROM performed r "  # noqa: S608
        "JOIN products m USING (product_no) JOIN all_pregnancies p USING (pregnancy_id)",
        work / "performed",
        "region",
    )
    if not (work / "entries").exists():
        engine.write("SELECT mono, mono_item FROM entries", work / "entries")


def divide_region(
    source: Path, target: Path, region: str, engine: Engine, stages: Sequence[CompiledStage]
) -> None:
    """Divide the products of one region by its own agreements, and write the shares."""
    beside, work = engine.beside(), target / WORK
    for name in ("products", "dispositions"):
        path = places.region_path(target, name, region)
        beside.read(name, path, places.RESULTS[name])
    for name, schema in places.FOR_THE_DIVISION.items():
        beside.read(name, places.region_path(work, name, region), schema)
    beside.read("entries", work / "entries", {"mono": "string", "mono_item": "string"})
    inputs = ("activities", "organisations", "memberships", "price_list", "mono_tariffs")
    for name in (*inputs, *AGREED):
        path = places.region_path(source, name, region)
        beside.read(name, path, places.TABLES[name])
    beside.view(
        "outcomes",
        f"SELECT activity_id, {FIRST_IN_PRODUCT} AS outcome, product_no FROM dispositions "  # noqa: S608
        "WHERE product_no IS NOT NULL",
    )
    beside.run(stages, work / "division" / region, ["shares"])
    chosen = typed(places.RESULTS["money"], "s")
    beside.write(
        f"SELECT {chosen}, year(p.starts_on) AS year FROM shares s "  # noqa: S608
        "JOIN products p USING (product_no)",
        target / "money" / f"region={region}",
        "year",
    )


def look_at(
    source: Path,
    target: Path,
    engine: Engine,
    until: date,
    regions: Sequence[str],
    seconds: dict[str, float],
) -> Summary:
    """Read back what was written: every activity in one place, every cent at somebody."""
    beside = engine.beside()
    for name, schema in places.RESULTS.items():
        beside.read(name, places.table_path(target, name), schema, "region")
    acts = places.table_path(source, "activities")
    beside.read("activities", acts, places.TABLES["activities"], "region")
    counts = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS number FROM {name}"  # noqa: S608
        for name in (*places.RESULTS, "activities")
    )
    rows = {row["name"]: row["number"] for row in beside.rows(counts)}
    (placed,) = beside.rows("SELECT count(DISTINCT activity_id) AS number FROM dispositions")
    money = beside.rows(
        "SELECT region, CAST(sum(owed) AS BIGINT) AS owed, CAST(sum(divided) AS BIGINT) AS divided "
        "FROM (SELECT region, cents AS owed, 0 AS divided FROM products WHERE NOT is_open "
        "UNION ALL SELECT region, 0, cents FROM money) AS both_sides GROUP BY region"
    )
    failures = [
        f"regio {row['region']}: te declareren {row['owed']} cent, verdeeld {row['divided']}"
        for row in money
        if row["owed"] != row["divided"]
    ]
    if not rows["activities"] == rows["dispositions"] == placed["number"]:
        failures.append(
            f"{rows['activities']} activiteiten, {rows['dispositions']} bestemmingen "
            f"van {placed['number']} activiteiten"
        )
    cents = {
        "products": sum(row["owed"] for row in money),
        "divided": sum(row["divided"] for row in money),
    }
    return Summary(engine.name, until, regions, rows, cents, seconds, failures)


def write_about(target: Path, engine: Engine, summary: Summary) -> None:
    """Write beside the results what made them."""
    about: dict[str, Any] = {
        "engine": summary.engine,
        "versions": engine.versions(),
        "rules": version_of_the_rules(),
        "until": str(summary.until),
        "regions": list(summary.regions),
        "rows": summary.rows,
        "cents": summary.cents,
        "seconds": summary.seconds,
        "failures": summary.failures,
    }
    (target / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
