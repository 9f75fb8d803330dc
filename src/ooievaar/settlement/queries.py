"""What was divided, for the pages, the printer and the next derivation."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Sum

from ooievaar.network.models import Network
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.rules.proof import Proof


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """A closed month in a list: what it divided in all, in cents."""

    closing: Closing
    month: str
    known_until: date
    created_at: datetime
    products: int
    cents: int
    corrections: int
    corrections_cents: int
    overhead_cents: int
    partners_cents: int
    reserve_cents: int
    proof_holds: bool


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A closed month (`2026-10`) and the number of its closing."""

    month: str
    closing_id: int


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """Activities that ended in one place: of the month, and of everything before its end."""

    disposition: str
    reason: str
    month: int
    total: int


@dataclass(frozen=True, slots=True)
class InsurerProducts:
    """What a closing charges one insurer: new products, and differences on earlier ones."""

    insurer_id: int
    name: str
    count: int
    cents: int
    corrections: int
    corrections_cents: int


@dataclass(frozen=True, slots=True)
class BreakerCount:
    """Breakers of one kind; the loss in cents is without those whose loss is unknown."""

    kind: str
    count: int
    loss_cents: int
    unknown: int
    total_count: int
    total_loss_cents: int
    total_unknown: int


@dataclass(frozen=True, slots=True)
class PartnerIncome:
    """What a closing gives one organisation in one discipline, in cents."""

    organisation_id: int
    name: str
    discipline: str
    cents: int


@dataclass(frozen=True, slots=True)
class RiverLink:
    """Cents that flow from an insurer, through a product, to a partner, overhead or the reserve.

    `partner` is empty unless `kind` is `partner`; only what is above zero flows.
    """

    insurer_id: int
    insurer: str
    product: str
    kind: str
    organisation_id: int | None
    partner: str
    discipline: str
    cents: int


@dataclass(frozen=True, slots=True)
class MonthOverview:
    """Everything a closed month shows."""

    network: str
    month: str
    known_until: date
    edition: str
    activities: tuple[ActivityCount, ...]
    insurers: tuple[InsurerProducts, ...]
    breakers: tuple[BreakerCount, ...]
    income: tuple[PartnerIncome, ...]
    overhead_cents: int
    reserve_cents: int
    river: tuple[RiverLink, ...]
    proof: Proof

    @property
    def cents(self) -> int:
        """What the closing divides in all."""
        return sum(line.cents + line.corrections_cents for line in self.insurers)

    @property
    def partners_cents(self) -> int:
        """What the partners get in all."""
        return sum(line.cents for line in self.income)


@dataclass(frozen=True, slots=True)
class ProductShare:
    """A leaf of the division of one product, as a closing stored it."""

    closing_id: int
    month: str
    kind: str
    discipline: str
    organisation_id: int | None
    organisation: str
    cents: int
    rule: str
    reason: str
    parameters: Mapping[str, Any]


def is_closed(network: Network, month: str) -> bool:
    """Tell whether a month (`2026-10`) of a network was closed."""
    return Closing.objects.filter(network=network, month=month).exists()


def closed_months(network: Network) -> list[ClosedMonth]:
    """List the closed months of a network, newest first, without their money."""
    return [
        ClosedMonth(month, closing_id)
        for month, closing_id in Closing.objects.filter(network=network)
        .order_by("-month")
        .values_list("month", "id")
    ]


def closings(network: Network) -> list[ClosingLine]:
    """List the closed months of a network, oldest first."""
    new, corrected = Q(is_correction=False), Q(is_correction=True)
    products = {
        row["closing_id"]: row
        for row in ClosedProduct.objects.filter(closing__network=network)
        .values("closing_id")
        .annotate(
            products=Count("id", filter=new),
            total_cents=Sum("cents"),
            corrections=Count("id", filter=corrected),
            corrections_cents=Sum("cents", filter=corrected),
        )
    }
    shares: dict[int, dict[str, int]] = defaultdict(dict)
    for closing_id, kind, cents in (
        Share.objects.filter(product__closing__network=network)
        .values_list("product__closing_id", "kind")
        .annotate(cents=Sum("cents"))
    ):
        shares[closing_id][kind] = int(cents)
    return [
        _closing_line(closing, products.get(closing.pk, {}), shares.get(closing.pk, {}))
        for closing in Closing.objects.filter(network=network)
        .select_related("network")
        .order_by("month")
    ]


def _closing_line(
    closing: Closing, products: Mapping[str, Any], shares: Mapping[str, int]
) -> ClosingLine:
    return ClosingLine(
        closing=closing,
        month=closing.month,
        known_until=closing.known_until,
        created_at=closing.created_at,
        products=products.get("products", 0),
        cents=int(products.get("total_cents", 0)),
        corrections=products.get("corrections", 0),
        corrections_cents=int(products.get("corrections_cents") or 0),
        overhead_cents=shares.get(Share.Kind.OVERHEAD, 0),
        partners_cents=shares.get(Share.Kind.PARTNER, 0),
        reserve_cents=shares.get(Share.Kind.RESERVE, 0),
        proof_holds=Proof.from_json(closing.summary["proof"]).holds,
    )


