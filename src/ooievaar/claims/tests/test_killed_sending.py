"""Killed at every step of a submission, it is sent once: never twice, never half, never forgotten.

Each round is a process of its own that is killed one step later than the one before: before and
after every statement, every commit, and everything that is done to a file.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ooievaar.claims import channel as channels
from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.models import Batch, BatchStep, ClaimFile, LineEvent
from ooievaar.claims.preparing import approve
from ooievaar.claims.sending import resume_sending, send
from ooievaar.claims.tests.region import Claims
from ooievaar.ui.tests.real_database import RealDatabase, migrated, real_database

__all__ = ["migrated", "real_database"]
pytestmark = pytest.mark.django_db

LEAST_ROUNDS = 20


class Portal:
    """Picks up what lies there, at any moment, and notes every file it was handed."""

    def __init__(self, channel: FolderChannel) -> None:
        self.channel = channel
        self.handed: Counter[str] = Counter()
        self.content: dict[str, bytes] = {}

    def collect(self) -> None:
        for name, content in self.channel.collect():
            self.handed[name] += 1
            self.content[name] = content


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed at a step; tell whether it came to that."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            die_at(step)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def die_at(step: int) -> None:
    """Count what is done to database and files, and kill this process at the given count."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(does: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            tick()
            made = does(*args, **kwargs)
            tick()
            return made

        return counted

    connection.execute_wrappers.append(lambda execute, *statement: around(execute)(*statement))
    BaseDatabaseWrapper._commit = around(BaseDatabaseWrapper._commit)  # type: ignore[method-assign]
    for name in ("replace", "fsync"):
        setattr(channels.os, name, around(getattr(os, name)))


def test_a_submission_that_is_killed_at_any_step_is_sent_once(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    claims = Claims(tmp_path / "kanaal")
    portal = Portal(claims.channel)
    rounds = 0
    while True:
        rounds += 1
        claims.product(claims.woman())
        [batch] = claims.prepared()
        assert approve(batch, claims.approver, claims.now)
        died = killed_at(rounds, lambda batch=batch: send(batch, claims.channel, claims.now))
        portal.collect()

        resume_sending(claims.channel, claims.now)
        portal.collect()
        assert send(batch, claims.channel, claims.now), "whoever asks again"
        portal.collect()
        resume_sending(claims.channel, claims.now)
        portal.collect()

        check(batch, portal)
        claims.next_day()
        if not died:
            break
    assert rounds > LEAST_ROUNDS
    assert set(portal.handed.values()) == {1} and len(portal.handed) == rounds


def check(batch: Batch, portal: Portal) -> None:
    file = ClaimFile.objects.get(batch=batch)
    assert portal.handed[file.name] == 1
    assert portal.content[file.name] == file.content.encode("iso-8859-1")
    states = list(
        BatchStep.objects.filter(batch=batch).order_by("pk").values_list("state", flat=True)
    )
    assert states == ["prepared", "approved", "sending", "sent"]
    assert LineEvent.objects.filter(batch=batch, state="sent").count() == batch.lines
