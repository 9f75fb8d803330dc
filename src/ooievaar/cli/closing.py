"""`ooievaar close`: divide a month, print it, and prove that nothing remains."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar import rulebook
from ooievaar.bundles import explain, sentences
from ooievaar.cli.networks import chosen_network, read_day, today, tomorrow
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Discipline, Network
from ooievaar.settlement.commands import ClosingResult, close_month
from ooievaar.settlement.queries import MonthOverview, is_closed
from ooievaar.settlement.rules.proof import Balance, Proof

console = Console(highlight=False)

BALANCES = {
    "dispositions": "activiteiten = som van de bestemmingen",
    "placed_once": "elke activiteit heeft één bestemming",
    "closing": "deze afsluiting = organisatiekosten + aandelen + reserve",
    "so_far": "alle afsluitingen = organisatiekosten + aandelen + reserve",
    "owed": "producten zoals ze nu zijn = alle afsluitingen",
}


def register(app: typer.Typer) -> None:
    """Add `close`."""
    app.command("close")(close)


def close(
    month: Annotated[str | None, typer.Argument(help="De maand, als 2026-10.")] = None,
    network: Annotated[str | None, typer.Option(help="Naam van het netwerk.")] = None,
    known_until: Annotated[
        str | None, typer.Option(help="Alleen feiten die vóór deze dag bekend waren.")
    ] = None,
    months: Annotated[
        str | None, typer.Option(help="Een reeks maanden na elkaar, als 2025-01..2026-12.")
    ] = None,
    known_then: Annotated[
        bool,
        typer.Option("--known-then", help="Elke maand met wat aan het eind ervan bekend was."),
    ] = False,
) -> None:
    """Sluit een maand af: verdeel wat declarabel werd en wat er aan eerdere maanden veranderde.

    Zonder --known-until telt alles wat vandaag bekend is; met --known-then per maand alleen wat
    aan het eind ervan bekend was. Een afgesloten maand blijft zoals zij is.
    """
    wanted = list(_wanted_months(month, months))
    if known_until and known_then:
        raise _refused("--known-until", "ook --known-then", "één van beide")
    known = read_day(known_until, "--known-until") if known_until else None
    chosen = chosen_network(network)
    if known is None:
        _refuse_unfinished(chosen, wanted[-1])
    holds = True
    for one in wanted:
        at_its_end = month_period(one).until
        result = close_month(
            chosen,
            one,
            known_until=known or (at_its_end if known_then else tomorrow()),
            now=timezone.now(),
        )
        if months:
            console.print(closing_line(result), soft_wrap=True)
        else:
            print_closing(result)
        holds = holds and result.proof.holds
    if not holds:
        raise typer.Exit(1)


def _wanted_months(month: str | None, months: str | None) -> Iterator[str]:
    if (month is None) == (months is None):
        found = "geen van beide" if month is None else "allebei"
        raise _refused("maand", found, "een maand als 2026-10, of --months 2025-01..2026-12")
    first, _, last = (months or month or "").partition("..")
    start, end = _first_day(first), _first_day(last or first)
    if end < start:
        raise _refused("--months", f"{first}..{last}", "eerst de vroegste maand, dan de laatste")
    while start <= end:
        yield month_of(start)
        start = (start + timedelta(days=31)).replace(day=1)


def _first_day(month: str) -> date:
    try:
        start = month_period(month).start
    except ValueError:
        raise _refused("maand", repr(month), "een maand als 2026-10") from None
    years = rulebook.load().period
    if start not in years:
        until = f"{month_of(years.start)} tot {month_of(years.until)}"
        raise _refused("maand", month, f"een maand van {until} (de jaren van het regelboek)")
    return start


def _refuse_unfinished(network: Network, month: str) -> None:
    """A closing is for good: a month that still runs is closed only when the day is given."""
    until = month_period(month).until
    if until > today() and not is_closed(network, month):
        raise _refused(
            "maand",
            f"{month}, die nog niet voorbij is",
            f"een maand die voorbij is, of --known-until {until:%Y-%m-%d} om toch af te sluiten",
        )


def _refused(what: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(what, None, "", found, expected)])


def closing_line(result: ClosingResult) -> str:
    """Say in one line what closing a month gave."""
    if result.overview is None:
        return f"{result.month}: het bewijs klopt niet, er is niets opgeslagen"
    overview = result.overview
    products = sum(line.count for line in overview.insurers)
    corrections = sum(line.corrections for line in overview.insurers)
    state = "" if result.stored else " (was al afgesloten)"
    return (
        f"{result.month}{state}: {counted(products, 'product', 'producten')} en "
        f"{counted(corrections, 'verschil', 'verschillen')}, "
        f"{format_euro(overview.cents)} verdeeld; {proof_line(result.proof)}"
    )


def print_closing(result: ClosingResult) -> None:
    """Print a closing: activities, products, breakers, income, and the proof."""
    overview = result.overview
    if overview is None:
        console.print(f"{result.month}: het bewijs klopt niet; er is niets opgeslagen.")
    else:
        state = "afgesloten" if result.stored else "was al afgesloten; er is niets veranderd"
        console.print(
            f"{overview.network}, {overview.month} {state}. "
            f"Feiten bekend tot {overview.known_until:%d-%m-%Y}, regelboek {overview.edition}."
        )
        console.print(_activities_table(overview))
        console.print(_products_table(overview))
        console.print(_breakers_table(overview))
        console.print(_income_table(overview))
        for row in overview.unpriced:
            console.print(
                f"Zonder prijs: {row.supplier}, {row.code}, {number(row.acts)} verrichtingen; "
                "niemand krijgt er iets voor.",
                soft_wrap=True,
            )
    console.print(_proof_table(result.proof))
    console.print(proof_line(result.proof), soft_wrap=True)


def proof_line(proof: Proof) -> str:
    """Say in one line whether anything remains, and where."""
    if proof.holds:
        return "bewijs: niets blijft over"
    left = [
        f"{BALANCES[balance.name]}: rest {_amount(balance, balance.remainder)}"
        for balance in proof.balances
        if balance.remainder
    ]
    return "bewijs klopt niet: " + "; ".join(left)


def _activities_table(overview: MonthOverview) -> Table:
    table = _table(
        "Activiteiten", ("bestemming", "reden"), (overview.month, f"t/m {overview.month}")
    )
    for row in overview.activities:
        table.add_row(
            sentences.DISPOSITIONS[row.disposition]["nl"],
            explain.reason_name(row.reason, "nl"),
            number(row.month),
            number(row.total),
        )
    table.add_section()
    table.add_row(
        "samen",
        "",
        number(sum(row.month for row in overview.activities)),
        number(sum(row.total for row in overview.activities)),
    )
    return table


def _products_table(overview: MonthOverview) -> Table:
    table = _table(
        "Producten per verzekeraar",
        ("verzekeraar",),
        ("nieuw", "bedrag", "verschillen", "bedrag verschillen"),
    )
    for row in overview.insurers:
        table.add_row(
            row.name,
            number(row.count),
            format_euro(row.cents),
            number(row.corrections),
            format_euro(row.corrections_cents),
        )
    table.add_section()
    table.add_row(
        "samen",
        number(sum(row.count for row in overview.insurers)),
        format_euro(sum(row.cents for row in overview.insurers)),
        number(sum(row.corrections for row in overview.insurers)),
        format_euro(sum(row.corrections_cents for row in overview.insurers)),
    )
    return table


def _breakers_table(overview: MonthOverview) -> Table:
    table = _table(
        "Bundelbrekers",
        ("soort",),
        (overview.month, "verlies", f"t/m {overview.month}", "verlies"),
    )
    for row in overview.breakers:
        table.add_row(
            explain.breaker_name(row.kind, "nl"),
            number(row.count),
            _loss(row.loss_cents, row.unknown),
            number(row.total_count),
            _loss(row.total_loss_cents, row.total_unknown),
        )
    if not overview.breakers:
        table.add_row("geen", "0", format_euro(0), "0", format_euro(0))
    return table


def _income_table(overview: MonthOverview) -> Table:
    table = _table("Inkomsten", ("wie", "discipline"), ("bedrag",))
    for row in overview.income:
        discipline = Discipline(row.discipline).label
        table.add_row(row.name, str(discipline), format_euro(row.cents))
    table.add_section()
    table.add_row("organisatiekosten", "", format_euro(overview.overhead_cents))
    table.add_row("reserve", "", format_euro(overview.reserve_cents))
    if overview.suppliers_cents:
        table.add_row("leveranciers", "", format_euro(overview.suppliers_cents))
    if overview.surcharges_cents:
        table.add_row("toeslagen", "", format_euro(overview.surcharges_cents))
    table.add_section()
    table.add_row("samen", "", format_euro(overview.cents))
    return table


def _proof_table(proof: Proof) -> Table:
    table = _table("Bewijs", ("wat moet kloppen",), ("geheel", "som van de delen", "rest"))
    for balance in proof.balances:
        table.add_row(
            BALANCES[balance.name],
            _amount(balance, balance.whole),
            _amount(balance, balance.whole - balance.remainder),
            _amount(balance, balance.remainder),
        )
    return table


def _table(title: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _loss(cents: int, unknown: int) -> str:
    """Write a loss; what is unknown is said, never counted as nothing."""
    if not unknown:
        return format_euro(cents)
    known = f"{format_euro(cents)} + " if cents else ""
    return f"{known}{unknown} onbekend"


def _amount(balance: Balance, size: int) -> str:
    return format_euro(size) if balance.unit == "cents" else number(size)
