"""The plan of a woman as it follows from what is on record, and who must act on it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from ooievaar.network.models import Membership, Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.pathways import commands, queries
from ooievaar.pathways.rules.planning import AUTOMATIC, PlanItem
from ooievaar.pathways.tests.planned_region import BASE, DUE, PlannedRegion, on
from ooievaar.record.entries.slots import DUE_PARTS
from ooievaar.record.models import CareActivity, Withdrawal
from ooievaar.record.tests.care_region import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> PlannedRegion:
    return PlannedRegion()


def items(region: PlannedRegion, at: Any = AT) -> dict[str, PlanItem]:
    return {
        f"{item.key}{item.occurrence or ''}": item
        for item in queries.plan_of(region.noor.pk, at).items
    }


def test_she_is_on_the_base_of_her_network(region: PlannedRegion) -> None:
    plan = queries.plan_of(region.noor.pk, AT)
    assert [(row.key, row.number, row.from_on) for row in plan.pathways] == [("basis", 1, None)]
    assert {item.key: item.status for item in plan.items} == {
        "intake": "done",
        "check_16": "done",
        # What the scan centre recorded too early for it is no scan of 20 weeks.
        "scan": "overdue",
        "check_30": "overdue",
        "check_34": "due",
        "prick": "upcoming",
    }


def test_a_plan_takes_one_query_and_many_take_two(
    region: PlannedRegion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    queries.plan_of(region.noor.pk, AT)
    with django_assert_num_queries(1):
        queries.plan_of(region.noor.pk, AT)
    with django_assert_num_queries(2):
        found = queries.plans_for([region.noor.pk, region.saskia.pk], AT)
    assert set(found) == {region.noor.pk, region.saskia.pk}


def test_without_a_base_there_is_no_plan(region: PlannedRegion) -> None:
    """A practice outside every network, and a woman who does not exist."""
    loose = Network.objects.create(kind="vsv", name="Los")
    region.organisations["los"] = region.organisation("los", "midwives", loose)
    vera = region.pregnancy("Vera", "los")
    assert queries.plan_of(vera.pk, AT).items == ()
    assert queries.plan_of(999_999, AT).items == ()


def test_of_two_networks_the_igo_counts(region: PlannedRegion) -> None:
    vsv = Network.objects.create(kind="vsv", name="VSV")
    Membership.objects.create(
        network=vsv,
        organisation=region.organisations["linde"],
        kind="voting",
        valid_from=date(2020, 1, 1),
    )
    other = commands.add_version(
        vsv, BASE.replace("key: basis", "key: vsv_base"), person=region.person, at=AT
    )
    region.signed(other)  # type: ignore[arg-type]
    commands.put_in_force(
        other,  # type: ignore[arg-type]
        person=region.person,
        valid_from=date(2020, 1, 1),
        at=AT,
    )
    assert queries.plan_of(region.noor.pk, AT).pathways[0].key == "basis"


def test_she_stays_on_what_she_began_with(region: PlannedRegion) -> None:
    newer = region.held(BASE.replace("31+0", "31+6"), AT.date())
    assert queries.plan_of(region.noor.pk, AT).pathways[0].number == 1
    moved = commands.move(
        region.noor, newer, person=region.person, from_on=AT.date(), at=AT, reason="afspraak"
    )
    assert moved
    on_now = queries.plan_of(region.noor.pk, AT).pathways[0]
    assert (on_now.number, on_now.reason) == (2, "afspraak")


def test_an_addition_changes_the_plan_and_says_why(region: PlannedRegion) -> None:
    commands.enrol(
        region.noor, region.diabetes, person=region.person, from_on=AT.date(), at=AT, reason="OGTT"
    )
    known = items(region)
    assert "check_34" not in known
    assert known["gdm_34"].line == "secondary"
    assert known["gdm_34"].note_nl.startswith("check_34 (Basis) vervalt")
    assert set(queries.on_now(region.noor.pk, AT)) == {"basis", "diabetes"}


def test_what_was_done_is_seen_by_code_form_and_element(region: PlannedRegion) -> None:
    region.act(region.noor, "linde", "V-CON", date(2026, 8, 27))
    assert items(region)["check_30"].done_by == "Linde"
    region.entry("prenatal_contact", date(2026, 9, 28))
    assert items(region)["check_34"].act.startswith("entry:")
    born = date(2026, 11, 1)
    region.born(born, children=2)
    region.entry(
        "kraam_child",
        born + timedelta(days=4),
        ("heel_prick", "no", 1),
        ("heel_prick", "yes", 2),
        organisation=region.organisations["kraam"],
    )
    known = items(region, on(2026, 11, 6))
    assert (known["prick1"].status, known["prick2"].status) == ("due", "done")
    assert known["prick2"].done_by == "Kraam"


def test_an_entry_that_counted_is_not_seen_twice(region: PlannedRegion) -> None:
    counted = region.act(region.noor, "linde", "V-CON", date(2026, 9, 28))
    region.entry("prenatal_contact", date(2026, 9, 28), counted=counted)
    known = items(region)
    assert known["check_34"].act == f"activity:{counted.pk}"
    assert known["check_30"].status == "skipped"


def test_what_was_withdrawn_or_in_error_was_not_done(region: PlannedRegion) -> None:
    act = region.act(region.noor, "linde", "V-CON", date(2026, 9, 28))
    Withdrawal.objects.create(activity=act, recorded_on=date(2026, 9, 29), reason="x")
    first = region.entry("prenatal_contact", date(2026, 9, 28))
    region.entry("prenatal_contact", date(2026, 9, 28), replaces=first, is_in_error=True)
    assert items(region)["check_34"].status == "due"


def test_what_nobody_linked_is_hers_by_the_day(region: PlannedRegion) -> None:
    def unlinked(code: str, day: date) -> None:
        CareActivity.objects.create(
            woman=region.noor.woman,
            organisation=region.organisations["echo"],
            code=code,
            performed_on=day,
            source="file",
            source_reference=f"{code}{day}",
            recorded_on=day,
        )

    unlinked("E-STR", date(2024, 6, 22))
    assert items(region)["scan"].status == "overdue"
    unlinked("E-STR", date(2026, 6, 22))
    assert items(region)["scan"].done_on == date(2026, 6, 22)


def test_the_due_date_moves_and_what_is_done_stays(region: PlannedRegion) -> None:
    region.act(region.noor, "linde", "V-CON", date(2026, 8, 27))
    before = items(region)
    region.moved_due_date(21, date(2026, 9, 1))
    after = items(region)
    assert after["check_30"].done_on == before["check_30"].done_on
    assert after["check_34"].due_from == before["check_34"].due_from + timedelta(days=21)
    assert after["check_34"].status == "upcoming"


def test_what_becomes_known_later_is_not_known_yet(region: PlannedRegion) -> None:
    region.moved_due_date(21, date(2026, 12, 1))
    assert items(region)["check_34"].status == "due"


def test_the_loss_of_one_child_ends_its_plan(region: PlannedRegion) -> None:
    born = date(2026, 11, 1)
    region.born(born, children=2)
    region.entry("birth_child", born, ("born_alive", "yes", 1), ("born_alive", "no", 2))
    known = items(region, on(2026, 11, 12))
    assert (known["prick1"].status, known["prick2"].status) == ("overdue", "skipped")


def test_what_one_pathway_more_would_do_is_shown_and_nothing_stored(region: PlannedRegion) -> None:
    diabetes = queries.definition_of(region.diabetes)
    now, then = queries.beside_hers(region.noor.pk, AT, put_on=diabetes)
    assert "gdm_34" in {item.key for item in then.items}
    assert now.items == queries.plan_of(region.noor.pk, AT).items
    commands.enrol(region.noor, region.diabetes, person=region.person, from_on=AT.date(), at=AT)
    _, without = queries.beside_hers(region.noor.pk, AT, take_off="diabetes")
    assert without.items == now.items


def todo(region: PlannedRegion, role: Role, place: str, at: Any = AT) -> list[tuple[str, str]]:
    here = working(role, organisation=region.organisations[place])
    return [(row.name, row.item.key) for row in queries.overdue_for(here, at)]


def test_each_is_told_what_is_theirs(region: PlannedRegion) -> None:
    assert todo(region, Role.MIDWIFE, "linde") == [("Noor", "check_30"), ("Noor", "check_34")]
    assert todo(region, Role.SONOGRAPHER, "echo") == [("Noor", "scan")]
    assert todo(region, Role.GYNAECOLOGIST, "gyn") == []
    commands.enrol(region.noor, region.diabetes, person=region.person, from_on=AT.date(), at=AT)
    # She is due with the gynaecologist, whom nobody asked yet: who took her in must arrange it.
    assert todo(region, Role.MIDWIFE, "linde") == [("Noor", "check_30"), ("Noor", "gdm_34")]
    assert todo(region, Role.GYNAECOLOGIST, "gyn") == []


def test_what_nobody_treats_is_for_who_took_her_in(region: PlannedRegion) -> None:
    here = working(Role.MIDWIFE, organisation=region.organisations["duin"])
    found = [(row.name, row.item.key, row.to_arrange) for row in queries.overdue_for(here, AT)]
    assert ("Saskia", "scan", True) in found
    assert ("Saskia", "check_34", False) in found


def test_overdue_comes_first_and_takes_four_queries(
    region: PlannedRegion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    here = working(Role.MIDWIFE, organisation=region.organisations["linde"])
    queries.overdue_for(here, AT)
    with django_assert_num_queries(4):
        found = queries.overdue_for(here, AT)
    assert [row.item.status for row in found] == ["overdue", "due"]
    outside = working(Role.CONTROLLER, network=region.network)
    assert queries.overdue_for(outside, AT) == []


def test_the_forms_are_told_what_is_due(
    region: PlannedRegion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert queries.due_items in DUE_PARTS
    with django_assert_num_queries(2):
        found = queries.due_items(region.noor.pk, AT)
    assert [(row.key, row.form, row.is_overdue) for row in found] == [
        ("scan", "", True),
        ("check_30", "prenatal_contact", True),
        ("check_34", "prenatal_contact", False),
    ]


def test_a_child_is_named_in_both_languages(region: PlannedRegion) -> None:
    region.born(date(2026, 11, 1), children=2)
    with translation.override("nl"):
        labels = [row.label for row in queries.due_items(region.noor.pk, on(2026, 11, 5))]
    assert labels == ["prick (kind 1)", "prick (kind 2)"]


def test_the_reasons_are_there_for_the_translators() -> None:
    assert set(queries.REASONS) == set(AUTOMATIC)


def test_a_twin_pregnancy_begun_in_the_night_of_a_clock_change(region: PlannedRegion) -> None:
    """Noor is 280 days along on the due date, whichever hour the server thinks it is."""
    late = on(2026, 11, 9).replace(hour=23, minute=30)
    assert queries.plan_of(region.noor.pk, late).items
    assert items(region, late)["prick1"].due_from == DUE + timedelta(days=3)
