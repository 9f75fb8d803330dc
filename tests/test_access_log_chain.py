"""Many write the access log at once, each on its own connection: no event lost, no number twice."""

import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

from ooievaar.record.access_log.actors import Actor
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, AccessSubject, Kind
from ooievaar.record.access_log.noting import Look
from ooievaar.record.access_log.verify import verify_chain

OWN = "own_log"
ROUNDS = 4


@pytest.fixture
def own_log(db: None, tmp_path: Path) -> Iterator[str]:
    """A database with a log of its own: what is committed in it cannot be removed, so it can."""
    on_server = connection.vendor == "postgresql"
    name = f"{connection.settings_dict['NAME']}_log" if on_server else str(tmp_path / "log.sqlite3")
    chosen = deepcopy(settings.DATABASES["default"]) | {"NAME": name, "TEST": {}}
    if on_server:
        run_on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        # As pytest-django pointed the default one somewhere: the same server.
        chosen |= {key: connection.settings_dict[key] for key in ("HOST", "PORT", "USER")}
    connections.databases[OWN] = connections.configure_settings({"default": chosen})["default"]
    try:
        open_own_log()
        call_command("migrate", "access_log", database=OWN, verbosity=0)
        yield OWN
    finally:
        connections[OWN].close()
        del connections.databases[OWN]
        delattr(connections._connections, OWN)
        if on_server:
            run_on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def open_own_log() -> None:
    """Connect this thread; Django's tests forbid it to other databases when a query asks for it."""
    connections[OWN].connect()


def run_on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def write_at_once(writers: int) -> set[str]:
    """Let so many threads write, and return what each thinks it wrote."""
    together = threading.Barrier(writers, timeout=60)
    kept: set[str] = set()
    faults: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            open_own_log()
            together.wait()
            for turn in range(ROUNDS):
                kept.update(one_turn(writer, turn))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections[OWN].close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    return kept


def one_turn(writer: int, turn: int) -> set[str]:
    """Write one to three events: alone, in a transaction that had read before, or rolled back."""
    names = [f"{writer}.{turn}.{step}" for step in range(1 + (writer + turn) % 3)]
    looks = [Look(Kind.READ, "pregnancy", name, women=(writer, 1000 + turn)) for name in names]
    actor = Actor(person_id=writer, person_name=f"Writer {writer}")
    if turn == 1:
        with transaction.atomic(using=OWN):
            # What it read before it got its turn must not be what it goes on from.
            AccessEvent.objects.using(OWN).count()
            append(looks, actor, using=OWN)
    elif turn == 2:
        with transaction.atomic(using=OWN):
            append(looks, actor, using=OWN)
            transaction.set_rollback(True, using=OWN)
        return set()
    else:
        append(looks, actor, using=OWN)
    return set(names)


def assert_every_event_is_there(kept: set[str]) -> None:
    verdict = verify_chain(using=OWN)
    assert verdict.holds, [str(finding) for finding in verdict.found]
    events = AccessEvent.objects.using(OWN)
    assert set(events.values_list("object_id", flat=True)) == kept
    assert verdict.count == verdict.last_number == len(kept)
    assert AccessSubject.objects.using(OWN).count() == 2 * len(kept)


def test_fifty_writers_at_once_keep_one_chain_on_postgresql(own_log: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("alleen met PostgreSQL: vijftig schrijvers tegelijk")
    kept = write_at_once(50)
    assert len(kept) > 50 * ROUNDS
    assert_every_event_is_there(kept)


def test_some_writers_at_once_keep_one_chain(own_log: str) -> None:
    assert_every_event_is_there(write_at_once(6))
