"""Who may see which of the engine's conclusions: one set for each, as in `record.permissions`.

Roles of a network see the newest derivation of theirs. Who works in an organisation sees a
pregnancy once, as the network that funds her tells it. A detail names its `pregnancy_id`, so that
the database reads no other rows of the set.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Max, Model, OuterRef, QuerySet, Subquery

from ooievaar.bundles.models import Breaker, Derivation, Disposition, PhasePeriod, Product, Route
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import pregnancy_ids_for, readable_activities

Concluded = TypeVar("Concluded", bound=Model)


def sees_euros(workplace: Workplace) -> bool:
    """Tell whether a role sees what a pregnancy amounts to; a partner sees its own shares only."""
    return workplace.sees_whole_network


def routes_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[Route]:
    """Return the routes of the pregnancies that a workplace may see."""
    return _of_pregnancies(Route.objects.all(), workplace, at, pregnancy_id)


def phases_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[PhasePeriod]:
    """Return the phases of the pregnancies that a workplace may see."""
    return _of_pregnancies(PhasePeriod.objects.all(), workplace, at, pregnancy_id)


def products_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[Product]:
    """Return the products of the pregnancies that a workplace may see; euros by `sees_euros`."""
    return _of_pregnancies(Product.objects.all(), workplace, at, pregnancy_id)


def breakers_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[Breaker]:
    """Return the breakers of the pregnancies that a workplace may see; euros by `sees_euros`."""
    return _of_pregnancies(Breaker.objects.all(), workplace, at, pregnancy_id)


def dispositions_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[Disposition]:
    """Return where activities ended, of those that a workplace may read."""
    return _of_pregnancies(Disposition.objects.all(), workplace, at, pregnancy_id).filter(
        readable_activities(workplace, at, prefix="activity__")
    )


def _of_pregnancies(
    rows: QuerySet[Concluded], workplace: Workplace, at: datetime, pregnancy_id: int | None
) -> QuerySet[Concluded]:
    rows = rows.filter(pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id))
    if pregnancy_id is not None:
        # Said twice: SQLite else starts from the organisation's rows.
        rows = rows.filter(pregnancy_id=pregnancy_id)
    if workplace.network_id is not None:
        return rows.filter(derivation_id__in=_newest().filter(network_id=workplace.network_id))
    return rows.filter(derivation_id=_home())


def _newest() -> QuerySet[Any, Any]:
    """Return the last derivation of each network."""
    networks = Derivation.objects.order_by().values("network_id")
    return networks.annotate(newest=Max("pk")).values("newest")


def _home() -> Subquery:
    """Return the one derivation that tells of a pregnancy when several networks look at it."""
    routes = Route.objects.filter(
        pregnancy_id=OuterRef("pregnancy_id"), derivation_id__in=_newest()
    )
    # `integral` sorts before `old_way`: the network that funds her comes first.
    return Subquery(routes.order_by("route", "-derivation_id").values("derivation_id")[:1])
