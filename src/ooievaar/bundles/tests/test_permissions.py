"""Who may see which conclusions: of whom they treat, of their network, and never twice."""

from datetime import date

import pytest
from django.db import connection

from ooievaar.bundles.models import Derivation, Disposition, PhasePeriod, Route
from ooievaar.bundles.permissions import (
    breakers_for,
    dispositions_for,
    phases_for,
    products_for,
    routes_for,
    sees_euros,
)
from ooievaar.network.models import Membership, Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.record.tests.care_region import AT, SINCE, CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    """The care region, derived: every activity to its pregnancy."""
    region = CareRegion()
    derived(region, region.network, "integral")
    return region


def derived(region: CareRegion, network: Network, route: str) -> Derivation:
    """Store what the rules would conclude, for a network."""
    derivation = Derivation.objects.create(
        network=network,
        until=AT.date(),
        known_until=AT.date(),
        edition="e",
        facts_hash="h",
        created_at=AT,
    )
    for pregnancy in Pregnancy.objects.all():
        rows = {"derivation": derivation, "pregnancy": pregnancy}
        Route.objects.create(**rows, route=route, reason="contract")
        PhasePeriod.objects.create(
            **rows, phase=1, starts_on=SINCE, until=date(2026, 12, 1), is_open=True
        )
    for activity in CareActivity.objects.all():
        Disposition.objects.create(
            derivation=derivation,
            activity=activity,
            pregnancy=Pregnancy.objects.get(woman=activity.woman),
            phase=1,
            disposition="in_product",
            reason="open",
            rule="disposition",
        )
    return derivation


def routes_seen(here: Workplace) -> list[str]:
    return sorted(row.pregnancy.woman.name for row in routes_for(here, AT))


def codes_seen(here: Workplace, pregnancy: Pregnancy) -> set[str]:
    by_itself = {row.activity.code for row in dispositions_for(here, AT, pregnancy.pk)}
    of_all = dispositions_for(here, AT).filter(pregnancy=pregnancy)
    assert {row.activity.code for row in of_all} == by_itself
    return by_itself


def test_care_sees_the_routes_of_whom_it_treats(region: CareRegion) -> None:
    assert routes_seen(region.carer("linde")) == ["Noor"]
    assert routes_seen(region.carer("duin")) == ["Saskia"]
    assert routes_seen(region.carer("gyn")) == []
    assert phases_for(region.carer("linde"), AT).count() == 1
    assert list(routes_for(region.carer("duin"), AT, region.noor.pk)) == []


def test_what_the_rules_matched_is_read_as_what_was_linked(region: CareRegion) -> None:
    loose = CareActivity.objects.create(
        woman=region.noor.woman,
        organisation=region.organisations["zee"],
        code="G-CON",
        performed_on=date(2026, 5, 1),
        source="claims",
        source_reference="los",
        recorded_on=date(2026, 5, 1),
    )
    Disposition.objects.create(
        derivation=Derivation.objects.get(),
        activity=loose,
        pregnancy=region.noor,
        phase=1,
        disposition="in_product",
        reason="open",
        rule="disposition",
    )
    assert "G-CON" in codes_seen(region.carer("linde"), region.noor)
    assert codes_seen(region.carer("duin"), region.noor) == set()
    region.says("", "linde", is_given=False)
    assert codes_seen(region.carer("linde"), region.noor) == {"V-CON", "L-HIV"}


def test_a_subset_is_a_subset_of_conclusions_too(region: CareRegion) -> None:
    region.says("", "", is_given=True)
    assert codes_seen(region.carer("echo"), region.noor) == {"E-STR", "G-ECH"}
    assert codes_seen(region.carer("kraam"), region.noor) == {"KZ-INT", "V-CON"}


def test_the_emergency_button_opens_conclusions(region: CareRegion) -> None:
    here = region.carer("duin")
    open_in_emergency(here, region.noor, "Bloedverlies op de spoedeisende hulp", AT)
    assert routes_seen(here) == ["Noor", "Saskia"]
    assert "KZ-INT" in codes_seen(here, region.noor)


@pytest.mark.parametrize("funds", ["first", "second"])
def test_two_networks_that_look_give_one_row_the_one_that_funds(
    region: CareRegion, funds: str
) -> None:
    other = Network.objects.create(kind="igo", name="IGO Elders", agb="53010002")
    Membership.objects.create(
        network=other,
        organisation=region.organisations["linde"],
        kind="voting",
        valid_from=SINCE,
    )
    elsewhere = derived(region, other, "old_way" if funds == "first" else "integral")
    if funds == "second":
        Route.objects.filter(derivation__network=region.network).update(route="old_way")
    (route,) = routes_for(region.carer("linde"), AT)
    assert route.derivation.network == (region.network if funds == "first" else other)
    assert len(codes_seen(region.carer("linde"), region.noor)) == 5
    assert dispositions_for(region.carer("linde"), AT, region.noor.pk).count() == 5
    controller = working(Role.CONTROLLER, network=other)
    (seen,) = routes_for(controller, AT)
    assert (seen.derivation, seen.pregnancy) == (elsewhere, region.noor)


def test_only_the_newest_derivation_of_a_network_counts(region: CareRegion) -> None:
    newest = derived(region, region.network, "old_way")
    for here in (region.carer("linde"), working(Role.DIRECTOR, network=region.network)):
        assert {row.derivation for row in routes_for(here, AT)} == {newest}


def test_a_practice_administrator_reads_its_own_acts_and_no_euros(region: CareRegion) -> None:
    here = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["zee"])
    assert routes_seen(here) == ["Noor"]
    assert codes_seen(here, region.noor) == {"G-ECH"}
    assert not sees_euros(here)


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.APPROVER, Role.DIRECTOR, Role.AUDITOR])
def test_who_sees_the_whole_network_sees_its_euros(region: CareRegion, role: Role) -> None:
    here = working(role, network=region.network)
    assert routes_seen(here) == ["Noor", "Saskia"]
    assert len(codes_seen(here, region.noor)) == 5
    assert sees_euros(here)


@pytest.mark.parametrize("name", ["linde", "zee", "gyn", "kraam", "echo"])
def test_care_sees_no_euros(region: CareRegion, name: str) -> None:
    assert not sees_euros(region.carer(name))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CHAIR, Role.QUALITY_OFFICER])
def test_other_roles_see_no_conclusion(region: CareRegion, role: Role) -> None:
    here = working(role, network=region.network)
    for rows in (routes_for, phases_for, products_for, breakers_for, dispositions_for):
        assert not rows(here, AT).exists()


def test_a_list_of_care_reads_no_table_whole(region: CareRegion) -> None:
    here = region.carer("linde")
    for rows in (
        routes_for(here, AT).order_by("-pregnancy_id"),
        products_for(here, AT),
        breakers_for(here, AT),
        dispositions_for(here, AT),
        dispositions_for(here, AT, region.noor.pk),
    ):
        if connection.vendor == "sqlite":
            plan = rows.explain()
            assert "SCAN bundles_disposition" not in plan
            assert "SCAN bundles_route" not in plan
            assert "SCAN record_" not in plan
        else:
            with connection.cursor() as cursor:
                # A handful of rows is read whole by any planner that is free to.
                cursor.execute("SET LOCAL enable_seqscan = off")
            plan = rows.explain()
            assert "Seq Scan on bundles_disposition" not in plan
            assert "Seq Scan on bundles_route" not in plan
            assert "Seq Scan on record_careactivity" not in plan
