"""Who may see what of Noor: a story for each way in, and each way in that is closed."""

from datetime import timedelta

import pytest
from django.db import connection

from ooievaar import rulebook
from ooievaar.network.models import Discipline, Network
from ooievaar.network.roles import CARE_ROLES, Purpose, Role
from ooievaar.network.tests.people import position, working
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import (
    EMERGENCY,
    Access,
    access_to,
    activities_for,
    pregnancies_for,
    pregnancies_in,
    sees_clinical,
    sees_identity,
)
from ooievaar.record.relations import add_to_team, ask_consult, end_relation
from ooievaar.record.rules.elements import codes_seen_by
from ooievaar.record.tests.care_region import AT, SINCE, CareRegion

pytestmark = pytest.mark.django_db
REASON = "Bloedverlies op de spoedeisende hulp"
TODAY = AT.date()


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def women_seen(here: Workplace) -> list[str]:
    return sorted(row.woman.name for row in pregnancies_for(here, AT))


def codes_seen(here: Workplace, pregnancy: Pregnancy) -> set[str]:
    """What is seen of one pregnancy: the same by itself and as a part of everything."""
    by_itself = {row.code for row in activities_for(here, AT, pregnancy.pk)}
    of_all = activities_for(here, AT).filter(pregnancy=pregnancy)
    assert {row.code for row in of_all} == by_itself
    return by_itself


def test_a_midwife_sees_whom_her_practice_treats_and_nobody_else(region: CareRegion) -> None:
    midwife = region.carer("linde")
    assert women_seen(midwife) == ["Noor"]
    assert codes_seen(midwife, region.noor) == {"V-CON", "L-HIV", "E-STR", "G-ECH", "KZ-INT"}
    assert access_to(midwife, region.noor.pk, AT) == Access(
        "care", "TTTF", False, Purpose.TREATMENT, region.noor.woman_id
    )


def test_another_practice_sees_nothing_of_her(region: CareRegion) -> None:
    other = region.carer("duin")
    assert women_seen(other) == ["Saskia"]
    assert codes_seen(other, region.noor) == set()
    assert access_to(other, region.noor.pk, AT) is None
    assert access_to(other, 10**9, AT) is None


def test_a_consult_that_is_asked_opens_and_that_is_ended_closes(region: CareRegion) -> None:
    gynaecologist = region.carer("gyn")
    assert women_seen(gynaecologist) == []
    asked = ask_consult(region.noor, region.organisations["gyn"], "Groei buigt af?", TODAY)
    assert isinstance(asked, TreatmentRelation)
    assert women_seen(gynaecologist) == ["Noor"]
    assert "V-CON" in codes_seen(gynaecologist, region.noor)
    access = access_to(gynaecologist, region.noor.pk, AT)
    assert access is not None
    assert access.basis == "consult"
    assert end_relation(asked, TODAY)
    assert not end_relation(asked, TODAY)
    assert women_seen(gynaecologist) == []
    assert codes_seen(gynaecologist, region.noor) == set()


def test_a_member_of_the_team_sees_her_and_the_colleagues_do_not(region: CareRegion) -> None:
    duin = region.organisations["duin"]
    named, colleague = (position(Role.MIDWIFE, organisation=duin) for _ in range(2))
    member = add_to_team(region.noor, named.person, duin, TODAY)
    assert isinstance(member, TreatmentRelation)
    assert women_seen(workplace(named)) == ["Noor", "Saskia"]
    assert women_seen(workplace(colleague)) == ["Saskia"]
    end_relation(member, TODAY)
    assert women_seen(workplace(named)) == ["Saskia"]


def test_who_works_in_two_places_sees_in_each_what_that_place_treats(region: CareRegion) -> None:
    here = position(Role.MIDWIFE, organisation=region.organisations["linde"])
    there = here.person.positions.create(
        role=Role.MIDWIFE, organisation=region.organisations["duin"], valid_from=SINCE
    )
    assert women_seen(workplace(here)) == ["Noor"]
    assert women_seen(workplace(there)) == ["Saskia"]


