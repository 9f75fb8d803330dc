"""What partners wait for: only the products that insurers did not pay whole are read.

The same rule as `ledger.queries.payable_of`, whose answer it must be; that reads every share of a
network, which is too much for a page, and for every month of a year.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.db import connection

from ooievaar.kernel.period import month_of
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.queries import BORNE, Borne, waits_for
from ooievaar.settlement.ledger.rules.payable import DividedProduct, Leaf, held_of_product
from ooievaar.settlement.models import Share

GIVES = (Share.Kind.PARTNER, Share.Kind.SUPPLIER)
"""Kinds of shares that an organisation gets; what went to the reserve in its name is not its."""
UNPAID_SQL = """
    WITH divided AS MATERIALIZED (
      SELECT p."key", p.insurer_id, SUM(p.cents) AS cents
      FROM settlement_closedproduct p JOIN settlement_closing c ON c.id = p.closing_id
      WHERE c.network_id = %(network)s AND c.month < %(month)s
      GROUP BY p."key", p.insurer_id
    ), paid AS MATERIALIZED (
      SELECT l."key", l.insurer_id, SUM(part.cents) AS cents
      FROM claims_paymentline part
      JOIN claims_payment y ON y.id = part.payment_id
      JOIN claims_claimline l ON l.id = part.line_id
      WHERE y.network_id = %(network)s AND y.paid_on <= %(day)s
      GROUP BY l."key", l.insurer_id
    ), unpaid AS MATERIALIZED (
      SELECT divided."key", divided.insurer_id, COALESCE(paid.cents, 0) AS cents
      FROM divided LEFT JOIN paid
        ON paid."key" = divided."key" AND paid.insurer_id = divided.insurer_id
      WHERE COALESCE(paid.cents, 0) < divided.cents
    ), newest AS MATERIALIZED (
      SELECT l."key", l.insurer_id, MAX(l.id) AS id
      FROM claims_claimline l JOIN unpaid
        ON unpaid."key" = l."key" AND unpaid.insurer_id = l.insurer_id
      WHERE l.network_id = %(network)s AND NOT l.is_credit
      GROUP BY l."key", l.insurer_id
    )
    SELECT unpaid."key", unpaid.insurer_id, unpaid.cents, standing.state, debit.cents,
      standing.granted_cents, s.kind, COALESCE(s.organisation_id, 0), SUM(s.cents)
    FROM unpaid
    JOIN settlement_closedproduct p
      ON p."key" = unpaid."key" AND p.insurer_id + 0 = unpaid.insurer_id
    JOIN settlement_closing c ON c.id = p.closing_id
    JOIN settlement_share s ON s.product_id = p.id
    LEFT JOIN newest ON newest."key" = unpaid."key" AND newest.insurer_id = unpaid.insurer_id
    LEFT JOIN claims_claimline debit ON debit.id = newest.id
    LEFT JOIN claims_linestanding standing ON standing.line_id = newest.id
    WHERE c.network_id = %(network)s AND c.month < %(month)s
    GROUP BY unpaid."key", unpaid.insurer_id, unpaid.cents, standing.state, debit.cents,
      standing.granted_cents, s.kind, COALESCE(s.organisation_id, 0)
"""
"""`+ 0`: else SQLite goes through all products of an insurer; the key has an index of its own."""


def held_on(network: Network, day: date) -> dict[int, dict[str, int]]:
    """Return by organisation what is held at the end of a day, by why; one query."""
    borne = _borne(network, day)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for product in _unpaid(network, day):
        waiting = held_of_product(_less_borne(product, borne))
        for (kind, organisation_id), cents in waiting.items():
            if kind in GIVES:
                sums[organisation_id][product.waits_for] += cents
    return {pk: dict(reasons) for pk, reasons in sums.items()}


def _borne(network: Network, day: date) -> dict[tuple[str, int], list[Borne]]:
    """Return what people decided to bear of refused products, by product."""
    found: dict[tuple[str, int], list[Borne]] = defaultdict(list)
    for read in BORNE:
        for product, one in read(network, day).items():
            found[product].append(one)
    return found


def _less_borne(
    product: DividedProduct, borne: Mapping[tuple[str, int], list[Borne]]
) -> DividedProduct:
    """Return a product less what was borne of it, as `ledger.queries.divided_products` does."""
    losses = borne.get((product.key, product.insurer_id))
    if not losses:
        return product
    leaves = dict(product.leaves)
    for loss in losses:
        for leaf, cents in loss.leaves.items():
            leaves[leaf] = leaves.get(leaf, 0) - cents
    covered = sum(loss.covered_cents for loss in losses)
    return replace(product, leaves=leaves, paid_cents=product.paid_cents + covered)


def _unpaid(network: Network, day: date) -> Iterator[DividedProduct]:
    facts: dict[str, int | str | date | None] = {
        "network": network.pk,
        "month": month_of(date.fromordinal(day.toordinal() + 1)),
        "day": connection.ops.adapt_datefield_value(day),
    }
    leaves: dict[tuple[str, int], dict[Leaf, int]] = defaultdict(dict)
    stands: dict[tuple[str, int], tuple[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(UNPAID_SQL, facts)
        for key, insurer, paid, state, claimed, granted, kind, organisation, cents in cursor:
            product = key, insurer
            if product not in stands:
                newest = (state, claimed, granted or 0) if state else None
                stands[product] = int(paid), waits_for(newest, int(paid))
            leaves[product][kind, organisation] = int(cents)
    for (key, insurer), of_product in leaves.items():
        yield DividedProduct(key, insurer, of_product, *stands[key, insurer])
