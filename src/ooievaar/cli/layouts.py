"""`ooievaar layout`: official specifications of claim messages in, and what is in force."""

import json
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ooievaar.claims.messages.layout import Layout
from ooievaar.cli.database import open_database, prepare_database
from ooievaar.cli.faults import SHOWN, FaultsFile, telling_faults
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.network.models import Person

console = Console(highlight=False)
commands = typer.Typer(no_args_is_help=True, help="De indeling van declaratieberichten.")

As = Annotated[str | None, typer.Option("--als", help="Gebruikersnaam van wie het doet.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Zeg wat er verandert; bewaar niets.")]


def register(app: typer.Typer) -> None:
    """Add `layout` with its commands."""
    app.add_typer(commands, name="layout")


@commands.callback()
def start() -> None:
    """De indeling en codelijsten van declaratieberichten: welke gelden, en officiële inlezen."""


@commands.command("import")
def import_layout(
    file: Annotated[Path, typer.Argument(help="Berichtspecificatie: .xls, .xlsx of .json.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Vervang ook wat al officieel is.")
    ] = False,
    dry_run: DryRun = False,
    als: As = None,
    faults: FaultsFile = None,
) -> None:
    """Lees de officiële specificatie van een standaard in, na een verslag van wat er verandert.

    Een indeling die voorlopig was, wordt aangevuld; wat al officieel is, verandert alleen met
    --replace. Een specificatie met gaten of overlap wordt geweigerd, met de rij.
    """
    from ooievaar.claims.layouts import planned_import, store_layout

    prepare_database()
    person = _person(als)
    with telling_faults(faults):
        planned = planned_import(file.name, _content(file))
        layout, before = planned.layout, planned.before
        typer.echo(_title(layout))
        if planned.is_known:
            typer.echo("Deze indeling geldt al; er is niets veranderd.")
            return
        typer.echo("Nieuw: deze standaard was hier nog niet bekend." if before is None else
                   f"Nu geldt: {_title(before)}")  # fmt: skip
        typer.echo(f"{counted(len(planned.changes), 'verandering', 'veranderingen')}:")
        for change in planned.changes:
            typer.echo(f"  {'! ' if change.is_firm else ''}{change}")
        for place in planned.missing:
            typer.echo(f"Let op: geen plaats voor {place}; met deze indeling declareren kan niet.")
        for field in planned.unfilled:
            typer.echo(
                f"Let op: {field.number} {field.name} is verplicht, en Ooievaar vult het niet."
            )
        if dry_run:
            typer.echo("Er is niets bewaard (--dry-run).")
            return
        if planned.replaces and not replace:
            found = "een specificatie die verandert wat al officieel is (de regels met !)"
            raise InputRejected(
                [Fault(file.name, None, "", found, "--replace, als dat de bedoeling is")]
            )
        store_layout(layout, now=timezone.now(), by=person)
    if layout.is_provisional:
        stand = ", nog voorlopig: er kunnen alleen testberichten (T) mee worden gemaakt"
    else:
        stand = ", als officiële indeling" + (
            "" if planned.missing else ": ook voor echte berichten"
        )
    typer.echo(f"{layout.key} geldt vanaf nu{stand}.")


@commands.command("codes")
def import_codes(
    file: Annotated[Path, typer.Argument(help="Codelijst: .xls, .xlsx, .yaml of .json.")],
    dry_run: DryRun = False,
    als: As = None,
    faults: FaultsFile = None,
) -> None:
    """Lees codelijsten in: retourcodes en andere, met hun ingangsdatum."""
    from ooievaar.claims.layouts import known_codes, store_codes
    from ooievaar.claims.messages.codes import short_name
    from ooievaar.claims.messages.workbook_codes import read_codes

    prepare_database()
    person = _person(als)
    with telling_faults(faults):
        lists = read_codes(file.name, _content(file))
        known = known_codes()
        for found in lists:
            name = short_name(found.list)
            ours = known.entries.get(name, {})
            new = [row for row in found.codes if row.code not in ours]
            other = [
                row
                for row in found.codes
                if row.code in ours and known.text(name, row.code) != row.name_nl
            ]
            typer.echo(
                f"{name}: {counted(len(found.codes), 'code', 'codes')}, waarvan "
                f"{number(len(new))} nieuw en {number(len(other))} met een andere tekst."
            )
            for row in other[:SHOWN]:
                typer.echo(f"  {row.code}: {known.text(name, row.code)} wordt {row.name_nl}")
        if dry_run:
            typer.echo("Er is niets bewaard (--dry-run).")
            return
        stored = [store_codes(found, now=timezone.now(), by=person) for found in lists]
    if not any(stored):
        typer.echo("Alles was al zo ingelezen; er is niets veranderd.")


