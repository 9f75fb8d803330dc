"""Calendars: buddies with their joint hours, appointments of this week and of today."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from ooievaar.network.models import Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.queries import plans_for
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import appointments, buddies
from ooievaar.record.teamwork.models import BuddyPair
from ooievaar.simulator.dossiers.company import JUST_BORN, Company
from ooievaar.simulator.dossiers.stories import Story

APPOINTMENTS = 10
SOON = 3 * 7
FIRST_APPOINTMENT = time(8, 30)


class Calendars(Company):
    """Writes buddy pairs and appointments."""

    def fix_buddies(self) -> list[BuddyPair]:
        """The gynaecologist is the buddy of the midwife's practices since some months."""
        since = self.today - timedelta(days=120)
        doctor = self.cast.gynaecologist
        person = Person.objects.get(pk=doctor.person_id)
        pairs = []
        for practice in [self.cast.midwife, *self.cast.others]:
            if practice.role is not Role.MIDWIFE:
                continue
            made = buddies.fix_buddy(
                self.organisations[practice.organisation_id or 0],
                person,
                self.organisations[doctor.organisation_id or 0],
                valid_from=since,
                by=practice,
                today=since,
            )
            if isinstance(made, BuddyPair):
                pairs.append(made)
                self.made["buddyparen"] += 1
        return pairs

    def hold_joint_hour(self, pair: BuddyPair) -> None:
        """Open a joint hour on the next working day; half of its places are given to women."""
        by = next(
            one
            for one in [self.cast.midwife, *self.cast.others]
            if one.organisation_id == pair.practice_id
        )
        day = self.working_day(1 if by == self.cast.midwife else 2)
        places = appointments.make_joint_hour(
            pair, day=day.date(), clock=time(13, 0), places=6, minutes=20, by=by,
            at=self.ago(days=1),
        )  # fmt: skip
        if isinstance(places, Rejected):
            return
        self.made["spreekuren"] += 1
        for place in places[:3]:
            self.first_that(
                self.women(by, fits=lambda story: not story.is_born),
                lambda s, place=place: appointments.plan_in(  # type: ignore[misc]
                    place, s.pregnancy, note="Samen beleid maken", by=by, at=self.ago(hours=5)
                ),
            )

    def fill_calendars(self) -> None:
        """Give everybody who gives care women who are due, today and on the next working days."""
        ids = [story.pregnancy.pk for story in self.stories]
        plans = plans_for(ids, self.now, ("overdue", "due"))
        for one in [*self.cast.everyone, *self.cast.others]:
            due = {
                of: min(item.due_until for item in mine)
                for of, plan in plans.items()
                if (mine := [item for item in plan.items if item.discipline == one.discipline])
            }
            women = [story for story in self.women(one) if self._sees_today(one, story)]
            women.sort(key=lambda story: due.get(story.pregnancy.pk, self.today + timedelta(400)))
            for number, story in enumerate(women[:APPOINTMENTS]):
                self._appointment(one, story, self._at_clock(number, 0))
            for days, start in ((1, APPOINTMENTS), (2, APPOINTMENTS + 6)):
                noon = self.working_day(days)
                for number, story in enumerate(women[start : start + 6]):
                    at = noon + timedelta(hours=-3, minutes=30 * number)
                    self._appointment(one, story, at)
            self._remember_the_week(one)

    def _remember_the_week(self, one: Workplace) -> None:
        """Add the appointments of the days of this week that are over, by what was done then."""
        monday = self.today - timedelta(days=self.today.weekday())
        done = [
            (act.day, story.pregnancy.pk, story)
            for story in self.stories
            for act in story.acts
            if monday <= act.day < self.today and act.organisation_id == one.organisation_id
            and not act.code.startswith(("L-", "V-TEL"))
        ]  # fmt: skip
        seen: Counter[date] = Counter()
        for (day, _pk), story in {(day, pk): story for day, pk, story in done}.items():
            at = timezone.make_aware(datetime.combine(day, FIRST_APPOINTMENT))
            starts_at = at + timedelta(minutes=40 * seen[day])
            seen[day] += 1
            if seen[day] <= APPOINTMENTS:
                self._appointment(one, story, starts_at, made_at=at - timedelta(days=5))

    def _sees_today(self, one: Workplace, story: Story) -> bool:
        """Tell whether somebody of a role would see her these days."""
        left = (story.version.due_on - self.today).days
        born = story.version.birth_on
        if one.role is Role.KRAAM_CARER:
            return left < 10 * 7 if born is None else born > self.today - JUST_BORN
        if one.role is Role.CLINICAL_CARER:
            return born is None and left < SOON
        if one.role is Role.MIDWIFE and born is not None:
            return born > self.today - JUST_BORN
        return born is None

    def _at_clock(self, number: int, days: int) -> datetime:
        first = datetime.combine(self.today + timedelta(days=days), FIRST_APPOINTMENT)
        return timezone.make_aware(first) + timedelta(minutes=40 * number)

    def _appointment(
        self, one: Workplace, story: Story, starts_at: datetime, made_at: datetime | None = None
    ) -> None:
        made = appointments.make_appointment(
            story.pregnancy,
            person=Person(pk=one.person_id),
            starts_at=starts_at,
            minutes=30,
            note=self._why(one, story, timezone.localdate(starts_at)),
            by=one,
            at=made_at or self.now,
        )
        self.made["afspraken"] += not isinstance(made, Rejected)

    def _why(self, one: Workplace, story: Story, day: date) -> str:
        """Return what somebody of a role sees her for on a day."""
        weeks, born = story.weeks(day), story.version.birth_on
        is_born = born is not None and born <= day
        notes: dict[Role, tuple[str, ...]] = {
            Role.MIDWIFE: ("Kraambedvisite",)
            if is_born
            else ("Controle", "Bespreken geboorteplan")
            if weeks >= 34
            else ("Controle", "Controle, partner komt mee"),
            Role.GYNAECOLOGIST: ("Controle en beleid bevalling",)
            if weeks >= 36
            else ("Herhaalconsult", "Echo en controle"),
            Role.CLINICAL_CARER: ("Kraambed",) if is_born else ("CTG", "Dagopname", "Rondleiding"),
            Role.KRAAM_CARER: ("Kraamzorg thuis",) if is_born else ("Intake thuis",),
            Role.SONOGRAPHER: ("Termijnecho",)
            if weeks < 13
            else ("Structurele echo",)
            if weeks < 22
            else ("Liggingsecho",)
            if weeks >= 35
            else ("Groei-echo",),
        }
        return self.draw.one_of(notes[one.role])
