"""What was divided, for the pages, the printer and the next derivation.

What a page shows of it starts from the rows that its workplace may see: the functions for pages
take such a set (`closings`, `products`, `shares`), never the whole table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, JSONField, Q, QuerySet, Sum, When

from ooievaar.network.models import Network
from ooievaar.record.women.records import her_records
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
class OpenedMonth:
    """A closing among the closed months of its network, which are the newest first."""

    closing: Closing
    months: tuple[str, ...]

    @property
    def previous_month(self) -> str:
        """The closed month before this one; empty where there is none."""
        return next((month for month in self.months if month < self.closing.month), "")

    @property
    def next_month(self) -> str:
        """The closed month after this one; empty where there is none."""
        return next((month for month in self.months[::-1] if month > self.closing.month), "")


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
class UnpricedSupply:
    """Acts of a supplier so far that no price list has a price for: nobody is paid for them."""

    supplier: str
    code: str
    acts: int


@dataclass(frozen=True, slots=True)
class PartnerIncome:
    """What a closing gives one organisation in one discipline, in cents."""

    organisation_id: int
    name: str
    discipline: str
    cents: int


@dataclass(frozen=True, slots=True)
class RiverLink:
    """Cents that flow from an insurer, through a product, to a partner, overhead or another kind.

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
    suppliers_cents: int = 0
    surcharges_cents: int = 0
    unpriced: tuple[UnpricedSupply, ...] = ()

    @property
    def cents(self) -> int:
        """What the closing divides in all."""
        return sum(line.cents + line.corrections_cents for line in self.insurers)

    @property
    def partners_cents(self) -> int:
        """What the partners get in all."""
        return sum(line.cents for line in self.income)


@dataclass(frozen=True, slots=True)
class OwnIncome:
    """What a closing gave for a product in one phase: new, or as differences on earlier months."""

    month: str
    product: str
    phase: int
    is_correction: bool
    count: int
    cents: int


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


def newest_closed_month(closings: QuerySet[Closing]) -> str:
    """Return the newest month of these closings; empty before the first."""
    return closings.order_by("-month").values_list("month", flat=True).first() or ""


def opened_month(closings: QuerySet[Closing], month: str) -> OpenedMonth | None:
    """Return the closing of a month among these, or None when it was not closed.

    One query: of the other months the summaries stay in the database.
    """
    summary = Case(When(month=month, then=F("summary")), output_field=JSONField())
    known = {
        closing.month: closing
        for closing in closings.select_related("network")
        .defer("summary")
        .annotate(summary_of_month=summary)
        .order_by("-month")
    }
    closing = known.get(month)
    if closing is None:
        return None
    closing.summary = closing.summary_of_month
    return OpenedMonth(closing, tuple(known))


def months_by_network(closings: QuerySet[Closing]) -> dict[Network, list[str]]:
    """Return the closed months of every network among these, the newest first; an IGO first."""
    months: dict[Network, list[str]] = defaultdict(list)
    rows = closings.select_related("network").defer("summary")
    for closing in rows.order_by("network__kind", "network_id", "-month"):
        months[closing.network].append(closing.month)
    return dict(months)


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


def month_overview(
    closing: Closing,
    products: QuerySet[ClosedProduct] | None = None,
    shares: QuerySet[Share] | None = None,
) -> MonthOverview:
    """Show a closed month: the stored counts, and the money summed in the database.

    A page gives the products and shares that it may see; the printer sees all of them.
    """
    products = ClosedProduct.objects.all() if products is None else products
    flows = money_flows(closing, Share.objects.all() if shares is None else shares)
    kinds: dict[str, int] = defaultdict(int)
    for link in flows:
        kinds[link.kind] += link.cents
    return MonthOverview(
        network=closing.network.name,
        month=closing.month,
        known_until=closing.known_until,
        edition=closing.edition,
        activities=tuple(ActivityCount(**row) for row in closing.summary["activities"]),
        insurers=_insurers(products.filter(closing=closing)),
        breakers=tuple(BreakerCount(**row) for row in closing.summary["breakers"]),
        income=partner_income(flows),
        overhead_cents=kinds[Share.Kind.OVERHEAD],
        reserve_cents=kinds[Share.Kind.RESERVE],
        river=tuple(link for link in flows if link.cents > 0),
        proof=Proof.from_json(closing.summary["proof"]),
        suppliers_cents=kinds[Share.Kind.SUPPLIER],
        surcharges_cents=kinds[Share.Kind.SURCHARGE],
        unpriced=tuple(UnpricedSupply(**row) for row in closing.summary.get("unpriced", ())),
    )


