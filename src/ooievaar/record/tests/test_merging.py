"""Two records of one woman are read as one, and taken apart again without loss."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pyarrow.compute as pc
import pytest

from ooievaar.network.models import Insurer, Person
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace
from ooievaar.record import queries
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.queries import events_of_woman
from ooievaar.record.access_log.tests.events import SANNE, read
from ooievaar.record.entries.identity import IS_OF_ANOTHER, complete_bsn
from ooievaar.record.entries.registering import register_pregnancy
from ooievaar.record.models import (
    CareActivity,
    Consent,
    Coverage,
    IdentityChange,
    Pregnancy,
    Woman,
    WomanMerge,
    WomanSplit,
)
from ooievaar.record.permissions import activities_for, said_by
from ooievaar.record.relations import Rejected, record_consent, relate_from_care
from ooievaar.record.rules.consent import may_share
from ooievaar.record.tests.care_region import AT, INTAKE, SINCE, CareRegion
from ooievaar.record.women.identity import correct_identity
from ooievaar.record.women.merging import merge_women, running_merges, split_women
from ooievaar.record.women.records import her_records

pytestmark = pytest.mark.django_db
BSN, OTHER_BSN = "111222333", "123456782"
DAY = timedelta(days=1)


class Twice:
    """Noor stands in the record twice: the hospital did not know her BSN and wrote her anew."""

    def __init__(self) -> None:
        self.region = CareRegion()
        self.noor = self.region.noor
        self.again = self.region.pregnancy("Noortje", "linde")
        for pregnancy in (self.noor, self.again):
            self.region.act(pregnancy, "zee", "G-ECH")
        relate_from_care()
        self.midwife = self.region.carer("linde")

    @property
    def women(self) -> tuple[Woman, Woman]:
        """Both records as they stand now, the first one first."""
        ids = (self.noor.woman_id, self.again.woman_id)
        one, other = (Woman.objects.get(pk=pk) for pk in ids)
        return one, other

    def merge(self, by: Workplace | None = None, reason: str = "zelfde BSN") -> Any:
        return merge_women(*self.women, reason, **self.by(by))

    def split(self, merge: WomanMerge, reason: str = "toch haar zus") -> Any:
        return split_women(merge, reason, **self.by(None))

    def by(self, workplace: Workplace | None) -> dict[str, Any]:
        workplace = workplace or self.midwife
        return {
            "workplace": workplace,
            "person": Person.objects.get(pk=workplace.person_id),
            "organisation": self.region.organisations["linde"],
            "at": AT,
        }


@pytest.fixture
def twice() -> Twice:
    return Twice()


def of_woman(table: Any, woman_id: int) -> list[dict[str, Any]]:
    return list(table.filter(pc.field("woman_id") == woman_id).to_pylist())


class TestReadAsOne:
    def test_nobody_is_merged_by_herself(self, twice: Twice) -> None:
        for woman in twice.women:
            assert list(her_records(woman.pk).values_list("pk", flat=True)) == [woman.pk]

    def test_every_record_of_hers_is_found_from_each(self, twice: Twice) -> None:
        assert isinstance(twice.merge(), WomanMerge)
        both = {woman.pk for woman in twice.women}
        for woman in twice.women:
            assert set(her_records(woman.pk).values_list("pk", flat=True)) == both

    def test_the_rules_see_one_woman(self, twice: Twice) -> None:
        before = {read: read().to_pylist() for read in (queries.activities, queries.coverages,
                                                          queries.pregnancy_versions)}  # fmt: skip
        merge = twice.merge()
        kept, merged = merge.kept_id, merge.merged_id
        for asked in (None, kept, merged, [merged], [kept, merged]):
            activities = queries.activities(asked)
            assert of_woman(activities, merged) == []
            assert len(of_woman(activities, kept)) == 7
            versions = of_woman(queries.pregnancy_versions(asked), kept)
            assert {row["pregnancy_id"] for row in versions} == {twice.noor.pk, twice.again.pk}
        assert len(of_woman(queries.activities(), twice.region.saskia.woman_id)) == 0
        assert queries.activities().num_rows == len(before[queries.activities])
        twice.split(merge)
        assert {read: read().to_pylist() for read in before} == before

    def test_no_other_woman_comes_along(self, twice: Twice) -> None:
        twice.merge()
        saskia = twice.region.saskia
        twice.region.act(saskia, "duin", "V-CON")
        (row,) = queries.activities(saskia.woman_id).to_pylist()
        assert row["pregnancy_id"] == saskia.pk

    def test_every_day_is_insured_once(self, twice: Twice) -> None:
        """The other record fills in only where the kept one is silent."""
        one, other = (Insurer.objects.create(uzovi=no, name=no) for no in ("9101", "9102"))
        kept, merged = twice.women
        Coverage.objects.create(woman=kept, insurer=one, valid_from=INTAKE,
                                valid_until=INTAKE + 30 * DAY)  # fmt: skip
        Coverage.objects.create(woman=merged, insurer=other, valid_from=INTAKE - 10 * DAY,
                                valid_until=INTAKE + 40 * DAY)  # fmt: skip
        twice.merge()
        expected = [
            (kept.pk, one.pk, INTAKE, INTAKE + 30 * DAY),
            (kept.pk, other.pk, INTAKE - 10 * DAY, INTAKE),
            (kept.pk, other.pk, INTAKE + 30 * DAY, INTAKE + 40 * DAY),
        ]
        for asked in (None, kept.pk, merged.pk):
            rows = queries.coverages(asked).to_pylist()
            assert [tuple(row.values()) for row in rows] == expected

    def test_who_looked_is_told_of_both(self, twice: Twice) -> None:
        one, other = twice.women
        append([read(one.pk), read(other.pk), read(one.pk, other.pk)], SANNE, AT)
        assert [event.number for event in events_of_woman(other.pk)] == [3, 2]
        merge = twice.merge()
        for woman in (one, other):
            assert [event.number for event in events_of_woman(woman.pk)] == [3, 2, 1]
        twice.split(merge)
        assert [event.number for event in events_of_woman(one.pk)] == [3, 1]


class TestWhatSheSaid:
    def test_said_on_either_counts_for_both(self, twice: Twice) -> None:
        twice.region.says("linde", "zee", is_given=False)
        hospital = twice.region.carer("zee")
        twice.region.act(twice.again, "linde", "V-CON")
        seen = activities_for(hospital, AT, twice.again.pk).filter(code="V-CON")
        assert seen.exists()
        merge = twice.merge()
        assert not seen.all().exists()
        twice.split(merge)
        assert seen.all().exists()

    @pytest.mark.parametrize("order", list(product((True, False, None), repeat=2)))
    def test_the_database_hears_what_the_rule_hears(
        self, twice: Twice, order: tuple[bool | None, bool | None]
    ) -> None:
        """The newer word, on whichever record, is the one that counts."""
        twice.merge()
        linde, kraam = (twice.region.organisations[name] for name in ("linde", "kraam"))
        twice.region.act(twice.noor, "linde", "KZ-INT")
        for number, (name, is_given) in enumerate(zip(("Noortje", "Noor"), order, strict=True)):
            twice.region.says("linde", "kraam", is_given, AT + number * DAY, woman=name)
        said = said_by(twice.noor.woman_id)
        assert len(said) == 2 and said == said_by(twice.again.woman_id)
        carer = twice.region.carer("kraam")
        seen = activities_for(carer, AT + 3 * DAY, twice.noor.pk).filter(organisation=linde)
        by_rule = may_share(said, linde.pk, kraam.pk, "kraamzorg")
        assert seen.filter(code="KZ-INT").exists() == by_rule == (order[1] is True)

    def test_she_takes_back_what_she_said_on_the_other(self, twice: Twice) -> None:
        twice.region.says("linde", "zee", is_given=False)
        sides = {"source": twice.region.organisations["linde"],
                 "recipient": twice.region.organisations["zee"]}  # fmt: skip
        taken = {"is_given": None, "at": AT + DAY, "by": None}
        _noor, again = twice.women
        assert isinstance(record_consent(again, **sides, **taken), Rejected)
        twice.merge()
        assert isinstance(record_consent(again, **sides, **taken), Consent)


class TestWhoMay:
    def test_the_one_with_a_bsn_is_kept(self, twice: Twice) -> None:
        Woman.objects.filter(pk=twice.again.woman_id).update(bsn=BSN)
        merge = twice.merge()
        assert (merge.kept_id, merge.merged_id) == (twice.again.woman_id, twice.noor.woman_id)

    def test_who_sees_one_of_them_only_merges_nothing(self, twice: Twice) -> None:
        refused = twice.merge(twice.region.carer("gyn"))
        assert isinstance(refused, Rejected) and not WomanMerge.objects.exists()

    def test_kraamzorg_merges_nothing(self, twice: Twice) -> None:
        for pregnancy in (twice.noor, twice.again):
            twice.region.act(pregnancy, "kraam", "KZ-INT")
        relate_from_care()
        assert isinstance(twice.merge(twice.region.carer("kraam")), Rejected)
        clinical = working(Role.CLINICAL_CARER, organisation=twice.region.organisations["zee"])
        assert isinstance(twice.merge(clinical), WomanMerge)

    @pytest.mark.parametrize("changed", [{"bsn": OTHER_BSN}, {"birth_date": date(1994, 12, 3)}])
    def test_two_people_are_not_merged(self, twice: Twice, changed: dict[str, Any]) -> None:
        Woman.objects.filter(pk=twice.noor.woman_id).update(bsn=BSN)
        Woman.objects.filter(pk=twice.again.woman_id).update(**changed)
        assert isinstance(twice.merge(), Rejected)

    def test_a_reason_is_asked(self, twice: Twice) -> None:
        assert twice.merge(reason=" ").field == "reason"
        assert twice.merge(reason="x" * 201).field == "reason"
        assert twice.split(twice.merge(), reason=" ").field == "reason"

    def test_there_are_no_chains(self, twice: Twice) -> None:
        """A third record comes to the kept one; the kept one itself goes nowhere."""
        merge = twice.merge()
        third = twice.region.pregnancy("Noor V.", "linde")
        relate_from_care()
        by = twice.by(None)
        assert isinstance(merge_women(third.woman, merge.merged, "zelfde", **by), Rejected)
        Woman.objects.filter(pk=third.woman_id).update(bsn=BSN)
        third.woman.refresh_from_db()
        refused = merge_women(third.woman, Woman.objects.get(pk=merge.kept_id), "zelfde", **by)
        assert isinstance(refused, Rejected)
        Woman.objects.filter(pk=third.woman_id).update(bsn=None)
        third.woman.refresh_from_db()
        kept = Woman.objects.get(pk=merge.kept_id)
        assert isinstance(merge_women(third.woman, kept, "zelfde", **by), WomanMerge)
        assert her_records(merge.merged_id).count() == 3
        assert len(running_merges(third.woman_id)) == 2

    def test_a_split_is_made_once(self, twice: Twice) -> None:
        merge = twice.merge()
        assert isinstance(twice.split(merge), WomanSplit)
        assert isinstance(twice.split(merge), Rejected)
        again = twice.merge()
        assert isinstance(again, WomanMerge) and list(running_merges(merge.kept_id)) == [again]
        assert isinstance(twice.split(merge), Rejected)
        assert Woman.objects.get(pk=again.merged_id).same_as_id == again.kept_id


class TestWhoSheIs:
    def test_a_bsn_of_another_record_proposes_to_merge(self, twice: Twice) -> None:
        by = {"by": twice.by(None)["person"], "at": AT}
        assert isinstance(complete_bsn(twice.noor.woman_id, BSN, **by), Woman)
        refused = complete_bsn(twice.again.woman_id, BSN, **by)
        assert isinstance(refused, Rejected) and refused.field == IS_OF_ANOTHER
        (change,) = IdentityChange.objects.all()
        assert (change.field, change.was, change.becomes) == ("bsn", "", BSN)
        twice.merge()
        refused = complete_bsn(twice.again.woman_id, BSN, **by)
        assert isinstance(refused, Rejected) and refused.field == "bsn"

    def test_a_correction_keeps_what_stood_there(self, twice: Twice) -> None:
        by = {"by": twice.by(None)["person"], "at": AT}
        woman_id = twice.noor.woman_id
        made = correct_identity(woman_id, "birth_date", "1994-12-03", "paspoort gezien", **by)
        assert isinstance(made, IdentityChange) and made.was == "1994-03-12"
        assert Woman.objects.get(pk=woman_id).birth_date == date(1994, 12, 3)
        for field, becomes, at in (
            ("birth_date", "2994-12-03", "birth_date"),
            ("birth_date", "vorig jaar", "birth_date"),
            ("birth_date", "1994-12-03", "birth_date"),
            ("bsn", "123456789", "bsn"),
            ("name", "", "name"),
            ("reference", "W-1", "field"),
        ):
            refused = correct_identity(woman_id, field, becomes, "paspoort", **by)
            assert isinstance(refused, Rejected) and refused.field == at
        assert correct_identity(woman_id, "name", "Noor Vis", " ", **by).field == "reason"
        assert IdentityChange.objects.count() == 1


class TestWhileMerged:
    def test_a_new_pregnancy_is_of_the_record_that_was_kept(self, twice: Twice) -> None:
        for pregnancy in (twice.noor, twice.again):
            pregnancy.versions.create(
                recorded_on=INTAKE, first_intake_on=INTAKE, due_on=date(2026, 11, 9),
                first_intake_organisation=twice.region.organisations["linde"],
                end_kind="miscarriage", ended_on=date(2026, 5, 1),
            )  # fmt: skip
        merge = twice.merge()
        made = register_pregnancy(merge.merged, **self.new(twice))
        assert isinstance(made, Pregnancy) and made.woman_id == merge.kept_id

    def test_one_that_runs_on_the_other_record_is_seen(self, twice: Twice) -> None:
        merge = twice.merge()
        refused = register_pregnancy(merge.kept, **self.new(twice))
        assert isinstance(refused, Rejected) and refused.field == "woman"

    def new(self, twice: Twice) -> dict[str, Any]:
        today = AT.date()
        return {
            "organisation": twice.region.organisations["linde"], "first_intake_on": today,
            "due_on": today + 220 * DAY, "due_precision_days": 3, "at": AT,
        }  # fmt: skip


def test_nothing_is_moved(twice: Twice) -> None:
    rows = list(CareActivity.objects.order_by("pk").values())
    pregnancies = list(Pregnancy.objects.order_by("pk").values())
    twice.merge()
    assert list(CareActivity.objects.order_by("pk").values()) == rows
    assert list(Pregnancy.objects.order_by("pk").values()) == pregnancies
    assert SINCE < INTAKE
