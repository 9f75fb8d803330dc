"""Payment runs: what is under way, who starts again, and what must be true."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from django.utils import timezone

from ooievaar.claims.channel import FolderChannel
from ooievaar.cli import payments as commands
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.deciding import run_state, withdraw_run
from ooievaar.settlement.payments.models import PaymentFile, PaymentRun, RunStep
from ooievaar.settlement.payments.proposing import open_runs
from ooievaar.settlement.payments.statements_in import take_statements
from ooievaar.settlement.payments.tests.world import Bank, World
from ooievaar.ui.jobs import queue_job
from proof.kill_office import Office
from proof.kill_stage import at

EARNED = (50_000, 30_001, 12_345)
HAD_AHEAD = (0, 10_000, 20_000)
"""The third had more ahead than it earned: it is paid nothing."""


class Payment(Office):
    """A network whose run was approved, with its job; one whose run waits; one without a run."""

    name, folder_name = "payment", "bank"

    def __init__(self, folder: Path) -> None:
        self.worlds = [World(folder / self.folder_name, partners=3) for _ in range(3)]
        for world in self.worlds:
            for partner, earned, ahead in zip(world.partners, EARNED, HAD_AHEAD, strict=True):
                world.earns(partner, earned)
                if ahead:
                    world.has_ahead(partner, ahead)
        first, second, _third = self.worlds
        self.network = first.network
        self.approved, self.proposed = first.approved(), second.proposed()
        self.now = first.now + timedelta(hours=1)
        with at(self.now):
            self.queue()

    def queue(self) -> None:
        """Let the controller ask for the run that was approved."""
        who = self.worlds[0].controller
        queue_job(
            "send_payment_run",
            who.person_id,
            "Naar de bank",
            {"run": self.approved.pk, "number": self.approved.number},
            position_id=who.position_id,
            network_id=self.network.pk,
        )

    def commands(self) -> None:
        """Prepare, approve and hand over in each network, from where it stands, as typed."""
        for world in self.worlds:
            self._commands(world)

    def _commands(self, world: World) -> None:
        run = PaymentRun.objects.filter(network=world.network).order_by("-pk").first()
        if run is None or run_state(run) in ("withdrawn", "refused"):
            commands.prepare(
                self.username(world.controller), None, None, "", str(world.network.name)
            )
            run = PaymentRun.objects.filter(network=world.network).latest("pk")
        if run_state(run) == "prepared":
            self._approve(world, run)
        commands.export(None, world.network.name)

    def _approve(self, world: World, run: PaymentRun) -> None:
        commands.approve(run.number, self.username(world.approver))

    def finish(self, way: str) -> None:
        """Start again; a run whose day passed is taken back and prepared anew."""
        super().finish(way)
        for world in self.worlds:
            for run in open_runs(world.network):
                if run_state(run) in ("prepared", "approved"):
                    withdraw_run(world.controller, run, timezone.now())
            with suppress(typer.Exit):
                self._commands(world)

    def is_left(self) -> bool:
        """Tell whether a run is not with the bank yet."""
        return any(open_runs(world.network).exists() for world in self.worlds)

    def approve_the_same(self) -> None:
        """Approve the one run that waits for it; who comes second is told so."""
        with suppress(typer.Exit):
            self._approve(self.worlds[1], self.proposed)

    def is_done(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether the run of a job is with the bank."""
        steps = RunStep.objects.filter(run_id=job_parameters["run"])
        return steps.filter(state="sent").exists()

    def is_given_up(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether the run of a job was taken back: another one pays instead."""
        steps = RunStep.objects.filter(run_id=job_parameters["run"])
        return steps.filter(state="withdrawn").exists()

    def begun(self, job_parameters: dict[str, Any]) -> bool:
        """Tell whether the run of a job was booked."""
        steps = RunStep.objects.filter(run_id=job_parameters["run"])
        return steps.filter(state="sending").exists()

    def portal(self, folder: Path) -> "Banks":
        """Return the other side of the channel of a case."""
        return Banks(FolderChannel(folder / self.folder_name), self.worlds)

    def untrue(self, folder: Path, portal: "Banks", now: datetime) -> Iterator[str]:
        """Say what is not so at any moment: what is said to be at the bank is there, and booked."""
        yield from portal.wrong
        stored = {file.name: file.content.encode() for file in PaymentFile.objects.all()}
        there = {
            path.name: path.read_bytes()
            for place in (portal.channel.out, portal.channel.taken)
            for path in place.iterdir()
            if path.is_file() and not path.name.startswith(".")
        }
        for name, content in there.items():
            if name not in stored:
                yield f"{name} was handed over before it was stored"
            elif stored[name] != content:
                yield f"{name} is other than what was stored: {len(content)} bytes"
        for run in PaymentRun.objects.all():
            states = set(run.steps.values_list("state", flat=True))
            file = f"betaling-{run.number}.xml"
            booked = Transaction.objects.filter(cause_kind="payment_run", cause_id=run.pk).count()
            if "sent" in states and file not in there:
                yield f"{run.number} is said to be at the bank, and is not there"
            if not ("sending" in states) == (file in stored) == (booked == 1):
                yield f"{run.number}: step, file and {booked} bookings are not stored together"

    def wrong_at_end(self, folder: Path, portal: "Banks", now: datetime) -> Iterator[str]:
        """Say what is not so when all was done: each partner has what it earned, once."""
        for world in self.worlds:
            world.bank = portal.banks[world.network.pk]
            yield from _wrong_of(world, now)
        if left := [path.name for path in portal.channel.path.rglob(".*.deel")]:
            yield f"left behind: {left}"


def _wrong_of(world: World, now: datetime) -> Iterator[str]:
    name = world.network.name
    expected = [max(0, earned - ahead) for earned, ahead in zip(EARNED, HAD_AHEAD, strict=True)]
    paid = [world.on_account(partner) for partner in world.partners]
    if paid != expected:
        yield f"{name}: the bank paid {paid}, due was {expected}"
    if (bank := world.stands("bank")) != -sum(expected):
        yield f"{name}: the books say that the bank paid {-bank}, it was {sum(expected)}"
    for partner, earned, ahead in zip(world.partners, EARNED, HAD_AHEAD, strict=True):
        left = (world.stands("partner_payable", partner), world.stands("partner_advance", partner))
        if left != (0, max(0, ahead - earned)):
            yield f"{name}: {partner.name} is left with {left}"
    runs = PaymentRun.objects.filter(network=world.network)
    sent = [run for run in runs if run_state(run) == "sent"]
    if len(sent) != 1 or open_runs(world.network).exists():
        yield f"{name}: {len(sent)} of {len(runs)} runs sent, and one is enough"
    for run in sent:
        found = list(run.steps.order_by("pk").values_list("state", flat=True))
        if found != ["prepared", "approved", "sending", "sent"]:
            yield f"{run.number} went {found}"
    taken = take_statements(world.network, "s.xml", world.bank.statement(), now)
    if not isinstance(taken, list):
        yield f"{name}: the statement of the bank is refused: {taken}"
        return
    proof = bank_proof(world.network)
    if proof.remainder_cents or proof.on_the_way_cents or proof.others or proof.mismatches:
        yield f"{name}: the bank and the books differ: {proof}"
    if any(run_state(run) != "confirmed" for run in sent):
        yield f"{name}: what the bank executed is not confirmed"


class Banks:
    """The banks of all networks behind one folder: each takes what is in its name, once."""

    def __init__(self, channel: FolderChannel, worlds: list[World]) -> None:
        self.channel = channel
        self.banks = {world.network.pk: Bank(channel, world.own.iban) for world in worlds}
        self.wrong: list[str] = []

    def collect(self) -> None:
        """Execute what lies there; what cannot be read or comes twice is kept as wrong."""
        for name, content in self.channel.collect():
            number = int(name.removeprefix("betaling-").partition("-")[0])
            try:
                self.banks[number].execute(content)
            except Exception as error:
                self.wrong.append(f"the bank cannot execute {name}: {error!r}")
