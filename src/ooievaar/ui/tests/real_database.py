"""A database of its own, on file or on the server, that other processes can open too.

Tests usually run in a transaction that nobody else sees. A worker is another process, so here the
default connection is for once one to a copy of a migrated database, in which commits are commits.
A plugin of the tests (`conftest.py`).
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
TEMPLATE, COPY = f"jobs_template_{WORKER}", f"jobs_copy_{WORKER}"
"""Names on the server, where tests of several modules run at once."""
IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@dataclass(frozen=True)
class RealDatabase:
    """Where it is, and how to start a process that uses it."""

    folder: Path
    url: str
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "OOIEVAAR_DATA": str(self.folder),
            "OOIEVAAR_DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
        }

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """Start an `ooievaar` command on this database."""
        process = subprocess.Popen(
            [sys.executable, "-m", "ooievaar.cli", *words], env=self.environment | more
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **more: str) -> None:
        """Run an `ooievaar` command on this database, and see that it ended well."""
        assert self.start(*words, **more).wait(120) == 0


def server_command(statement: str) -> None:
    """Run a command that no transaction may hold, beside the database of the tests."""
    own = connections["default"].settings_dict
    with psycopg.connect(
        host=own["HOST"], user=own["USER"], password=own["PASSWORD"], port=own["PORT"] or None,
        dbname="postgres", autocommit=True,
    ) as server:  # fmt: skip
        server.execute(statement.encode())


@pytest.fixture(scope="session")
def migrated(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[RealDatabase]:
    """Set the empty database of the tests apart once, for every test that needs one to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    with django_db_blocker.unblock():
        if IS_SQLITE:
            file = folder / "ooievaar.sqlite3"
            url = f"sqlite:///{file}"
            connection.ensure_connection()
            with closing(sqlite3.connect(file)) as copy:
                connection.connection.backup(copy)
        else:
            url = f"{settings.DATABASE_URL.rpartition('/')[0]}/{TEMPLATE}"
            # The server copies what nobody is connected to.
            connection.close()
            server_command(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
            own = connection.settings_dict["NAME"]
            server_command(f"CREATE DATABASE {TEMPLATE} TEMPLATE {own}")
    yield RealDatabase(folder, url)
    if not IS_SQLITE:
        server_command(f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
def real_database(migrated: RealDatabase, tmp_path: Path, db: None) -> Iterator[RealDatabase]:
    """Copy the migrated database, and let the default connection be one to the copy."""
    if IS_SQLITE:
        file = tmp_path / "ooievaar.sqlite3"
        shutil.copy(migrated.folder / "ooievaar.sqlite3", file)
        name, url = str(file), f"sqlite:///{file}"
    else:
        name = COPY
        server_command(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        url = f"{settings.DATABASE_URL.rpartition('/')[0]}/{name}"
    usual, usual_name = connections["default"], connection.settings_dict["NAME"]
    chosen = connections.settings["default"]
    connections.settings["default"] = {**chosen, "NAME": name}
    del connections["default"]
    here = RealDatabase(tmp_path, url)
    try:
        yield here
    finally:
        for process in here.started:
            process.kill()
            process.wait()
        connections["default"].close()
        connections.settings["default"] = chosen
        connections["default"] = usual
        assert connection.settings_dict["NAME"] == usual_name
        if not IS_SQLITE:
            server_command(f"DROP DATABASE {name} WITH (FORCE)")
