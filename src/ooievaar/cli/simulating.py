"""`ooievaar simulate`: make a synthetic region, as files and in the database."""

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from ooievaar.cli.database import prepare_database
from ooievaar.kernel.faults import refusal
from ooievaar.kernel.period import month_period

BIRTHS, YEARS = 2400, 2
OUTCOMES = {
    "done": "gedaan",
    "refused": "geweigerd",
    "nothing": "niets te doen",
    "broke": "misgegaan",
}
"""What came of a step, in the words that are printed."""


def register(app: typer.Typer) -> None:
    """Add `simulate`."""
    app.command()(simulate)


def simulate(
    seed: Annotated[int, typer.Option(help="Zelfde getal, zelfde regio.")] = 1,
    births: Annotated[
        int | None, typer.Option(help="Geboorten per jaar: 2400, of 170000 met --national.")
    ] = None,
    years: Annotated[int | None, typer.Option(help="Aantal jaren: 2, of 1 met --national.")] = None,
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Eerste dag.")
    ] = datetime(2025, 1, 1),  # noqa: DTZ001 - a day; typer reads days as datetimes
    profile: Annotated[str, typer.Option(help="regional of urban.")] = "regional",
    folder: Annotated[
        Path | None, typer.Option(help="Map voor de Parquet-bestanden (een per tabel).")
    ] = None,
    load: Annotated[bool, typer.Option(help="Zet de regio in de databank.")] = True,
    claims: Annotated[
        bool,
        typer.Option("--claims", help="Laat de regio ook declareren, tot vandaag; noemt de last."),
    ] = False,
    faults: Annotated[
        float,
        typer.Option("--claim-faults", min=0, help="Hoe vaak het daarbij misgaat; 1 is gewoon."),
    ] = 1.0,
    member_files: Annotated[
        Path | None,
        typer.Option(help="Map voor de maandelijkse declaratiebestanden van de leden."),
    ] = None,
    national: Annotated[
        bool,
        typer.Option(
            "--national",
            help="Schrijf een heel land als Parquet, per regio en jaar, in een nieuwe map "
            "(--folder); met de databank gebeurt niets.",
        ),
    ] = False,
    regions: Annotated[
        int | None, typer.Option(min=1, help="Met --national: aantal regio's; anders 10.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Leef een klein jaar vol pech, stap voor stap, en houd na elke stap alle bewijzen "
            "ernaast; met een schaal van zichzelf, in een lege databank.",
        ),
    ] = False,
    until: Annotated[
        int | None, typer.Option(min=1, help="Met --check: tot en met deze stap.")
    ] = None,
) -> None:
    """Maak een verzonnen regio met zwangerschappen, zorg, contracten en verdeelafspraak."""
    from ooievaar import settings
    from ooievaar.simulator.commands import simulate_region

    if check:
        asked = (births, years, faults, start, folder, load, claims, member_files)
        if asked != (None, None, 1.0, datetime(2025, 1, 1), None, True, False, None):  # noqa: DTZ001
            raise typer.BadParameter("--check gaat alleen samen met --seed, --profile en --until")
        _live(seed, profile, until)
        return
    if until is not None:
        raise typer.BadParameter("--until hoort bij --check")
    first = date(start.year, start.month, start.day)
    if national:
        if folder is None or not load or claims or member_files:
            raise typer.BadParameter("--national schrijft alleen een map, en vraagt dus --folder")
        _write_country(folder, births, seed, first, regions, years)
        return
    if regions is not None:
        raise typer.BadParameter("--regions hoort bij --national")
    if (claims or member_files) and not load:
        raise typer.BadParameter("--claims en --member-files lezen de databank: zonder --no-load")
    if load:
        prepare_database()
    rows = simulate_region(
        profile=profile,
        seed=seed,
        births=BIRTHS if births is None else births,
        years=YEARS if years is None else years,
        start=first,
        report=typer.echo,
        folder=folder or settings.DATA / "simulation",
        load=load,
    )
    typer.echo(f"Klaar: {sum(rows.values())} rijen in {len(rows)} tabellen.")
    if member_files is not None:
        _write_member_files(member_files)
    if claims:
        _claim(
            first,
            first.replace(year=first.year + (YEARS if years is None else years)),
            seed,
            faults,
        )


def _write_country(
    folder: Path,
    births: int | None,
    seed: int,
    start: date,
    regions: int | None,
    years: int | None,
) -> None:
    """Write a national year, or some; the workers need what Django knows, and no database."""
    from ooievaar.simulator.national import NATIONAL_BIRTHS, REGIONS, national_year

    national_year(
        folder,
        NATIONAL_BIRTHS if births is None else births,
        seed,
        start,
        typer.echo,
        regions=regions or REGIONS,
        years=1 if years is None else years,
    )


def _live(seed: int, profile: str, until: int | None) -> None:
    """Live a year of trouble, tell each step, and end with 1 where something does not hold."""
    from ooievaar.simulator.adversary.living import live

    prepare_database()
    with TemporaryDirectory(prefix="oo-leven-") as folder:
        lived = live(
            seed,
            profile,
            Path(folder),
            until=until,
            tell=lambda step, outcome: typer.echo(f"{step}: {OUTCOMES[outcome]}"),
        )
    if lived.holds:
        asked = lived.checks.total()
        typer.echo(f"Alles klopt: {lived.steps} stappen, {asked} keer een bewijs nagerekend.")
        return
    typer.echo(f"Dit klopt niet na {lived.broke_at} (seed {seed}, profiel {profile}):", err=True)
    for fault in lived.faults:
        typer.echo(f"  {fault}", err=True)
    typer.echo(f"Nog eens: {lived.replay}", err=True)
    raise typer.Exit(1)


def _write_member_files(folder: Path) -> None:
    from django.utils import timezone

    from ooievaar.network.models import Network
    from ooievaar.simulator.insurance.members import write_member_files

    network = Network.objects.filter(kind=Network.Kind.IGO).earliest("id")
    until = timezone.localdate() + timedelta(days=1)
    try:
        done = write_member_files(network, folder, until)
    except OSError as error:
        typer.echo(f"{folder}: {refusal(error)}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{done.files} bestanden van leden geschreven in {folder}: {done.lines} regels.")
    for why, count in sorted(done.left_out.items()):
        typer.echo(f"  niet in een bestand: {count} ({why})")


def _claim(start: date, end: date, seed: int, faults: float) -> None:
    """Let the region live its claims until today, and print both books and the handwork."""
    from django.utils import timezone

    from ooievaar.cli.claims_year import open_counter, print_claims
    from ooievaar.cli.demo_people import CLAIMS_ROLES, add_demo_people
    from ooievaar.cli.serving import months_between
    from ooievaar.network.models import Network
    from ooievaar.simulator.insurance.rates import DEFAULT
    from ooievaar.simulator.insurance.year import live_through

    today = min(timezone.localdate(), end)
    network = Network.objects.filter(kind=Network.Kind.IGO).earliest("id")
    people = add_demo_people(network, start, today, only=CLAIMS_ROLES)
    year = open_counter(network, people, seed, today, DEFAULT.times(faults))
    months = [month for month in months_between(start, today) if month_period(month).until < today]
    live_through(year, months, today, report=typer.echo)
    if not print_claims(year, today):
        raise typer.Exit(1)
