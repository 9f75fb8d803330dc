"""Four eyes in the database itself: who prepares does not approve; nothing goes unapproved.

Triggers, since a check sees one row only; installed after every migration, as those of `storage`.
"""

# ruff: noqa: S608 - the names in the statements are our own

from typing import Any

from django.apps import AppConfig
from django.db import connections

from ooievaar.claims.models import Batch, BatchStep

OWN = "four eyes: wie een bestand klaarzette, keurt het niet goed"
UNAPPROVED = "four eyes: een bestand zonder goedkeuring van een ander"


def install_four_eyes(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the trigger on the steps of batches."""
    connection = connections[using]
    if BatchStep._meta.db_table not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in four_eyes_statements(connection.vendor):
            cursor.execute(statement)


def four_eyes_statements(vendor: str) -> list[str]:
    """Return the SQL of the guard on SQLite or PostgreSQL; running it again is harmless."""
    steps, batches = BatchStep._meta.db_table, Batch._meta.db_table
    own = (
        "NEW.state = 'approved' AND (NEW.person_id IS NULL OR NEW.person_id = "
        f"(SELECT prepared_by_id FROM {batches} WHERE id = NEW.batch_id))"
    )
    unapproved = (
        "NEW.state IN ('sending', 'sent') AND NOT EXISTS "
        f"(SELECT 1 FROM {steps} WHERE batch_id = NEW.batch_id AND state = 'approved')"
    )
    rules = (("own", own, OWN), ("unapproved", unapproved, UNAPPROVED))
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{steps}_{name}" BEFORE INSERT ON "{steps}" '
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, condition, message in rules
        ]
    checks = " ".join(
        f"IF {condition} THEN RAISE EXCEPTION '{message}' "
        "USING ERRCODE = 'check_violation'; END IF;"
        for _, condition, message in rules
    )
    return [
        f'CREATE OR REPLACE FUNCTION "{steps}_four_eyes"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {checks} RETURN NEW; END $$",
        f'CREATE OR REPLACE TRIGGER "{steps}_four_eyes" BEFORE INSERT ON "{steps}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{steps}_four_eyes"()',
    ]
