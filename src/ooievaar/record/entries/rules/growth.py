"""Rule `growth`: where a measure of the fetus lies among healthy ones of the same gestation.

The reference is dated data that names its source (`data/growth.yaml`): mean and standard deviation
by exact weeks, with skew where the reference has it. Outside its weeks there is no centile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, isfinite, log
from statistics import NormalDist

from ooievaar.record.entries.rules.parts import GrowthFormula, Term

DAYS_PER_WEEK = 7

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a measure lies: `sds` standard deviations from the median, at `centile` (0 to 100)."""

    centile: float
    sds: float


def placed(formula: GrowthFormula, value: float, gestation_days: int) -> Placed | None:
    """Return where a measure (in the unit of its reference) lies.

    None outside the weeks of the reference, and of what is no measure.
    """
    if not has_reference(formula, gestation_days) or not value > 0 or not isfinite(value):
        return None
    mean, sd, skew = _spread(formula, gestation_days)
    if formula.skew:
        ratio = log(value) / mean
        if ratio <= 0:
            return None
        sds = log(ratio) / sd if skew == 0 else (ratio**skew - 1) / (sd * skew)
    else:
        sds = (value - mean) / sd
    return Placed(centile=_NORMAL.cdf(sds) * 100, sds=sds)


def value_at(formula: GrowthFormula, centile: float, gestation_days: int) -> float | None:
    """Return the measure at a centile (above 0, below 100); None outside the reference."""
    if not has_reference(formula, gestation_days):
        return None
    mean, sd, skew = _spread(formula, gestation_days)
    sds = _NORMAL.inv_cdf(centile / 100)
    if not formula.skew:
        return mean + sds * sd
    if skew == 0:
        return exp(mean * exp(sd * sds))
    return float(exp(mean * (1 + sds * sd * skew) ** (1 / skew)))


def has_reference(formula: GrowthFormula, gestation_days: int) -> bool:
    """Tell whether the reference speaks of this gestation; its last day is part of it."""
    return formula.from_days <= gestation_days <= formula.until_days


def sum_of(terms: Iterable[Term], x: float) -> float:
    """Return the sum of the terms of a formula at `x` (above 0)."""
    total = 0.0
    for term in terms:
        scaled = x / term.scale
        total += term.coefficient * scaled**term.power * log(scaled) ** term.log_power
    return total


def _spread(formula: GrowthFormula, gestation_days: int) -> tuple[float, float, float]:
    weeks = gestation_days / DAYS_PER_WEEK
    sd = sum_of(formula.sd, weeks)
    return (
        sum_of(formula.mean, weeks),
        exp(sd) if formula.sd_is_log else sd,
        sum_of(formula.skew, weeks),
    )
