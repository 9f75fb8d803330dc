"""What a partner got beside what the old system would have paid for its own care.

Of the phases that ended in a year: every share of their products, later corrections included,
beside the mono value of the organisation's own acts in these phases, as last derived. Where a value
is unknown the income stands apart, and nothing is guessed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from django.db import connection

from ooievaar.kernel.period import Period, month_of
from ooievaar.network.models import Network
from ooievaar.settlement.statements.queries import Own

Key = TypeVar("Key", str, int)
PHASE_ENDS = 1
"""A phase is claimable from the day after its last."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Income beside what the old system would have paid, where that is known.

    `unknown_cents` is the income of `unknown` phases in which some act (`unknown_acts`) has no
    known value: it stays out of the difference. Of `near` phases a nearby tariff stands in.
    """

    income_cents: int = 0
    mono_cents: int = 0
    unknown_cents: int = 0
    phases: int = 0
    unknown: int = 0
    unknown_acts: int = 0
    near: int = 0

    @property
    def compared_cents(self) -> int:
        """The income that a known value stands beside."""
        return self.income_cents - self.unknown_cents

    @property
    def difference_cents(self) -> int:
        """What the partner got more than the old system would have paid, as far as known."""
        return self.compared_cents - self.mono_cents


COMPARED_SQL = """
    WITH ended AS MATERIALIZED (
      SELECT p.pregnancy_id, p.phase, MIN(p.claimable_on) AS claimable_on
      FROM settlement_closedproduct p JOIN settlement_closing c ON c.id = p.closing_id
      WHERE c.network_id = %(network)s
      GROUP BY p.pregnancy_id, p.phase
      HAVING MIN(p.claimable_on) >= %(since)s AND MIN(p.claimable_on) < %(until)s
    ), mono AS MATERIALIZED (
      SELECT v.organisation_id, e.pregnancy_id, e.phase, e.claimable_on,
        v.cents, v.unknown_acts, v.is_exact
      FROM ended e
      JOIN bundles_monovalue v ON v.pregnancy_id = e.pregnancy_id AND v.phase = e.phase
      WHERE v.derivation_id = (
        SELECT MAX(d.id) FROM bundles_derivation d WHERE d.network_id = %(network)s) {of_value}
    ), income AS MATERIALIZED (
      SELECT s.organisation_id, e.pregnancy_id, e.phase, e.claimable_on, SUM(s.cents) AS cents
      FROM ended e
      JOIN settlement_closedproduct p ON p.pregnancy_id = e.pregnancy_id AND p.phase = e.phase
      JOIN settlement_closing c ON c.id = p.closing_id AND c.network_id = %(network)s
      JOIN settlement_share s ON s.product_id = p.id
      WHERE s.kind IN ('partner', 'supplier') {of_share}
      GROUP BY s.organisation_id, e.pregnancy_id, e.phase, e.claimable_on
    ), told AS (
      SELECT i.organisation_id, i.claimable_on, i.phase, i.cents AS income, 0 AS mono,
        CASE WHEN m.pregnancy_id IS NOT NULL AND m.cents IS NULL THEN i.cents ELSE 0 END
          AS unknown_income,
        0 AS phases, 0 AS unknown, 0 AS unknown_acts, 0 AS near
      FROM income i LEFT JOIN mono m ON m.organisation_id = i.organisation_id
        AND m.pregnancy_id = i.pregnancy_id AND m.phase = i.phase
      UNION ALL
      SELECT organisation_id, claimable_on, phase, 0, COALESCE(cents, 0), 0, 1,
        CASE WHEN cents IS NULL THEN 1 ELSE 0 END, unknown_acts,
        CASE WHEN cents IS NOT NULL AND NOT is_exact THEN 1 ELSE 0 END
      FROM mono
    )
    SELECT organisation_id, claimable_on, phase, SUM(income), SUM(mono), SUM(unknown_income),
      SUM(phases), SUM(unknown), SUM(unknown_acts), SUM(near)
    FROM told
    GROUP BY organisation_id, claimable_on, phase
"""
"""The sums are in the order of `Compared`."""
FIGURES = tuple(one.name for one in fields(Compared))


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """The phases of one kind that ended in a month."""

    month: str
    phase: int
    compared: Compared


@dataclass(frozen=True, slots=True)
class OldSystem:
    """A year of one organisation beside the old system, by month and phase."""

    year: str
    lines: tuple[ComparedLine, ...]

    @property
    def total(self) -> Compared:
        """The whole year."""
        return summed(line.compared for line in self.lines)

    def by_month(self) -> list[tuple[str, Compared]]:
        """Return the year by month, the first month first."""
        return _grouped((line.month, line.compared) for line in self.lines)

    def by_phase(self) -> list[tuple[int, Compared]]:
        """Return the year by phase."""
        return _grouped((line.phase, line.compared) for line in self.lines)


def compared_with_old_system(own: Own, year: str) -> OldSystem:
    """Hold a year of an organisation beside the old system; one query."""
    found = compared_in(own.network, year_of(year), own.organisation.pk)
    lines = (
        ComparedLine(month, phase, one)
        for (_, month, phase), one in sorted(found.items(), key=lambda row: row[0])
    )
    return OldSystem(year, tuple(lines))


def year_of(year: str) -> Period:
    """Return the days on which what ended in a year became claimable."""
    start = date(int(year), 1, 1 + PHASE_ENDS)
    return Period(start, start.replace(year=start.year + 1))


def compared_in(
    network: Network, claimable: Period, organisation_id: int | None = None
) -> dict[tuple[int, str, int], Compared]:
    """Compare by organisation, month and phase what became claimable in a period; one query.

    A phase belongs to the month in which the first of its products ended.
    """
    facts = {
        "network": network.pk,
        "since": connection.ops.adapt_datefield_value(claimable.start),
        "until": connection.ops.adapt_datefield_value(claimable.until),
        "organisation": organisation_id,
    }
    one = "" if organisation_id is None else "AND {}.organisation_id = %(organisation)s"
    sql = COMPARED_SQL.format(of_share=one.format("s"), of_value=one.format("v"))
    sums: dict[tuple[int, str, int], list[Compared]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        for organisation, claimable_on, phase, *figures in cursor:
            compared = Compared(*(int(figure) for figure in figures))
            sums[organisation, _month_of_end(claimable_on), phase].append(compared)
    return {key: summed(ones) for key, ones in sums.items()}


def summed(rows: Iterable[Compared]) -> Compared:
    """Add up what was compared."""
    figures = [[getattr(one, name) for name in FIGURES] for one in rows]
    return Compared(*(sum(column) for column in zip(*figures, strict=True)))


def _grouped(rows: Iterable[tuple[Key, Compared]]) -> list[tuple[Key, Compared]]:
    groups: dict[Key, list[Compared]] = defaultdict(list)
    for key, one in rows:
        groups[key].append(one)
    return [(key, summed(ones)) for key, ones in sorted(groups.items())]


def _month_of_end(claimable_on: date | str) -> str:
    if isinstance(claimable_on, str):  # as SQLite keeps it
        claimable_on = date.fromisoformat(claimable_on)
    return month_of(date.fromordinal(claimable_on.toordinal() - PHASE_ENDS))
