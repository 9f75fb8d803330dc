"""`ooievaar payments` for what is paid before it is earned: advances and loans."""

import re
from typing import Annotated

import typer
from django.utils import timezone

from ooievaar.cli.networks import chosen_network, read_day, today
from ooievaar.cli.numbers import counted
from ooievaar.cli.payments import (
    As,
    NetworkName,
    commands,
    console,
    done,
    refused,
    tell_rejected,
    working,
)
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Insurer, Organisation
from ooievaar.network.roles import Role
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.models import AdvanceRun, InsurerAdvance

Amount = Annotated[str, typer.Argument(help="Bedrag in euro's: 250000 of 250000,50.")]
Reference = Annotated[str, typer.Option("--kenmerk", help="Zoals het op het afschrift staat.")]
ReceivedOn = Annotated[
    str | None, typer.Option("--op", help="Dag van ontvangst; standaard vandaag.")
]
AMOUNT = re.compile(r"(\d{1,9})(?:[,.](\d{2}))?")


@commands.command()
def loan(
    agb: Annotated[str, typer.Argument(help="AGB-code van wie leent aan het netwerk.")],
    amount: Amount,
    reference: Reference,
    by: As,
    on: ReceivedOn = None,
    network: NetworkName = None,
) -> None:
    """Leg vast wat een partner aan het netwerk leende om voorschotten van te betalen."""
    from ooievaar.settlement.payments.advancing import record_loan

    here = chosen_network(network)
    lender = Organisation.objects.filter(agb=agb, memberships__network=here).first()
    if lender is None:
        raise refused("AGB-code", agb, "de AGB-code van wie hier deelneemt")
    made = record_loan(
        working(by, here, Role.CONTROLLER),
        here,
        lender,
        cents=_cents(amount),
        received_on=read_day(on, "--op") if on else today(),
        reference=reference,
        now=timezone.now(),
    )
    done(made, f"lening van {lender.name}: {format_euro(_cents(amount))}")


@commands.command(name="insurer-advance")
def insurer_advance(
    uzovi: Annotated[str, typer.Argument(help="UZOVI-code van de verzekeraar.")],
    amount: Amount,
    reference: Reference,
    by: As,
    on: ReceivedOn = None,
    network: NetworkName = None,
) -> None:
    """Leg vast wat een verzekeraar vooruit betaalde."""
    from ooievaar.settlement.payments.insurer_advances import record_insurer_advance

    here = chosen_network(network)
    insurer = Insurer.objects.filter(uzovi=uzovi).first()
    if insurer is None:
        raise refused("UZOVI-code", uzovi, "de UZOVI-code van een verzekeraar")
    made = record_insurer_advance(
        working(by, here, Role.CONTROLLER),
        here,
        insurer,
        cents=_cents(amount),
        received_on=read_day(on, "--op") if on else today(),
        reference=reference,
        now=timezone.now(),
    )
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(
        f"voorschot {made.pk} van {insurer.name}: {format_euro(made.cents)}", soft_wrap=True
    )


@commands.command(name="insurer-advance-divide")
def insurer_advance_divide(number: int, by: As) -> None:
    """Stel voor hoe het voorschot van een verzekeraar over de partners gaat."""
    from ooievaar.cli.database import open_database
    from ooievaar.settlement.payments.advancing import divide_insurer_advance

    open_database()
    found = InsurerAdvance.objects.select_related("network").filter(pk=number).first()
    if found is None:
        raise refused("voorschot", str(number), "een nummer uit `payments insurer-advance`")
    clerk = working(by, found.network, Role.CONTROLLER)
    made = divide_insurer_advance(clerk, found, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(
        f"voorschotten {made.pk}: {format_euro(made.cents)}; wacht op goedkeuring", soft_wrap=True
    )


@commands.command()
def advances(month: str, by: As, network: NetworkName = None) -> None:
    """Bereid de voorschotten van een maand voor, zoals de verdeelafspraak zegt."""
    from ooievaar.settlement.payments.advancing import propose_advances

    here = chosen_network(network)
    made = propose_advances(working(by, here, Role.CONTROLLER), here, month, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    given = made.lines.filter(cents__gt=0).count()
    console.print(
        f"voorschotten {made.pk}: {counted(given, 'partner', 'partners')}, "
        f"{format_euro(made.cents)}; wacht op goedkeuring",
        soft_wrap=True,
    )


@commands.command(name="advances-approve")
def advances_approve(number: int, by: As) -> None:
    """Keur voorschotten goed die een ander voorbereidde; zij gaan mee in de volgende run."""
    from ooievaar.cli.database import open_database
    from ooievaar.settlement.payments.advancing import approve_advances

    open_database()
    found = AdvanceRun.objects.select_related("network").filter(pk=number).first()
    if found is None:
        raise refused("voorschotten", str(number), "een nummer uit `ooievaar payments advances`")
    made = approve_advances(working(by, found.network, Role.APPROVER), found, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(f"voorschotten {number}: goedgekeurd")


@commands.command()
def offset(network: NetworkName = None) -> None:
    """Verreken wat verzekeraars toekenden met wat zij vooraf betaalden."""
    from ooievaar.settlement.payments.insurer_advances import offset_granted

    made = offset_granted(chosen_network(network), timezone.now())
    cents = sum(one.cents for one in made)
    console.print(
        f"{counted(len(made), 'bestand', 'bestanden')} verrekend, {format_euro(cents)}"
        if made
        else "Er is niets te verrekenen."
    )


def _cents(amount: str) -> int:
    found = AMOUNT.fullmatch(amount.strip())
    if found is None:
        raise refused("bedrag", amount, "een bedrag in euro's, zonder punten: 250000,50")
    return int(found[1]) * 100 + int(found[2] or 0)
