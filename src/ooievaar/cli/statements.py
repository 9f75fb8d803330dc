"""`ooievaar statements`: make the statements of a month, list them, and write them as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.cli.networks import chosen_network
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro

if TYPE_CHECKING:
    from ooievaar.settlement.statements.models import Statement

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="Afschriften van partners: maken en uitvoeren.")

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
Month = Annotated[str, typer.Argument(help="De maand, als 2026-10.")]
Folder = Annotated[Path, typer.Option("--to", help="In deze map.")]
Number = Annotated[str | None, typer.Option("--number", help="Alleen dit afschrift.")]
Language = Annotated[str, typer.Option("--language", help="nl of en")]


def register(app: typer.Typer) -> None:
    """Add `statements` with its commands."""
    app.add_typer(commands, name="statements")


@commands.callback()
def start() -> None:
    """Afschriften: wat elke partner in een maand kreeg, en waarom."""


@commands.command()
def make(
    month: Annotated[
        str | None,
        typer.Argument(help="De maand, als 2026-10; zonder: elke die er nog geen heeft."),
    ] = None,
    network: NetworkName = None,
) -> None:
    """Maak de afschriften van een afgesloten maand; een tweede keer doet dit niets."""
    from ooievaar.record.relations import Rejected
    from ooievaar.settlement.statements.commands import make_statements, months_to_make

    here = chosen_network(network)
    months = [month] if month else months_to_make(here)
    if not months:
        console.print("Elke afgesloten maand heeft haar afschriften al.")
    for one in months:
        made = make_statements(here, one, timezone.now())
        if isinstance(made, Rejected):
            console.print(f"{one}: {made.reason}", soft_wrap=True)
            raise typer.Exit(1)
        told = counted(made.count, "afschrift", "afschriften")
        console.print(f"{one}: {told}{'' if made.is_new else ', die er al waren'}.")


@commands.command(name="list")
def show(month: Month, network: NetworkName = None) -> None:
    """Toon de afschriften van een maand: wat er verdeeld is, en wat er mag worden uitbetaald."""
    table = Table(title=f"Afschriften {month}", title_justify="left")
    table.add_column("nummer", no_wrap=True)
    table.add_column("partner", min_width=20)
    for name in ("deze maand", "vastgehouden", "uit te betalen"):
        table.add_column(name, justify="right", no_wrap=True)
    sums = [0, 0, 0]
    for one in _statements(network, month, None):
        held = sum(cents for _, cents in one.figures["held"])
        amounts = (one.figures["income_cents"], held, one.figures["payable_cents"])
        sums = [so_far + cents for so_far, cents in zip(sums, amounts, strict=True)]
        table.add_row(one.number, one.organisation.name, *(format_euro(c) for c in amounts))
    table.add_section()
    table.add_row("samen", "", *(format_euro(cents) for cents in sums))
    console.print(table)


@commands.command()
def pdf(
    month: Month,
    to: Folder,
    network: NetworkName = None,
    number: Number = None,
    language: Language = "nl",
) -> None:
    """Schrijf de afschriften van een maand als PDF."""
    from ooievaar.exchange.statements.drawing import as_pdf

    found = _statements(network, month, number)
    to.mkdir(parents=True, exist_ok=True)
    for one in found:
        (to / f"{one.number}.pdf").write_bytes(as_pdf(one, _language(language)))
    console.print(f"{counted(len(found), 'afschrift', 'afschriften')} in {to}.", soft_wrap=True)


@commands.command()
def xlsx(
    month: Month,
    to: Folder,
    network: NetworkName = None,
    number: Number = None,
    language: Language = "nl",
) -> None:
    """Schrijf de afschriften van een maand als spreadsheet, met elke regel."""
    from ooievaar.exchange.statements.workbook import as_workbook

    found = _statements(network, month, number)
    to.mkdir(parents=True, exist_ok=True)
    for one in found:
        content = as_workbook(one, timezone.now(), _language(language))
        (to / f"{one.number}.xlsx").write_bytes(content)
    console.print(f"{counted(len(found), 'afschrift', 'afschriften')} in {to}.", soft_wrap=True)


def _statements(network: str | None, month: str, number: str | None) -> list[Statement]:
    from ooievaar.settlement.statements.models import Statement

    found = Statement.objects.filter(network=chosen_network(network), month=month)
    if number:
        found = found.filter(number=number)
    rows = list(found.select_related("network", "organisation").order_by("number"))
    if not rows:
        wanted = "een afschrift dat gemaakt is: `ooievaar statements make`"
        raise InputRejected([Fault("afschriften", None, "", number or month, wanted)])
    return rows


def _language(language: str) -> str:
    if language not in ("nl", "en"):
        raise InputRejected([Fault("--language", None, "", language, "nl of en")])
    return language
