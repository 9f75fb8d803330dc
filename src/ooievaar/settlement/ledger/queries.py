"""What others read of the books: balances, an account's history, and what may be paid out."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db.models import Max, OuterRef, Subquery, Sum

from ooievaar.claims.models import ClaimLine, LineStanding, LineState, PaymentLine
from ooievaar.claims.rules.states import GIVEN_UP, STANDS, UNDER_WAY
from ooievaar.kernel.period import month_of
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.settlement.ledger.models import Account, Posting
from ooievaar.settlement.ledger.rules.accounts import AccountKey, read_key
from ooievaar.settlement.ledger.rules.payable import DividedProduct, Leaf, held
from ooievaar.storage.arrow import query_arrow

DIVIDED_SQL = """
    SELECT p.key, p.insurer_id, s.kind, coalesce(s.organisation_id, 0),
      CAST(sum(s.cents) AS BIGINT)
    FROM settlement_share s JOIN settlement_closedproduct p ON p.id = s.product_id
    JOIN settlement_closing c ON c.id = p.closing_id
    WHERE c.network_id = %s AND c.month < %s
    GROUP BY p.key, p.insurer_id, s.kind, s.organisation_id
"""
DIVIDED = pa.schema(
    [("key", pa.string()), ("insurer", pa.int64()), ("kind", pa.string()),
     ("organisation", pa.int64()), ("cents", pa.int64())]
)  # fmt: skip
"""The leaves of every product over all closings, read as columns: there are a great many."""


@dataclass(frozen=True, slots=True)
class Borne:
    """What people decided to bear of a product that was refused: by leaf, or by the reserve."""

    leaves: Mapping[Leaf, int]
    covered_cents: int


BORNE: list[Callable[[Network, date], Mapping[tuple[str, int], Borne]]] = []
"""Filled by who books such decisions: what stands of them at the end of a day, by product."""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account with what stands on it: debit positive, credit negative."""

    account: Account
    cents: int

    @property
    def key(self) -> AccountKey:
        """The account by its kind and party."""
        return read_key(self.account.key)

    @property
    def party(self) -> str:
        """Whose it is; empty for the network's own."""
        one = self.account.insurer or self.account.organisation
        return one.name if one else ""


def balances(network: Network, until: date | None = None) -> list[AccountBalance]:
    """Return every account with its balance, now or before a day; together they are zero."""
    postings = Posting.objects.filter(account=OuterRef("pk"))
    if until:
        postings = postings.filter(transaction__day__lt=until)
    # Account by account along the index: grouping a join by every column takes three times as long.
    sums = postings.order_by().values("account").annotate(sum=Sum("cents")).values("sum")
    accounts = (
        Account.objects.filter(network=network)
        .select_related("insurer", "organisation")
        .annotate(sum=Subquery(sums))
    )
    order = list(Account.Kind.values)
    found = [AccountBalance(account, account.sum or 0) for account in accounts]
    return sorted(found, key=lambda one: (order.index(one.account.kind), one.party))


