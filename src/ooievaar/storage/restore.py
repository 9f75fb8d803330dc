"""A backup becomes the region again: beside its place or in one transaction, checked, and then.

Prevents a restore that is half, of another version, or over a region that is there. Nothing counts
until every part has the sum the manifest names, every table its number of rows, and the region
testifies the same as when the backup was made.
"""

# ruff: noqa: S608 - the names in the statements are our own, never a value from a file

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.storage.backup import (
    FOLDERS,
    FORMAT,
    HEAD,
    MANIFEST,
    PART_BYTES,
    TableShape,
    fingerprint,
    sqlite_file,
    table_shapes,
)
from ooievaar.storage.bulk import analyse_tables
from ooievaar.storage.copy_text import READERS, read_row
from ooievaar.storage.sealed import Identity, unsealing

BUILDING = "in-herstel"
"""Folder beside the database where a region is rebuilt; what was interrupted is thrown away."""
MADE_BY_MIGRATIONS = frozenset({"django_content_type", "auth_permission"})
LARGEST_PART_BYTES = 16 * PART_BYTES


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back; `has_same_key` tells whether second steps of people still work."""

    made_at: str
    version: str
    tables: int
    rows: int
    has_same_key: bool
    testimony: dict[str, Any]


class Refusal(InputRejected):
    """A backup cannot be restored; told in one sentence."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__([Fault(name, None, "", found, expected)])


def restore(
    place: Path,
    identities: list[Identity],
    *,
    data: Path,
    version: str,
    testimony: Callable[[], dict[str, Any]],
    doubts: Callable[[Path], Iterator[str]],
) -> Restored:
    """Rebuild the region in `place` here, all of it or nothing; raises InputRejected.

    `doubts` is asked of the rebuilt region, with the folder of its files, before it counts.
    """
    building = (sqlite_file() or data / "server").parent / BUILDING
    refuse_a_region_that_is_there(data, building)
    if place.is_file():
        # Read through once before anything is built; what comes through a pipe comes once.
        with unsealing(place, identities) as stream:
            _read(place.name, stream, version, None, _Survey())
    data.mkdir(parents=True, exist_ok=True)
    building.mkdir(parents=True, mode=0o700)
    try:
        with _rebuilt(building) as loading:
            with unsealing(place, identities) as stream:
                restored = _read(place.name, stream, version, building / "files", loading)
                if testimony() != restored.testimony:
                    raise Refusal(
                        place.name, "een andere toegangslog of afsluiting dan het manifest noemt",
                        "het hele bestand, ongewijzigd",
                    )  # fmt: skip
                if found := list(doubts(building / "files")):
                    raise Refusal(place.name, "; ".join(found), "een regio die klopt")
            for folder in FOLDERS:
                if (building / "files" / folder).exists():
                    shutil.move(building / "files" / folder, data / folder)
    except BaseException:
        _throw_away(data, building)
        raise
    shutil.rmtree(building)
    return restored


def refuse_a_region_that_is_there(data: Path, building: Path) -> None:
    """Raise Refusal when this place holds rows, or files of an earlier region."""
    file = sqlite_file()
    if file is None or file.exists():
        _refuse_rows(file.name if file else "de databank")
    if building.exists():
        # A restore was broken off here before it counted; the files it put down came from it.
        _throw_away(data, building)
    for folder in FOLDERS:
        if (data / folder).exists():
            if any((data / folder).iterdir()):
                raise Refusal(folder, "bestanden van een eerdere regio", "een lege plaats")
            (data / folder).rmdir()


def _refuse_rows(name: str) -> None:
    present = set(connection.introspection.table_names()) - MADE_BY_MIGRATIONS
    with connection.cursor() as cursor:
        for shape in table_shapes():
            if shape.name in present:
                cursor.execute(f'SELECT 1 FROM "{shape.name}" LIMIT 1')
                if cursor.fetchone():
                    raise Refusal(name, f"een regio die er al is ({shape.name})", "een lege plaats")
    connection.close()


def _throw_away(data: Path, building: Path) -> None:
    for folder in FOLDERS:
        shutil.rmtree(data / folder, ignore_errors=True)
    shutil.rmtree(building, ignore_errors=True)


