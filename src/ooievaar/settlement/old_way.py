"""How much of the income is still divided as the old system would have paid it."""

from django.db.models import Q, Sum

from ooievaar.contracts.agreements.slots import OldWay
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.models import Share
from ooievaar.settlement.permissions import closings_for, shares_for

MONTHS = 3
"""How many closed months are looked back on."""


def old_way(workplace: Workplace, network_id: int) -> OldWay | None:
    """Sum what partners got in the newest closed months, and what of it came by the old way.

    Only how the product went over the disciplines counts: what they do among themselves is theirs.
    """
    closings = closings_for(workplace).filter(network_id=network_id).order_by("-month")
    newest = dict(closings.values_list("pk", "month")[:MONTHS])
    if not newest:
        return None
    sums = shares_for(workplace).filter(
        product__closing_id__in=list(newest), kind=Share.Kind.PARTNER
    ).aggregate(
        total=Sum("cents", default=0),
        old=Sum("cents", filter=Q(parameters__product_method="mono_pro_rata"), default=0),
    )  # fmt: skip
    return OldWay(tuple(sorted(newest.values())), sums["old"], sums["total"])
