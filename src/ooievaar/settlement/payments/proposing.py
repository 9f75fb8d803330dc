"""A payment run as one person proposes it: from the books, netted, line by line sealed.

One run at a time: until it is with the bank, or stopped, no other is proposed, so no amount can be
in two of them.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post, writing
from ooievaar.settlement.payments.accounts import accounts_before, accounts_on
from ooievaar.settlement.payments.advancing import agreement_on
from ooievaar.settlement.payments.amounts import Standing, standings
from ooievaar.settlement.payments.models import (
    BankAccount,
    BankAccountStep,
    LineStatus,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.storage.bulk import insert_rows

State = RunStep.State
Outcome = PaymentLine.Outcome
STOPPED = (State.REFUSED, State.WITHDRAWN)
DONE = (*STOPPED, State.SENT, State.FAILED)
"""Steps after which another run may be proposed."""
LATEST_DAYS = 31
NEW_ACCOUNT_DAYS = 30
"""An account that came in the place of another so shortly before a run is shown to who approves."""

NOT_YOURS = _("Uw functie mag dit niet.")
BUSY = _("Er is nog een betaalrun die niet bij de bank is. Maak die eerst af, of trek haar in.")
NO_OWN_ACCOUNT = _("Het netwerk heeft op deze dag geen goedgekeurde eigen rekening.")
WRONG_DAY = _("Kies een werkdag: vandaag of later, binnen 31 dagen.")
NOTHING = _("Er is niets te betalen en niets te verrekenen.")
CHANGED = _("Er is iets veranderd sinds u keek. Laat opnieuw berekenen wat er te betalen is.")
NO_REASON = _(
    "De verdeelafspraak zegt iets anders over wanneer er betaald wordt. Zeg waarom deze run ervan "
    "afwijkt."
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A line as it will be stored, with its parts."""

    row: dict[str, Any]
    parts: tuple[tuple[str, int, int | None], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a run would be if it were proposed now: nothing of it is stored."""

    account: BankAccount
    number: str
    drafts: tuple[Draft, ...]

    @property
    def cents(self) -> int:
        """What the bank would transfer."""
        return sum(draft.row["cents"] for draft in self.drafts)

    @property
    def content_hash(self) -> str:
        """The SHA-256 of every line and part: what was seen is what is proposed."""
        return content_hash(self.drafts)


def look_at(network: Network, pay_on: date, rule: str, now: datetime) -> Look | Rejected:
    """Return what a run would pay; it posts what is due, and stores nothing else."""
    today = timezone.localdate(now)
    if not is_pay_day(pay_on, today):
        return Rejected(WRONG_DAY, "pay_on")
    with writing():
        if open_runs(network).exists():
            return Rejected(BUSY)
        accounts = accounts_on(network, pay_on)
        own = accounts.get(None)
        if own is None:
            return Rejected(NO_OWN_ACCOUNT)
        post(network, now)
        returned = _returned_before(network)
        payees = {
            holder
            for holder, account in accounts.items()
            if holder is not None and account.pk not in returned
        }
        found = standings(network, today, rule, payees)
        number = _next_number(network, today)
        drafts = _drafts(network, number, found.values(), accounts, returned, pay_on)
        return Look(own, number, tuple(drafts))


def propose_run(
    by: Workplace,
    network: Network,
    *,
    pay_on: date,
    now: datetime,
    rule: str = "",
    note: str = "",
    deviates: str = "",
    seen: str = "",
) -> PaymentRun | Rejected:
    """Propose what to pay, as the books stand now; another approves it.

    Without `rule` as the agreement says; another rule asks for a reason (`deviates`). `seen` is the
    hash of what somebody looked at: when it is something else now, nothing is proposed.
    """
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    today = timezone.localdate(now)
    agreed = rule_on(network, today)
    rule, deviates = rule or agreed, deviates.strip()
    if rule != agreed and not deviates:
        return Rejected(NO_REASON, "deviates")
    with writing():
        look = look_at(network, pay_on, rule, now)
        if isinstance(look, Rejected):
            return look
        if not any(draft.parts for draft in look.drafts):
            return Rejected(NOTHING)
        if seen and seen != look.content_hash:
            return Rejected(CHANGED)
        run = PaymentRun.objects.create(
            network=network,
            number=look.number,
            day=today,
            pay_on=pay_on,
            rule=rule,
            agreed_rule=agreed,
            deviates=deviates if rule != agreed else "",
            account=look.account,
            lines_count=len(look.drafts),
            cents=look.cents,
            content_hash=look.content_hash,
            prepared_by_id=by.person_id,
            prepared_as_id=by.position_id,
            prepared_at=now,
            note=note,
        )
        _store(run, look.drafts)
        RunStep.objects.create(
            run=run,
            state=State.PREPARED,
            person_id=by.person_id,
            position_id=by.position_id,
            at=now,
        )
    return run


def rule_on(network: Network, day: date) -> str:
    """Return when the agreement of a day pays; one that does not say it: what insurers paid."""
    agreement = agreement_on(network, day)
    return (agreement.pays_when if agreement else "") or str(PaymentRun.Rule.PAID)


def open_runs(network: Network) -> QuerySet[PaymentRun]:
    """Return the run that is not with the bank yet, nor stopped."""
    done = RunStep.objects.filter(run=OuterRef("pk"), state__in=DONE)
    return PaymentRun.objects.filter(~Exists(done), network=network)


def is_pay_day(day: date, today: date) -> bool:
    """Tell whether a bank can pay on a day that lies near enough; bank holidays it moves itself."""
    return today <= day <= today + timedelta(days=LATEST_DAYS) and day.isoweekday() <= 5


def content_hash(drafts: Iterable[Draft]) -> str:
    """Return the SHA-256 of every line and part: what was seen and approved."""
    content = [[draft.row, draft.parts] for draft in drafts]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _drafts(
    network: Network,
    number: str,
    found: Iterable[Standing],
    accounts: dict[int | None, BankAccount],
    returned: set[int],
    pay_on: date,
) -> Iterable[Draft]:
    shared = _shared(accounts)
    before = accounts_before(accounts.values(), network)
    known = _paid_before(network)
    counted = (
        one
        for one in found
        if one.due_cents
        or one.net.parts
        or one.owed.advanced_cents
        or one.owed.new_advances
        or one.held_cents
    )
    for place, one in enumerate(counted, 1):
        account = accounts.get(one.organisation_id)
        flags = _flags(account, before, known, shared, pay_on) if one.net.cents else []
        yield Draft(
            {
                "number": place,
                "organisation_id": one.organisation_id,
                "account_id": account.pk if account else None,
                "outcome": str(_outcome(one, account, returned)),
                "statement_number": f"{number}-{place:03d}",
                "due_cents": one.due_cents,
                "held_cents": one.held_cents,
                "held_why": [list(why) for why in one.held_why],
                "advance_cents": one.owed.advanced_cents,
                "carried_cents": one.net.carried_cents,
                "cents": one.net.cents,
                "flags": flags,
            },
            tuple((part.kind, part.cents, part.advance_id) for part in one.net.parts),
        )


def _outcome(one: Standing, account: BankAccount | None, returned: set[int]) -> Outcome:
    if one.net.cents:
        return Outcome.PAID
    if one.net.parts:
        return Outcome.SETTLED
    if one.net.carried_cents:
        return Outcome.CARRIED
    if one.due_cents or one.owed.new_advances:
        if account is None:
            return Outcome.NO_ACCOUNT
        if account.pk in returned:
            return Outcome.RETURNED_BEFORE
    return Outcome.NOTHING


def _flags(
    account: BankAccount | None,
    before: dict[int, BankAccount],
    known: set[int],
    shared: set[str],
    pay_on: date,
) -> list[str]:
    """Return what who approves must see of an account: it was changed, is new, or is shared."""
    assert account is not None, "who has no account is not paid"
    flags = []
    previous = before.get(account.pk)
    if previous and previous.iban != account.iban:
        decided = account.steps.get(state=BankAccountStep.State.APPROVED).at
        since = max(timezone.localdate(decided), account.valid_from)
        if pay_on - since <= timedelta(days=NEW_ACCOUNT_DAYS):
            flags.append("iban_changed")
    if account.pk not in known:
        flags.append("first_payment")
    if account.iban in shared:
        flags.append("iban_shared")
    return flags


def _shared(accounts: dict[int | None, BankAccount]) -> set[str]:
    ibans = [account.iban for account in accounts.values()]
    return {iban for iban in ibans if ibans.count(iban) > 1}


def _paid_before(network: Network) -> set[int]:
    """Return the accounts on which something was sent before."""
    sent = RunStep.objects.filter(run=OuterRef("run_id"), state=State.SENT)
    lines = PaymentLine.objects.filter(Exists(sent), run__network=network, cents__gt=0)
    return {pk for pk in lines.values_list("account_id", flat=True).distinct() if pk}


def _returned_before(network: Network) -> set[int]:
    """Return the accounts of which the newest payment came back: nobody tries them again."""
    sent = RunStep.objects.filter(run=OuterRef("run_id"), state=State.SENT)
    lines = PaymentLine.objects.filter(Exists(sent), run__network=network, cents__gt=0)
    newest: dict[int, int] = {}
    for pk, account_id in lines.order_by("pk").values_list("pk", "account_id"):
        if account_id is not None:
            newest[account_id] = pk
    came_back = set(
        LineStatus.objects.filter(
            line__run__network=network, state=LineStatus.State.RETURNED
        ).values_list("line_id", flat=True)
    )
    return {account_id for account_id, line in newest.items() if line in came_back}


def _next_number(network: Network, today: date) -> str:
    start = f"{network.pk}-{today.year}-"
    made = PaymentRun.objects.filter(network=network, number__startswith=start).count()
    return f"{start}{made + 1:04d}"


def _store(run: PaymentRun, drafts: Iterable[Draft]) -> None:
    drafts = list(drafts)
    lines = PaymentLine.objects.bulk_create(PaymentLine(run=run, **draft.row) for draft in drafts)
    insert_rows(
        PaymentPart,
        ("line_id", "kind", "cents", "advance_id"),
        [
            (line.pk, kind, cents, advance_id)
            for line, draft in zip(lines, drafts, strict=True)
            for kind, cents, advance_id in draft.parts
        ],
    )
