"""What does not happen every day, and goes wrong where nobody thought of it: a story for each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from ooievaar.bundles.models import Breaker, Disposition
from ooievaar.network.models import Person
from ooievaar.record.banner import banner_for
from ooievaar.record.entries.commands import Observed, finish, mark_in_error
from ooievaar.record.entries.queries import written_of
from ooievaar.record.entries.registering import (
    NewWoman,
    register_pregnancy,
)
from ooievaar.record.handover.queries import duties_of
from ooievaar.record.models import (
    CareActivity,
    Pregnancy,
    Woman,
)
from ooievaar.record.relations import Rejected, relate_from_care
from ooievaar.settlement.following import follow_now
from ooievaar.web.tests.small_region import NOW, Region, small_region
from tests.edges import (
    DAY,
    at_noon,
    at_work,
    items_of,
    known_of,
    on_the_base,
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


class TestDueDateMovedByThreeWeeks:
    """Noor is 31 weeks; a scan says she is 28."""

    def test_the_plan_moves_and_what_is_done_stays(self, region: Region) -> None:
        on_the_base(region)
        noor, midwife = pregnancy(4), at_work(region, "linde")
        before, products = items_of(noor), products_of(noor)
        banner = banner_for(midwife, noor.pk, NOW)
        assert banner is not None and banner.gestation_days == 218
        write(
            region,
            noor,
            "linde",
            "due_date",
            {"due_date": "2027-01-24", "due_date_method": "head", "due_date_precision_days": "5"},
        )
        after = items_of(noor)
        banner = banner_for(midwife, noor.pk, NOW)
        assert banner is not None and banner.gestation_days == 218 - 21
        assert banner.version.due_precision_days == 5
        done = {key for key, item in before.items() if item.status == "done"}
        assert len(done) > 5
        for key in done:
            assert (after[key].status, after[key].done_on) == ("done", before[key].done_on)
        moved = [key for key, item in before.items() if item.status == "upcoming"]
        for key in moved:
            assert after[key].due_from - before[key].due_from == 21 * DAY, key
        assert len(moved) > 5
        assert products_of(noor) == products

    def test_it_moves_back_when_the_scan_was_of_another(self, region: Region) -> None:
        on_the_base(region)
        noor = pregnancy(4)
        before = items_of(noor)
        entry = write(
            region, noor, "linde", "due_date", {"due_date": "2027-01-24", "due_date_method": "head"}
        )
        person = Person.objects.get(pk=at_work(region, "linde").person_id)
        assert mark_in_error(
            entry,
            "verkeerde vrouw",
            organisation=entry.organisation,
            person=person,
            role="midwife",
            at=NOW,
        )
        assert known_of(noor).due_on == date(2027, 1, 3)
        for key, item in items_of(noor).items():
            was = before[key]
            assert (item.due_from, item.due_until, item.done_on) == (
                was.due_from,
                was.due_until,
                was.done_on,
            )


def test_of_twins_one_is_lost(region: Region) -> None:
    """Wilma expected two; what was seen of the second stays, the first is born alone."""
    wilma, midwife = pregnancy(6), at_work(region, "duin")
    due = {"due_date": "2027-05-04", "due_date_method": "crl"}
    write(region, wilma, "duin", "due_date", {**due, "fetus_count": "2"})
    scan = [
        Observed("scan_kind", "dating"),
        Observed("scan_fetus_count", "2"),
        Observed("crl", "45", 1),
        Observed("crl", "41", 2),
    ]
    seen = write(region, wilma, "duin", "ultrasound", scan)
    assert known_of(wilma).children == 2
    later = NOW + 21 * DAY
    write(region, wilma, "duin", "due_date", {**due, "fetus_count": "1"}, later)
    assert known_of(wilma).children == 1
    (found,) = (one for one in written_of(midwife, wilma.pk, later) if one.entry.pk == seen.pk)
    assert found.value("crl", 2) == "41"

    born = datetime(2027, 4, 29, 3, tzinfo=UTC)
    child = [Observed("birth_date", "2027-04-29", 1), Observed("born_alive", "yes", 1)]
    write(region, wilma, "duin", "birth_child", child, born)
    version = known_of(wilma)
    assert (version.children, version.birth_on) == (1, date(2027, 4, 29))
    banner = banner_for(midwife, wilma.pk, born)
    assert banner is not None and banner.version.children == 1


def test_born_at_home_before_anybody_arrived(region: Region) -> None:
    """Nobody led it; who came afterwards writes it down, a day later, and nothing breaks."""
    noor = pregnancy(4)
    born = date(2026, 12, 29)
    written = datetime(2026, 12, 30, 8, tzinfo=UTC)
    birth = {
        "labour_date": born.isoformat(),
        "labour_time": "04:10",
        "birth_place": "home",
        "birth_led_by": "none",
        "birth_mode": "spontaneous",
        "placenta_date": born.isoformat(),
        "placenta_time": "05:20",
    }
    write(region, noor, "linde", "birth_mother", birth, written, happened_on=born)
    child = [
        Observed("birth_date", born.isoformat(), 1),
        Observed("birth_time", "04:35", 1),
        Observed("birth_caught_by", "other", 1),
    ]
    write(region, noor, "linde", "birth_child", child, written, happened_on=born)
    version = known_of(noor)
    assert (version.birth_on, version.labour_minute, version.placenta_minute) == (born, 250, 320)
    assert version.recorded_on == date(2026, 12, 30)
    assert not Breaker.objects.filter(pregnancy=noor).exists()
    assert set(products_of(noor)) >= {1, 2}
    acts = Disposition.objects.filter(pregnancy=noor, activity__code="V-PAR")
    assert [row.disposition for row in acts] == ["in_product"]


class TestPregnantAgainWithinTwoMonths:
    """Noor's pregnancy ends in a miscarriage; seven weeks later she is pregnant again."""

    LOST = date(2026, 11, 10)
    AGAIN = date(2026, 12, 29)

    def again(self, region: Region) -> Pregnancy | Rejected:
        return register_pregnancy(
            Woman.objects.get(name="Noor Visser"),
            organisation=region.organisations["linde"],
            first_intake_on=self.AGAIN,
            due_on=self.AGAIN + 230 * DAY,
            due_precision_days=5,
            at=at_noon(self.AGAIN),
        )

    def test_not_while_one_runs(self, region: Region) -> None:
        refused = self.again(region)
        assert isinstance(refused, Rejected) and refused.field == "woman"

    def test_care_goes_to_the_right_one(self, region: Region) -> None:
        noor = pregnancy(4)
        end = {"pregnancy_end_kind": "miscarriage", "pregnancy_end_date": self.LOST.isoformat()}
        write(region, noor, "linde", "pregnancy_end", end, at_noon(self.LOST))
        new = self.again(region)
        assert isinstance(new, Pregnancy) and new.woman_id == noor.woman_id
        write(region, new, "linde", "prenatal_contact", {"weight": "70"}, at_noon(self.AGAIN + DAY))
        aftercare = write(
            region,
            noor,
            "linde",
            "postpartum_contact",
            {"visit_kind": "miscarriage"},
            at_noon(self.AGAIN + 2 * DAY),
            happened_on=self.LOST + 3 * DAY,
        )
        # Nobody linked these: the day tells.
        loose = {}
        for day, of in ((self.LOST - 14 * DAY, noor), (self.AGAIN + 3 * DAY, new)):
            act = CareActivity.objects.create(
                woman=noor.woman,
                organisation=region.organisations["linde"],
                code="V-CON",
                performed_on=day,
                recorded_on=day,
                source="claims",
                source_reference=f"los-{day}",
            )
            loose[act.pk] = of.pk
        follow_now(noor.woman_id, at_noon(self.AGAIN + 4 * DAY))
        found = dict(Disposition.objects.values_list("activity_id", "pregnancy_id"))
        assert {pk: found[pk] for pk in loose} == loose
        counted = CareActivity.objects.get(counted_of__entry=aftercare)
        assert found[counted.pk] == noor.pk
        assert (known_of(noor).end_kind, known_of(new).end_kind) == ("miscarriage", "ongoing")
        assert known_of(new).first_intake_on == self.AGAIN


