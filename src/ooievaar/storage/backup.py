"""Everything of the region in one sealed file, of one moment, while people go on working.

The file is an age file with a gzipped tar in it, so that it can be opened without us:
`head.json` (what made it), the rows of each table in parts, the files beside the database, and
last `manifest.json`: the sum of every part, the rows of every table, and what the region testifies.
Never in it: the secret key, sessions, and what counts attempts to sign in.
"""

# ruff: noqa: S608 - the names in the statements are our own, never a value from a file

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import AutoField, Field, Model
from django.utils.crypto import salted_hmac

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.storage.copy_text import WRITERS, kind_of, written_row
from ooievaar.storage.sealed import Recipient, sealing

FORMAT = 1
HEAD, MANIFEST = "head.json", "manifest.json"
FOLDERS = ("anchors",)
"""Folders beside the database that belong to the region."""
PART_BYTES = 4_000_000
ROWS_AT_ONCE = 500
LEFT_OUT = frozenset({"django_session", "usersessions_usersession", "shared_cache"})
"""Who restores signs in anew."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as a backup knows it: its columns in order, and the one that orders its rows."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    key: str
    is_numbered: bool


def files_beside(data: Path) -> dict[str, bytes]:
    """Return the files in the data folder that belong in a backup, by their path in it."""
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in sorted((data / folder).glob("*.json"))
    }


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup came to."""

    tables: int
    rows: int
    size_bytes: int


def table_shapes() -> list[TableShape]:
    """Return every table that belongs in a backup, by name."""
    models: dict[str, type[Model]] = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.managed and not model._meta.proxy and table not in LEFT_OUT:
            models[table] = model
    return [_shape(table, model) for table, model in sorted(models.items())]


def _shape(table: str, model: type[Model]) -> TableShape:
    fields: list[Field[Any, Any]] = list(model._meta.local_concrete_fields)
    key = model._meta.pk
    return TableShape(
        name=table,
        columns=tuple(str(field.column) for field in fields),
        kinds=tuple(kind_of(field) for field in fields),
        key=str(key.column),
        is_numbered=isinstance(key, AutoField),
    )


def applied_migrations() -> list[list[str]]:
    """Return the migrations of this database, which fix what its tables look like."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def fingerprint() -> str:
    """Return what tells one secret key from another without telling the key."""
    return salted_hmac("ooievaar.backup", "which key", algorithm="sha256").hexdigest()[:16]


def sqlite_file() -> Path | None:
    """Return the file of the database; None when it is a server's."""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def _refuse_what_is_not_up_to_date() -> None:
    """Raise InputRejected when there is no database, or its tables are of another version."""
    file = sqlite_file()
    name = file.name if file else "de databank"
    if file and not file.exists():
        raise InputRejected([Fault(name, None, "", "geen databank", "een regio om te bewaren")])
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        expected = "een back-up met de versie die hier het laatst draaide, vóór het bijwerken"
        raise InputRejected([Fault(name, None, "", "tabellen van een eerdere versie", expected)])


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the database as it is at this moment, however long it takes, and hold up nobody."""
    if connection.vendor == "sqlite":
        # Our usual IMMEDIATE would keep every writer out until the end.
        usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = usual  # type: ignore[attr-defined]
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("SET LOCAL datestyle TO 'ISO, YMD'")
        yield


def write_backup(
    place: Path,
    recipients: list[Recipient],
    *,
    version: str,
    now: datetime,
    files: Mapping[str, bytes],
    testimony: Callable[[], dict[str, Any]],
) -> Backup:
    """Seal the region in `place`; `testimony` is asked in the same moment as the rows are read.

    `files` are what stands beside the database, read before it: an anchor of the access log that
    is younger than the rows would testify of events that are not there.
    """
    _refuse_what_is_not_up_to_date()
    with sealing(place, recipients) as out, _archive(out) as archive, one_moment():
        shapes = table_shapes()
        head = {
            "format": FORMAT,
            "version": version,
            "made_at": now.isoformat(timespec="seconds"),
            "engine": connection.vendor,
            "secret_key": fingerprint(),
            "migrations": applied_migrations(),
            "tables": {shape.name: list(shape.columns) for shape in shapes},
        }
        parts: dict[str, str] = {}
        _add(archive, HEAD, _json(head), parts)
        rows = {}
        for shape in shapes:
            rows[shape.name] = 0
            for number, (part, count) in enumerate(_parts(shape)):
                _add(archive, f"tables/{shape.name}/{number:06}.copy", part, parts)
                rows[shape.name] += count
        for name, content in sorted(files.items()):
            _add(archive, f"files/{name}", content, parts)
        manifest = {
            "parts": parts,
            "rows": rows,
            "numbers": {shape.name: _last_number(shape) for shape in shapes if shape.is_numbered},
            "testimony": testimony(),
        }
        _add(archive, MANIFEST, _json(manifest), {})
    return Backup(len(shapes), sum(rows.values()), place.stat().st_size)


@contextmanager
def _archive(out: IO[bytes]) -> Iterator[tarfile.TarFile]:
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        yield archive


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _add(archive: tarfile.TarFile, name: str, content: bytes, parts: dict[str, str]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
    parts[name] = hashlib.sha256(content).hexdigest()


def _parts(shape: TableShape) -> Iterator[tuple[bytes, int]]:
    """Yield the rows of a table as whole lines, some megabytes at a time, with their number."""
    lines = _lines_of_sqlite(shape) if connection.vendor == "sqlite" else _lines_of_server(shape)
    gathered: list[bytes] = []
    size = rows = 0
    for block, count in lines:
        gathered.append(block)
        size, rows = size + len(block), rows + count
        if size >= PART_BYTES:
            yield b"".join(gathered), rows
            gathered, size, rows = [], 0, 0
    if rows:
        yield b"".join(gathered), rows


def _lines_of_sqlite(shape: TableShape) -> Iterator[tuple[bytes, int]]:
    writers = [WRITERS[kind] for kind in shape.kinds]
    # The plus keeps sqlite3 from making dates of what is text.
    columns = ", ".join(f'+"{column}"' for column in shape.columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{shape.name}" ORDER BY "{shape.key}"')
        raw = cursor.cursor
        while rows := raw.fetchmany(ROWS_AT_ONCE):
            lines = [written_row(row, writers) for row in rows]
            yield ("\n".join(lines) + "\n").encode(), len(rows)


def _lines_of_server(shape: TableShape) -> Iterator[tuple[bytes, int]]:
    columns = ", ".join(f'"{column}"' for column in shape.columns)
    asked = f'COPY (SELECT {columns} FROM "{shape.name}" ORDER BY "{shape.key}") TO STDOUT'
    with connection.cursor() as cursor, cursor.cursor.copy(asked) as copied:
        for block in copied:
            # An end of line inside a value is written as two signs: each real one ends a row.
            line = bytes(block)
            yield line, line.count(b"\n")


def _last_number(shape: TableShape) -> int:
    """Return the last number that a table gave out; what was removed keeps its number."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [shape.name])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{shape.name}"', shape.key])
        cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")
        last, is_called = cursor.fetchone()
        return int(last) if is_called else 0
