"""The empty form of a region: one CSV per table with an example, and what every column means.

The example rows together are a tiny region that can be read and derived.
"""

import csv
from pathlib import Path

from ooievaar.exchange.tables import TABLES, Column, Table
from ooievaar.kernel.faults import Fault, InputRejected, refusal

READ_ME = "LEESMIJ.md"
KIND_NL = {
    "text": "tekst",
    "integer": "geheel getal",
    "date": "datum (2025-01-31)",
    "time": "tijd (09:30)",
    "boolean": "ja of nee",
    "cents": "eurocenten (geheel getal)",
}


def example_rows(table: Table) -> list[list[str]]:
    """Return the example rows of a table, in the order of its columns."""
    first = {column.name: column.example for column in table.columns}
    rows = [first, *({**first, **more} for more in table.more_examples)]
    return [[row[name] for name in table.names] for row in rows]


def write_template(folder: Path) -> list[Path]:
    """Write the form into `folder` and return the files; a file that exists is never overwritten.

    Raises InputRejected when a file is in the way or the folder cannot be written.
    """
    paths = [folder / f"{table.name}.csv" for table in TABLES] + [folder / READ_ME]
    in_the_way = [path for path in paths if path.exists()]
    if in_the_way:
        raise InputRejected(
            Fault(path.name, None, "", "een bestaand bestand", "een map zonder dit bestand")
            for path in in_the_way
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, path in zip(TABLES, paths, strict=False):
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
                writer.writerow(table.names)
                writer.writerows(example_rows(table))
        paths[-1].write_text(explanation(), encoding="utf-8")
    except OSError as error:
        found = refusal(error)
        raise InputRejected(
            [Fault(folder.name, None, "", found, "een map waarin geschreven mag worden")]
        ) from error
    return paths


def explanation() -> str:
    """Return what every table and column means, in Dutch and then in English (Markdown)."""
    lines = [
        "# Uw eigen regio",
        "",
        "Eén bestand per tabel: CSV met `;` tussen de kolommen, in UTF-8. Een `.parquet` of",
        "`.xlsx` met dezelfde naam en kolommen mag ook. Een veld mag leeg zijn waar geen",
        "`verplicht` staat.",
        "Een periode loopt van `valid_from` tot (niet tot en met) `valid_until`.",
        "Vul in, en lees in met `ooievaar region import MAP`. Alle fouten worden tegelijk gemeld;",
        "zolang er één is, wordt niets opgeslagen. De voorbeeldrijen vormen samen een piepkleine",
        "regio: vervang ze door uw eigen rijen.",
        "",
    ]
    for table in TABLES:
        need = "verplicht" if table.required else "mag ontbreken of leeg zijn"
        lines += [f"## {table.name}.csv", "", f"{table.nl}. Deze tabel is {need}.", ""]
        lines += [f"Een rij is te herkennen aan: {', '.join(table.key)}.", ""]
        lines += ["| kolom | soort | verplicht | betekenis | voorbeeld |", "|---|---|---|---|---|"]
        lines += [_described(column, "nl") for column in table.columns]
        lines.append("")
    lines += ["# Your own region (English)", ""]
    for table in TABLES:
        lines += [f"## {table.name}.csv (English)", "", f"{table.en}.", ""]
        lines += ["| column | kind | required | meaning | example |", "|---|---|---|---|---|"]
        lines += [_described(column, "en") for column in table.columns]
        lines.append("")
    return "\n".join(lines)


def _described(column: Column, language: str) -> str:
    dutch = language == "nl"
    kind = KIND_NL[column.kind] if dutch else column.kind
    need = ("ja" if dutch else "yes") if column.required else ""
    meaning = column.nl if dutch else column.en
    if column.allowed and not any(choice in meaning for choice in column.allowed):
        meaning += f" ({', '.join(column.allowed)})"
    if column.refers:
        meaning += f"; {'verwijst naar' if dutch else 'refers to'} {column.refers}"
    if column.default and column.name != "valid_until":
        meaning += f"; {'leeg' if dutch else 'empty'}: {column.default}"
    return f"| {column.name} | {kind} | {need} | {meaning} | {column.example} |"
