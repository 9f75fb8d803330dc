"""`ooievaar claims`: what would be claimed and why, and the steps from there to an answer."""

from collections import defaultdict
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.claims.models import Batch, LineStanding, LineState, ReturnFile
from ooievaar.cli.networks import chosen_network, today
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Network, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.record.relations import Rejected

console = Console(highlight=False)
commands = typer.Typer(
    no_args_is_help=True, help="Declareren: vergelijken, klaarzetten, verzenden."
)

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
As = Annotated[str, typer.Option("--als", help="Gebruikersnaam van wie dit doet.")]
Number = Annotated[str, typer.Argument(help="Factuurnummer van het bestand.")]

ACTIONS = {
    "new": "declareren",
    "credit": "crediteren",
    "resend": "opnieuw verzenden",
    "wait": "wacht",
    "hold": "blijft staan",
    "expired": "te laat",
}
REASONS = {
    "first": "nog niet gedeclareerd",
    "changed": "er is iets veranderd",
    "person_changed": "haar gegevens zijn verbeterd",
    "released": "een mens liet het gaan",
    "owed_again": "is opnieuw verschuldigd",
    "no_longer_owed": "is niet meer verschuldigd",
    "other_insurer": "hoort bij een andere verzekeraar",
    "doubled": "stond er dubbel",
    "refused_by_portal": "afgekeurd door het portaal",
    "refused_by_insurer": "afgekeurd door de verzekeraar",
    "granted_in_part": "deels toegekend",
    "credit_refused": "de credit is afgekeurd",
    "awaiting_approval": "op goedkeuring",
    "awaiting_sending": "op verzending",
    "awaiting_answer": "op antwoord",
    "deadline_passed": "de termijn is voorbij",
    "no_bsn": "haar BSN ontbreekt of klopt niet",
    "no_birth_date": "haar geboortedatum ontbreekt",
    "name_not_writable": "haar naam past niet in een bericht",
    "no_claim_code": "er is geen prestatiecode",
    "too_much_for_a_line": "het bedrag past niet op een regel",
}
"""What the words of the reconciler mean; pages tell them in their own sentences."""


def register(app: typer.Typer) -> None:
    """Add `claims` with its commands."""
    app.add_typer(commands, name="claims")


@commands.callback()
def start() -> None:
    """Declaraties: het verschil tussen wat verschuldigd is en wat gedeclareerd is."""


@commands.command()
def diff(network: NetworkName = None, lines: Annotated[int, typer.Option(min=0)] = 0) -> None:
    """Toon wat er zou veranderen en waarom; er gebeurt niets.

    Met --lines N ook de eerste N producten, bij hun sleutel.
    """
    from ooievaar.claims.reconciling import compare

    found = compare(chosen_network(network), today(), now=timezone.now())
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for step in found.steps:
        total = totals[step.action, step.reason]
        total[0] += 1
        total[1] += step.cents
    table = _table("Verschil", ("wat", "waarom"), ("producten", "bedrag"))
    for (action, reason), (count, cents) in sorted(
        totals.items(), key=lambda item: (list(ACTIONS).index(item[0][0]), item[0][1])
    ):
        table.add_row(
            ACTIONS[action], REASONS.get(reason, reason), number(count), format_euro(cents)
        )
    console.print(table if totals else "Er is geen verschil: alles is gedeclareerd en toegekend.")
    for step in found.steps[:lines]:
        told = REASONS.get(step.reason, step.reason)
        console.print(f"  {step.key}: {ACTIONS[step.action]} {format_euro(step.cents)} ({told})")


@commands.command()
def prepare(
    by: As,
    until: Annotated[str | None, typer.Option(help="Tot en met deze maand, als 2026-10.")] = None,
    network: NetworkName = None,
) -> None:
    """Vergelijk, en zet voor elke verzekeraar een bestand klaar; een ander keurt het goed."""
    from ooievaar.claims.preparing import prepare as prepare_files
    from ooievaar.claims.reconciling import reconcile

    here, now = chosen_network(network), timezone.now()
    month = until or month_of(today())
    try:
        month_period(month)
    except ValueError:
        raise _refused("--until", month, "een maand als 2026-10") from None
    clerk = _working(by, here, Role.CONTROLLER)
    reconcile(here, today(), now=now)
    made = prepare_files(here, by=clerk, now=now, today=today(), until=month)
    if isinstance(made, Rejected):
        _tell_rejected(made)
        return
    for batch in made:
        net = format_euro(batch.debit_cents - batch.credit_cents)
        kind = ", testbericht" if batch.is_test else ""
        console.print(
            f"{batch.invoice_number}: {batch.insurer.name}, "
            f"{counted(batch.lines, 'regel', 'regels')}, {net}{kind}",
            soft_wrap=True,
        )


@commands.command()
def approve(invoice: Number, by: As) -> None:
    """Keur een bestand goed dat een ander klaarzette."""
    from ooievaar.claims.preparing import approve as approve_batch

    batch = _batch(invoice)
    made = approve_batch(batch, _working(by, batch.network, Role.APPROVER), timezone.now())
    if isinstance(made, Rejected):
        _tell_rejected(made)
    console.print(f"{invoice}: goedgekeurd.")


