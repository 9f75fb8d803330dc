"""How faults in an input are told: the first ones on the screen, all of them in a file."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ooievaar.kernel.faults import Fault, InputRejected

SHOWN = 40
"""More faults than this are counted on the screen, not printed."""

FaultsFile = Annotated[
    Path | None, typer.Option("--faults", help="Schrijf alle fouten in dit CSV-bestand.")
]


def prepare_database() -> None:
    """Bring the tables of the database up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def telling_faults(file: Path | None) -> Iterator[None]:
    """Turn a rejected input into messages and exit status 2."""
    try:
        yield
    except InputRejected as rejected:
        tell(rejected.faults, file)
        typer.echo(f"{len(rejected.faults)} fout(en); er is niets opgeslagen.", err=True)
        raise typer.Exit(2) from None


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
        typer.echo(f"{file.name} kan niet worden geschreven: {error.strerror}.", err=True)
        return
    typer.echo(f"Alle fouten staan in {file}.", err=True)
