"""`ooievaar derive`: run the rules over the facts of a network, or of all."""

import logging
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.db.models import Count, Max, Sum
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.bundles import explain, sentences
from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product
from ooievaar.claims.reconciling import ACTIONABLE, reconcile
from ooievaar.cli.folders import EngineName, derive_folders
from ooievaar.cli.networks import chosen_network, every_network, read_day, tomorrow
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.models import Closing
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.statements.commands import make_statements
from ooievaar.settlement.statements.models import Statement
from ooievaar.storage import logs

console = Console(highlight=False)
NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]


def register(app: typer.Typer) -> None:
    """Add `derive`."""
    app.command("derive")(derive)


def derive(
    network: NetworkName = None,
    until: Annotated[
        str | None, typer.Option(help="Wat op of na deze dag ligt, is nog niet gebeurd.")
    ] = None,
    known_until: Annotated[
        str | None, typer.Option(help="Alleen feiten die vóór deze dag bekend waren.")
    ] = None,
    is_for_all: Annotated[bool, typer.Option("--all", help="Elk netwerk na elkaar.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--input", help="Map met momentopnamen van regio's, in plaats van de databank."
        ),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", help="Nieuwe map voor wat daaruit volgt.")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="Waarmee: één computer, of Apache Spark op een of meer.")
    ] = EngineName.DUCKDB,
    master: Annotated[
        str, typer.Option(help="De Spark waar het op draait, als spark://COMPUTER:7077.")
    ] = "local[*]",
    memory: Annotated[str, typer.Option(help="Geheugen van dit proces.")] = "4g",
) -> None:
    """Leid producten, brekers en bestemmingen af uit de feiten van een netwerk.

    Met --input en --output: uit momentopnamen van een of veel regio's (`ooievaar snapshot`), naar
    Parquet per regio en jaar.
    """
    if source is not None or target is not None:
        if source is None or target is None or network or until or known_until or is_for_all:
            found = "--input of --output alleen, of met een keuze uit de databank"
            raise InputRejected([Fault("--input", None, "", found, "--input met --output")])
        derive_folders(source, target, engine, master, memory)
        return
    if engine is not EngineName.DUCKDB:
        expected = "--input en --output: de databank leidt af met duckdb"
        raise InputRejected([Fault("--engine", None, "", engine, expected)])
    if is_for_all and network is not None:
        raise InputRejected([Fault("--all", None, "", "ook --network", "één van beide")])
    end = read_day(until, "--until") if until else tomorrow()
    known = read_day(known_until, "--known-until") if known_until else max(end, tomorrow())
    if not is_for_all:
        derive_one(chosen_network(network), end, known)
        return
    failed = [one.name for one in every_network() if not night_of(one, end, known)]
    for name in failed:
        console.print(f"Niet gelukt: {name}; de andere netwerken zijn wel gedaan.", soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def derive_one(network: Network, until: date, known_until: date) -> None:
    """Derive a network and print what came of it."""
    result = derive_network(
        network,
        until=until,
        known_until=known_until,
        now=timezone.now(),
        made_products=made_products(network),
    )
    if not result.stored:
        console.print("Feiten en regelboek zijn als de vorige keer; er is niets veranderd.")
    print_derivation(result.derivation)


def night_of(network: Network, until: date, known_until: date) -> bool:
    """Do the night's work of a network; whatever goes wrong here keeps no other from its own.

    Each step is a transaction of its own: what stands after one that fails is whole.
    """
    console.print(network.name)
    is_done = True
    for step in (
        lambda: derive_one(network, until, known_until),
        lambda: compare_claims(network),
        lambda: keep_books(network),
    ):
        try:
            step()
        except InputRejected as rejected:
            is_done = False
            for fault in rejected.faults:
                console.print(f"  {fault}", soft_wrap=True, markup=False)
        except Exception as error:
            is_done = False
            logs.tell("crash", logging.ERROR, crash=True)
            # Its message may carry what is nobody's business.
            console.print(f"  Onverwacht: {type(error).__name__}; zie het logboek.")
    return is_done


def keep_books(network: Network) -> None:
    """Post what is due, and make the statements of closed months that have none."""
    now = timezone.now()
    posted = post(network, now)
    made = []
    for month in months_without_statements(network):
        statements = make_statements(network, month, now)
        if isinstance(statements, Rejected):
            console.print(f"  Afschriften van {month}: {statements.reason}", soft_wrap=True)
            break
        made.append(statements)
    console.print(
        f"Grootboek: {counted(posted.transactions, 'boeking', 'boekingen')} erbij; "
        + counted(sum(one.count for one in made), "afschrift gemaakt", "afschriften gemaakt")
        + ".",
        soft_wrap=True,
    )


def months_without_statements(network: Network) -> list[str]:
    """Return the closed months after the newest that has statements, oldest first."""
    told = Statement.objects.filter(network=network).aggregate(newest=Max("month"))["newest"]
    closed = Closing.objects.filter(network=network, month__gt=told or "").order_by("month")
    return list(closed.values_list("month", flat=True))


def compare_claims(network: Network) -> None:
    """Compare what is owed with what was claimed, as the night does: days alone change that too."""
    now = timezone.now()
    found = reconcile(network, timezone.localdate(now), now=now)
    ready = sum(found.counts.get(action, 0) for action in ACTIONABLE)
    console.print(
        f"Declaraties vergeleken: {counted(ready, 'product', 'producten')} om klaar te zetten.",
        soft_wrap=True,
    )


def print_derivation(derivation: Derivation) -> None:
    """Print where the activities ended and what they amount to."""
    table = Table(title=f"Activiteiten vóór {explain.format_date(derivation.until)}")
    table.add_column("bestemming")
    table.add_column("reden")
    table.add_column("aantal", justify="right")
    total = 0
    rows = (
        Disposition.objects.filter(derivation=derivation)
        .values("disposition", "reason")
        .annotate(count=Count("id"))
        .order_by("disposition", "-count")
    )
    for row in rows:
        total += row["count"]
        table.add_row(
            sentences.DISPOSITIONS[row["disposition"]]["nl"],
            explain.reason_name(row["reason"], "nl"),
            number(row["count"]),
        )
    table.add_section()
    table.add_row("samen", "", number(total))
    console.print(table)
    products = Product.objects.filter(derivation=derivation).aggregate(
        count=Count("id"), cents=Sum("cents")
    )
    breakers = Breaker.objects.filter(derivation=derivation).aggregate(
        count=Count("id"), cents=Sum("loss_cents")
    )
    console.print(
        f"{counted(products['count'], 'product', 'producten')}, "
        f"samen {format_euro(products['cents'] or 0)}; "
        f"{counted(breakers['count'], 'breker', 'brekers')}, "
        f"bekend verlies {format_euro(breakers['cents'] or 0)}. "
        f"Regelboek {derivation.edition}.",
        soft_wrap=True,
    )
