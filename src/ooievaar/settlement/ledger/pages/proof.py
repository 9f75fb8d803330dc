"""The zero-remainder proof from what was granted down to the bank: both sides of every equation."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.roles import WHOLE_NETWORK_ROLES
from ooievaar.settlement.ledger.pages.overview import network_of
from ooievaar.settlement.ledger.pages.words import PARTS, equation
from ooievaar.settlement.proofs import prove_money
from ooievaar.settlement.rules.proof import Balance
from ooievaar.settlement.tabs import tabs_for
from ooievaar.ui.navigation import opens

NOTHING_ELSE = "elsewhere"
"""A part that is only told where there is any."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation in words: the whole, the parts beside it, and what is left over."""

    name: str
    says: str
    whole: int
    parts: tuple[tuple[str, int], ...]
    remainder: int


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def books_proof(request: WorkingRequest) -> HttpResponse:
    """Show that nothing remains between granted and the bank; sums only."""
    told = prove_money(network_of(request.workplace))
    context = {
        "tabs": tabs_for(request.workplace),
        "equations": [_equation(one) for one in told.proof.balances if _says_something(one)],
        "holds": told.proof.holds,
        "bank": told.bank,
        "payment_runs_address": opens("payment_runs", request.workplace.role),
    }
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, f"ledger/proof{'_part' if is_part else ''}.html", context)


def _equation(balance: Balance) -> Equation:
    name, says = equation(balance)
    return Equation(
        name=name,
        says=says,
        whole=balance.whole,
        parts=tuple(
            (str(PARTS[key]), cents) for key, cents in balance.parts if cents or key != NOTHING_ELSE
        ),
        remainder=balance.remainder,
    )


def _says_something(balance: Balance) -> bool:
    """Tell whether there is any money in an equation, on either side."""
    return bool(balance.whole or any(cents for _, cents in balance.parts))
