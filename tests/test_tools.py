"""The checks of packages and migrations can themselves fail."""

import pytest

from tools import audit_dependencies, migration_lint
from tools.audit_dependencies import read_answer, weaknesses

WEAK = {
    "dependencies": [
        {"name": "goed", "version": "1.0", "vulns": []},
        {
            "name": "zwak",
            "version": "2.0",
            "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]}],
        },
    ]
}


def test_a_weakness_is_told_with_the_version_that_mends_it() -> None:
    assert weaknesses(WEAK) == [("zwak", "2.0", "PYSEC-1", "2.1")]


def test_a_weakness_that_we_wrote_down_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit_dependencies.KNOWN, "CVE-1", "raakt ons niet")
    assert weaknesses(WEAK) == []


@pytest.mark.parametrize("text", ["", "no such host", "[]", '{"error": "405"}'])
def test_no_answer_is_seen_as_no_answer(text: str) -> None:
    assert read_answer(text, "dependencies") is None


def test_what_is_let_through_says_why() -> None:
    reasons = [*audit_dependencies.KNOWN.values(), *migration_lint.ALLOWED.values()]
    assert all(len(reason) > 10 for reason in reasons)


def test_a_migration_that_drops_a_column_is_refused() -> None:
    """The linter itself, on the SQL that such a migration gives on the server."""
    from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

    statement = 'ALTER TABLE "network_person" DROP COLUMN "first_name" CASCADE;'
    errors, _, _ = analyse_sql_statements(PostgresqlAnalyser, [statement])
    assert [error.code for error in errors] == ["DROP_COLUMN"]
