"""Long work in the background: asked by a person, done by a worker, seen while it goes.

A kind of job is a function `(job, report) -> Outcome` under `@job_kind("name")` in a module
`job_kinds` of its room. It must be safe to run again: a worker may be killed half-way.

The row in the queue is written in the same transaction as the job, so neither is there without
the other. What a job reports is written by a thread on a connection of its own, so that others
see it while the job's transaction is open; while that transaction writes on SQLite, which has one
writer at a time, the thread waits, and so must a kind keep its writing for a short end.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_noop
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from ooievaar.kernel.faults import InputRejected
from ooievaar.storage.logs import tell
from ooievaar.ui.models import INTERRUPTED_AFTER, Job

WRITES_APART_SECONDS = 0.25
SIGN_OF_LIFE_SECONDS = 5.0
MOST_ATTEMPTS = 3
"""A job that saw its worker die so often is not begun again by itself: it may be the cause."""
THIS_WORKER = f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"

STOPPED = gettext_noop("Gestopt op verzoek. Er is niets half opgeslagen.")
FAILED = gettext_noop(
    "Er ging iets mis. Er is niets half opgeslagen. De fout ligt bij Ooievaar, niet bij u. "
    "Begin opnieuw; blijft het misgaan, meld dan het nummer van deze taak."
)
INTERRUPTED = gettext_noop(
    "De taak is %(times)s keer onderbroken doordat het programma dat haar uitvoert stopte. "
    "Er is niets half opgeslagen. Begin opnieuw, of vraag de beheerder waarom het stopte."
)


class Stopped(Exception):
    """Somebody asked a job to stop; raised by `report`, and not caught by the job."""


class JobRefused(Exception):
    """A job cannot do what was asked: a msgid that says why, and its values."""

    def __init__(self, message: str, **values: str | int) -> None:
        self.message = message
        self.values = values
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended well: a msgid with its values, and codes, counts and ids to keep."""

    message: str
    values: dict[str, str | int] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)


class Report:
    """What a running job tells; raises Stopped as soon as somebody asked for it."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._told: dict[str, Any] = {}
        self._asked = self._settled = 0
        self.is_watched = False
        self.stop = threading.Event()

    def __call__(self, words: str) -> None:
        """Tell what happens now."""
        self._tell(words=words)

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Tell how far it is, and what happens now."""
        self._tell(done_count=done, total_count=total, **({"words": words} if words else {}))

    def settle(self, seconds: float = 2.0) -> None:
        """Wait until others can read what was told: the last moment to stop before writing."""
        with self._lock:
            self._asked += 1
            asked = self._asked
            if self.is_watched:
                self._lock.wait_for(lambda: self._settled >= asked, seconds)
        self._tell()

    def _tell(self, **told: str | int) -> None:
        with self._lock:
            self._told.update(told)
        if self.stop.is_set():
            raise Stopped

    def take(self) -> tuple[dict[str, Any], int]:
        """Return what was told since the last time, and the wait that this may end."""
        with self._lock:
            told, self._told = self._told, {}
            return told, self._asked

    def settled(self, asked: int) -> None:
        """End the waits up to a number: what was told before is written."""
        with self._lock:
            self._settled = asked
            self._lock.notify_all()


Kind = Callable[[Job, Report], Outcome]
KINDS: dict[str, Kind] = {}


def job_kind(name: str) -> Callable[[Kind], Kind]:
    """Register a function as a kind of job."""

    def register(function: Kind) -> Kind:
        KINDS[name] = function
        return function

    return register


def start_job(
    kind: str, request_or_person: Any, title: str, parameters: dict[str, Any], **place: int | None
) -> Job:
    """Put a job in the queue for whoever asks, in the position of the request.

    `place` is `position_id` and `network_id` where there is no request.
    """
    workplace = getattr(request_or_person, "workplace", None)
    person = getattr(request_or_person, "user", request_or_person)
    if workplace is not None:
        place = {
            "position_id": workplace.position_id,
            "network_id": workplace.network_id,
            **place,
        }
    return queue_job(kind, person.pk, title, parameters, **place)


