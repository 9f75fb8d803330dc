"""The overview: first what asks something, then where every euro is, and what that means."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Network
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.ledger.models import Account, Transaction
from ooievaar.settlement.ledger.permissions import closed_periods_for, transactions_for
from ooievaar.settlement.ledger.queries import AccountBalance, balances
from ooievaar.settlement.ledger.rules.accounts import KINDS, Side
from ooievaar.settlement.ledger.slots import ASKS, Ask
from ooievaar.settlement.ledger.words import meaning
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.navigation import opens
from ooievaar.ui.templatetags.ooievaar import month_name


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One account with its balance as people read it: on which side, and what it means."""

    account: Account
    party: str
    cents: int
    means: str

    @property
    def debit_cents(self) -> int:
        """What we have or are owed; 0 where it is a credit."""
        return max(self.cents, 0)

    @property
    def credit_cents(self) -> int:
        """What we owe or keep apart; 0 where it is a debit."""
        return max(-self.cents, 0)

    @property
    def is_odd(self) -> bool:
        """Tell whether it stands on the other side of zero than its kind ordinarily does."""
        owns = KINDS[self.account.kind].side is Side.ASSETS
        return bool(self.cents) and (self.cents > 0) != owns


@dataclass(frozen=True, slots=True)
class BalanceGroup:
    """The accounts of one kind, and what stands on them together."""

    kind: str
    name: str
    lines: tuple[BalanceLine, ...]

    @property
    def cents(self) -> int:
        """What stands on them together: debit positive, credit negative."""
        return sum(line.cents for line in self.lines)

    @property
    def debit_cents(self) -> int:
        """The sum where it is a debit, else 0."""
        return max(self.cents, 0)

    @property
    def credit_cents(self) -> int:
        """The sum where it is a credit, else 0."""
        return max(-self.cents, 0)

    @property
    def means(self) -> str:
        """What that means."""
        return meaning(self.kind, self.cents)


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def books(request: WorkingRequest) -> HttpResponse:
    """Show what asks something, and every balance with what it means. Sums only: of nobody else."""
    workplace, today = request.workplace, timezone.localdate()
    newest = newest_of(workplace)
    found = groups(balances(network_of(workplace)))
    context = {
        "tabs": tabs_for(workplace),
        "asks": asks(workplace, newest, today),
        "newest": newest,
        "groups": found,
        "tiles": tiles(found),
        "debit_cents": sum(line.debit_cents for one in found for line in one.lines),
        "credit_cents": sum(line.credit_cents for one in found for line in one.lines),
    }
    return render(request, "ledger/books.html", context)


def network_of(workplace: Workplace) -> Network:
    """Return the network whose books these are; its name is not read."""
    assert workplace.network_id is not None
    return Network(pk=workplace.network_id)


def groups(found: list[AccountBalance]) -> list[BalanceGroup]:
    """Return the accounts by kind, in the order of the chart of accounts."""
    return [
        BalanceGroup(kind, str(Account.Kind(kind).label), tuple(_line(one) for one in of_kind))
        for kind, of_kind in groupby(found, key=lambda one: one.account.kind)
    ]


def _line(one: AccountBalance) -> BalanceLine:
    return BalanceLine(one.account, one.party, one.cents, meaning(one.account.kind, one.cents))


def tiles(found: list[BalanceGroup]) -> list[dict[str, object]]:
    """Return the figures on top: what is where, as far as there is any."""
    cents = {one.kind: one.cents for one in found}
    waits = cents.get("undivided", 0) < 0
    shown = (
        ("bank", 1, _("Op de bank"), _("volgens de boeken")),
        ("insurer_receivable", 1, _("Te ontvangen"), _("toegekend door verzekeraars")),
        (
            "undivided",
            -1 if waits else 1,
            _("Toegekend, niet verdeeld") if waits else _("Verdeeld, niet toegekend"),
            _("komt in een afsluiting") if waits else _("wacht op declaratie of antwoord"),
        ),
        ("disputed", 1, _("In geschil"), _("verdeeld en niet toegekend")),
        ("partner_payable", -1, _("Tegoed van partners"), _("waarvan een deel is aangehouden")),
    )
    return [
        {"name": name, "cents": sign * cents[kind], "note": note}
        for kind, sign, name, note in shown
        if kind in cents
    ]


def newest_of(workplace: Workplace) -> Transaction | None:
    """Return the newest transaction, with the period closed last and the first booked after it.

    One query: `closed` and `first_open` come along, empty where there is none.
    """
    closed = closed_periods_for(workplace).order_by("-period").values("period")[:1]
    every = transactions_for(workplace)
    first_open = every.filter(period__gt=OuterRef("closed")).order_by("period").values("period")[:1]
    return (
        every.annotate(closed=Coalesce(Subquery(closed), Value("")))
        .annotate(first_open=Coalesce(Subquery(first_open), Value("")))
        .order_by("-number")
        .first()
    )


def asks(workplace: Workplace, newest: Transaction | None, today: date) -> list[Ask]:
    """Return what waits for somebody, what waits longest first; without a day it comes last."""
    found = [one for asking in ASKS for one in asking(workplace, today)]
    if newest is not None and workplace.role is Role.CONTROLLER:
        found += periods_to_close(newest.first_open, today)  # type: ignore[attr-defined]
    return sorted(found, key=lambda one: one.since or date.max)


def periods_to_close(first: str, today: date) -> list[Ask]:
    """Say up to which month the books can be closed, from the first that is open and booked in."""
    last_over = month_of(date.fromordinal(today.replace(day=1).toordinal() - 1))
    if not first or first > last_over:
        return []
    words = {"first": month_name(first), "last": month_name(last_over)}
    text = _("De boeken van %(first)s tot en met %(last)s kunnen dicht.")
    if first == last_over:
        text = _("De boeken van %(last)s kunnen dicht.")
    return [Ask(text % words, opens("close_period", Role.CONTROLLER), month_period(first).until)]
