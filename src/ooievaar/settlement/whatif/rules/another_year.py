"""An agreement written for other days, laid over the care of a year that was.

It divides what the agreements in force divide, on the days that they hold: where nobody had agreed
anything, it says nothing either. Its own calendar moves along: what it says of its first year holds
for the year it is laid over, so that an end of the old way does not fall after all care.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ooievaar.contracts.agreements.compiling import division_rows
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.period import FAR_DATE, Period

Row = dict[str, Any]
ALWAYS = Period(date(1900, 1, 1))
"""Where nothing was ever agreed, an agreement divides everything."""


def years_apart(agreement: Distribution, year: Period) -> int:
    """Return how many years an agreement moves back (above zero) or on to lie over a year."""
    until = agreement.valid_until or FAR_DATE
    if agreement.valid_from < year.until and until > year.start:
        return 0
    return agreement.valid_from.year - year.start.year


def laid_over(agreement: Distribution, years: int) -> Distribution:
    """Return an agreement with the days in its rules so many years earlier."""
    if not years:
        return agreement
    products = {
        product: replace(rule, until=_earlier(rule.until, years)) if rule.until else rule
        for product, rule in agreement.products.items()
    }
    return replace(agreement, products=products)


def _earlier(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 3, 1)


def joined(periods: Iterable[Period]) -> list[Period]:
    """Return periods in order with those that touch or overlap as one."""
    found: list[Period] = []
    for period in sorted(periods):
        if found and period.start <= found[-1].until:
            found[-1] = Period(found[-1].start, max(found[-1].until, period.until))
        else:
            found.append(period)
    return found


def rows_over(
    agreement: Distribution, periods: Sequence[Period], ids: Mapping[str, int]
) -> dict[str, list[Row]]:
    """Return the rows of an agreement as the division reads them, holding in these periods."""
    tables: dict[str, list[Row]] = {}
    for number, period in enumerate(periods or [ALWAYS], start=1):
        days = {"valid_from": period.start, "valid_until": period.until}
        for name, rows in division_rows(agreement, number, ids).items():
            dated = name in ("agreements", "supplier_prices")
            tables.setdefault(name, []).extend({**row, **days} if dated else row for row in rows)
    return tables
