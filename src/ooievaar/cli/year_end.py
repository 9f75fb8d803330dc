"""`ooievaar year-end`: what a year comes to, and booking it with four eyes."""

from typing import Annotated, Any, NoReturn

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.cli.networks import chosen_network, today
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.record.relations import Rejected
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.words import HINDRANCES

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="Het jaareinde: vangnet, garantie, reserve.")

NetworkName = Annotated[str | None, typer.Option("--network", help="Naam van het netwerk.")]
As = Annotated[str, typer.Option("--als", help="Gebruikersnaam van wie dit doet.")]
Year = Annotated[int, typer.Argument(help="Het jaar, als 2026.")]
Number = Annotated[int, typer.Argument(help="Nummer van wat is voorbereid.")]
SOMETIMES = {
    "betaalt mee": "charged_cents",
    "zonder dekking": "claim_cents",
    "vrijval": "released_cents",
}
"""Columns that are shown only where somebody has something in them."""
SOURCES = {
    "safety_net": "het vangnet",
    "reserve": "de reserve",
    "gainers": "wie erop vooruitging",
}


def register(app: typer.Typer) -> None:
    """Add `year-end` with its commands."""
    app.add_typer(commands, name="year-end")


@commands.callback()
def start() -> None:
    """Het jaareinde: eerst het vangnet, dan de garantie, dan de reserve; met vier ogen."""


@commands.command()
def show(year: Year, network: NetworkName = None) -> None:
    """Reken uit wat een jaar oplevert, en waarom; er wordt niets geboekt."""
    from ooievaar.settlement.year_end.drafting import draft_year

    drafted = draft_year(chosen_network(network), year, timezone.now())
    if isinstance(drafted, Rejected):
        _tell_rejected(drafted)
    _show(drafted.figures)
    for hindrance in drafted.hindrances:
        console.print(str(HINDRANCES[hindrance]), soft_wrap=True)


@commands.command()
def prepare(
    year: Year,
    by: As,
    note: Annotated[str, typer.Option("--toelichting", help="Voor wie goedkeurt.")] = "",
    despite: Annotated[
        str, typer.Option("--toch", help="Waarom er ook met onbekende waarden geboekt mag worden.")
    ] = "",
    network: NetworkName = None,
) -> None:
    """Bereid het jaareinde voor; een ander keurt het goed, en dan wordt het geboekt."""
    from ooievaar.settlement.year_end import deciding

    here = chosen_network(network)
    made = deciding.prepare(
        _working(by, here, Role.CONTROLLER),
        here,
        Proposal.Kind.YEAR_END,
        {"year": year},
        timezone.now(),
        note=note,
        despite=despite,
    )
    if isinstance(made, Rejected):
        _tell_rejected(made)
    _show(made.figures)
    console.print(f"besluit {made.pk}: wacht op goedkeuring")


@commands.command()
def approve(number: Number, by: As) -> None:
    """Keur goed wat een ander voorbereidde; dan wordt het geboekt."""
    from ooievaar.settlement.year_end import deciding

    found = _proposal(number)
    workplace = _working(by, found.network, Role.APPROVER)
    done = deciding.approve(workplace, found, timezone.now())
    if isinstance(done, Rejected):
        _tell_rejected(done)
    console.print(f"besluit {number}: goedgekeurd en geboekt")


@commands.command()
def withdraw(number: Number, by: As) -> None:
    """Trek in waarover nog niet beslist is."""
    from ooievaar.settlement.year_end import deciding

    found = _proposal(number)
    workplace = _working(by, found.network, Role.CONTROLLER)
    done = deciding.withdraw(workplace, found, timezone.now())
    if isinstance(done, Rejected):
        _tell_rejected(done)
    console.print(f"besluit {number}: ingetrokken")


def _show(figures: dict[str, Any]) -> None:
    agreement, reserve = figures["agreement"], figures["reserve"]
    shown = {
        "inkomen": "income_cents",
        "maatstaf": "reference_cents",
        "garantie": "paid_cents",
        **{
            name: key
            for name, key in SOMETIMES.items()
            if any(line[key] for line in figures["partners"])
        },
    }
    table = Table(title=f"Jaareinde {figures['year']}, in euro's", title_justify="left")
    table.add_column("partner")
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    for line in figures["partners"]:
        table.add_row(line["name"], *(_amount(line[key]) for key in shown.values()))
    console.print(table)
    told = [f"“{agreement['title']}”, versie {agreement['number']}"]
    told.append(
        f"garantie {agreement['ppm'] / 10_000:g} % van de maatstaf".replace(".", ",")
        if agreement["ppm"]
        else "geen garantie in dit jaar"
    )
    console.print("; ".join(told), soft_wrap=True)
    for line in figures["insurers"]:
        income, old, settled = (
            format_euro(line[name]) for name in ("income_cents", "old_cents", "settled_cents")
        )
        told_net = f"inkomen {income}, oude bekostiging {old}, verrekend {settled}"
        console.print(f"vangnet {line['name']}: {told_net}", soft_wrap=True)
    for source, cents in figures["financing"].items():
        console.print(f"garantie betaald door {SOURCES[source]}: {format_euro(cents)}")
    console.print(
        f"reserve: was {format_euro(reserve['cents'])}, vrijval "
        f"{format_euro(reserve['released_cents'])}, blijft {format_euro(reserve['kept_cents'])}",
        soft_wrap=True,
    )
    if unknown := figures["unknown"]:
        words = counted(unknown, "onbekende waarde", "onbekende waarden")
        console.print(f"voorlopig: {words}", soft_wrap=True)


def _amount(cents: int | None) -> str:
    return "–" if cents is None else format_euro(cents).removeprefix("€ ")


def _proposal(number: int) -> Proposal:
    from ooievaar.cli.database import open_database

    open_database()
    found = Proposal.objects.select_related("network").filter(pk=number).first()
    if found is None:
        raise _refused("besluit", str(number), "een nummer uit `ooievaar year-end prepare`")
    return found


def _working(username: str, network: Network, role: Role) -> Workplace:
    """Return the position that somebody holds in this role, here and today."""
    person = Person.objects.filter(username=username).first()
    held = workplaces_of(person, today()) if person else []
    found = next((w for w in held if w.role == role and w.network_id == network.pk), None)
    if found is None:
        raise _refused("--als", username, f"iemand die hier {role.label} is")
    return found


def _tell_rejected(rejected: Rejected) -> NoReturn:
    console.print(str(rejected.reason), soft_wrap=True)
    raise typer.Exit(1)


def _refused(what: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(what, None, "", found, expected)])
