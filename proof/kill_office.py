"""What submission and payment have in common: a worker, commands, jobs, and chains that hold."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from django.db import connection
from django_tasks_db.models import DBTaskResult

from ooievaar.cli.worker import QUEUE_KEPT, worker
from ooievaar.network.models import Network, Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.access_log.anchors import verify_with_anchors
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.proofs import prove_money
from ooievaar.ui.jobs import forget_queue, start_again
from ooievaar.ui.models import Job

NOTHING_STORED = ("niets opgeslagen", "niets van opgeslagen")
"""What a job that did not end well may only say when it is so."""


class Office:
    """A network whose work is killed, and who looks after it afterwards."""

    name: str
    folder_name: str
    network: Network
    now: datetime

    def work(self, way: str) -> None:
        """Do what waits, as a worker or as typed."""
        if way == "worker":
            worker(once=True)
        else:
            self.commands()

    def commands(self) -> None:
        """Do it as typed."""
        raise NotImplementedError

    def finish(self, way: str) -> None:
        """Start again, as who looks after it would, until nothing is left to do."""
        if way == "worker":
            self._work_again()
        for _ in range(2):
            # What a job prepared is approved and sent in the second round.
            with suppress(typer.Exit):
                self.commands()
            self._work_again()
            if not self.is_left():
                return

    def _work_again(self) -> None:
        """Let a worker do what lies there, and what failed once more."""
        worker(once=True)
        failed = [
            job
            for job in self.jobs().filter(state=Job.State.FAILED)
            if not self.is_done(job.parameters)
        ]
        for job in failed:
            start_again(job)
        if failed:
            worker(once=True)

    def approve_the_same(self) -> None:
        """Approve the one thing that waits for it; who comes second is told so."""
        raise NotImplementedError

    def portal(self, folder: Path) -> Any:
        """Return the other side of the channel of a case: it can `collect`."""
        raise NotImplementedError

    def untrue(self, folder: Path, portal: Any, now: datetime) -> Iterator[str]:
        """Say what is not so, at any moment."""
        raise NotImplementedError

    def wrong_at_end(self, folder: Path, portal: Any, now: datetime) -> Iterator[str]:
        """Say what is not so when all was done."""
        raise NotImplementedError

    def is_left(self) -> bool:
        """Tell whether something is not sent yet that can be."""
        raise NotImplementedError

    def is_done(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether all of the work of a job is done."""
        raise NotImplementedError

    def begun(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether the work of a job left something behind."""
        raise NotImplementedError

    def is_given_up(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether the work of a job was taken back, so that it need not be done."""
        return False

    def jobs(self) -> Any:
        """Return the jobs of this network."""
        return Job.objects.filter(network_id=self.network.pk)

    def username(self, who: Workplace) -> str:
        """Return the name under which somebody comes in."""
        return str(Person.objects.get(pk=who.person_id).username)

    def untrue_of_jobs(self) -> Iterator[str]:
        """Say which job tells something of itself that is not so."""
        for job in self.jobs():
            if job.state == Job.State.DONE and not self.is_done(job.parameters):
                yield f"job {job.kind} is done, and its work is not"
            says_nothing = any(words in job.told for words in NOTHING_STORED)
            if says_nothing and self.begun(job.parameters):
                yield f"job {job.kind} ({job.state}) says that nothing was stored; it was"

    def wrong_of_all(self, folder: Path, now: datetime) -> Iterator[str]:
        """Say what is not so of jobs, queue, books, log and database when all was done."""
        for job in self.jobs():
            is_over = self.is_done(job.parameters) or self.is_given_up(job.parameters)
            if job.state != Job.State.DONE and (job.is_live or not is_over):
                yield f"job {job.kind} is {job.state} at the end: {job.told}"
        forget_queue(now + QUEUE_KEPT * 3)
        for task in DBTaskResult.objects.all():
            yield f"the queue keeps a place that is {task.status} for good"
        for network in Network.objects.all():
            if not verify_chain(network).holds:
                yield f"the chain of the books of {network.name} does not hold"
            post(network, now)
            for one in prove_money(network).proof.balances:
                if one.remainder:
                    yield f"{one.name} of {network.name} leaves {one.remainder}"
        if not verify_with_anchors(folder=folder / "anchors").holds:
            yield "the chain of the access log does not hold"
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                for check in ("integrity_check", "foreign_key_check"):
                    rows = cursor.execute(f"PRAGMA {check}").fetchall()
                    if rows not in ([], [("ok",)]):
                        yield f"the database file is damaged: {rows[:3]}"
