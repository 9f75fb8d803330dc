"""The figures of a month for every organisation at once: a fixed number of queries for all.

Each comes from what already stands: closings, the books, runs that were sent. What does not add up
is a fault of ours, and is never told to a partner.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Sum

from ooievaar import rulebook
from ooievaar.kernel.period import Period, month_period
from ooievaar.network.models import Membership, Network
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.rules.accounts import KINDS, Party
from ooievaar.settlement.ledger.sources import ACCOUNT_OF_SHARE, CLOSED_PRODUCT
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.payments.amounts import BACK
from ooievaar.settlement.payments.models import LineStatus, PaymentLine, RunStep
from ooievaar.settlement.statements.comparing import Compared, compared_in, summed, year_of
from ooievaar.settlement.statements.held import GIVES, held_on
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.months import MonthDifference, compared, month_before, months_of
from ooievaar.settlement.statements.queries import OWED

Figures = dict[str, Any]
OWN_ACCOUNTS = tuple(name for name, kind in KINDS.items() if kind.party is Party.ORGANISATION)
BOOKED_LATE = "booked_late"
Account = tuple[int, str]
"""An organisation and a kind of account."""


class StatementUneven(Exception):
    """Figures of a statement that do not add up: it is not made."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days of the books that a statement tells: `[since, until)`; `day` is the last of them."""

    since: date
    until: date

    @property
    def day(self) -> date:
        """The last day."""
        return date.fromordinal(self.until.toordinal() - 1)


def window_of(closing: Closing) -> Window:
    """Return the days a month's statement tells: from where the one before ended.

    To the end of the month, or to the day its division is posted on when that is later.
    """
    month = month_period(closing.month)
    products = ClosedProduct.objects.filter(closing=closing).values("pk")
    posted = Transaction.objects.filter(
        network=closing.network, cause_kind=CLOSED_PRODUCT, cause_id__in=products
    ).aggregate(day=Max("day"))["day"]
    told = Statement.objects.filter(network=closing.network, month__lt=closing.month)
    last = told.order_by("-month").values_list("day", flat=True).first()
    since = date.fromordinal(last.toordinal() + 1) if last else month.start
    until = max(month.until, date.fromordinal(posted.toordinal() + 1) if posted else month.until)
    return Window(since, until)


def unposted(closing: Closing) -> int:
    """Return how far the books are from what a closing divided, in cents over all partners."""
    due: dict[tuple[str, int], int] = defaultdict(int)
    shares = Share.objects.filter(product__closing=closing, kind__in=GIVES).order_by()
    for kind, organisation, cents in shares.values_list("kind", "organisation_id").annotate(
        Sum("cents")
    ):
        due[ACCOUNT_OF_SHARE[kind], organisation] += cents
    postings = Posting.objects.filter(
        account__network=closing.network,
        account__kind__in=OWED,
        transaction__cause_kind=CLOSED_PRODUCT,
        transaction__cause_id__in=ClosedProduct.objects.filter(closing=closing).values("pk"),
    ).order_by()
    for kind, organisation, cents in postings.values_list(
        "account__kind", "account__organisation_id"
    ).annotate(Sum("cents")):
        due[kind, organisation] += cents
    return sum(abs(cents) for cents in due.values())


def collect(closing: Closing, window: Window) -> dict[int, Figures]:
    """Return the figures of a month by organisation: whoever takes part, got or owes something."""
    network, month = closing.network, closing.month
    before = month_before(network, month)
    months = months_of(network, [month, before] if before else [month])
    products = _by_product(closing)
    accounts = _accounts(network, window, _told_before(network, month))
    waiting = {
        pk: [[why, cents] for why, cents in sorted(reasons.items())]
        for pk, reasons in held_on(network, window.day).items()
    }
    paid = _paid(network, window)
    old_system = _old_system(network, month)
    everybody = (
        products.keys() | accounts.keys() | _members(network, month_period(month)) | paid.keys()
    )
    last = last_number(network)
    found = {}
    for pk in everybody:
        figures: Figures = {
            "since": window.since.isoformat(),
            "last_number": last,
            "products": products.get(pk, []),
            "difference": _difference(compared(months, pk, month, before)),
            "accounts": accounts.get(pk, {}),
            "held": waiting.get(pk, []),
            "paid": paid.get(pk, []),
            "old_system": asdict(old_system.get(pk, Compared())),
        }
        figures["income_cents"] = sum(row["cents"] for row in figures["products"])
        figures["payable_cents"] = credit_of(figures) - sum(cents for _, cents in figures["held"])
        refuse_uneven(figures, f"{month}, organisation {pk}")
        found[pk] = figures
    return found


def credit_of(figures: Figures) -> int:
    """Return what stands to the credit of an organisation for its products, by the books."""
    accounts = figures["accounts"]
    return sum(accounts[kind]["closing"] for kind in OWED if kind in accounts)


def refuse_uneven(figures: Figures, whose: str) -> None:
    """Raise StatementUneven when the parts of the figures do not add up to their sums."""
    difference = figures["difference"]
    parts = sum(part["cents"] for part in difference["parts"])
    if difference["cents"] - difference["cents_before"] != parts:
        raise StatementUneven(f"{whose}: difference")
    if difference["cents"] != figures["income_cents"]:
        raise StatementUneven(f"{whose}: income")
    for kind, account in figures["accounts"].items():
        moved = sum(cents for _, cents in account["movements"])
        if account["opening"] + moved != account["closing"]:
            raise StatementUneven(f"{whose}: {kind}")


