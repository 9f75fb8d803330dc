"""`ooievaar payments`: accounts, advances, and a run from the books to the bank and back."""

from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.cli.networks import chosen_network, read_day, today
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected, refusal
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network, Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.record.relations import Rejected
from ooievaar.settlement.payments.models import (
    BankAccount,
    BankEntry,
    PaymentLine,
    PaymentRun,
)

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="Betalen: rekeningen, voorschotten, betaalruns.")

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
As = Annotated[str, typer.Option("--als", help="Gebruikersnaam van wie dit doet.")]
Number = Annotated[str, typer.Argument(help="Nummer van de betaalrun.")]
Why = Annotated[str, typer.Option("--waarom", help="De reden, voor wie het leest.")]
MATCHES = {
    BankEntry.Match.PAYMENT: ("betaling uitgevoerd", "betalingen uitgevoerd"),
    BankEntry.Match.BATCH: ("run uitgevoerd", "runs uitgevoerd"),
    BankEntry.Match.RETURN: ("betaling teruggekomen", "betalingen teruggekomen"),
    BankEntry.Match.MISMATCH: ("met een ander bedrag", "met een ander bedrag"),
    BankEntry.Match.OTHER: ("niet van een betaalrun", "niet van een betaalrun"),
}


def register(app: typer.Typer) -> None:
    """Add `payments` with its commands."""
    import_module("ooievaar.cli.payments_ahead")
    app.add_typer(commands, name="payments")


@commands.callback()
def start() -> None:
    """Betalen aan partners: wat de boeken zeggen, met vier ogen, één keer."""


@commands.command()
def account(
    iban: str,
    name: Annotated[str, typer.Option("--naam", help="Op wiens naam de rekening staat.")],
    by: As,
    agb: Annotated[str | None, typer.Option(help="Van wie; zonder: van het netwerk zelf.")] = None,
    since: Annotated[str | None, typer.Option("--vanaf", help="Standaard vandaag.")] = None,
    network: NetworkName = None,
) -> None:
    """Geef een rekening op; een ander keurt haar goed."""
    from ooievaar.settlement.payments.accounts import propose_account

    here = chosen_network(network)
    organisation = Organisation.objects.filter(agb=agb).first() if agb else None
    if agb and organisation is None:
        raise refused("--agb", agb, "de AGB-code van een organisatie")
    made = propose_account(
        working(by, here, Role.CONTROLLER),
        here,
        organisation,
        iban=iban,
        name=name,
        valid_from=read_day(since, "--vanaf") if since else today(),
        now=timezone.now(),
    )
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(f"rekening {made.pk}: wacht op goedkeuring", soft_wrap=True)


