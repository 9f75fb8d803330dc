"""Claims and their answers: what people do twice, and what goes wrong on the way."""

import heapq
from dataclasses import replace
from datetime import timedelta

from ooievaar.claims.models import Batch, BatchStep, Payment
from ooievaar.claims.paying import due_cents, take_payment
from ooievaar.claims.preparing import approve, prepare, withdraw
from ooievaar.claims.reconciling import reconcile
from ooievaar.claims.returning import take_return, take_waiting
from ooievaar.claims.sending import send
from ooievaar.record.access_log.models import Kind as EventKind
from ooievaar.record.relations import Rejected
from ooievaar.simulator.adversary.life import Life
from ooievaar.simulator.adversary.registering import DONE, NOTHING, REFUSED
from ooievaar.simulator.adversary.steps import Step
from ooievaar.simulator.insurance.answers import answer
from ooievaar.simulator.insurance.books import BookFile, BookPayment
from ooievaar.simulator.insurance.insurer import Arrival, Insurer, Kind

State = BatchStep.State
SECOND_PART_DAYS = 9
LEAST_TO_SPLIT = 200


def prepare_files(life: Life, step: Step) -> str:
    """Compare what is owed with what was claimed, and prepare what can go out."""
    now = life.now(step)
    reconcile(life.network, step.today, now=now)
    prepared = prepare(
        life.network, by=life.board.controller, now=now, today=step.today, until=step.month
    )
    life.log(step, life.board.controller, EventKind.MONEY)
    return REFUSED if isinstance(prepared, Rejected) else DONE


def approve_files(life: Life, step: Step) -> str:
    """Let another approve every file that waits."""
    waiting = _batches(life, State.PREPARED)
    for batch in waiting:
        approved = approve(batch, life.board.approver, life.now(step))
        assert not isinstance(approved, Rejected), approved
        life.log(step, life.board.approver, EventKind.MONEY)
    return DONE if waiting else NOTHING


def approve_own(life: Life, step: Step) -> str:
    """Let who prepared a file approve it, in either role: it is refused."""
    waiting = _batches(life, State.PREPARED)
    if not waiting:
        return NOTHING
    both = replace(life.board.approver, person_id=life.board.controller.person_id)
    for by in (life.board.controller, both):
        refused = approve(waiting[0], by, life.now(step))
        assert isinstance(refused, Rejected), "who prepared a file approved it"
    return DONE


def withdraw_file(life: Life, step: Step) -> str:
    """Take back a file that did not go out yet."""
    waiting = _batches(life, State.PREPARED, State.APPROVED)
    if not waiting:
        return NOTHING
    batch = waiting[step.pick % len(waiting)]
    withdrawn = withdraw(batch, life.board.controller, life.now(step), "toch niet")
    return REFUSED if isinstance(withdrawn, Rejected) else DONE


def send_files(life: Life, step: Step) -> str:
    """Hand over what was approved; the portal takes it."""
    ready = _batches(life, State.APPROVED)
    for batch in ready:
        sent = send(batch, life.channel, life.now(step))
        if isinstance(sent, Rejected):
            return REFUSED
        life.happened["files"] += 1
    life.other_side.take(life.channel.collect(), step.day)
    return DONE if ready else NOTHING


def send_again(life: Life, step: Step) -> str:
    """Press the button again: nothing goes out a second time."""
    gone = _batches(life, State.SENT, State.ANSWERED, State.ANSWERED_BY_PORTAL)
    if not gone:
        return NOTHING
    send(gone[step.pick % len(gone)], life.channel, life.now(step))
    files = list(life.channel.collect())
    assert not files, f"{files[0][0]} went out a second time"
    return DONE


def receive(life: Life, step: Step) -> str:
    """Take in everything that arrived, in an order of its own."""
    arrived = list(life.other_side.arrivals(step.day))
    arrived.sort(key=lambda one: hash_of(one.name, step.pick))
    good = {one.content for one in arrived if one.is_good and one.payment is None}
    payments = [*life.unplaced]
    for one in arrived:
        if one.payment is not None:
            payments.append(one.payment)
            continue
        life.channel.answer(one.name, one.content)
        # Of an answer and its copy the first that comes is taken, whichever that is.
        is_answer = one.is_good or one.content in good
        for name, taken in take_waiting(life.channel, life.now(step)):
            is_taken = not isinstance(taken, tuple)
            assert is_taken == (is_answer and one.content not in life.returns), (name, taken)
            life.happened["returns" if is_taken else "returns refused"] += 1
        if is_answer and one.content not in life.returns:
            life.returns.append(one.content)
    payments.sort(key=lambda one: hash_of(one.reference, step.pick))
    # What comes before its other part, or before its credit, is tried once more behind it.
    left = [one for one in payments if not _take_payment(life, step, one)]
    left = [one for one in left if not _take_payment(life, step, one)]
    for late in life.unplaced:
        if late not in left:
            life.other_side.insurers[late.uzovi].pay(late)
    for early in left:
        if early not in life.unplaced:
            # Until we take it, it is on its way.
            life.other_side.books[early.uzovi].payments.remove(early)
    life.unplaced = left
    life.log(step, None, EventKind.MONEY)
    return DONE if arrived else NOTHING


