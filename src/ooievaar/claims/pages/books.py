"""The proof that nothing remains: a part of the overview, and a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ooievaar.claims.queries import InsurerBalance, balance_of
from ooievaar.network.doors import WorkingRequest, open_to
from ooievaar.network.models import Network
from ooievaar.network.roles import WHOLE_NETWORK_ROLES

NAMES: dict[str, str | Promise] = {
    "claimed": _("Gedeclareerd"),
    "answered": _("Volgens de antwoorden"),
    "granted": _("Toegekend"),
    "received": _("Ontvangen"),
}
EXPLANATIONS: dict[str, str | Promise] = {
    "claimed": _("is toegekend, afgekeurd, open of afgeboekt"),
    "answered": _("is wat per regel is toegekend"),
    "granted": _("is betaald of nog te betalen"),
    "received": _("staat op een regel"),
}
PARTS: dict[str, str | Promise] = {
    "granted": _("toegekend"),
    "refused_by_insurer": _("afgekeurd door de verzekeraar"),
    "refused_by_portal": _("afgekeurd door het portaal"),
    "open": _("nog open"),
    "written_off": _("afgeboekt"),
    "paid": _("betaald"),
    "due": _("nog te betalen"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One equation over all insurers: the whole, its parts, and what is left over."""

    name: str | Promise
    explanation: str | Promise
    whole: int
    parts: tuple[tuple[str | Promise, int], ...]
    remainder: int


@open_to(*WHOLE_NETWORK_ROLES)
@require_safe
def claims_books(request: WorkingRequest) -> HttpResponse:
    """Show that nothing remains, per insurer and over all."""
    network_id = request.workplace.network_id
    assert network_id is not None
    insurers = balance_of(Network(pk=network_id))
    context = {
        "insurers": insurers,
        "bars": bars(insurers),
        "holds": all(one.holds for one in insurers),
    }
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, "claims/books_parts.html" if is_part else "claims/books.html", context)


def bars(insurers: list[InsurerBalance]) -> list[Bar]:
    """Return every equation added up over the insurers; remainders never cancel each other out."""
    found: dict[str, tuple[int, dict[str, int], int]] = {}
    for one in insurers:
        for balance in one.balances:
            whole, parts, remainder = found.get(balance.name, (0, {}, 0))
            for name, cents in balance.parts.items():
                parts[name] = parts.get(name, 0) + cents
            # The size of each: what is missing here and too much there is two faults, not none.
            left = remainder + abs(balance.remainder)
            found[balance.name] = (whole + balance.whole, parts, left)
    return [
        Bar(NAMES[name], EXPLANATIONS[name], whole, _named(parts), remainder)
        for name, (whole, parts, remainder) in found.items()
    ]


def _named(parts: Mapping[str, int]) -> tuple[tuple[str | Promise, int], ...]:
    return tuple((PARTS[name], cents) for name, cents in parts.items())
