"""What is stuck: every kind with its euros, since when, and the place where it is mended."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Network
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.settlement.ledger.pages.overview import network_of
from ooievaar.settlement.ledger.pages.words import STUCK, StuckWords
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.stuck import (
    Stuck,
    stuck_accounts,
    stuck_advances,
    stuck_claims,
    stuck_payments,
    stuck_products,
)
from ooievaar.settlement.tabs import tabs_for


@dataclass(frozen=True, slots=True)
class StuckLine:
    """Stuck money in words, with how many days it stands still and where it is mended."""

    stuck: Stuck
    words: StuckWords
    days: int | None

    @property
    def address(self) -> str:
        """Where it is mended."""
        return self.words.address(self.stuck)


@dataclass(frozen=True, slots=True)
class StuckKind:
    """All that is stuck for one reason: how much, with how many, and the oldest of it."""

    oldest: StuckLine
    cents: int
    parties: int


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def books_stuck(request: WorkingRequest) -> HttpResponse:
    """Show what is stuck, oldest first; as a piece of the overview, or by itself."""
    at = timezone.now()
    lines = stuck_lines(network_of(request.workplace), at)
    is_part = bool(request.headers.get("HX-Request"))
    context = {
        "is_part": is_part,
        "tabs": tabs_for(request.workplace),
        "lines": lines,
        "kinds": by_kind(lines),
        "cents": sum(line.stuck.cents for line in lines),
    }
    return render(request, f"ledger/stuck{'_part' if is_part else ''}.html", context)


def stuck_lines(network: Network, at: datetime) -> list[StuckLine]:
    """Return everything that is stuck, what stands still longest first."""
    today = timezone.localdate(at)
    standing = balances(network)
    found = [
        *stuck_claims(network, at),
        *stuck_products(network),
        *stuck_accounts(network, standing, today),
        *stuck_payments(network),
        *stuck_advances(network, standing),
    ]
    found.sort(key=lambda one: (one.since or date.max, -one.cents))
    return [
        StuckLine(one, STUCK[one.kind], (today - one.since).days if one.since else None)
        for one in found
    ]


def by_kind(lines: list[StuckLine]) -> list[StuckKind]:
    """Return the lines by why they are stuck, the oldest first as they stand."""
    found: dict[str, list[StuckLine]] = {}
    for line in lines:
        found.setdefault(line.stuck.kind, []).append(line)
    return [
        StuckKind(of[0], sum(line.stuck.cents for line in of), len(of)) for of in found.values()
    ]
