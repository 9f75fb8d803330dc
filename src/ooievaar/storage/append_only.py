"""Rows that are written once: the database itself refuses to change or remove them.

A model asks for it with `append_only = True` on the class. The guards are triggers, installed
after every migration because SQLite rebuilds a table on `AlterField` and loses them.
SQLite's REPLACE minds them only on connections that were told to.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

MESSAGE = "append-only: deze rij wordt nooit gewijzigd of verwijderd"


def append_only_models(app_label: str | None = None) -> list[type[Model]]:
    """Return the models whose rows may only be added, of one app or of all."""
    return [
        model
        for model in apps.get_models()
        if getattr(model, "append_only", False)
        and (app_label is None or model._meta.app_label == app_label)
    ]


def install_guards(sender: AppConfig, using: str, **_: Any) -> None:
    """Put a trigger against UPDATE and DELETE on every append-only table of the app."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in append_only_models(sender.label):
            table = model._meta.db_table
            if table not in existing:
                continue
            for statement in guard_statements(connection.vendor, table):
                cursor.execute(statement)


def mind_guards_on_replace(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let the removal that hides in SQLite's INSERT OR REPLACE meet the guards too."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def guard_statements(vendor: str, table: str) -> list[str]:
    """Return the SQL that guards a table on SQLite or PostgreSQL; running it again is harmless."""
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE OR REPLACE FUNCTION ooievaar_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
        f'CREATE OR REPLACE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE '
        f'ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION ooievaar_append_only()',
    ]
