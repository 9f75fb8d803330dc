"""Where what is due comes from: the answers and payments of insurers, and the divisions.

Another part that has something due (advances, guarantees) appends a `Source` to `SOURCES` when
Django starts; what happens once, it writes with `commands.post_transaction`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import pyarrow as pa
from django.db.models import Max, Sum
from django.utils import timezone

from ooievaar.claims.models import LineEvent, LineStanding, Payment
from ooievaar.claims.rules.states import GIVEN_UP, STANDS
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.rules.claims import ClaimedLine, disputes, grants
from ooievaar.settlement.ledger.rules.due import Due
from ooievaar.settlement.models import ClosedProduct
from ooievaar.storage.arrow import query_arrow

CLAIM_LINE, DISPUTE = "claim_line", "dispute"
CLOSED_PRODUCT, INSURER_PAYMENT = "closed_product", "insurer_payment"

ACCOUNT_OF_SHARE: Mapping[str, str] = {
    "partner": "partner_payable",
    "supplier": "supplier_payable",
    "overhead": "overhead",
    "reserve": "reserve",
    "surcharge": "surcharge",
}
"""On which account a leaf of the division goes, by its kind; another kind is a fault of ours."""

SHARES_SQL = """
    SELECT s.product_id, s.kind, coalesce(s.organisation_id, 0), CAST(sum(s.cents) AS BIGINT)
    FROM settlement_share s JOIN settlement_closedproduct p ON p.id = s.product_id
    JOIN settlement_closing c ON c.id = p.closing_id
    WHERE c.network_id = %s GROUP BY s.product_id, s.kind, s.organisation_id
"""
SHARES = pa.schema(
    [("product", pa.int64()), ("kind", pa.string()), ("organisation", pa.int64()),
     ("cents", pa.int64())]
)  # fmt: skip
"""The leaves of every closed product, read as columns: there are a great many."""

FINAL = STANDS | GIVEN_UP | {"refused_by_insurer"}
"""Where what a debit was not granted will not come by itself; a credited one is followed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Kinds of cause, and what is due of all of them: always everything, whatever was posted."""

    kinds: tuple[str, ...]
    due: Callable[[Network], Iterable[Due]]


def divisions(network: Network) -> Iterator[Due]:
    """Yield what each closed product gives to whom, and takes from what was not divided yet."""
    leaves: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    shares = query_arrow(SHARES_SQL, [network.pk], SHARES)
    columns = (column.to_pylist() for column in shares.columns)
    for product_id, kind, organisation_id, cents in zip(*columns, strict=True):
        leaves[product_id].append((kind, organisation_id, cents))
    products = (
        ClosedProduct.objects.filter(closing__network=network)
        .order_by("closing__month", "id")
        .values_list(
            *("id", "closing__month", "insurer_id", "product", "claimable_on"),
            *("cents", "total_cents", "is_correction"),
        )
    )
    last_days: dict[str, date] = {}
    for pk, month, insurer_id, product, claimable_on, cents, total, is_correction in products:
        day = last_days.get(month) or last_days.setdefault(month, _last_day(month))
        amounts: dict[AccountKey, int] = defaultdict(int)
        amounts[AccountKey("undivided", insurer_id)] += cents
        for kind, organisation_id, share in leaves.get(pk, ()):
            account = ACCOUNT_OF_SHARE[kind]
            party = organisation_id if account in ("partner_payable", "supplier_payable") else 0
            amounts[AccountKey(account, party)] -= share
        reason = "divided"
        if is_correction:
            reason = "corrected" if total else "no_longer_owed"
        yield Due(
            (CLOSED_PRODUCT, pk),
            day,
            reason,
            _moved(amounts),
            about=month_of(claimable_on) if is_correction else "",
            text=product,
        )


def claimed(network: Network) -> Iterator[Due]:
    """Yield what insurers granted and took back, and what they refuse of what was divided."""
    lines = list(_claimed_lines(network))
    yield from grants(lines, CLAIM_LINE)
    divided: dict[tuple[str, int], tuple[int, date]] = {}
    sums = (
        ClosedProduct.objects.filter(closing__network=network)
        .order_by()
        .values_list("key", "insurer_id")
        .annotate(sum=Sum("cents"), month=Max("closing__month"))
    )
    for key, insurer_id, cents, month in sums:
        divided[key, insurer_id] = (cents, _last_day(month))
    yield from disputes(lines, divided, DISPUTE)


PAID_OTHERWISE: list[Callable[[Network], Mapping[int, AccountKey]]] = []
"""Who knows of payments that no money came in for: by their id, the account that they come off."""


def paid(network: Network) -> Iterator[Due]:
    """Yield what insurers paid, and what they got back; what an advance paid, comes off that."""
    comes_off = {pk: key for known in PAID_OTHERWISE for pk, key in known(network).items()}
    payments = Payment.objects.filter(network=network).exclude(cents=0).order_by("paid_on", "id")
    for pk, insurer_id, day, cents in payments.values_list("id", "insurer_id", "paid_on", "cents"):
        amounts = {
            comes_off.get(pk, AccountKey("bank")): cents,
            AccountKey("insurer_receivable", insurer_id): -cents,
        }
        reason = "offset" if pk in comes_off else "paid" if cents >= 0 else "paid_back"
        yield Due((INSURER_PAYMENT, pk), day, reason, _moved(amounts))


SOURCES: list[Source] = [
    Source((CLOSED_PRODUCT,), divisions),
    Source((CLAIM_LINE, DISPUTE), claimed),
    Source((INSURER_PAYMENT,), paid),
]


def due_of(network: Network) -> list[Due]:
    """Return all that is due in a network, in the order of its days."""
    due = [one for source in SOURCES for one in source.due(network)]
    return sorted(due, key=lambda one: (one.day, one.cause))


def kinds_of_cause() -> list[str]:
    """Return the kinds of cause of which the sources say all that is due."""
    return [kind for source in SOURCES for kind in source.kinds]


def _claimed_lines(network: Network) -> Iterator[ClaimedLine]:
    """Yield the claimed lines, oldest first, as they stand now."""
    answered: dict[int, date] = {}
    events = LineEvent.objects.filter(
        line__network=network, cause="return", granted_cents__isnull=False
    )
    for line_id, at in events.order_by("id").values_list("line_id", "at"):
        answered[line_id] = _local_day(at)
    standings = LineStanding.objects.filter(network=network).order_by("line_id")
    rows = standings.values_list(
        *("line_id", "line__key", "insurer_id", "line__product", "line__is_credit"),
        *("line__cents", "granted_cents", "state", "since"),
    )
    for pk, key, insurer_id, product, is_credit, cents, granted, state, since in rows:
        yield ClaimedLine(
            line_id=pk,
            key=key,
            insurer_id=insurer_id,
            product=product,
            is_credit=is_credit,
            cents=cents,
            granted_cents=granted or 0,
            answered_on=answered.get(pk),
            changed_on=_local_day(since),
            is_final=state in FINAL,
        )


def _moved(amounts: Mapping[AccountKey, int]) -> dict[AccountKey, int]:
    return {account: cents for account, cents in amounts.items() if cents}


def _last_day(month: str) -> date:
    until = month_period(month).until
    return date.fromordinal(until.toordinal() - 1)


@lru_cache(maxsize=4096)
def _local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
