"""What is asked of a simulated region in the database of this process: a closing, a snapshot.

Beside both stands the bare reading of the same activities: a cursor, and columns in Arrow.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.jobs import Line, Lines, beside, least, row, timed

START, UNTIL = date(2025, 1, 1), date(2026, 1, 1)
MONTH, MONTH_KNOWN_UNTIL = "2025-06", date(2025, 8, 1)
KEY = bytes(range(32))
BESIDE = "a cursor reads the activities into Arrow"


def make_region(births: int) -> Any:
    """Simulate a region of one year into the database; return its network."""
    from ooievaar.network.models import Network
    from ooievaar.simulator.commands import simulate_region

    simulate_region(births=births, years=1, start=START, report=quiet)
    return Network.objects.filter(kind=Network.Kind.IGO).order_by("pk")[0]


def snapshot_and_close(births: int, folder: Path) -> Lines:
    """Make a region, write a snapshot of it and close a month."""
    network = make_region(births)
    limit = least(bare_read)
    return beside([snapshot(network, folder), close(network)], limit.cpu, BESIDE)


def snapshot(network: Any, folder: Path) -> Line:
    """Write a snapshot that may leave: by pseudonym, as Parquet."""
    from django.db import connection

    from ooievaar.settlement.regions.snapshot import write_snapshot

    days = {"until": UNTIL, "known_until": UNTIL}
    rows, cost = timed(
        lambda: write_snapshot(network, folder / "snapshot", KEY, region=1, tell=quiet, **days)
    )
    return row(f"snapshot, {connection.vendor}", rows["activities"], *cost)


def close(network: Any) -> Line:
    """Close a month: read, derive, divide, compare with before, store."""
    from django.db import connection

    from ooievaar.bundles.engine import compiled_rules
    from ooievaar.settlement.commands import close_month
    from ooievaar.settlement.models import ClosedProduct
    from ooievaar.settlement.rules.stages import compiled_closing

    compiled_rules(), compiled_closing()  # once per set of rules, kept after
    now = datetime.now(UTC)
    _, cost = timed(lambda: close_month(network, MONTH, known_until=MONTH_KNOWN_UNTIL, now=now))
    products = ClosedProduct.objects.count()
    assert products
    return row(f"close a month, {connection.vendor}", products, *cost)


def bare_read() -> int:
    """Read every column of every activity, and do no more with it than lay it in columns."""
    import pyarrow as pa
    from django.db import connection

    from ooievaar.record.models import CareActivity

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{CareActivity._meta.db_table}"')
        names = [column[0] for column in cursor.description]
        columns = zip(*cursor.fetchall(), strict=True)
    return int(pa.table(dict(zip(names, map(pa.array, columns), strict=True))).num_rows)


def quiet(_: str) -> None:
    """Say nothing."""
