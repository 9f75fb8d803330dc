"""`ooievaar import`: what others wrote: activities, members' claims, kernset, FHIR dossiers."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from ooievaar.cli.database import prepare_database
from ooievaar.cli.faults import SHOWN, FaultsFile, tell, telling_faults
from ooievaar.cli.numbers import counted, number

commands = typer.Typer(no_args_is_help=True, help="Echte invoer inlezen.")


def register(app: typer.Typer) -> None:
    """Add `import` with its commands."""
    app.add_typer(commands, name="import")


@commands.callback()
def start() -> None:
    """Lees in wat een ander systeem heeft geschreven."""


@commands.command()
def activities(
    file: Annotated[Path, typer.Argument(help="Tabel met activiteiten: .csv, .xlsx of .parquet.")],
    accept_good_rows: Annotated[
        bool, typer.Option("--accept-good-rows", help="Sla de goede rijen van een fout bestand op.")
    ] = False,
    faults: FaultsFile = None,
) -> None:
    """Lees activiteiten in, met de kolommen van de tabel `activities` (zie region template).

    Zonder --accept-good-rows: alles of niets, en bij een fout status 2. Daarmee: de goede rijen
    worden opgeslagen, de slechte gemeld en geteld, en de status is 0.
    """
    from ooievaar.exchange.commands import import_activities

    prepare_database()
    with telling_faults(faults):
        result = import_activities(
            file, now=timezone.now(), accept_good_rows=accept_good_rows, report=typer.echo
        )
    if result is None:
        typer.echo("Dit bestand is al eens ingelezen; er is niets veranderd.")
        return
    if result.refused:
        tell(result.refused, faults)
    typer.echo(
        f"{counted(result.rows_stored, 'activiteit', 'activiteiten')} opgeslagen, "
        f"{number(result.skipped.get('activities', 0))} al bekend, "
        f"{number(result.rows_refused)} geweigerd."
    )


@commands.command()
def claims(
    files: Annotated[
        list[Path], typer.Argument(help="Declaratiebestanden van leden, of antwoorden daarop.")
    ],
    billed: Annotated[
        bool, typer.Option("--billed", help="Deze bestanden gingen zeker naar een verzekeraar.")
    ] = False,
    test: Annotated[bool, typer.Option("--test", help="Lees ook testberichten (T).")] = False,
    accept_good_rows: Annotated[
        bool,
        typer.Option("--accept-good-rows", help="Sla de goede regels van een fout bestand op."),
    ] = False,
    faults: FaultsFile = None,
) -> None:
    """Lees declaraties van leden zelf (VK301, KZ301 met lijst 011, ZH308) als registratie.

    Per bestand alles of niets, tenzij met --accept-good-rows. Zonder --billed geldt niets als al
    gedeclareerd; een antwoord van de verzekeraar (VK302, KZ302) maakt dat later alsnog bekend.
    """
    from ooievaar.cli.member_files import take_files

    prepare_database()
    take_files(files, billed, test, accept_good_rows, faults)


@commands.command("claim-codes")
def claim_codes(
    file: Annotated[
        Path, typer.Argument(help="Tabel: list_code;code;activity;valid_from (.csv, .xlsx).")
    ],
    faults: FaultsFile = None,
) -> None:
    """Lees een tabel van codes waarmee leden declareren; zij gaat voor op die van Ooievaar.

    Kolommen: list_code, code, activity, valid_from, en zo nodig valid_until, day (start of end) en
    unit_minutes (bij uren). Activity is een code van de catalogus.
    """
    from ooievaar.cli.member_files import take_codes

    prepare_database()
    with telling_faults(faults):
        take_codes(file)


@commands.command()
def kernset(
    files: Annotated[list[Path], typer.Argument(help="Kernsetdossiers (XML).")],
    reference_date: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="Dag T, waar T-306D bij telt: 2025-01-01."),
    ],
    providers: Annotated[
        Path | None, typer.Option(help="CSV: lvr_id;agb en zo nodig name;discipline.")
    ] = None,
    insurer: Annotated[str | None, typer.Option(help="UZOVI-code van de verzekeraar.")] = None,
    faults: FaultsFile = None,
) -> None:
    """Lees kernsetdossiers van Perined: zwangerschappen en de zorg die eruit volgt."""
    from ooievaar.exchange.kernset_commands import import_kernset

    prepare_database()
    day = date(reference_date.year, reference_date.month, reference_date.day)
    with telling_faults(faults):
        result = import_kernset(
            files,
            reference_date=day,
            providers=providers,
            uzovi=insurer or "",
            now=timezone.now(),
            report=typer.echo,
        )
    for note in result.notes:
        typer.echo(f"Let op: {note}")
    if not result.loaded.rows_stored:
        typer.echo("Alles was er al; er is niets veranderd.")
    else:
        stored = ", ".join(f"{count} {name}" for name, count in result.loaded.stored.items())
        typer.echo(f"Opgeslagen: {stored}.")
    entries = result.entries
    typer.echo(
        f"In het dossier: {number(entries.new)} nieuw, {number(entries.changed)} gewijzigd, "
        f"{number(entries.known)} al bekend; {number(entries.placed)} gegevens op hun plaats, "
        f"{number(entries.words)} in woorden, {number(len(entries.unplaced))} niet geplaatst."
    )
    for file, place, why in entries.unplaced[:SHOWN]:
        typer.echo(f"  niet geplaatst: {file}, {place}: {why}")
    typer.echo("Zwangerschappen, voor `ooievaar explain pregnancy` (na `ooievaar derive`):")
    for reference in result.pregnancies:
        typer.echo(f"  {reference}")


@commands.command()
def fhir(
    files: Annotated[
        list[Path], typer.Argument(help="FHIR STU3 (.xml, .json), of mappen ermee; één geheel.")
    ],
    organisation: Annotated[
        str, typer.Option(help="AGB-code van wie inleest: bewaart wat van onbekenden is.")
    ],
    reference_date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Dag T van testbestanden: ${DATE, T, D, -10}."),
    ] = None,
    unplaced: Annotated[
        Path | None, typer.Option(help="Schrijf wat geen plaats kreeg in dit CSV-bestand.")
    ] = None,
    faults: FaultsFile = None,
) -> None:
    """Lees dossiers van anderen in FHIR STU3: zwangerschappen en hun dossier, met de bron erbij.

    Alles of niets; niets wordt verzonnen. Wat geen plaats heeft, staat in het verslag.
    """
    from ooievaar.cli.fhir_report import tell_report
    from ooievaar.exchange.fhir.commands import import_fhir

    prepare_database()
    day = reference_date.date() if reference_date else None
    with telling_faults(faults):
        report = import_fhir(files, agb=organisation, now=timezone.now(), reference_date=day)
    tell_report(report, unplaced)


@commands.command()
def payments(
    file: Annotated[
        Path,
        typer.Argument(
            help="Tabel: invoice_number;paid_on;cents;reference (.csv, .xlsx, .parquet)."
        ),
    ],
    by: Annotated[
        str | None, typer.Option("--als", help="Gebruikersnaam van wie dit doet.")
    ] = None,
    faults: FaultsFile = None,
) -> None:
    """Lees in wat verzekeraars betaalden, per bestand; alles of niets, en bij een fout status 2.

    Kolommen: invoice_number (factuurnummer), paid_on (dag, 2026-10-31), cents (heel getal; met een
    minteken: terugbetaald) en reference (kenmerk van de overboeking; mag over meer bestanden gaan).
    """
    from ooievaar.cli.claims import take_paid

    prepare_database()
    with telling_faults(faults):
        take_paid(file, by)


@commands.command()
def returns(
    files: Annotated[list[Path], typer.Argument(help="Retourberichten (KZ302 en verwante).")],
) -> None:
    """Lees antwoorden van portaal en verzekeraars in; elk hoort bij één verzonden bestand.

    Wat nergens bij hoort, dubbel is, voor een ander is of niet optelt, wordt geweigerd; daarvan
    wordt niets opgeslagen, en de status is dan 2.
    """
    from ooievaar.claims.returning import take_return
    from ooievaar.cli.claims import tell_return

    prepare_database()
    with telling_faults(None):
        found = [(file.name, file.read_bytes()) for file in files]
    taken = [
        tell_return(name, take_return(content, name, timezone.now())) for name, content in found
    ]
    if not all(taken):
        raise typer.Exit(2)
