"""Handing a run to the bank, once: also when the program is killed half-way.

The file and the postings are stored first, in the transaction that says that the run is going out;
then the file is handed over; then it is noted as sent. What was interrupted in between is handed
over again with the same name and the same bytes, which the channel takes once.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.channel import Channel, FolderChannel
from ooievaar.network.models import Network
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post, post_transaction, writing
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.payments.deciding import CAUSE, add_step, run_state, what_changed
from ooievaar.settlement.payments.models import (
    BankAccount,
    PaymentFile,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.pain001 import Account, Transfer, write_pain001
from ooievaar.settlement.payments.rules.netting import BANK

State = RunStep.State

NOT_APPROVED = _("Deze betaalrun is niet, of niet meer, goedgekeurd.")


def send_run(
    run: PaymentRun, channel: Channel, now: datetime, by: Workplace | None = None
) -> PaymentFile | Rejected | None:
    """Post an approved run and hand its file over; None: nothing for the bank, all was offset.

    A run that was sent stays as it is.
    """
    refusal = _store(run, now, by)
    if refusal is not None:
        return refusal
    return _hand_over(run, channel, now)


def resume_sending(
    channel: Channel, now: datetime, network: Network | None = None
) -> tuple[PaymentRun, ...]:
    """Hand over what was interrupted, and return what it was."""
    steps = RunStep.objects.filter(run=OuterRef("pk"))
    runs = PaymentRun.objects.filter(
        Exists(steps.filter(state=State.SENDING)), ~Exists(steps.filter(state=State.SENT))
    )
    if network is not None:
        runs = runs.filter(network=network)
    resumed = tuple(runs.order_by("pk"))
    for run in resumed:
        _hand_over(run, channel, now)
    return resumed


def own_bank_channel() -> FolderChannel:
    """Return the channel to the bank: OOIEVAAR_BANK_FOLDER, or in the data folder."""
    folder = os.environ.get("OOIEVAAR_BANK_FOLDER")
    return FolderChannel(Path(folder) if folder else Path(settings.DATA) / "bank")


def _store(run: PaymentRun, now: datetime, by: Workplace | None) -> Rejected | None:
    """Store the file as it will go out, post what it pays, and say that it is going."""
    with writing():
        if run.steps.filter(state=State.SENDING).exists():
            return None
        if run_state(run) != State.APPROVED:
            return Rejected(NOT_APPROVED)
        post(run.network, now)
        if hindrance := what_changed(run, now):
            return Rejected(hindrance)
        if run.cents:
            content = _content(run, now)
            PaymentFile.objects.create(
                run=run,
                name=f"betaling-{run.number}.xml",
                content=content.decode(),
                sha256=hashlib.sha256(content).hexdigest(),
                stored_at=now,
            )
        post_transaction(
            run.network,
            timezone.localdate(now),
            (CAUSE, run.pk),
            postings_of(PaymentPart.objects.filter(line__run=run).select_related("line")),
            reason="paid_out",
            now=now,
            text=run.number,
        )
        add_step(run, State.SENDING, by, now)
    return None


def postings_of(parts: Iterable[PaymentPart]) -> dict[AccountKey, int]:
    """Return what parts of payments move in the books, the bank against them."""
    amounts: dict[AccountKey, int] = defaultdict(int)
    for part in parts:
        amounts[AccountKey(part.kind, part.line.organisation_id)] += part.cents
        amounts[AccountKey(BANK)] -= part.cents
    return {key: cents for key, cents in amounts.items() if cents}


def _content(run: PaymentRun, now: datetime) -> bytes:
    lines = run.lines.filter(cents__gt=0).select_related("account").order_by("number")
    return write_pain001(
        run.number,
        _side(run.account),
        run.pay_on,
        timezone.localtime(now),
        [
            Transfer(_side(line.account), line.cents, line.statement_number, remittance(line, run))
            for line in lines
            if line.account is not None
        ],
    )


def remittance(line: PaymentLine, run: PaymentRun) -> str:
    """Return what the partner reads on its own bank statement."""
    return f"Afrekening {line.statement_number} t/m {run.day:%d-%m-%Y}, {run.network.name}"


def _side(account: BankAccount) -> Account:
    return Account(account.name, account.iban, account.bic)


def _hand_over(run: PaymentRun, channel: Channel, now: datetime) -> PaymentFile | None:
    file = PaymentFile.objects.filter(run=run).first()
    if run.steps.filter(state=State.SENT).exists():
        return file
    if file is not None:
        content = file.content.encode()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ValueError(f"bestand {file.name} is niet meer wat het was")
        channel.put(file.name, content)
    with writing():
        if not run.steps.filter(state=State.SENT).exists():
            add_step(run, State.SENT, None, now)
    return file
