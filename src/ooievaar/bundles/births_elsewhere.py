"""What births of a full ward cost when they go elsewhere, by the real rules, in one run for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone

from ooievaar.bundles.handing_over import USUAL_ACTS, kind_of, loss_between, supposed_act
from ooievaar.bundles.hypothesis import Course, PhaseOutcome, Supposition, suppose
from ooievaar.network.models import Network, Organisation
from ooievaar.record.handover.rules.duty import NATAL
from ooievaar.record.handover.warnings import ELSEWHERE, ExpectedBirth, WardCost


def births_elsewhere(births: Sequence[ExpectedBirth], network_id: int) -> Mapping[int, WardCost]:
    """Return what births of a full ward cost when they go to a hospital outside the network.

    Led by a midwife she begins at home or there and is taken on: the bundle breaks. Led by the
    hospital all of the birth goes elsewhere: there is no product. Only of whom the network funds.
    """
    network = Network.objects.filter(pk=network_id).first()
    if network is None or not births:
        return {}
    organisations = {row.pk: row for row in Organisation.objects.all()}
    today = timezone.localdate()
    suppositions = [_going_elsewhere(birth, organisations, today) for birth in births]
    supposed = suppose(network, suppositions, today)
    costs = {}
    for birth in births:
        compared = supposed.by_pregnancy[birth.pregnancy_id]
        plain = compared.plain.get(NATAL, PhaseOutcome())
        other = compared.other.get(NATAL, PhaseOutcome())
        if plain.cents == 0 and not plain.kinds:
            continue
        is_breaker = bool(other.kinds - plain.kinds)
        loss = loss_between(plain, other) if other.kinds else plain.cents - other.cents
        costs[birth.pregnancy_id] = WardCost(birth.pregnancy_id, loss, is_breaker)
    return costs


def _going_elsewhere(
    birth: ExpectedBirth, organisations: Mapping[int, Organisation], today: date
) -> Supposition:
    day = max(birth.due_on, today)
    leads = organisations.get(birth.responsible_id)
    kind = kind_of(leads.discipline) if leads else ""
    own = supposed_act(
        birth.responsible_id, USUAL_ACTS[NATAL].get(kind, USUAL_ACTS[NATAL][""]), day
    )
    elsewhere = supposed_act(ELSEWHERE, USUAL_ACTS[NATAL]["hospital"], day)
    begun = () if kind == "hospital" else (own,)
    return Supposition(
        birth.pregnancy_id, birth.woman_id, Course((own,), day), Course((*begun, elsewhere), day)
    )
