"""What has to hold after every step, each a question to the database that answers with faults.

An invariant that holds yields nothing. Each says which steps could break it (`AREAS`), and is asked
after those; all of them are asked after each night, closing and at the end. What needs everything
that is due to be posted, says nothing as long as something is not.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Flag, auto
from functools import cached_property

from django.db.models import Count, Q, Sum

from ooievaar.bundles.models import Disposition, Route
from ooievaar.bundles.queries import newest_derivation
from ooievaar.claims.models import BatchLine, BatchStep, LineEvent, LineStanding, LineState, Payment
from ooievaar.claims.queries import balance_of
from ooievaar.claims.rules.states import GIVEN_UP
from ooievaar.network.models import Network
from ooievaar.record.access_log.verify import verify_chain as verify_log
from ooievaar.record.models import CareActivity, Withdrawal
from ooievaar.record.women.records import her_records
from ooievaar.settlement.ledger.commands import missing
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import payable_of
from ooievaar.settlement.ledger.rules.due import Entry
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.models import (
    Loan,
    PaymentLine,
    PaymentPart,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.proofs import prove_money
from ooievaar.simulator.bank import Bank
from ooievaar.simulator.insurance.post import OtherSide
from ooievaar.simulator.insurance.proof import compare_books

OWN_MONEY = ("overhead", "reserve", "surcharge")
PAYEES = {"partner": "partner_payable", "supplier": "supplier_payable"}
STANDS = (LineState.GRANTED, LineState.GRANTED_IN_PART, LineState.PAID)
LAST_DAY = date(9999, 12, 30)


class Area(Flag):
    """What a step can have touched."""

    LOG = auto()
    RECORD = auto()
    CLAIMS = auto()
    PAID = auto()
    BOOKS = auto()
    EVERYTHING = LOG | RECORD | CLAIMS | PAID | BOOKS


@dataclass(frozen=True)
class Seen:
    """What an invariant looks at: the database, and the other sides as they know themselves.

    `derived_to` are the newest activity and withdrawal that the last night saw, `followed` the
    records of the woman whom the last step derived again, `log_from` the number of the event from
    which the access log is read: what came before was held then, and is held again each night.
    """

    network: Network
    other_side: OtherSide
    bank: Bank
    today: date
    derived_to: tuple[int, int] = (0, 0)
    followed: frozenset[int] = frozenset()
    log_from: int = 1

    @cached_property
    def unposted(self) -> list[Entry]:
        """Return what is due and not posted yet."""
        return list(missing(self.network, self.today))


Faults = Iterator[str]
Invariant = Callable[[Seen], Faults]


def one_disposition(seen: Seen) -> Faults:
    """Every activity has one disposition; none that had not happened, was not known, or is gone.

    Of what came in since the night only at most one is asked; of the woman whom the last step
    followed, all.
    """
    derivation = newest_derivation(seen.network)
    if derivation is None:
        return
    places = Counter(
        Disposition.objects.filter(derivation=derivation).values_list("activity_id", flat=True)
    )
    for activity_id, count in sorted(places.items()):
        if count > 1:
            yield f"activity {activity_id} has {count} dispositions"
    again = Route.objects.filter(derivation=derivation, again_until__isnull=False)
    again_until: dict[int, date] = {}
    for woman_id, until in again.values_list("pregnancy__woman_id", "again_until"):
        for pk in her_records(woman_id).values_list("pk", flat=True):
            assert until is not None
            again_until[pk] = until
    newest, newest_withdrawal = seen.derived_to
    withdrawn = {
        activity_id: (pk, day)
        for activity_id, pk, day in Withdrawal.objects.values_list(
            "activity_id", "pk", "recorded_on"
        )
    }
    acts = CareActivity.objects.order_by("pk")
    for pk, woman_id, day, known in acts.values_list(
        "pk", "woman_id", "performed_on", "recorded_on"
    ):
        gone, gone_on = withdrawn.get(pk, (0, date.max))
        is_hers = woman_id in seen.followed and woman_id in again_until
        if not is_hers and (pk > newest or gone > newest_withdrawal):
            continue
        until = again_until.get(woman_id, derivation.until)
        known_until = again_until.get(woman_id, derivation.known_until)
        is_there = day < until and known < known_until <= gone_on
        if is_there != (pk in places):
            yield f"activity {pk} {'has no' if is_there else 'should have no'} disposition"


def claimed_is_explained(seen: Seen) -> Faults:
    """Claimed = granted + refused + open + written off, per insurer; answers and payments too."""
    for one in balance_of(seen.network):
        for balance in one.balances:
            if balance.remainder:
                yield f"{one.insurer.uzovi} {balance.name}: remainder {balance.remainder}"
    for uzovi, cents in _by_line(seen.network).items():
        if cents:
            yield f"{uzovi}: {cents} cents of lines in no state that explains them"


def _by_line(network: Network) -> dict[str, int]:
    """Add up what was sent, less what is granted, refused, open or given up, line by line."""
    left: dict[str, int] = defaultdict(int)
    sent = BatchStep.objects.filter(batch__network=network, state=BatchStep.State.SENT)
    lines = BatchLine.objects.filter(batch__in=sent.values("batch_id"))
    for uzovi, is_credit, cents in lines.values_list(
        "line__insurer__uzovi", "line__is_credit", "line__cents"
    ):
        left[uzovi] += -cents if is_credit else cents
    # Each time that a line went, it was answered once or waits.
    answered = LineEvent.objects.filter(line__network=network, cause="return")
    for uzovi, is_credit, cents in answered.values_list(
        "line__insurer__uzovi", "line__is_credit", "line__cents"
    ):
        left[uzovi] -= -cents if is_credit else cents
    waiting = LineStanding.objects.filter(network=network, state=LineState.SENT)
    for uzovi, is_credit, cents in waiting.values_list(
        "insurer__uzovi", "line__is_credit", "line__cents"
    ):
        left[uzovi] -= -cents if is_credit else cents
    return left


def received_is_explained(seen: Seen) -> Faults:
    """Received = distributed + reserve + open, from rows that the books did not make.

    Received: payments of insurers and loans. Distributed: lines of payment runs that went out and
    did not come back. Reserve: overhead, reserve and surcharges. Open: every other account.
    """
    network = seen.network
    received = _sum(Payment.objects.filter(network=network)) + _sum(
        Loan.objects.filter(network=network)
    )
    went = PaymentLine.objects.filter(
        run__network=network, run__steps__state=RunStep.State.SENDING
    ).exclude(statuses__state__in=BACK)
    distributed = _sum(went)
    stands: dict[str, int] = defaultdict(int)
    postings = Posting.objects.filter(account__network=network).order_by()
    for kind, cents in postings.values_list("account__kind").annotate(Sum("cents")):
        stands[kind] -= cents
    for entry in seen.unposted:
        for account, cents in entry.amounts:
            stands[account.kind] -= cents
    reserve = sum(stands[kind] for kind in OWN_MONEY)
    still_open = sum(cents for kind, cents in stands.items() if kind not in (*OWN_MONEY, "bank"))
    if received != distributed + reserve + still_open:
        yield (
            f"received {received}, distributed {distributed}, reserve {reserve}, open {still_open}"
        )


def money_is_proved(seen: Seen) -> Faults:
    """Every equation of the proof page holds, from granted to what was paid out.

    Asked once all that is due is posted. That of the bank is `bank_agrees`: the simulated bank
    hears of a payment only when it is taken, also when that is days after it came.
    """
    if seen.unposted:
        return
    for one in (*prove_money(seen.network).proof.balances, *prove_books(seen.network)):
        if one.remainder and one.name != "bank":
            yield f"{one.name}: remainder {one.remainder}"


def bank_agrees(seen: Seen) -> Faults:
    """What the bank has, with what it did not tell yet, is what the books say is there."""
    if seen.unposted:
        return
    postings = Posting.objects.filter(account__network=seen.network, account__kind="bank")
    booked, bank = _sum(postings), seen.bank
    # What comes back is booked when the bank tells it.
    untold = sum(one.cents for one in bank.waiting if not one.return_code)
    for kind in (Payment, Loan):
        rows = kind.objects.filter(network=seen.network, pk__gt=bank.seen.get(kind, 0))
        untold += _sum(rows)
    if booked != bank.balance + untold:
        yield f"booked {booked}, at the bank {bank.balance}, not told yet {untold}"
    mismatches = bank_proof(seen.network).mismatches
    if mismatches:
        yield f"the bank did something else than was asked: {mismatches} times"


def ledger_balances(seen: Seen) -> Faults:
    """Every transaction, and all accounts together, come to zero; the chain of the books holds."""
    uneven = (
        Transaction.objects.filter(network=seen.network)
        .annotate(sum=Sum("postings__cents"), count=Count("postings"))
        .exclude(sum=0)
    )
    for number in uneven.values_list("number", flat=True):
        yield f"transaction {number} does not balance"
    total = _sum(Posting.objects.filter(account__network=seen.network))
    if total:
        yield f"all accounts together: {total}"
    for finding in verify_chain(seen.network).found:
        yield f"ledger: {finding}"


def audit_chain_holds(seen: Seen) -> Faults:
    """No event of the access log was changed, removed, or put in between."""
    for finding in verify_log(seen.log_from).found:
        yield f"access log: {finding.bend} at {finding.number}"


def insurers_agree(seen: Seen) -> Faults:
    """The insurers' own books and ours say the same of every line and payment that is settled."""
    yield from compare_books(seen.network, seen.other_side).differences
    for fault in seen.other_side.portal.faults:
        yield f"the portal found: {fault}"


