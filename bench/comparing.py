"""What another engine made beside what Ooievaar made of the same tables: row for row, to the cent.

An id or number of 0 in the other's tables stands for none. A table or column that the other does
not make is not compared: see what each says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb


def differences(
    other: str, connection: duckdb.DuckDBPyConnection, made: Mapping[str, Any]
) -> list[str]:
    """Tell per table the rows that only one of the two has; nothing when all are the same."""
    told = []
    for name, table in made.items():
        connection.register("made", table)
        columns = [column for column, *_ in connection.sql("DESCRIBE made").fetchall()]
        of_ours = connection.sql(f"DESCRIBE SELECT {', '.join(columns)} FROM {name}").fetchall()
        ours = ", ".join(_text(column) for column in columns)
        theirs = ", ".join(_cast(column, kind) for column, kind, *_ in of_ours)
        mine, its = f"SELECT {ours} FROM {name}", f"SELECT {theirs} FROM made"
        for who, one, two in (("Ooievaar", mine, its), (other, its, mine)):
            only = f"SELECT *, count(*) OVER () FROM ({one} EXCEPT ALL {two}) LIMIT 3"
            for *row, count in connection.sql(only).fetchall():
                told.append(f"{name}: one of {count} rows that only {who} has: {row}")
        connection.unregister("made")
    return told


def _text(column: str) -> str:
    return f"nullif({column}, 0)" if column.endswith(NUMBERS) else column


def _cast(column: str, kind: str) -> str:
    """Read the other's column as of the same type; a word of a short list as a word."""
    return f"{_text(column)}::{'VARCHAR' if kind.startswith('ENUM') else kind}"


NUMBERS = ("_id", "_no")
"""How the names of columns end that hold a number of something."""
