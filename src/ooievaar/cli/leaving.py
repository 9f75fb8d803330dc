"""`ooievaar leave`: an organisation leaves a network; it keeps its own file and loses the rest."""

from typing import Annotated

import typer
from django.db import transaction
from django.utils import timezone, translation
from rich.console import Console

from ooievaar.cli.networks import chosen_network, read_day
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Organisation
from ooievaar.record.entries.models import Entry
from ooievaar.record.handover.leaving import Left, leave_network
from ooievaar.record.relations import Rejected

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add `leave`."""
    app.command("leave")(leave)


def leave(
    organisation: Annotated[str, typer.Argument(help="AGB-code van de organisatie.")],
    on: Annotated[str, typer.Option("--on", help="Vanaf deze dag hoort zij er niet meer bij.")],
    network: Annotated[str | None, typer.Option(help="Naam van het netwerk.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Doe het; anders is dit een proef.")] = False,
) -> None:
    """Laat een organisatie een netwerk verlaten: zij houdt haar eigen dossier en verliest de rest.

    Zonder --yes wordt alleen getoond wat er zou gebeuren. Van wie zij nog verantwoordelijk is,
    blijft zij zien tot zij is overgedragen; geef de opdracht daarna nog eens.
    """
    here = chosen_network(network)
    day = read_day(on, "--on")
    place = Organisation.objects.filter(agb=organisation).first()
    if place is None:
        raise _rejected("organisatie", organisation, "een AGB-code van een organisatie")
    with transaction.atomic(), translation.override("nl"):
        left = leave_network(here, place, day, at=timezone.now())
        if isinstance(left, Rejected):
            what, found = ("--on", on) if left.field == "until" else ("organisatie", organisation)
            raise _rejected(what, found, str(left.reason))
        # A trial does what the command does, and takes it back: the two cannot differ.
        transaction.set_rollback(not yes)
    _tell(here.name, place, f"{day:%d-%m-%Y}", left)
    if yes:
        console.print("Gedaan.")
    else:
        console.print("Dit is een proef: er is niets veranderd. Met --yes gebeurt het.")


def _tell(network: str, place: Organisation, day: str, left: Left) -> None:
    written = Entry.objects.filter(organisation=place, replaced_by__isnull=True)
    women = written.values("woman_id").distinct().count()
    console.print(f"{place.name} verlaat {network} op {day}.", soft_wrap=True)
    console.print(
        "Ziet niet meer wat anderen schreven van "
        f"{counted(left.ended, 'zwangerschap', 'zwangerschappen')}; die behandeling eindigt.",
        soft_wrap=True,
    )
    console.print(
        f"Houdt het eigen dossier: {counted(written.count(), 'vermelding', 'vermeldingen')} "
        f"over {counted(women, 'vrouw', 'vrouwen')} (bewaarplicht).",
        soft_wrap=True,
    )
    if left.to_hand_over:
        waiting = counted(len(left.to_hand_over), "zwangerschap", "zwangerschappen")
        console.print(
            f"Nog over te dragen: {waiting}; die ziet zij tot dan. Geef de opdracht daarna nog "
            "eens.",
            soft_wrap=True,
        )


def _rejected(what: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(what, None, "", found, expected)])
