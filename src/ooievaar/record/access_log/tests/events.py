"""A log for tests: somebody who looks, and hands that bend what was written."""

from datetime import UTC, datetime
from typing import Any

from django.db import connections

from ooievaar.record.access_log.actors import Actor
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Kind
from ooievaar.record.access_log.noting import Look

AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
SANNE = Actor(
    person_id=7,
    person_name="Sanne de Vries",
    responsible_id=7,
    responsible_name="Sanne de Vries",
    organisation_id=3,
    place_name="Praktijk de Linde",
    role="midwife",
    purpose="treatment",
    address="10.0.0.9",
)
EVENTS = AccessEvent._meta.db_table
SUBJECTS = AccessSubject._meta.db_table


def read(*women: int, **more: Any) -> Look:
    """A look at the record of these women."""
    return Look(Kind.READ, "pregnancy", "12", women=women, **more)


def written(count: int, using: str = "default") -> None:
    """Write events one by one, each of two women; the last digit of the number tells which."""
    for number in range(1, count + 1):
        append([read(number % 10, 100 + number % 10)], SANNE, AT, using)


def unguarded(using: str = "default") -> None:
    """Take the guards off, as somebody with the database in hand can."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in (EVENTS, SUBJECTS):
            if connection.vendor == "sqlite":
                for verb in ("update", "delete"):
                    cursor.execute(f'DROP TRIGGER "{table}_no_{verb}"')
            else:
                # Constraints now: a table with what is to be checked later cannot be altered.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f'DROP TRIGGER "{table}_append_only" ON "{table}"')
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def bend(*statements: str, using: str = "default") -> None:
    """Run SQL on the tables without their guards."""
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(events=EVENTS, subjects=SUBJECTS))
