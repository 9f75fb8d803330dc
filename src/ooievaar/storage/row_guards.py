"""Rules between rows that the database itself keeps: triggers that refuse a row before it is there.

For what a check cannot see, since it sees one row only: that who prepared does not approve. Each
room names its rules; installed after every migration, as the guards of `append_only`.
"""

# ruff: noqa: S608 - the names in the statements are our own

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connections


@dataclass(frozen=True, slots=True)
class RowGuard:
    """A row of `table` for which `condition` (SQL over NEW) holds is refused with `message`."""

    table: str
    name: str
    condition: str
    message: str


def install_row_guards(using: str, guards: Sequence[RowGuard], alone: Collection[str] = ()) -> None:
    """Put the triggers on their tables, once all of these are there; again is harmless.

    Of two that write in a table of `alone` at once, the second waits: they would not see each other
    on PostgreSQL. On SQLite one writes at a time anyway.
    """
    connection = connections[using]
    if not {guard.table for guard in guards} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in row_guard_statements(connection.vendor, guards, alone):
            cursor.execute(statement)


def row_guard_statements(
    vendor: str, guards: Sequence[RowGuard], alone: Collection[str] = ()
) -> list[str]:
    """Return the SQL of the guards on SQLite or PostgreSQL."""
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{guard.table}_{guard.name}" BEFORE INSERT ON '
            f'"{guard.table}" WHEN {guard.condition} '
            f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
            for guard in guards
        ]
    lock = f"PERFORM pg_advisory_xact_lock(hashtext('{min(alone)}'));" if alone else ""
    statements = []
    for table in dict.fromkeys(guard.table for guard in guards):
        checks = " ".join(
            f"IF {guard.condition} THEN RAISE EXCEPTION '{guard.message}' "
            "USING ERRCODE = 'check_violation'; END IF;"
            for guard in guards
            if guard.table == table
        )
        statements += [
            f'CREATE OR REPLACE FUNCTION "{table}_checks"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$$ BEGIN {lock if table in alone else ''} {checks} RETURN NEW; END $$",
            f'CREATE OR REPLACE TRIGGER "{table}_checks" BEFORE INSERT ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{table}_checks"()',
        ]
    return statements


def own_approval(parent: str, key: str, by: str = "prepared_by_id") -> str:
    """Return the condition of a step by which somebody approves what they made, or nobody does."""
    return (
        "NEW.state = 'approved' AND (NEW.person_id IS NULL OR NEW.person_id = "
        f"(SELECT {by} FROM {parent} WHERE id = NEW.{key}))"
    )


def without_approval(steps: str, key: str, *states: str) -> str:
    """Return the condition of a step to one of `states` that no approval went before."""
    wanted = ", ".join(f"'{state}'" for state in states)
    return (
        f"NEW.state IN ({wanted}) AND NOT EXISTS "
        f"(SELECT 1 FROM {steps} WHERE {key} = NEW.{key} AND state = 'approved')"
    )
