"""The submission of claim files: what is under way, who starts again, and what must be true."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import typer
from django.utils.functional import cached_property

from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.models import (
    Batch,
    BatchLine,
    BatchStep,
    ClaimFile,
    LineEvent,
    LineStanding,
)
from ooievaar.claims.preparing import approve, batch_state
from ooievaar.claims.queries import balance_of
from ooievaar.claims.standing import rebuild_standings
from ooievaar.claims.tests.portal import Portal
from ooievaar.claims.tests.region import MONTH, Claims
from ooievaar.cli import claims as commands
from ooievaar.ui.jobs import queue_job
from proof.kill_office import Office
from proof.kill_stage import at

ENCODING = "iso-8859-1"
REFERENCES = ("NUM362", "NUM371")


class Submission(Office):
    """Three files on their way: one approved with its job, one to approve, one to prepare."""

    name, folder_name = "submission", "declaraties"

    def __init__(self, folder: Path) -> None:
        claims = self.claims = Claims(folder / self.folder_name, name="Inzending")
        self.network = claims.network
        for insurer in (0, 0, 0, 0, 1, 1):
            claims.product(woman := claims.woman(), insurer=insurer)
            claims.product(woman, 75_000, insurer=insurer, phase=2)
        for batch in claims.sent():
            claims.answered(batch)
        self.earlier = {name for name, _ in claims.channel.collect()}
        first = next(iter(claims.owed.values()))
        first["cents"] += 1_000
        for insurer in (0, 1, 1):
            claims.product(claims.woman(), insurer=insurer)
        self.approved, self.proposed = claims.prepared()
        assert approve(self.approved, claims.approver, claims.now)
        claims.product(claims.woman(), insurer=1)
        claims.reconcile()
        self.now = claims.now + timedelta(hours=1)
        with at(self.now):
            self.queue()

    def queue(self) -> None:
        """Let the controller ask for the file that was approved, and for the next one."""
        who = self.claims.controller
        place = {"position_id": who.position_id, "network_id": self.network.pk}
        asked = {"batch": self.approved.pk, "number": self.approved.invoice_number}
        queue_job("send_claims", who.person_id, "Verzenden", asked, **place)
        queue_job("prepare_claims", who.person_id, "Klaarzetten", {"month": MONTH}, **place)

    def commands(self) -> None:
        """Approve what was prepared and send what was approved, as typed."""
        for batch in self._waiting():
            commands.approve(batch.invoice_number, self._name_of_approver)
        commands.send(None, self.network.name)

    def approve_the_same(self) -> None:
        """Approve the one file that waits for it; who comes second is told so."""
        with suppress(typer.Exit):
            commands.approve(self.proposed.invoice_number, self._name_of_approver)

    def is_left(self) -> bool:
        """Tell whether something is not sent yet."""
        return any(batch_state(batch) != "sent" for batch in self._batches())

    def _waiting(self) -> list[Batch]:
        return [batch for batch in self._batches() if batch_state(batch) == "prepared"]

    def _batches(self) -> list[Batch]:
        """Return the files of today; those of before were answered."""
        return list(Batch.objects.filter(network=self.network, pk__gte=self.approved.pk))

    @cached_property
    def _name_of_approver(self) -> str:
        return self.username(self.claims.approver)

    def portal(self, folder: Path) -> "WatchedPortal":
        """Return the other side of the channel of a case."""
        return WatchedPortal(FolderChannel(folder / self.folder_name), self.earlier)

    def untrue(self, folder: Path, portal: "WatchedPortal", now: datetime) -> Iterator[str]:
        """Say what is not so at any moment: what is said to be sent is there, and whole."""
        stored = {
            file.name: file.content.encode(ENCODING)
            for file in ClaimFile.objects.filter(batch__in=self._batches())
        }
        there = portal.content | {
            path.name: path.read_bytes()
            for path in portal.channel.out.iterdir()
            if path.is_file() and not path.name.startswith(".")
        }
        for name, content in there.items():
            if name not in stored:
                yield f"{name} was delivered before it was stored"
            elif stored[name] != content:
                yield f"{name} is other than what was stored: {len(content)} bytes"
        for batch in self._batches():
            steps = set(BatchStep.objects.filter(batch=batch).values_list("state", flat=True))
            if "sent" in steps and batch.file.name not in there:
                yield f"{batch.invoice_number} is said to be sent, and is not there"
            if ("sending" in steps) != ClaimFile.objects.filter(batch=batch).exists():
                yield f"{batch.invoice_number}: the step and the file are not stored together"

    def begun(self, job_parameters: dict[str, int]) -> bool:
        """Tell whether the work of a job left something behind."""
        if pk := job_parameters.get("batch"):
            return ClaimFile.objects.filter(batch_id=pk).exists()
        return Batch.objects.filter(network=self.network).count() > self._batches_before

    @cached_property
    def _batches_before(self) -> int:
        return len({self.approved.pk, self.proposed.pk}) + len(self.earlier)

    def is_done(self, job_parameters: dict[str, int]) -> bool:
        """Tell whether all of the work of a job is done."""
        if pk := job_parameters.get("batch"):
            return BatchStep.objects.filter(batch_id=pk, state="sent").exists()
        return self.begun(job_parameters)

    def wrong_at_end(self, folder: Path, portal: "WatchedPortal", now: datetime) -> Iterator[str]:
        """Say what is not so when all was done: each line once, and nothing else."""
        batches = self._batches()
        if len(batches) != 3:
            yield f"{len(batches)} files for what belongs in 3"
        for batch in batches:
            states = BatchStep.objects.filter(batch=batch).order_by("pk")
            if (found := list(states.values_list("state", flat=True))) != [
                *("prepared", "approved", "sending", "sent"),
            ]:
                yield f"{batch.invoice_number} went {found}"
            events = LineEvent.objects.filter(batch=batch, state="sent")
            if events.count() != batch.lines or events.values("line").distinct().count() != (
                batch.lines
            ):
                yield f"{batch.invoice_number}: not every line was sent once"
        for name, times in portal.handed.items():
            if times != 1:
                yield f"the portal was handed {name} {times} times"
        references, unreadable = portal.references()
        yield from (f"{name} cannot be read" for name in unreadable)
        lines = BatchLine.objects.filter(batch__in=batches).select_related("line")
        expected = Counter(one.line.reference for one in lines)
        if references != expected:
            yield f"lines at the portal {dict(references)}, in the books {dict(expected)}"
        keys = [one.line.key for one in lines if not one.line.is_credit]
        if sorted(keys) != sorted(self._due_now()):
            yield f"sent {sorted(keys)} of what was due {sorted(self._due_now())}"
        if not all(one.holds for one in balance_of(self.network)):
            yield "claimed is not granted, refused and open"
        before = _standings(self.network.pk)
        rebuild_standings()
        if before != _standings(self.network.pk):
            yield "the standings are not what the events make of them"
        if left := [path.name for path in portal.channel.path.rglob(".*.deel")]:
            yield f"left behind: {left}"

    def _due_now(self) -> list[str]:
        owed = list(self.claims.owed)
        return [owed[0], *owed[-4:]]


class WatchedPortal(Portal):
    """Also knows what it had before the case began, and reads what came."""

    def __init__(self, channel: FolderChannel, earlier: set[str]) -> None:
        super().__init__(channel)
        self.earlier = earlier

    def references(self) -> tuple[Counter[str], list[str]]:
        """Return how often each line came, and the files that cannot be read."""
        found: Counter[str] = Counter()
        unreadable = []
        for name, content in self.content.items():
            message, findings = read_message(content, shipped())
            if message is None or any(finding.level == "file" for finding in findings):
                unreadable.append(name)
            else:
                found.update(_references(message))
        return found, unreadable


def _references(message: Message) -> Iterator[str]:
    for _insured, claim in message.claims():
        values = [claim.record.by_element(element) for element in REFERENCES]
        yield str(next(value for value in values if value is not None)).strip()


def _standings(network_id: int) -> list[tuple[object, ...]]:
    rows = LineStanding.objects.filter(network_id=network_id).order_by("line_id")
    return list(rows.values_list("line_id", "state", "batch_id", "granted_cents", "paid_cents"))