def no_line_sent_twice(seen: Seen) -> Faults:
    """No line reaches an insurer twice, by our rows and by theirs; no product stands twice."""
    went = BatchLine.objects.filter(
        line__network=seen.network, batch__steps__state=BatchStep.State.SENDING
    ).order_by()
    times = dict(went.values_list("line_id").annotate(Count("batch_id", distinct=True)))
    came_back = (
        LineEvent.objects.filter(line__in=times, state=LineState.REFUSED_BY_PORTAL, cause="return")
        .order_by()
        .values_list("line_id")
        .annotate(Count("pk"))
    )
    back = dict(came_back)
    for line_id, count in sorted(times.items()):
        if count > 1 + back.get(line_id, 0):
            yield f"line {line_id} went {count} times and came back {back.get(line_id, 0)} times"
    for uzovi, books in seen.other_side.books.items():
        references = Counter(ref for file in books.files.values() for ref in file.references)
        for reference, count in sorted(references.items()):
            if count > 1:
                yield f"{uzovi} got {reference} {count} times"
    twice = (
        LineStanding.objects.filter(
            network=seen.network, state__in=STANDS, line__is_credit=False, granted_cents__gt=0
        )
        .exclude(state__in=GIVEN_UP)
        .order_by()
        .values("line__key", "insurer_id")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    for one in twice:
        yield f"product {one['line__key']} stands granted {one['count']} times"


def no_partner_paid_twice(seen: Seen) -> Faults:
    """The bank did each payment once; what each got, is due and is held, is what was divided."""
    network = seen.network
    asked = {
        one.statement_number: one.cents
        for one in PaymentLine.objects.filter(
            run__network=network, run__steps__state=RunStep.State.SENDING, cents__gt=0
        )
    }
    for reference, cents in sorted(seen.bank.executed.items()):
        if asked.get(reference) != cents:
            yield f"the bank paid {cents} as {reference}; asked was {asked.get(reference)}"
    runs = PaymentRun.objects.filter(network=network).annotate(sum=Sum("lines__cents"))
    for number, cents, total in runs.values_list("number", "cents", "sum"):
        if cents != total:
            yield f"run {number} is not the sum of its lines"
    if seen.unposted:
        return
    for kind, account in PAYEES.items():
        yield from _as_divided(seen, kind, account)


def _as_divided(seen: Seen, kind: str, account: str) -> Faults:
    """Hold what each organisation got beside what was divided to it."""
    shares = Share.objects.filter(product__closing__network=seen.network, kind=kind).order_by()
    divided = dict(shares.values_list("organisation_id").annotate(Sum("cents")))
    went = (
        PaymentPart.objects.filter(line__run__network=seen.network, kind=account)
        .filter(line__run__steps__state=RunStep.State.SENDING)
        .exclude(line__statuses__state__in=BACK)
        .order_by()
    )
    paid = dict(went.values_list("line__organisation_id").annotate(Sum("cents")))
    elsewhere = dict(
        Posting.objects.filter(account__network=seen.network, account__kind=account)
        .filter(Q(transaction__cause_kind="year_end") | Q(transaction__cause_kind="loss"))
        .order_by()
        .values_list("account__organisation_id")
        .annotate(Sum("cents"))
    )
    left = {one.organisation_id: one for one in payable_of(seen.network, LAST_DAY, account)}
    for organisation_id in sorted(divided.keys() | paid.keys()):
        got = paid.get(organisation_id, 0)
        due = divided.get(organisation_id, 0) - elsewhere.get(organisation_id, 0)
        one = left.get(organisation_id)
        stands = one.cents + one.held_cents if one is not None else 0
        if got + stands != due:
            yield f"organisation {organisation_id}: got {got}, stands {stands}, divided {due}"


def _sum(rows: object) -> int:
    total: int | None = rows.aggregate(sum=Sum("cents"))["sum"]  # type: ignore[attr-defined]
    return total or 0


INVARIANTS: dict[str, tuple[Invariant, Area]] = {
    "one_disposition": (one_disposition, Area.RECORD),
    "claimed_is_explained": (claimed_is_explained, Area.CLAIMS),
    "received_is_explained": (received_is_explained, Area.PAID | Area.BOOKS),
    "money_is_proved": (money_is_proved, Area.BOOKS),
    "bank_agrees": (bank_agrees, Area.BOOKS),
    "ledger_balances": (ledger_balances, Area.BOOKS),
    "audit_chain_holds": (audit_chain_holds, Area.EVERYTHING),
    "insurers_agree": (insurers_agree, Area.CLAIMS),
    "no_line_sent_twice": (no_line_sent_twice, Area.CLAIMS),
    "no_partner_paid_twice": (no_partner_paid_twice, Area.BOOKS),
}
"""Each by its name, with the steps after which it is asked."""
