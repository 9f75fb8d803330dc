"""One woman derived anew, in place, as soon as something about her changed.

The nightly derivation looks at everybody; until then hers is newer. Fast enough to follow every
contact that is finished: the rules were planned before (`prepared`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from ooievaar.bundles.commands import STORED, is_stored
from ooievaar.bundles.derive import derive_woman
from ooievaar.bundles.models import Derivation, Disposition, Route
from ooievaar.bundles.queries import newest_derivation
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy
from ooievaar.record.women.records import her_records


@dataclass(frozen=True, slots=True)
class RouteChange:
    """That a pregnancy is funded in another way than was concluded before, and why."""

    pregnancy_id: int
    was: str
    route: str
    reason: str


def derive_again(
    network: Network,
    woman_id: int,
    *,
    until: date,
    made_products: Iterable[dict[str, Any]] = (),
) -> list[RouteChange]:
    """Replace what the newest derivation of a network concluded on one woman, as known by `until`.

    Returns which of her pregnancies changed their route. A network that was never derived keeps
    waiting for its first derivation.
    """
    with transaction.atomic():
        Network.objects.select_for_update().get(pk=network.pk)
        derivation = newest_derivation(network)
        if derivation is None or until < derivation.until:
            return []
        results = derive_woman(
            network, woman_id, until=until, known_until=until, made_products=made_products
        )
        before = _routes(derivation, woman_id)
        _forget(derivation, woman_id)
        for model, table in STORED.items():
            _store(model, derivation, results[table])
        rows = Route.objects.filter(
            derivation=derivation, pregnancy__woman_id__in=her_records(woman_id)
        )
        rows.update(again_until=until)
        after = _routes(derivation, woman_id)
        # What stands there is no longer what the facts of that hash gave.
        Derivation.objects.filter(pk=derivation.pk).update(facts_hash="")
    return [
        RouteChange(pregnancy_id, before[pregnancy_id][0], route, reason)
        for pregnancy_id, (route, reason) in after.items()
        if pregnancy_id in before and before[pregnancy_id] != (route, reason)
    ]


def _routes(derivation: Derivation, woman_id: int) -> dict[int, tuple[str, str]]:
    rows = Route.objects.filter(
        derivation=derivation, pregnancy__woman_id__in=her_records(woman_id)
    )
    return {row.pregnancy_id: (row.route, row.reason) for row in rows}


def _forget(derivation: Derivation, woman_id: int) -> None:
    pregnancies = list(
        Pregnancy.objects.filter(woman_id__in=her_records(woman_id)).values_list("pk", flat=True)
    )
    for model in STORED:
        rows: QuerySet[Any] = model._default_manager.filter(derivation=derivation)
        if model is Disposition:
            rows.filter(activity__woman_id__in=her_records(woman_id)).delete()
        else:
            rows.filter(pregnancy_id__in=pregnancies).delete()


def _store(model: type[Model], derivation: Derivation, rows: list[dict[str, Any]]) -> None:
    model._default_manager.bulk_create(
        model(
            derivation_id=derivation.pk,
            **{name: value for name, value in row.items() if is_stored(model, name)},
        )
        for row in rows
    )
