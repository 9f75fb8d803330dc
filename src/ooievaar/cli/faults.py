"""How faults in an input are told: the first ones on the screen, all of them in a file."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from django.db import OperationalError

from ooievaar.cli.database import database_fault
from ooievaar.kernel.faults import Fault, InputRejected, refusal

SHOWN = 40
"""More faults than this are counted on the screen, not printed."""

FaultsFile = Annotated[
    Path | None, typer.Option("--faults", help="Schrijf alle fouten in dit CSV-bestand.")
]


@contextmanager
def telling_faults(
    file: Path | None = None, ending: str = "er is niets opgeslagen"
) -> Iterator[None]:
    """Turn what cannot be read, stored or reached into messages and exit status 2.

    Around every command (`main`), and around what has a `file` for the faults or its own `ending`.
    """
    try:
        yield
    except InputRejected as rejected:
        tell(rejected.faults, file)
        typer.echo(f"{len(rejected.faults)} fout(en); {ending}.", err=True)
        raise SystemExit(2) from None
    except OperationalError as error:
        tell([database_fault(error)], None)
        raise SystemExit(2) from None
    except OSError as error:
        if error.filename is None:
            raise
        name = Path(os.fsdecode(error.filename)).name
        found = f"een bestand of map die niet te gebruiken is ({refusal(error)})"
        tell(
            [Fault(name, None, "", found, "een plaats waar gelezen en geschreven mag worden")], None
        )
        raise SystemExit(2) from None


def tell(faults: Sequence[Fault], file: Path | None) -> None:
    """Print the first faults, say how many more there are, and write all to `file` if given."""
    for fault in faults[:SHOWN]:
        typer.echo(str(fault), err=True)
    if len(faults) > SHOWN:
        typer.echo(f"... en nog {len(faults) - SHOWN} fouten.", err=True)
    if file is None:
        if len(faults) > SHOWN:
            typer.echo("Met --faults BESTAND.csv komen ze allemaal in een bestand.", err=True)
        return
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(["bestand", "rij", "kolom", "gevonden", "verwacht"])
            for fault in faults:
                row = "" if fault.row is None else fault.row
                writer.writerow([fault.file, row, fault.column, fault.found, fault.expected])
    except OSError as error:
        typer.echo(f"{file.name} kan niet worden geschreven: {refusal(error)}.", err=True)
        return
    typer.echo(f"Alle fouten staan in {file}.", err=True)