def queue_job(
    kind: str,
    person_id: int,
    title: str,
    parameters: dict[str, Any],
    *,
    position_id: int | None = None,
    network_id: int | None = None,
) -> Job:
    """Put a job in the queue, in the caller's transaction."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            title=title,
            parameters=parameters,
            started_by_id=person_id,
            position_id=position_id,
            network_id=network_id,
            created_at=timezone.now(),
        )
        _enqueue(job)
    return job


def stop_job(job: Job) -> bool:
    """Ask a job to stop; one that nobody runs ends at once. False when it had ended already."""
    now = timezone.now()
    ended = {"state": Job.State.STOPPED, "message": STOPPED, "ended_at": now}
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
    dead = Job.objects.filter(
        pk=job.pk, state=Job.State.RUNNING, heartbeat_at__lt=now - INTERRUPTED_AFTER
    )
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    return bool(
        waiting.update(**ended) or dead.update(**ended) or running.update(stop_requested=True)
    )


def start_again(job: Job) -> bool:
    """Put a job that ended without a result back in the queue; False when it did not."""
    with transaction.atomic():
        fresh = Job.objects.select_for_update().get(pk=job.pk)
        if not fresh.can_start_again:
            return False
        return _back_in_queue(fresh, attempts=0)


def _back_in_queue(job: Job, attempts: int) -> bool:
    """Queue a job again, unless somebody else did something with it meanwhile."""
    with transaction.atomic():
        taken = Job.objects.filter(
            pk=job.pk, state=job.state, attempts=job.attempts, worker=job.worker
        ).update(
            state=Job.State.WAITING,
            attempts=attempts,
            stop_requested=False,
            done_count=0,
            words="",
            message="",
            message_values={},
            ended_at=None,
            heartbeat_at=None,
            worker="",
        )
        if taken:
            _enqueue(job)
    return bool(taken)


def _enqueue(job: Job) -> None:
    queued = run_job.enqueue(str(job.pk))
    Job.objects.filter(pk=job.pk).update(task_id=queued.id)


@task()
def run_job(job_id: str) -> None:
    """Run a job that waits; whoever comes second finds it taken and leaves it.

    Every fault ends as words on the job; the log gets its kind and places, never its message.
    """
    job = _claim(job_id)
    if job is None:
        return
    autodiscover_modules("job_kinds")
    tell("job", kind=job.kind, outcome="started")
    try:
        with telling(job) as report:
            outcome = KINDS[job.kind](job, report)
    except Stopped:
        _end(job, Job.State.STOPPED, STOPPED)
    except JobRefused as refused:
        _end(job, Job.State.FAILED, refused.message, refused.values)
    except InputRejected as rejected:
        faults = "; ".join(str(fault) for fault in rejected.faults)
        _end(job, Job.State.FAILED, "%(faults)s", {"faults": faults})
    except Exception:
        tell("crash", logging.ERROR, crash=True)
        _end(job, Job.State.FAILED, FAILED)
    except BaseException:
        # The worker was told twice to end: somebody else goes on, or the same worker later.
        _back_in_queue(job, job.attempts)
        raise
    else:
        _end(job, Job.State.DONE, outcome.message, outcome.values, outcome.result)


def _claim(job_id: str) -> Job | None:
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING,
        started_at=now,
        heartbeat_at=now,
        worker=THIS_WORKER,
        attempts=F("attempts") + 1,
    )
    return Job.objects.get(pk=job_id) if taken else None


def _end(
    job: Job,
    state: str,
    message: str,
    values: dict[str, str | int] | None = None,
    result: dict[str, Any] | None = None,
) -> None:
    """Write how a job ended, unless it was taken from this worker meanwhile."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    changes: dict[str, Any] = {
        "state": state,
        "message": message,
        "message_values": values or {},
        "result": result or {},
        "words": "",
        "ended_at": timezone.now(),
    }
    if state == Job.State.DONE:
        changes |= {"done_count": F("total_count")}
    mine.filter(worker=job.worker).update(**changes)
    lasted = changes["ended_at"] - (job.started_at or changes["ended_at"])
    tell("job", kind=job.kind, outcome=str(state), ms=int(lasted.total_seconds() * 1000))


