"""What was written stays: the database itself refuses, whoever asks and however."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models, transaction
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.storage.append_only import append_only_models

GUARDED = sorted(append_only_models(), key=lambda model: model._meta.label)
VALUES: dict[str, Any] = {
    "DateField": date(2025, 1, 1),
    "DateTimeField": datetime(2025, 1, 1),
    "BinaryField": b"x",
    "BooleanField": False,
    "JSONField": "{}",
    "CharField": "x",
    "TextField": "x",
    "UUIDField": "00000000-0000-4000-8000-000000000001",
}
BY_NAME: dict[str, Any] = {
    "open_until": datetime(2025, 1, 2),
    "full_until": datetime(2025, 1, 2),
    "until": date(2025, 1, 2),
    "is_credit": True,
    "outcome": "agreed",
    "stopped": "",
    "day": date(2025, 1, 1),
    "period": "2025-01",
    "names_period": "",
    "lines": 2,
    "previous_hash": "0" * 64,
    "last_number": 0,
    "last_hash": "0" * 64,
    "ledger.Account.insurer": None,
    "contracts.AgreementRemark.kind": "answer",
}
"""What a rule between two columns asks."""
FIRST: dict[str, str] = {
    "ledger.Transaction": "INSERT INTO ledger_posting (id, transaction_id, account_id, cents) "
    "VALUES (1, 1, 1, 1), (2, 1, 1, -1)",
    "year_end.LossLine": "INSERT INTO year_end_proposalstep "
    "(id, proposal_id, state, person_id, at, reason) "
    "VALUES (1, 1, 'approved', 1, '2025-01-01', '')",
}
"""What must be there before a row."""


@pytest.fixture(params=GUARDED, ids=lambda model: model._meta.label)
def table(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """A guarded table with one row; what that row refers to is not looked at until a commit."""
    with transaction.atomic():
        name = insert_any_row(request.param, connection)
        yield name
        transaction.set_rollback(True)


def insert_any_row(model: type[models.Model], database: Any) -> str:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [value_of(model, field) for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join("%s" for _ in fields)
    table = model._meta.db_table
    with database.cursor() as cursor:
        if first := FIRST.get(model._meta.label):
            cursor.execute(first)
        cursor.execute(
            f'INSERT INTO "{table}" ({key(model)}, {columns}) VALUES (1, {marks})', values
        )
    return table


def value_of(model: type[models.Model], field: Any) -> Any:
    usual = BY_NAME.get(field.name, VALUES.get(field.get_internal_type(), 1))
    return BY_NAME.get(f"{model._meta.label}.{field.name}", usual)


def key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def key_of(table: str) -> str:
    return next(key(model) for model in GUARDED if model._meta.db_table == table)


def refuses(statement: str, database: Any = connection) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(using=database.alias),
        database.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_these_are_guarded() -> None:
    assert [model._meta.label for model in GUARDED] == [
        "access_log.AccessEvent",
        "access_log.AccessSubject",
        "claims.Batch",
        "claims.BatchLine",
        "claims.BatchStep",
        "claims.ClaimFile",
        "claims.ClaimLine",
        "claims.ImportedCodes",
        "claims.ImportedLayout",
        "claims.KeptLayout",
        "claims.LineEvent",
        "claims.MemberCodeTable",
        "claims.MemberFile",
        "claims.MemberFileLine",
        "claims.MemberReturn",
        "claims.Payment",
        "claims.PaymentLine",
        "claims.ProblemMark",
        "claims.Release",
        "claims.ReturnFile",
        "claims.Touch",
        "contracts.AgreementInForce",
        "contracts.AgreementRemark",
        "contracts.AgreementSignature",
        "contracts.AgreementStep",
        "contracts.AgreementVersion",
        "entries.CountedActivity",
        "entries.Entry",
        "entries.Observation",
        "entries.RepeatChoice",
        "handover.FullWard",
        "handover.FullWardEnd",
        "handover.Referral",
        "handover.ReferralStep",
        "handover.Responsibility",
        "ledger.Account",
        "ledger.PeriodClosing",
        "ledger.Posting",
        "ledger.Transaction",
        "pathways.CareShift",
        "pathways.Enrolment",
        "pathways.PathwayInForce",
        "pathways.PathwaySignature",
        "pathways.PathwayVersion",
        "pathways.ShiftDecision",
        "pathways.Skip",
        "payments.AdvanceLine",
        "payments.AdvanceRun",
        "payments.AdvanceStep",
        "payments.BankAccount",
        "payments.BankAccountStep",
        "payments.BankEntry",
        "payments.BankStatement",
        "payments.InsurerAdvance",
        "payments.InsurerOffset",
        "payments.LineStatus",
        "payments.Loan",
        "payments.PaymentFile",
        "payments.PaymentLine",
        "payments.PaymentPart",
        "payments.PaymentRun",
        "payments.RunStep",
        "record.BilledMono",
        "record.BreakGlass",
        "record.BreakGlassReview",
        "record.CareActivity",
        "record.Consent",
        "record.CoverageChange",
        "record.IdentityChange",
        "record.ImportedFile",
        "record.PregnancyVersion",
        "record.Withdrawal",
        "record.WomanMerge",
        "record.WomanSplit",
        "settlement.ClosedProduct",
        "settlement.Closing",
        "settlement.ClosingRequest",
        "settlement.ClosingStep",
        "settlement.Share",
        "statements.Statement",
        "statements.StatementAnswer",
        "statements.StatementQuestion",
        "teamwork.AgendaItem",
        "teamwork.AgendaSharing",
        "teamwork.Appointment",
        "teamwork.MeetingClosing",
        "teamwork.MeetingDecision",
        "teamwork.MeetingMinutes",
        "teamwork.MeetingOrganisation",
        "teamwork.Mention",
        "teamwork.PlanItem",
        "teamwork.PlanStep",
        "teamwork.Thread",
        "teamwork.ThreadMessage",
        "whatif.Scenario",
        "year_end.LossLine",
        "year_end.Proposal",
        "year_end.ProposalStep",
    ]


def test_a_row_is_not_changed(table: str) -> None:
    refuses(f'UPDATE "{table}" SET {key_of(table)} = 2')


def test_a_row_is_not_removed(table: str) -> None:
    refuses(f'DELETE FROM "{table}"')


def test_a_row_is_not_put_in_the_place_of_another(table: str) -> None:
    """SQLite's REPLACE removes the old row without a word, unless told to mind the guards."""
    name = key_of(table)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            refuses(f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}"')
        else:
            refuses(
                f'INSERT INTO "{table}" SELECT * FROM "{table}" '
                f"ON CONFLICT ({name}) DO UPDATE SET {name} = excluded.{name}"
            )
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model._meta.label)
def test_a_table_is_not_emptied(model: type[models.Model]) -> None:
    """PostgreSQL has TRUNCATE; SQLite takes a short cut for a DELETE of everything."""
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        refuses(f'TRUNCATE "{table}" CASCADE')
        return
    with transaction.atomic():
        insert_any_row(model, connection)
        refuses(f'DELETE FROM "{table}" WHERE true')
        transaction.set_rollback(True)


