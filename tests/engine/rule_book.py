"""The rule book as the engines read it, read once."""

from functools import cache
from typing import Any

from ooievaar.rulebook import load

Row = dict[str, Any]


def rule_book() -> dict[str, list[Row]]:
    """Return the tables of the rule book; the lists may be changed, the rows may not."""
    return {name: list(rows) for name, rows in _tables().items()}


@cache
def _tables() -> dict[str, list[Row]]:
    return dict(load().engine_tables())