def _read(
    name: str, stream: IO[bytes], version: str, files: Path | None, loading: "Loading"
) -> Restored:
    """Load every part, and hold all of it against the manifest, which comes last."""
    head: dict[str, Any] = {}
    sums: dict[str, str] = {}
    rows: dict[str, int] = {}
    manifest: dict[str, Any] | None = None
    shapes = {shape.name: shape for shape in table_shapes()}
    for part, content in _members(name, stream):
        sums[part] = hashlib.sha256(content).hexdigest()
        kind, _, rest = part.partition("/")
        if part == HEAD:
            head = json.loads(content)
            _refuse_another_version(name, head, version, shapes)
            rows = dict.fromkeys(shapes, 0)
            loading.begin(list(shapes.values()))
        elif not head or manifest is not None:
            raise _no_backup(name)
        elif part == MANIFEST:
            manifest = json.loads(content)
        elif kind == "tables" and (shape := shapes.get(rest.partition("/")[0])):
            loading.part(shape, content)
            rows[shape.name] += content.count(b"\n")
        elif kind == "files":
            _write_file(name, files, rest, content)
        else:
            raise _no_backup(name)
    if manifest is None:
        raise _no_backup(name)
    sums.pop(MANIFEST)
    if sums != manifest["parts"]:
        raise Refusal(name, "een deel waarvan de controlesom niet klopt", "het hele bestand")
    counted = loading.end(manifest["numbers"])
    if not rows == counted == manifest["rows"]:
        raise Refusal(name, "een ander aantal rijen dan het manifest noemt", "het hele bestand")
    return Restored(
        made_at=head["made_at"],
        version=head["version"],
        tables=len(rows),
        rows=sum(rows.values()),
        has_same_key=head["secret_key"] == fingerprint(),
        testimony=manifest["testimony"],
    )


