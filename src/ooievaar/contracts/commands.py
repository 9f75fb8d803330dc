"""The only code that writes what was agreed: contracts, tariffs, price lists, agreements.

Rows are tuples in the order of the `..._FIELDS` beside each command, already checked, and bring
their own ids. The database refuses contracts and tariffs that overlap.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ooievaar.contracts.models import (
    Agreement,
    Contract,
    DisciplineShare,
    MemberShare,
    ParallelCare,
    PriceListEntry,
    Tariff,
)
from ooievaar.storage.bulk import add_numbered_rows

Rows = Iterable[Sequence[Any]]

CONTRACT_FIELDS = (
    "id",
    "reference",
    "network_id",
    "insurer_id",
    "valid_from",
    "valid_until",
    "regime",
    "insurer_switch_breaks",
    "kraamzorg_bills_itself",
    "kraamzorg_unit_minutes",
    "claim_within_months",
)
TARIFF_FIELDS = ("id", "contract_id", "product", "cents", "valid_from", "valid_until")
PARALLEL_CARE_FIELDS = ("id", "contract_id", "code")
PRICE_LIST_FIELDS = ("id", "organisation_id", "code", "cents", "valid_from", "valid_until")
AGREEMENT_FIELDS = ("id", "title", "network_id", "valid_from", "valid_until", "overhead_ppm")
DISCIPLINE_SHARE_FIELDS = ("id", "agreement_id", "product", "discipline", "ppm", "method")
MEMBER_SHARE_FIELDS = ("id", "agreement_id", "organisation_id", "ppm")


def add_contracts(rows: Rows) -> None:
    """Add the terms of insurers with an IGO."""
    add_numbered_rows(Contract, CONTRACT_FIELDS, rows)


def add_tariffs(rows: Rows) -> None:
    """Add tariffs of contracts, in cents."""
    add_numbered_rows(Tariff, TARIFF_FIELDS, rows)


def add_parallel_care(rows: Rows) -> None:
    """Add codes that may be claimed beside the bundle of a contract."""
    add_numbered_rows(ParallelCare, PARALLEL_CARE_FIELDS, rows)


def add_prices(rows: Rows) -> None:
    """Add old-way prices, in cents; without an organisation a price holds for everyone."""
    add_numbered_rows(PriceListEntry, PRICE_LIST_FIELDS, rows)


def add_agreements(rows: Rows) -> None:
    """Add agreements on how income is divided."""
    add_numbered_rows(Agreement, AGREEMENT_FIELDS, rows)


def add_discipline_shares(rows: Rows) -> None:
    """Add the shares of disciplines per product; per agreement and product they add up to 100 %."""
    add_numbered_rows(DisciplineShare, DISCIPLINE_SHARE_FIELDS, rows)


def add_member_shares(rows: Rows) -> None:
    """Add the fixed shares of organisations; per agreement and discipline they add up to 100 %."""
    add_numbered_rows(MemberShare, MEMBER_SHARE_FIELDS, rows)
