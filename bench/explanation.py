"""One pregnancy explained from the database, as the web process does it: no Ibis, SQL kept."""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import Any

from ooievaar.bundles.derive import derive_woman
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy

PREGNANCIES = 40


def measure(until: date) -> dict[str, Any]:
    """Derive pregnancies one by one from the database; milliseconds, median and slowest."""
    network = Network.objects.get(kind=Network.Kind.IGO)
    step = max(1, Pregnancy.objects.count() // PREGNANCIES)
    women = list(Pregnancy.objects.order_by("id").values_list("woman_id", flat=True))[::step]
    explain(network, women[0], until)  # the first one reads the kept SQL
    times = [timed(network, woman, until) for woman in women]
    return {
        "pregnancies": len(times),
        "median_ms": 1_000 * statistics.median(times),
        "slowest_ms": 1_000 * max(times),
    }


def timed(network: Network, woman_id: int, until: date) -> float:
    """Return the seconds it takes to explain one woman's pregnancies."""
    started = time.perf_counter()
    explain(network, woman_id, until)
    return time.perf_counter() - started


def explain(network: Network, woman_id: int, until: date) -> None:
    """Run every rule on the facts of one woman, read from the database."""
    derive_woman(network, woman_id, until=until, known_until=until)
