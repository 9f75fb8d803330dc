"""Where the money of the network is now: from insurers, through how far it came, to who gets it.

Product by product, as payments reckon it too: what was divided is received as far as the insurer
paid, and the rest is open or refused; each leaf has its part of that, to the cent.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min

from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.settlement.ledger.queries import divided_products
from ooievaar.settlement.ledger.rules.payable import held_of_product
from ooievaar.settlement.models import ClosedProduct

RECEIVED, OPEN, REFUSED = "received", "open", "refused"
STATES = (RECEIVED, OPEN, REFUSED)
STATE_OF = {
    "not_claimed": OPEN,
    "awaiting_answer": OPEN,
    "awaiting_payment": OPEN,
    "refused": REFUSED,
    "written_off": REFUSED,
}
"""How far money came, by what it waits for; what waits for anything else is open."""


@dataclass(frozen=True, slots=True)
class End:
    """Who gets money: an organisation in its discipline, or the network itself, by kind."""

    kind: str
    discipline: str
    name: str
    organisation_id: int


@dataclass(slots=True)
class LiveRiver:
    """Cents from each insurer by how far they came, and by how far to whom; both add up to all."""

    from_insurers: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    to_ends: dict[tuple[str, End], int] = field(default_factory=lambda: defaultdict(int))
    insurers: dict[int, str] = field(default_factory=dict)

    @property
    def cents(self) -> int:
        """All that was divided, and still is."""
        return sum(self.from_insurers.values())

    def at(self, state: str) -> int:
        """Return what came so far and no further."""
        return sum(cents for (_, of), cents in self.from_insurers.items() if of == state)


def live_river(
    network: Network, day: date, year: int | None = None
) -> tuple[LiveRiver, tuple[int, ...]]:
    """Return the river of a year of care, or of all, and which years there are, newest first.

    A product belongs to the year in which it could first be claimed, with all its corrections. An
    organisation stands under its own discipline, whatever it did.
    """
    years = _years(network)
    leaves: dict[tuple[str, str, int], int] = defaultdict(int)
    of_insurers: dict[tuple[int, str], int] = defaultdict(int)
    for product in divided_products(network, day):
        if year is not None and years.get(product.key) != year:
            continue
        for (kind, pk), cents in product.leaves.items():
            leaves[RECEIVED, kind, pk] += cents
        divided = sum(product.leaves.values())
        of_insurers[product.insurer_id, RECEIVED] += divided
        if product.paid_cents >= divided:
            continue
        state = STATE_OF.get(product.waits_for, OPEN)
        for (kind, pk), cents in held_of_product(product).items():
            leaves[RECEIVED, kind, pk] -= cents
            leaves[state, kind, pk] += cents
            of_insurers[product.insurer_id, RECEIVED] -= cents
            of_insurers[product.insurer_id, state] += cents
    ends = _ends({pk for _, _, pk in leaves})
    river = LiveRiver(insurers=_names({pk for pk, _ in of_insurers}))
    river.from_insurers.update(of_insurers)
    for (state, kind, pk), cents in leaves.items():
        river.to_ends[state, End(kind, *ends.get(pk, ("", "")), pk)] += cents
    return river, tuple(sorted(set(years.values()), reverse=True))


def _years(network: Network) -> dict[str, int]:
    rows = ClosedProduct.objects.filter(closing__network=network).order_by().values_list("key")
    return {key: first.year for key, first in rows.annotate(first=Min("claimable_on"))}


def _ends(organisations: set[int]) -> dict[int, tuple[str, str]]:
    """Return the discipline and the name of organisations."""
    rows = Organisation.objects.filter(pk__in=organisations)
    return {
        pk: (discipline, name)
        for pk, discipline, name in rows.values_list("pk", "discipline", "name")
    }


def _names(insurers: set[int]) -> dict[int, str]:
    return dict(Insurer.objects.filter(pk__in=insurers).values_list("pk", "name"))
