"""`ooievaar rulebook check`: is the rule book sound, and how much of it was read in a source?"""

from pathlib import Path
from typing import Annotated

import typer

from ooievaar import rulebook
from ooievaar.cli.faults import telling_faults

commands = typer.Typer(no_args_is_help=True, help="Het regelboek: wet en afspraken per jaar.")


def register(app: typer.Typer) -> None:
    """Add `rulebook` with its commands."""
    app.add_typer(commands, name="rulebook")


@commands.callback()
def start() -> None:
    """Het regelboek: wet en afspraken per jaar, met bron."""


@commands.command()
def check(
    folder: Annotated[
        Path | None, typer.Option(help="Map met een eigen kopie van de gegevens.")
    ] = None,
) -> None:
    """Kijk het regelboek na en zeg hoeveel ervan in een bron gelezen is."""
    with telling_faults(ending="het regelboek klopt niet"):
        book = rulebook.load(folder or rulebook.FOLDER)
    typer.echo(f"{book.book.title_nl}, editie {book.edition}")
    period = book.period
    typer.echo(f"Geldt van {period.start:%d-%m-%Y} tot {period.until:%d-%m-%Y}.")
    typer.echo("Nagekeken: sleutels, waarden, verwijzingen, perioden zonder gat of overlap.")
    sections = book.sections()
    width = max(len(section.title_nl) for section in sections)
    typer.echo(f"{'':{width}}  nagelezen  voorlopig")
    for section in sections:
        provisional = len(section.entries) - section.verified_count
        typer.echo(f"{section.title_nl:{width}}  {section.verified_count:9}  {provisional:9}")
    entries = book.entries()
    verified = sum(entry.verified for entry in entries)
    typer.echo(f"{'Samen':{width}}  {verified:9}  {len(entries) - verified:9}")
