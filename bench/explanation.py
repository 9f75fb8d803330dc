"""One pregnancy explained from the database, as the web process does it: no Ibis, SQL kept.

Beside it the plain-Python engine derives the same women, from facts that lie in memory already.
"""

from __future__ import annotations

import statistics
from datetime import date
from typing import Any

from bench.jobs import Lines, row, timed
from ooievaar.bundles.derive import derive_woman
from ooievaar.bundles.snapshot import facts_at, read_snapshot
from ooievaar.network.models import Network
from ooievaar.record.models import Pregnancy
from tests.oracle.engine import derive

PREGNANCIES = 40
BESIDE = "plain Python, the same women, facts in memory"


def measure(until: date) -> Lines:
    """Explain women one after another: together, the median and the slowest of them."""
    network = Network.objects.get(kind=Network.Kind.IGO)
    step = max(1, Pregnancy.objects.count() // PREGNANCIES)
    women = list(Pregnancy.objects.order_by("id").values_list("woman_id", flat=True))[::step]
    explain(network, women[0], until)  # the first one reads the kept SQL
    ours, plain = [], []
    for woman in women:
        found, cost = timed(lambda woman=woman: explain(network, woman, until))
        ours.append(cost)
        facts = facts_of(network, woman, until)
        told, cost = timed(lambda facts=facts: derive(facts))
        plain.append(cost)
        assert [one["cents"] for one in found["products"]] == [
            one["cents"] for one in told["products"]
        ]
    cpu = sum(cost.cpu for cost in ours)
    limit = sum(cost.cpu for cost in plain)
    wall = sum(cost.wall for cost in ours)
    lines = [
        row("explain one after another", len(women), wall, cpu, beside=BESIDE, ratio=cpu / limit)
    ]
    for name, of in (("median", statistics.median), ("slowest", max)):
        took = of([cost.wall for cost in ours])
        ratio = took / of([cost.wall for cost in plain])
        lines.append(row(f"explain one, {name}", 1, took, None, beside=BESIDE, ratio=ratio))
    return lines


def explain(network: Network, woman_id: int, until: date) -> dict[str, Any]:
    """Run every rule on the facts of one woman, read from the database."""
    return derive_woman(network, woman_id, until=until, known_until=until)


def facts_of(network: Network, woman_id: int, until: date) -> dict[str, Any]:
    """Return the facts of one woman as rows."""
    facts = facts_at(read_snapshot(network, woman_id=woman_id), until=until, known_until=until)
    return {name: table.to_pylist() for name, table in facts.tables.items()}
