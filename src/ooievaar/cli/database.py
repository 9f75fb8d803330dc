"""The database that a command works on: made when it may be, refused in words when it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import locks
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from ooievaar.kernel.faults import Fault, InputRejected, refusal

PREPARING = 0x1_0012_0001
"""Key of the advisory lock on PostgreSQL that is held while the tables are brought up to date."""
FIRST = "eerst een regio: `ooievaar region import MAP` of `ooievaar simulate`"


def prepare_database() -> int:
    """Bring the tables up to date and return in how many steps; a SQLite file is made if needed.

    Raises InputRejected when the database cannot be made or opened.
    """
    with _refusing_what_is_no_database():
        if file := _sqlite_file():
            file.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time():
            steps = len(steps_behind())
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
    return steps


def steps_behind() -> list[str]:
    """Return the migrations that this database still has to take."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def open_database() -> None:
    """Open a database that is there, and bring its tables up to date if they are not.

    Raises InputRejected when there is none: who only asks and mistypes the data folder should not
    find a new, empty database there.
    """
    with _refusing_what_is_no_database():
        if (file := _sqlite_file()) and not file.exists():
            raise InputRejected(
                [Fault(file.name, None, "", f"geen databank in de datamap {file.parent}", FIRST)]
            )
        behind = steps_behind()
    if behind:
        prepare_database()


def database_fault(error: Exception) -> Fault:
    """Tell what the database or its folder refused, without a trace and without its address."""
    file = _sqlite_file()
    reason = refusal(error) if isinstance(error, OSError) else str(error).strip().split("\n")[0]
    return Fault(
        file.name if file else "databank",
        None,
        "",
        f"een databank die niet te gebruiken is ({reason})",
        "een databank van Ooievaar, of een datamap waarin geschreven mag worden "
        "(OOIEVAAR_DATA of OOIEVAAR_DATABASE_URL)",
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let other processes and computers wait with the tables: two that make one table both fail."""
    if connection.vendor == "postgresql":
        with _advisory_lock():
            yield
    elif file := _sqlite_file():
        with file.with_suffix(".preparing").open("w") as turn:
            locks.lock(turn, locks.LOCK_EX)
            yield
    else:
        yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


@contextmanager
def _refusing_what_is_no_database() -> Iterator[None]:
    try:
        yield
    except (OSError, DatabaseError) as error:
        raise InputRejected([database_fault(error)]) from error


def _sqlite_file() -> Path | None:
    """Return the file of the database; None when it is a server's, or in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)
