"""`ooievaar claims`: what would be claimed and why, and the steps from there to an answer."""

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.claims.models import Batch, LineStanding, LineState, ReturnFile
from ooievaar.cli.networks import chosen_network, read_day, today
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
    "no_uzovi": "de verzekeraar heeft geen UZOVI-nummer van vier cijfers",
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
    if any(batch.network_id != here.pk for batch in wanted):
        raise _refused("factuurnummer", str(invoice), f"een bestand van {here.name}")
    refused = False
    for batch in wanted:
        file = send_batch(batch, channel, now)
        if isinstance(file, Rejected):
            # One that cannot go keeps the others back no longer than itself.
            refused = True
            console.print(f"{batch.invoice_number}: {file.reason}", soft_wrap=True)
            continue
        console.print(f"{batch.invoice_number}: verzonden als {file.name}", soft_wrap=True)
    if resumed:
        console.print(f"{counted(len(resumed), 'bestand was', 'bestanden waren')} onderbroken.")
    if not wanted and not resumed:
        console.print("Er is niets goedgekeurd dat nog niet verzonden is.")
    if refused:
        raise typer.Exit(1)


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
def paid(
    invoice: Annotated[str, typer.Option(help="Factuurnummer van het bestand.")],
    cents: Annotated[int, typer.Option(help="In centen; met een minteken: terugbetaald.")],
    on: Annotated[str, typer.Option(help="Dag van de betaling, als 2026-10-31.")],
    reference: Annotated[str, typer.Option(help="Kenmerk van de overboeking.")],
    by: Annotated[
        str | None, typer.Option("--als", help="Gebruikersnaam van wie dit doet.")
    ] = None,
) -> None:
    """Zet wat een verzekeraar betaalde op de regels van een bestand.

    Een deel mag; meer dan er nog te betalen is, wordt geweigerd. Veel tegelijk: `ooievaar import
    payments BESTAND`.
    """
    from ooievaar.claims.paying import due_cents, take_payment

    batch, day = _batch(invoice), read_day(on, "--on")
    clerk = _working(by, batch.network, Role.CONTROLLER) if by is not None else None
    made = take_payment(
        batch, cents=cents, paid_on=day, reference=reference, now=timezone.now(), by=clerk
    )
    if isinstance(made, Rejected):
        _tell_rejected(made)
        return
    console.print(
        f"{invoice}: {format_euro(cents)} verwerkt, nog te betalen "
        f"{format_euro(due_cents(batch))}.",
        soft_wrap=True,
    )


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
            f"{format_euro(books.open)} + afgeboekt {format_euro(books.written_off)}; "
            f"betaald {format_euro(books.paid)}, te betalen {format_euro(books.due)}",
            soft_wrap=True,
        )
        for balance in one.balances:
            if balance.remainder:
                holds = False
                console.print(f"  {balance.name}: rest {format_euro(balance.remainder)}")
    console.print("bewijs: niets blijft over" if holds else "bewijs klopt niet")
    if not holds:
        raise typer.Exit(1)


def take_paid(file: Path, username: str | None) -> None:
    """Take in a table of payments; InputRejected when anything in it is wrong."""
    from ooievaar.claims.paid_table import paid_rows, take_payments
    from ooievaar.exchange.reading import read_table

    places = working_as(username, Role.CONTROLLER) if username is not None else None
    if places == []:
        raise _refused("--als", str(username), f"iemand die {Role.CONTROLLER.label} is")
    read = read_table(file)
    if isinstance(read, list):
        raise InputRejected(read)
    taken = take_payments(file.name, paid_rows(file.name, read.to_pylist()), timezone.now(), places)
    total = format_euro(sum(payment.cents for payment in taken))
    console.print(
        f"{counted(len(taken), 'betaling', 'betalingen')} verwerkt, samen {total}.", soft_wrap=True
    )


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
    found = next((w for w in working_as(username, role) if w.network_id == network.pk), None)
    if found is None:
        raise _refused("--als", username, f"iemand die hier {role.label} is")
    return found


def working_as(username: str, role: Role) -> list[Workplace]:
    """Return every position that somebody holds in this role today."""
    person = Person.objects.filter(username=username).first()
    held = workplaces_of(person, today()) if person else []
    return [one for one in held if one.role == role]


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
