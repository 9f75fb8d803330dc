"""Closing a month: what became payable is divided over the partners, and stored for good."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db import transaction

from ooievaar.bundles.derive import Derived, derive_facts
from ooievaar.bundles.engine import arrow_schema
from ooievaar.contracts import queries as contracts
from ooievaar.contracts.agreements.queries import refuse_unsound
from ooievaar.contracts.rules.schemas import LEVEL_PARAMETERS, SPLIT_PARAMETERS
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import Period, month_period
from ooievaar.network.models import Network, Organisation
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.queries import MonthOverview, made_products, month_overview
from ooievaar.settlement.rules.months import closable_month
from ooievaar.settlement.rules.proof import Proof, prove
from ooievaar.settlement.rules.stages import AGREED, EARLIER, compiled_closing
from ooievaar.storage.arrow import query_arrow
from ooievaar.storage.bulk import insert_rows, next_id, restart_numbering
from ooievaar.storage.pipeline import run_stages

if TYPE_CHECKING:
    from ooievaar.bundles.snapshot import Snapshot

Report = Callable[[str], None]
Row = dict[str, Any]

CLOSED_SQL = {
    "closed_products": """
        SELECT id, key, insurer_id, cents FROM settlement_closedproduct
        WHERE closing_id IN (SELECT id FROM settlement_closing WHERE network_id = %s)
    """,
    "closed_shares": """
        SELECT product_id, kind, discipline, organisation_id, reason, cents FROM settlement_share
        WHERE product_id IN (
          SELECT id FROM settlement_closedproduct
          WHERE closing_id IN (SELECT id FROM settlement_closing WHERE network_id = %s))
    """,
}
"""What earlier closings wrote; DuckDB sums it in a fraction of the time the database takes."""

CLOSED_PRODUCT_FIELDS = (
    "id",
    "closing_id",
    "key",
    "pregnancy_id",
    "product",
    "phase",
    "insurer_id",
    "claimable_on",
    "total_cents",
    "cents",
    "is_correction",
    "explanation",
)
SHARE_FIELDS = (
    "id",
    "product_id",
    "kind",
    "discipline",
    "organisation_id",
    "cents",
    "rule",
    "reason",
    "parameters",
)
EXPLAINED = (
    "rule",
    "reason",
    "evidence",
    "contract_id",
    "tariff_cents",
    "deduction_cents",
    "minutes",
    "units",
    "alternative_product",
    "alternative_cents",
)
"""Columns of a derived product that explain it, kept as they were on the day of closing."""
SHARE_PARAMETERS = ("total_cents", *SPLIT_PARAMETERS)
"""What explains a share: what it is now in all, and how that was computed (null: it is no more)."""


@dataclass(frozen=True, slots=True)
class ClosingResult:
    """What closing a month gave.

    `stored` is false when the month was closed before: `closing` is then the one that was stored.
    Without a proof that holds nothing is stored, and `closing` and `overview` are None.
    """

    month: str
    closing: Closing | None
    stored: bool
    proof: Proof
    overview: MonthOverview | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A closing that was computed and is not stored yet."""

    edition: str
    facts_hash: str
    products: list[Row]
    shares: dict[tuple[str, int], list[Row]]
    activities: list[Row]
    breakers: list[Row]
    unpriced: list[Row]
    proof: Proof


def close_month(
    network: Network,
    month: str,
    *,
    known_until: date,
    now: datetime,
    report: Report | None = None,
    snapshot: Snapshot | None = None,
    inspect: Callable[[Draft], None] | None = None,
    also: Callable[[Closing], None] | None = None,
    beside: Callable[[Derived], None] | None = None,
) -> ClosingResult:
    """Divide what became claimable by the end of a month (`2026-10`), and what changed before it.

    A month that was closed stays as it is and is returned as it was stored. Rows are written in
    one transaction, and only when the proof holds; when another process closed a month meanwhile,
    the work is done again on top of that. A `snapshot` of the facts serves several months.
    `inspect` sees what is about to be stored and may raise; `also` writes in the transaction;
    `beside` reads what was derived, before it is gone.

    Raises InputRejected for what is no month, a month before the newest closed one, a month that
    was not over by `known_until`, or an agreement that may not divide.
    """
    tell = report or (lambda _: None)
    while True:
        newest = _newest_closing(network)
        if stored := Closing.objects.filter(network=network, month=month).first():
            return _stored_result(stored)
        period = closable_month(month, newest.month if newest else None, known_until)
        if isinstance(period, Fault):
            raise InputRejected([period])
        tell(f"{month}: afleiden")
        derived = derive_facts(
            network,
            until=period.until,
            known_until=known_until,
            made_products=made_products(network),
            snapshot=snapshot,
        )
        tell(f"{month}: verdelen")
        draft = draft_closing(network, period, newest, derived)
        if beside is not None:
            beside(derived)
        derived.connection.close()
        if not draft.proof.holds:
            return ClosingResult(month, None, False, draft.proof, None)
        if inspect is not None:
            inspect(draft)
        tell(f"{month}: opslaan")
        with transaction.atomic():
            # All networks: rows are numbered here, so two closings never write side by side.
            list(Network.objects.select_for_update().order_by("id").values_list("id"))
            if _newest_closing(network) == newest:
                closing = _store(network, month, known_until, now, draft)
                if also is not None:
                    also(closing)
                return ClosingResult(month, closing, True, draft.proof, month_overview(closing))


