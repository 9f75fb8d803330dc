"""Who works together in the region, and with which women: what every part of `together` shares."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone

from ooievaar.network.models import Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.relations import Rejected
from ooievaar.simulator.dossiers.draws import Draw
from ooievaar.simulator.dossiers.stories import Story
from ooievaar.simulator.dossiers.traits import Traits

JUST_BORN = timedelta(days=12)
MOST_TRIED = 12
"""Women tried when a command refuses; most are not refused."""


@dataclass
class Cast:
    """Who works together: one of each role that the region has, and the practice's second place."""

    midwife: Workplace
    gynaecologist: Workplace
    clinical: Workplace | None = None
    kraam: Workplace | None = None
    sonographer: Workplace | None = None
    others: list[Workplace] = field(default_factory=list)

    @property
    def everyone(self) -> list[Workplace]:
        """All of them who are there."""
        own = (self.midwife, self.gynaecologist, self.clinical, self.kraam, self.sonographer)
        return [one for one in own if one is not None]


def cast_of(workplaces: Sequence[Workplace]) -> Cast | None:
    """Return who works together; None without a midwife and a gynaecologist."""
    first: dict[Role, Workplace] = {}
    others = []
    for one in workplaces:
        if one.role in first:
            others.append(one)
        first.setdefault(one.role, one)
    if Role.MIDWIFE not in first or Role.GYNAECOLOGIST not in first:
        return None
    return Cast(
        first[Role.MIDWIFE],
        first[Role.GYNAECOLOGIST],
        first.get(Role.CLINICAL_CARER),
        first.get(Role.KRAAM_CARER),
        first.get(Role.SONOGRAPHER),
        others,
    )


class Company:
    """The cast and the women of some stories, each as seldom taken as may be."""

    def __init__(
        self, cast: Cast, stories: Sequence[Story], traits: dict[int, Traits], seed: int,
        now: datetime,
    ) -> None:  # fmt: skip
        self.cast = cast
        self.stories = stories
        self.traits = traits
        self.now = now
        self.today = timezone.localdate(now)
        self.draw = Draw(seed, "together")
        self.used: Counter[int] = Counter()
        self.made: Counter[str] = Counter()
        self.organisations = {row.pk: row for row in Organisation.objects.all()}
        self.treated: dict[int, set[int]] = defaultdict(set)
        relations = TreatmentRelation.objects.filter(
            pregnancy_id__in=[story.pregnancy.pk for story in stories],
            person__isnull=True,
            valid_from__lte=self.today,
            valid_until__gt=self.today,
        )
        for of, organisation in relations.values_list("pregnancy_id", "organisation_id"):
            self.treated[of].add(organisation)

    def women(
        self, *seen_by: Workplace | None, fits: Callable[[Story], bool] = lambda story: True
    ) -> list[Story]:
        """Return women that all of these treat and who fit, those of whom least is said first."""
        places = {one.organisation_id for one in seen_by if one is not None}
        found = [
            story
            for story in self.stories
            if places <= self.treated[story.pregnancy.pk] and fits(story)
        ]
        return sorted(found, key=lambda story: self.used[story.pregnancy.pk])

    def first_that(self, women: Iterable[Story], does: Callable[[Story], object]) -> object:
        """Try women until one is not refused; return what was made, or None."""
        for story in list(women)[:MOST_TRIED]:
            made = does(story)
            if not isinstance(made, Rejected):
                self.used[story.pregnancy.pk] += 1
                return made
        return None

    def ago(self, **much: int) -> datetime:
        """Return a moment before now."""
        return self.now - timedelta(**much)

    def working_day(self, after: int) -> datetime:
        """Return the local noon of a working day, so many of them after today."""
        day = self.today
        while after:
            day += timedelta(days=1)
            after -= day.weekday() < 5
        return timezone.make_aware(datetime.combine(day, time(12)))

    def is_high(self, story: Story) -> bool:
        """Tell whether there is something to speak about."""
        traits = self.traits[story.pregnancy.pk]
        return (
            traits.has_diabetes
            or traits.has_hypertension
            or traits.had_caesarean
            or traits.is_vulnerable
            or story.children > 1
        )
