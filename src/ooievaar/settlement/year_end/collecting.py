"""What a year was: income, what the old way would have paid for the same care, and the reserve.

A product counts for the year in which its phase was over, its hours of kraamzorg with it: so
income and reference are of exactly the same care. Later corrections of it count for that year too.
The old value comes from the newest derivation, of members and suppliers only; what an act was worth
may be unknown, and that is counted, never taken as nothing.
"""

# ruff: noqa: S608 - the names in the statements are our own

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from ooievaar.bundles.models import Derivation, MonoValue, PhasePeriod
from ooievaar.kernel.period import Period
from ooievaar.network.models import Membership, Network, Supplier
from ooievaar.settlement.ledger.models import Account, Posting, Transaction
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.year_end.models import LossLine, Proposal

PHASES, VALUES = PhasePeriod._meta.db_table, MonoValue._meta.db_table
PRODUCTS, SHARES = ClosedProduct._meta.db_table, Share._meta.db_table
CLOSINGS, LOSSES = Closing._meta.db_table, LossLine._meta.db_table
POSTINGS, ACCOUNTS = Posting._meta.db_table, Account._meta.db_table
TRANSACTIONS, PROPOSALS = Transaction._meta.db_table, Proposal._meta.db_table
MEMBERS, SUPPLIERS = Membership._meta.db_table, Supplier._meta.db_table

OF_YEAR = f"""
    FROM {PRODUCTS} p JOIN {CLOSINGS} c ON c.id = p.closing_id AND c.network_id = %(network)s
    LEFT JOIN {PHASES} h ON h.derivation_id = %(derivation)s
      AND h.pregnancy_id = p.pregnancy_id AND h.phase = p.phase
"""
IN_YEAR = (
    "WHERE coalesce(h.until, p.claimable_on) > %(first)s "
    "AND coalesce(h.until, p.claimable_on) <= %(next)s"
)
"""A phase ends before its `until`: the last day lies in the year."""
INCOME = f"""
    SELECT s.organisation_id, sum(s.cents) {OF_YEAR}
    JOIN {SHARES} s ON s.product_id = p.id AND s.kind = 'partner' {IN_YEAR}
    GROUP BY s.organisation_id
"""
BORNE = f"""
    SELECT a.kind, coalesce(a.organisation_id, a.insurer_id), sum(g.cents) {OF_YEAR}
    JOIN {LOSSES} l ON l.product_id = p.id
    JOIN {TRANSACTIONS} t ON t.cause_kind = 'loss' AND t.cause_id = l.id
    JOIN {POSTINGS} g ON g.transaction_id = t.id
    JOIN {ACCOUNTS} a ON a.id = g.account_id AND a.kind IN ('partner_payable', 'disputed')
    {IN_YEAR} GROUP BY a.kind, coalesce(a.organisation_id, a.insurer_id)
"""
INSURED = f"SELECT p.insurer_id, sum(p.cents) {OF_YEAR} {IN_YEAR} GROUP BY p.insurer_id"
INSIDE = f"""
    (EXISTS (SELECT 1 FROM {MEMBERS} x WHERE x.network_id = %(network)s
       AND x.organisation_id = m.organisation_id AND x.kind <> 'outside_funding'
       AND x.valid_from <= d.starts_on AND x.valid_until > d.starts_on)
     OR EXISTS (SELECT 1 FROM {SUPPLIERS} x WHERE x.network_id = %(network)s
       AND x.organisation_id = m.organisation_id
       AND x.valid_from <= d.starts_on AND x.valid_until > d.starts_on))
"""
COUNTS = """
    coalesce(sum(m.cents), 0), sum(CASE WHEN m.cents IS NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN m.is_exact OR m.cents IS NULL THEN 0 ELSE 1 END)
"""
OLD_WAY = f"""
    SELECT m.organisation_id, d.insurer_id, {COUNTS}
    FROM {VALUES} m JOIN (
      SELECT p.pregnancy_id, p.phase, max(h.starts_on) AS starts_on,
        max(coalesce(h.insurer_id, p.insurer_id)) AS insurer_id
      {OF_YEAR} {IN_YEAR} GROUP BY p.pregnancy_id, p.phase HAVING sum(p.cents) > 0
    ) d ON d.pregnancy_id = m.pregnancy_id AND d.phase = m.phase
    WHERE m.derivation_id = %(derivation)s AND {INSIDE}
    GROUP BY m.organisation_id, d.insurer_id
"""
OLD_YEAR = f"""
    SELECT m.organisation_id, {COUNTS} FROM {VALUES} m JOIN {PHASES} h
      ON h.derivation_id = m.derivation_id AND h.pregnancy_id = m.pregnancy_id
      AND h.phase = m.phase AND h.until > %(first)s AND h.until <= %(next)s
    WHERE m.derivation_id = %(derivation)s GROUP BY m.organisation_id
"""
RESERVE = f"""
    SELECT coalesce(sum(CASE WHEN t.day < %(next)s THEN g.cents ELSE 0 END), 0),
           coalesce(sum(g.cents), 0)
    FROM {POSTINGS} g JOIN {TRANSACTIONS} t ON t.id = g.transaction_id
    JOIN {ACCOUNTS} a ON a.id = g.account_id AND a.kind = 'reserve'
    WHERE t.network_id = %(network)s AND NOT (t.cause_kind = 'year_end' AND t.cause_id IN (
      SELECT id FROM {PROPOSALS}
      WHERE network_id = %(network)s AND kind = 'year_end' AND about = %(year)s))
"""