def _members(name: str, stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of the archive in order; a part that would not fit in memory is refused."""
    try:
        with (
            gzip.GzipFile(fileobj=stream, mode="rb") as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as archive,
        ):
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None or entry.size > LARGEST_PART_BYTES:
                    raise _no_backup(name)
                yield entry.name, content.read()
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile):
        raise _no_backup(name) from None


def _no_backup(name: str) -> Refusal:
    return Refusal(name, "een bestand waaruit delen ontbreken", "een hele back-up van Ooievaar")


def _refuse_another_version(
    name: str, head: Mapping[str, Any], version: str, shapes: Mapping[str, TableShape]
) -> None:
    if head.get("format") != FORMAT:
        raise Refusal(name, "een back-up in een andere vorm", "een back-up van deze versie")
    loader = MigrationLoader(None)
    applied = {(app, migration) for app, migration in head["migrations"]}
    is_ours = (
        applied <= set(loader.disk_migrations)
        and applied >= set(loader.graph.leaf_nodes())
        and head["tables"] == {shape.name: list(shape.columns) for shape in shapes.values()}
    )
    if not is_ours:
        raise Refusal(
            name,
            f"een back-up van Ooievaar {head['version']} met andere tabellen dan deze versie "
            f"({version})",
            f"Ooievaar {head['version']}; zet daarmee terug en werk daarna bij",
        )


def _write_file(backup: str, files: Path | None, name: str, content: bytes) -> None:
    path = PurePosixPath(name)
    if len(path.parts) != 2 or path.parts[0] not in FOLDERS or path.parts[1].startswith("."):
        raise _no_backup(backup)
    if files is None:
        return
    place = files / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    place.chmod(0o444)


class Loading(Protocol):
    """A database that is being filled."""

    def begin(self, shapes: list[TableShape]) -> None:
        """Make the tables ready: empty, and without guards."""

    def part(self, shape: TableShape, content: bytes) -> None:
        """Add some rows of a table."""

    def end(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Put the guards back, go on numbering where it was, and return the rows by table."""


@contextmanager
def _rebuilt(building: Path) -> Iterator[Loading]:
    """Give a database to fill, which takes its place when all went well."""
    if (file := sqlite_file()) is None:
        call_command("migrate", verbosity=0, interactive=False)
        with transaction.atomic():
            yield _Server()
        return
    rebuilt = building / file.name
    with _pointed_at(rebuilt):
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        with closing(sqlite3.connect(rebuilt, isolation_level=None)) as opened:
            yield _File(opened)
    # What an older, empty database left in its log must not be read into this one.
    for leftover in ("-wal", "-shm"):
        file.with_name(f"{file.name}{leftover}").unlink(missing_ok=True)
    with rebuilt.open("rb") as written:
        os.fsync(written.fileno())
    rebuilt.replace(file)


@contextmanager
def _pointed_at(file: Path) -> Iterator[None]:
    """Let Django's connection work on another file for a while."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


class _Survey:
    """No database: a backup is only read through."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}

    def begin(self, shapes: list[TableShape]) -> None:
        """Count from nothing."""
        self._rows = dict.fromkeys((shape.name for shape in shapes), 0)

    def part(self, shape: TableShape, content: bytes) -> None:
        """Count some rows of a table."""
        self._rows[shape.name] += content.count(b"\n")

    def end(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Return the rows by table."""
        return self._rows


class _File:
    """A SQLite file that nobody else has open."""

    def __init__(self, opened: sqlite3.Connection) -> None:
        self._opened = opened
        self._shapes: list[TableShape] = []
        self._guards: list[str] = []

    def begin(self, shapes: list[TableShape]) -> None:
        """Make the tables ready: empty, and without guards."""
        self._shapes = shapes
        run = self._opened.execute
        # Broken off, it is thrown away: it needs no journal.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            run(f"PRAGMA {pragma}")
        triggers = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        self._guards = [sql for _, sql in triggers]
        run("BEGIN")
        for name, _ in triggers:
            run(f'DROP TRIGGER "{name}"')
        for shape in shapes:
            run(f'DELETE FROM "{shape.name}"')

    def part(self, shape: TableShape, content: bytes) -> None:
        """Add some rows of a table."""
        readers = [READERS[kind] for kind in shape.kinds]
        columns = ", ".join(f'"{column}"' for column in shape.columns)
        places = ", ".join("?" * len(shape.columns))
        self._opened.executemany(
            f'INSERT INTO "{shape.name}" ({columns}) VALUES ({places})',
            (read_row(line, readers) for line in content.decode().split("\n")[:-1]),
        )

    def end(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Put the guards back, go on numbering where it was, and return the rows by table."""
        run = self._opened.execute
        for sql in self._guards:
            run(sql)
        for table, last in numbers.items():
            run("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            if last:
                run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, last])
        if run("PRAGMA foreign_key_check").fetchone():
            raise Refusal(
                "de databank",
                "een rij die naar niets verwijst",
                "een back-up die met zichzelf klopt",
            )
        run("COMMIT")
        counted = {
            shape.name: int(run(f'SELECT count(*) FROM "{shape.name}"').fetchone()[0])
            for shape in self._shapes
        }
        self._opened.close()
        return counted


class _Server:
    """PostgreSQL, inside one transaction."""

    def __init__(self) -> None:
        self._shapes: list[TableShape] = []

    def begin(self, shapes: list[TableShape]) -> None:
        """Make the tables ready: empty, and without guards."""
        self._shapes = shapes
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.execute("SET LOCAL datestyle TO 'ISO, YMD'")
            # Locks each table too: nobody writes in between.
            for shape in shapes:
                cursor.execute(f'ALTER TABLE "{shape.name}" DISABLE TRIGGER USER')
            for table in sorted(MADE_BY_MIGRATIONS):
                cursor.execute(f'DELETE FROM "{table}"')

    def part(self, shape: TableShape, content: bytes) -> None:
        """Add some rows of a table."""
        columns = ", ".join(f'"{column}"' for column in shape.columns)
        into = f'COPY "{shape.name}" ({columns}) FROM STDIN'
        with connection.cursor() as cursor, cursor.cursor.copy(into) as copied:
            copied.write(content)

    def end(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Put the guards back, go on numbering where it was, and return the rows by table."""
        counted = {}
        with connection.cursor() as cursor:
            # References are looked at now: a table with checks to come cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for shape in self._shapes:
                cursor.execute(f'ALTER TABLE "{shape.name}" ENABLE TRIGGER USER')
                cursor.execute(f'SELECT count(*) FROM "{shape.name}"')
                counted[shape.name] = int(cursor.fetchone()[0])
            for table, last in numbers.items():
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, %s)",
                    [f'"{table}"', max(last, 1), last > 0],
                )
        # What is asked of the region before it counts is asked of large tables too.
        analyse_tables()
        return counted