def partner_income(flows: Iterable[RiverLink]) -> tuple[PartnerIncome, ...]:
    """Sum what flows to partners: by discipline, who gets most first."""
    income: dict[tuple[int, str, str], int] = defaultdict(int)
    for link in flows:
        if link.kind == Share.Kind.PARTNER and link.organisation_id is not None:
            income[link.organisation_id, link.partner, link.discipline] += link.cents
    return tuple(
        PartnerIncome(*partner, cents)
        for partner, cents in sorted(income.items(), key=lambda row: (row[0][2], -row[1]))
    )


def partner_products(flows: Iterable[RiverLink]) -> list[tuple[str, int]]:
    """Sum what flows to partners by product, the largest first."""
    sums: dict[str, int] = defaultdict(int)
    for link in flows:
        if link.kind == Share.Kind.PARTNER:
            sums[link.product] += link.cents
    return sorted(sums.items(), key=lambda row: (-row[1], row[0]))


def _insurers(products: QuerySet[ClosedProduct]) -> tuple[InsurerProducts, ...]:
    new, corrected = Q(is_correction=False), Q(is_correction=True)
    rows = (
        products.values("insurer_id", "insurer__name")
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


def money_flows(closing: Closing, shares: QuerySet[Share]) -> list[RiverLink]:
    """Sum these leaves of a closing by insurer, product and who gets them."""
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    rows = (
        shares.filter(product__closing=closing)
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


def corrections_of(closing: Closing, products: QuerySet[ClosedProduct]) -> QuerySet[ClosedProduct]:
    """Return the differences on earlier months that a closing divided, with whom they concern."""
    return (
        products.filter(closing=closing, is_correction=True)
        .select_related("pregnancy", "insurer")
        .order_by("claimable_on", "key")
    )


def own_income(shares: QuerySet[Share], network: Network, year: str) -> list[OwnIncome]:
    """Sum a partner's shares in a year by month, product and phase, oldest month first."""
    rows = (
        own_shares(shares, network)
        .filter(product__closing__month__startswith=f"{year}-")
        .values_list(
            "product__closing__month",
            "product__product",
            "product__phase",
            "product__is_correction",
        )
        .annotate(count=Count("id"), cents=Sum("cents"))
        .order_by("product__closing__month", "product__phase", "product__product")
    )
    return [
        OwnIncome(month, product, phase, is_correction, count, int(cents))
        for month, product, phase, is_correction, count, cents in rows
    ]


def own_shares(shares: QuerySet[Share], network: Network) -> QuerySet[Share]:
    """Return what these shares gave to a partner in a network, and not to its reserve."""
    return shares.filter(kind=Share.Kind.PARTNER, product__closing__network=network)


def product_shares(shares: QuerySet[Share], network: Network, key: str) -> list[ProductShare]:
    """Return those of these leaves that belong to one product, over all closings, oldest first."""
    rows = (
        shares.filter(product__key=key, product__closing__network=network)
        .select_related("product__closing", "organisation")
        .order_by("product__closing__month", "id")
    )
    return [product_share(share) for share in rows]


def product_share(share: Share) -> ProductShare:
    """Return a leaf as a value, with the closing it stands in."""
    return ProductShare(
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


def made_products(network: Network, woman_id: int | None = None) -> list[dict[str, int]]:
    """Return the engine's `made_products`: what closings divided per pregnancy and phase.

    Only what still stands (above zero); the contract is that of the newest row with money. Of one
    woman, when given.
    """
    made: dict[tuple[int, int], tuple[int, int]] = {}
    closed = ClosedProduct.objects.filter(closing__network=network)
    if woman_id is not None:
        closed = closed.filter(pregnancy__woman_id__in=her_records(woman_id))
    for pregnancy_id, phase, cents, contract_id in closed.order_by("id").values_list(
        "pregnancy_id", "phase", "cents", "explanation__contract_id"
    ):
        so_far, contract = made.get((pregnancy_id, phase), (0, contract_id))
        made[pregnancy_id, phase] = (so_far + cents, contract_id if cents > 0 else contract)
    return [
        {"pregnancy_id": pregnancy_id, "phase": phase, "cents": cents, "contract_id": contract_id}
        for (pregnancy_id, phase), (cents, contract_id) in sorted(made.items())
        if cents > 0
    ]
