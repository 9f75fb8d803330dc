"""Handing over between the lines: referrals, transfers, full wards, who coordinates."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from ooievaar.network.models import Person, Position
from ooievaar.record.handover import commands as handing
from ooievaar.record.handover.models import FullWard, Referral, ReferralStep
from ooievaar.record.handover.wards import report_full
from ooievaar.record.relations import Rejected
from ooievaar.simulator.dossiers.company import Company
from ooievaar.simulator.dossiers.pregnant import answer_of, indication_of, reason_of
from ooievaar.simulator.dossiers.stories import Story

TRANSFERS = 6
COORDINATED = 12


class HandingOver(Company):
    """Writes what is asked of the second line, and who takes over."""

    def hand_over(self) -> None:
        """Transfers that were taken over on the day she was referred."""
        cast = self.cast
        women = self.women(cast.midwife, cast.gynaecologist, fits=self._is_referred)[:TRANSFERS]
        for story in women:
            day = next(act.day for act in story.of("V-VER"))
            at = min(timezone.make_aware(datetime.combine(day, time(14, 20))), self.now)
            asked = self._ask(story, Referral.Kind.TRANSFER, at)
            if isinstance(asked, Referral):
                later = min(at + timedelta(hours=3), self.now)
                taken = handing.take_over(
                    cast.gynaecologist,
                    asked,
                    at=later,
                    starts_at=later,
                    person=Person.objects.get(pk=cast.gynaecologist.person_id),
                    text="Welkom; eerste afspraak is gemaakt.",
                )
                assert not isinstance(taken, Rejected), taken
                self.used[story.pregnancy.pk] += 1
                self.made["overdrachten"] += 1

    def have_answered(self) -> None:
        """A consult was asked and answered."""
        cast = self.cast
        asked = self.first_that(
            self.women(cast.midwife, fits=lambda story: not story.is_born),
            lambda story: self._ask(story, Referral.Kind.CONSULT, self.ago(days=6)),
        )
        if not isinstance(asked, Referral):
            return
        story = next(s for s in self.stories if s.pregnancy.pk == asked.pregnancy_id)
        answered = handing.answer(
            cast.gynaecologist,
            asked,
            text=answer_of(story, self.traits[story.pregnancy.pk]),
            at=self.ago(days=4),
            lead=ReferralStep.Lead.PRIMARY,
            lead_when="vanaf nu; opnieuw vragen bij verandering",
            is_done=False,
        )
        assert not isinstance(answered, Rejected), answered
        self.made["verwijzingen"] += 1

    def wait_for_answers(self) -> None:
        """A consult waits for its answer since yesterday, a transfer since this morning."""
        pregnant = self.women(self.cast.midwife, fits=lambda story: not story.is_born)
        waiting = self.first_that(
            pregnant, lambda story: self._ask(story, Referral.Kind.CONSULT, self.ago(hours=20))
        )
        self.made["verwijzingen"] += waiting is not None
        waiting = self.first_that(
            self.women(
                self.cast.midwife,
                fits=lambda story: not story.is_born and not self._is_referred(story),
            ),
            lambda story: self._ask(story, Referral.Kind.TRANSFER, self.ago(hours=2)),
        )
        self.made["overdrachten"] += waiting is not None

    def _is_referred(self, story: Story) -> bool:
        here = self.cast.midwife.organisation_id
        return any(act.organisation_id == here for act in story.of("V-VER"))

    def coordinate(self) -> None:
        """The midwife coordinates the care of who is at high risk."""
        here = self.cast.midwife
        women = self.women(here, fits=lambda s: not s.is_born and self.is_high(s))
        for story in women[:COORDINATED]:
            made = handing.name_coordinator(
                here,
                story.pregnancy,
                Position.objects.select_related("organisation").get(pk=here.position_id),
                at=self.ago(days=2),
            )
            self.made["coördinatoren"] += not isinstance(made, Rejected)

    def _ask(self, story: Story, kind: Referral.Kind, at: datetime) -> Referral | Rejected:
        clinic = self.organisations[self.cast.gynaecologist.organisation_id or 0]
        why = reason_of(story, self.traits[story.pregnancy.pk])
        words = {
            Referral.Kind.TRANSFER: f"{why} Wilt u de zorg overnemen?",
            Referral.Kind.CONSULT: f"{why} Wilt u haar zien en adviseren?",
        }
        return handing.ask(
            self.cast.midwife,
            story.pregnancy,
            kind,
            to_organisation=clinic,
            question=words[kind],
            urgency=Referral.Urgency.WEEK,
            indication=indication_of(story, self.traits[story.pregnancy.pk]),
            at=at,
        )

    def report_a_full_ward(self) -> None:
        """The delivery rooms are full since this morning, until tonight."""
        by = self.cast.clinical or self.cast.gynaecologist
        hospitals = [
            row for row in self.organisations.values() if row.pk == by.organisation_id
        ] if self.cast.clinical else []  # fmt: skip
        for hospital in hospitals:
            made = report_full(
                by,
                hospital,
                ward=FullWard.Ward.DELIVERY,
                reason=FullWard.Reason.STAFF,
                full_until=self.now + timedelta(hours=7),
                at=self.ago(hours=1),
                note="Twee verloskamers open; bel de dienstdoende gynaecoloog.",
            )
            assert not isinstance(made, Rejected), made
            self.made["volmeldingen"] += 1