def draft_closing(
    network: Network, period: Period, newest: Closing | None, derived: Derived
) -> Draft:
    """Divide what was derived and weigh it against the earlier closings; nothing is written.

    Raises AgreementUnsound when an agreement is unsigned or one of its examples fails.
    """
    refuse_unsound(network)
    connection = derived.connection
    tables = {
        **contracts.agreed_rows(network),
        "closing_month": [{"starts_on": period.start}],
    }
    for name, rows in tables.items():
        connection.register(name, pa.Table.from_pylist(rows, schema=_schema(name)))
    for name, sql in CLOSED_SQL.items():
        connection.register(name, query_arrow(sql, [network.pk], _schema(name)))
    run_stages(connection, compiled_closing())

    shares: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for share in _rows(derived, "FROM share_differences ORDER BY ALL"):
        shares[share["key"], share["insurer_id"]].append(share)
    products = _changed_products(derived, newest)
    activities = _rows(derived, "FROM activity_counts ORDER BY disposition, reason")
    return Draft(
        edition=derived.edition,
        facts_hash=derived.facts_hash,
        products=products,
        shares=shares,
        activities=activities,
        breakers=_breakers(derived),
        unpriced=_unpriced(derived),
        proof=_proof(derived, activities, products, shares),
    )


def _schema(name: str) -> pa.Schema:
    return arrow_schema({**AGREED, **EARLIER}[name])


def _rows(derived: Derived, sql: str) -> list[Row]:
    rows: list[Row] = derived.connection.sql(sql).to_arrow_table().to_pylist()
    return rows


def _changed_products(derived: Derived, newest: Closing | None) -> list[Row]:
    """Return the products of this closing as they will be stored, ids and closing left out."""
    changed = _rows(
        derived,
        "SELECT d.*, p.* EXCLUDE (product_no, key, insurer_id, cents, is_open, starts_on), "
        "CAST(p.starts_on AS VARCHAR) AS starts_on "
        "FROM product_differences d LEFT JOIN products p USING (product_no) "
        "ORDER BY d.key, d.insurer_id",
    )
    gone = ClosedProduct.objects.in_bulk(
        [row["last_id"] for row in changed if row["product_no"] is None]
    )
    closed_until = date.min
    if newest is not None:
        closed_until = month_period(newest.month).until
    products = []
    for row in changed:
        if row["product_no"] is None:
            last = gone[row["last_id"]]
            row |= {
                "pregnancy_id": last.pregnancy_id,
                "product": last.product,
                "phase": last.phase,
                "claimable_on": last.claimable_on,
            }
            explanation = {**last.explanation, "edition": derived.edition, "vanished": True}
        else:
            explanation = {name: row[name] for name in (*EXPLAINED, "starts_on")}
            explanation["edition"] = derived.edition
        is_correction = row["was_closed"] or row["claimable_on"] <= closed_until
        products.append({**row, "explanation": explanation, "is_correction": is_correction})
    return products


def _breakers(derived: Derived) -> list[Row]:
    return [
        {
            "kind": row["kind"],
            "count": row["month_count"],
            "loss_cents": row["month_loss_cents"],
            "unknown": row["month_unknown"],
            "total_count": row["total_count"],
            "total_loss_cents": row["total_loss_cents"],
            "total_unknown": row["total_unknown"],
        }
        for row in _rows(derived, "FROM breaker_counts ORDER BY kind")
    ]


