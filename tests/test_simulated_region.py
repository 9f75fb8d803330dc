"""Forty births a year: each woman by herself, every plan, every word."""

import json
import os
import random
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.derive import derive_facts, derive_woman
from ooievaar.bundles.engine import Rows, compiled_rules, result_query, run_rules
from ooievaar.bundles.explain import explain_breaker, explain_disposition, explain_product
from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.bundles.prepared import prepared_rules
from ooievaar.bundles.rules.facts import OUTPUTS
from ooievaar.bundles.snapshot import facts_at, read_snapshot
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity, Pregnancy, Woman
from ooievaar.storage.pipeline import kept_stages
from tests.conftest import NOW, SimulatedRegion
from tests.readable import in_both_languages

pytestmark = pytest.mark.django_db
WOMEN = 40
LANGUAGES = ("nl", "en")


@pytest.fixture
def network(simulated_region: SimulatedRegion) -> Network:
    return Network.objects.get(pk=simulated_region.network_id)


# One woman


@pytest.fixture
def of_each(simulated_region: SimulatedRegion, network: Network) -> dict[int, dict[str, Rows]]:
    """The rows of the whole network's derivation, by woman and table."""
    until = simulated_region.until
    derived = derive_facts(network, until=until, known_until=until)
    whose = dict(Pregnancy.objects.values_list("id", "woman_id"))
    by_act = dict(CareActivity.objects.values_list("id", "woman_id"))
    women = Woman.objects.order_by("id").values_list("id", flat=True)
    found = {woman: {name: [] for name in OUTPUTS} for woman in women}
    for name in OUTPUTS:
        for row in derived.connection.sql(result_query(name)).to_arrow_table().to_pylist():
            act = row.get("activity_id")
            woman = by_act[act] if act is not None else whose[row["pregnancy_id"]]
            found[woman][name].append(row)
    return found


def chosen(of_each: dict[int, dict[str, Rows]]) -> list[int]:
    """Women in no order; first those with a breaker, which have rows in every table."""
    women = random.Random(7).sample(sorted(of_each), len(of_each))
    return sorted(women, key=lambda woman: not of_each[woman]["breakers"])[:WOMEN]


def test_a_woman_by_herself_is_derived_as_among_the_others(
    simulated_region: SimulatedRegion, network: Network, of_each: dict[int, dict[str, Rows]]
) -> None:
    """One after the other on the same plans, so that none leaves anything for the next."""
    until, women = simulated_region.until, chosen(of_each)
    seen = set()
    for woman in random.Random(8).sample(women, len(women)):
        hers = derive_woman(network, woman, until=until, known_until=until)
        assert hers == of_each[woman], woman
        seen.update(name for name, rows in hers.items() if rows)
    assert seen == set(OUTPUTS)


def test_a_woman_on_another_day(simulated_region: SimulatedRegion, network: Network) -> None:
    woman = Woman.objects.order_by("id")[5].pk
    early = date(2025, 3, 1)
    derive_woman(network, woman, until=simulated_region.until, known_until=simulated_region.until)
    before = derive_woman(network, woman, until=early, known_until=early)
    acts = CareActivity.objects.filter(woman=woman, performed_on__lt=early, recorded_on__lt=early)
    assert [row["activity_id"] for row in before["dispositions"]] == sorted(
        acts.values_list("id", flat=True)
    )


def test_a_woman_who_is_not_there_has_nothing(
    simulated_region: SimulatedRegion, network: Network
) -> None:
    until = simulated_region.until
    assert not any(derive_woman(network, 0, until=until, known_until=until).values())


