"""What the pages and the next derivation read of what was divided."""

from datetime import date

import pytest

from ooievaar.record.models import Withdrawal
from ooievaar.settlement.models import Closing, Share
from ooievaar.settlement.queries import (
    closings,
    made_products,
    month_overview,
    months_by_network,
    newest_closed_month,
    opened_month,
    product_shares,
)
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def story(region):
    """June is closed; in July it turns out that a gynaecologist had seen her."""
    pregnancy = region.usual_care()
    region.close("2025-06")
    region.care(
        pregnancy,
        region.doctors,
        "G-CON",
        date(2025, 4, 10),
        recorded_on=date(2025, 7, 15),
        specialism="0307",
    )
    region.close("2025-07")
    return pregnancy


def test_a_month_shows_its_products_by_insurer(region, story):
    june, july = (month_overview(line.closing) for line in closings(region.network))
    (line,) = june.insurers
    assert (line.count, line.cents, line.corrections, line.corrections_cents) == (3, 222_013, 0, 0)
    (line,) = july.insurers
    assert (line.name, line.count, line.cents) == (region.insurer.name, 0, 0)
    assert (line.corrections, line.corrections_cents) == (1, 41_200)


def test_a_month_shows_who_gets_what_and_the_sum_is_what_was_divided(region, story):
    june = month_overview(closings(region.network)[0].closing)
    income = {line.name: (line.discipline, line.cents) for line in june.income}
    assert income["Kraamthuis"] == ("kraamzorg", 69_492)
    assert set(income) == {"Noord", "Zuid", "Gynaecologen", "Ziekenhuis", "Kraamthuis"}
    assert june.cents == 222_013
    assert june.partners_cents + june.overhead_cents + june.reserve_cents == june.cents


def test_a_month_counts_its_activities_and_those_before_it(region, story):
    june = month_overview(closings(region.network)[0].closing)
    counts = {(row.disposition, row.reason): (row.month, row.total) for row in june.activities}
    # Of June: the birth, and three days of kraamzorg; the postnatal phase still runs.
    assert counts["in_product", "member"] == (4, 6)
    assert counts["in_product", "open"] == (1, 1)


def test_the_river_flows_from_insurer_through_product_to_partner(region, story):
    june = month_overview(closings(region.network)[0].closing)
    assert sum(link.cents for link in june.river) == june.cents
    flows = {(link.product, link.kind, link.partner): link.cents for link in june.river}
    assert flows["natal", "partner", "Noord"] == 31_845
    assert flows["natal", "overhead", ""] == 3_150
    assert {link.insurer for link in june.river} == {region.insurer.name}


def test_what_is_taken_back_does_not_flow(region, story):
    Withdrawal.objects.create(
        activity=story.activities.get(code="V-PAR"),
        recorded_on=date(2025, 8, 10),
        reason="dubbel ingevoerd",
    )
    august = month_overview(region.close("2025-08").closing)
    assert {link.product for link in august.river} == {"postnatal"}
    assert august.cents == 30_000 - 90_001


def test_the_list_of_months_shows_what_each_divided(region, story):
    june, july = closings(region.network)
    assert (june.month, june.products, june.cents, june.corrections) == ("2025-06", 3, 222_013, 0)
    assert (july.month, july.products, july.cents, july.corrections) == ("2025-07", 0, 41_200, 1)
    assert july.corrections_cents == 41_200
    assert june.overhead_cents + june.partners_cents + june.reserve_cents == june.cents
    assert june.proof_holds and july.proof_holds


def test_a_handful_of_queries_serves_a_month(region, story, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        lines = closings(region.network)
    with django_assert_max_num_queries(2):
        month_overview(lines[0].closing)


def test_a_month_opens_among_the_closed_months_of_its_network_in_one_query(
    region, story, django_assert_num_queries
):
    elsewhere = Region("Elders")
    elsewhere.close("2025-08")
    ours = Closing.objects.filter(network=region.network)
    with django_assert_num_queries(1):
        june = opened_month(ours, "2025-06")
        assert june.closing.summary["proof"] and june.closing.network == region.network
    assert june.months == ("2025-07", "2025-06")
    assert (june.previous_month, june.next_month) == ("", "2025-07")
    assert opened_month(ours, "2025-07").previous_month == "2025-06"
    assert opened_month(ours, "2025-08") is None
    assert newest_closed_month(ours) == "2025-07"
    with django_assert_num_queries(1):
        assert months_by_network(Closing.objects.all()) == {
            region.network: ["2025-07", "2025-06"],
            elsewhere.network: ["2025-08"],
        }


def test_the_leaves_of_a_product_are_shown_over_all_closings(region, story):
    leaves = product_shares(Share.objects.all(), region.network, f"{story.pk}:1")
    assert {leaf.month for leaf in leaves} == {"2025-06", "2025-07"}
    assert sum(leaf.cents for leaf in leaves) == 101_200
    north = [leaf for leaf in leaves if leaf.organisation == "Noord"]
    assert sum(leaf.cents for leaf in north) == north[-1].parameters["total_cents"]
    assert north[-1].parameters["discipline_ppm"] == 550_000
    assert north[-1].parameters["weight"] == 666_667
    assert north[-1].reason == "fixed_share"
    assert product_shares(Share.objects.all(), Region("Elders").network, f"{story.pk}:1") == []


def test_the_engine_is_told_what_was_made_and_still_stands(region, story):
    made = {row["phase"]: row for row in made_products(region.network)}
    assert {phase: row["cents"] for phase, row in made.items()} == {
        1: 101_200,
        2: 90_001,
        3: 72_012,
    }
    assert {row["contract_id"] for row in made.values()} == {region.contract.pk}
    Withdrawal.objects.create(
        activity=story.activities.get(code="V-PAR"),
        recorded_on=date(2025, 8, 10),
        reason="dubbel ingevoerd",
    )
    region.close("2025-08")
    assert {row["phase"] for row in made_products(region.network)} == {1, 3}