def _by_product(closing: Closing) -> dict[int, list[dict[str, Any]]]:
    rows = (
        Share.objects.filter(product__closing=closing, kind__in=GIVES)
        .order_by("product__phase", "product__product", "product__is_correction")
        .values_list(
            "organisation_id", "product__phase", "product__product", "product__is_correction"
        )
        .annotate(count=Count("product_id", distinct=True), sum=Sum("cents"))
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for organisation, phase, product, is_correction, count, cents in rows:
        found[organisation].append(
            {
                "product": product,
                "phase": phase,
                "is_correction": is_correction,
                "count": count,
                "cents": cents,
            }
        )
    return dict(found)


def _difference(one: MonthDifference) -> dict[str, Any]:
    return {
        "month_before": one.month_before,
        "cents": one.cents,
        "cents_before": one.cents_before,
        "parts": [asdict(part) for part in one.parts],
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """What the statements before told: the last transaction they saw, and what then stood."""

    last_number: int
    stood: Mapping[Account, int]


def last_number(network: Network) -> int:
    """Return the number of the last transaction in the books."""
    newest = Transaction.objects.filter(network=network).aggregate(last=Max("number"))
    return newest["last"] or 0


def _told_before(network: Network, month: str) -> _Told | None:
    """Return what the statements of the month before told; None where there are none."""
    told = Statement.objects.filter(network=network, month__lt=month)
    newest = told.order_by("-month").values("month")[:1]
    rows = list(
        told.filter(month=newest).values_list(
            "organisation_id", "figures__accounts", "figures__last_number"
        )
    )
    if not rows:
        return None
    stood = {
        (organisation, kind): account["closing"]
        for organisation, accounts, _ in rows
        for kind, account in accounts.items()
    }
    return _Told(rows[0][2], stood)


def _accounts(network: Network, window: Window, told: _Told | None) -> dict[int, dict[str, Any]]:
    """Return by account what stood, what moved by reason, and what stands, as its holder sees it.

    What was posted later on a day that a statement had told already is a movement of its own.
    """
    postings = Posting.objects.filter(
        account__network=network,
        account__kind__in=OWN_ACCOUNTS,
        transaction__day__lt=window.until,
    ).order_by()
    of_account = ("account__organisation_id", "account__kind")
    earlier = postings.filter(transaction__day__lt=window.since)
    if told is not None:
        earlier = earlier.filter(transaction__number__gt=told.last_number)
    before = {
        (organisation, kind): -cents
        for organisation, kind, cents in earlier.values_list(*of_account).annotate(Sum("cents"))
    }
    opening: Mapping[Account, int] = before if told is None else told.stood
    moved: dict[Account, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if told is not None:
        for account, cents in before.items():
            moved[account][BOOKED_LATE] += cents
    for organisation, kind, reason, cents in (
        postings.filter(transaction__day__gte=window.since)
        .values_list(*of_account, "transaction__reason")
        .annotate(Sum("cents"))
    ):
        moved[organisation, kind][reason] -= cents
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for organisation, kind in sorted(opening.keys() | moved.keys()):
        movements = sorted(moved.get((organisation, kind), {}).items())
        stands = opening.get((organisation, kind), 0)
        if stands or movements:
            found[organisation][kind] = {
                "opening": stands,
                "movements": [[reason, cents] for reason, cents in movements if cents],
                "closing": stands + sum(cents for _, cents in movements),
            }
    return dict(found)


def _paid(network: Network, window: Window) -> dict[int, list[dict[str, Any]]]:
    """Return the lines of runs that were booked in these days, and whether one came back since."""
    came_back = LineStatus.objects.filter(line=OuterRef("pk"), state__in=BACK)
    lines = (
        PaymentLine.objects.filter(
            run__network=network,
            run__steps__state=RunStep.State.SENT,
            run__day__gte=window.since,
            run__day__lt=window.until,
        )
        .annotate(came_back=Exists(came_back))
        .order_by("run_id", "number")
        .values_list(
            *("organisation_id", "statement_number", "run__pay_on", "outcome", "cents"),
            *("carried_cents", "came_back"),
        )
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for organisation, number, pay_on, outcome, cents, carried, is_back in lines:
        found[organisation].append(
            {
                "number": number,
                "pay_on": pay_on.isoformat(),
                "outcome": outcome,
                "cents": cents,
                "carried_cents": carried,
                "came_back": is_back,
            }
        )
    return dict(found)


def _old_system(network: Network, month: str) -> dict[int, Compared]:
    """Compare the year up to and including a month with the old system, by organisation."""
    start = year_of(month[:4]).start
    until = date.fromordinal(month_period(month).until.toordinal() + 1)
    rows: dict[int, list[Compared]] = defaultdict(list)
    for (organisation, _, _), one in compared_in(network, Period(start, until)).items():
        rows[organisation].append(one)
    return {organisation: summed(ones) for organisation, ones in rows.items()}


def _members(network: Network, month: Period) -> set[int]:
    """Return who takes part in the funding on some day of a month."""
    members = Membership.objects.filter(
        network=network,
        kind__in=sorted(rulebook.load().funding_kinds),
        valid_from__lt=month.until,
        valid_until__gt=month.start,
    )
    return set(members.values_list("organisation_id", flat=True))
