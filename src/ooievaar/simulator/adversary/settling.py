"""The night, the closings, the books, and money out: with what people do twice or too soon."""

from dataclasses import replace
from datetime import timedelta

from django.db.models import Max

from ooievaar.bundles.commands import derive_network
from ooievaar.claims.reconciling import reconcile
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Organisation
from ooievaar.record.access_log.models import Kind as EventKind
from ooievaar.record.models import CareActivity, Withdrawal
from ooievaar.record.permissions import known
from ooievaar.record.relations import Rejected
from ooievaar.settlement.commands import close_month
from ooievaar.settlement.ledger.commands import close_period, post
from ooievaar.settlement.models import Closing, Share
from ooievaar.settlement.payments.advancing import (
    approve_advances,
    propose_advances,
    record_loan,
    terms_on,
)
from ooievaar.settlement.payments.deciding import approve_run, run_state, withdraw_run
from ooievaar.settlement.payments.models import PaymentRun, RunStep
from ooievaar.settlement.payments.proposing import open_runs, propose_run
from ooievaar.settlement.payments.sending import send_run
from ooievaar.settlement.payments.statements_in import take_statements
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.requests import month_after
from ooievaar.settlement.statements.commands import make_statements, months_to_make
from ooievaar.settlement.statements.questions import answer
from ooievaar.settlement.statements.questions import ask as ask_about
from ooievaar.settlement.year_end.deciding import approve, prepare
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.simulator.adversary.life import Life
from ooievaar.simulator.adversary.registering import DONE, NOTHING, REFUSED
from ooievaar.simulator.adversary.steps import START, Step
from ooievaar.simulator.settled import UNKNOWN_PRICES, next_working_day

State = RunStep.State
COMES_BACK = 4
"""Of so many runs one has a payment that comes back."""


def night(life: Life, step: Step) -> str:
    """Derive everybody, compare the claims, post what is due, make statements: as at night."""
    now, tomorrow = life.now(step), step.today + timedelta(days=1)
    derive_network(
        life.network,
        until=tomorrow,
        known_until=tomorrow,
        now=now,
        made_products=made_products(life.network),
    )
    life.derived_to = (_newest(CareActivity), _newest(Withdrawal))
    life.just_derived = True
    reconcile(life.network, step.today, now=now)
    post(life.network, now)
    for month in months_to_make(life.network):
        if isinstance(make_statements(life.network, month, now), Rejected):
            break
    life.log(step, None, EventKind.MONEY)
    return DONE


def close(life: Life, step: Step) -> str:
    """Close the months up to this one that are still open."""
    newest = Closing.objects.filter(network=life.network).order_by("-month").first()
    month = month_after(newest.month) if newest else month_of(START)
    closed = 0
    while month <= step.month:
        try:
            result = close_month(
                life.network,
                month,
                known_until=step.today + timedelta(days=1),
                now=life.now(step),
            )
        except InputRejected:
            return REFUSED
        assert result.closing is not None, f"{month}: the proof does not hold"
        life.log(step, None, EventKind.MONEY)
        closed += 1
        month = month_after(month)
    return DONE if closed else NOTHING


def close_again(life: Life, step: Step) -> str:
    """Close a month again: it stays as it was stored."""
    closed = list(Closing.objects.filter(network=life.network).order_by("month"))
    if not closed:
        return NOTHING
    one = closed[step.pick % len(closed)]
    again = close_month(life.network, one.month, known_until=step.today, now=life.now(step))
    assert not again.stored and again.closing == one, f"{one.month} was closed twice"
    return DONE


def close_books(life: Life, step: Step) -> str:
    """Close a month of the books."""
    closed = close_period(life.network, step.month, life.now(step))
    return REFUSED if isinstance(closed, Rejected) else DONE


def run(life: Life, step: Step) -> str:
    """Propose a payment run."""
    proposed = propose_run(
        life.board.controller,
        life.network,
        pay_on=next_working_day(step.today),
        now=life.now(step),
    )
    life.log(step, life.board.controller, EventKind.MONEY)
    return REFUSED if isinstance(proposed, Rejected) else DONE


def approve_run_(life: Life, step: Step) -> str:
    """Let another approve the run; one that cannot be paid any more is taken back."""
    waiting = _open_run(life, State.PREPARED)
    if waiting is None:
        return NOTHING
    approved = approve_run(life.board.approver, waiting, life.now(step))
    life.log(step, life.board.approver, EventKind.MONEY)
    return _take_back(life, step, waiting) if isinstance(approved, Rejected) else DONE


def approve_own_run(life: Life, step: Step) -> str:
    """Let who prepared a run approve it, in either role: it is refused."""
    waiting = _open_run(life, State.PREPARED)
    if waiting is None:
        return NOTHING
    both = replace(life.board.approver, person_id=life.board.controller.person_id)
    for by in (life.board.controller, both):
        refused = approve_run(by, waiting, life.now(step))
        assert isinstance(refused, Rejected), "who prepared a run approved it"
    return DONE