class TestMidnightAndSummerTime:
    def test_two_contacts_in_the_hour_that_comes_twice(self, region: Region) -> None:
        """On 25 October 2026 it is half past two twice; the order of writing tells them apart."""
        noor, midwife = pregnancy(4), at_work(region, "linde")
        night = date(2026, 10, 25)
        written = [
            write(
                region,
                noor,
                "linde",
                "phone_contact",
                {},
                datetime(2026, 10, 25, hour, 30, tzinfo=UTC),
                happened_minute=150,
            )
            for hour in (0, 1)
        ]
        assert [entry.happened_on for entry in written] == [night, night]
        found = [one.entry for one in written_of(midwife, noor.pk, NOW) if one.entry in written]
        assert found == written[::-1]
        moments = [timezone.localtime(entry.recorded_at) for entry in written]
        assert [(one.hour, one.minute) for one in moments] == [(2, 30), (2, 30)]
        assert moments[1] - moments[0] == timedelta(hours=1) or moments[0].fold != moments[1].fold

    def test_a_contact_in_the_hour_that_is_skipped(self, region: Region) -> None:
        """Who looks at a watch that was not put forward writes half past two; it is kept."""
        johanna = pregnancy(3)
        at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        entry = write(region, johanna, "linde", "phone_contact", {}, at, happened_minute=150)
        assert (entry.happened_on, entry.happened_minute) == (date(2026, 3, 29), 150)
        assert timezone.localtime(entry.recorded_at).hour == 3

    def test_just_after_midnight_it_is_today_here_and_yesterday_there(self, region: Region) -> None:
        """Days are local: at 00:01 in June it is still yesterday in UTC."""
        noor = pregnancy(4)
        at = datetime(2027, 1, 4, 23, 1, tzinfo=UTC)
        child = [Observed("birth_date", "2027-01-05", 1), Observed("birth_time", "00:01", 1)]
        write(region, noor, "linde", "birth_child", child, at)
        version = known_of(noor)
        assert (version.birth_on, version.recorded_on) == (date(2027, 1, 5), date(2027, 1, 5))
        tomorrow = finish(
            noor,
            "note",
            [],
            organisation=region.organisations["linde"],
            person=None,
            role="midwife",
            happened_on=date(2027, 1, 6),
            at=at,
        )
        assert isinstance(tomorrow, Rejected) and tomorrow.field == "happened_on"

    @pytest.mark.parametrize(
        ("born", "time", "at"),
        [
            ("2026-06-30", "23:59", datetime(2026, 6, 30, 21, 59, tzinfo=UTC)),
            ("2026-07-01", "00:01", datetime(2026, 6, 30, 22, 1, tzinfo=UTC)),
        ],
    )
    def test_a_birth_on_either_side_of_midnight(
        self, region: Region, born: str, time: str, at: datetime
    ) -> None:
        johanna = pregnancy(3)
        new = Pregnancy.objects.create(woman=Woman.objects.create(reference="W-nacht"))
        new.versions.create(
            recorded_on=date(2026, 1, 5),
            first_intake_on=date(2026, 1, 5),
            first_intake_organisation=region.organisations["linde"],
            due_on=date(2026, 7, 3),
        )
        assert johanna.pk != new.pk
        start = {"labour_date": "2026-06-30", "labour_time": "20:00"}
        write(region, new, "linde", "birth_mother", start, at)
        child = [Observed("birth_date", born, 1), Observed("birth_time", time, 1)]
        write(region, new, "linde", "birth_child", child, at)
        version = known_of(new)
        assert version.birth_on == date.fromisoformat(born) == version.recorded_on
        duties = duties_of(new.pk, at)
        # The phase of the birth lasts until the placenta is there, whatever the clock says.
        assert duties is not None and duties.phase(at) == 2


