"""`ooievaar migrate`: brings the tables to this version, once, before the new version answers."""

import typer
from django.conf import settings
from rich.console import Console

from ooievaar.cli.database import prepare_database, steps_behind
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add `migrate`."""
    app.command("migrate")(migrate)


def migrate() -> None:
    """Breng de tabellen bij naar deze versie. Maak eerst een back-up.

    In productie doen de webprocessen dit niet zelf: er zijn er meer, en zij mogen niet wachten.
    """
    count = prepare_database()
    console.print(
        f"Bijgewerkt: {counted(count, 'stap', 'stappen')}."
        if count
        else "De tabellen waren al van deze versie."
    )


def prepare_or_refuse() -> None:
    """Make or update the tables where one person works; in production only see that it was done.

    Raises InputRejected when it was not: `ooievaar migrate` comes first.
    """
    if not settings.IS_PRODUCTION:
        prepare_database()
    elif count := len(steps_behind()):
        found = f"tabellen van een eerdere versie ({counted(count, 'stap', 'stappen')} achter)"
        expected = "eerst een back-up, en dan `ooievaar migrate`"
        raise InputRejected([Fault("de databank", None, "", found, expected)])
