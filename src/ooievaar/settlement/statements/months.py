"""A month of partners, as `difference` compares it with the month before; few queries for all."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from ooievaar.network.models import Network
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.statements.held import GIVES
from ooievaar.settlement.statements.queries import Own
from ooievaar.settlement.statements.rules.corrections import WEIGHED, Seen, cause_of
from ooievaar.settlement.statements.rules.difference import (
    HOURLY,
    Corrected,
    Month,
    Part,
    Sums,
    difference,
)

Who = tuple[int, str]
"""An organisation and a month."""


@dataclass(frozen=True, slots=True)
class MonthDifference:
    """Why a month gave another amount than the closed month before it; the parts add up."""

    month: str
    month_before: str
    cents: int
    cents_before: int
    parts: tuple[Part, ...]

    @property
    def difference_cents(self) -> int:
        """What this month gave more."""
        return self.cents - self.cents_before


def month_before(network: Network, month: str) -> str:
    """Return the closed month before one; empty where there is none."""
    earlier = Closing.objects.filter(network=network, month__lt=month).order_by("-month")
    return earlier.values_list("month", flat=True).first() or ""


def month_difference(own: Own, month: str) -> MonthDifference:
    """Explain what one organisation got in a month beside the closed month before; five queries."""
    before = month_before(own.network, month)
    found = months_of(own.network, [month, before], own.organisation.pk)
    return compared(found, own.organisation.pk, month, before)


def compared(
    found: dict[Who, Month], organisation_id: int, month: str, before: str
) -> MonthDifference:
    """Compare two months of an organisation, both found by `months_of`."""
    was, is_ = (
        found.get((organisation_id, one), Month()) if one else Month() for one in (before, month)
    )
    return MonthDifference(month, before, is_.cents, was.cents, difference(was, is_))


def months_of(
    network: Network, months: Collection[str], organisation_id: int | None = None
) -> dict[Who, Month]:
    """Return what organisations got in some months, of all of them or of one."""
    shares = Share.objects.filter(
        kind__in=GIVES, product__closing__network=network, product__closing__month__in=months
    )
    if organisation_id is not None:
        shares = shares.filter(organisation_id=organisation_id)
    products = _new_products(shares.filter(product__is_correction=False))
    corrections = _corrections(network, months, shares.filter(product__is_correction=True))
    return {
        who: Month(products.get(who, {}), tuple(corrections.get(who, ())))
        for who in products.keys() | corrections.keys()
    }


@dataclass
class _Sums:
    """A `Sums` while it is added up."""

    count: int = 0
    minutes: int = 0
    gross: int = 0
    total: int = 0
    parent: int = 0
    cents: int = 0
    agreements: set[int] = field(default_factory=set)
    is_weighed: bool = False
    is_weighed_above: bool = False
    by_insurer: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def done(self) -> Sums:
        return Sums(
            count=self.count,
            minutes=self.minutes,
            gross_cents=self.gross,
            total_cents=self.total,
            parent_cents=self.parent,
            cents=self.cents,
            agreements=frozenset(self.agreements),
            is_weighed=self.is_weighed,
            is_weighed_above=self.is_weighed_above,
            by_insurer={
                one: (quantity, gross) for one, (quantity, gross) in self.by_insurer.items()
            },
        )


def _new_products(shares: Any) -> dict[Who, dict[str, Sums]]:
    """Sum shares of new products by kind; the database reads what is inside the explanations."""
    rows = (
        shares.order_by()
        .annotate(
            agreement=_number("agreement_id"),
            above=KeyTextTransform("product_method", "parameters"),
        )
        .values_list(
            *("organisation_id", "product__closing__month", "product__product"),
            *("product__insurer_id", "agreement", "above", "reason"),
        )
        .annotate(
            count=Count("id"),
            minutes=Sum(_number("minutes", "product__explanation")),
            total=Sum("product__total_cents"),
            deduction=Sum(_number("deduction_cents", "product__explanation")),
            parent=Sum(_number("parent_cents")),
            gained=Sum("cents"),
        )
    )
    found: dict[Who, dict[str, _Sums]] = defaultdict(lambda: defaultdict(_Sums))
    for organisation_id, month, product, insurer, agreement, above, reason, *amounts in rows:
        count, minutes, total, deduction, parent, cents = (amount or 0 for amount in amounts)
        one = found[organisation_id, month][product]
        gross = total + deduction
        one.count += count
        one.minutes += minutes
        one.gross += gross
        one.total += total
        one.parent += parent or total
        one.cents += cents
        if agreement:
            one.agreements.add(agreement)
        one.is_weighed |= reason in WEIGHED
        one.is_weighed_above |= bool(above) and above != "fixed_share"
        of_insurer = one.by_insurer[insurer]
        of_insurer[0] += minutes if product == HOURLY and minutes else count
        of_insurer[1] += gross
    return {
        who: {product: one.done() for product, one in products.items()}
        for who, products in found.items()
    }


def _number(name: str, of: str = "parameters") -> Cast:
    return Cast(KeyTextTransform(name, of), BigIntegerField())


def _corrections(
    network: Network, months: Collection[str], shares: Any
) -> dict[Who, list[Corrected]]:
    """Name the cause of each correction: from its product, and its share, as they were before."""
    changed = list(
        shares.order_by("id").values_list(
            *("organisation_id", "product__closing__month", "product__key", "product__insurer_id"),
            *("cents", "reason", "parameters"),
        )
    )
    if not changed:
        return {}
    keys = (
        ClosedProduct.objects.filter(
            closing__network=network, closing__month__in=months, is_correction=True
        )
        .order_by()
        .values("key")
    )
    products: dict[tuple[str, int], list[tuple[str, Seen]]] = defaultdict(list)
    insurers: dict[tuple[str, str], set[int]] = defaultdict(set)
    rows = (
        ClosedProduct.objects.filter(closing__network=network, key__in=keys)
        .order_by("closing__month", "id")
        .values_list(
            *("key", "insurer_id", "closing__month", "product", "total_cents", "explanation"),
        )
    )
    for key, insurer, month, product, total, explanation in rows:
        products[key, insurer].append((month, Seen(product, insurer, total, explanation)))
        insurers[key, month].add(insurer)
    had: dict[tuple[int, str, int], list[tuple[str, Any]]] = defaultdict(list)
    earlier = Share.objects.filter(
        kind__in=GIVES, product__closing__network=network, product__key__in=keys
    )
    if organisations := {row[0] for row in changed} if len(changed) < 500 else None:
        earlier = earlier.filter(organisation_id__in=organisations)
    for organisation_id, key, insurer, month, parameters in earlier.order_by(
        "product__closing__month", "id"
    ).values_list(
        *("organisation_id", "product__key", "product__insurer_id", "product__closing__month"),
        "parameters",
    ):
        had[organisation_id, key, insurer].append((month, parameters))
    found: dict[Who, list[Corrected]] = defaultdict(list)
    for organisation_id, month, key, insurer, cents, reason, has in changed:
        seen = products[key, insurer]
        now = next(one for of_month, one in seen if of_month == month)
        before = _last(seen, month)
        cause = cause_of(
            before,
            now,
            moved=len(insurers[key, month]) > 1,
            had=_last(had[organisation_id, key, insurer], month),
            has=has,
            reason=reason,
        )
        was = before.product if before and before.product != now.product else ""
        found[organisation_id, month].append(Corrected(cause, now.product, was, cents))
    return found


def _last(rows: list[tuple[str, Any]], month: str) -> Any:
    """Return what stands last before a month; None where nothing does."""
    return next((one for of_month, one in reversed(rows) if of_month < month), None)