def _unpriced(derived: Derived) -> list[Row]:
    """Name what suppliers did so far for which nobody has a price."""
    rows = _rows(derived, "FROM unpriced_supplies ORDER BY organisation_id, code")
    suppliers = Organisation.objects.in_bulk([row["organisation_id"] for row in rows])
    return [
        {
            "supplier": suppliers[row["organisation_id"]].name,
            "code": row["code"],
            "acts": row["acts"],
        }
        for row in rows
    ]


def _proof(
    derived: Derived,
    activities: list[Row],
    products: list[Row],
    shares: Mapping[tuple[str, int], list[Row]],
) -> Proof:
    by_disposition: dict[str, int] = defaultdict(int)
    for row in activities:
        by_disposition[row["disposition"]] += row["total"]
    closed_shares: dict[str, int] = defaultdict(int)
    for product in products:  # only what hangs under a product will be stored
        for share in shares.get((product["key"], product["insurer_id"]), ()):
            closed_shares[share["kind"]] += share["cents"]
    (placing,) = _rows(derived, "FROM placed_activities")
    (sums,) = _rows(
        derived,
        "SELECT (SELECT CAST(coalesce(sum(cents), 0) AS BIGINT) FROM divisible_products) AS owed, "
        "(SELECT CAST(coalesce(sum(cents), 0) AS BIGINT) FROM closed_products) AS earlier",
    )
    earlier_shares = _rows(
        derived,
        "SELECT kind, CAST(sum(cents) AS BIGINT) AS cents FROM closed_shares GROUP BY kind",
    )
    return prove(
        activities=placing["activities"],
        placed=placing["placed"],
        by_disposition=by_disposition,
        owed_cents=sums["owed"],
        earlier_cents=sums["earlier"],
        closed_cents=sum(product["cents"] for product in products),
        earlier_shares={row["kind"]: row["cents"] for row in earlier_shares},
        closed_shares=closed_shares,
    )


def _store(network: Network, month: str, known_until: date, now: datetime, draft: Draft) -> Closing:
    """Write a closing with its products and shares, in the caller's transaction."""
    closing = Closing.objects.create(
        network=network,
        month=month,
        known_until=known_until,
        edition=draft.edition,
        facts_hash=draft.facts_hash,
        created_at=now,
        summary={
            "activities": draft.activities,
            "breakers": draft.breakers,
            "unpriced": draft.unpriced,
            "proof": draft.proof.as_json(),
        },
    )
    first_product, first_share = next_id(ClosedProduct), next_id(Share)
    insert_rows(
        ClosedProduct,
        CLOSED_PRODUCT_FIELDS,
        (
            _product_values(number, closing, product)
            for number, product in enumerate(draft.products, first_product)
        ),
    )
    insert_rows(Share, SHARE_FIELDS, _share_values(draft, first_product, first_share))
    restart_numbering(ClosedProduct)
    restart_numbering(Share)
    return closing


def _product_values(number: int, closing: Closing, product: Row) -> tuple[Any, ...]:
    return (
        number,
        closing.pk,
        product["key"],
        product["pregnancy_id"],
        product["product"],
        product["phase"],
        product["insurer_id"],
        product["claimable_on"].isoformat(),
        product["total_cents"],
        product["cents"],
        product["is_correction"],
        json.dumps(product["explanation"]),
    )


def _share_values(draft: Draft, first_product: int, first_share: int) -> Iterator[tuple[Any, ...]]:
    number = first_share
    for product_id, product in enumerate(draft.products, first_product):
        for share in draft.shares.get((product["key"], product["insurer_id"]), ()):
            yield (
                number,
                product_id,
                share["kind"],
                share["discipline"],
                share["organisation_id"] or None,
                share["cents"],
                "division",
                share["reason"],
                json.dumps(_parameters(share)),
            )
            number += 1


def _parameters(share: Row) -> Row:
    """Return what explains a share; how the levels above came about only where it was weighed."""
    return {name: share[name] for name in SHARE_PARAMETERS} | {
        name: share[name] for name in LEVEL_PARAMETERS if share[name] is not None
    }


def _newest_closing(network: Network) -> Closing | None:
    return Closing.objects.filter(network=network).order_by("-month").first()


def _stored_result(closing: Closing) -> ClosingResult:
    overview = month_overview(closing)
    return ClosingResult(closing.month, closing, False, overview.proof, overview)