def test_women_in_several_threads(
    simulated_region: SimulatedRegion, network: Network, of_each: dict[int, dict[str, Rows]]
) -> None:
    until, women = simulated_region.until, chosen(of_each)
    wrong: list[object] = []
    plans = []
    all_there = threading.Barrier(3)

    def derive(mine: list[int], shared: Any) -> None:
        connections["default"] = shared
        try:
            with prepared_rules() as lent:
                plans.append(lent)
                all_there.wait(timeout=60)
            for woman in mine:
                if derive_woman(network, woman, until=until, known_until=until) != of_each[woman]:
                    wrong.append(woman)
        except Exception as error:
            wrong.append(error)

    shared = connections["default"]
    shared.inc_thread_sharing()
    threads = [
        threading.Thread(target=derive, args=(women[start::3][:6], shared)) for start in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.dec_thread_sharing()
    assert wrong == []
    assert len({id(rules) for rules in plans}) == 3


WITHOUT_IBIS = """
import sys
import django
django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
from ooievaar import urls
from ooievaar.bundles.derive import derive_woman
from ooievaar.network.models import Network
network = Network.objects.create(kind="igo", name="IGO")
day = date(2026, 1, 1)
assert derive_woman(network, 1, until=day, known_until=day)["routes"] == []
print(sorted({name.partition(".")[0] for name in sys.modules} & {"ibis", "sqlglot"}))
"""


def test_a_page_never_waits_for_ibis(tmp_path: Path, settings: Any) -> None:
    """Importing it costs seconds; with kept SQL nobody needs it."""
    settings.DATA = tmp_path
    kept_stages("rules", compiled_rules)
    environment = {name: value for name, value in os.environ.items() if "OOIEVAAR" not in name}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_IBIS],
        env=environment | {"OOIEVAAR_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


# Reading and planning


def test_the_number_of_queries_does_not_follow_the_number_of_women(
    simulated_region: SimulatedRegion, network: Network
) -> None:
    def queries(woman: int | None) -> int:
        with CaptureQueriesContext(connection) as captured:
            read_snapshot(network, woman_id=woman)
        return len(captured)

    assert Woman.objects.count() > WOMEN
    assert queries(None) == queries(Woman.objects.order_by("id")[0].pk) == queries(0) < 15


def test_the_number_of_statements_of_a_derivation_does_not_follow_its_size(
    simulated_region: SimulatedRegion, network: Network
) -> None:
    def statements(until: date) -> int:
        with CaptureQueriesContext(connection) as captured:
            derive_network(network, until=until, known_until=until, now=NOW)
        return len(captured)

    few, many = statements(date(2025, 2, 1)), statements(simulated_region.until)
    assert few == many < 50


EVERY_PAIR = {"NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT"}
"""Joins that look at every pair of rows, as an OR in a join condition makes them."""
SMALL_BESIDE = {"spans": ["NESTED_LOOP_JOIN"]}  # pregnancies and the limits of their year
"""By stage: pairs with a table of a handful of rows, none of them of activities."""


def every_pair(planned: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Name the joins in the plan of a query that look at every pair of rows.

    Unless one side is an aggregate of a whole table: that is one row, such as the clock's day.
    """
    waiting = json.loads(planned.execute(f"EXPLAIN (FORMAT JSON) {sql}").fetchall()[0][1])
    assert waiting
    found = []
    while waiting:
        node = waiting.pop()
        waiting.extend(node["children"])
        if node["name"].strip() in EVERY_PAIR and not any(map(is_one_row, node["children"])):
            found.append(node["name"].strip())
    return found


def is_one_row(node: dict[str, Any]) -> bool:
    while node["name"].strip() == "PROJECTION":
        (node,) = node["children"]
    return node["name"].strip() == "UNGROUPED_AGGREGATE"


def test_the_plans_of_slow_joins_are_recognised() -> None:
    planned = duckdb.connect()
    planned.execute("CREATE TABLE a AS SELECT range AS i, range % 7 AS j FROM range(5000)")
    planned.execute("CREATE TABLE b AS FROM a")
    assert every_pair(planned, "FROM a JOIN b ON a.i = b.i") == []
    assert every_pair(planned, "FROM a JOIN b ON a.i = b.i OR a.j = b.j") == ["BLOCKWISE_NL_JOIN"]
    assert every_pair(planned, "FROM a LEFT JOIN b ON a.i <> b.i") == ["NESTED_LOOP_JOIN"]
    assert every_pair(planned, "FROM a, b") == ["CROSS_PRODUCT"]
    assert every_pair(planned, "FROM a, (SELECT max(i) FROM b)") == []


def test_no_rule_looks_at_every_pair_of_rows(
    simulated_region: SimulatedRegion, network: Network
) -> None:
    """With half a million activities one such join costs minutes."""
    until = simulated_region.until
    facts = facts_at(read_snapshot(network), until=until, known_until=until)
    planned = run_rules(facts.tables)
    slow = {stage.name: every_pair(planned, stage.sql) for stage in compiled_rules()}
    assert {name: joins for name, joins in slow.items() if joins} == SMALL_BESIDE


# Words


def test_whatever_happens_in_a_simulated_region_is_explained(
    simulated_region: SimulatedRegion,
) -> None:
    seen = set()
    for row in Disposition.objects.order_by("?").select_related("activity__organisation"):
        if (row.reason, row.rule, row.phase) not in seen:
            seen.add((row.reason, row.rule, row.phase))
            in_both_languages(*(explain_disposition(row, language) for language in LANGUAGES))
    for product in Product.objects.all()[:60]:
        in_both_languages(*(explain_product(product, language) for language in LANGUAGES))
    for breaker in Breaker.objects.all():
        in_both_languages(*(explain_breaker(breaker, language) for language in LANGUAGES))
