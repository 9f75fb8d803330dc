"""`ooievaar backup` and `ooievaar restore`: everything in one encrypted file, and back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console

from ooievaar import __version__
from ooievaar.cli.database import database_fault
from ooievaar.cli.faults import telling_faults
from ooievaar.cli.numbers import counted, number
from ooievaar.cli.testimony import doubts, testimony
from ooievaar.kernel.faults import InputRejected
from ooievaar.storage import logs
from ooievaar.storage.backup import files_beside, write_backup
from ooievaar.storage.restore import Restored, restore
from ooievaar.storage.sealed import make_key, read_identities, read_recipients

console = Console(highlight=False)

KEY_FILE = typer.Option("--key-file", help="De sleutel van `ooievaar backup key BESTAND`.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backup")(backup)
    app.command("restore")(restore_backup)


def backup(
    words: Annotated[
        list[str], typer.Argument(metavar="BESTAND", help="Het nieuwe bestand, of een map.")
    ],
    key_file: Annotated[Path | None, KEY_FILE] = None,
) -> None:
    """Schrijf alles in één versleuteld bestand; iedereen kan intussen doorwerken.

    `ooievaar backup key BESTAND` maakt eerst een sleutel: BESTAND.pub is genoeg om back-ups te
    maken, BESTAND zelf opent ze weer. Bewaar dat ergens anders dan op deze computer. Is BESTAND een
    map, dan krijgt de back-up daarin dag en tijd als naam.
    """
    if words[0] == "key" and len(words) == 2:
        _make_key(Path(words[1]))
        return
    if len(words) != 1 or key_file is None:
        raise typer.BadParameter("ooievaar backup BESTAND --key-file SLEUTEL")
    began = time.perf_counter()
    with telling_faults(ending="er is geen back-up gemaakt"), _telling_the_database():
        recipients = read_recipients(key_file)
        now = timezone.now()
        place = _named(Path(words[0]), f"ooievaar-{timezone.localtime(now):%Y%m%d-%H%M%S}.age")
        made = write_backup(
            place,
            recipients,
            version=__version__,
            now=now,
            files=files_beside(settings.DATA),
            testimony=testimony,
        )
    logs.tell(
        "backup",
        tables=made.tables,
        rows=made.rows,
        kilobytes=made.size_bytes // 1000,
        ms=round((time.perf_counter() - began) * 1000),
    )
    console.print(
        f"Back-up gemaakt: {place.name}, {counted(made.rows, 'rij', 'rijen')} uit "
        f"{counted(made.tables, 'tabel', 'tabellen')}, {number(made.size_bytes // 1000)} kB.",
        soft_wrap=True,
    )
    console.print("De geheime sleutel van deze installatie zit er niet in: bewaar die apart.")


@contextmanager
def _telling_the_database() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise InputRejected([database_fault(error)]) from None


def _named(place: Path, name: str) -> Path:
    return place / name if place.is_dir() else place


def _make_key(place: Path) -> None:
    with telling_faults(ending="er is geen sleutel gemaakt"):
        public = make_key(place)
    console.print(f"Sleutel gemaakt: {place.name} (geheim) en {place.name}.pub ({public}).")
    console.print(
        f"Zonder {place.name} is geen back-up meer te openen: bewaar hem buiten deze computer.",
        soft_wrap=True,
    )


def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="BESTAND", help="De back-up.")],
    key_file: Annotated[Path, KEY_FILE],
) -> None:
    """Zet een back-up terug op een lege plaats, en bewijs dat alles er weer is."""
    began = time.perf_counter()
    with telling_faults(ending="er is niets teruggezet"), _telling_the_database():
        restored = restore(
            file,
            read_identities(key_file),
            data=settings.DATA,
            version=__version__,
            testimony=testimony,
            doubts=doubts,
        )
    logs.tell(
        "restore",
        tables=restored.tables,
        rows=restored.rows,
        ms=round((time.perf_counter() - began) * 1000),
    )
    for line in _told(restored):
        console.print(line, soft_wrap=True)


def _told(restored: Restored) -> list[str]:
    said: dict[str, Any] = restored.testimony
    events, closings = said["access_log"]["number"], said["closings"]
    lines = [
        f"Teruggezet: de regio van {restored.made_at}, gemaakt met Ooievaar {restored.version}.",
        f"Aantallen: {counted(restored.rows, 'rij', 'rijen')} in "
        f"{counted(restored.tables, 'tabel', 'tabellen')}, gelijk aan het manifest.",
        f"Toegangslog: {counted(events, 'gebeurtenis', 'gebeurtenissen')}, de keten sluit.",
        f"Verdeling: {counted(len(closings), 'afsluiting', 'afsluitingen')}, elke cent verdeeld.",
        "Iedereen meldt zich opnieuw aan: sessies zitten niet in een back-up.",
    ]
    if not restored.has_same_key:
        lines.append(
            "De geheime sleutel is hier een andere dan waarmee de back-up is gemaakt: de tweede "
            "stappen (TOTP) werken pas als de oude sleutel er weer is (OOIEVAAR_SECRET_KEY)."
        )
    return lines
