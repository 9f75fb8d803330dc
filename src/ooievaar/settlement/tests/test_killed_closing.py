"""A worker that is killed in the middle of a closing leaves nothing behind but the work to do."""

import os
import select
import signal
from pathlib import Path

import pytest

from ooievaar.settlement.models import ClosedProduct, Closing, ClosingStep, Share
from ooievaar.settlement.tests.test_requests import Office, states
from ooievaar.ui.models import Job
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db


def test_killed_between_the_closing_and_its_products_it_stores_neither_and_goes_again(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    office = Office()
    request, job = office.approved()
    pipe = tmp_path / "held"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    worker = real_database.start(
        "worker",
        "--once",
        DJANGO_SETTINGS_MODULE="ooievaar.settlement.tests.held_settings",
        HELD_AT=str(pipe),
    )
    assert select.select([held], [], [], 120)[0], list(Job.objects.values())
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert job.words.startswith("Opslaan")
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(30) == -signal.SIGKILL
    os.close(held)

    stored = (Closing, ClosedProduct, Share)
    assert [model.objects.count() for model in stored] == [0, 0, 0]
    assert states(request) == ["prepared", "approved"]

    real_database.run("worker", "--once")
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)
    assert Closing.objects.get().month == "2025-06"
    assert states(request) == ["prepared", "approved", "closed"]
    assert ClosingStep.objects.get(state="closed").closing == Closing.objects.get()
    cents = sum(ClosedProduct.objects.values_list("cents", flat=True))
    assert sum(Share.objects.values_list("cents", flat=True)) == cents == request.figures["cents"]
