"""`ooievaar migrate`: brings the tables to this version, once, before the new version answers."""

import typer
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console

from ooievaar.cli.database import one_at_a_time, prepare_database
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
    with one_at_a_time():
        count = len(steps_behind())
        prepare_database()
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


def steps_behind() -> list[str]:
    """Return the migrations that this database still has to take."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]
