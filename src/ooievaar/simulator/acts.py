"""A growing pile of acts: columns of numbers, one value per act, until tables are made of them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ooievaar.simulator.randomness import Days, Index, chance, whole

NO_TIME = -1
"""No minute: the time of the act is not known."""

SPECIALISMS = ("", "0307", "0389", "0316")
_GYNAECOLOGY = ("G-", "0376", "0377", "037590")
_NO_SPECIALISM = ("G-KVM",)


def specialism_number(code: str) -> int:
    """Return the position in `SPECIALISMS` of who does acts with this code."""
    if code == "039683":
        return 2
    if code == "K-CON":
        return 3
    return int(code.startswith(_GYNAECOLOGY) and code not in _NO_SPECIALISM)


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts as columns; `pregnancy` and `organisation` are numbers, days count from 1970."""

    pregnancy: NDArray[np.int32]
    organisation: NDArray[np.int16]
    code: NDArray[np.int16]
    day: Days
    minute: NDArray[np.int16]
    quantity: NDArray[np.int16]
    duration: NDArray[np.int16]
    child: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.day)

    def taken(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Acts":
        """Return these acts only, in this order."""
        return Acts(*(column[rows] for column in self.columns()))

    def columns(self) -> tuple[NDArray, ...]:
        """Return the columns in the order of the fields."""
        return (
            self.pregnancy, self.organisation, self.code, self.day,
            self.minute, self.quantity, self.duration, self.child,
        )  # fmt: skip


_TYPES = (np.int32, np.int16, np.int16, np.int32, np.int16, np.int16, np.int16, np.int8)


@dataclass(slots=True)
class ActPile:
    """Takes acts in by code, and gives them all back as one set of columns."""

    codes: list[str] = field(default_factory=list)
    _parts: list[tuple[NDArray, ...]] = field(default_factory=list)

    def add(
        self,
        code: str,
        pregnancy: Index,
        organisation: ArrayLike,
        day: ArrayLike,
        *,
        minute: ArrayLike = NO_TIME,
        quantity: ArrayLike = 1,
        duration: ArrayLike = 0,
        child: ArrayLike = 0,
    ) -> None:
        """Add one act with this code per pregnancy named; single values hold for all of them."""
        if code not in self.codes:
            self.codes.append(code)
        size = len(pregnancy)
        number = self.codes.index(code)
        values = (pregnancy, organisation, number, day, minute, quantity, duration, child)
        self._parts.append(
            tuple(
                np.broadcast_to(np.asarray(value, kind), (size,))
                for value, kind in zip(values, _TYPES, strict=True)
            )
        )

    def acts(self) -> Acts:
        """Return everything that was added."""
        return Acts(*(np.concatenate(column) for column in zip(*self._parts, strict=True)))


def planned_days(
    rng: np.random.Generator,
    who: Index,
    due: Days,
    since: Days,
    until: Days,
    gestation_days: ArrayLike,
    *,
    kept: float,
    spread: int = 4,
) -> tuple[Index, Days]:
    """Return (who, day) for visits planned at these days of gestation within `[since, until)`.

    `due`, `since` and `until` have one value per pregnancy of `who`; a planned visit takes place
    at rate `kept`, up to `spread` days earlier or later.
    """
    planned = np.asarray(gestation_days, np.int32)
    shape = (len(who), len(planned))
    day = (due - 280)[:, None] + planned[None, :] + rng.integers(-spread, spread + 1, shape)
    takes_place = (day >= since[:, None]) & (day < until[:, None]) & chance(rng, shape, kept)  # type: ignore[arg-type]
    row, column = np.nonzero(takes_place)
    return who[row], day[row, column].astype(np.int32)


def random_days(
    rng: np.random.Generator, who: Index, since: Days, until: Days, mean: float
) -> tuple[Index, Days]:
    """Return (who, day) for acts that come by chance, `mean` per 100 days in `[since, until)`."""
    length = np.maximum(until - since, 0)
    row = np.repeat(np.arange(len(who)), rng.poisson(length * (mean / 100.0)))
    day = since[row] + whole(rng.random(len(row)) * length[row])
    return who[row], day.astype(np.int32)


def repeated(times: Days | Index) -> tuple[Index, Index]:
    """Return (row, nth): row i stands `times[i]` times, with nth = 0, 1, 2, ..."""
    counts = times.astype(np.int64)
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)
