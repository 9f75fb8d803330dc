"""`ooievaar audit`: prove that nobody bent the access log, anchor it, take a part of it out."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rich.console import Console

from ooievaar.cli.database import open_database
from ooievaar.cli.networks import read_day
from ooievaar.cli.numbers import counted, number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record.access_log.actors import SYSTEM
from ooievaar.record.access_log.anchors import (
    ChainBent,
    anchor_if_due,
    anchors_folder,
    read_anchors,
    verify_with_anchors,
)
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.access_log.nen7513 import log_lines
from ooievaar.record.access_log.noting import NO_RELATION, Look
from ooievaar.record.access_log.queries import events_of_woman, in_period, women_called
from ooievaar.record.access_log.verify import Mark, Verdict
from ooievaar.record.models import Woman
from ooievaar.ui.exports import safe_cell

SHOWN = 20
KEPT = re.compile(r"(\d{1,18}):([0-9a-f]{64})")

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add `audit` with its commands."""
    audit = typer.Typer(help="Het toegangslog: wie keek, en klopt dat nog?", no_args_is_help=True)
    audit.command("verify")(verify)
    audit.command("anchor")(anchor)
    audit.command("export")(export)
    app.add_typer(audit, name="audit")


def verify(
    since: Annotated[int, typer.Option(help="Lees vanaf dit nummer.", min=1)] = 1,
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="Een elders bewaard anker, als NUMMER:HASH. Mag vaker."),
    ] = None,
) -> None:
    """Lees het toegangslog na: elke wijziging, elk gat, elke verwisseling en een verdwenen einde.

    Eindigt met 0 als alles klopt, met 1 als er iets niet klopt.
    """
    kept = tuple(_kept(text) for text in anchor or ())
    open_database()
    verdict = verify_with_anchors(since, kept=kept)
    print_verdict(verdict)
    if not verdict.holds:
        raise typer.Exit(1)


def print_verdict(verdict: Verdict) -> None:
    """Say whether the log holds, or what is wrong and where it begins."""
    read = counted(verdict.count, "gebeurtenis", "gebeurtenissen")
    if verdict.holds:
        marks = counted(verdict.marks_met, "anker", "ankers")
        console.print(f"Het toegangslog klopt: {read} gelezen, {marks} bevestigd.", soft_wrap=True)
        if verdict.count:
            console.print(f"Einde: {verdict.last_number}:{verdict.last_hash}", soft_wrap=True)
        return
    console.print(
        f"Het toegangslog klopt niet: {read} gelezen, "
        f"{counted(verdict.found_count, 'bevinding', 'bevindingen')}. "
        f"Het eerste nummer dat niet klopt is {verdict.found[0].number}.",
        soft_wrap=True,
    )
    for finding in verdict.found[:SHOWN]:
        console.print(f"  - {finding}", soft_wrap=True, markup=False)
    if verdict.found_count > SHOWN:
        console.print(f"  ... en nog {number(verdict.found_count - SHOWN)}.")


def anchor() -> None:
    """Schrijf het einde van de log van vandaag op, buiten de databank.

    Bewaar de regel die verschijnt ook elders: wie de databank en de datamap kan wijzigen, kan
    die regel niet wijzigen.
    """
    open_database()
    try:
        written = anchor_if_due(timezone.now())
    except ChainBent as bent:
        print_verdict(bent.verdict)
        console.print("Er is geen anker geschreven.")
        raise typer.Exit(1) from None
    if written is None:
        anchors, _found = read_anchors(anchors_folder())
        if not anchors:
            console.print("Het toegangslog is nog leeg; er is geen anker geschreven.")
            return
        console.print("Het anker van vandaag was er al:")
        written = anchors[-1]
    console.print(written.line, soft_wrap=True)


def export(
    file: Annotated[Path, typer.Argument(help="Het CSV-bestand; het mag nog niet bestaan.")],
    woman: Annotated[
        str | None, typer.Option(help="Referentie van een vrouw of zwangerschap.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Naam van een medewerker, voluit.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Vanaf deze dag.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Tot deze dag.")] = None,
) -> None:
    """Schrijf de log van een vrouw of van een medewerker naar een bestand, als NEN 7513-regels."""
    first, end = _day(start, "--from"), _day(until, "--until")
    if (woman is None) == (person is None):
        raise _refused("audit export", "geen of allebei", "--woman REFERENTIE of --person NAAM")
    if file.exists():
        raise _refused(file.name, "een bestand dat er al is", "een nieuwe naam")
    open_database()
    whose: Woman | None = None
    if woman is not None:
        whose = women_called(woman).first()
        if whose is None:
            raise _refused("--woman", repr(woman), "de referentie van een vrouw of zwangerschap")
        events = events_of_woman(whose.pk)
    else:
        events = AccessEvent.objects.filter(person_name=person)
    events = _before(in_period(events, first, None), end)
    count = events.count()
    look = Look(
        Kind.EXPORT,
        "access_log",
        women=(whose.pk,) if whose else (),
        controls=NO_RELATION,
        detail={"shown": count},
    )
    # First, so that nothing leaves without its trace; the file ends before this event.
    with transaction.atomic():
        newest = AccessEvent.objects.order_by("-number").values_list("number", flat=True).first()
        append([look], SYSTEM)
    written = _write(file, events.filter(number__lte=newest or 0), whose)
    console.print(f"{counted(written, 'gebeurtenis', 'gebeurtenissen')} in {file.name}.")


def _write(file: Path, events: QuerySet[AccessEvent], whose: Woman | None) -> int:
    lines = -1
    with file.open("x", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        for line in log_lines(events, whose):
            writer.writerow([safe_cell(cell) for cell in line])
            lines += 1
    return lines


def _before(events: QuerySet[AccessEvent], end: date | None) -> QuerySet[AccessEvent]:
    if end is None:
        return events
    return in_period(events, None, date.fromordinal(max(1, end.toordinal() - 1)))


def _day(text: str | None, option: str) -> date | None:
    return read_day(text, option) if text else None


def _kept(text: str) -> Mark:
    found = KEPT.search(text)
    if found is None:
        raise _refused("--anchor", repr(text), "NUMMER:HASH, zoals `audit anchor` het toont")
    return Mark(int(found[1]), found[2], "dat elders is bewaard")


def _refused(what: str, found: str, expected: str) -> InputRejected:
    return InputRejected([Fault(what, None, "", found, expected)])
