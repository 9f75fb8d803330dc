"""The database itself refuses what does not balance, is out of order, or comes after closing.

Triggers, since a check sees one row only; installed after every migration, as those of `storage`.
SQLite has no triggers at the end of a transaction: so postings come first, held up by their
foreign key, and the transaction that they belong to comes last and is checked. On PostgreSQL the
checks look at all new rows at once; a lock lets one write at a time, so that no posting of another
can slip in beside one.
"""

# ruff: noqa: S608 - the names in the statements are our own

from typing import Any

from django.apps import AppConfig
from django.db import connections

from ooievaar.record.access_log.chain import GENESIS
from ooievaar.settlement.ledger.models import Account, PeriodClosing, Posting, Transaction

WRITING = 0x1_0012_0006
"""Key of the advisory lock on PostgreSQL: one at a time writes in the books."""

ACCOUNTS, CLOSINGS = Account._meta.db_table, PeriodClosing._meta.db_table
POSTINGS, TRANSACTIONS = Posting._meta.db_table, Transaction._meta.db_table

UNBALANCED = "grootboek: deze boeking is niet in evenwicht"
FOREIGN = "grootboek: een rekening van een ander netwerk"
LOOSE = "grootboek: deze boeking sluit niet aan op de vorige"
CLOSED = "grootboek: deze periode is gesloten, of past niet bij de dag"
SEALED = "grootboek: aan een boeking komt geen regel meer bij"
OUT_OF_ORDER = "grootboek: een periode sluit na de vorige, bij de laatste boeking"

TEXT_OF_MONTH = {"sqlite": "substr(n.day, 1, 7)", "postgresql": "to_char(n.day, 'YYYY-MM')"}


def install_guards(sender: AppConfig, using: str, **_: Any) -> None:
    """Put the triggers on the tables of the ledger."""
    connection = connections[using]
    if not {POSTINGS, CLOSINGS} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in guard_statements(connection.vendor):
            cursor.execute(statement)


def guard_statements(vendor: str) -> list[str]:
    """Return the SQL of the guards on SQLite or PostgreSQL; running it again is harmless."""
    rules = _rules(vendor)
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{table}_{name}" AFTER INSERT ON "{table}" '
            f"WHEN EXISTS ({wrong.format(fresh=_new_row(table))}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for table, name, wrong, message in rules
        ]
    statements = [
        "CREATE OR REPLACE FUNCTION ledger_lock() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_advisory_xact_lock({WRITING}); RETURN NULL; END $$"
    ]
    for table in (POSTINGS, TRANSACTIONS, CLOSINGS):
        checks = " ".join(
            f"IF EXISTS ({wrong.format(fresh='fresh')}) THEN RAISE EXCEPTION '{message}' "
            "USING ERRCODE = 'check_violation'; END IF;"
            for of, _, wrong, message in rules
            if of == table
        )
        statements += [
            f'CREATE OR REPLACE TRIGGER "{table}_lock" BEFORE INSERT ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_lock()",
            f'CREATE OR REPLACE FUNCTION "{table}_checks"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$$ BEGIN {checks} RETURN NULL; END $$",
            f'CREATE OR REPLACE TRIGGER "{table}_checks" AFTER INSERT ON "{table}" '
            "REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT "
            f'EXECUTE FUNCTION "{table}_checks"()',
        ]
    return statements


def _rules(vendor: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return of each rule its table, name, the rows that break it, and what is said then."""
    month = TEXT_OF_MONTH[vendor]
    unbalanced = (
        f"SELECT 1 FROM {{fresh}} n LEFT JOIN {POSTINGS} p ON p.transaction_id = n.id "
        "GROUP BY n.id, n.lines "
        "HAVING count(p.id) < 2 OR count(p.id) <> n.lines OR sum(p.cents) <> 0"
    )
    foreign = (
        f"SELECT 1 FROM {{fresh}} n JOIN {POSTINGS} p ON p.transaction_id = n.id "
        f"JOIN {ACCOUNTS} a ON a.id = p.account_id WHERE a.network_id <> n.network_id"
    )
    loose = (
        f"SELECT 1 FROM {{fresh}} n LEFT JOIN {TRANSACTIONS} b "
        "ON b.network_id = n.network_id AND b.number = n.number - 1 "
        f"WHERE n.previous_hash <> coalesce(b.hash, '{GENESIS}') "
        "OR (b.id IS NULL) <> (n.number = 1)"
    )
    closed = (
        f"SELECT 1 FROM {{fresh}} n WHERE n.period <> {month} OR n.names_period >= n.period "
        f"OR EXISTS (SELECT 1 FROM {CLOSINGS} c "
        "WHERE c.network_id = n.network_id AND c.period >= n.period)"
    )
    sealed = f"SELECT 1 FROM {{fresh}} n JOIN {TRANSACTIONS} t ON t.id = n.transaction_id"
    out_of_order = (
        f"SELECT 1 FROM {{fresh}} n WHERE EXISTS (SELECT 1 FROM {CLOSINGS} c "
        "WHERE c.network_id = n.network_id AND c.period > n.period) "
        f"OR EXISTS (SELECT 1 FROM {TRANSACTIONS} t "
        "WHERE t.network_id = n.network_id AND t.number > n.last_number) "
        f"OR coalesce((SELECT t.hash FROM {TRANSACTIONS} t WHERE t.network_id = n.network_id "
        f"AND t.number = n.last_number), '{GENESIS}') <> n.last_hash"
    )
    return (
        (POSTINGS, "sealed", sealed, SEALED),
        (TRANSACTIONS, "balances", unbalanced, UNBALANCED),
        (TRANSACTIONS, "one_network", foreign, FOREIGN),
        (TRANSACTIONS, "chain", loose, LOOSE),
        (TRANSACTIONS, "open_period", closed, CLOSED),
        (CLOSINGS, "in_order", out_of_order, OUT_OF_ORDER),
    )


def _new_row(table: str) -> str:
    """Return the new row of SQLite's trigger as a table, by the names that the rules use."""
    columns = {
        POSTINGS: ("transaction_id",),
        TRANSACTIONS: (
            *("id", "network_id", "number", "day", "period", "names_period", "lines"),
            "previous_hash",
        ),
        CLOSINGS: ("network_id", "period", "last_number", "last_hash"),
    }[table]
    return f"(SELECT {', '.join(f'NEW.{name} AS {name}' for name in columns)})"
