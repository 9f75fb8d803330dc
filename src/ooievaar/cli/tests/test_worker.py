"""The worker: it works, ends when told, and does not outlive whoever started it."""

import select
import signal
import subprocess

import pytest
from django.utils import timezone

from ooievaar.cli import worker
from ooievaar.network.models import Person
from ooievaar.ui.jobs import start_job
from ooievaar.ui.models import Job
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(real_database: RealDatabase) -> Job:
    """A job of an unknown kind: whoever tries it makes it fail, which is seen."""
    person = Person.objects.create(username="controller")
    return start_job("onbekend", person, "Niets", {})


def ended(process: subprocess.Popen[bytes]) -> int:
    return process.wait(60)


def ready(process: subprocess.Popen[bytes]) -> None:
    """Wait until a worker says that it is at work."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 120)[0]


def listening(database: RealDatabase) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [worker.sys.executable, "-u", "-m", "ooievaar.cli", "worker"],
        env=database.environment,
        stdout=subprocess.PIPE,
    )
    database.started.append(process)
    ready(process)
    return process


def test_once_does_what_is_there_and_ends(real_database: RealDatabase, waiting: Job) -> None:
    real_database.run("worker", "--once")
    waiting.refresh_from_db()
    assert waiting.state == "failed"


def test_a_worker_that_is_told_to_end_ends(real_database: RealDatabase) -> None:
    process = listening(real_database)
    process.send_signal(signal.SIGTERM)
    assert ended(process) in (0, -signal.SIGTERM)
    process.stdout.close()


def test_a_worker_ends_with_whoever_started_it(real_database: RealDatabase, waiting: Job) -> None:
    """Its input closes with its parent, however that one ends."""
    process = worker.start_worker(real_database.environment)
    real_database.started.append(process)
    while waiting.state != "failed":
        assert process.poll() is None
        waiting.refresh_from_db()
    assert process.stdin is not None
    process.stdin.close()
    assert ended(process) == 0


def test_who_stops_a_worker_waits_for_it(real_database: RealDatabase) -> None:
    process = worker.start_worker(real_database.environment)
    worker.stop_worker(process, timeout=60)
    assert process.returncode is not None


def test_a_round_goes_on_when_something_in_it_fails(
    real_database: RealDatabase, waiting: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(now: object) -> None:
        raise RuntimeError("de keten klopt niet")

    monkeypatch.setattr("ooievaar.record.access_log.anchors.anchor_if_due", broken)
    worker.make_round(anchors=True)
    worker.make_round(anchors=False)


def test_the_daily_anchor_is_asked_for(
    real_database: RealDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("ooievaar.record.access_log.anchors.anchor_if_due", asked.append)
    worker.make_round(anchors=False)
    assert asked == []
    worker.make_round(anchors=True)
    assert len(asked) == 1 and asked[0] <= timezone.now()