def month_overview(closing: Closing) -> MonthOverview:
    """Show a closed month: the stored counts, and the money summed in the database."""
    river = _river(closing)
    income: dict[tuple[int, str, str], int] = defaultdict(int)
    kinds: dict[str, int] = defaultdict(int)
    for link in river:
        kinds[link.kind] += link.cents
        if link.kind == Share.Kind.PARTNER and link.organisation_id is not None:
            income[link.organisation_id, link.partner, link.discipline] += link.cents
    return MonthOverview(
        network=closing.network.name,
        month=closing.month,
        known_until=closing.known_until,
        edition=closing.edition,
        activities=tuple(ActivityCount(**row) for row in closing.summary["activities"]),
        insurers=_insurers(closing),
        breakers=tuple(BreakerCount(**row) for row in closing.summary["breakers"]),
        income=tuple(
            PartnerIncome(*partner, cents)
            for partner, cents in sorted(income.items(), key=lambda row: (row[0][2], -row[1]))
        ),
        overhead_cents=kinds[Share.Kind.OVERHEAD],
        reserve_cents=kinds[Share.Kind.RESERVE],
        river=tuple(link for link in river if link.cents > 0),
        proof=Proof.from_json(closing.summary["proof"]),
    )


def _insurers(closing: Closing) -> tuple[InsurerProducts, ...]:
    new, corrected = Q(is_correction=False), Q(is_correction=True)
    rows = (
        ClosedProduct.objects.filter(closing=closing)
        .values("insurer_id", "insurer__name")
        .annotate(
            count=Count("id", filter=new),
            new_cents=Sum("cents", filter=new),
            corrections=Count("id", filter=corrected),
            corrections_cents=Sum("cents", filter=corrected),
        )
        .order_by("insurer__name", "insurer_id")
    )
    return tuple(
        InsurerProducts(
            insurer_id=row["insurer_id"],
            name=row["insurer__name"],
            count=row["count"],
            cents=int(row["new_cents"] or 0),
            corrections=row["corrections"],
            corrections_cents=int(row["corrections_cents"] or 0),
        )
        for row in rows
    )


def _river(closing: Closing) -> list[RiverLink]:
    """Sum the leaves of a closing by insurer, product and who gets them."""
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    rows = (
        Share.objects.filter(product__closing=closing)
        .values_list(
            "product__insurer_id",
            "product__insurer__name",
            "product__product",
            "kind",
            "organisation_id",
            "organisation__name",
            "discipline",
        )
        .annotate(cents=Sum("cents"))
    )
    for insurer_id, insurer, product, kind, organisation_id, name, discipline, cents in rows:
        if kind == Share.Kind.PARTNER:
            leaf = (insurer_id, insurer, product, kind, organisation_id, name, discipline)
        else:
            leaf = (insurer_id, insurer, product, kind, None, "", "")
        sums[leaf] += int(cents)
    return [
        RiverLink(*(*leaf, cents))
        for leaf, cents in sorted(sums.items(), key=lambda row: (row[0][:4], row[0][4] or 0))
    ]


def product_shares(key: str, network: Network | None = None) -> list[ProductShare]:
    """Return every leaf of one product over all closings, oldest first."""
    rows = Share.objects.filter(product__key=key).select_related("product__closing", "organisation")
    if network is not None:
        rows = rows.filter(product__closing__network=network)
    return [
        ProductShare(
            closing_id=share.product.closing_id,
            month=share.product.closing.month,
            kind=share.kind,
            discipline=share.discipline,
            organisation_id=share.organisation_id,
            organisation=share.organisation.name if share.organisation else "",
            cents=share.cents,
            rule=share.rule,
            reason=share.reason,
            parameters=share.parameters,
        )
        for share in rows.order_by("product__closing__month", "id")
    ]


def made_products(network: Network) -> list[dict[str, int]]:
    """Return the engine's `made_products`: what closings divided per pregnancy and phase.

    Only what still stands (above zero); the contract is that of the newest row with money.
    """
    made: dict[tuple[int, int], tuple[int, int]] = {}
    for pregnancy_id, phase, cents, contract_id in (
        ClosedProduct.objects.filter(closing__network=network)
        .order_by("id")
        .values_list("pregnancy_id", "phase", "cents", "explanation__contract_id")
    ):
        so_far, contract = made.get((pregnancy_id, phase), (0, contract_id))
        made[pregnancy_id, phase] = (so_far + cents, contract_id if cents > 0 else contract)
    return [
        {"pregnancy_id": pregnancy_id, "phase": phase, "cents": cents, "contract_id": contract_id}
        for (pregnancy_id, phase), (cents, contract_id) in sorted(made.items())
        if cents > 0
    ]
