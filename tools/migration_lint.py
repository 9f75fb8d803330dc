"""See that no new migration can lose data or leave the version before it unable to write.

Read as the SQL for PostgreSQL, where several processes run and a lock is felt; on SQLite every
change of a column is a table copied. The first migration of a room makes its tables and cannot
break anything. What is meant to be so stands in ALLOWED, with the reason.
"""

import os
import sys
from pathlib import Path

from tools.postgres import running_postgres

SOURCE = Path(__file__).resolve().parent.parent / "src"
ALLOWED: dict[tuple[str, str], str] = {
    ("contracts", "0004_division_methods"): "a word may be longer; what is there fits",
    ("record", "0008_relations_begin_again"): "looser than the rule it replaces: every row fits",
    ("settlement", "0003_kinds_of_shares"): "a word may be longer; what is there fits",
}
"""Migrations that the linter would refuse, by app and name, and why they may."""


def main() -> int:
    """Lint our migrations; return 1 if one of them is refused."""
    with running_postgres() as address:
        os.environ["OOIEVAAR_DATABASE_URL"] = address
        os.environ["DJANGO_SETTINGS_MODULE"] = "ooievaar.settings"
        import django

        django.setup()
        from django.apps import apps
        from django.db import connection
        from django_migration_linter import MigrationLinter

        ours = [config.label for config in apps.get_app_configs() if is_ours(config.name)]
        linter = MigrationLinter(
            str(SOURCE),
            include_apps=ours,
            ignore_name=[name for _, name in ALLOWED],
            ignore_initial_migrations=True,
            no_cache=True,
            quiet=["ok", "ignore"],
        )
        linter.lint_all_migrations()
        connection.close()
        if linter.has_errors:
            linter.print_summary()
        return int(linter.has_errors)


def is_ours(name: str) -> bool:
    """Tell whether an app is a room of Ooievaar."""
    return name.startswith("ooievaar.")


if __name__ == "__main__":
    sys.exit(main())