@pytest.fixture
def on_file(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of its own, on file, migrated by the real command."""
    chosen = {
        "default": settings.DATABASES["default"],
        "on_file": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "x.sqlite3")},
    }
    connections.databases["on_file"] = connections.configure_settings(chosen)["on_file"]
    try:
        with django_db_blocker.unblock():
            call_command("migrate", database="on_file", verbosity=0)
            yield "on_file"
    finally:
        connections["on_file"].close()
        del connections.databases["on_file"]
        delattr(connections._connections, "on_file")


def test_the_guards_come_back_after_sqlite_rebuilt_a_table(on_file: str) -> None:
    database = connections[on_file]
    model = apps.get_model("record", "Withdrawal")
    table = model._meta.db_table
    longer = models.CharField(max_length=250)
    longer.set_attributes_from_name("reason")
    longer.model = model
    with database.schema_editor() as editor:
        editor.alter_field(model, model._meta.get_field("reason"), longer, strict=True)
    assert triggers(database, table) == set()

    call_command("migrate", database=on_file, verbosity=0)
    assert triggers(database, table) == {f"{table}_no_update", f"{table}_no_delete"}
    with database.constraint_checks_disabled():
        insert_any_row(model, database)
    refuses(f'UPDATE "{table}" SET id = 2', database)
    refuses(f'DELETE FROM "{table}"', database)


def triggers(database: Any, table: str) -> set[str]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        return {name for (name,) in cursor.fetchall()}