@contextmanager
def telling(job: Job) -> Iterator[Report]:
    """Write what a job reports, and that it is alive, from a thread with its own connection."""
    report, ended = Report(), threading.Event()
    report.is_watched = True
    thread = threading.Thread(target=_keep_telling, args=(job, report, ended), daemon=True)
    thread.start()
    try:
        yield report
    finally:
        ended.set()
        thread.join()


def _keep_telling(job: Job, report: Report, ended: threading.Event) -> None:
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    told: dict[str, Any] = {}
    signed = monotonic()
    try:
        while not ended.wait(WRITES_APART_SECONDS):
            news, asked = report.take()
            told |= news
            try:
                if told or monotonic() - signed > SIGN_OF_LIFE_SECONDS:
                    mine.update(heartbeat_at=timezone.now(), **told)
                    told, signed = {}, monotonic()
                if mine.filter(stop_requested=True).exists():
                    report.stop.set()
                report.settled(asked)
            except DatabaseError:
                # Somebody writes for long, or the server is away: told again in a moment.
                connections["default"].close()
    finally:
        connections["default"].close()


def take_up_orphans(now: datetime) -> int:
    """Find jobs whose worker is gone and put them back in the queue, or say they failed.

    Returns how many. Safe while other workers do the same.
    """
    count = 0
    for job in Job.objects.filter(state=Job.State.RUNNING):
        if not (job.is_interrupted_at(now) or _worker_is_dead(job.worker)):
            continue
        count += 1
        _close_task(job)
        if job.stop_requested:
            _end(job, Job.State.STOPPED, STOPPED)
        elif job.attempts >= MOST_ATTEMPTS:
            _end(job, Job.State.FAILED, INTERRUPTED, {"times": job.attempts})
        else:
            _back_in_queue(job, job.attempts)
        tell("job", logging.WARNING, kind=job.kind, outcome="interrupted")
    # Taken from the queue by a worker that died before it told so here.
    for job in Job.objects.filter(
        state=Job.State.WAITING, created_at__lt=now - timedelta(seconds=30)
    ):
        if not DBTaskResult.objects.filter(pk=job.task_id, status="READY").exists():
            count += _is_lost(job, now) and _back_in_queue(job, job.attempts)
    return count


def _is_lost(job: Job, now: datetime) -> bool:
    """Tell whether the place in the queue of a job that waits led nowhere, a while ago."""
    return not DBTaskResult.objects.filter(
        pk=job.task_id, status="RUNNING", started_at__gt=now - INTERRUPTED_AFTER
    ).exists()


def _worker_is_dead(worker: str) -> bool:
    """Tell for sure that a worker of this computer is gone; of another, only silence tells."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != THIS_WORKER.rsplit(":", 2)[0] or not rest.isdigit():
        return False
    if int(rest) == os.getpid():
        return worker != THIS_WORKER
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def forget_queue(before: datetime) -> int:
    """Remove places in the queue that ended before a moment; the jobs themselves stay.

    One that began before it and still runs has a worker that was killed before it could say so.
    """
    ended = Q(status__in=("SUCCESSFUL", "FAILED"), finished_at__lt=before)
    left = Q(status="RUNNING", started_at__lt=before)
    return DBTaskResult.objects.filter(ended | left).delete()[0]


def _close_task(job: Job) -> None:
    DBTaskResult.objects.filter(pk=job.task_id, status="RUNNING").update(
        status="FAILED", finished_at=timezone.now()
    )
