"""Speaking with each other: threads with questions, and meetings with decisions and tasks."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.utils import timezone

from ooievaar.network.models import Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork import meetings, tasks, threads
from ooievaar.record.teamwork.models import (
    AgendaItem,
    MeetingDecision,
    PlanStep,
    TeamMeeting,
    Thread,
    ThreadMessage,
)
from ooievaar.simulator.dossiers.company import JUST_BORN, Company
from ooievaar.simulator.dossiers.pregnant import answer_of, reason_of
from ooievaar.simulator.dossiers.stories import Story

AGENDA = 4
AFTER_BIRTH = None
"""In place of weeks: of who gave birth lately."""


class Speaking(Company):
    """Writes threads and meetings."""

    def talk(self) -> None:
        """Questions to each of the cast that wait for an answer, and one that was answered."""
        cast = self.cast
        questions = (
            (cast.midwife, cast.gynaecologist, 3, (28, 40), "Bloeddruk loopt op",
             "Vandaag 138/88, geen klachten, geen eiwit. Zie je haar deze week, of meet ik vrijdag"
             " opnieuw?"),
            (cast.midwife, cast.gynaecologist, 27, (29, 37), "Groei blijft achter",
             "De buikomtrek zit nu op p12, eerst p30. Nog een echo over twee weken genoeg?"),
            (cast.gynaecologist, cast.midwife, 4, (26, 41), "Ontslag morgen",
             "Als de bloeddruk zo blijft, gaat zij morgen naar huis. Kun jij maandag langs voor een"
             " controle?"),
            (cast.gynaecologist, cast.midwife, 30, (32, 42), "Wens voor de bevalling",
             "Zij wil toch graag in bad. Wat hebben jullie afgesproken in het geboorteplan?"),
            (cast.midwife, cast.clinical, 2, (37, 42), "Komt vanavond mogelijk binnen",
             "Vliezen gebroken om 14:00, nog geen weeën. Is er vanavond plaats?"),
            (cast.midwife, cast.kraam, 5, AFTER_BIRTH, "Voeding en gewicht",
             "Kun je het gewicht morgen nog eens doorgeven? Gisteren 7 procent eraf."),
            (cast.kraam, cast.midwife, 1, AFTER_BIRTH, "Moeder is verdrietig",
             "Zij huilt veel sinds gisteren en slaapt weinig. Wil je vandaag bellen?"),
            (cast.midwife, cast.sonographer, 6, (33, 37), "Ligging controleren",
             "Ik twijfel over de ligging. Kun je bij de volgende echo ook de placenta bekijken?"),
            (cast.sonographer, cast.midwife, 8, (19, 28), "Placenta laag",
             "De placenta ligt 15 mm van het ostium. Herhalen bij 32 weken?"),
        )  # fmt: skip
        for by, to, hours, weeks, subject, text in questions:
            self._question(by, to, subject, text, hours, weeks)
        answered = self._question(
            cast.midwife,
            cast.gynaecologist,
            "Dagcurve",
            "Nuchter 5,4 en na het eten 7,6. Doorgaan met dieet?",
            76,
            (24, 42),
        )
        if isinstance(answered, Thread):
            question = ThreadMessage.objects.get(thread=answered)
            made = threads.write_message(
                answered,
                "Ja, nog een week dieet. Bij twee waarden boven de 7,8 zie ik haar.",
                by=cast.gynaecologist,
                at=self.ago(hours=70),
                answers=question,
            )
            assert not isinstance(made, Rejected), made

    def _question(
        self,
        by: Workplace | None,
        to: Workplace | None,
        subject: str,
        text: str,
        hours: int,
        weeks: tuple[int, int] | None,
    ) -> object:
        if by is None or to is None:
            return None
        # In a small region nobody may be as far; then it is asked of another who is pregnant.
        others = self.women(by, to, fits=lambda s: weeks is not AFTER_BIRTH and not s.is_born)
        made = self.first_that(
            [*self.women(by, to, fits=self._is_at(weeks)), *others],
            lambda story: threads.start_thread(
                story.pregnancy,
                subject,
                text,
                by=by,
                at=self.ago(hours=hours),
                to=[f"r{to.organisation_id}-{to.role}"],
                answer_by=self.today + timedelta(days=2),
            ),
        )
        self.made["gesprekken"] += made is not None
        return made

    def _is_at(self, weeks: tuple[int, int] | None) -> Callable[[Story], bool]:
        """Tell who is pregnant in `[from, until)` weeks now; or else who gave birth lately."""

        def fits(story: Story) -> bool:
            born = story.version.birth_on
            if weeks is AFTER_BIRTH:
                return born is not None and born > self.today - JUST_BORN
            return born is None and weeks[0] <= story.weeks(self.today) < weeks[1]

        return fits

    def meet_soon(self) -> None:
        """A meeting this week, with its agenda."""
        noon = self.working_day(2)
        self._meeting(noon + timedelta(minutes=30), self.ago(days=3), AGENDA)

    def meet_before(self) -> None:
        """A meeting some weeks ago, with what was decided and agreed."""
        cast = self.cast
        day = self.today - timedelta(days=21)
        day -= timedelta(days=max(day.weekday() - 4, 0))
        past_day = timezone.make_aware(datetime.combine(day, time(12, 30)))
        items = self._meeting(past_day, past_day - timedelta(days=6), AGENDA - 1)
        if not items:
            return
        meeting = items[0].meeting
        for number, item in enumerate(items):
            self._conclude(item, past_day + timedelta(minutes=12 * (number + 1)), number)
        closed_at = past_day + timedelta(minutes=70)
        meetings.write_minutes(
            meeting,
            "Afgesproken dat de groei-echo's in het echocentrum vooraf in de agenda staan.",
            by=cast.midwife,
            at=closed_at,
        )
        closed = meetings.close_meeting(meeting, by=cast.midwife, at=closed_at)
        assert not isinstance(closed, Rejected), closed

    def _meeting(self, starts_at: datetime, at: datetime, most: int) -> list[AgendaItem]:
        cast = self.cast
        around = [cast.gynaecologist, *([cast.clinical] if cast.clinical else [])]
        taking_part = [self.organisations[one.organisation_id or 0] for one in around]
        meeting = meetings.plan_meeting(
            kind=TeamMeeting.Kind.MDO,
            starts_at=starts_at,
            minutes=60,
            place="Vergaderkamer verloskunde, en via beeldbellen",
            chair=Person.objects.get(pk=cast.gynaecologist.person_id),
            organisations=taking_part,
            by=cast.midwife,
            at=at,
        )
        if isinstance(meeting, Rejected):
            return []
        self.made["overleggen"] += 1
        items: list[AgendaItem] = []
        pregnant = self.women(cast.midwife, fits=lambda story: self._was_pregnant(story, at))
        women = sorted(pregnant, key=lambda story: not self.is_high(story))
        for story in women:
            if len(items) == most:
                break
            traits = self.traits[story.pregnancy.pk]
            made = meetings.put_on_agenda(
                meeting,
                story.pregnancy,
                question=f"{reason_of(story, traits)} Welk beleid voor de bevalling?",
                preparation="Lees de laatste echo en de controles van de afgelopen vier weken.",
                organisations=taking_part,
                by=cast.midwife,
                at=at + timedelta(hours=4),
            )
            if isinstance(made, AgendaItem):
                items.append(made)
                self.used[story.pregnancy.pk] += 1
        self.made["agendapunten"] += len(items)
        return items

    def _was_pregnant(self, story: Story, at: datetime) -> bool:
        """Tell whether she was pregnant and in care then."""
        day, ended = timezone.localdate(at), story.version.ended_on
        return story.version.first_intake_on < day and (ended is None or ended > day)

    def _conclude(self, item: AgendaItem, at: datetime, number: int) -> None:
        cast = self.cast
        story = next(s for s in self.stories if s.pregnancy.pk == item.pregnancy_id)
        decision = meetings.conclude(
            item,
            MeetingDecision.Kind.DISCUSSED,
            answer_of(story, self.traits[story.pregnancy.pk]),
            by=cast.midwife,
            at=at,
        )
        if isinstance(decision, Rejected):
            return
        owners = [cast.gynaecologist, cast.midwife]
        for owner, text, days in (
            (owners[number % 2], "Beleid met haar en haar partner bespreken.", 7),
            (owners[(number + 1) % 2], "Groei-echo aanvragen en de uitslag delen.", 24 + number),
        ):
            made = tasks.agree(
                item.pregnancy,
                text,
                owner=f"o{owner.organisation_id}",
                until=timezone.localdate(at) + timedelta(days=days),
                by=cast.midwife,
                at=at,
                decision=decision,
            )
            if isinstance(made, Rejected):
                continue
            self.made["taken"] += 1
            if days == 7:
                tasks.step(made, PlanStep.State.DONE, by=owner, at=at + timedelta(days=5))
