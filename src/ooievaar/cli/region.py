"""`ooievaar region`: the empty form of an own region, and reading it when it is filled in."""

from pathlib import Path
from typing import Annotated

import typer

from ooievaar.cli.database import prepare_database
from ooievaar.cli.faults import FaultsFile, telling_faults
from ooievaar.cli.networks import today

commands = typer.Typer(no_args_is_help=True, help="Uw eigen regio: formulier en inlezen.")


def register(app: typer.Typer) -> None:
    """Add `region` with its commands."""
    app.add_typer(commands, name="region")


@commands.callback()
def start() -> None:
    """Uw eigen regio: een formulier van CSV-bestanden, en het inlezen daarvan."""


@commands.command()
def template(folder: Annotated[Path, typer.Argument(help="Map voor de bestanden.")]) -> None:
    """Schrijf per tabel een CSV met voorbeeld, en een LEESMIJ.md die elke kolom uitlegt."""
    from ooievaar.exchange.template import write_template

    paths = write_template(folder)
    typer.echo(f"{len(paths)} bestanden geschreven in {folder}; begin met {paths[-1].name}.")


@commands.command("import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="Map met de tabellen (.csv, .parquet, .xlsx).")],
    faults: FaultsFile = None,
) -> None:
    """Kijk alle tabellen van een regio na en sla ze op: alles, of bij een fout niets."""
    from ooievaar.exchange.commands import import_region

    prepare_database()
    with telling_faults(faults):
        result = import_region(folder, today=today(), report=typer.echo)
    for name, count in result.stored.items():
        typer.echo(f"{name}: {count} rijen opgeslagen")
    for name, count in result.skipped.items():
        typer.echo(f"{name}: {count} rijen waren er al")
    if not result.stored:
        typer.echo("Alles was er al; er is niets veranderd.")
    else:
        typer.echo("Klaar. Verder met `ooievaar derive`.")
