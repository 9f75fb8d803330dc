"""What later rooms tell about an agreement: what it did, and would do, in euros.

They append to these lists in `AppConfig.ready`: `settlement.whatif` to `EFFECTS`, `settlement` to
`OLD_WAYS`. While a list stands empty, the page says that there is nothing to show.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.kernel.money import PPM
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace

FEWEST_IN_A_SUM = 2
"""Of how many partners a sum must be, so that nobody's amount can be read from it."""

TENTH_PPM = PPM // 1_000


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What one partner received in the year, and would have received, both without guarantee.

    `guarantee_cents`: what the guarantee of the new agreement would have added to `after_cents`
    (below zero: what this partner would have paid towards it as a gainer).
    `organisation_id` is None where the row is a sum of `partners` of a discipline, or of several
    (`discipline` is empty then).
    """

    organisation_id: int | None
    name: str
    discipline: str
    before_cents: int
    after_cents: int
    guarantee_cents: int = 0
    partners: int = 1

    @property
    def difference_cents(self) -> int:
        """What it gains (above zero) or loses, before the guarantee."""
        return self.after_cents - self.before_cents

    @property
    def difference_ppm(self) -> int | None:
        """The difference in parts per million of before, towards zero; None without a before."""
        if self.before_cents <= 0:
            return None
        sign = -1 if self.difference_cents < 0 else 1
        return sign * (abs(self.difference_cents) * PPM // self.before_cents)

    @property
    def shown_ppm(self) -> int | None:
        """The same as people read it: whole tenths of a percent, towards zero."""
        if self.difference_ppm is None:
            return None
        sign = -1 if self.difference_ppm < 0 else 1
        return sign * (abs(self.difference_ppm) // TENTH_PPM * TENTH_PPM)

    @property
    def kept_cents(self) -> int:
        """What it would have received in the end."""
        return self.after_cents + self.guarantee_cents


@dataclass(frozen=True, slots=True)
class Effect:
    """A version run over the care of a year that was closed, beside what was divided then.

    `rows` are all partners: who may see which of them is decided by `rows_for`. Nothing computed
    yet: no `computed_at` and no rows. `address`: where whoever asks can compute it (anew) or read
    it whole; empty for who may not.
    """

    year: int
    rows: tuple[EffectRow, ...] = ()
    computed_at: datetime | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class OldWay:
    """Of what partners got in the last closed months: what was divided as the old system paid.

    Of everybody, of a discipline or of one organisation: whatever the reader may see.
    """

    months: tuple[str, ...]
    cents: int
    total_cents: int

    @property
    def part_ppm(self) -> int | None:
        """Which part it is; None where corrections below zero leave no whole to be a part of."""
        if not 0 <= self.cents <= self.total_cents or not self.total_cents:
            return None
        return self.cents * PPM // self.total_cents


OLD_WAYS: list[Callable[[Workplace, int], OldWay | None]] = []
"""Give it for a network, by its id; None before the first closed month. Two queries."""
EFFECTS: list[Callable[[Workplace, AgreementVersion], Effect | None]] = []
"""Give the newest effect that was computed of a version; None: nothing to say. One query or two."""


def effect_of(workplace: Workplace, version: AgreementVersion) -> Effect | None:
    """Return the effect of a version as a later room knows it, with the rows of everybody."""
    for give in EFFECTS:
        if (effect := give(workplace, version)) is not None:
            return effect
    return None


def old_way_of(workplace: Workplace, network_id: int) -> OldWay | None:
    """Return how much of the income a workplace may see still runs as the old system paid."""
    for give in OLD_WAYS:
        if (found := give(workplace, network_id)) is not None:
            return found
    return None


def rows_for(workplace: Workplace, effect: Effect) -> list[EffectRow]:
    """Return what a workplace may see of an effect, who loses most first, in parts of its income.

    Who sees the whole network sees everybody; a representative the partners of its discipline, a
    practice itself; of the others sums by discipline, of two partners at least.
    """
    if workplace.sees_whole_network:
        return _losers_first(effect.rows)
    is_representative = workplace.role == Role.REPRESENTATIVE
    shown: list[EffectRow] = []
    others: list[EffectRow] = []
    for row in effect.rows:
        is_own = (
            row.discipline == workplace.discipline
            if is_representative
            else row.organisation_id is not None
            and row.organisation_id == workplace.organisation_id
        )
        (shown if is_own else others).append(row)
    return [*_losers_first(shown), *_losers_first(_sums(others))]


def _losers_first(rows: Iterable[EffectRow]) -> list[EffectRow]:
    def order(row: EffectRow) -> tuple[int, int, str]:
        return row.difference_ppm or 0, row.difference_cents, row.name

    return sorted(rows, key=order)


def _sums(rows: list[EffectRow]) -> list[EffectRow]:
    """Add up by discipline; what is too few to be a sum goes together, with the smallest sum."""
    groups: dict[str, list[EffectRow]] = defaultdict(list)
    for row in rows:
        groups[row.discipline].append(row)
    few = sorted(key for key, found in groups.items() if len(found) < FEWEST_IN_A_SUM)
    together = [row for key in few for row in groups.pop(key)]
    if together and len(together) < FEWEST_IN_A_SUM and groups:
        smallest = min(groups, key=lambda key: (len(groups[key]), key))
        together += groups.pop(smallest)
    if len(together) >= FEWEST_IN_A_SUM:
        groups[""] = together
    return [
        EffectRow(
            organisation_id=None,
            name="",
            discipline=discipline,
            before_cents=sum(row.before_cents for row in found),
            after_cents=sum(row.after_cents for row in found),
            guarantee_cents=sum(row.guarantee_cents for row in found),
            partners=len(found),
        )
        for discipline, found in groups.items()
    ]