@commands.command(name="account-approve")
def account_approve(number: int, by: As) -> None:
    """Keur een rekening goed die een ander opgaf."""
    from ooievaar.settlement.payments.accounts import approve_account

    found = _account(number)
    made = approve_account(working(by, found.network, Role.APPROVER), found, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(f"rekening {number}: goedgekeurd")


@commands.command(name="account-refuse")
def account_refuse(number: int, why: Why, by: As) -> None:
    """Keur een rekening af die een ander opgaf."""
    from ooievaar.settlement.payments.accounts import refuse_account

    found = _account(number)
    by_whom = working(by, found.network, Role.APPROVER)
    done(refuse_account(by_whom, found, why, timezone.now()), f"rekening {number}: afgekeurd")


@commands.command(name="account-end")
def account_end(
    number: int,
    why: Why,
    by: As,
    on: Annotated[str | None, typer.Option("--op", help="Standaard vandaag.")] = None,
) -> None:
    """Stort vanaf een dag niets meer op een rekening, bijvoorbeeld omdat een praktijk stopt."""
    from ooievaar.settlement.payments.accounts import end_account

    found = _account(number)
    day = read_day(on, "--op") if on else today()
    by_whom = working(by, found.network, Role.CONTROLLER, Role.APPROVER)
    made = end_account(by_whom, found, day, why, timezone.now())
    done(made, f"rekening {number}: vanaf {day:%d-%m-%Y} wordt er niets op gestort")


@commands.command()
def prepare(
    by: As,
    on: Annotated[str | None, typer.Option("--op", help="Betaaldag; anders de volgende.")] = None,
    rule: Annotated[
        str | None, typer.Option(help="paid, granted of divided; anders zoals afgesproken.")
    ] = None,
    why: Annotated[
        str, typer.Option("--waarom", help="Waarom de run van de afspraak afwijkt.")
    ] = "",
    network: NetworkName = None,
) -> None:
    """Stel een betaalrun voor uit de boeken; een ander keurt haar goed."""
    from ooievaar.settlement.payments.proposing import propose_run

    here = chosen_network(network)
    if rule is not None and rule not in PaymentRun.Rule.values:
        raise refused("--rule", rule, ", ".join(PaymentRun.Rule.values))
    pay_on = read_day(on, "--op") if on else _next_working_day(today())
    clerk = working(by, here, Role.CONTROLLER)
    made = propose_run(
        clerk, here, pay_on=pay_on, now=timezone.now(), rule=rule or "", deviates=why
    )
    if isinstance(made, Rejected):
        tell_rejected(made)
    _show(made)


@commands.command()
def approve(number: Number, by: As) -> None:
    """Keur een betaalrun goed die een ander voorbereidde."""
    from ooievaar.settlement.payments.deciding import approve_run

    run = _run(number)
    made = approve_run(working(by, run.network, Role.APPROVER), run, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(f"{number}: goedgekeurd")


@commands.command()
def refuse(number: Number, why: Why, by: As) -> None:
    """Keur een betaalrun af die een ander voorbereidde."""
    from ooievaar.settlement.payments.deciding import refuse_run

    run = _run(number)
    by_whom = working(by, run.network, Role.APPROVER)
    done(refuse_run(by_whom, run, why, timezone.now()), f"{number}: afgekeurd")


@commands.command(name="report-failure")
def report_failure(number: Number, why: Why, by: As) -> None:
    """Meld dat de bank het hele bestand van een run weigerde; een ander boekt haar terug."""
    from ooievaar.settlement.payments import deciding

    run = _run(number)
    by_whom = working(by, run.network, Role.CONTROLLER, Role.APPROVER)
    made = deciding.report_failure(by_whom, run, why, timezone.now())
    done(made, f"{number}: weigering gemeld; een ander boekt de run terug")


@commands.command(name="book-back")
def book_back(number: Number, by: As) -> None:
    """Boek een run terug waarvan een ander meldde dat de bank haar weigerde."""
    from ooievaar.settlement.payments.deciding import fail_run

    run = _run(number)
    by_whom = working(by, run.network, Role.CONTROLLER, Role.APPROVER)
    done(fail_run(by_whom, run, timezone.now()), f"{number}: teruggeboekt, weer te betalen")


@commands.command()
def withdraw(number: Number, by: As) -> None:
    """Trek een betaalrun in die nog niet naar de bank is."""
    from ooievaar.settlement.payments.deciding import withdraw_run

    run = _run(number)
    made = withdraw_run(working(by, run.network, Role.CONTROLLER), run, timezone.now())
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(f"{number}: ingetrokken")


@commands.command()
def export(
    number: Annotated[
        str | None, typer.Argument(help="Standaard wat goedgekeurd is, en wat onderbroken was.")
    ] = None,
    network: NetworkName = None,
) -> None:
    """Zet het bestand van een goedgekeurde run klaar voor de bank, en boek haar."""
    from ooievaar.settlement.payments.deciding import run_state
    from ooievaar.settlement.payments.proposing import open_runs
    from ooievaar.settlement.payments.sending import own_bank_channel, resume_sending, send_run

    here, channel, now = chosen_network(network), own_bank_channel(), timezone.now()
    resumed = resume_sending(channel, now, here)
    for run in resumed:
        console.print(f"{run.number}: was onderbroken, klaargezet", soft_wrap=True)
    wanted = (
        [_run(number)]
        if number
        else [run for run in open_runs(here) if run_state(run) == "approved"]
    )
    for run in wanted:
        file = send_run(run, channel, now)
        if isinstance(file, Rejected):
            tell_rejected(file)
        told = f"klaargezet als {file.name}" if file else "geheel verrekend, geen bestand"
        console.print(f"{run.number}: {told}", soft_wrap=True)
    if not wanted and not resumed:
        console.print("Er is niets goedgekeurd dat nog niet bij de bank is.")


@commands.command()
def status(
    file: Annotated[
        Path | None, typer.Argument(help="Een afschrift van de bank (camt.053) om in te lezen.")
    ] = None,
    network: NetworkName = None,
) -> None:
    """Lees een afschrift in, en toon hoe de laatste run staat en of de bank klopt."""
    from ooievaar.settlement.payments.bank import bank_proof

    here = chosen_network(network)
    if file is not None:
        _read_statement(here, file)
    run = PaymentRun.objects.filter(network=here).order_by("-pk").first()
    if run is None:
        console.print("Er is nog geen betaalrun.")
        return
    _show(run)
    proof = bank_proof(here)
    if proof.closing_on is not None:
        came = proof.since_cents
        since = f" - geboekt na het afschrift {format_euro(came)}" if came else ""
        console.print(
            f"bank {format_euro(proof.bank_cents)} = boeken {format_euro(proof.ledger_cents)} + "
            f"onderweg {format_euro(proof.on_the_way_cents)}{since}; "
            f"rest {format_euro(proof.remainder_cents)}",
            soft_wrap=True,
        )
        if proof.remainder_cents:
            raise typer.Exit(1)


def _read_statement(network: Network, file: Path) -> None:
    from ooievaar.settlement.payments.statements_in import take_statements

    try:
        content = file.read_bytes()
    except OSError as error:
        raise refused(file.name, refusal(error), "een leesbaar bestand") from None
    taken = take_statements(network, file.name, content, timezone.now())
    if isinstance(taken, Fault):
        raise InputRejected([taken])
    if isinstance(taken, Rejected):
        tell_rejected(taken)
    entries = BankEntry.objects.filter(statement__in=taken)
    for match, words in MATCHES.items():
        count = entries.filter(match=match).count()
        if count:
            console.print(counted(count, *words))


def _show(run: PaymentRun) -> None:
    from ooievaar.settlement.payments.queries import check_of
    from ooievaar.settlement.payments.words import FLAGS

    check = check_of(run)
    table = Table(title=f"Betaalrun {run.number} op {run.pay_on:%d-%m-%Y}", title_justify="left")
    table.add_column("partner")
    for name in ("te betalen", "vastgehouden", "vooruit", "schuld verder", "betaald"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("uitkomst")
    for one in check.lines:
        line = one.line
        outcome = str(PaymentLine.Outcome(line.outcome).label)
        flags = "; ".join(str(FLAGS[flag]) for flag in line.flags)
        table.add_row(
            line.organisation.name,
            *(format_euro(cents) for cents in (line.due_cents, line.held_cents)),
            *(format_euro(cents) for cents in (line.advance_cents, line.carried_cents)),
            format_euro(line.cents),
            f"{outcome} ({flags})" if flags else outcome,
        )
    console.print(table)
    state = run.steps.latest("pk").get_state_display()
    console.print(
        f"{run.number}: {counted(check.paid, 'betaling', 'betalingen')}, "
        f"{format_euro(check.paid_cents)}; {state}",
        soft_wrap=True,
    )


def _next_working_day(day: date) -> date:
    following = day + timedelta(days=1)
    while following.isoweekday() > 5:
        following += timedelta(days=1)
    return following


def _run(number: str) -> PaymentRun:
    from ooievaar.cli.database import open_database

    open_database()
    found = PaymentRun.objects.select_related("network").filter(number=number).first()
    if found is None:
        raise refused("betaalrun", number, "een nummer uit `ooievaar payments prepare`")
    return found


def _account(number: int) -> BankAccount:
    from ooievaar.cli.database import open_database

    open_database()
    found = BankAccount.objects.select_related("network").filter(pk=number).first()
    if found is None:
        raise refused("rekening", str(number), "een nummer uit `ooievaar payments account`")
    return found


def done(made: object, told: str) -> None:
    """Tell what was done, or why not."""
    if isinstance(made, Rejected):
        tell_rejected(made)
    console.print(told, soft_wrap=True)


def working(username: str, network: Network, *roles: Role) -> Workplace:
    """Return the position that somebody holds in one of these roles, here and today."""
    person = Person.objects.filter(username=username).first()
    held = workplaces_of(person, today()) if person else []
    found = next((w for w in held if w.role in roles and w.network_id == network.pk), None)
    if found is None:
        raise refused(
            "--als",
            username,
            f"iemand die hier {' of '.join(str(role.label) for role in roles)} is",
        )
    return found


def tell_rejected(rejected: Rejected) -> NoReturn:
    """Tell why nothing was done, and end."""
    console.print(str(rejected.reason), soft_wrap=True)
    raise typer.Exit(1)


def refused(what: str, found: str, expected: str) -> InputRejected:
    """Return what was typed and cannot be, with what could."""
    return InputRejected([Fault(what, None, "", found, expected)])
