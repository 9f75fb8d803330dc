"""The guards make way for a migration on SQLite, and come back after it.

SQLite changes a table by making it anew, and refuses while a trigger of another table names it.
The guards are also as the code says then: `CREATE TRIGGER IF NOT EXISTS` leaves an older one.
A migration that breaks off leaves none; nothing starts on it before the rest was applied
(`cli.migrating`), and with the rest the guards come back.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections


def drop_guards(using: str, plan: Sequence[Any], **_: Any) -> None:
    """Drop every trigger of a SQLite database that is about to change (`pre_migrate`)."""
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
