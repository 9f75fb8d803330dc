"""A national year: many regions beside each other, as the facts the rules read, in Parquet.

Every region is one of its own, made as `commands.simulate_tables` makes it, with a seed of its own;
two in three are regional, the third is urban. What lies in the folder:

- `activities/region=07/year=2025/part.parquet` (year of the act) and `pregnancies/...` (year of the
  first intake), in the order of the women;
- `organisations/region=07/part.parquet` and so on: what else a region has, its agreement included;
- `catalogue.parquet` and so on: what holds for everybody.

Numbers are unique in the whole country, an insurer's too: its terms differ by region. Prices of
organisation 0 stand in every region, so whoever reads all of them at once takes distinct rows.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ooievaar.bundles.engine import arrow_schema
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.settlement.regions.folder import BY_YEAR, new_folder
from ooievaar.settlement.rules.stages import AGREED

NATIONAL_BIRTHS = 170_000
REGIONS = 10
MOST_REGIONS = 99
PROFILES_IN_TURN = ("regional", "regional", "urban")
ROW_GROUP = 122_880
"""What DuckDB reads in one go."""
EVERYWHERE = ("catalogue", "products_in_force", "mono_tariffs", "limits", "clock", "made_products")
OF_A_REGION = tuple(name for name in {**INPUTS, **AGREED} if name not in EVERYWHERE)
ROOM = {
    "activity_id": 100_000_000,
    "pregnancy_id": 1_000_000,
    "woman_id": 1_000_000,
    "organisation_id": 1_000,
    "first_intake_organisation_id": 1_000,
    "cooperative_id": 1_000,
    "insurer_id": 1_000,
    "contract_id": 1_000,
    "agreement_id": 1_000,
}
"""How many numbers each region has for itself; 0 keeps its meaning of "everybody"."""


@dataclass(frozen=True, slots=True)
class Part:
    """One region to make."""

    folder: Path
    number: int
    seed: int
    births: int
    years: int
    start: date

    @property
    def profile(self) -> str:
        """Return the kind of region it is."""
        return PROFILES_IN_TURN[self.number % len(PROFILES_IN_TURN)]


def national_year(
    folder: Path,
    births: int = NATIONAL_BIRTHS,
    seed: int = 1,
    start: date = date(2025, 1, 1),
    tell: Callable[[str], None] = print,
    *,
    regions: int = REGIONS,
    years: int = 1,
    workers: int | None = None,
) -> dict[str, int]:
    """Write a year (or some) of `births` over `regions` into a new folder; return rows per table.

    Raises InputRejected for a folder that holds something, and for numbers that cannot be.
    """
    _check(folder, births, regions)
    share, left = divmod(births, regions)
    parts = [
        Part(folder, number, seed * 1_000 + number, share + (number <= left), years, start)
        for number in range(1, regions + 1)
    ]
    rows: dict[str, int] = {}
    tell(f"Simuleren: {regions} regio's, {births} geboorten per jaar, {years} jaar vanaf {start}")
    with ProcessPoolExecutor(
        workers or os.cpu_count(), multiprocessing.get_context("spawn"), _start_django
    ) as pool:
        for part, written in zip(parts, pool.map(write_region, parts), strict=True):
            for name, count in written.items():
                rows[name] = rows.get(name, 0) + count
            told = f"{written['pregnancies']} zwangerschappen, {written['activities']} activiteiten"
            tell(f"  regio {part.number:02d} ({part.profile}): {told}")
    about = {"births": births, "seed": seed, "start": str(start), "years": years}
    counts = {name: rows[name] for name in ("pregnancies", "activities")}
    (folder / "about.json").write_text(
        json.dumps({**about, "regions": regions, **counts}, indent=2) + "\n", "utf-8"
    )
    tell(f"  samen: {rows['activities']} activiteiten")
    return rows


def write_region(part: Part) -> dict[str, int]:
    """Make one region and write its tables; the first also writes what holds for everybody."""
    from ooievaar.simulator.commands import simulate_tables
    from ooievaar.simulator.facts import engine_facts

    tables = simulate_tables(part.profile, part.seed, part.births, part.years, part.start)
    until = part.start.replace(year=part.start.year + part.years)
    agreed = agreement_tables(tables)
    facts = engine_facts(tables, until, until)
    del tables
    if part.number == 1:
        for name in EVERYWHERE:
            pq.write_table(facts[name], part.folder / f"{name}.parquet")
    written = {}
    for name in OF_A_REGION:
        table = numbered(facts.pop(name) if name in facts else agreed[name], part.number)
        written[name] = table.num_rows
        _write(table, name, part)
    return written


def numbered(table: pa.Table, region: int) -> pa.Table:
    """Move the numbers of a region's rows into the room that it has for itself."""
    for position, field in enumerate(table.schema):
        if room := ROOM.get(field.name):
            numbers = table.column(position)
            if most := pc.max(numbers).as_py():
                assert most < room, field.name
            moved = pc.if_else(pc.equal(numbers, 0), 0, pc.add(numbers, region * room))
            table = table.set_column(position, field, moved.cast(field.type))
    return table


def agreement_tables(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Make the tables of the region's agreement, organisations numbered as in the facts."""
    agbs = sorted(tables["organisations"].column("agb").to_pylist())
    number = {agb: position for position, agb in enumerate(agbs, 1)}
    agreements = [
        {**row, "agreement_id": 1, "valid_until": row["valid_until"] or FAR_DATE}
        for row in tables["agreements"].to_pylist()
    ]
    shares = [{**row, "agreement_id": 1} for row in tables["agreement_shares"].to_pylist()]
    members = [
        {"agreement_id": 1, "organisation_id": number[row["organisation_agb"]], "ppm": row["ppm"]}
        for row in tables["agreement_members"].to_pylist()
    ]
    known: dict[str, list[dict[str, Any]]] = {
        "agreements": agreements,
        "discipline_shares": shares,
        "member_shares": members,
    }
    return {
        name: pa.Table.from_pylist(known.get(name, []), schema=arrow_schema(schema))
        for name, schema in AGREED.items()
    }


def _write(table: pa.Table, name: str, part: Part) -> None:
    folder = part.folder / name / f"region={part.number:02d}"
    day = BY_YEAR.get(name)
    if day is None:
        _write_file(table, folder)
        return
    table = table.sort_by([("woman_id", "ascending"), (day, "ascending")])
    years = pc.year(table.column(day))
    for year in sorted(pc.unique(years).to_pylist()):
        _write_file(table.filter(pc.equal(years, year)), folder / f"year={year}")


def _write_file(table: pa.Table, folder: Path) -> None:
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "part.parquet", row_group_size=ROW_GROUP)


def _start_django() -> None:
    import django

    django.setup()


def _check(folder: Path, births: int, regions: int) -> None:
    if not 1 <= regions <= min(MOST_REGIONS, births):
        expected = f"1 tot en met {min(MOST_REGIONS, births)}"
        raise InputRejected([Fault("simulatie", None, "regions", str(regions), expected)])
    new_folder(folder)
