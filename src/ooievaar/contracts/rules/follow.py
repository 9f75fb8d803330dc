"""Follow policy (volgbeleid): an insurer without terms of its own takes those it points to.

Small insurers contract through a larger one: where insurer and IGO have no contract together, the
contract of the insurer that is followed holds, day by day. [BK: practice, not law]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ooievaar.kernel.period import Period


@dataclass(frozen=True, slots=True)
class InsurerContract:
    """A contract between one insurer and one network, as the rules read it."""

    contract_id: int
    insurer_id: int
    valid_from: date
    valid_until: date
    regime: str
    insurer_switch_breaks: bool
    kraamzorg_bills_itself: bool
    kraamzorg_unit_minutes: int


@dataclass(frozen=True, slots=True)
class Follower:
    """An insurer and the one whose terms it takes where it has none (None: nobody's)."""

    insurer_id: int
    follows_id: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for an insurer in `[valid_from, valid_until)`: a row of the engine's `terms`."""

    insurer_id: int
    contract_id: int
    followed: bool
    valid_from: date
    valid_until: date
    regime: str
    insurer_switch_breaks: bool
    kraamzorg_bills_itself: bool
    kraamzorg_unit_minutes: int


def expand_terms(contracts: Iterable[InsurerContract], insurers: Iterable[Follower]) -> list[Terms]:
    """Return for every insurer the terms that hold, in order of insurer and date, no day twice.

    Own contracts come first, then those of the insurer that is followed, and so on along the
    chain; a chain that comes back to an insurer it has seen ends there (see `following_loops`).
    Where two contracts of one insurer overlap, the one that starts first keeps the days.
    """
    own: dict[int, list[InsurerContract]] = {}
    for contract in contracts:
        own.setdefault(contract.insurer_id, []).append(contract)
    follows = {insurer.insurer_id: insurer.follows_id for insurer in insurers}
    terms = []
    for insurer_id in follows.keys() | own.keys():
        taken: list[Period] = []
        for contractor_id in following_chain(insurer_id, follows):
            ordered = sorted(
                own.get(contractor_id, []), key=lambda c: (c.valid_from, c.contract_id)
            )
            for contract in ordered:
                free = Period(contract.valid_from, contract.valid_until).minus(taken)
                taken += free
                terms += [_terms(insurer_id, contract, period) for period in free]
    return sorted(terms, key=lambda row: (row.insurer_id, row.valid_from))


def following_chain(insurer_id: int, follows: dict[int, int | None]) -> list[int]:
    """Return the insurer, the one it follows, the one that one follows, ...; each once."""
    chain: list[int] = []
    current: int | None = insurer_id
    while current is not None and current not in chain:
        chain.append(current)
        current = follows.get(current)
    return chain


def following_loops(insurers: Sequence[Follower]) -> list[tuple[int, ...]]:
    """Return every circle of insurers that follow each other, each from its lowest id."""
    follows = {insurer.insurer_id: insurer.follows_id for insurer in insurers}
    loops = set()
    for insurer_id in follows:
        chain = following_chain(insurer_id, follows)
        back_to = follows.get(chain[-1])
        if back_to is not None:
            circle = chain[chain.index(back_to) :]
            first = circle.index(min(circle))
            loops.add(tuple(circle[first:] + circle[:first]))
    return sorted(loops)


def _terms(insurer_id: int, contract: InsurerContract, period: Period) -> Terms:
    return Terms(
        insurer_id=insurer_id,
        contract_id=contract.contract_id,
        followed=contract.insurer_id != insurer_id,
        valid_from=period.start,
        valid_until=period.until,
        regime=contract.regime,
        insurer_switch_breaks=contract.insurer_switch_breaks,
        kraamzorg_bills_itself=contract.kraamzorg_bills_itself,
        kraamzorg_unit_minutes=contract.kraamzorg_unit_minutes,
    )
