"""Rule `due_date`: which of several due dates counts, how exact it is, and how to work one out.

The ways to determine it are dated data with a rank (`data/due_dates.yaml`): a dating scan beats the
last period. Of two by the same way the one determined later counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ooievaar.kernel.gestation import TERM_DAYS
from ooievaar.record.entries.rules.growth import sum_of
from ooievaar.record.entries.rules.parts import DatingFormula, DueMethod

USUAL_CYCLE_DAYS = 28
CRL, LAST_PERIOD = "crl", "last_period"
LONGEST_OVERDUE = timedelta(days=42)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A due date by a way to determine it; `precision_days` when whoever found it said so."""

    due_on: date
    method: str
    determined_on: date
    precision_days: int | None = None


def from_last_period(last_period: date, cycle_days: int = USUAL_CYCLE_DAYS) -> date:
    """Return the due date by the first day of the last period; a longer cycle makes it later."""
    return last_period + timedelta(days=TERM_DAYS + cycle_days - USUAL_CYCLE_DAYS)


def from_gestation(day: date, gestation_days: int) -> date:
    """Return the due date of a woman who is so many days pregnant on a day."""
    return day + timedelta(days=TERM_DAYS - gestation_days)


def gestation_by(formula: DatingFormula, measure_mm: float) -> int | None:
    """Return the days of gestation by a measure; None where the formula was not made for it."""
    if not formula.from_mm <= measure_mm <= formula.until_mm:
        return None
    return round(sum_of(formula.days, measure_mm))


def worked_out(
    methods: Sequence[DueMethod],
    *,
    today: date,
    crl: Mapping[date, float],
    formula: DatingFormula | None,
    last_period: date | None,
    cycle_days: int | None,
) -> tuple[Estimate, ...]:
    """Return the due dates that follow from what was measured and told, what counts first.

    `crl` is in mm by the day of the scan; of several children the longest (our own choice). What
    would make her due more than a few weeks ago is no date of this pregnancy.
    """
    found = []
    for day, measure_mm in crl.items():
        days = gestation_by(formula, measure_mm) if formula else None
        if days is not None:
            found.append(Estimate(from_gestation(day, days), CRL, day))
    if last_period is not None and last_period <= today:
        due_on = from_last_period(last_period, cycle_days or USUAL_CYCLE_DAYS)
        found.append(Estimate(due_on, LAST_PERIOD, today))
    possible = (one for one in found if one.due_on >= today - LONGEST_OVERDUE)
    return tuple(sorted(possible, key=lambda one: _order(methods, one)))


def chosen(methods: Sequence[DueMethod], estimates: Iterable[Estimate]) -> Estimate | None:
    """Return the estimate that counts; a way that is not known comes last."""
    return min(estimates, key=lambda one: _order(methods, one), default=None)


def beats(methods: Sequence[DueMethod], new: Estimate, old: Estimate) -> bool:
    """Tell whether a new estimate takes the place of an old one."""
    return _order(methods, new) < _order(methods, old)


def precision_days(methods: Sequence[DueMethod], estimate: Estimate) -> int | None:
    """Return how many days an estimate is off at most; None when nothing tells."""
    if estimate.precision_days is not None:
        return estimate.precision_days
    known = (one.precision_days for one in methods if one.method == estimate.method)
    return next(known, None)


def _order(methods: Sequence[DueMethod], estimate: Estimate) -> tuple[int, int]:
    ranks = {one.method: one.rank for one in methods}
    last = max(ranks.values(), default=0) + 1
    return ranks.get(estimate.method, last), -estimate.determined_on.toordinal()
