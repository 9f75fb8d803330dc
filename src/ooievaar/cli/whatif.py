"""`ooievaar whatif`: another agreement or other tariffs over a closed year, who loses first."""

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone, translation
from rich.console import Console
from rich.table import Table

from ooievaar.cli.faults import FaultsFile, telling_faults
from ooievaar.cli.networks import chosen_network
from ooievaar.cli.numbers import counted
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.settlement.whatif import words
from ooievaar.settlement.whatif.queries import Told, told
from ooievaar.settlement.whatif.rules.effect import Change

console = Console(highlight=False, width=104)
"""Wide enough for a name and three amounts, also where the output is no terminal."""
HOW = {
    "enrolled": "op het zorgpad, volgens het dossier",
    "all": "iedereen, want het is het basiszorgpad",
    "resembling": "niemand stond op het zorgpad: wier zorg er het meest op lijkt",
}
HEADER = (
    *("organisatie", "discipline", "was_centen", "wordt_centen", "verschil_centen"),
    *("verschil_ppm", "garantie_was_centen", "garantie_wordt_centen", "oude_bekostiging_centen"),
)


def register(app: typer.Typer) -> None:
    """Add `whatif`."""
    app.command("whatif")(whatif)


def whatif(
    agreement: Annotated[
        Path | None, typer.Option("--agreement", help="Een andere verdeelafspraak (YAML).")
    ] = None,
    tariffs: Annotated[
        Path | None, typer.Option("--tariffs", help="Andere tarieven (CSV of YAML).")
    ] = None,
    shift: Annotated[
        int | None, typer.Option("--verschuiving", help="Nummer van een zorgverschuiving.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Een afgesloten jaar; anders het nieuwste.")
    ] = None,
    network: Annotated[str | None, typer.Option(help="Naam van het netwerk.")] = None,
    keep: Annotated[
        str | None, typer.Option("--bewaar", help="Bewaar het scenario onder deze titel.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Alles, als JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="De partners, als CSV.")] = False,
    faults: FaultsFile = None,
) -> None:
    """Reken een afgesloten jaar opnieuw: andere afspraak, tarieven of zorg; wie verliest eerst.

    Er wordt niets geboekt en niets bewaard; met --bewaar alleen het scenario zelf.
    """
    from ooievaar.settlement.whatif.commands import Asked, keep_scenario, question, run_question

    if as_json and as_csv:
        raise InputRejected([Fault("--csv", None, "", "ook --json", "één van beide")])
    if keep is not None and not 0 < len(keep.strip()) <= 120:
        found = f"een titel van {len(keep.strip())} tekens"
        raise InputRejected([Fault("--bewaar", None, "", found, "een titel van 1 tot 120 tekens")])
    with telling_faults(faults):
        asked = question(
            chosen_network(network),
            Asked(
                year,
                text=_text(agreement),
                tariffs=_text(tariffs),
                shift_id=shift,
                text_name=agreement.name if agreement else "--agreement",
                tariffs_name=tariffs.name if tariffs else "--tariffs",
                year_name="--year",
            ),
        )
        result = run_question(asked)
    if keep is not None:
        keep_scenario(asked, keep.strip(), result, person=None, at=timezone.now())
    if as_json:
        typer.echo(json.dumps({"year": asked.year.year, **result}, ensure_ascii=False, indent=1))
        return
    with translation.override("nl"):
        outcome = told(result)
        if as_csv:
            _write_csv(outcome)
        else:
            _print(outcome, asked.network.name, asked.year.year)


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fault = Fault(file.name, None, "", "onleesbare tekens", "een leesbaar UTF-8-bestand")
        raise InputRejected([fault]) from None


def _write_csv(outcome: Told) -> None:
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for line in outcome.partners():
        change = line.kept
        writer.writerow(
            [
                *(line.name, words.discipline(line.discipline)),
                *(line.income.before, line.income.after, change.cents),
                "" if change.ppm is None else change.ppm,
                *(line.guarantee_before, line.guarantee_after),
                "" if line.old_known is None else line.old_known,
            ]
        )


def _print(outcome: Told, network: str, year: int) -> None:
    count = counted(outcome.products.after, "product", "producten")
    console.print(f"{network}, {year} opnieuw verdeeld: {count}", soft_wrap=True)
    if outcome.is_equal:
        console.print("Voor niemand verandert er een cent.", soft_wrap=True)
    _table("Discipline", [(words.discipline(key), row) for key, row in outcome.disciplines()])
    _table("Partner (wie het meeste verliest eerst)",
           [(line.name, line.kept) for line in outcome.partners()])  # fmt: skip
    _table("Waarheen", outcome.kinds())
    if "shift" in outcome.result:
        _print_shift(outcome.result["shift"])
    if outcome.cents.cents:
        rows = outcome.sold(only_changed=True)
        named = [(f"{row.insurer}, {words.product(row.product)}", row.cents) for row in rows]
        _table("Verzekeraar en product", named)
    for name, guarantee in zip(("geldt", "anders"), outcome.guarantee, strict=True):
        if guarantee is not None:
            _print_guarantee(name, guarantee, outcome)
    _print_bridge(outcome.result["bridge"], outcome.result, year)
    total, failing = outcome.result.get("examples", (0, 0))
    if failing:
        console.print(f"Let op: {failing} van {total} voorbeelden in de tekst komen anders uit; zo "
                      "kan zij nog niet worden bewaard.", soft_wrap=True)  # fmt: skip


def _table(name: str, rows: list[tuple[str, Change]]) -> None:
    table = Table(name, *("Was", "Wordt", "Verschil", "%"), box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, change in rows:
        table.add_row(
            label,
            *(format_euro(cents) for cents in (change.before, change.after, change.cents)),
            _percent(change.ppm),
        )
    total = Change(sum(row.before for _, row in rows), sum(row.after for _, row in rows))
    table.add_row(
        "Samen",
        *(format_euro(cents) for cents in (total.before, total.after, total.cents)),
        _percent(total.ppm),
        style="bold",
    )
    console.print()
    console.print(table)


def _percent(ppm: int | None) -> str:
    if ppm is None:
        return "–"
    tenths = (abs(ppm) + 500) // 1_000
    sign = "-" if ppm < 0 and tenths else ""
    return f"{sign}{tenths // 10},{tenths % 10} %"


def _print_guarantee(name: str, guarantee: Mapping[str, Any], outcome: Told) -> None:
    console.print()
    sources = ", ".join(
        f"{words.said(words.SOURCES, source)} {format_euro(cents)}"
        for source, cents in guarantee["financing"].items()
    )
    paid, due = format_euro(guarantee["paid"]), format_euro(guarantee["due"])
    console.print(f"Garantie ({name}): {paid} van {due}{', uit ' + sources if sources else ''}",
                  soft_wrap=True)  # fmt: skip
    if guarantee["claims"]:
        console.print(f"  niet te betalen: {format_euro(guarantee['claims'])}", soft_wrap=True)
    if guarantee["stands_in"]:
        asked_year = guarantee["asked_year"]
        console.print(f"  van {asked_year} is hier geen zorg: het oude inkomen voor de zorg van "
                      "dit jaar staat ervoor in", soft_wrap=True)  # fmt: skip
    if guarantee["without_reference"]:
        names = outcome.named(guarantee["without_reference"])
        console.print(f"  zonder bekende maatstaf, dus buiten de garantie: {names}", soft_wrap=True)


def _print_shift(told: Mapping[str, Any]) -> None:
    women = counted(told["women"], "zwangerschap", "zwangerschappen")
    console.print()
    console.print(f"Voorlopig: {women} ({HOW[told['how']]}); {told['removed']} activiteiten weg, "
                  f"{told['added']} erbij, {told['unplaced']} nergens neer te zetten",
                  soft_wrap=True)  # fmt: skip
    for discipline, before, after in told["minutes"]:
        hours = f"{before // 60} uur wordt {after // 60} uur"
        console.print(f"  {words.discipline(discipline)}: {hours}", soft_wrap=True)
    for kind, count, _, counts, _ in told["breakers"]:
        if count != counts:
            console.print(f"  {words.breaker(kind)}: {count} wordt {counts}", soft_wrap=True)


def _print_bridge(bridge: Mapping[str, Any], result: Mapping[str, Any], year: int) -> None:
    console.print()
    steps = [
        (f"Verdeeld in de afsluitingen van {year}", bridge["closed"]),
        ("  waarvan over andere jaren", -bridge["of_other_years"]),
        (f"  in andere afsluitingen over {year}", bridge["closed_elsewhere"]),
        ("  veranderd sinds de laatste afsluiting", bridge["changed_since"]),
        ("Hier verdeeld", result["cents"][0]),
    ]
    for label, cents in steps:
        console.print(f"{label:45} {format_euro(cents):>18}", soft_wrap=True)
    if bridge["moved"]:
        lines = counted(len(bridge["moved"]), "plaats staat", "plaatsen staan")
        console.print(f"{lines} in de afsluitingen op een ander bedrag dan hier; zie --json.",
                      soft_wrap=True)  # fmt: skip
