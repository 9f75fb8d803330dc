"""A region's money after the claims, month by month: booked, advanced, paid, and told by the bank.

By the same commands as in a real region: one proposes and another approves, the file goes through
the channel, and what the bank says is read from its statement.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Sum

from ooievaar.claims.channel import FolderChannel
from ooievaar.contracts.agreements.queries import agreement_on
from ooievaar.contracts.models import Contract
from ooievaar.contracts.rules.agreement import Distribution, SupplierRule
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Membership, Network, Organisation, Supplier
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import close_period, nothing_new, post
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.accounts import approve_account, propose_account
from ooievaar.settlement.payments.advancing import (
    approve_advances,
    propose_advances,
    record_loan,
    terms_on,
)
from ooievaar.settlement.payments.deciding import approve_run
from ooievaar.settlement.payments.models import BankAccount, PaymentRun
from ooievaar.settlement.payments.proposing import NOTHING, propose_run
from ooievaar.settlement.payments.sending import send_run
from ooievaar.settlement.payments.statements_in import take_statements
from ooievaar.settlement.statements.commands import make_statements
from ooievaar.settlement.whatif.commands import Asked, make_scenario, question
from ooievaar.settlement.whatif.running import closed_years
from ooievaar.settlement.year_end.deciding import prepare
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.simulator.agreements import mixed_agreement, next_agreement
from ooievaar.simulator.bank import OWN_BANK, Bank, made_up_iban
from ooievaar.simulator.boards import Board, agree, done, moment, propose_only

MIXED_AFTER = 6
"""Months after the first that is closed: then the second agreement starts."""
DELIBERATED = timedelta(days=50)
"""So long before its first day an agreement is proposed, at least."""
FIRST_ADVANCED, MONTHS_ADVANCED = 8, 4
"""From which month on partners get advances, and in how many."""
COMES_BACK = 7
"""The month in which one payment comes back: the account was closed."""
NEW_ACCOUNT_DAYS = 9
NEXT_ACCOUNT, MOVED_ACCOUNT = 5_001, 5_002
"""Numbers of the accounts that came in the place of another, beyond those of the first day."""
MOVES_IN_DAYS = 14
CLOSED = {(1, 1), (5, 1), (12, 25), (12, 26)}
"""Days of the year, by month and number, on which no bank pays."""
UNKNOWN_PRICES = "De prijzen die ontbreken zijn klein; wij boeken het verschil als zij bekend zijn."
PROPOSED_DAYS = 12
"""So long before today the agreement was proposed that waits for signatures."""


@dataclass(slots=True)
class SettledYear:
    """The books of a network and its bank, and what happened so far."""

    network: Network
    board: Board
    channel: FolderChannel
    bank: Bank
    since: date
    happened: Counter[str] = field(default_factory=Counter)
    told_on: date | None = None
    """When the bank tells what became of the last run."""
    closed_account: Organisation | None = None

    def live(self, month: str, until: date, *, is_paid: bool = True) -> None:
        """Live the month after `month`, when that is over by `until`: after its claims.

        Without `is_paid` nobody is paid at its end: that run waits for people.
        """
        first = month_period(month).until
        after = month_period(month_of(first)).until
        if after > until:
            return
        last = after - timedelta(days=1)
        number = _months_between(self.since, after)
        self._hear_of_run(last)
        self._new_account(first)
        self._deliberate(after)
        is_advanced = FIRST_ADVANCED <= number < FIRST_ADVANCED + MONTHS_ADVANCED
        if is_advanced:
            self._borrow(month_of(after), last)
        closed = done(close_period(self.network, month, moment(last)))
        self.happened["postings"] = closed.last_number
        self._read_statement(last)
        made = done(make_statements(self.network, month, moment(last)))
        self.happened["statements"] += made.count
        with nothing_new():
            if is_advanced:
                self._advance(month_of(after), last)
            if is_paid:
                self._pay(last, comes_back=number == COMES_BACK)

    def finish(self, now: datetime, today: date) -> None:
        """Bring the books up to today, and leave for people what waits for them."""
        self._hear_of_run(today)
        self._new_account(today)
        post(self.network, now)
        self._read_statement(today)
        following = month_of(month_period(month_of(today)).until)
        if terms_on(self.network, month_period(following).start) is not None:
            proposed = propose_advances(self.board.controller, self.network, following, now)
            self.happened["advances waiting"] += not isinstance(proposed, Rejected)
        with nothing_new():
            pay_on = next_working_day(today)
            run = propose_run(self.board.controller, self.network, pay_on=pay_on, now=now)
            self._prepare_year(today.year - 1, now)
        self.happened["runs waiting"] += not isinstance(run, Rejected)
        for organisation in payees_of(self.network, "midwives")[-1:]:
            since = today + timedelta(days=MOVES_IN_DAYS)
            self.propose(organisation, MOVED_ACCOUNT, since, now)
            self.happened["accounts waiting"] += 1
        self._propose_next(now, today)

    def _prepare_year(self, year: int, now: datetime) -> None:
        """Prepare the end of a year that is over, for the approver."""
        if year < self.since.year:
            return
        prepared = prepare(
            self.board.controller,
            self.network,
            Proposal.Kind.YEAR_END,
            {"year": year},
            now,
            despite=UNKNOWN_PRICES,
        )
        self.happened["years waiting"] += not isinstance(prepared, Rejected)

    def _deliberate(self, after: date) -> None:
        """Agree on the second agreement, in time before its first day."""
        starts = _months_later(self.since, MIXED_AFTER)
        first = agreement_on(self.network, self.since)
        is_time = after <= starts - DELIBERATED < month_period(month_of(after)).until
        if first is None or not is_time:
            return
        uzovis = Contract.objects.filter(network=self.network).order_by("insurer_id")
        agreement = mixed_agreement(
            replace_parties(first, self.network, starts),
            starts,
            self._month_cents(),
            suppliers=suppliers_of(self.network, starts),
            insurers=tuple(dict.fromkeys(uzovis.values_list("insurer__uzovi", flat=True)))[:1],
        )
        agree(self.network, self.board, agreement, after - timedelta(days=25))
        self.happened["agreements"] += 1

    def _propose_next(self, now: datetime, today: date) -> None:
        """Propose what follows, and work out what it would have done to everybody."""
        now_held = agreement_on(self.network, today)
        if not self.happened["agreements"] or now_held is None:
            return
        starts = date(today.year + 1, 1, 1)
        agreement = next_agreement(replace_parties(now_held, self.network, starts), starts)
        proposed_on = today - timedelta(days=PROPOSED_DAYS)
        version = propose_only(self.network, self.board, agreement, proposed_on)
        self.happened["agreements waiting"] += 1
        for year in closed_years(self.network)[:1]:
            asked = question(self.network, Asked(year, text=version.content))
            make_scenario(asked, version.title, person=version.written_by, at=now)

    def _borrow(self, month: str, today: date) -> None:
        """Let the lender of the agreement pay what it lends, once."""
        terms = terms_on(self.network, month_period(month).start)
        if terms is None or not terms.limit_cents or self.happened["loans"]:
            return
        lender = Organisation.objects.filter(agb=terms.lender).first()
        if lender is None:
            return
        lent = record_loan(
            self.board.controller,
            self.network,
            lender,
            cents=terms.limit_cents,
            received_on=today,
            reference=f"LENING-{today.year}",
            now=moment(today),
        )
        done(lent)
        self.happened["loans"] += 1

    def _advance(self, month: str, today: date) -> None:
        now, by = moment(today), self.board
        proposed = propose_advances(by.controller, self.network, month, now)
        if isinstance(proposed, Rejected):
            return
        done(approve_advances(by.approver, proposed, now + timedelta(hours=1)))
        self.happened["advances"] += 1

    def _pay(self, today: date, *, comes_back: bool) -> None:
        """Propose a run, have another approve it, and hand it over; the bank takes it at once."""
        now, by = moment(today), self.board
        pay_on = next_working_day(today)
        run = propose_run(by.controller, self.network, pay_on=pay_on, now=now)
        if isinstance(run, Rejected):
            assert run.reason is NOTHING, str(run.reason)
            return
        done(approve_run(by.approver, run, now + timedelta(hours=2)))
        done(send_run(run, self.channel, now + timedelta(hours=3), by.controller))
        closed: frozenset[str] = frozenset()
        if comes_back:
            closed = self._close_an_account(run)
        self.bank.collect(closed)
        self.told_on = pay_on + timedelta(days=1)
        self.happened["runs"] += 1
        self.happened["paid cents"] += run.cents

    def _close_an_account(self, run: PaymentRun) -> frozenset[str]:
        line = (
            run.lines.filter(cents__gt=0, organisation__discipline="kraamzorg")
            .select_related("organisation", "account")
            .order_by("number")
            .last()
        )
        if line is None or line.account is None:
            return frozenset()
        self.closed_account = line.organisation
        self.happened["payments back"] += 1
        return frozenset({line.account.iban})

    def _new_account(self, first: date) -> None:
        """Whose account was closed gives another, and another person approves it."""
        organisation = self.closed_account
        if organisation is None or self.told_on is not None:
            return
        day = first + timedelta(days=NEW_ACCOUNT_DAYS)
        account = self.propose(organisation, NEXT_ACCOUNT, day, moment(day))
        done(approve_account(self.board.approver, account, moment(day) + timedelta(hours=2)))
        self.closed_account = None

    def _hear_of_run(self, until: date) -> None:
        if self.told_on is not None and self.told_on <= until:
            self._read_statement(self.told_on)
            self.told_on = None

    def _read_statement(self, day: date) -> None:
        content = self.bank.statement(day)
        if content is None:
            return
        name = f"afschrift-{self.bank.statements:04d}.xml"
        taken = take_statements(self.network, name, content, moment(day))
        assert not isinstance(taken, Rejected | Fault), taken
        self.happened["statements of the bank"] += len(taken)

    def propose(
        self, organisation: Organisation | None, number: int, since: date, now: datetime
    ) -> BankAccount:
        """Propose a made-up account of somebody, or of the network itself."""
        name = organisation.name if organisation else self.network.name
        account = propose_account(
            self.board.controller,
            self.network,
            organisation,
            iban=made_up_iban(number) if organisation else made_up_iban(number, OWN_BANK),
            name=name[:70],
            valid_from=since,
            now=now,
        )
        return done(account)

    def _month_cents(self) -> int:
        shares = Share.objects.filter(product__closing__network=self.network, kind="partner")
        closings = shares.values("product__closing_id").distinct().count()
        total = shares.aggregate(sum=Sum("cents"))["sum"] or 0
        return int(total) // max(closings, 1)


def begin_settling(network: Network, board: Board, folder: Path, since: date) -> SettledYear:
    """Open the books: accounts of everybody, each approved by another than who wrote it down."""
    channel = FolderChannel(folder)
    year = SettledYear(
        network, board, channel, Bank(network, made_up_iban(1, OWN_BANK), channel), since
    )
    now = moment(since)
    for number, organisation in enumerate([None, *payees_of(network)], start=1):
        account = year.propose(organisation, number, since, now)
        done(approve_account(board.approver, account, now + timedelta(hours=2)))
        year.happened["accounts"] += 1
    return year


def payees_of(network: Network, discipline: str = "") -> list[Organisation]:
    """Return who may be paid: members that take part in the funding, and suppliers."""
    members = Membership.objects.filter(network=network).exclude(
        kind=Membership.Kind.OUTSIDE_FUNDING
    )
    ids = {*members.values_list("organisation_id", flat=True)}
    if not discipline:
        ids |= {*Supplier.objects.filter(network=network).values_list("organisation_id", flat=True)}
    found = Organisation.objects.filter(pk__in=ids)
    return list((found.filter(discipline=discipline) if discipline else found).order_by("pk"))


def suppliers_of(network: Network, day: date) -> tuple[SupplierRule, ...]:
    """Return who supplies on a day, with the codes that are bought there."""
    rows = (
        Supplier.objects.filter(network=network, valid_from__lte=day, valid_until__gt=day)
        .select_related("organisation")
        .order_by("organisation_id", "code")
    )
    codes: dict[Organisation, list[str]] = {}
    for row in rows:
        codes.setdefault(row.organisation, []).append(row.code)
    return tuple(SupplierRule(one.agb, one.name, tuple(found)) for one, found in codes.items())


def replace_parties(agreement: Distribution, network: Network, day: date) -> Distribution:
    """Return the agreement of who still takes part on a day."""
    here = Membership.objects.filter(network=network, valid_until__gt=day)
    agbs = {*here.values_list("organisation__agb", flat=True)}
    return replace(
        agreement, parties=tuple(party for party in agreement.parties if party.agb in agbs)
    )


def next_working_day(day: date) -> date:
    """Return the first day after `day` on which banks pay; Easter moves, and is not known here."""
    following = day + timedelta(days=1)
    while following.isoweekday() > 5 or (following.month, following.day) in CLOSED:
        following += timedelta(days=1)
    return following


def _months_between(since: date, day: date) -> int:
    return (day.year - since.year) * 12 + day.month - since.month


def _months_later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
