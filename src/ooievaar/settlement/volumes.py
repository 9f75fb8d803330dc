"""What an insurer's purchaser may count: products and breakers, and no number below five.

A small number could point at one woman. What is hidden is left out of every sum too, so that no
sum gives it back; how many are hidden is all that is told.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from ooievaar.bundles.models import Breaker, Derivation, PhasePeriod
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.models import ClosedProduct

LEAST = 5
"""The smallest number of pregnancies that is told."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Products of one kind in a month; None is a number below five, which this does not hold."""

    month: str
    product: str
    is_correction: bool
    count: int | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class BreakerVolume:
    """Pregnancies whose bundle broke in one way; None is a number below five."""

    kind: str
    count: int | None


@dataclass(frozen=True, slots=True)
class VolumeSum:
    """What is told, summed; `hidden` is how many lines are left out of it."""

    count: int
    cents: int
    hidden: int


def volumes(products: QuerySet[ClosedProduct]) -> list[Volume]:
    """Count products that may be seen by month, kind, and whether they are differences."""
    rows = (
        products.values_list("closing__month", "product", "is_correction")
        .annotate(
            count=Count("id"),
            pregnancies=Count("pregnancy_id", distinct=True),
            cents=Sum("cents"),
        )
        .order_by("-closing__month", "product", "is_correction")
    )
    return [
        Volume(month, product, is_correction, count, int(cents))
        if pregnancies >= LEAST
        else Volume(month, product, is_correction, None, None)
        for month, product, is_correction, count, pregnancies, cents in rows
    ]


def breaker_volumes(workplace: Workplace) -> list[BreakerVolume]:
    """Count pregnancies with a breaker of a purchaser's own insured, by kind, as last derived."""
    network_id, insurer_id = workplace.network_id, workplace.insurer_id
    if network_id is None or insurer_id is None:
        return []
    newest = Derivation.objects.filter(network_id=network_id).order_by("-pk").values("pk")[:1]
    theirs = PhasePeriod.objects.filter(
        derivation_id=OuterRef("derivation_id"),
        pregnancy_id=OuterRef("pregnancy_id"),
        phase=OuterRef("phase"),
        insurer_id=insurer_id,
    )
    rows = (
        Breaker.objects.filter(Exists(theirs), derivation_id__in=newest)
        .values_list("kind")
        .annotate(pregnancies=Count("pregnancy_id", distinct=True))
        .order_by("kind")
    )
    return [BreakerVolume(kind, count if count >= LEAST else None) for kind, count in rows]


def summed(volumes: Iterable[Volume]) -> VolumeSum:
    """Sum what is told."""
    told: Counter[str] = Counter()
    for volume in volumes:
        if volume.count is None or volume.cents is None:
            told["hidden"] += 1
        else:
            told.update(count=volume.count, cents=volume.cents)
    return VolumeSum(told["count"], told["cents"], told["hidden"])
