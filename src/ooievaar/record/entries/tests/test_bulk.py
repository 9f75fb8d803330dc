"""Many entries at once stand in the record as those that were finished one by one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from ooievaar.record.entries.bulk import Written, add_written
from ooievaar.record.entries.commands import Observed, mark_in_error
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.entries.queries import known_values, written_of
from ooievaar.record.models import CareActivity, PregnancyVersion, Withdrawal
from ooievaar.record.tests.care_region import AT, CareRegion

pytestmark = pytest.mark.django_db
DAY = AT.date() - timedelta(days=3)


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def check(region: CareRegion, reference: str = "A1", **changed: object) -> Written:
    """A check in pregnancy by De Linde, that counts as nothing yet."""
    written = Written(
        woman_id=region.noor.woman_id,
        pregnancy_id=region.noor.pk,
        form="prenatal_contact",
        organisation_id=region.organisations["linde"].pk,
        person_id=None,
        role="midwife",
        happened_on=DAY,
        happened_minute=600,
        recorded_at=AT,
        source_reference=reference,
        observed=(Observed("weight", "70.5"), Observed("fetal_lie", "head", 1)),
    )
    return replace(written, **changed)  # type: ignore[arg-type]


def test_they_are_read_as_others_are_and_count_as_what_was_on_record(region: CareRegion) -> None:
    versions = PregnancyVersion.objects.count()
    act = region.act(region.noor, "linde", "V-CON")
    acts = CareActivity.objects.count()
    number = add_written(
        [check(region, activity_ids=(act.pk,)), check(region, "A2", observed=())], "region"
    )
    assert number == 2
    one, other = written_of(region.carer("linde"), region.noor.pk, AT)
    assert {one.counts_as, other.counts_as} == {("V-CON",), ()}
    known = known_values([one, other])
    assert known["weight", 0][0].value == "70.5"
    assert (CareActivity.objects.count(), PregnancyVersion.objects.count()) == (acts, versions)


def test_one_finished_afterwards_is_numbered_after_them(region: CareRegion) -> None:
    add_written([check(region)], "region")
    written = Entry.objects.get()
    mark_in_error(
        written,
        "verkeerde vrouw",
        organisation=written.organisation,
        person=None,  # type: ignore[arg-type]
        role="midwife",
        at=AT,
    )
    assert Entry.objects.order_by("pk").last() != written


def test_marked_as_an_error_the_act_counts_no_more(region: CareRegion) -> None:
    act = region.act(region.noor, "linde", "V-CON")
    add_written([check(region, activity_ids=(act.pk,))], "region")
    written = Entry.objects.get()
    mark_in_error(
        written,
        "verkeerde vrouw",
        organisation=written.organisation,
        person=None,  # type: ignore[arg-type]
        role="midwife",
        at=AT,
    )
    assert Withdrawal.objects.get().activity_id == act.pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"observed": (Observed("weight", "70,5"),)},
        {"observed": (Observed("weight", "900"),)},
        {"observed": (Observed("birth_weight", "3400"),)},
        {"form": "geen"},
        {"form": "risk", "observed": ()},
    ],
)
def test_what_cannot_be_is_a_bug_and_nothing_is_stored(
    region: CareRegion, wrong: dict[str, object]
) -> None:
    with pytest.raises(AssertionError):
        add_written([check(region), check(region, "A2", **wrong)], "region")
    assert not Entry.objects.exists() and not Observation.objects.exists()


def test_one_of_a_source_comes_once_and_none_is_of_here(region: CareRegion) -> None:
    add_written([check(region)], "region")
    with pytest.raises(IntegrityError), transaction.atomic():
        add_written([check(region, "A2"), check(region)], "region")
    assert Entry.objects.count() == 1
    with pytest.raises(AssertionError):
        add_written([check(region, "A3")], "record")
