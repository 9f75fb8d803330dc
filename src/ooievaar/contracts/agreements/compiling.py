"""From what an agreement says to the rows that the division reads."""

from collections.abc import Mapping
from typing import Any

from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.period import FAR_DATE

Row = dict[str, Any]


def division_rows(
    agreement: Distribution, agreement_id: int, ids: Mapping[str, int]
) -> dict[str, list[Row]]:
    """Return the rows of every agreed table, named as in `rules.schemas`; and supplier prices.

    `ids` are the organisations by AGB code.
    """
    of_it = {"agreement_id": agreement_id}
    products, disciplines = agreement.products, agreement.disciplines
    cooperatives = [row for rule in disciplines.values() for row in rule.cooperatives]
    reserve = agreement.reserve
    return {
        "agreements": [
            of_it
            | {
                "valid_from": agreement.valid_from,
                "valid_until": agreement.valid_until or FAR_DATE,
                "overhead_ppm": agreement.overhead.ppm,
                "overhead_cents": agreement.overhead.cents_per_month,
                "reserve_ppm": reserve.ppm if reserve else 0,
                "earmarked_ppm": sum(row.ppm for row in agreement.surcharges),
            }
        ],
        "product_rules": [
            of_it | {"product": product, "method": rule.method, "until": rule.until}
            for product, rule in products.items()
        ],
        "discipline_shares": [
            of_it
            | {
                "product": product,
                "discipline": discipline,
                "ppm": ppm,
                "method": rule.members.get(discipline) or disciplines[discipline].method,
            }
            for product, rule in products.items()
            for discipline, ppm in rule.shares.items()
        ],
        "member_rules": [
            of_it | {"discipline": discipline, "method": rule.method}
            for discipline, rule in disciplines.items()
        ],
        "member_shares": [
            of_it | {"organisation_id": ids[agb], "ppm": ppm}
            for rule in disciplines.values()
            for agb, ppm in rule.shares.items()
        ],
        "cooperatives": [
            of_it | {"organisation_id": ids[row.agb], "method": row.method} for row in cooperatives
        ],
        "cooperative_members": [
            of_it
            | {
                "cooperative_id": ids[row.agb],
                "organisation_id": ids[agb],
                "ppm": row.shares.get(agb, 0),
            }
            for row in cooperatives
            for agb in row.members
        ],
        "unit_prices": [
            of_it | {"product": product, "code": code, "cents": cents}
            for product, rule in products.items()
            for code, cents in rule.unit_prices.items()
        ],
        "supplier_prices": [
            of_it | {"organisation_id": ids[row.agb], "code": code, "cents": row.prices.get(code)}
            for row in agreement.suppliers
            for code in row.codes
        ],
    }
