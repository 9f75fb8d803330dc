"""The zero-remainder proof: every activity in one place, every cent to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Balance:
    """A whole and the parts that must add up to it; `unit` is `activities` or `cents`."""

    name: str
    unit: str
    whole: int
    parts: tuple[tuple[str, int], ...]

    @property
    def remainder(self) -> int:
        """What the parts leave of the whole; 0 is proof."""
        return self.whole - sum(size for _, size in self.parts)


@dataclass(frozen=True, slots=True)
class Proof:
    """All balances of a closing."""

    balances: tuple[Balance, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing remains anywhere."""
        return all(balance.remainder == 0 for balance in self.balances)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the proof as it is stored."""
        return [
            {
                "name": balance.name,
                "unit": balance.unit,
                "whole": balance.whole,
                "parts": [list(part) for part in balance.parts],
            }
            for balance in self.balances
        ]

    @classmethod
    def from_json(cls, stored: Iterable[Mapping[str, Any]]) -> Proof:
        """Read a proof that was stored."""
        return cls(
            tuple(
                Balance(
                    name=row["name"],
                    unit=row["unit"],
                    whole=row["whole"],
                    parts=tuple((name, size) for name, size in row["parts"]),
                )
                for row in stored
            )
        )


KINDS = ("overhead", "partner", "reserve")
SOME_KINDS = ("supplier", "surcharge")
"""Kinds that a proof tells only where an agreement has them."""


def prove(
    *,
    activities: int,
    placed: int,
    by_disposition: Mapping[str, int],
    owed_cents: int,
    earlier_cents: int,
    closed_cents: int,
    earlier_shares: Mapping[str, int],
    closed_shares: Mapping[str, int],
) -> Proof:
    """Weigh what a closing is about to store.

    `placed` counts the activities that have a disposition, so that one activity in two places does
    not hide one in none. `owed_cents` are the claimable products as they are now; `earlier_*` are
    the sums of all earlier closings, `closed_*` of this one; shares by kind, in cents.
    """
    met = earlier_shares.keys() | closed_shares.keys()
    kinds = (*KINDS, *(kind for kind in SOME_KINDS if kind in met))
    so_far = {kind: earlier_shares.get(kind, 0) + closed_shares.get(kind, 0) for kind in kinds}
    return Proof(
        (
            Balance("dispositions", "activities", activities, _parts(by_disposition)),
            Balance("placed_once", "activities", activities, (("placed", placed),)),
            Balance("closing", "cents", closed_cents, _parts(closed_shares, kinds)),
            Balance("so_far", "cents", earlier_cents + closed_cents, _parts(so_far, kinds)),
            Balance(
                "owed",
                "cents",
                owed_cents,
                (("earlier", earlier_cents), ("closing", closed_cents)),
            ),
        )
    )


def _parts(
    sizes: Mapping[str, int], names: Iterable[str] | None = None
) -> tuple[tuple[str, int], ...]:
    return tuple((name, sizes.get(name, 0)) for name in (names or sorted(sizes)))