@dataclass(slots=True)
class OldValue:
    """What the old way would have paid; how many values of it are unknown, or an estimate."""

    cents: int = 0
    unknown: int = 0
    estimated: int = 0

    def add(self, cents: int, unknown: int, estimated: int) -> None:
        """Count another part; what is unknown is not an estimate."""
        self.cents += int(cents)
        self.unknown += int(unknown)
        self.estimated += int(estimated)


@dataclass(slots=True)
class Collected:
    """A year of a network as facts: by organisation and by insurer, in cents.

    `reserve_cents` is what the reserve had at the end of the year, or has now where that is less:
    without what this year's own settlement took or brought.
    """

    year: int
    income: dict[int, int] = field(default_factory=dict)
    borne: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    old: dict[int, OldValue] = field(default_factory=lambda: defaultdict(OldValue))
    days: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    insured: dict[int, int] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    old_insured: dict[int, OldValue] = field(default_factory=lambda: defaultdict(OldValue))
    reserve_then: int = 0
    reserve_now: int = 0

    @property
    def reserve_cents(self) -> int:
        """What the settlement of the year may count on."""
        return min(self.reserve_then, self.reserve_now)


def year_period(year: int) -> Period:
    """Return the days of a year."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def collect(network: Network, year: int, derivation: Derivation) -> Collected:
    """Read a year; six queries."""
    values = _values(network, year, derivation)
    found = Collected(year)
    found.income = {who: int(cents) for who, cents in _rows(INCOME, values)}
    for kind, who, cents in _rows(BORNE, values):
        if kind == "partner_payable":
            found.borne[who] += int(cents)
        else:
            found.refused[who] -= int(cents)
    found.insured = {who: int(cents) for who, cents in _rows(INSURED, values)}
    for organisation, insurer, *counts in _rows(OLD_WAY, values):
        found.old[organisation].add(*counts)
        found.old_insured[insurer].add(*counts)
    period = year_period(year)
    held = Membership.objects.filter(
        network=network, valid_from__lt=period.until, valid_until__gt=period.start
    ).exclude(kind=Membership.Kind.OUTSIDE_FUNDING)
    for who, start, until in held.values_list("organisation_id", "valid_from", "valid_until"):
        found.days[who] += (min(until, period.until) - max(start, period.start)).days
    [(then, now)] = _rows(RESERVE, values)
    found.reserve_then, found.reserve_now = -int(then), -int(now)
    return found


def old_value_of_year(network: Network, year: int, derivation: Derivation) -> dict[int, OldValue]:
    """Return what the old way would have paid each organisation for all its care of a year."""
    found: dict[int, OldValue] = defaultdict(OldValue)
    for who, *counts in _rows(OLD_YEAR, _values(network, year, derivation)):
        found[who].add(*counts)
    return found


def _values(network: Network, year: int, derivation: Derivation) -> dict[str, Any]:
    period = year_period(year)
    adapted = connection.ops.adapt_datefield_value
    return {
        "network": network.pk,
        "derivation": derivation.pk,
        "first": adapted(period.start),
        "next": adapted(period.until),
        "year": str(year),
    }


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
