"""What holds on a day: memberships, coverages, terms, tariffs, catalogue."""

from collections import defaultdict
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

Row = SimpleNamespace
Facts = dict[str, list[dict[str, Any]]]
EVERYONE = 0
"""The organisation of a price that holds for all."""


class Dated:
    """Rows that hold in `[valid_from, valid_until)`, found by key and day."""

    def __init__(self, rows: list[dict[str, Any]], *key: str) -> None:
        self._rows: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row["valid_from"]):
            self._rows[tuple(row[name] for name in key)].append(Row(**row))

    def all(self, *key: Any) -> list[Row]:
        return self._rows.get(key, [])

    def on(self, day: date, *key: Any) -> Row | None:
        held = (row for row in self.all(*key) if row.valid_from <= day < row.valid_until)
        return next(held, None)


class Book:
    """The rule book, the contracts and the region of one derivation, asked by day."""

    def __init__(self, facts: Facts) -> None:
        self.clock: date = facts["clock"][0]["until"]
        self.limits = Dated(facts["limits"])
        self.catalogue = Dated(facts["catalogue"], "code")
        self.memberships = Dated(facts["memberships"], "organisation_id")
        self.suppliers = Dated(facts["suppliers"], "organisation_id", "code")
        self.coverages = Dated(facts["coverages"], "woman_id")
        self.terms = Dated(facts["terms"], "insurer_id")
        self.tariffs = Dated(facts["tariffs"], "contract_id", "product")
        self.prices = Dated(facts["price_list"], "organisation_id", "code")
        self.mono_tariffs = Dated(facts["mono_tariffs"], "item")
        self.products = Dated(facts["products_in_force"], "phase", "variant")
        self.parallel = {(row["contract_id"], row["code"]) for row in facts["parallel_care"]}
        self.disciplines = {o["organisation_id"]: o["discipline"] for o in facts["organisations"]}
        self.regimes = {row["contract_id"]: row["regime"] for row in facts["terms"]}
        self.made = [Row(**row) for row in facts["made_products"]]

    def insurer(self, woman_id: int, day: date) -> int | None:
        coverage = self.coverages.on(day, woman_id)
        return coverage.insurer_id if coverage else None

    def terms_on(self, insurer_id: int | None, day: date) -> Row | None:
        return None if insurer_id is None else self.terms.on(day, insurer_id)

    def product(self, phase: int, variant: str, day: date) -> str:
        """Name the product in force, '' when there is none."""
        row = self.products.on(day, phase, variant)
        return row.product if row else ""

    def tariff(self, contract_id: int, product: str, day: date) -> int | None:
        row = self.tariffs.on(day, contract_id, product)
        return row.cents if row else None

    def price(self, organisation_id: int, code: str, day: date) -> int | None:
        row = self.prices.on(day, organisation_id, code) or self.prices.on(day, EVERYONE, code)
        return row.cents if row else None


def days(count: int) -> timedelta:
    return timedelta(days=count)


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
