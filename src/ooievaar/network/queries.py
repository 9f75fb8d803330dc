"""Who takes part, as rows for the rules: open ends as the far date."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from ooievaar import rulebook
from ooievaar.network.models import Membership, Network, Organisation, Supplier

Row = Mapping[str, Any]


def organisation_rows() -> list[Row]:
    """Return every provider that is known, members and outsiders: the engine's `organisations`."""
    return list(Organisation.objects.order_by("id").values("discipline", organisation_id=F("id")))


def funding_memberships(network: Network) -> list[Row]:
    """Return the engine's `memberships`: those of a kind that has a place in the funding."""
    return list(
        Membership.objects.filter(network=network, kind__in=rulebook.load().funding_kinds)
        .order_by("id")
        .values("organisation_id", "valid_from", "valid_until")
    )


def supplier_rows(network: Network) -> list[Row]:
    """Return the engine's `suppliers`: outsiders whose named care the network buys."""
    return list(
        Supplier.objects.filter(network=network)
        .order_by("id")
        .values("organisation_id", "code", "valid_from", "valid_until")
    )