def test_the_emergency_button_opens_for_one_person_for_a_day(region: CareRegion) -> None:
    held = position(Role.MIDWIFE, organisation=region.organisations["duin"])
    here, colleague = workplace(held), region.carer("duin")
    opened = open_in_emergency(here, region.noor, REASON, AT)
    assert opened
    assert women_seen(here) == ["Noor", "Saskia"]
    assert women_seen(colleague) == ["Saskia"]
    assert codes_seen(here, region.noor) == {"V-CON", "L-HIV", "E-STR", "G-ECH", "KZ-INT"}
    access = access_to(here, region.noor.pk, AT + timedelta(hours=23, minutes=59))
    assert access == Access(EMERGENCY, "TFFT", True, Purpose.EMERGENCY, region.noor.woman_id)
    assert access_to(here, region.noor.pk, AT + timedelta(hours=24)) is None
    assert access_to(here, region.noor.pk, AT - timedelta(minutes=1)) is None
    elsewhere = held.person.positions.create(
        role=Role.MIDWIFE, organisation=region.organisations["gyn"], valid_from=SINCE
    )
    assert women_seen(workplace(elsewhere)) == []
    in_another_role = held.person.positions.create(
        role=Role.SONOGRAPHER, organisation=region.organisations["duin"], valid_from=SINCE
    )
    assert women_seen(workplace(in_another_role)) == ["Saskia"]


def test_the_log_says_whether_she_agreed_before_the_emergency(region: CareRegion) -> None:
    here = region.carer("duin")
    region.says("", "", is_given=True)
    open_in_emergency(here, region.noor, REASON, AT)
    access = access_to(here, region.noor.pk, AT)
    assert access is not None
    assert access.controls == "TFTT"


def test_an_objection_hides_what_others_wrote_until_an_emergency(region: CareRegion) -> None:
    region.says("", "", is_given=True)
    region.says("", "zee", is_given=False)
    hospital = region.carer("zee")
    assert codes_seen(hospital, region.noor) == {"G-ECH"}
    assert "KZ-INT" in codes_seen(region.carer("linde"), region.noor)
    open_in_emergency(hospital, region.noor, REASON, AT)
    assert "V-CON" in codes_seen(hospital, region.noor)
    access = access_to(hospital, region.noor.pk, AT)
    assert access is not None
    assert (access.basis, access.controls) == ("care", "TTFT")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="it plans by how many rows there are")
def test_what_she_said_is_found_by_her_and_not_among_what_everybody_said(
    region: CareRegion,
) -> None:
    """Nearly no word names a source: by that index every row would be read, for each activity."""
    plan = activities_for(region.carer("duin"), AT, region.noor.pk).explain()
    assert plan.count("record_consent_woman_id") == 2
    assert "record_consent_source_id" not in plan and "SCAN W0" not in plan


def test_kraamzorg_sees_its_own_until_she_agrees_and_then_its_subset(region: CareRegion) -> None:
    kraam = region.carer("kraam")
    assert women_seen(kraam) == ["Noor"]
    assert codes_seen(kraam, region.noor) == {"KZ-INT"}
    region.says("linde", "kraam", is_given=True)
    assert codes_seen(kraam, region.noor) == {"KZ-INT", "V-CON"}
    region.says("", "", is_given=True)
    assert codes_seen(kraam, region.noor) == {"KZ-INT", "V-CON"}
    region.says("linde", "kraam", is_given=False, at=AT + timedelta(minutes=1))
    assert codes_seen(kraam, region.noor) == {"KZ-INT"}


def test_ultrasound_sees_scans_of_others_and_no_laboratory(region: CareRegion) -> None:
    echo = region.carer("echo")
    assert codes_seen(echo, region.noor) == {"E-STR"}
    region.says("", "", is_given=True)
    assert codes_seen(echo, region.noor) == {"E-STR", "G-ECH"}


