"""Whoever gives care treats, by itself; a consult and a place in the team are asked for."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.network.workplace import workplace
from ooievaar.record.commands import add_pregnancy_version, withdraw_activity
from ooievaar.record.models import CareActivity, TreatmentRelation
from ooievaar.record.permissions import access_to, activities_for
from ooievaar.record.relations import (
    Rejected,
    add_to_team,
    ask_consult,
    colleagues_to_name,
    end_relation,
    record_consent,
    relate,
    relate_from_care,
    treat_by_care,
)
from ooievaar.record.tests.care_region import AT, INTAKE, CareRegion

pytestmark = pytest.mark.django_db
TODAY = AT.date()


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def relations(region: CareRegion) -> dict[str, date]:
    """Return who treats Noor by care, and since when."""
    rows = TreatmentRelation.objects.filter(pregnancy=region.noor, basis="care")
    return {row.organisation.name.lower(): row.valid_from for row in rows}


def test_whoever_gave_care_or_did_the_first_intake_treats(region: CareRegion) -> None:
    april = date(2026, 4, 1)
    assert relations(region) == {"linde": INTAKE, "echo": april, "zee": april, "kraam": april}
    saskia = TreatmentRelation.objects.get(pregnancy=region.saskia)
    assert (saskia.organisation.name, saskia.valid_from) == ("Duin", INTAKE)
    assert saskia.valid_until == FAR_DATE


def test_relating_again_changes_nothing(region: CareRegion) -> None:
    assert relate_from_care() == 0
    assert relate_from_care([region.noor.woman_id]) == 0
    assert TreatmentRelation.objects.count() == 5


def test_all_care_is_read_again_only_for_pairs_without_a_relation(region: CareRegion) -> None:
    """PostgreSQL asked it of every pair first: of nine years of a region that did not end."""
    plans: list[str] = []

    def explained(execute, sql, params, many, context):
        if sql.startswith("INSERT") and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN {sql}", params)
                plans.extend(line for (line,) in cursor.fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        relate_from_care()
    assert bool(plans) == (connection.vendor == "postgresql")
    assert not [line for line in plans if "Filter: (CASE" in line]


def test_the_earliest_care_says_since_when(region: CareRegion) -> None:
    region.act(region.noor, "gyn", "G-HER", date(2026, 9, 1))
    region.act(region.noor, "gyn", "G-CON", date(2026, 8, 1))
    assert relate_from_care([region.saskia.woman_id]) == 0
    assert relate_from_care([region.noor.woman_id]) == 1
    assert relations(region)["gyn"] == date(2026, 8, 1)


def test_what_was_entered_in_error_gives_no_relation(region: CareRegion) -> None:
    activity = region.act(region.noor, "gyn", "G-CON")
    withdraw_activity(activity, TODAY, "verkeerde vrouw")
    assert relate_from_care() == 0


def test_only_the_newest_version_says_who_did_the_first_intake(region: CareRegion) -> None:
    gyn = region.organisations["gyn"]
    add_pregnancy_version(region.saskia, date(2026, 5, 1), first_intake_organisation=gyn)
    assert relate_from_care() == 1
    linde = region.organisations["linde"]
    add_pregnancy_version(region.noor, date(2026, 5, 1), first_intake_organisation=gyn)
    add_pregnancy_version(region.noor, date(2026, 6, 1), first_intake_organisation=linde)
    assert relate_from_care() == 0


def test_a_relation_that_was_ended_is_not_made_again(region: CareRegion) -> None:
    ended = TreatmentRelation.objects.get(pregnancy=region.saskia)
    assert end_relation(ended, TODAY)
    assert relate_from_care() == 0
    assert TreatmentRelation.objects.get(pk=ended.pk).valid_until == TODAY


def test_pairs_of_another_room_become_relations_once(region: CareRegion) -> None:
    region.act(region.noor, "gyn", "G-CON", date(2026, 8, 1))
    pairs = CareActivity.objects.filter(code="G-CON").values_list(
        "pregnancy_id", "organisation_id", "performed_on"
    )
    assert relate(pairs) == 1
    assert relate(pairs) == 0


def test_a_loaded_region_is_related_by_the_migration(region: CareRegion) -> None:
    before = set(TreatmentRelation.objects.values_list("pregnancy", "organisation", "valid_from"))
    TreatmentRelation.objects.all().delete()
    name = "ooievaar.record.migrations.0003_relations_from_care"
    with connection.cursor() as cursor:
        cursor.execute(import_module(name).RELATE)
    after = set(TreatmentRelation.objects.values_list("pregnancy", "organisation", "valid_from"))
    assert after == before


def test_a_consult_is_asked_once_and_may_be_asked_again_later(region: CareRegion) -> None:
    gyn = region.organisations["gyn"]
    first = ask_consult(region.noor, gyn, " Groei buigt af? ", TODAY)
    assert isinstance(first, TreatmentRelation)
    assert first.question == "Groei buigt af?"
    assert isinstance(ask_consult(region.noor, gyn, "Nogmaals?", TODAY), Rejected)
    end_relation(first, TODAY)
    again = ask_consult(region.noor, gyn, "Nogmaals?", TODAY + timedelta(days=1))
    assert isinstance(again, TreatmentRelation)


@pytest.mark.parametrize("question", ["", "   ", "x" * 201])
def test_a_consult_has_a_short_question(region: CareRegion, question: str) -> None:
    asked = ask_consult(region.noor, region.organisations["gyn"], question, TODAY)
    assert isinstance(asked, Rejected)
    assert asked.field == "question"


def test_who_treats_already_is_asked_by_nobody_in_vain(region: CareRegion) -> None:
    asked = ask_consult(region.noor, region.organisations["zee"], "Wilt u kijken?", TODAY)
    assert isinstance(asked, Rejected)
    assert asked.field == "organisation"


def test_a_scan_asked_of_who_treats_already_shows_what_the_asker_wrote(region: CareRegion) -> None:
    """The centre made a scan once; asked for another, it sees what the asking practice made."""
    region.act(region.noor, "linde", "V-ECS")
    region.act(region.noor, "zee", "G-ECH")
    here, echo = region.carer("echo"), region.organisations["echo"]

    def seen() -> set[str]:
        return {row.organisation.name for row in activities_for(here, AT, region.noor.pk)}

    assert seen() == {"Echo"}
    linde, zee = region.organisations["linde"], region.organisations["zee"]
    asked = ask_consult(region.noor, echo, "Groei?", TODAY, asked_by=linde)
    assert isinstance(asked, TreatmentRelation)
    assert seen() == {"Echo", "Linde"}, "and not the hospital, that asked nothing"
    assert isinstance(ask_consult(region.noor, echo, "En?", TODAY, asked_by=linde), Rejected)
    other = ask_consult(region.noor, echo, "Ligging?", TODAY, asked_by=zee)
    assert isinstance(other, TreatmentRelation)
    assert seen() == {"Echo", "Linde", "Zee"}
    assert end_relation(asked, TODAY)
    assert seen() == {"Echo", "Zee"}, "each ends by itself"
    assert end_relation(other, TODAY)
    access = access_to(here, region.noor.pk, AT)
    assert seen() == {"Echo"} and access is not None and access.basis == "care"


@pytest.mark.parametrize("asked_by", ["", "linde"])
def test_one_that_begins_later_is_written_down_already(region: CareRegion, asked_by: str) -> None:
    gyn, by = region.organisations["gyn"], region.organisations.get(asked_by)
    week = TODAY + timedelta(days=7)
    later = ask_consult(region.noor, gyn, "Volgende week?", week, asked_by=by)
    sooner = ask_consult(region.noor, gyn, "Vandaag al?", TODAY, asked_by=by)
    assert isinstance(later, TreatmentRelation) and isinstance(sooner, TreatmentRelation)
    assert (sooner.valid_from, sooner.valid_until) == (TODAY, week)
    assert access_to(region.carer("gyn"), region.noor.pk, AT) is not None
    assert TreatmentRelation.objects.get(pk=later.pk).valid_until == FAR_DATE


class TestTreatsAgain:
    """Saskia went from Duin to another practice, and comes back."""

    def ended(self, region: CareRegion) -> TreatmentRelation:
        relation = TreatmentRelation.objects.get(pregnancy=region.saskia)
        assert end_relation(relation, TODAY)
        return relation

    def test_care_of_before_begins_nothing(self, region: CareRegion) -> None:
        self.ended(region)
        region.act(region.saskia, "duin", "V-CON", TODAY - timedelta(days=1))
        assert relate_from_care() == 0

    def test_new_care_begins_another_relation_and_the_old_one_stays(
        self, region: CareRegion
    ) -> None:
        old = self.ended(region)
        for day in (3, 9):
            region.act(region.saskia, "duin", "V-CON", TODAY + timedelta(days=day))
        assert relate_from_care() == 1
        assert relate_from_care() == 0
        first, again = TreatmentRelation.objects.filter(pregnancy=region.saskia).order_by("pk")
        assert (first.pk, first.valid_until) == (old.pk, TODAY)
        assert (again.valid_from, again.valid_until) == (TODAY + timedelta(days=3), FAR_DATE)
        here = region.carer("duin")
        assert [
            access_to(here, region.saskia.pk, AT + timedelta(days=day)) is not None
            for day in (-1, 0, 2, 3, 9)
        ] == [True, False, False, True, True]

    def test_it_ends_and_begins_again_as_often_as_it_takes(self, region: CareRegion) -> None:
        self.ended(region)
        region.act(region.saskia, "duin", "V-CON", TODAY)
        assert relate_from_care([region.saskia.woman_id]) == 1
        again = TreatmentRelation.objects.filter(pregnancy=region.saskia).latest("pk")
        assert end_relation(again, TODAY + timedelta(days=2))
        assert relate_from_care() == 0
        region.act(region.saskia, "duin", "V-CON", TODAY + timedelta(days=2))
        assert relate_from_care() == 1
        assert TreatmentRelation.objects.filter(pregnancy=region.saskia).count() == 3

    def test_one_woman_taken_over_again(self, region: CareRegion) -> None:
        self.ended(region)
        duin = region.organisations["duin"]
        for since in (TODAY - timedelta(days=4), TODAY):
            treat_by_care(region.saskia.pk, duin.pk, since, TODAY)
        again = TreatmentRelation.objects.filter(pregnancy=region.saskia).latest("pk")
        assert (again.valid_from, again.valid_until) == (TODAY, FAR_DATE)
        assert TreatmentRelation.objects.filter(pregnancy=region.saskia).count() == 2


def test_the_team_takes_only_who_gives_care_there(region: CareRegion) -> None:
    duin, gyn = region.organisations["duin"], region.organisations["gyn"]
    carer = position(Role.MIDWIFE, organisation=duin).person
    office = position(Role.PRACTICE_ADMINISTRATOR, organisation=duin).person
    assert isinstance(add_to_team(region.noor, office, duin, TODAY), Rejected)
    assert isinstance(add_to_team(region.noor, carer, gyn, TODAY), Rejected)
    assert isinstance(add_to_team(region.noor, carer, duin, TODAY), TreatmentRelation)
    assert isinstance(add_to_team(region.noor, carer, duin, TODAY), Rejected)


def test_colleagues_are_those_of_the_own_networks(region: CareRegion) -> None:
    here = workplace(position(Role.MIDWIFE, organisation=region.organisations["linde"]))
    colleague = position(Role.GYNAECOLOGIST, organisation=region.organisations["gyn"])
    position(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["gyn"])
    outside = region.organisation("ver", "hospital")
    outside.memberships.update(valid_until=date(2025, 1, 1))
    position(Role.CLINICAL_CARER, organisation=outside)
    found = {held.person_id for held in colleagues_to_name(here, TODAY)}
    assert found == {here.person_id, colleague.person_id}


def test_the_database_refuses_a_second_open_relation_of_the_same_kind(region: CareRegion) -> None:
    for basis in ("care", "consult"):
        rows = {"pregnancy": region.saskia, "organisation": region.organisations["gyn"]}
        TreatmentRelation.objects.create(**rows, basis=basis, valid_from=TODAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            TreatmentRelation.objects.create(**rows, basis=basis, valid_from=TODAY)


def test_nobody_objects_to_what_an_organisation_wrote_itself(region: CareRegion) -> None:
    linde = region.organisations["linde"]
    said = {"is_given": False, "at": AT, "by": None}
    same = record_consent(region.noor.woman, source=linde, recipient=linde, **said)
    assert isinstance(same, Rejected)
    assert region.noor.woman.consents.count() == 0
