"""Rows of either database come as the same columns, of the types that were asked for."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest
from django.db import connection

from ooievaar.storage import arrow
from ooievaar.storage.arrow import query_arrow

pytestmark = pytest.mark.django_db

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
ROWS = [
    (1, date(2025, 2, 28), 0, True, "één"),
    (2**40, None, None, None, None),
    (2**41, date(9999, 12, 31), 1439, False, ""),
]


@pytest.fixture
def stored() -> Callable[[list[tuple]], None]:
    def store(rows: list[tuple]) -> None:
        with connection.cursor() as cursor:
            # The declared types make SQLite's driver want to convert: just what is avoided.
            cursor.execute(
                "CREATE TEMP TABLE things "
                "(number bigint, day date, minute smallint, sure bool, word text)"
            )
            for row in rows:
                cursor.execute("INSERT INTO things VALUES (%s, %s, %s, %s, %s)", row)

    return store


def test_values_and_nulls_come_with_their_types(stored: Callable) -> None:
    stored(ROWS)
    table = query_arrow(EVERYTHING, [], SCHEMA)
    assert table.schema == SCHEMA
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


def test_a_column_without_any_value_keeps_its_type(stored: Callable) -> None:
    stored([(1, None, None, None, None)])
    table = query_arrow(EVERYTHING, [], SCHEMA)
    assert table.schema == SCHEMA
    assert table.to_pylist()[0]["day"] is None


def test_no_rows_are_a_table_too(stored: Callable) -> None:
    stored([])
    table = query_arrow(EVERYTHING, [], SCHEMA)
    assert (table.schema, table.num_rows) == (SCHEMA, 0)


def test_names_come_from_the_schema_and_computed_columns_are_typed(stored: Callable) -> None:
    stored(ROWS)
    schema = pa.schema([("has_word", pa.bool_()), ("last", pa.date32())])
    sql = "SELECT coalesce(word, '') <> '', day FROM things WHERE number = %s"
    assert query_arrow(sql, [1], schema).to_pylist() == [
        {"has_word": True, "last": date(2025, 2, 28)}
    ]


def test_many_rows_come_in_order_and_none_is_lost(
    stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow, "ROWS_AT_ONCE", 3)
    stored([(number, None, None, None, None) for number in reversed(range(10))])
    table = query_arrow(EVERYTHING, [], SCHEMA)
    assert table.column("number").to_pylist() == list(range(10))
