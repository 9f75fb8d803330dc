"""Other tariffs in the place of those of the contracts, for what starts from a day on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ooievaar.kernel.period import Period

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OtherTariff:
    """What contracts would pay for a product that starts in a period."""

    contract_ids: tuple[int, ...]
    product: str
    cents: int
    period: Period


def with_others(tariffs: Iterable[Row], others: Sequence[OtherTariff]) -> list[Row]:
    """Return the engine's `tariffs` with others in their place.

    What a contract said for other days stays; of a product that it had no tariff for, it has one.
    """
    taken: dict[tuple[int, str], list[Period]] = {}
    new: list[Row] = []
    for other in others:
        for contract_id in other.contract_ids:
            taken.setdefault((contract_id, other.product), []).append(other.period)
            new.append(_row(contract_id, other.product, other.cents, other.period))
    kept = [
        _row(row["contract_id"], row["product"], row["cents"], left)
        for row in tariffs
        for left in Period(row["valid_from"], row["valid_until"]).minus(
            taken.get((row["contract_id"], row["product"]), [])
        )
    ]
    return [*kept, *new]


def _row(contract_id: int, product: str, cents: int, period: Period) -> dict[str, Any]:
    days: dict[str, date] = {"valid_from": period.start, "valid_until": period.until}
    return {"contract_id": contract_id, "product": product, "cents": cents, **days}
