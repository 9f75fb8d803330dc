"""Periods of one thing that may not share a day: the database itself refuses an overlap.

A model with `valid_from` and `valid_until` asks for it with
`no_overlap = ("network_id", "organisation_id")`: the columns that name the thing. Two memberships
of one organisation on one day would double every line of a join. The guards are triggers: the
PostgreSQL servers that come as a wheel lack `btree_gist`, and SQLite has no exclusion constraint.
"""

# ruff: noqa: S608 - the names in the statements are our own, never a value from a file

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models import Model

MESSAGE = "overlap: deze periode deelt een dag met een eerdere van hetzelfde"


def no_overlap_models(app_label: str | None = None) -> list[type[Model]]:
    """Return the models whose periods may not overlap, of one app or of all."""
    return [
        model
        for model in apps.get_models()
        if getattr(model, "no_overlap", ())
        and (app_label is None or model._meta.app_label == app_label)
    ]


def install_overlap_guards(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on every table of the app that asks for them."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in no_overlap_models(sender.label):
            table = model._meta.db_table
            if table not in existing:
                continue
            columns = tuple(getattr(model, "no_overlap", ()))
            for statement in overlap_statements(connection.vendor, table, columns):
                cursor.execute(statement)


def overlap_statements(vendor: str, table: str, columns: tuple[str, ...]) -> list[str]:
    """Return the SQL that guards a table on SQLite or PostgreSQL; running it again is harmless."""
    if vendor == "sqlite":
        same = " AND ".join(f'"{column}" IS NEW."{column}"' for column in columns)
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{table}_no_overlap_{verb.lower()}" '
            f'AFTER {verb} ON "{table}" WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same} '
            f"AND valid_from < NEW.valid_until AND NEW.valid_from < valid_until AND id <> NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("INSERT", "UPDATE")
        ]
    same = " AND ".join(f'"{column}" IS NOT DISTINCT FROM NEW."{column}"' for column in columns)
    return [
        # The lock keeps two transactions from both passing the test before either row is visible;
        # one per table, since a lock per row would fill the server's lock table on a big import.
        f'CREATE OR REPLACE FUNCTION "{table}_no_overlap"() RETURNS trigger LANGUAGE plpgsql AS $$ '
        f"BEGIN PERFORM pg_advisory_xact_lock(hashtext('{table}')); "
        f'IF EXISTS (SELECT 1 FROM "{table}" WHERE {same} AND valid_from < NEW.valid_until '
        f"AND NEW.valid_from < valid_until AND id <> NEW.id) "
        f"THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'exclusion_violation'; END IF; "
        "RETURN NEW; END $$",
        f'CREATE OR REPLACE TRIGGER "{table}_no_overlap" BEFORE INSERT OR UPDATE ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{table}_no_overlap"()',
    ]