def test_a_midwife_in_an_ultrasound_centre_sees_what_the_centre_sees(region: CareRegion) -> None:
    region.says("", "", is_given=True)
    midwife = working(Role.MIDWIFE, organisation=region.organisations["echo"])
    assert codes_seen(midwife, region.noor) == {"E-STR", "G-ECH"}


def test_a_subset_stays_a_subset_in_an_emergency(region: CareRegion) -> None:
    kraam = region.carer("kraam")
    open_in_emergency(kraam, region.saskia, REASON, AT)
    region.act(region.saskia, "duin", "L-HIV")
    region.act(region.saskia, "duin", "V-CON")
    assert codes_seen(kraam, region.saskia) == {"V-CON"}


def test_a_practice_administrator_sees_its_own_care_only(region: CareRegion) -> None:
    here = working(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["zee"])
    assert women_seen(here) == ["Noor"]
    assert codes_seen(here, region.noor) == {"G-ECH"}
    access = access_to(here, region.noor.pk, AT)
    assert access is not None
    assert (access.basis, access.controls) == ("administration", "TTFF")


def test_a_consult_asks_no_administrator(region: CareRegion) -> None:
    gyn = region.organisations["gyn"]
    ask_consult(region.noor, gyn, "Groei buigt af?", TODAY)
    assert women_seen(working(Role.PRACTICE_ADMINISTRATOR, organisation=gyn)) == []


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.APPROVER, Role.DIRECTOR, Role.AUDITOR])
def test_the_whole_network_is_seen_as_codes_without_names(region: CareRegion, role: Role) -> None:
    here = working(role, network=region.network)
    assert women_seen(here) == ["Noor", "Saskia"]
    assert len(codes_seen(here, region.noor)) == 5
    assert not sees_identity(here)
    assert not sees_clinical(here)
    access = access_to(here, region.noor.pk, AT)
    assert access is not None
    assert (access.basis, access.controls, access.is_emergency) == ("network", "TFFF", False)


def test_a_network_sees_nothing_of_another_network(region: CareRegion) -> None:
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders", agb="53010002")
    region.organisation("elders", "midwives", elsewhere)
    here = working(Role.CONTROLLER, network=elsewhere)
    assert women_seen(here) == []
    assert access_to(here, region.noor.pk, AT) is None
    assert list(pregnancies_in(elsewhere.pk)) == []
    assert pregnancies_in(region.network.pk).count() == 2


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.ADMINISTRATOR, {}),
        (Role.CHAIR, {}),
        (Role.QUALITY_OFFICER, {}),
        (Role.REPRESENTATIVE, {"discipline": "midwives"}),
    ],
)
def test_other_roles_see_no_pregnancy(region: CareRegion, role: Role, more: dict[str, str]) -> None:
    here = working(role, network=region.network, **more)
    assert women_seen(here) == []
    assert list(activities_for(here, AT)) == []
    assert access_to(here, region.noor.pk, AT) is None
    assert not open_in_emergency(here, region.noor, REASON, AT)


def test_every_role_that_gives_care_has_its_set_of_elements() -> None:
    for role in CARE_ROLES:
        for discipline in Discipline.values:
            assert codes_seen_by(rulebook.load(), role, discipline, TODAY) != frozenset(), (
                role,
                discipline,
            )


def test_the_sets_are_found_by_index(region: CareRegion) -> None:
    """No list or detail of somebody in care reads the whole of a large table."""
    midwife = region.carer("linde")
    for rows in (
        pregnancies_for(midwife, AT),
        activities_for(midwife, AT),
        activities_for(midwife, AT, region.noor.pk),
    ):
        if connection.vendor == "sqlite":
            assert "SCAN record_" not in rows.explain()
        else:
            with connection.cursor() as cursor:
                # A handful of rows is read whole by any planner that is free to.
                cursor.execute("SET LOCAL enable_seqscan = off")
            plan = rows.explain()
            assert "Seq Scan on record_careactivity" not in plan
            assert "Seq Scan on record_pregnancy" not in plan
