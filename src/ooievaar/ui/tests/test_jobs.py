"""Stories of long work: it is seen while it goes, it can be stopped, and it is done once."""

import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.models import DBTaskResult

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.ui import jobs
from ooievaar.ui.jobs import (
    JobRefused,
    Outcome,
    Report,
    run_job,
    start_again,
    start_job,
    stop_job,
    take_up_orphans,
)
from ooievaar.ui.models import INTERRUPTED_AFTER, Job
from ooievaar.ui.tests.real_database import RealDatabase

Person: Any = get_user_model()
pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The kinds of jobs, with room for those of a test."""
    # Before the copy: what a job would load later would be gone after the test.
    autodiscover_modules("job_kinds")
    known = dict(jobs.KINDS)
    monkeypatch.setattr(jobs, "KINDS", known)
    monkeypatch.setattr(jobs, "WRITES_APART_SECONDS", 0.01)
    return known


@pytest.fixture
def person(real_database: RealDatabase) -> Any:
    return Person.objects.create(username="controller")


def asked(person: Any, kind: str = "test") -> Job:
    return start_job(kind, person, "Maand %(month)s tellen", {"month": "2026-10"}, network_id=1)


def work() -> None:
    """Do everything that is in the queue, as a worker does."""
    call_command("db_worker", verbosity=0, interval=0, batch=True, startup_delay=False)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def in_a_thread(told: list[Any], look: Any) -> threading.Thread:
    def run() -> None:
        try:
            told.append(look())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def seen_by_others(job: Job) -> Job:
    """The job as another connection sees it."""
    told: list[Job] = []
    in_a_thread(told, lambda: fresh(job)).join()
    return told[0]


def test_a_job_tells_how_it_ended_and_keeps_its_result(person: Any, kinds: Any) -> None:
    kinds["test"] = lambda job, report: Outcome("Geteld: %(n)s.", {"n": 3}, {"n": 3})
    job = asked(person)
    assert (job.name, job.state) == ("Maand oktober 2026 tellen", "waiting")
    work()
    job = fresh(job)
    assert (job.state, job.told, job.result) == ("done", "Geteld: 3.", {"n": 3})
    assert job.ended_at is not None and not job.can_start_again


def test_a_job_asked_in_a_transaction_that_failed_is_not_there(person: Any) -> None:
    with transaction.atomic():
        asked(person)
        transaction.set_rollback(True)
    assert not Job.objects.exists() and not DBTaskResult.objects.exists()


def test_progress_is_seen_before_the_job_commits(person: Any, kinds: Any) -> None:
    seen: list[tuple[int, str]] = []

    def counting(job: Job, report: Report) -> Outcome:
        report.progress(2, 5, "tellen")
        while not seen or seen[-1] != (2, "tellen"):
            now = seen_by_others(job)
            seen.append((now.done_count, now.words))
        with transaction.atomic():
            Person.objects.create(username="halverwege")
        return Outcome("klaar")

    kinds["test"] = counting
    job = asked(person)
    work()
    assert seen[-1] == (2, "tellen")
    assert fresh(job).done_count == 5


def test_a_job_that_writes_is_not_stopped_half_way_by_its_own_progress(
    person: Any, kinds: Any
) -> None:
    """On SQLite its thread cannot write meanwhile; it waits and loses nothing but time."""

    def writing(job: Job, report: Report) -> Outcome:
        with transaction.atomic():
            Person.objects.create(username="halverwege")
            report.progress(1, 2, "schrijven")
        return Outcome("klaar")

    kinds["test"] = writing
    job = asked(person)
    work()
    assert fresh(job).state == "done" and Person.objects.filter(username="halverwege").exists()


def test_a_job_that_is_asked_to_stop_keeps_nothing(person: Any, kinds: Any) -> None:
    def endless(job: Job, report: Report) -> Outcome:
        # Asked from elsewhere, as the page does; the thread of the report brings the word.
        in_a_thread([], lambda: stop_job(job)).join()
        with transaction.atomic():
            Person.objects.create(username="half")
            assert report.stop.wait(30)
            report("nog een stap")
        raise AssertionError("ging door")

    kinds["test"] = endless
    job = asked(person)
    work()
    job = fresh(job)
    assert job.state == "stopped" and "niets half opgeslagen" in job.told
    assert not Person.objects.filter(username="half").exists()
    assert job.can_start_again


def test_a_job_that_waits_stops_at_once_and_is_not_run(person: Any, kinds: Any) -> None:
    kinds["test"] = lambda job, report: pytest.fail("toch uitgevoerd")
    job = asked(person)
    assert stop_job(job)
    work()
    assert fresh(job).state == "stopped"
    assert not stop_job(fresh(job))


def test_what_went_wrong_is_told_in_words_and_not_in_the_queue(
    person: Any, kinds: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(job: Job, report: Report) -> Outcome:
        raise ValueError("mevrouw Jansen, 999990019")

    kinds["test"] = broken
    job = asked(person)
    work()
    job = fresh(job)
    assert job.state == "failed" and "De fout ligt bij Ooievaar" in job.told
    everything = f"{job.told} {job.result} {DBTaskResult.objects.get().traceback}"
    assert "Jansen" not in everything and "Traceback" not in everything
    assert "Jansen" not in capfd.readouterr().err


def test_a_refusal_and_a_fault_in_the_input_are_told_as_they_are(person: Any, kinds: Any) -> None:
    def refused(job: Job, report: Report) -> Outcome:
        raise JobRefused("%(month)s kan niet.", month="2026-10")

    def rejected(job: Job, report: Report) -> Outcome:
        raise InputRejected([Fault("a.csv", 3, "dag", "100% mis", "een dag")])

    kinds |= {"refused": refused, "rejected": rejected}
    one, two = asked(person, "refused"), asked(person, "rejected")
    work()
    assert fresh(one).told == "Oktober 2026 kan niet."
    assert fresh(two).told == "a.csv, regel 3, dag: gevonden 100% mis; verwacht een dag"


def test_two_workers_never_run_one_job(person: Any, kinds: Any) -> None:
    runs: list[int] = []
    inside = threading.Event()
    go = threading.Event()

    def once(job: Job, report: Report) -> Outcome:
        runs.append(1)
        inside.set()
        assert go.wait(30)
        return Outcome("klaar")

    kinds["test"] = once
    job = asked(person)
    first = in_a_thread([], lambda: run_job.func(str(job.pk)))
    assert inside.wait(30)
    # A second place in the queue for the same job, and a second worker that comes to it.
    run_job.enqueue(str(job.pk))
    second = in_a_thread([], lambda: run_job.func(str(job.pk)))
    second.join()
    go.set()
    first.join()
    assert runs == [1] and fresh(job).state == "done"
    work()
    assert runs == [1]


def test_two_real_workers_share_a_queue(real_database: RealDatabase, person: Any) -> None:
    """Each asked for a kind that does not exist: the fault tells that it was tried, once."""
    asked_jobs = [asked(person, "onbekend") for _ in range(12)]
    workers = [real_database.start("worker", "--once") for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    done = Job.objects.filter(pk__in=[job.pk for job in asked_jobs])
    assert set(done.values_list("state", "attempts")) == {("failed", 1)}
    assert {len(row.worker_ids) for row in DBTaskResult.objects.all()} == {1}


def orphan(person: Any, **state: Any) -> Job:
    """A job that was running in a worker that is no more."""
    job = asked(person)
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    gone = timezone.now() - INTERRUPTED_AFTER - timedelta(seconds=1)
    values = {"state": "running", "attempts": 1, "heartbeat_at": gone, "worker": "elders:1:x"}
    Job.objects.filter(pk=job.pk).update(**values | state)
    return fresh(job)


def test_a_job_whose_worker_died_is_begun_again(person: Any, kinds: Any) -> None:
    kinds["test"] = lambda job, report: Outcome("klaar")
    job = orphan(person)
    assert job.is_interrupted
    assert take_up_orphans(timezone.now()) == 1
    assert take_up_orphans(timezone.now()) == 0
    work()
    job = fresh(job)
    assert (job.state, job.attempts) == ("done", 2)
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"FAILED", "SUCCESSFUL"}


def test_a_worker_of_this_computer_that_is_gone_is_noticed_at_once(person: Any) -> None:
    host = jobs.THIS_WORKER.rsplit(":", 2)[0]
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    now = timezone.now()
    orphan(person, heartbeat_at=now, worker=f"{host}:{child}:x")
    assert take_up_orphans(now) == 1
    # One that lives, and one of another computer that gave a sign of life a moment ago.
    orphan(person, heartbeat_at=now, worker=jobs.THIS_WORKER)
    orphan(person, heartbeat_at=now, worker=f"elders:{child}:x")
    assert take_up_orphans(now) == 0


def test_a_job_that_kills_its_workers_is_not_begun_for_ever(person: Any) -> None:
    job = orphan(person, attempts=jobs.MOST_ATTEMPTS)
    take_up_orphans(timezone.now())
    job = fresh(job)
    assert job.state == "failed" and "3 keer onderbroken" in job.told
    assert start_again(job) and fresh(job).attempts == 0


def test_a_dead_job_that_was_asked_to_stop_stays_stopped(person: Any) -> None:
    job = orphan(person, stop_requested=True)
    take_up_orphans(timezone.now())
    assert fresh(job).state == "stopped"


def test_a_job_that_fell_between_queue_and_worker_is_put_back(person: Any, kinds: Any) -> None:
    kinds["test"] = lambda job, report: Outcome("klaar")
    job = asked(person)
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.update(created_at=long_ago)
    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago)
    assert take_up_orphans(timezone.now()) == 1
    work()
    assert fresh(job).state == "done"


def test_a_late_worker_does_not_overwrite_what_another_did(person: Any, kinds: Any) -> None:
    """A worker that slept for long wakes up after its job was given to somebody else."""

    def slept(job: Job, report: Report) -> Outcome:
        Job.objects.filter(pk=job.pk).update(attempts=2, worker="elders:1:x")
        return Outcome("van de slaper")

    kinds["test"] = slept
    job = asked(person)
    work()
    assert (fresh(job).state, fresh(job).message) == ("running", "")