@commands.command("list")
def show_all() -> None:
    """Toon welke indelingen gelden, en welke nog voorlopig zijn."""
    from ooievaar.claims.layouts import known_layouts
    from ooievaar.claims.models import ImportedLayout

    open_database()
    imported = dict(ImportedLayout.objects.order_by("id").values_list("name", "imported_at"))
    table = Table("Standaard", "Soort", "Berichtcode", "Lengte", "Stand", "Ingelezen", box=None)
    for key, layout in sorted(known_layouts().items()):
        day = f"{timezone.localtime(imported[key]):%d-%m-%Y}" if key in imported else "meegeleverd"
        table.add_row(
            key,
            "declaratie" if layout.direction == "claim" else f"retour op {layout.answers}",
            ", ".join(layout.message_codes),
            str(layout.record_length),
            "voorlopig" if layout.is_provisional else "officieel",
            day,
        )
    console.print(table)


@commands.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Standaard, zoals KZ301 of KZ301-3.2.")],
    record: Annotated[str | None, typer.Option(help="Alleen dit record, zoals 04.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Als JSON, zoals import het leest.")
    ] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Welke voorwaarden niet worden nagekeken.")
    ] = False,
) -> None:
    """Toon de velden van een standaard, en welke voorwaarden niet worden nagekeken."""
    from ooievaar.claims.layouts import known_codes, known_layouts
    from ooievaar.claims.messages.conditions import unchecked_conditions
    from ooievaar.claims.messages.layout import find_standard, layout_content

    open_database()
    layouts = known_layouts()
    layout = layouts.get(name.upper()) or find_standard(layouts, name.upper())
    if layout is None:
        raise InputRejected(
            [Fault("standaard", None, "", name, f"een van: {', '.join(sorted(layouts))}")]
        )
    if as_json:
        typer.echo(json.dumps(layout_content(layout), ensure_ascii=False, indent=1))
        return
    typer.echo(_title(layout))
    for note in (layout.source, *layout.notes):
        typer.echo(f"  {note}")
    rows = unchecked_conditions(layout, known_codes())
    if unchecked:
        for row in rows:
            if record in (None, row.field.number[:2]):
                typer.echo(f"{row.field.number} {row.field.name}: {row.field.condition}")
                typer.echo(f"     niet nagekeken: {row.reason_nl}")
        return
    for code, one in sorted(layout.records.items()):
        if record not in (None, code):
            continue
        typer.echo(f"\n{code} {one.name}")
        for field in one.fields:
            mark = "?" if one.provisional_from and field.start >= one.provisional_from else " "
            typer.echo(
                f" {mark} {field.number}  {field.start:4}-{field.end:<4} {field.kind:2} "
                f"{field.obligation}  {field.element:7} {field.name}"
            )
    if layout.is_provisional:
        typer.echo("\n? voorlopig, tot de officiële specificatie is ingelezen")
    if rows:
        voorwaarden = counted(len(rows), "voorwaarde wordt", "voorwaarden worden")
        typer.echo(f"\n{voorwaarden} niet nagekeken; --unchecked zegt welke en waarom.")


def _title(layout: Layout) -> str:
    fields = sum(len(record.fields) for record in layout.records.values())
    stand = "voorlopig" if layout.is_provisional else "officieel"
    return (
        f"{layout.key}, bericht {', '.join(layout.message_codes)}: {len(layout.records)} records, "
        f"{fields} velden, {layout.record_length} posities, {stand}"
    )


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InputRejected([Fault(file.name, None, "", "geen bestand", "een bestand dat er is")])
    return file.read_bytes()


def _person(username: str | None) -> Person | None:
    if username is None:
        return None
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise InputRejected([Fault("--als", None, "", username, "een gebruikersnaam die er is")])
    return person
