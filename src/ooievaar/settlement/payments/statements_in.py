"""What the bank says that it did: payments executed, and payments that came back.

A payment that came back is booked back with all that it offset: it is due again, and waits for
another account.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.faults import Fault
from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post_transaction, writing
from ooievaar.settlement.payments.camt053 import Movement, Statement, read_camt053
from ooievaar.settlement.payments.deciding import add_step
from ooievaar.settlement.payments.models import (
    BankAccount,
    BankAccountStep,
    BankEntry,
    BankStatement,
    LineStatus,
    PaymentLine,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.pain001 import message_number
from ooievaar.settlement.payments.sending import postings_of

Match = BankEntry.Match
State = LineStatus.State
BACK_CAUSE = "payment_back"

FOREIGN = _("Dit afschrift is niet van een eigen rekening van dit netwerk.")
TWICE = _("Dit afschrift is al ingelezen.")
GAP = _(
    "Dit afschrift sluit niet aan: het beginsaldo is niet het eindsaldo van het vorige. Lees eerst "
    "het afschrift in dat ertussen hoort."
)


def take_statements(
    network: Network, name: str, content: bytes, now: datetime, by: Workplace | None = None
) -> list[BankStatement] | Rejected | Fault:
    """Take in a file of the bank, whole or not at all."""
    read = read_camt053(name, content)
    if isinstance(read, Fault):
        return read
    with writing():
        if refusal := _refusal(network, read):
            return Rejected(refusal)
        return [_take(network, name, content, one, now, by) for one in read]


def _refusal(network: Network, read: Iterable[Statement]) -> Promise | None:
    own = set(
        BankAccount.objects.filter(
            network=network,
            organisation=None,
            steps__state=BankAccountStep.State.APPROVED,
        ).values_list("iban", flat=True)
    )
    closing: dict[str, int] = {}
    met: set[tuple[str, str]] = set()
    for one in read:
        if one.iban not in own:
            return FOREIGN
        known = BankStatement.objects.filter(iban=one.iban)
        if (one.iban, one.reference) in met or known.filter(reference=one.reference).exists():
            return TWICE
        met.add((one.iban, one.reference))
        if one.iban not in closing:
            last = known.order_by("-pk").values_list("closing_cents", flat=True).first()
            closing[one.iban] = one.opening_cents if last is None else last
        if closing[one.iban] != one.opening_cents:
            return GAP
        closing[one.iban] = one.closing_cents
    return None


def _take(
    network: Network,
    name: str,
    content: bytes,
    read: Statement,
    now: datetime,
    by: Workplace | None,
) -> BankStatement:
    statement = BankStatement.objects.create(
        network=network,
        iban=read.iban,
        reference=read.reference,
        opening_cents=read.opening_cents,
        opening_on=read.opening_on,
        closing_cents=read.closing_cents,
        closing_on=read.closing_on,
        name=name[:255],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        read_at=now,
        read_by_id=by.person_id if by else None,
    )
    ours = _Ours(network, read)
    touched: set[int] = set()
    for number, movement in enumerate(read.movements, 1):
        match, line, run = ours.find(movement)
        entry = BankEntry.objects.create(
            statement=statement,
            number=number,
            booked_on=movement.booked_on,
            cents=movement.cents,
            bank_reference=movement.bank_reference,
            end_to_end=movement.end_to_end,
            match=match,
            line=line,
            run=run,
        )
        if match is Match.PAYMENT:
            assert line is not None
            touched |= _confirm([line], entry, now)
        elif match is Match.BATCH:
            assert run is not None
            touched |= _confirm(ours.lines_of(run), entry, now)
        elif match is Match.RETURN:
            assert line is not None
            touched |= _come_back(line, entry, movement, now)
    for run in PaymentRun.objects.filter(pk__in=touched):
        _end(run, now)
    return statement


_Found: TypeAlias = tuple[BankEntry.Match, PaymentLine | None, PaymentRun | None]


class _Ours:
    """What we sent that a statement may speak of, found by the references we gave."""

    def __init__(self, network: Network, read: Statement) -> None:
        references = {one.end_to_end for one in read.movements if one.end_to_end}
        going = PaymentLine.objects.filter(
            run__network=network, run__steps__state=RunStep.State.SENDING, cents__gt=0
        ).select_related("run")
        self.lines = {
            line.statement_number: line for line in going.filter(statement_number__in=references)
        }
        self.runs = {
            message_number(run.number): run
            for run in PaymentRun.objects.filter(
                network=network, steps__state=RunStep.State.SENDING
            )
        }
        self.back = set(
            LineStatus.objects.filter(
                line__in=self.lines.values(), state__in=[State.RETURNED, State.FAILED]
            ).values_list("line_id", flat=True)
        )
        self.confirmed = set(
            LineStatus.objects.filter(
                line__run__network=network, state=State.CONFIRMED
            ).values_list("line_id", flat=True)
        )

    def find(self, movement: Movement) -> _Found:
        """Return what a movement is of ours; each line is executed once and comes back once."""
        line = self.lines.get(movement.end_to_end)
        if line is not None:
            if movement.cents == -line.cents and line.pk not in self.confirmed | self.back:
                self.confirmed.add(line.pk)
                return Match.PAYMENT, line, line.run
            if movement.cents == line.cents and line.pk not in self.back:
                self.back.add(line.pk)
                return Match.RETURN, line, line.run
            return Match.MISMATCH, line, line.run
        run = self.runs.get(movement.batch)
        if run is None:
            return Match.OTHER, None, None
        lines = {one.pk for one in self.lines_of(run)}
        if movement.cents == -run.cents and not lines & self.confirmed:
            self.confirmed |= lines
            return Match.BATCH, None, run
        return Match.MISMATCH, None, run

    def lines_of(self, run: PaymentRun) -> list[PaymentLine]:
        """Return the lines that the bank had to execute."""
        return list(run.lines.filter(cents__gt=0))


def _confirm(lines: Iterable[PaymentLine], entry: BankEntry, now: datetime) -> set[int]:
    made = LineStatus.objects.bulk_create(
        LineStatus(line=line, state=State.CONFIRMED, on=entry.booked_on, entry=entry, at=now)
        for line in lines
    )
    return {status.line.run_id for status in made}


def _come_back(line: PaymentLine, entry: BankEntry, movement: Movement, now: datetime) -> set[int]:
    LineStatus.objects.create(
        line=line,
        state=State.RETURNED,
        on=entry.booked_on,
        code=movement.return_code,
        entry=entry,
        at=now,
    )
    paid = postings_of(line.parts.select_related("line"))
    post_transaction(
        line.run.network,
        timezone.localdate(now),
        (BACK_CAUSE, line.pk),
        {account: -cents for account, cents in paid.items()},
        reason="payment_returned",
        now=now,
        text=line.statement_number,
    )
    return {line.run_id}


def _end(run: PaymentRun, now: datetime) -> None:
    """Note that the bank said something of every line of a run."""
    told: dict[int, set[str]] = defaultdict(set)
    for line_id, state in LineStatus.objects.filter(line__run=run).values_list("line_id", "state"):
        told[line_id].add(state)
    waiting = run.lines.filter(cents__gt=0).exclude(pk__in=told).exists()
    ended = run.steps.filter(state__in=[RunStep.State.CONFIRMED, RunStep.State.FAILED]).exists()
    if not waiting and not ended:
        add_step(run, RunStep.State.CONFIRMED, None, now)
