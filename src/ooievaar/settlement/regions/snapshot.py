"""A snapshot of a network that may leave: its facts by region and year, women by pseudonym only.

No name, BSN, birth date or address is read for it at all; what was read of women, pregnancies and
acts gets other numbers here. What no rule reads (how exact a date is) is left out as 0. Who objects
to learning from her care is left out whole, unless the snapshot is for money alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ooievaar.bundles.engine import arrow_schema, arrow_table
from ooievaar.bundles.snapshot import Facts, facts_at, read_snapshot
from ooievaar.contracts.queries import agreed_rows
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.regions import folder as places
from ooievaar.settlement.regions.description import described, markdown
from ooievaar.settlement.regions.objections import who_object, without
from ooievaar.settlement.regions.prices import own_prices
from ooievaar.settlement.regions.pseudonyms import (
    MOST_REGIONS,
    in_place_of,
    numbered,
    pseudonyms,
)
from ooievaar.settlement.rules.stages import AGREED

ROW_GROUP = 122_880
"""What DuckDB reads in one go."""
LEFT_OUT = ("due_precision_days", "ended_precision_days")
ORGANISATIONS = ("organisation_id", "first_intake_organisation_id", "cooperative_id")
DESCRIPTION = "description"
Tables = dict[str, pa.Table]


def write_snapshot(
    network: Network,
    target: Path,
    key: bytes,
    *,
    region: int,
    until: date,
    known_until: date,
    whole: bool = False,
    tell: Callable[[str], None],
) -> dict[str, int]:
    """Write the facts of a network as they were on a day; return the rows per table.

    `region` is the number that the region has among those whose snapshots come together. `whole`
    has everybody in it, also who objects to learning from her care.
    """
    if not 1 <= region <= MOST_REGIONS:
        raise InputRejected(
            [Fault("--region", None, "", str(region), f"1 tot en met {MOST_REGIONS}")]
        )
    name = f"{region:02d}"
    refuse_written(target, name)
    objecting = set() if whole else who_object()
    read, theirs = without(read_snapshot(network), objecting)
    facts = facts_at(
        read,
        until=until,
        known_until=known_until,
        made_products=[row for row in made_products(network) if row["pregnancy_id"] not in theirs],
    )
    if objecting:
        tell(f"weggelaten op hun bezwaar: {len(objecting)} vrouwen")
    tell(f"gelezen: {facts.tables['activities'].num_rows} activiteiten")
    agreed = {
        table: pa.Table.from_pylist(rows, schema=arrow_schema(AGREED[table]))
        for table, rows in agreed_rows(network).items()
    }
    tables = without_women({**facts.tables, **agreed}, key, region)
    draft = target / f".draft-{name}"
    shutil.rmtree(draft, ignore_errors=True)
    for table, rows in tables.items():
        write_table(draft / table / f"region={name}", table, rows)
    insurers = numbered(region, _all({**facts.tables, **agreed}, "insurer_id"))
    write_table(draft / "codes" / f"region={name}", "codes", codes_of(region, insurers))
    describe(draft / DESCRIPTION / f"region={name}", facts, tables, name, whole)
    # What stands in the folder is whole: every table moves there when all of them are written.
    for made in sorted(draft.iterdir()):
        (target / made.name).mkdir(exist_ok=True)
        (made / f"region={name}").rename(target / made.name / f"region={name}")
    shutil.rmtree(draft)
    return {table: rows.num_rows for table, rows in tables.items()}


def refuse_written(target: Path, name: str) -> None:
    """Refuse a folder that this region already stands in."""
    target.mkdir(parents=True, exist_ok=True)
    if any(target.glob(f"*/region={name}")):
        found, expected = f"een map waarin regio {name} al staat", "een nieuwe map"
        raise InputRejected([Fault(str(target), None, "", found, expected)])


def without_women(tables: Tables, key: bytes, region: int) -> Tables:
    """Give every number another one, so that no row leads back to a woman without the key."""
    acts, pregnancies = tables["activities"], tables["pregnancies"]
    seen = _different(acts["woman_id"], pregnancies["woman_id"])
    women = pseudonyms(key, "woman", region, seen)
    known = _different(
        acts["pregnancy_id"], pregnancies["pregnancy_id"], tables["made_products"]["pregnancy_id"]
    )
    numbers = {
        "woman_id": women,
        "pregnancy_id": pseudonyms(key, "pregnancy", region, known),
        "activity_id": _numbered_acts(acts, women, region),
        "insurer_id": numbered(region, _all(tables, "insurer_id")),
        "contract_id": numbered(region, _all(tables, "contract_id")),
        "agreement_id": numbered(region, _all(tables, "agreement_id")),
        **dict.fromkeys(ORGANISATIONS, organisation_numbers(region)),
    }
    tables = dict(tables)
    hers = pc.is_in(tables["coverages"]["woman_id"], value_set=pa.array(seen, pa.int64()))
    tables["coverages"] = tables["coverages"].filter(hers)
    everyone = tables["organisations"]["organisation_id"].to_pylist()
    listed = own_prices(tables["price_list"].to_pylist(), everyone)
    tables["price_list"] = arrow_table("price_list", listed)
    return {name: _renumbered(table, numbers) for name, table in tables.items()}


def organisation_numbers(region: int) -> dict[int, int]:
    """Return the number that each organisation has outside, in the order they have here."""
    return numbered(region, Organisation.objects.order_by("id").values_list("id", flat=True))


def codes_of(region: int, insurers: dict[int, int]) -> pa.Table:
    """Return the public codes of organisations (AGB) and insurers (UZOVI) by their number."""
    organisations = organisation_numbers(region)
    rows: list[dict[str, Any]] = [
        {"kind": "agb", "number": organisations[number], "code": agb}
        for number, agb in Organisation.objects.order_by("id").values_list("id", "agb")
    ]
    rows += [
        {"kind": "uzovi", "number": insurers[number], "code": uzovi}
        for number, uzovi in Insurer.objects.order_by("id").values_list("id", "uzovi")
        if number in insurers
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(places.CODES))


def _all(tables: Tables, column: str) -> list[int]:
    return sorted(
        {
            number
            for table in tables.values()
            if column in table.column_names
            for number in pc.unique(table[column]).to_pylist()
            if number
        }
    )


def _different(*columns: pa.ChunkedArray) -> list[int]:
    return sorted({one for column in columns for one in pc.unique(column).to_pylist()} - {None})


def _numbered_acts(acts: pa.Table, women: dict[int, int], region: int) -> dict[int, int]:
    """Number the acts by pseudonym: those of a woman stay in their order, the women do not."""
    hers = in_place_of(acts["woman_id"], women)
    order = pa.table({"woman": hers, "id": acts["activity_id"]}).sort_by(
        [("woman", "ascending"), ("id", "ascending")]
    )
    return numbered(region, order["id"].to_pylist())


def _renumbered(table: pa.Table, numbers: dict[str, dict[int, int]]) -> pa.Table:
    for position, column in enumerate(table.schema):
        if column.name in numbers:
            other = in_place_of(table.column(position), numbers[column.name])
            table = table.set_column(position, column, other)
        elif column.name in LEFT_OUT:
            zeros = pa.array([0] * table.num_rows, column.type)
            table = table.set_column(position, column, zeros)
    return table


def write_table(folder: Path, name: str, rows: pa.Table) -> None:
    """Write the rows of a region; those that have a year apart by it."""
    day = places.BY_YEAR.get(name)
    if day is None:
        _write(folder, rows)
        return
    rows = rows.sort_by([("woman_id", "ascending"), (day, "ascending")])
    years = pc.year(rows[day])
    folder.mkdir(parents=True)
    for year in sorted(pc.unique(years).to_pylist()):
        _write(folder / f"year={year}", rows.filter(pc.equal(years, year)))


def _write(folder: Path, rows: pa.Table) -> None:
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "part.parquet", row_group_size=ROW_GROUP, compression="zstd")


def describe(folder: Path, facts: Facts, tables: Tables, name: str, whole: bool) -> None:
    """Write what stands in the snapshot, for who receives it: as JSON and to read."""
    about = {
        "region": name,
        "until": str(facts.until),
        "known_until": str(facts.known_until),
        "rule_book": facts.edition,
        "women": "all" if whole else "without_objections",
        "rows": {table: rows.num_rows for table, rows in tables.items()},
        "tables": described(),
    }
    folder.mkdir(parents=True)
    (folder / "snapshot.json").write_text(
        json.dumps(about, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    (folder / "snapshot.md").write_text(markdown(about), "utf-8")
