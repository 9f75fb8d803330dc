"""`ooievaar own`: what a region agrees for itself: ranges, what counts as what, thresholds."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from ooievaar.cli.faults import telling_faults
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.pathways import thresholds
from ooievaar.record.entries.dictionary import FOLDER, load
from ooievaar.record.entries.dictionary.loading import OWN_FILES, check, own_folder

commands = typer.Typer(no_args_is_help=True, help="Wat uw regio zelf afspreekt.")
ENDING = "de eigen afspraken kloppen niet"


def register(app: typer.Typer) -> None:
    """Add `own` with its commands."""
    app.add_typer(commands, name="own")


@commands.callback()
def start() -> None:
    """Wat uw regio zelf afspreekt: een bestand in de datamap in plaats van het meegeleverde."""


@commands.command()
def copy(
    name: Annotated[
        str, typer.Argument(help=f"Een van: {', '.join([*OWN_FILES, 'thresholds.yaml'])}.")
    ],
) -> None:
    """Zet een meegeleverd bestand in de datamap, om aan te passen; wat er staat, blijft staan."""
    places = _places()
    with telling_faults():
        if name not in places:
            raise InputRejected([Fault("naam", None, "", name, f"een van: {', '.join(places)}")])
        shipped, own = places[name]
        if own.exists():
            raise InputRejected([Fault(name, None, "", "een eigen bestand", "er nog geen")])
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped, own)
    typer.echo(f"Klaar om aan te passen: {own}")
    typer.echo("Kijk het daarna na met `ooievaar own check` en start Ooievaar opnieuw.")


@commands.command(name="check")
def check_own() -> None:
    """Kijk de eigen bestanden na: tegen hun vorm, en tegen al het andere."""
    refuse_unsound()
    present = [name for name, (_, own) in _places().items() if own.is_file()]
    typer.echo(f"In orde. Van uw regio zelf: {', '.join(present) or 'niets'}.")


def refuse_unsound() -> None:
    """Tell every fault in the region's own files, and exit 2; nothing when they are sound."""
    with telling_faults(ending=ENDING):
        faults = check(own=own_folder())
        if faults:
            raise InputRejected(faults)
        thresholds.every_threshold()
        load()


def _places() -> dict[str, tuple[Path, Path]]:
    """Return per file the one that comes with the code, and where the region's own stands."""
    elements = {name: (FOLDER / name, own_folder() / name) for name in OWN_FILES}
    return elements | {thresholds.FILE.name: (thresholds.FILE, thresholds.own_file())}