@commands.command()
def send(
    invoice: Annotated[
        str | None, typer.Argument(help="Standaard alles wat goedgekeurd is.")
    ] = None,
    network: NetworkName = None,
) -> None:
    """Geef goedgekeurde bestanden af aan het portaal, en maak af wat onderbroken was."""
    from ooievaar.claims.channel import own_channel
    from ooievaar.claims.sending import approved_batches, resume_sending
    from ooievaar.claims.sending import send as send_batch

    here, channel, now = chosen_network(network), own_channel(), timezone.now()
    resumed = {batch.pk for batch in resume_sending(channel, now, here)}
    wanted = [_batch(invoice)] if invoice else list(approved_batches(here))
    for batch in wanted:
        file = send_batch(batch, channel, now)
        if isinstance(file, Rejected):
            _tell_rejected(file)
            continue
        console.print(f"{batch.invoice_number}: verzonden als {file.name}", soft_wrap=True)
    if resumed:
        console.print(f"{counted(len(resumed), 'bestand was', 'bestanden waren')} onderbroken.")
    if not wanted and not resumed:
        console.print("Er is niets goedgekeurd dat nog niet verzonden is.")


@commands.command()
def returns() -> None:
    """Lees de antwoorden in die het kanaal klaar heeft liggen."""
    from ooievaar.claims.channel import own_channel
    from ooievaar.claims.returning import take_waiting
    from ooievaar.cli.database import open_database

    open_database()
    taken = take_waiting(own_channel(), timezone.now())
    for name, result in taken:
        tell_return(name, result)
    if not taken:
        console.print("Er ligt geen antwoord klaar.")


@commands.command()
def status(network: NetworkName = None) -> None:
    """Toon hoe de regels staan, en of er niets overblijft: per verzekeraar elke cent."""
    from ooievaar.claims.queries import balance_of

    here = chosen_network(network)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    rows = LineStanding.objects.filter(network=here).values_list(
        "state", "line__cents", "line__is_credit"
    )
    for state, cents, is_credit in rows.iterator(chunk_size=5_000):
        counts[state][0] += 1
        counts[state][1] += -cents if is_credit else cents
    table = _table("Regels", ("stand",), ("aantal", "bedrag"))
    for state in LineState:
        if state in counts:
            count, cents = counts[state]
            table.add_row(str(state.label), number(count), format_euro(cents))
    console.print(table)
    holds = True
    for one in balance_of(here):
        books = one.books
        console.print(
            f"{one.insurer.name}: gedeclareerd {format_euro(books.sent)} = "
            f"toegekend {format_euro(books.granted)} + afgekeurd "
            f"{format_euro(books.refused_by_insurer + books.refused_by_portal)} + open "
            f"{format_euro(books.open)}; betaald {format_euro(books.paid)}, "
            f"te betalen {format_euro(books.due)}",
            soft_wrap=True,
        )
        for balance in one.balances:
            if balance.remainder:
                holds = False
                console.print(f"  {balance.name}: rest {format_euro(balance.remainder)}")
    console.print("bewijs: niets blijft over" if holds else "bewijs klopt niet")
    if not holds:
        raise typer.Exit(1)


def tell_return(name: str, result: object) -> bool:
    """Say what became of an answer; true when it was taken in."""
    if isinstance(result, ReturnFile):
        granted = format_euro(result.granted_cents)
        who = result.get_answered_by_display()
        console.print(
            f"{name}: {who} over {result.batch.invoice_number}, toegekend {granted}",
            soft_wrap=True,
        )
        return True
    assert isinstance(result, tuple)
    console.print(f"{name}: geweigerd, er is niets opgeslagen.", soft_wrap=True)
    for finding in result[:20]:
        console.print(f"  {finding}", soft_wrap=True)
    if len(result) > 20:
        console.print(f"  en nog {number(len(result) - 20)}")
    return False


def _batch(invoice: str) -> Batch:
    from ooievaar.cli.database import open_database

    open_database()
    found = Batch.objects.select_related("network").filter(invoice_number=invoice).first()
    if found is None:
        raise _refused("factuurnummer", invoice, "een nummer uit `ooievaar claims prepare`")
    return found


def _working(username: str, network: Network, role: Role) -> Workplace:
    """Return the position that somebody holds in this role, here and today."""
    person = Person.objects.filter(username=username).first()
    held = workplaces_of(person, today()) if person else []
    found = next((w for w in held if w.role == role and w.network_id == network.pk), None)
    if found is None:
        raise _refused("--als", username, f"iemand die hier {role.label} is")
    return found


def _tell_rejected(rejected: Rejected) -> None:
    console.print(str(rejected.reason), soft_wrap=True)
    raise typer.Exit(1)


def _refused(what: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(what, None, "", found, expected)])


def _table(title: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
