"""Rows of the operational database as Arrow columns, without an object per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import pyarrow as pa
from django.db import connection

ROWS_AT_ONCE = 50_000
Read = Callable[[str, pa.Schema], pa.Table]
READS: ContextVar[Read | None] = ContextVar("reads", default=None)
"""How a whole table is read here, when not on Django's connection (`storage.columns`)."""


def query_arrow(sql: str, parameters: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """Run a query on Django's connection and return its rows as a table of `schema`.

    Reads in the caller's transaction, so what is not committed yet is seen too; inside
    `columns_of_one_moment` what asks for everybody comes by a connection beside it. SQLite is kept
    from making a Python date of every date: it gives texts and numbers, and Arrow converts.
    """
    if not parameters and (read := READS.get()) is not None:
        return read(sql, schema)
    if connection.vendor == "sqlite":
        names = ", ".join(f'"{name}"' for name in schema.names)
        bare = ", ".join(f'+"{name}"' for name in schema.names)
        sql = f"WITH answer({names}) AS ({sql}) SELECT {bare} FROM answer"  # noqa: S608
    batches = []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        raw = cursor.cursor
        while rows := raw.fetchmany(ROWS_AT_ONCE):
            columns = zip(*rows, strict=True)
            arrays = [
                _array(list(values), field.type)
                for values, field in zip(columns, schema, strict=True)
            ]
            batches.append(pa.record_batch(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if connection.vendor == "sqlite":
        if pa.types.is_date(kind):
            return pa.array(values, pa.string()).cast(kind)
        if pa.types.is_boolean(kind):
            return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)
