"""How the report of a FHIR import is told: counts in a table, what has no place and why."""

import csv
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from ooievaar.cli.numbers import counted, number
from ooievaar.exchange.fhir.report import FhirReport
from ooievaar.kernel.faults import refusal
from ooievaar.ui.exports import safe_cell

SHOWN = 12
"""More reasons or remarks than this are counted on the screen, not printed."""

console = Console(highlight=False)


def tell_report(report: FhirReport, file: Path | None) -> None:
    """Print what an import came to; write every datum without a place to `file` if given."""
    console.print(
        f"{counted(report.files, 'bestand', 'bestanden')} gelezen, "
        f"{number(report.files_known)} al eerder. "
        f"{counted(report.women_new, 'nieuwe vrouw', 'nieuwe vrouwen')}, "
        f"{counted(report.pregnancies_new, 'nieuwe zwangerschap', 'nieuwe zwangerschappen')}; "
        f"in het dossier {number(report.entries_new)} nieuw, {number(report.entries_changed)} "
        f"gewijzigd, {number(report.entries_known)} al bekend.",
        soft_wrap=True,
    )
    console.print(_table(report))
    for reason, count in report.reasons()[:SHOWN]:
        console.print(f"  {number(count)}: {reason}", soft_wrap=True, markup=False)
    _tell("Let op", report.notes)
    _tell("Afgeleid", report.derived)
    if report.pregnancies:
        console.print("Zwangerschappen: " + ", ".join(report.pregnancies), soft_wrap=True)
    if file is not None:
        _write(report, file)
    elif report.unplaced:
        console.print("Met --unplaced BESTAND.csv staat elk gegeven erbij, met zijn reden.")


def _table(report: FhirReport) -> Table:
    table = Table(title="Gegevens per soort", title_justify="left")
    table.add_column("soort")
    for name in ("op zijn plaats", "in woorden", "niet geplaatst"):
        table.add_column(name, justify="right")
    for kind, count in [*report.counts.items(), ("samen", report.total)]:
        table.add_row(kind, number(count.placed), number(count.words), number(count.unplaced))
    return table


def _tell(title: str, lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        console.print(f"{title}: {line}", soft_wrap=True, markup=False)
    if len(lines) > SHOWN:
        console.print(f"{title}: ... en nog {number(len(lines) - SHOWN)}.")


def _write(report: FhirReport, file: Path) -> None:
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(["bestand", "resource", "gegeven", "reden"])
            for datum, why in report.unplaced:
                row = (datum.file, datum.key, datum.path, why)
                writer.writerow([safe_cell(cell) for cell in row])
    except OSError as error:
        typer.echo(f"{file.name} kan niet worden geschreven: {refusal(error)}.", err=True)
        return
    console.print(f"Elk gegeven zonder plaats staat in {file.name}.")