def withdraw_run_(life: Life, step: Step) -> str:
    """Take back a run that did not go out yet."""
    waiting = _open_run(life, State.PREPARED, State.APPROVED)
    return NOTHING if waiting is None else _take_back(life, step, waiting)


def send_run_(life: Life, step: Step) -> str:
    """Hand over the approved run; the bank executes it, and now and then one payment comes back."""
    ready = _open_run(life, State.APPROVED)
    if ready is None:
        return NOTHING
    sent = send_run(ready, life.books.channel, life.now(step), life.board.controller)
    if isinstance(sent, Rejected):
        return _take_back(life, step, ready)
    life.bank.collect(_comes_back(life, step, ready))
    life.log(step, life.board.controller, EventKind.MONEY)
    return DONE


def send_run_again(life: Life, step: Step) -> str:
    """Press the button again: the bank gets nothing a second time."""
    gone = PaymentRun.objects.filter(network=life.network, steps__state=State.SENT)
    found = list(gone.distinct().order_by("pk"))
    if not found:
        return NOTHING
    send_run(
        found[step.pick % len(found)],
        life.books.channel,
        life.now(step),
        life.board.controller,
    )
    files = list(life.books.channel.collect())
    assert not files, f"{files[0][0]} went out a second time"
    return DONE


def bank(life: Life, step: Step) -> str:
    """Read what the bank says of the account."""
    content = life.bank.statement(step.day)
    if content is None:
        return NOTHING
    taken = take_statements(life.network, f"afschrift-{step.number}", content, life.now(step))
    assert not isinstance(taken, Rejected | Fault), taken
    life.statements.append(content)
    life.log(step, None, EventKind.MONEY)
    return DONE


def bank_again(life: Life, step: Step) -> str:
    """Read a statement of the bank again: it is refused."""
    if not life.statements:
        return NOTHING
    content = life.statements[step.pick % len(life.statements)]
    again = take_statements(life.network, f"nogmaals-{step.number}", content, life.now(step))
    assert isinstance(again, Rejected), "a statement of the bank was taken in twice"
    return DONE


def advances(life: Life, step: Step) -> str:
    """Borrow what the agreement says, once, and give partners advances on the next month."""
    month, now = month_after(month_of(step.today)), life.now(step)
    terms = terms_on(life.network, month_period(month).start)
    if terms is None:
        return NOTHING
    lender = Organisation.objects.filter(agb=terms.lender).first()
    if lender is not None and terms.limit_cents and not life.happened["loans"]:
        record_loan(
            life.board.controller,
            life.network,
            lender,
            cents=terms.limit_cents,
            received_on=step.today,
            reference=f"LENING-{step.number}",
            now=now,
        )
        life.happened["loans"] += 1
    proposed = propose_advances(life.board.controller, life.network, month, now)
    if isinstance(proposed, Rejected):
        return REFUSED
    approved = approve_advances(life.board.approver, proposed, now + timedelta(hours=1))
    return REFUSED if isinstance(approved, Rejected) else DONE


def year_end(life: Life, step: Step) -> str:
    """Prepare the end of the year, and let another approve it."""
    now = life.now(step)
    prepared = prepare(
        life.board.controller,
        life.network,
        Proposal.Kind.YEAR_END,
        {"year": START.year},
        now,
        despite=UNKNOWN_PRICES,
    )
    if isinstance(prepared, Rejected):
        return REFUSED
    approved = approve(life.board.approver, prepared, now + timedelta(hours=1))
    return REFUSED if isinstance(approved, Rejected) else DONE


def ask(life: Life, step: Step) -> str:
    """Let a practice ask about one of its lines; the controller answers."""
    own = Share.objects.filter(
        organisation_id=known(life.practice.organisation_id), kind=Share.Kind.PARTNER
    )
    found = list(own.order_by("pk").values_list("pk", flat=True))
    if not found:
        return NOTHING
    share = own.get(pk=found[step.pick % len(found)])
    asked = ask_about(share, "Klopt dit bedrag?", by=life.practice, at=life.now(step))
    if isinstance(asked, Rejected):
        return REFUSED
    told = answer(asked, "Ja: zie de som.", by=life.board.controller, at=life.now(step))
    return REFUSED if isinstance(told, Rejected) else DONE


def _take_back(life: Life, step: Step, waiting: PaymentRun) -> str:
    withdrawn = withdraw_run(life.board.controller, waiting, life.now(step))
    assert not isinstance(withdrawn, Rejected), withdrawn
    return REFUSED


def _open_run(life: Life, *states: str) -> PaymentRun | None:
    waiting = open_runs(life.network).order_by("-pk").first()
    return waiting if waiting is not None and run_state(waiting) in states else None


def _comes_back(life: Life, step: Step, ready: PaymentRun) -> frozenset[str]:
    if step.pick % COMES_BACK:
        return frozenset()
    lines = ready.lines.filter(cents__gt=0, account__isnull=False).select_related("account")
    found = [line.account.iban for line in lines.order_by("number") if line.account is not None]
    return frozenset(found[step.pick % len(found) :][:1]) if found else frozenset()


def _newest(model: type[CareActivity] | type[Withdrawal]) -> int:
    newest: int | None = model.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0