def answer_lost(life: Life, step: Step) -> str:
    """Lose an answer on the way, with the money behind it, until somebody rings."""
    underway = life.other_side.underway
    good = sorted(
        one.invoice
        for _, _, one in underway
        if one.kind == Kind.RETURN and one.is_good and one.invoice
    )
    if not good:
        return NOTHING
    invoice = good[step.pick % len(good)]
    _, file = _file_of(life, invoice)
    if file.is_refused:
        return NOTHING
    kept = [one for one in underway if _about(one[2]) != invoice and file.number not in one[2].name]
    underway[:] = kept
    heapq.heapify(underway)
    file.is_answered, file.lets_wait = False, True
    return DONE


def answer_again(life: Life, step: Step) -> str:
    """Let an answer come once more."""
    if not life.returns:
        return NOTHING
    content = life.returns[step.pick % len(life.returns)]
    again = take_return(content, f"nogmaals-{step.number}", life.now(step))
    assert isinstance(again, tuple), "an answer was taken in twice"
    return DONE


def answer_otherwise(life: Life, step: Step) -> str:
    """Let an insurer answer a file again, and say something else."""
    answered = [
        (insurer, file)
        for _, insurer in sorted(life.other_side.insurers.items())
        for invoice, file in sorted(insurer.books.files.items())
        if invoice in life.other_side.arrived and not file.is_refused
    ]
    if not answered:
        return NOTHING
    insurer, file = answered[step.pick % len(answered)]
    lines = [
        replace(line, granted_cents=line.granted_cents // 2 if not line.row.is_credit else 0)
        for line in insurer.books.of_file(file.invoice)
    ]
    content = answer(insurer.layouts, file.content, lines, step.day, f"{file.number}B")
    taken = take_return(content, f"anders-{step.number}", life.now(step))
    assert isinstance(taken, tuple), "a second answer to one file was taken in"
    return DONE


def work(life: Life, step: Step) -> str:
    """Let the controller take up the work list."""
    taken_up = life.administrator.work(step.today, life.now(step))
    life.log(step, life.board.controller, EventKind.CHANGE)
    return DONE if taken_up else NOTHING


def paid_short(life: Life, step: Step) -> str:
    """Let a payment that is under way come in two, the second part much later."""
    underway = life.other_side.underway
    found = [
        place
        for place, (_, _, one) in enumerate(underway)
        if one.payment is not None and one.payment.cents > LEAST_TO_SPLIT
    ]
    if not found:
        return NOTHING
    day, _, one = underway.pop(found[step.pick % len(found)])
    heapq.heapify(underway)
    assert one.payment is not None
    short = one.payment.cents - one.payment.cents // (2 + step.pick % 5)
    rest = day + timedelta(days=SECOND_PART_DAYS)
    parts = (
        replace(one.payment, cents=short, reference=f"{one.payment.reference}k"),
        replace(
            one.payment,
            cents=one.payment.cents - short,
            reference=f"{one.payment.reference}r",
            paid_on=rest,
        ),
    )
    life.other_side.expect(
        Arrival(part.paid_on, Kind.PAYMENT, part.reference, payment=part) for part in parts
    )
    return DONE


def paid_twice(life: Life, step: Step) -> str:
    """Tell of a payment again, and of the same money under another name: neither is taken."""
    paid = list(Payment.objects.filter(network=life.network).order_by("pk"))
    if not paid:
        return NOTHING
    payment = paid[step.pick % len(paid)]
    references = [payment.reference]
    if due_cents(payment.batch) == 0:
        references.append(f"X{step.number}")
    for reference in references:
        again = take_payment(
            payment.batch,
            cents=payment.cents,
            paid_on=payment.paid_on,
            reference=reference,
            now=life.now(step),
        )
        assert isinstance(again, Rejected), "a payment was taken twice"
    return DONE


def hash_of(name: str, pick: int) -> int:
    """Return a number by which to shuffle; the same every time."""
    number = pick
    for character in name:
        number = (number * 31 + ord(character)) % 1_000_003
    return number


def _take_payment(life: Life, step: Step, payment: BookPayment) -> bool:
    taken = take_payment(
        Batch.objects.get(invoice_number=payment.invoice),
        cents=payment.cents,
        paid_on=payment.paid_on,
        reference=payment.reference,
        now=life.now(step),
    )
    life.happened["payments" if not isinstance(taken, Rejected) else "payments too early"] += 1
    return not isinstance(taken, Rejected)


def _batches(life: Life, *states: str) -> list[Batch]:
    steps = BatchStep.objects.filter(batch__network=life.network).order_by("pk")
    newest = dict(steps.values_list("batch_id", "state"))
    found = [pk for pk, state in newest.items() if state in states]
    return list(Batch.objects.filter(pk__in=found).order_by("pk"))


def _file_of(life: Life, invoice: str) -> tuple[Insurer, BookFile]:
    return next(
        (insurer, insurer.books.files[invoice])
        for insurer in life.other_side.insurers.values()
        if invoice in insurer.books.files
    )


def _about(arrival: Arrival) -> str:
    return arrival.payment.invoice if arrival.payment is not None else arrival.invoice
