"""`ooievaar derive`: run the rules over the facts of a network, or of all."""

from typing import Annotated

import typer
from django.db.models import Count, Sum
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.bundles import explain, sentences
from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Breaker, Derivation, Disposition, Product
from ooievaar.claims.reconciling import ACTIONABLE, reconcile
from ooievaar.cli.networks import chosen_network, every_network, read_day, tomorrow
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network
from ooievaar.settlement.queries import made_products

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
) -> None:
    """Leid producten, brekers en bestemmingen af uit de feiten van een netwerk."""
    if is_for_all and network is not None:
        raise InputRejected([Fault("--all", None, "", "ook --network", "één van beide")])
    networks = every_network() if is_for_all else [chosen_network(network)]
    end = read_day(until, "--until") if until else tomorrow()
    known = read_day(known_until, "--known-until") if known_until else max(end, tomorrow())
    for one in networks:
        result = derive_network(
            one,
            until=end,
            known_until=known,
            now=timezone.now(),
            made_products=made_products(one),
        )
        if is_for_all:
            console.print(one.name)
        if not result.stored:
            console.print("Feiten en regelboek zijn als de vorige keer; er is niets veranderd.")
        print_derivation(result.derivation)
        if is_for_all:
            compare_claims(one)


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
