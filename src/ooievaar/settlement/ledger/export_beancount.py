"""The books as a file of Beancount, whose own checker is the foreign referee.

The balance of every account is asserted after each closed period and after the last day, so that
`bean-check` refuses a file in which a cent moved (`~ 0.00`: it would let one cent pass).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from ooievaar.kernel.period import month_period
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Account, PeriodClosing, Posting
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.ledger.rules.accounts import KINDS

ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " ", "\r": " "})
ROW = (
    *("transaction_id", "transaction__number", "transaction__day", "transaction__names_period"),
    *("transaction__cause_kind", "transaction__cause_id", "transaction__reason"),
    *("transaction__text", "transaction__hash", "account_id", "cents"),
)


def export_beancount(network: Network) -> Iterator[str]:
    """Yield the lines of the file, without their ends."""
    accounts = Account.objects.filter(network=network).select_related("insurer", "organisation")
    names = {account.pk: account_name(account) for account in accounts}
    postings = Posting.objects.filter(transaction__network=network)
    days = postings.order_by("transaction__day").values_list("transaction__day", flat=True)
    first, last = days.first(), days.last()
    yield f'option "title" "{network.name.translate(ESCAPES)}"'
    yield 'option "operating_currency" "EUR"'
    if first is None or last is None:
        return
    yield ""
    yield from (f"{first} open {name} EUR" for name in sorted(names.values()))
    rows = postings.order_by("transaction__number", "account__key", "id").values_list(*ROW)
    for _, lines in groupby(rows.iterator(chunk_size=5_000), key=lambda row: row[0]):
        yield ""
        yield from _transaction(list(lines), names)
    for day in _asserted(network, last):
        yield ""
        for one in balances(network, day):
            yield f"{day} balance {names[one.account.pk]} {euros(one.cents)} ~ 0.00 EUR"


def account_name(account: Account) -> str:
    """Return how an account is called there: `Liabilities:Partners:Payable:A01234567`."""
    kind = KINDS[account.kind]
    name = f"{kind.side}:{kind.name}"
    if account.insurer:
        return f"{name}:U{account.insurer.uzovi}"
    return f"{name}:A{account.organisation.agb}" if account.organisation else name


def euros(cents: int) -> str:
    """Write cents as euros with a point."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def _transaction(lines: list[tuple], names: dict[int, str]) -> Iterator[str]:
    _, number, day, names_period, kind, cause, reason, text, hash, _, _ = lines[0]
    narration = f"{reason} {text}".strip().translate(ESCAPES)
    yield f'{day} * "{narration}" ^{kind}-{cause}'
    yield f"  number: {number}"
    if names_period:
        yield f'  names-period: "{names_period}"'
    yield f'  hash: "{hash}"'
    sums: dict[int, int] = defaultdict(int)
    for line in lines:
        sums[line[-2]] += line[-1]
    for account, cents in sums.items():
        yield f"  {names[account]}  {euros(cents)} EUR"


def _asserted(network: Network, last: date) -> list[date]:
    """Return the days at whose beginning every balance is told: after each closing, and last."""
    periods = PeriodClosing.objects.filter(network=network).values_list("period", flat=True)
    closed = {month_period(period).until for period in periods}
    return sorted(closed | {last + timedelta(days=1)})
