"""`ooievaar agreement`: the text of a distribution agreement, checked, shown and written."""

import json
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone, translation
from rich.console import Console
from rich.table import Table

from ooievaar.cli.faults import FaultsFile, telling_faults
from ooievaar.cli.networks import chosen_network, read_day, today
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="Verdeelafspraken als tekst.")

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
Day = Annotated[str | None, typer.Option("--day", help="Dag waarop zij geldt; anders vandaag.")]


def register(app: typer.Typer) -> None:
    """Add `agreement` with its commands."""
    app.add_typer(commands, name="agreement")


@commands.callback()
def start() -> None:
    """Verdeelafspraken als tekst: nakijken, voorlezen, schrijven."""


@commands.command()
def check(
    file: Annotated[Path, typer.Argument(help="De tekst van een verdeelafspraak (YAML).")],
    network: NetworkName = None,
    faults: FaultsFile = None,
) -> None:
    """Kijk een tekst na en reken haar voorbeelden door; status 1 als een voorbeeld anders uitkomt.

    Met --network ook tegen de leden van dat netwerk. Er wordt niets opgeslagen.
    """
    from ooievaar.contracts.agreements.commands import strangers_in
    from ooievaar.contracts.agreements.examples import names_of, run_examples

    with telling_faults(faults):
        agreement = _read(file)
        if network is not None:
            strangers = strangers_in(chosen_network(network), agreement, file.name)
            if strangers:
                raise InputRejected(strangers)
    names = names_of(agreement)
    results = run_examples(agreement)
    for result in results:
        typer.echo(f"{'goed ' if result.holds else 'FOUT '} {result.name}")
        for key in result.differing:
            expected, found = format_euro(result.expected[key]), format_euro(result.found[key])
            typer.echo(f"      {names.get(key, key)}: {expected} in de tekst, {found} volgens de "
                       "verdeling")  # fmt: skip
    if not results:
        typer.echo("De tekst klopt, maar heeft geen voorbeelden; zonder wordt zij niet bewaard.")
        raise SystemExit(1)
    if not all(result.holds for result in results):
        raise SystemExit(1)
    typer.echo(f"{file.name}: in orde.")


@commands.command()
def schema() -> None:
    """Schrijf het JSON-schema, voor een editor die nakijkt terwijl u typt."""
    from ooievaar.contracts.agreements.schema import json_schema

    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=1))


@commands.command()
def show(
    file: Annotated[
        Path | None, typer.Argument(help="Een tekst; anders wat in het netwerk geldt.")
    ] = None,
    network: NetworkName = None,
    day: Day = None,
    every: Annotated[bool, typer.Option("--all", help="Som alle versies op.")] = False,
) -> None:
    """Lees een verdeelafspraak voor, zin voor zin."""
    from ooievaar.contracts.agreements.words import read_aloud

    if every:
        _list(_written(network))
        return
    agreement = _read(file) if file else _held(_written(network), day)
    with translation.override("nl"):
        for chapter in read_aloud(agreement):
            typer.echo(f"\n{chapter.title}")
            for sentence in chapter.sentences:
                typer.echo(f"  {sentence}")


@commands.command()
def write(
    network: NetworkName = None,
    day: Day = None,
    out: Annotated[Path | None, typer.Option("--out", help="Schrijf in dit bestand.")] = None,
) -> None:
    """Schrijf wat nu geldt als tekst, om een volgende van te maken; zo nodig met voorbeelden.

    Voorbeelden die er nog niet zijn, rekent de verdeling voor: één product van elke soort.
    """
    from ooievaar.contracts.agreements import writing
    from ooievaar.contracts.agreements.importing import with_examples

    agreement = _held(_written(network), day)
    text = writing.write(agreement if agreement.examples else with_examples(agreement))
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.exists():
        raise InputRejected([Fault(out.name, None, "", "een bestand dat er al is", "nog niets")])
    out.write_text(text, encoding="utf-8")
    typer.echo(f"Geschreven: {out}. Kijk haar na met `ooievaar agreement check {out.name}`.")


def _read(file: Path) -> Distribution:
    from ooievaar.contracts.agreements.reading import read_agreement

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fault = Fault(file.name, None, "", "onleesbare tekens", "een leesbaar UTF-8-bestand")
        raise InputRejected([fault]) from None
    return read_agreement(file.name, text)


def _written(name: str | None) -> Network:
    """Return the network, once what came in as rows alone has its text."""
    from ooievaar.contracts.agreements.importing import write_imported

    network = chosen_network(name)
    write_imported(timezone.now())
    return network


def _held(network: Network, day: str | None) -> Distribution:
    from ooievaar.contracts.agreements.queries import agreement_on

    held_on = read_day(day, "--day") if day else today()
    agreement = agreement_on(network, held_on)
    if agreement is None:
        found = f"geen verdeelafspraak van {network.name} op {held_on:%d-%m-%Y}"
        raise InputRejected([Fault("verdeelafspraak", None, "", found, "een dag waarop er een is")])
    return agreement


def _list(network: Network) -> None:
    from ooievaar.contracts.agreements.queries import STANDINGS, standing_of, with_standing

    table = Table("Versie", "Titel", "Vanaf", "Stand", "Ingelezen", box=None)
    versions = network.agreement_versions.order_by("number")
    with translation.override("nl"):
        for version in with_standing(versions):
            table.add_row(
                str(version.number),
                version.title,
                f"{version.valid_from:%d-%m-%Y}",
                str(STANDINGS[standing_of(version, today())]),
                "ja" if version.is_imported else "",
            )
    console.print(table)
