"""Edges of who she is and who treats her: two records, a number found, partners that leave."""

from datetime import date
from typing import Any

import pytest

from ooievaar.bundles.models import Disposition, Product
from ooievaar.network.models import Membership, Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.commands import Observed
from ooievaar.record.entries.identity import complete_bsn
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.permissions import own_file_of
from ooievaar.record.entries.queries import written_of
from ooievaar.record.entries.registering import (
    NewWoman,
    register_pregnancy,
    running_pregnancy_of,
)
from ooievaar.record.handover.leaving import Left, leave_network
from ooievaar.record.models import (
    CareActivity,
    Consent,
    IdentityChange,
    Pregnancy,
    PregnancyVersion,
    TreatmentRelation,
    Woman,
    WomanMerge,
    WomanSplit,
)
from ooievaar.record.permissions import access_to
from ooievaar.record.relations import Rejected, end_relation, relate_from_care
from ooievaar.record.women.merging import merge_women, split_women
from ooievaar.web.tests.small_region import NOW, START, Region, small_region
from tests.edges import (
    DAY,
    TODAY,
    at_noon,
    at_work,
    derived,
    outcome,
    pregnancy,
    products_of,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    made = small_region(())
    relate_from_care()
    return made


class Sisters:
    """Noor was written down a second time by who did not know her BSN."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.noor = pregnancy(4)
        self.double = Woman.objects.create(
            reference="W-dubbel", name="N. Visser", birth_date=date(1994, 3, 12)
        )
        made = Pregnancy.objects.create(woman=self.double, reference="Z-dubbel")
        made.versions.create(
            recorded_on=TODAY - 20 * DAY,
            first_intake_on=TODAY - 20 * DAY,
            first_intake_organisation=region.organisations["linde"],
            due_on=date(2027, 1, 3),
        )
        self.pregnancy = made
        # Her insurer sent it, under the other record, and of no pregnancy.
        self.loose = CareActivity.objects.create(
            woman=self.double,
            organisation=region.organisations["linde"],
            code="V-CON",
            performed_on=TODAY - 60 * DAY,
            recorded_on=TODAY - 60 * DAY,
            source="claims",
            source_reference="los",
        )
        relate_from_care()
        Consent.objects.create(woman=self.double, is_given=True, recorded_at=NOW)
        self.entry = write(region, made, "linde", "note", {"note_text": "gebeld"})
        self.midwife = at_work(region, "linde")
        self.by: dict[str, Any] = {
            "workplace": self.midwife,
            "person": Person.objects.get(pk=self.midwife.person_id),
            "organisation": region.organisations["linde"],
            "at": NOW,
        }

    def merge(self) -> WomanMerge:
        her = Woman.objects.get(pk=self.noor.woman_id)
        merge = merge_women(her, self.double, "zelfde geboortedatum en adres", **self.by)
        assert isinstance(merge, WomanMerge), merge
        return merge

    def split(self, merge: WomanMerge) -> None:
        assert isinstance(split_women(merge, "toch haar zus", **self.by), WomanSplit)

    def written(self) -> list[Any]:
        """Everything that was ever written of anybody."""
        models = (Entry, CareActivity, Consent, Pregnancy, PregnancyVersion, TreatmentRelation)
        return [list(model._default_manager.order_by("pk").values()) for model in models]


class TestTwoRecordsOfOneWoman:
    def test_merged_and_split_again_nothing_is_lost(self, region: Region) -> None:
        sisters = Sisters(region)
        written, first = sisters.written(), derived(region, TODAY + DAY)
        merge = sisters.merge()
        assert sisters.written() == written
        merged = derived(region, TODAY + DAY)
        assert merged != first
        where = Disposition.objects.get(activity=sisters.loose)
        assert where.pregnancy_id == sisters.noor.pk
        sisters.split(merge)
        assert derived(region, TODAY + DAY) == first
        assert sisters.written() == written
        assert WomanMerge.objects.count() == WomanSplit.objects.count() == 1

    def test_she_alone_is_derived_as_with_everybody(
        self, region: Region, django_capture_on_commit_callbacks: Any
    ) -> None:
        sisters = Sisters(region)
        first = derived(region, TODAY + DAY)
        with django_capture_on_commit_callbacks(execute=True):
            merge = sisters.merge()
        alone = outcome()
        assert alone == derived(region, TODAY + DAY)
        with django_capture_on_commit_callbacks(execute=True):
            sisters.split(merge)
        assert outcome() == first

    def test_two_pregnancies_stay_two_until_somebody_ends_one(self, region: Region) -> None:
        """A merge decides nothing about care: which of them she has, people say."""
        sisters = Sisters(region)
        sisters.merge()
        her = Woman.objects.get(pk=sisters.noor.woman_id)
        running = PregnancyVersion.objects.filter(
            pregnancy__in=[sisters.noor, sisters.pregnancy], end_kind="ongoing"
        )
        assert running.count() == 2
        end = {"pregnancy_end_kind": "lost", "pregnancy_end_date": TODAY.isoformat()}
        write(region, sisters.pregnancy, "linde", "pregnancy_end", end)
        left = running_pregnancy_of(her, TODAY)
        assert left is not None and left.pregnancy_id == sisters.noor.pk
        assert running_pregnancy_of(sisters.double, TODAY) == left


def test_a_bsn_that_was_unknown_is_completed(region: Region) -> None:
    """She came without papers; the number comes later, once, and is remembered as a change."""
    made = register_pregnancy(
        NewWoman("Zonder Papieren", date(1999, 8, 1), insurer=region.insurers[0]),
        organisation=region.organisations["duin"],
        first_intake_on=TODAY,
        due_on=TODAY + 200 * DAY,
        due_precision_days=7,
        at=NOW,
    )
    assert isinstance(made, Pregnancy) and made.woman.bsn is None
    write(region, made, "duin", "prenatal_contact", {"weight": "70"})
    by = {"by": Person.objects.create(username="nummer"), "at": NOW}
    refused = complete_bsn(made.woman_id, "111222333", **by)
    assert isinstance(refused, Rejected) and refused.field == "merge"
    done = complete_bsn(made.woman_id, "100000058", **by)
    assert isinstance(done, Woman) and done.bsn == "100000058"
    (change,) = IdentityChange.objects.filter(woman=done)
    assert (change.field, change.was, change.becomes, change.by) == (
        "bsn", "", "100000058", by["by"]
    )  # fmt: skip
    assert isinstance(complete_bsn(made.woman_id, "100000046", **by), Rejected)
    assert products_of(made)


def test_kraamzorg_is_replaced_half_way(region: Region) -> None:
    """The first has no carer any more after four days; the second goes on. All minutes count."""
    noor, born = pregnancy(4), date(2026, 12, 1)
    second = Organisation.objects.create(agb="33010002", name="Kraam Twee", discipline="kraamzorg")
    Membership.objects.create(
        network=region.network, organisation=second, kind="voting", valid_from=START
    )
    region.organisations["kraam2"] = second
    child = [Observed("birth_date", born.isoformat(), 1)]
    write(region, noor, "linde", "birth_child", child, at_noon(born))
    for day in range(8):
        by = "kraam" if day < 4 else "kraam2"
        at = at_noon(born + day * DAY)
        write(region, noor, by, "kraam_day", {"minutes_given": "300"}, at)
        if day == 3:
            relation = TreatmentRelation.objects.get(
                pregnancy=noor, organisation=region.organisations["kraam"]
            )
            assert end_relation(relation, born + 4 * DAY)
    at = at_noon(born + 8 * DAY)
    first, then = (at_work(region, name, Role.KRAAM_CARER) for name in ("kraam", "kraam2"))
    assert access_to(first, noor.pk, at) is None and written_of(first, noor.pk, at) == []
    assert own_file_of(first, noor.pk).count() == 4
    assert access_to(then, noor.pk, at) is not None
    assert len(written_of(then, noor.pk, at)) == 4
    hours = Product.objects.filter(pregnancy=noor, product="kraamzorg_hour")
    assert sum(row.minutes for row in hours) == 8 * 300
    acts = Disposition.objects.filter(pregnancy=noor, activity__code="KZ-UUR")
    assert [row.disposition for row in acts] == ["in_product"] * 8


class TestAPartnerLeaves:
    """Gynaecologists leave the IGO on 2 November; they treated Fatima, and lead Noor's care."""

    def stand(self, region: Region) -> tuple[Workplace, Pregnancy, Pregnancy]:
        fatima, noor = pregnancy(2), pregnancy(4)
        write(region, fatima, "linde", "risk", {"vil_status": "B"}, NOW - 2 * DAY)
        write(region, fatima, "gyn", "note", {"note_text": "bloedverlies"}, NOW - 2 * DAY)
        write(region, noor, "gyn", "note", {"note_text": "groei"}, NOW - 2 * DAY)
        noor.responsibilities.create(
            duty="responsible",
            organisation=region.organisations["gyn"],
            starts_at=NOW - 2 * DAY,
            recorded_at=NOW - 2 * DAY,
        )
        return at_work(region, "gyn", Role.GYNAECOLOGIST), fatima, noor

    def leave(self, region: Region, until: date = TODAY) -> Left | Rejected:
        gyn = region.organisations["gyn"]
        return leave_network(region.network, gyn, until, at=NOW)

    def test_it_keeps_its_own_file_and_loses_the_rest(self, region: Region) -> None:
        doctor, fatima, noor = self.stand(region)
        assert {one.entry.form for one in written_of(doctor, fatima.pk, NOW)} == {"risk", "note"}
        left = self.leave(region)
        assert isinstance(left, Left) and left.to_hand_over == {noor.pk}
        assert left.ended >= 1
        write(region, fatima, "linde", "risk", {"vil_status": "C"})
        assert access_to(doctor, fatima.pk, NOW) is None
        assert written_of(doctor, fatima.pk, NOW) == []
        assert [entry.form for entry in own_file_of(doctor, fatima.pk)] == ["note"]
        membership = Membership.objects.get(organisation=region.organisations["gyn"])
        assert membership.valid_until == TODAY

    def test_whom_it_leads_it_goes_on_seeing_until_she_is_handed_over(self, region: Region) -> None:
        doctor, _fatima, noor = self.stand(region)
        self.leave(region)
        assert access_to(doctor, noor.pk, NOW) is not None
        noor.responsibilities.create(
            duty="responsible",
            organisation=region.organisations["linde"],
            starts_at=NOW,
            recorded_at=NOW,
        )
        again = self.leave(region)
        assert isinstance(again, Left) and not again.to_hand_over
        assert access_to(doctor, noor.pk, NOW) is None
        assert own_file_of(doctor, noor.pk).count() == 1

    def test_those_who_stay_go_on_reading_what_it_wrote(self, region: Region) -> None:
        _doctor, fatima, _noor = self.stand(region)
        self.leave(region)
        midwife = at_work(region, "linde")
        found = {one.entry.organisation.name for one in written_of(midwife, fatima.pk, NOW)}
        assert found == {"Praktijk De Linde", "Gynaecologen Zeezicht"}

    def test_care_on_the_day_itself_or_after_is_not_begun_again_by_itself(
        self, region: Region
    ) -> None:
        """Leaving was written down late: what it did meanwhile stays, and ends with that day."""
        doctor, fatima, _noor = self.stand(region)
        write(region, fatima, "gyn", "prenatal_contact", {"weight": "70"}, NOW)
        self.leave(region, TODAY - DAY)
        assert relate_from_care() == 0
        assert access_to(doctor, fatima.pk, NOW) is not None, "it treated her today"
        assert access_to(doctor, fatima.pk, NOW + DAY) is None
        self.leave(region, TODAY - DAY)
        assert access_to(doctor, fatima.pk, NOW + DAY) is None

    def test_new_care_of_hers_begins_another_relation(self, region: Region) -> None:
        """Asked again after it left, it treats her again, from the day of that care on."""
        doctor, fatima, _noor = self.stand(region)
        self.leave(region)
        assert access_to(doctor, fatima.pk, NOW + 3 * DAY) is None
        write(region, fatima, "gyn", "note", {"note_text": "op verzoek gezien"}, NOW + 3 * DAY)
        access = access_to(doctor, fatima.pk, NOW + 3 * DAY)
        assert access is not None and access.basis == "care"
        assert access_to(doctor, fatima.pk, NOW + 2 * DAY) is None
        assert relate_from_care() == 0

    def test_who_never_took_part_does_not_leave(self, region: Region) -> None:
        stroom = region.organisations["stroom"]
        assert isinstance(leave_network(region.network, stroom, TODAY, at=NOW), Rejected)
        assert isinstance(self.leave(region, TODAY + DAY), Rejected)
