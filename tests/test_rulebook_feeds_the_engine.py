"""The rule book gives the engine exactly the tables that the rules declare."""

from datetime import date, datetime

import pytest

from ooievaar import rulebook
from ooievaar.bundles.rules import facts

DECLARED = {
    "catalogue": facts.CATALOGUE,
    "products_in_force": facts.PRODUCTS_IN_FORCE,
    "mono_tariffs": facts.MONO_TARIFFS,
    "limits": facts.LIMITS,
}
PYTHON_TYPES = {"string": str, "date": date, "boolean": bool, "int32": int, "int64": int}


def test_the_book_gives_these_tables_and_no_others():
    assert set(rulebook.load().engine_tables()) == set(DECLARED)


@pytest.mark.parametrize("name", DECLARED)
def test_rows_have_the_columns_and_types_that_the_rules_declare(name):
    rows = rulebook.load().engine_tables()[name]
    assert rows
    for row in rows:
        assert set(row) == set(facts.columns(DECLARED[name]))
        for column, kind in DECLARED[name].items():
            value = row[column]
            assert isinstance(value, PYTHON_TYPES[kind]), (name, column, value)
            assert not isinstance(value, datetime), (name, column, value)
            assert kind == "boolean" or not isinstance(value, bool), (name, column, value)
