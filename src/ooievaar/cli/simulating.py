"""`ooievaar simulate`: make a synthetic region, as files and in the database."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ooievaar.cli.database import prepare_database


def register(app: typer.Typer) -> None:
    """Add `simulate`."""
    app.command()(simulate)


def simulate(
    seed: Annotated[int, typer.Option(help="Zelfde getal, zelfde regio.")] = 1,
    births: Annotated[int, typer.Option(help="Geboorten per jaar.")] = 2400,
    years: Annotated[int, typer.Option(help="Aantal jaren.")] = 2,
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Eerste dag.")
    ] = datetime(2025, 1, 1),  # noqa: DTZ001 - a day; typer reads days as datetimes
    profile: Annotated[str, typer.Option(help="regional of urban.")] = "regional",
    folder: Annotated[
        Path | None, typer.Option(help="Map voor de Parquet-bestanden (een per tabel).")
    ] = None,
    load: Annotated[bool, typer.Option(help="Zet de regio in de databank.")] = True,
) -> None:
    """Maak een verzonnen regio met zwangerschappen, zorg, contracten en verdeelafspraak."""
    from ooievaar import settings
    from ooievaar.simulator.commands import simulate_region

    if load:
        prepare_database()
    rows = simulate_region(
        profile=profile,
        seed=seed,
        births=births,
        years=years,
        start=date(start.year, start.month, start.day),
        report=typer.echo,
        folder=folder or settings.DATA / "simulation",
        load=load,
    )
    typer.echo(f"Klaar: {sum(rows.values())} rijen in {len(rows)} tabellen.")
