"""A worker that is killed around storing a scenario leaves none, or one; never half, never two."""

import os
import select
import signal
from pathlib import Path

import pytest

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.permissions import KIND
from ooievaar.settlement.whatif.tests.world import Year
from ooievaar.ui.jobs import queue_job
from ooievaar.ui.models import Job
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("moment", "stored"), [("before", 0), ("after", 1)])
def test_killed_around_storing_it_is_stored_once(
    real_database: RealDatabase, tmp_path: Path, moment: str, stored: int
) -> None:
    region = Year().closed()
    held_by = position(Role.CONTROLLER, network=region.network)
    parameters = {"title": "Anders", "year": 2025, "text": region.text(), "tariffs": ""}
    job = queue_job(
        KIND,
        held_by.person_id,
        "Wat als",
        parameters,
        position_id=held_by.pk,
        network_id=region.network.pk,
    )
    pipe = tmp_path / "held"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    worker = real_database.start(
        "worker",
        "--once",
        DJANGO_SETTINGS_MODULE="ooievaar.settlement.whatif.tests.held_settings",
        HELD_AT=str(pipe),
        HELD_WHEN=moment,
    )
    assert select.select([held], [], [], 180)[0], list(Job.objects.values())
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(30) == -signal.SIGKILL
    os.close(held)
    assert Scenario.objects.count() == stored

    real_database.run("worker", "--once")
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2), job.told
    assert Scenario.objects.get().job_id == job.pk