def balance_of(network: Network, account: AccountKey, until: date | None = None) -> int:
    """Return what stands on one account, now or before a day."""
    postings = Posting.objects.filter(account__network=network, account__key=str(account))
    if until:
        postings = postings.filter(transaction__day__lt=until)
    return int(postings.aggregate(sum=Sum("cents"))["sum"] or 0)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting on an account of an organisation, with its cause and what stood there after."""

    number: int
    day: date
    names_period: str
    kind: str
    cause_kind: str
    cause_id: int
    reason: str
    text: str
    cents: int
    balance_cents: int


def statement_of(
    network: Network,
    organisation: Organisation,
    since: date | None = None,
    until: date | None = None,
) -> list[StatementLine]:
    """Return what was posted on the accounts of an organisation in `[since, until)`, in order.

    Cents are as the organisation sees them: what it gets is positive, what it owes negative; the
    balance is that of the account of the same kind.
    """
    postings = Posting.objects.filter(account__network=network, account__organisation=organisation)
    running: dict[str, int] = defaultdict(int)
    if since:
        earlier = postings.filter(transaction__day__lt=since).order_by()
        for kind, cents in earlier.values_list("account__kind").annotate(Sum("cents")):
            running[kind] = -cents
        postings = postings.filter(transaction__day__gte=since)
    if until:
        postings = postings.filter(transaction__day__lt=until)
    rows = postings.order_by("transaction__day", "transaction__number", "id").values_list(
        *("transaction__number", "transaction__day", "transaction__names_period"),
        *("account__kind", "transaction__cause_kind", "transaction__cause_id"),
        *("transaction__reason", "transaction__text", "cents"),
    )
    lines = []
    for number, day, names, kind, cause_kind, cause_id, reason, text, cents in rows:
        running[kind] -= cents
        lines.append(
            StatementLine(
                *(number, day, names, kind, cause_kind, cause_id, reason, text),
                *(-cents, running[kind]),
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class Payable:
    """What may be paid to an organisation now, and what is held, with why.

    Together they are what stands to its credit; below zero: what it owes, to be carried forward.
    """

    organisation_id: int
    cents: int
    held_cents: int
    why: tuple[tuple[str, int], ...]


def payable_of(network: Network, day: date, kind: str = "partner_payable") -> list[Payable]:
    """Return for each organisation what may be paid at the end of a day, as the books stand.

    A product is payable as far as the insurer paid it. `why` says per cause (`words.HELD`) what is
    held. Ask after `commands.post`: what is not posted is not seen.
    """
    leaf = {"partner_payable": "partner", "supplier_payable": "supplier"}[kind]
    waiting = held(divided_products(network, day), leaf)
    stands = dict(
        Posting.objects.filter(
            account__network=network, account__kind=kind, transaction__day__lte=day
        )
        .order_by()
        .values_list("account__organisation_id")
        .annotate(Sum("cents"))
    )
    found = []
    for organisation_id in sorted(stands.keys() | waiting.keys()):
        why = waiting.get(organisation_id, {})
        held_cents = sum(why.values())
        credit = -(stands.get(organisation_id) or 0)
        found.append(
            Payable(organisation_id, credit - held_cents, held_cents, tuple(sorted(why.items())))
        )
    return found


def divided_products(network: Network, day: date) -> Iterator[DividedProduct]:
    """Yield what was divided of each product by the end of a day, and how far it was paid."""
    leaves: dict[tuple[str, int], dict[Leaf, int]] = defaultdict(dict)
    last_month = month_of(date.fromordinal(day.toordinal() + 1))
    shares = query_arrow(DIVIDED_SQL, [network.pk, last_month], DIVIDED)
    columns = (column.to_pylist() for column in shares.columns)
    for key, insurer_id, kind, organisation_id, cents in zip(*columns, strict=True):
        leaves[key, insurer_id][kind, organisation_id] = cents
    paid: dict[tuple[str, int], int] = {
        (key, insurer_id): cents
        for key, insurer_id, cents in PaymentLine.objects.filter(
            payment__network=network, payment__paid_on__lte=day
        )
        .order_by()
        .values_list("line__key", "line__insurer_id")
        .annotate(Sum("cents"))
    }
    for product, loss in (one for read in BORNE for one in read(network, day).items()):
        for leaf, cents in loss.leaves.items():
            leaves[product][leaf] = leaves[product].get(leaf, 0) - cents
        paid[product] = paid.get(product, 0) + loss.covered_cents
    debits = _newest_debits(network)
    for (key, insurer_id), of_product in leaves.items():
        cents = paid.get((key, insurer_id), 0)
        waits = waits_for(debits.get((key, insurer_id)), cents)
        yield DividedProduct(key, insurer_id, of_product, cents, waits)


def _newest_debits(network: Network) -> dict[tuple[str, int], tuple[str, int, int]]:
    """Return of each product how its newest debit stands: state, claimed and granted cents."""
    newest = (
        ClaimLine.objects.filter(network=network, is_credit=False)
        .order_by()
        .values("key", "insurer_id")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    standings = LineStanding.objects.filter(line__in=newest).values_list(
        "line__key", "insurer_id", "state", "line__cents", "granted_cents"
    )
    return {
        (key, insurer): (state, cents, granted or 0)
        for key, insurer, state, cents, granted in standings
    }


def waits_for(newest: tuple[str, int, int] | None, paid_cents: int) -> str:
    """Say for what the part of a product waits that was not paid; see `words.HELD`."""
    if newest is None:
        return "not_claimed"
    state, cents, granted_cents = newest
    if state in UNDER_WAY or state == LineState.REFUSED_BY_PORTAL:
        return "awaiting_answer"
    if state in STANDS and paid_cents < granted_cents:
        return "awaiting_payment"
    if state in GIVEN_UP:
        return "written_off"
    if state == LineState.REFUSED_BY_INSURER or (state in STANDS and granted_cents < cents):
        return "refused"
    return "not_claimed"


def parties_of(network: Network) -> tuple[dict[int, Insurer], dict[int, Organisation]]:
    """Return the insurers and organisations that have an account, by id."""
    accounts = Account.objects.filter(network=network).select_related("insurer", "organisation")
    insurers = {one.insurer.pk: one.insurer for one in accounts if one.insurer}
    organisations = {one.organisation.pk: one.organisation for one in accounts if one.organisation}
    return insurers, organisations
