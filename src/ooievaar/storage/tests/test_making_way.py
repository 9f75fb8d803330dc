"""A database that is in use gets a new column, though triggers of other tables name its table."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db


def guards() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        return {name for (name,) in cursor.fetchall()}


def test_a_guarded_table_changes_and_its_guards_come_back(real_database: RealDatabase) -> None:
    before = guards()
    assert before
    call_command("migrate", "payments", "0001", verbosity=0)
    assert guards() == before
    call_command("migrate", "payments", verbosity=0)
    assert guards() == before
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_bankaccount (id, network_id, iban, bic, name, valid_from, "
            "proposed_by_id, proposed_as_id, proposed_at, note) "
            "VALUES (1, 1, 'x', '', 'x', '2026-01-01', 1, 1, '2026-01-01', '')"
        )
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE payments_bankaccount SET name = 'y'")
        transaction.set_rollback(True)
