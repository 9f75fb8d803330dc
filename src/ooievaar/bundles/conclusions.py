"""All the engine concluded on one pregnancy, in one query: a page has no room for more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    Count,
    DateField,
    F,
    Field,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from ooievaar.bundles.models import Breaker, Disposition, PhasePeriod, Product, Route
from ooievaar.bundles.permissions import (
    breakers_for,
    phases_for,
    products_for,
    routes_for,
    sees_euros,
)
from ooievaar.network.workplace import Workplace

EVERY_KIND = ("route", "phase", "product", "breaker", "activities")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One row of any kind; what a kind does not have is empty, None or 0.

    route: `word` and `reason`, its derivation's `until` in `starts_on`, `known_until` in `until`
    and edition in `key`. product: claimable from `until`. breaker: its kind in `word`, its regime
    in `reason`, its day in `starts_on`, its loss in `amount`. activities: their number in `amount`.
    """

    derivation_id: int
    kind: str
    number: int
    phase: int
    word: str
    reason: str
    key: str
    network: str
    contract: str
    insurer: str
    starts_on: date | None
    until: date | None
    flag: bool | None
    minutes: int | None
    tariff_cents: int | None
    deduction_cents: int | None
    amount: int | None


TEXTS = ("kind", "word", "reason", "key", "network", "contract", "insurer")
NUMBERS = ("number", "phase", "minutes", "tariff_cents", "deduction_cents", "amount")
FIELDS: dict[str, Field[Any, Any]] = {
    **{name: CharField() for name in TEXTS},
    **{name: BigIntegerField() for name in NUMBERS},
    "starts_on": DateField(),
    "until": DateField(),
    "flag": BooleanField(),
}
ORDER = [name for name in Conclusion.__dataclass_fields__ if name != "derivation_id"]
EUROS = ("minutes", "tariff_cents", "deduction_cents", "amount")


def conclusions_on(
    pregnancy_id: int,
    workplace: Workplace | None = None,
    at: datetime | None = None,
    only: Sequence[str] = EVERY_KIND,
) -> list[Conclusion]:
    """Return every route, phase, product and breaker of a pregnancy, of each newest derivation.

    With a workplace what it may see at `at`: products for roles that see money, euros for those
    that see them. How many activities there are is told to everyone who may see the pregnancy.
    """
    branches = [
        _as_conclusions(rows.filter(pregnancy_id=pregnancy_id), columns)
        for kind, rows, columns in _kinds(pregnancy_id, workplace, at)
        if kind in only
    ]
    first, *others = branches
    rows = first.union(*others, all=True) if others else first
    return [_conclusion(row) for row in rows]


Columns = dict[str, Any]


def _kinds(
    pregnancy_id: int, workplace: Workplace | None, at: datetime | None
) -> list[tuple[str, QuerySet[Any], Columns]]:
    """Return where each kind comes from, and which of its columns is which of ours."""
    routes, phases = Route.objects.all(), PhasePeriod.objects.all()
    products, breakers = Product.objects.all(), Breaker.objects.all()
    shows_euros = True
    if workplace and at:
        seen = (workplace, at, pregnancy_id)
        routes, phases, breakers = routes_for(*seen), phases_for(*seen), breakers_for(*seen)
        products = products.none() if workplace.gives_care else products_for(*seen)
        shows_euros = sees_euros(workplace)
    terms = {"contract": "contract__reference", "insurer": "insurer__name"}
    euros = {name: name for name in EUROS[:-1]} | {"amount": "cents"} if shows_euros else {}
    kinds: list[tuple[str, QuerySet[Any], Columns]] = [
        (
            "route",
            routes,
            {
                "word": "route",
                "reason": "reason",
                "key": "derivation__edition",
                "network": "derivation__network__name",
                "starts_on": Coalesce("again_until", "derivation__until"),
                "until": Coalesce("again_until", "derivation__known_until"),
                **terms,
            },
        ),
        (
            "phase",
            phases,
            {
                "phase": "phase",
                "starts_on": "starts_on",
                "until": "until",
                "flag": "is_open",
                **terms,
            },
        ),
        (
            "product",
            products,
            {
                "number": "product_no",
                "phase": "phase",
                "word": "product",
                "key": "key",
                "starts_on": "starts_on",
                "until": "claimable_on",
                "flag": "is_open",
                "insurer": "insurer__name",
                **euros,
            },
        ),
        (
            "breaker",
            breakers,
            {
                "number": "pk",
                "phase": "phase",
                "word": "kind",
                "reason": "regime",
                "starts_on": "happened_on",
                **({"flag": "counts_loss", "amount": "loss_cents"} if shows_euros else {}),
            },
        ),
        ("activities", Disposition.objects.all(), {}),
    ]
    return [
        (kind, rows, {"kind": Value(kind), **columns})
        for kind, rows, columns in kinds
        # A union with an empty part loses the names of its columns.
        if not rows.query.is_empty()
    ]


def _as_conclusions(rows: QuerySet[Any], columns: Columns) -> QuerySet[Any, Any]:
    """Give rows of any kind the same columns, each of the same type in both databases."""
    shaped = {}
    for name in ORDER:
        found = columns.get(name, Value(None))
        expression = F(found) if isinstance(found, str) else found
        shaped[f"c_{name}"] = Cast(expression, FIELDS[name])
    rows = rows.order_by()
    if rows.model is Disposition:
        counted = Cast(Count("pk"), FIELDS["amount"])
        rows = rows.values("derivation_id").annotate(**shaped | {"c_amount": counted})
    else:
        rows = rows.annotate(**shaped)
    return rows.values_list("derivation_id", *shaped)


def _conclusion(row: tuple[Any, ...]) -> Conclusion:
    found = dict(zip(ORDER, row[1:], strict=True))
    for name in TEXTS:
        found[name] = found[name] or ""
    for name in ("number", "phase"):
        found[name] = found[name] or 0
    return Conclusion(derivation_id=row[0], **found)
