"""Killed at every step of a submission, it is sent once: never twice, never half, never forgotten.

Each round is a process of its own that is killed one step later than the one before: before and
after every statement, every commit, and everything that is done to a file.
"""

from pathlib import Path

import pytest

from ooievaar.claims.models import Batch, BatchStep, ClaimFile, LineEvent
from ooievaar.claims.preparing import approve
from ooievaar.claims.sending import resume_sending, send
from ooievaar.claims.tests.portal import Portal
from ooievaar.claims.tests.region import Claims
from ooievaar.ui.tests.killed import killed_at
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db

LEAST_ROUNDS = 20


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
