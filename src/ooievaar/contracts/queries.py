"""What was agreed, as rows for the rules: of one network, open ends as the far date."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import F, Model

from ooievaar.contracts.models import (
    Agreement,
    Contract,
    Cooperative,
    CooperativeMember,
    DisciplineShare,
    MemberRule,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    ProductRule,
    SupplierPrice,
    Tariff,
    UnitPrice,
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


AGREED: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "product_rules": (ProductRule, ("agreement_id", "product", "method", "until")),
    "discipline_shares": (
        DisciplineShare,
        ("agreement_id", "product", "discipline", "ppm", "method"),
    ),
    "member_rules": (MemberRule, ("agreement_id", "discipline", "method")),
    "member_shares": (MemberShare, ("agreement_id", "organisation_id", "ppm")),
    "cooperatives": (Cooperative, ("agreement_id", "organisation_id", "method")),
    "cooperative_members": (
        CooperativeMember,
        ("agreement_id", "cooperative_id", "organisation_id", "ppm"),
    ),
    "unit_prices": (UnitPrice, ("agreement_id", "product", "code", "cents")),
}
"""What belongs to an agreement, as the division reads it."""


def agreed_rows(network: Network) -> dict[str, list[Row]]:
    """Return everything that the agreements of a network say, by the name of the table."""
    return {
        "agreements": agreement_rows(network),
        "supplier_prices": supplier_price_rows(network),
        **{
            name: list(
                model._default_manager.filter(agreement__network=network)
                .order_by("id")
                .values(*fields)
            )
            for name, (model, fields) in AGREED.items()
        },
    }


def agreement_rows(network: Network) -> list[Row]:
    """Return the division's `agreements`."""
    return list(
        Agreement.objects.filter(network=network)
        .order_by("id")
        .values(
            "valid_from",
            "valid_until",
            "overhead_ppm",
            "overhead_cents",
            "reserve_ppm",
            "earmarked_ppm",
            agreement_id=F("id"),
        )
    )


def supplier_price_rows(network: Network) -> list[Row]:
    """Return what suppliers invoice, for products that start in the period of the agreement."""
    return list(
        SupplierPrice.objects.filter(agreement__network=network)
        .order_by("id")
        .values(
            "organisation_id",
            "code",
            "cents",
            valid_from=F("agreement__valid_from"),
            valid_until=F("agreement__valid_until"),
        )
    )
