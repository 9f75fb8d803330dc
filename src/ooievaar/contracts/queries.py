"""What was agreed, as rows for the rules: of one network, open ends as the far date."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import F

from ooievaar.contracts.models import (
    Agreement,
    Contract,
    DisciplineShare,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    Tariff,
)
from ooievaar.contracts.rules.follow import Follower, InsurerContract, expand_terms
from ooievaar.network.models import Insurer, Network

Row = Mapping[str, Any]


def terms_rows(network: Network) -> list[Row]:
    """Return the engine's `terms`: what holds per insurer and period, followers included."""
    contracts = Contract.objects.filter(network=network).values(
        "insurer_id",
        "valid_from",
        "valid_until",
        "regime",
        "insurer_switch_breaks",
        "kraamzorg_bills_itself",
        "kraamzorg_unit_minutes",
        contract_id=F("id"),
    )
    insurers = [Follower(*ids) for ids in Insurer.objects.values_list("id", "follows_id")]
    terms = expand_terms([InsurerContract(**row) for row in contracts], insurers)
    return [asdict(row) for row in terms]


def tariff_rows(network: Network) -> list[Row]:
    """Return the engine's `tariffs` of every contract of the network."""
    return list(
        Tariff.objects.filter(contract__network=network)
        .order_by("id")
        .values("contract_id", "product", "cents", "valid_from", "valid_until")
    )


def parallel_care_rows(network: Network) -> list[Row]:
    """Return the engine's `parallel_care`: each contract and code once."""
    return list(
        ParallelCare.objects.filter(contract__network=network)
        .order_by("contract_id", "code")
        .values("contract_id", "code")
        .distinct()
    )


def price_list_rows(network: Network) -> list[Row]:
    """Return the engine's `price_list`; organisation 0 holds for everyone.

    Prices belong to providers, not to networks: a provider outside is priced by the same list.
    """
    del network
    rows = PriceListEntry.objects.order_by("id").values(
        "organisation_id", "code", "cents", "valid_from", "valid_until"
    )
    return [{**row, "organisation_id": row["organisation_id"] or 0} for row in rows]


def agreement_rows(network: Network) -> list[Row]:
    """Return the division's `agreements`."""
    return list(
        Agreement.objects.filter(network=network)
        .order_by("id")
        .values("valid_from", "valid_until", "overhead_ppm", agreement_id=F("id"))
    )


def discipline_share_rows(network: Network) -> list[Row]:
    """Return the division's `discipline_shares`."""
    return list(
        DisciplineShare.objects.filter(agreement__network=network)
        .order_by("id")
        .values("agreement_id", "product", "discipline", "ppm", "method")
    )


def member_share_rows(network: Network) -> list[Row]:
    """Return the division's `member_shares`."""
    return list(
        MemberShare.objects.filter(agreement__network=network)
        .order_by("id")
        .values("agreement_id", "organisation_id", "ppm")
    )
