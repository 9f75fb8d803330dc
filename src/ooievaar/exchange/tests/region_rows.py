"""The tiny region of the template, as rows that a test can spoil in one place."""

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa

from ooievaar.exchange.tables import BY_NAME, TABLES
from ooievaar.exchange.template import example_rows

TODAY = date(2026, 3, 1)

Region = dict[str, list[dict[str, str]]]


def tiny_region() -> Region:
    """Return the example rows of every table as texts."""
    return {
        table.name: [dict(zip(table.names, row, strict=True)) for row in example_rows(table)]
        for table in TABLES
    }


def as_arrow(region: Region) -> dict[str, pa.Table]:
    """Return the rows as Arrow tables of texts."""
    return {
        name: pa.table(
            {column: [row[column] for row in rows] for column in BY_NAME[name].names},
            schema=pa.schema([(column, pa.string()) for column in BY_NAME[name].names]),
        )
        for name, rows in region.items()
    }


def write_csvs(region: Region, folder: Path) -> Path:
    """Write the rows as a person would: one CSV per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in region.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, BY_NAME[name].names, delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    return folder