class TestTheTwentyNinthOfFebruary:
    BORN = date(2028, 2, 29)

    def test_the_lying_in_goes_on_into_march(self, region: Region) -> None:
        on_the_base(region)
        intake = date(2027, 8, 2)
        made = register_pregnancy(
            NewWoman("Leonie Schrikkel", date(2000, 2, 29), insurer=region.insurers[0]),
            organisation=region.organisations["duin"],
            first_intake_on=intake,
            due_on=date(2028, 2, 29),
            due_precision_days=2,
            at=at_noon(intake),
        )
        assert isinstance(made, Pregnancy)
        child = [Observed("birth_date", self.BORN.isoformat(), 1)]
        write(region, made, "duin", "birth_child", child, at_noon(self.BORN))
        banner = banner_for(at_work(region, "duin"), made.pk, at_noon(self.BORN))
        assert banner is not None and banner.gestation_days == 280
        items = items_of(made, at_noon(date(2028, 3, 1)))
        of_children = {key: item for (key, _child), item in items.items()}
        assert of_children["kraam_day_1"].due_from == self.BORN
        assert of_children["kraam_day_2"].due_from == date(2028, 3, 1)
        assert of_children["heel_prick"].due_from == date(2028, 3, 3)
        assert of_children["six_weeks"].due_from == date(2028, 4, 7)
        assert made.woman.birth_date == date(2000, 2, 29)
