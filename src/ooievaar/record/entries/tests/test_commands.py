"""Registering is one act: the entry, the care it counts as, and what it tells of the pregnancy."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ooievaar.record.banner import Clinical
from ooievaar.record.entries.banner import clinical_of
from ooievaar.record.entries.commands import Observed, finish, mark_in_error, save_draft
from ooievaar.record.entries.models import Draft, Entry, Observation
from ooievaar.record.entries.queries import known_values, versions_of, written_of
from ooievaar.record.models import (
    CareActivity,
    Coverage,
    Pregnancy,
    PregnancyVersion,
    TreatmentRelation,
)
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT, ROLES, CareRegion

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 30)
Values = dict[str, str] | Sequence[Observed]


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def write(
    region: CareRegion, form: str, values: Values, by: str = "linde", **more: Any
) -> Entry | Rejected:
    """Let somebody of an organisation finish a form about Noor."""
    here = region.carer(by)
    observed = (
        [Observed(element, value) for element, value in values.items()]
        if isinstance(values, dict)
        else values
    )
    defaults: dict[str, Any] = {"happened_on": DAY, "at": AT}
    return finish(
        region.noor,
        form,
        observed,
        organisation=region.organisations[by],
        person=None,
        role=here.role,
        **defaults | more,
    )


def written(region: CareRegion, form: str, values: Values, by: str = "linde", **more: Any) -> Entry:
    entry = write(region, form, values, by, **more)
    assert isinstance(entry, Entry), entry
    return entry


def newest(region: CareRegion) -> PregnancyVersion:
    version = region.noor.versions.last()
    assert version is not None
    return version


def standing(entry: Entry) -> list[str]:
    """The codes as which an entry counts, withdrawn ones left out."""
    acts = CareActivity.objects.filter(counted_of__entry=entry, withdrawal__isnull=True)
    return sorted(acts.values_list("code", flat=True))


def withdrawn() -> list[str]:
    return sorted(
        CareActivity.objects.filter(withdrawal__isnull=False).values_list("code", flat=True)
    )


PRESSURE = {"blood_pressure_systolic": "120", "blood_pressure_diastolic": "75"}


class TestRegisteringIsBilling:
    def test_a_check_by_a_midwife_counts_as_a_check(self, region: CareRegion) -> None:
        entry = written(region, "prenatal_contact", {"weight": "71.5"}, happened_minute=615)
        (act,) = CareActivity.objects.filter(counted_of__entry=entry)
        assert (act.code, act.performed_on, act.performed_minute) == ("V-CON", DAY, 615)
        assert (act.organisation.name, act.pregnancy, act.source) == (
            "Linde",
            region.noor,
            "record",
        )

    def test_hours_of_kraamzorg_count_in_minutes(self, region: CareRegion) -> None:
        entry = written(region, "kraam_day", {"minutes_given": "355"}, by="kraam")
        (act,) = CareActivity.objects.filter(counted_of__entry=entry)
        assert (act.code, act.duration_minutes) == ("KZ-UUR", 355)

    def test_what_came_from_elsewhere_counts_as_no_care_of_ours(self, region: CareRegion) -> None:
        entry = written(region, "prenatal_contact", {"weight": "71.5"}, source="fhir")
        assert standing(entry) == []

    def test_a_correction_of_a_value_keeps_the_same_activity(self, region: CareRegion) -> None:
        first = written(region, "prenatal_contact", {"weight": "71.5"})
        second = written(region, "prenatal_contact", {"weight": "72"}, replaces=first)
        assert standing(second) == ["V-CON"]
        assert (
            CareActivity.objects.filter(counted_of__entry__in=[first, second]).distinct().count()
            == 1
        )
        assert withdrawn() == []

    def test_a_correction_of_the_day_moves_the_activity(self, region: CareRegion) -> None:
        first = written(region, "prenatal_contact", {"weight": "71.5"})
        earlier = DAY - timedelta(days=1)
        second = written(
            region, "prenatal_contact", {"weight": "71.5"}, replaces=first, happened_on=earlier
        )
        assert withdrawn() == ["V-CON"]
        (act,) = CareActivity.objects.filter(counted_of__entry=second)
        assert act.performed_on == earlier

    def test_an_error_withdraws_what_it_counted_as_and_stays_readable(
        self, region: CareRegion
    ) -> None:
        midwife = region.carer("linde")
        entry = written(region, "prenatal_contact", {"weight": "71.5"})
        marked = mark_in_error(
            entry,
            "verkeerde vrouw",
            organisation=entry.organisation,
            person=None,  # type: ignore[arg-type]
            role="midwife",
            at=AT,
        )
        assert isinstance(marked, Entry) and marked.is_in_error
        assert withdrawn() == ["V-CON"]
        found = written_of(midwife, region.noor.pk, AT)
        chain = versions_of(found, entry.pk)
        assert [(one.version_no, one.is_current) for one in chain] == [(1, False), (2, False)]
        assert chain[0].value("weight") == "71.5"
        assert known_values(found) == {}

    def test_who_finishes_a_form_treats_her(self, region: CareRegion) -> None:
        written(region, "note", {"note_text": "gebeld"}, by="duin")
        relation = TreatmentRelation.objects.get(
            pregnancy=region.noor, organisation=region.organisations["duin"]
        )
        assert (relation.basis, relation.valid_from) == ("care", DAY)


class TestWhatItTells:
    def test_a_due_date_by_ultrasound_is_a_version_of_the_pregnancy(
        self, region: CareRegion
    ) -> None:
        written(
            region,
            "due_date",
            {"due_date": "2026-11-12", "due_date_method": "crl", "due_date_precision_days": "2"},
        )
        version = newest(region)
        assert (version.due_on, version.due_precision_days) == (date(2026, 11, 12), 2)
        assert version.recorded_on == date(2026, 10, 1)
        assert region.noor.versions.count() == 2

    def test_saying_the_same_again_adds_no_version(self, region: CareRegion) -> None:
        told = {"due_date": "2026-11-12", "due_date_method": "crl"}
        written(region, "due_date", told)
        written(region, "due_date", told)
        assert region.noor.versions.count() == 2

    def test_twins_are_born_on_both_sides_of_midnight(self, region: CareRegion) -> None:
        """The pregnancy ends with the last child."""
        written(region, "birth_child", [Observed("birth_date", "2026-09-29", 1)])
        assert newest(region).birth_on == date(2026, 9, 29)
        written(region, "birth_child", [Observed("birth_date", "2026-09-30", 2)])
        version = newest(region)
        assert (version.end_kind, version.birth_on, version.ended_on, version.children) == (
            "birth",
            date(2026, 9, 30),
            date(2026, 9, 30),
            2,
        )

    def test_a_birth_on_the_wrong_woman_is_undone(self, region: CareRegion) -> None:
        entry = written(region, "birth_child", [Observed("birth_date", "2026-09-29", 1)])
        mark_in_error(
            entry,
            "verkeerde vrouw",
            organisation=entry.organisation,
            person=None,  # type: ignore[arg-type]
            role="midwife",
            at=AT,
        )
        version = newest(region)
        assert (version.end_kind, version.birth_on, version.ended_on) == ("ongoing", None, None)

    def test_the_due_date_of_the_registration_comes_back(self, region: CareRegion) -> None:
        entry = written(region, "due_date", {"due_date": "2026-11-30", "due_date_method": "crl"})
        mark_in_error(
            entry,
            "verkeerde vrouw",
            organisation=entry.organisation,
            person=None,  # type: ignore[arg-type]
            role="midwife",
            at=AT,
        )
        assert newest(region).due_on == date(2026, 11, 9)

    def test_a_miscarriage_ends_the_pregnancy(self, region: CareRegion) -> None:
        written(
            region,
            "pregnancy_end",
            {"pregnancy_end_kind": "miscarriage", "pregnancy_end_date": "2026-09-12"},
        )
        version = newest(region)
        assert (version.end_kind, version.ended_on, version.birth_on) == (
            "miscarriage",
            date(2026, 9, 12),
            None,
        )


class TestRefused:
    def refused(self, region: CareRegion, form: str, values: Values, **more: Any) -> str:
        before = (Entry.objects.count(), CareActivity.objects.count())
        rejected = write(region, form, values, **more)
        assert isinstance(rejected, Rejected)
        assert (Entry.objects.count(), CareActivity.objects.count()) == before
        return rejected.field

    def test_what_has_not_happened_yet(self, region: CareRegion) -> None:
        tomorrow = date(2026, 10, 2)
        assert self.refused(region, "note", {}, happened_on=tomorrow) == "happened_on"

    def test_what_does_not_stand_on_the_form(self, region: CareRegion) -> None:
        assert self.refused(region, "note", {"weight": "71"}) == "weight"

    def test_what_cannot_be(self, region: CareRegion) -> None:
        assert self.refused(region, "prenatal_contact", {"weight": "7100"}) == "weight"

    def test_a_form_that_does_not_exist(self, region: CareRegion) -> None:
        assert self.refused(region, "tarot", {"weight": "71"}) == "form"

    def test_who_comes_second_with_a_correction_is_told(self, region: CareRegion) -> None:
        first = written(region, "prenatal_contact", {"weight": "71.5"})
        written(region, "prenatal_contact", {"weight": "72"}, replaces=first)
        assert (
            self.refused(region, "prenatal_contact", {"weight": "73"}, replaces=first) == "replaces"
        )

    def test_another_organisation_corrects_nothing(self, region: CareRegion) -> None:
        first = written(region, "prenatal_contact", {"weight": "71.5"})
        field = self.refused(region, "prenatal_contact", {"weight": "72"}, by="gyn", replaces=first)
        assert field == "replaces"


class TestWhoReadsIt:
    def test_kraamzorg_reads_its_part_and_only_on_her_word(self, region: CareRegion) -> None:
        written(region, "prenatal_contact", {"fundus_height": "32"})
        written(region, "risk", {"vil_status": "B"})
        kraam = region.carer("kraam")
        assert written_of(kraam, region.noor.pk, AT) == []
        region.says("", "kraam", is_given=True)
        found = written_of(kraam, region.noor.pk, AT)
        assert [one.entry.form for one in found] == ["risk"]
        assert found[0].value("vil_status") == "B"

    def test_the_gynaecologist_reads_what_the_midwife_wrote(self, region: CareRegion) -> None:
        written(region, "risk", {"vil_status": "B"})
        relation = {"basis": "care", "valid_from": DAY}
        region.noor.relations.create(organisation=region.organisations["gyn"], **relation)
        found = written_of(region.carer("gyn"), region.noor.pk, AT)
        assert [one.entry.form for one in found] == ["risk"]

    def test_an_objection_is_heard(self, region: CareRegion) -> None:
        written(region, "risk", {"vil_status": "B"})
        region.noor.relations.create(
            organisation=region.organisations["gyn"], basis="care", valid_from=DAY
        )
        region.says("linde", "gyn", is_given=False)
        assert written_of(region.carer("gyn"), region.noor.pk, AT) == []

    def test_who_does_not_treat_her_reads_nothing(self, region: CareRegion) -> None:
        written(region, "risk", {"vil_status": "B"})
        assert written_of(region.carer("duin"), region.noor.pk, AT) == []

    def test_one_query_however_much_was_written(
        self, region: CareRegion, django_assert_num_queries: Any
    ) -> None:
        for _n in range(5):
            written(region, "prenatal_contact", {"weight": "71.5", **PRESSURE})
        midwife = region.carer("linde")
        with django_assert_num_queries(1):
            assert len(written_of(midwife, region.noor.pk, AT)) == 5


def test_a_draft_is_kept_until_the_form_is_finished(region: CareRegion) -> None:
    from ooievaar.network.models import Person

    person = Person.objects.get(pk=region.carer("linde").person_id)
    linde = region.organisations["linde"]
    for typed in ("7", "71"):
        save_draft(
            region.noor,
            "prenatal_contact",
            {"weight:0": typed},
            organisation=linde,
            person=person,
            at=AT,
        )
    assert Draft.objects.get().values == {"weight:0": "71"}
    finish(
        region.noor,
        "prenatal_contact",
        [Observed("weight", "71")],
        organisation=linde,
        person=person,
        role=ROLES["midwives"],
        happened_on=DAY,
        at=AT,
    )
    assert not Draft.objects.exists()


def test_half_a_form_leaves_nothing(region: CareRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows from an entry is stored with it, or the entry is not there."""
    from ooievaar.record.entries import commands

    def fails(*_args: object) -> None:
        raise RuntimeError("halfway")

    monkeypatch.setattr(commands, "_tell", fails)
    count = CareActivity.objects.count()
    with pytest.raises(RuntimeError, match="halfway"):
        write(region, "prenatal_contact", {"weight": "71.5"})
    assert not Entry.objects.exists() and not Observation.objects.exists()
    assert CareActivity.objects.count() == count


def test_the_world_of_these_tests_is_not_insured(region: CareRegion) -> None:
    """Registering needs no insurance: care comes first."""
    assert not Coverage.objects.exists()
    assert Pregnancy.objects.count() == 2
    assert datetime(2026, 10, 1, 12, tzinfo=UTC) == AT


def test_no_known_allergies_is_something_else_than_nobody_asked(region: CareRegion) -> None:
    midwife = region.carer("linde")
    assert clinical_of(midwife, region.noor.pk, AT) == Clinical()
    written(region, "anamnesis", {"allergies": "none"})
    told = clinical_of(midwife, region.noor.pk, AT)
    assert (told.alerts, told.is_asked) == ((), True)
