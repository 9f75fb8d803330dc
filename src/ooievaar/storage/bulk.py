"""Many rows at once, past the ORM's objects: `executemany` on SQLite, COPY on PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


def insert_rows(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as tuples in the order of `fields` (attribute names, such as `woman_id`).

    Values are Python values as the driver takes them: on SQLite dates may be ISO texts. Runs in
    the caller's transaction; fields that are left out must have a default in the database or in
    Python be given. Raises Django's IntegrityError and its kin, whichever the driver.
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
            raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


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
