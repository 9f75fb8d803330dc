"""Columns from beside: the same values as Django reads, of one moment, by the same settings."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection, connections

from ooievaar.storage.arrow import query_arrow
from ooievaar.storage.columns import address_of_server, columns_of_one_moment
from ooievaar.ui.tests.real_database import RealDatabase

SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("day", pa.date32()),
        ("minute", pa.int32()),
        ("sure", pa.bool_()),
        ("word", pa.string()),
    ]
)
EVERYTHING = "SELECT number, day, minute, sure, word FROM things ORDER BY number"
MANY = 70_000
"""More than come in one go, so that what stands first in a later part is not the first of all."""
ROWS: list[tuple[Any, ...]] = [
    *((number, None, None, None, None) for number in range(1, MANY)),
    (2**40, date(2025, 2, 28), 0, True, "één"),
    (2**41, date(9999, 12, 31), 1439, False, ""),
    (2**42, None, None, None, None),
]


@pytest.fixture
def things(real_database: RealDatabase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE things (number bigint, day date, minute smallint, sure bool, word text)"
        )
        cursor.executemany("INSERT INTO things VALUES (%s, %s, %s, %s, %s)", ROWS)


def counted() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM things")
        return int(cursor.fetchone()[0])


def another_adds_one() -> None:
    """Let somebody else commit a row, on a connection of their own."""
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO things VALUES (0, NULL, NULL, NULL, 'later')")
    finally:
        other.close()


def test_columns_are_what_django_reads(things: None) -> None:
    usual = query_arrow(EVERYTHING, [], SCHEMA)
    with columns_of_one_moment():
        found = query_arrow(EVERYTHING, [], SCHEMA)
        chosen = "SELECT number, day, minute, sure, word FROM things WHERE number > %s ORDER BY 1"
        assert query_arrow(chosen, [2**39], SCHEMA).num_rows == 3
    assert found.schema == usual.schema == SCHEMA
    assert found.equals(usual)
    assert [tuple(row.values()) for row in found.slice(MANY - 1).to_pylist()] == ROWS[MANY - 1 :]


def test_no_row_is_a_table_too(things: None) -> None:
    with columns_of_one_moment():
        found = query_arrow(f"SELECT * FROM ({EVERYTHING}) t WHERE number < 0", [], SCHEMA)
    assert (found.schema, found.num_rows) == (SCHEMA, 0)


def test_both_connections_see_one_moment_while_others_write(things: None) -> None:
    """Somebody writes as soon as it began, without waiting, and again in between."""
    with columns_of_one_moment():
        another_adds_one()
        assert query_arrow(EVERYTHING, [], SCHEMA).num_rows == len(ROWS)
        another_adds_one()
        assert counted() == query_arrow(EVERYTHING, [], SCHEMA).num_rows == len(ROWS)
    assert counted() == len(ROWS) + 2
    another_adds_one()
    assert query_arrow(EVERYTHING, [], SCHEMA).num_rows == counted() == len(ROWS) + 3


def test_after_it_everything_is_read_as_usual_again(things: None) -> None:
    with pytest.raises(ZeroDivisionError), columns_of_one_moment():
        _ = 1 // 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO things (number) VALUES (-1)")
    assert query_arrow(EVERYTHING, [], SCHEMA).num_rows == len(ROWS) + 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a file has no settings of its own")
def test_the_settings_of_the_connection_hold_beside_too(
    real_database: RealDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg.conninfo import conninfo_to_dict

    word = pa.schema([("word", pa.string())])
    asked = "SELECT current_database() || current_setting('jit') || current_user"
    usual = query_arrow(asked, [], word)
    with columns_of_one_moment():
        assert query_arrow(asked, [], word).equals(usual)
        assert query_arrow("SELECT current_setting('transaction_isolation')", [], word)[
            "word"
        ].to_pylist() == ["repeatable read"]
    secret = "pa ss'word\\"
    options = {"sslmode": "verify-full", "sslrootcert": "/ca"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", secret)
    told = conninfo_to_dict(address_of_server())
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "/ca")
    assert told["password"] == secret


@pytest.mark.django_db
def test_it_does_not_begin_inside_a_transaction() -> None:
    with pytest.raises(AssertionError, match="not committed"), columns_of_one_moment():
        pass
