"""The division of products: overhead, then disciplines, then organisations, to the cent."""

from collections.abc import Iterator
from typing import Any

from tests.oracle.book import Dated, Facts

PPM = 1_000_000


def divide(tables: Facts) -> list[dict[str, Any]]:
    """Return the leaves of every product: overhead, partners, and the reserve for the rest."""
    division = Division(tables)
    return [
        {
            "product_no": product["product_no"],
            "kind": kind,
            "discipline": discipline,
            "organisation_id": organisation,
            "cents": cents,
            "reason": reason,
        }
        for product in tables["products"]
        for kind, discipline, organisation, cents, reason in division.leaves(product)
        if cents
    ]


class Division:
    """The agreements of a network, and who performed what."""

    def __init__(self, tables: Facts) -> None:
        self.tables = tables
        self.agreements = Dated(tables["agreements"])
        self.memberships = Dated(tables["memberships"], "organisation_id")
        self.discipline = {o["organisation_id"]: o["discipline"] for o in tables["organisations"]}
        self.units: dict[int, list[dict[str, Any]]] = {}
        for row in tables["units"]:
            self.units.setdefault(row["product_no"], []).append(row)

    def leaves(self, product: dict[str, Any]) -> Iterator[tuple[str, str, int | None, int, str]]:
        agreement = self.agreements.on(product["starts_on"])
        shares = [
            share
            for share in self.tables["discipline_shares"]
            if agreement is not None
            and share["agreement_id"] == agreement.agreement_id
            and share["product"] == product["product"]
        ]
        if agreement is None or not shares:
            yield "reserve", "", None, product["cents"], "no_agreement"
            return
        overhead = agreement.overhead_ppm
        level_1 = largest_remainder(product["cents"], {0: overhead, 1: PPM - overhead})
        yield "overhead", "", None, level_1[0], "overhead"
        level_2 = largest_remainder(level_1[1], {s["discipline"]: s["ppm"] for s in shares})
        for share in shares:
            discipline, method = share["discipline"], share["method"]
            cents = level_2[discipline]
            if method == "performed":
                weights, nobody = self.performed(product, discipline), "nobody_performed"
            else:
                weights, nobody = self.fixed(agreement, discipline), "no_member_share"
            if not sum(weights.values()):
                yield "reserve", discipline, None, cents, nobody
                continue
            for organisation, part in largest_remainder(cents, weights).items():
                if self.memberships.on(product["starts_on"], organisation):
                    yield "partner", discipline, organisation, part, method
                else:
                    yield "reserve", discipline, organisation, part, "not_a_member"

    def performed(self, product: dict[str, Any], discipline: str) -> dict[int, int]:
        """Units per organisation of the discipline that was a member when the phase began."""
        done: dict[int, int] = {}
        for row in self.units.get(product["product_no"], []):
            organisation = row["organisation_id"]
            member = self.memberships.on(product["starts_on"], organisation)
            if member and self.discipline[organisation] == discipline:
                done[organisation] = done.get(organisation, 0) + row["units"]
        return done

    def fixed(self, agreement: Any, discipline: str) -> dict[int, int]:
        """The agreed parts of the organisations of the discipline."""
        return {
            share["organisation_id"]: share["ppm"]
            for share in self.tables["member_shares"]
            if share["agreement_id"] == agreement.agreement_id
            and self.discipline[share["organisation_id"]] == discipline
        }


def largest_remainder(cents: int, weights: dict[Any, int]) -> dict[Any, int]:
    """Split over keys: floors first, then a cent each to the largest rests, ties by key."""
    sign, size = (-1 if cents < 0 else 1), abs(cents)
    total = sum(weights.values())
    parts = {key: size * weight // total for key, weight in weights.items()}
    rests = sorted((-(size * weight % total), key) for key, weight in weights.items())
    for _, key in rests[: size - sum(parts.values())]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}
