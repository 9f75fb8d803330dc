"""A second connection that gives columns (ADBC), in the very moment that Django's own reads.

For who reads millions of rows once: five times less work than rows as Python values. What this
process wrote and did not commit it cannot see, so it is opened outside any transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db import connection

from ooievaar.storage.arrow import READS, Read
from ooievaar.storage.backup import one_moment, sqlite_file

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

ROWS_AT_ONCE = "65536"
NOT_OF_LIBPQ = ("client_encoding", "cursor_factory", "context", "prepare_threshold")
"""What psycopg is told and the server's own library does not know; ADBC always speaks UTF-8."""


@contextmanager
def columns_of_one_moment() -> Iterator[None]:
    """Let all that is read inside be of one moment, and what is asked as columns come as such.

    Nobody who writes waits for it. Nothing can be written inside.
    """
    assert not connection.in_atomic_block, "what is not committed is not seen from beside"
    file = sqlite_file()
    with _same_file(file) if file else _same_server() as read:
        token = READS.set(read)
        try:
            yield
        finally:
            READS.reset(token)


@contextmanager
def _same_file(file: Path) -> Iterator[Read]:
    """Open the file a second time, while for a moment nobody can write in it."""
    from adbc_driver_sqlite import dbapi

    with (
        closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as gate,
        one_moment(),
        dbapi.connect(f"{file.resolve().as_uri()}?mode=ro", autocommit=False) as beside,
    ):
        gate.execute("BEGIN IMMEDIATE")
        # A transaction sees what stands there when it first looks.
        with connection.cursor() as ours, beside.cursor() as theirs:
            for cursor in (ours, theirs):
                cursor.execute("SELECT count(*) FROM sqlite_master")
                cursor.fetchone()
        gate.execute("ROLLBACK")
        yield lambda sql, schema: _from_sqlite(beside, sql, schema)


@contextmanager
def _same_server() -> Iterator[Read]:
    """Open a second connection with the settings of ours, and give it our view of the tables."""
    from adbc_driver_postgresql import dbapi

    with (
        one_moment(),
        connection.cursor() as ours,
        dbapi.connect(address_of_server(), autocommit=False) as beside,
        beside.cursor() as theirs,
    ):
        ours.execute("SELECT pg_export_snapshot()")
        (moment,) = ours.fetchone()
        theirs.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        theirs.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        yield lambda sql, schema: _from_postgres(beside, sql, schema)


def address_of_server() -> str:
    """Write the settings of Django's connection as libpq reads them, `sslmode` and all."""
    from psycopg.conninfo import make_conninfo

    told = connection.get_connection_params()
    return make_conninfo(**{name: told[name] for name in told if name not in NOT_OF_LIBPQ})


def _from_sqlite(beside: Connection, sql: str, schema: pa.Schema) -> pa.Table:
    """Read an answer; SQLite has no types to tell, and ADBC goes by the first rows.

    So a row is put in front that has a text or a number in each column, and taken off again.
    """
    first = ", ".join("''" if _is_text(field.type) else "0" for field in schema)
    names = ", ".join(f'"{name}"' for name in schema.names)
    # Django's reader is kept from dates in the same way: a bare column would carry its own type.
    bare = ", ".join(f'+"{name}"' for name in schema.names)
    with beside.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": ROWS_AT_ONCE})
        cursor.execute(
            f"WITH answer({names}) AS ({sql}) SELECT {first} UNION ALL SELECT {bare} FROM answer"  # noqa: S608
        )
        found = cursor.fetch_arrow_table().slice(1)
    return _typed(found, schema)


def _from_postgres(beside: Connection, sql: str, schema: pa.Schema) -> pa.Table:
    with beside.cursor() as cursor:
        cursor.execute(sql)
        return _typed(cursor.fetch_arrow_table(), schema)


def _typed(found: pa.Table, schema: pa.Schema) -> pa.Table:
    return pa.table(
        [_cast(column, field.type) for column, field in zip(found.columns, schema, strict=True)],
        schema=schema,
    )


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_boolean(kind) and not pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return column.cast(kind)


def _is_text(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_date(kind)
