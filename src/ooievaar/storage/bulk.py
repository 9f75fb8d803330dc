"""Many rows at once, past the ORM's objects: `executemany` on SQLite, COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import DateTimeField, Model


def insert_rows(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as tuples in the order of `fields` (attribute names, such as `woman_id`).

    Values are Python values as the driver takes them: on SQLite dates may be ISO texts; moments are
    datetimes with their zone, or texts that the ORM would write. Runs in the caller's transaction;
    fields that are left out must have a default in the database or in Python be given. Raises
    Django's IntegrityError and its kin, whichever the driver.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    columns = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    names = ", ".join(connection.ops.quote_name(columns[name]) for name in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" for _ in fields)
            raw = connection.connection.cursor()
            given = _as_the_orm_writes(model, fields, rows)
            raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", given)  # noqa: S608


def _as_the_orm_writes(
    model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    """Return rows for SQLite, where a moment is a text that is compared as text: UTC, no zone."""
    kinds = {field.attname: field for field in model._meta.concrete_fields}
    places = [n for n, name in enumerate(fields) if isinstance(kinds[name], DateTimeField)]
    return _with_moments(rows, places) if places else rows


def _with_moments(rows: Iterable[Sequence[Any]], places: Sequence[int]) -> Iterator[Sequence[Any]]:
    write: Callable[[datetime], str | None] = connection.ops.adapt_datetimefield_value
    for row in rows:
        written = list(row)
        for place in places:
            if isinstance(written[place], datetime):
                written[place] = write(written[place])
        yield written


def next_id(model: type[Model]) -> int:
    """Return the first free id of a table, for callers that number their own rows in bulk."""
    from django.db.models import Max

    return int(model._default_manager.aggregate(Max("pk"))["pk__max"] or 0) + 1


def restart_numbering(model: type[Model]) -> None:
    """Tell PostgreSQL which id comes next after rows were inserted with their own ids."""
    if connection.vendor == "postgresql":
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)",
                [table, next_id(model)],
            )


def add_numbered_rows(
    model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows that bring their own ids, in one transaction, and go on numbering after them."""
    with transaction.atomic():
        insert_rows(model, fields, rows)
        restart_numbering(model)


def analyse_tables(*models: type[Model]) -> None:
    """Let PostgreSQL look at its tables, or at those of `models`, after many rows came in.

    It does so by itself within minutes; until then it guesses how many rows fit a question, and a
    page may take seconds. SQLite plans by its indexes alone: what it would keep of its tables
    changed no page for the better (docs/performance.md).
    """
    if connection.vendor != "postgresql":
        return
    present = set(connection.introspection.table_names())
    wanted = models or apps.get_models(include_auto_created=True)
    tables = sorted({model._meta.db_table for model in wanted} & present)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")
