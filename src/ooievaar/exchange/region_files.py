"""The folder of an own region: which file holds which table, read in full before any check."""

from pathlib import Path

import pyarrow as pa

from ooievaar.exchange.reading import SUFFIXES, read_table
from ooievaar.exchange.tables import TABLES
from ooievaar.kernel.faults import Fault


def read_folder(folder: Path) -> tuple[dict[str, pa.Table], dict[str, str], list[Fault]]:
    """Return the tables by name, the file name of each, and what is wrong with files.

    A table that is not required may be absent; the same table in two files is a fault.
    """
    if not folder.is_dir():
        fault = Fault(folder.name, None, "", "geen map", "een map met de tabellen van een regio")
        return {}, {}, [fault]
    tables: dict[str, pa.Table] = {}
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for table in TABLES:
        found = [folder / f"{table.name}{suffix}" for suffix in SUFFIXES]
        found = [path for path in found if path.exists()]
        files[table.name] = found[0].name if found else f"{table.name}.csv"
        if not found and table.required:
            faults.append(Fault(files[table.name], None, "", "geen bestand",
                                "dit bestand (of .parquet, .xlsx)"))  # fmt: skip
        elif len(found) > 1:
            faults.append(Fault(files[table.name], None, "", " en ".join(p.name for p in found),
                                "één bestand per tabel"))  # fmt: skip
        elif found:
            read = read_table(found[0])
            if isinstance(read, list):
                faults += read
            else:
                tables[table.name] = read
    faults += _strangers(folder)
    return tables, files, faults


def _strangers(folder: Path) -> list[Fault]:
    """A misspelt file name would else leave its table out without a word."""
    known = [table.name for table in TABLES]
    return [
        Fault(path.name, None, "", "een tabel die niet bestaat", "een van: " + ", ".join(known))
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and path.stem not in known
    ]
