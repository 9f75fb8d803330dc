"""The settlement of a region that does not exist: begun, lived month by month, and proved."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone
from rich.console import Console

from ooievaar.claims.models import BatchStep, Payment
from ooievaar.cli.demo_people import DemoPerson
from ooievaar.cli.ledger import BOOKS
from ooievaar.cli.numbers import counted
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import workplaces_of
from ooievaar.settlement.ledger.commands import missing
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.sources import INSURER_PAYMENT
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.deciding import CAUSE
from ooievaar.settlement.payments.statements_in import BACK_CAUSE
from ooievaar.simulator.boards import Board
from ooievaar.simulator.partners import ask_about_lines
from ooievaar.simulator.settled import SettledYear, begin_settling

BANK_FOLDER = "bank"
LATE_DAYS = 25
HOLDS = "het grootboek is in evenwicht, de keten is heel, en de bank klopt tot op de cent"

console = Console(highlight=False)


def open_books(
    network: Network, people: Sequence[DemoPerson], since: date, today: date
) -> SettledYear:
    """Begin to settle, with the people who do that, through the folder of the bank."""
    held = [place for one in people for place in workplaces_of(one.person, today)]
    places = {place.role: place for place in held}
    board = Board(
        controller=places[Role.CONTROLLER],
        approver=places[Role.APPROVER],
        director=places[Role.DIRECTOR],
        representatives=tuple(place for place in held if place.role is Role.REPRESENTATIVE),
    )
    return begin_settling(network, board, Path(settings.DATA) / BANK_FOLDER, since)


def ask_questions(settled: SettledYear, people: Sequence[DemoPerson], now: datetime) -> None:
    """Let the practice of the demo ask about its lines."""
    today = timezone.localdate(now)
    for one in people:
        if one.role is Role.PRACTICE_ADMINISTRATOR:
            (practice, *_) = workplaces_of(one.person, today)
            ask_about_lines(practice, settled.board.controller, now)


def print_settled(settled: SettledYear) -> bool:
    """Print what was booked and paid, and prove it; tell whether all of it holds."""
    network, told = settled.network, settled.happened
    booked = Transaction.objects.filter(network=network).count()
    late = sum(1 for days in days_until_paid(network) if days > LATE_DAYS)
    for line in (
        f"{counted(booked, 'boeking', 'boekingen')}, "
        f"{counted(told['runs'], 'betaalrun', 'betaalruns')}, "
        f"{counted(told['payments back'], 'betaling', 'betalingen')} teruggekomen, "
        f"{counted(told['advances'], 'maand', 'maanden')} voorschotten, "
        f"{counted(told['statements'], 'afschrift', 'afschriften')} voor partners, "
        f"{told['statements of the bank']} van de bank gelezen",
        f"meer dan {LATE_DAYS} dagen na het antwoord kwam van verzekeraars "
        f"{counted(late, 'betaling', 'betalingen')}",
        f"wacht op mensen: {told['runs waiting']} betaalrun, {told['advances waiting']} keer "
        f"voorschotten, {told['accounts waiting']} rekening, {told['years waiting']} jaareinde, "
        f"{told['agreements waiting']} verdeelafspraak",
    ):
        console.print(f"    {line}", soft_wrap=True)
    flows = money_at_the_bank(network)
    console.print(
        f"    van verzekeraars {format_euro(flows.received)} + geleend {format_euro(flows.lent)} = "
        f"naar partners {format_euro(flows.paid_out)} + op de bank {format_euro(flows.left)}; "
        f"rest {format_euro(flows.remainder)}",
        soft_wrap=True,
    )
    faults = list(faults_in(network, flows))
    for fault in faults:
        console.print(f"      {fault}", soft_wrap=True)
    console.print(
        f"    bewijs: {HOLDS if not faults else 'de boeken kloppen niet'}", soft_wrap=True
    )
    return not faults


@dataclass(frozen=True, slots=True)
class Flows:
    """What went through the bank, by the books, and what is left there, by the bank."""

    received: int
    lent: int
    paid_out: int
    left: int

    @property
    def remainder(self) -> int:
        """What nothing explains."""
        return self.received + self.lent - self.paid_out - self.left


def money_at_the_bank(network: Network) -> Flows:
    """Return what came in and went out; what is on its way counts as paid."""
    by_cause: dict[str, int] = defaultdict(int)
    postings = Posting.objects.filter(account__network=network, account__kind="bank").order_by()
    for cause, cents in postings.values_list("transaction__cause_kind").annotate(Sum("cents")):
        by_cause[cause] = cents
    bank = bank_proof(network)
    out = sum(by_cause[cause] for cause in (CAUSE, BACK_CAUSE))
    return Flows(
        received=by_cause[INSURER_PAYMENT],
        lent=by_cause["loan"],
        paid_out=-out,
        left=bank.bank_cents - bank.on_the_way_cents,
    )


def days_until_paid(network: Network) -> list[int]:
    """Return of each payment of an insurer how many days after its answer it came."""
    answered = dict(
        BatchStep.objects.filter(batch__network=network, state=BatchStep.State.ANSWERED)
        .order_by()
        .values_list("batch_id")
        .annotate(Max("at"))
    )
    payments = Payment.objects.filter(network=network, batch__in=answered).exclude(cents=0)
    return [
        (paid_on - timezone.localdate(answered[batch])).days
        for batch, paid_on in payments.values_list("batch_id", "paid_on")
    ]


def faults_in(network: Network, flows: Flows) -> Iterator[str]:
    """Yield what does not hold: the chain, the books beside claims and closings, and the bank."""
    if not verify_chain(network).holds:
        yield "de keten van het grootboek is niet heel"
    if any(missing(network, timezone.localdate())):
        yield "er is iets verschuldigd dat niet is geboekt"
    for one in prove_books(network):
        if one.remainder:
            yield f"{BOOKS.get(one.name, one.name)}: rest {format_euro(one.remainder)}"
    bank = bank_proof(network)
    if bank.remainder_cents or flows.remainder:
        yield f"bank en boeken verschillen {format_euro(bank.remainder_cents or flows.remainder)}"
    if bank.mismatches:
        yield "de bank deed iets anders dan er gevraagd was"
