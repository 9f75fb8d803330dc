"""`ooievaar ledger`: post what is due, prove the books, and hand them to another program."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.cli.networks import chosen_network, read_day, today
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="Het grootboek: boeken, bewijzen, uitvoeren.")

BOOKS = {
    "all_accounts": "alle rekeningen samen",
    "granted": "toegekend door verzekeraars",
    "paid": "betaald door verzekeraars",
    "divided": "verdeeld in afsluitingen",
    "undivided": "tussen declaratie en verdeling",
}
"""What is held beside what others say of themselves."""

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]


def register(app: typer.Typer) -> None:
    """Add `ledger` with its commands."""
    app.add_typer(commands, name="ledger")


@commands.callback()
def start() -> None:
    """Het grootboek: geboekt wordt het verschil tussen wat klopt en wat er al staat."""


@commands.command()
def post(network: NetworkName = None) -> None:
    """Boek wat er verschuldigd is en nog niet geboekt; een tweede keer doet dit niets."""
    from ooievaar.settlement.ledger.commands import post as post_due

    made = post_due(chosen_network(network), timezone.now())
    if not made.transactions:
        console.print("Er is niets te boeken.")
        return
    console.print(
        f"{counted(made.transactions, 'boeking', 'boekingen')} met "
        f"{counted(made.postings, 'regel', 'regels')}, samen {format_euro(made.cents)} debet.",
        soft_wrap=True,
    )


@commands.command()
def verify(network: NetworkName = None) -> None:
    """Lees het grootboek opnieuw: elke boeking in evenwicht, en de keten heel."""
    from ooievaar.settlement.ledger.commands import missing
    from ooievaar.settlement.ledger.proof import prove_books
    from ooievaar.settlement.ledger.verify import verify_chain

    here = chosen_network(network)
    verdict = verify_chain(here)
    for finding in verdict.found:
        console.print(f"  {finding}", soft_wrap=True)
    if left := verdict.found_count - len(verdict.found):
        console.print(f"  en nog {counted(left, 'fout', 'fouten')}")
    waiting = sum(1 for _ in missing(here, today()))
    books = () if waiting else prove_books(here)
    for balance in books:
        if balance.remainder:
            console.print(
                f"  {BOOKS.get(balance.name, balance.name)}: geboekt is "
                f"{format_euro(balance.whole - balance.remainder)}, het moet zijn "
                f"{format_euro(balance.whole)}",
                soft_wrap=True,
            )
    holds = verdict.holds and not any(balance.remainder for balance in books)
    if waiting:
        console.print(
            f"Er {'is' if waiting == 1 else 'zijn'} nog {counted(waiting, 'boeking', 'boekingen')} "
            "te doen: `ooievaar ledger post`.",
            soft_wrap=True,
        )
    told = counted(verdict.count, "boeking", "boekingen")
    console.print(
        f"{told}, de laatste is {verdict.last_number} ({verdict.last_hash[:12]}): "
        + ("alles klopt" if holds else "het grootboek klopt niet"),
        soft_wrap=True,
    )
    if not holds:
        raise typer.Exit(1)


@commands.command()
def balances(
    network: NetworkName = None,
    until: Annotated[str | None, typer.Option(help="Tot deze dag, als 2026-11-01.")] = None,
) -> None:
    """Toon wat er op elke rekening staat, debet en credit; samen is het nul."""
    from ooievaar.settlement.ledger.queries import balances as balances_of

    day = read_day(until, "--until") if until else None
    found = balances_of(chosen_network(network), day)
    table = Table(title="Grootboek", title_justify="left")
    table.add_column("rekening")
    table.add_column("van")
    for name in ("debet", "credit"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        debit = format_euro(one.cents) if one.cents > 0 else ""
        credit = format_euro(-one.cents) if one.cents < 0 else ""
        table.add_row(str(one.account.get_kind_display()), one.party, debit, credit)
    table.add_section()
    total = sum(one.cents for one in found if one.cents > 0)
    owed = -sum(one.cents for one in found if one.cents < 0)
    table.add_row("samen", "", format_euro(total), format_euro(owed))
    console.print(table)


@commands.command()
def close(
    period: Annotated[str, typer.Argument(help="De maand, als 2026-10.")],
    network: NetworkName = None,
) -> None:
    """Sluit een maand, en alles ervoor: wat er nog verandert, komt in een open maand."""
    from ooievaar.record.relations import Rejected
    from ooievaar.settlement.ledger.commands import close_period

    closed = close_period(chosen_network(network), period, timezone.now())
    if isinstance(closed, Rejected):
        console.print(str(closed.reason), soft_wrap=True)
        raise typer.Exit(1)
    console.print(
        f"{period} is gesloten, bij boeking {closed.last_number} ({closed.last_hash[:12]}).",
        soft_wrap=True,
    )


@commands.command()
def export(
    network: NetworkName = None,
    format: Annotated[str, typer.Option("--format", help="beancount")] = "beancount",
    to: Annotated[Path | None, typer.Option("--to", help="Naar dit bestand.")] = None,
) -> None:
    """Schrijf het grootboek in de vorm van een ander programma, dat het zelf kan narekenen."""
    from ooievaar.settlement.ledger.export_beancount import export_beancount

    if format != "beancount":
        raise InputRejected([Fault("--format", None, "", format, "beancount")])
    lines = export_beancount(chosen_network(network))
    if to is None:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    with to.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
