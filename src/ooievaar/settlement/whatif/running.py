"""Runs a year again on the engine: the same facts, another agreement, other tariffs, other care.

Both divisions come from the same tables, so that what differs is what was asked and nothing else.
Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ooievaar.bundles.engine import arrow_schema
from ooievaar.bundles.snapshot import Facts, Snapshot, facts_at
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import Period, month_period
from ooievaar.network.models import Network
from ooievaar.settlement.models import Closing
from ooievaar.settlement.queries import made_products
from ooievaar.settlement.rules.stages import AGREED
from ooievaar.settlement.whatif.rules.effect import Leaf, OldValue, Sold, YearDivided
from ooievaar.settlement.whatif.rules.stages import CHOSEN_YEAR, compiled_year
from ooievaar.storage.pipeline import run_stages

Row = dict[str, Any]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClosedYear:
    """A year whose months were all closed, and the facts that the newest closing stood on."""

    year: int
    newest: Closing

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(date(self.year, 1, 1), date(self.year + 1, 1, 1))


def closed_years(network: Network | int) -> list[int]:
    """Return the years of a network that were closed to their end, the newest first."""
    months = list(
        Closing.objects.filter(network=network).order_by("month").values_list("month", flat=True)
    )
    years = {int(month[:4]) for month in months}
    return sorted((year for year in years if f"{year}-12" <= months[-1]), reverse=True)


def closed_year(network: Network, year: int | None, place: str = "jaar") -> ClosedYear:
    """Return a closed year, the newest when none is named; InputRejected when it is not closed."""
    years = closed_years(network)
    known = ", ".join(str(one) for one in years)
    chosen = years[0] if year is None and years else year
    if chosen is None or chosen not in years:
        found = "geen jaar dat is afgesloten" if year is None else _why_not(network, year)
        expected = (
            f"een jaar waarvan elke maand is afgesloten: {known}"
            if known
            else "eerst de maanden van een heel jaar afgesloten"
        )
        raise InputRejected([Fault(place, None, "", found, expected)])
    newest = Closing.objects.filter(network=network).order_by("-month")[0]
    return ClosedYear(chosen, newest)


def _why_not(network: Network, year: int) -> str:
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    newest = Closing.objects.filter(network=network).order_by("-month").first()
    missing = [month for month in months if newest is None or month > newest.month]
    if not missing or len(missing) == 12:
        return f"{year}, waarvan geen maand is afgesloten"
    return f"{year}, dat vanaf {missing[0]} nog niet is afgesloten"


def facts_of(network: Network, year: ClosedYear, snapshot: Snapshot) -> Facts:
    """Return the facts as the newest closing had them: what had happened and was known by then."""
    return facts_at(
        snapshot,
        until=month_period(year.newest.month).until,
        known_until=year.newest.known_until,
        made_products=made_products(network),
    )


def with_table(facts: Facts, name: str, rows: pa.Table) -> Facts:
    """Return facts with one table in the place of another."""
    return replace(facts, tables={**facts.tables, name: rows})


def divide_year(
    connection: duckdb.DuckDBPyConnection,
    agreed: Mapping[str, Sequence[Mapping[str, Any]]],
    year: Period,
) -> YearDivided:
    """Divide what became claimable in a year by these agreements; every cent goes somewhere."""
    chosen = [{"starts_on": year.start, "until": year.until}]
    tables: dict[str, Sequence[Mapping[str, Any]]] = {**agreed, "chosen_year": chosen}
    schemas = {**AGREED, "chosen_year": CHOSEN_YEAR}
    for name, schema in schemas.items():
        rows = pa.Table.from_pylist(list(tables.get(name, ())), schema=arrow_schema(schema))
        connection.register(name, rows)
    run_stages(connection, compiled_year())
    divided = YearDivided(
        leaves=tuple(
            Leaf(**row)
            for row in rows_of(
                connection,
                "SELECT s.kind, s.discipline, s.organisation_id, s.reason, p.product, "
                "p.insurer_id, CAST(sum(s.cents) AS BIGINT) AS cents "
                "FROM shares s JOIN divisible_products p USING (product_no) "
                "GROUP BY ALL ORDER BY ALL",
            )
        ),
        sold=tuple(
            Sold(**row)
            for row in rows_of(
                connection,
                'SELECT insurer_id, product, count(*) AS "count", '
                "CAST(sum(cents) AS BIGINT) AS cents "
                "FROM divisible_products GROUP BY ALL ORDER BY ALL",
            )
        ),
    )
    assert divided.remainder == 0, "a cent of a year went nowhere"
    return divided


def old_by_year(connection: duckdb.DuckDBPyConnection) -> dict[int, dict[int, OldValue]]:
    """Return what the old way would have paid each for the care that ended in each year."""
    found: dict[int, dict[int, OldValue]] = {}
    for row in rows_of(
        connection,
        "SELECT CAST(year(p.claimable_on - 1) AS BIGINT) AS year, o.organisation_id, "
        "CAST(coalesce(sum(o.cents), 0) AS BIGINT) AS cents, "
        "count(*) FILTER (WHERE o.cents IS NULL) AS unknown "
        "FROM old_values o JOIN products p USING (product_no) GROUP BY ALL",
    ):
        value = OldValue(row["cents"], row["unknown"])
        found.setdefault(row["year"], {})[row["organisation_id"]] = value
    return found


def old_by_insurer(connection: duckdb.DuckDBPyConnection) -> dict[int, OldValue]:
    """Return what the old way would have paid for the care of the year, by insurer."""
    return {
        row["insurer_id"]: OldValue(row["cents"], row["unknown"])
        for row in rows_of(
            connection,
            "SELECT p.insurer_id, CAST(coalesce(sum(o.cents), 0) AS BIGINT) AS cents, "
            "count(*) FILTER (WHERE o.cents IS NULL) AS unknown "
            "FROM mono o JOIN divisible_products p USING (product_no) GROUP BY ALL",
        )
    }


def breakers_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
    """Return the breakers of the chosen year by kind: how many, and their known loss."""
    rows = rows_of(
        connection,
        "SELECT kind, count(*) AS number, "
        "CAST(coalesce(sum(loss_cents) FILTER (WHERE counts_loss), 0) AS BIGINT) AS cents "
        "FROM breakers, chosen_year WHERE happened_on >= starts_on AND happened_on < until "
        "GROUP BY ALL ORDER BY kind",
    )
    return {row["kind"]: [row["number"], row["cents"]] for row in rows}


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """Return what a query gives as rows."""
    rows: list[Row] = connection.sql(sql).to_arrow_table().to_pylist()
    return rows
