"""What is on record of the pregnancies that get a written record: facts and acts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Count, Q

from ooievaar.bundles.models import Derivation, Disposition
from ooievaar.kernel.gestation import TERM_DAYS
from ooievaar.network.models import Organisation
from ooievaar.record.models import CareActivity, Pregnancy, PregnancyVersion, TreatmentRelation
from ooievaar.record.versions import newest_versions

SOURCE = "record"
"""Acts as who did them wrote them down; what an insurer tells comes with no record."""
JUST_ENDED = timedelta(days=60)
PAST_DUE = timedelta(days=21)
BIRTH = PregnancyVersion.EndKind.BIRTH
ONGOING = PregnancyVersion.EndKind.ONGOING


@dataclass(frozen=True, slots=True)
class ActDone:
    """Something done for her, as far as a record goes."""

    activity_id: int
    reference: str
    organisation_id: int
    discipline: str
    code: str
    day: date
    minute: int | None
    duration: int
    child: int
    recorded_on: date


@dataclass(frozen=True)
class Story:
    """One pregnancy by what is known today: its newest version, and its acts by day."""

    version: PregnancyVersion
    first_due_on: date
    earlier_births: tuple[date, ...]
    earlier_losses: tuple[date, ...]
    today: date
    acts: list[ActDone] = field(default_factory=list)

    @property
    def pregnancy(self) -> Pregnancy:
        """The pregnancy itself."""
        return self.version.pregnancy

    @property
    def reference(self) -> str:
        """How she is called in files."""
        return self.pregnancy.reference

    @property
    def is_born(self) -> bool:
        """Tell whether she gave birth."""
        return self.version.end_kind == BIRTH

    @cached_property
    def children(self) -> int:
        """How many children."""
        return max(1, self.version.children)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Which acts were done."""
        return frozenset(act.code for act in self.acts)

    def of(self, *codes: str) -> list[ActDone]:
        """Return the acts with these codes, by day."""
        return [act for act in self.acts if act.code in codes]

    def gestation(self, day: date) -> int:
        """Return the days of gestation on a day."""
        return (day - self.version.due_on).days + TERM_DAYS

    def weeks(self, day: date) -> float:
        """Return the weeks of gestation on a day."""
        return self.gestation(day) / 7


def chosen_versions(
    today: date, organisation_ids: Collection[int], most: int
) -> Sequence[PregnancyVersion]:
    """Return pregnancies that run or just ended in a birth, first those these treat the most of.

    Of whom is pregnant and who gave birth as many as there are of each, up to `most` in all.
    """
    runs = Q(end_kind=ONGOING, due_on__gt=today - PAST_DUE)
    ended = Q(end_kind=BIRTH, ended_on__gt=today - JUST_ENDED)
    treated = TreatmentRelation.objects.filter(
        organisation_id__in=organisation_ids, valid_from__lte=today, valid_until__gt=today
    )
    counted = treated.values("pregnancy_id").annotate(n=Count("organisation_id", distinct=True))
    by_how_many = dict(counted.values_list("pregnancy_id", "n"))
    found = newest_versions(today).filter(
        runs | ended,
        pregnancy_id__in=treated.values("pregnancy_id"),
        first_intake_on__lt=today,
    )
    versions = sorted(
        found.select_related("pregnancy__woman", "first_intake_organisation"),
        key=lambda row: (-by_how_many[row.pregnancy_id], row.pregnancy_id),
    )
    return versions[:most]


def stories_of(versions: Sequence[PregnancyVersion], today: date) -> list[Story]:
    """Return the stories of pregnancies, in this order, with what was done and known by today."""
    ids = [row.pregnancy_id for row in versions]
    women = [row.pregnancy.woman_id for row in versions]
    first: dict[int, date] = {}
    for of, due_on in (
        PregnancyVersion.objects.filter(pregnancy_id__in=ids)
        .order_by("-recorded_on", "-pk")
        .values_list("pregnancy_id", "due_on")
    ):
        first[of] = due_on
    births: dict[int, list[date]] = defaultdict(list)
    losses: dict[int, list[date]] = defaultdict(list)
    for woman, kind, ended_on in (
        newest_versions(today)
        .filter(pregnancy__woman_id__in=women, ended_on__isnull=False)
        .values_list("pregnancy__woman_id", "end_kind", "ended_on")
    ):
        assert ended_on is not None, "only those that ended are asked for"
        (births if kind == BIRTH else losses)[woman].append(ended_on)
    acts = _acts(ids, today)
    return [
        Story(
            version=row,
            first_due_on=first[row.pregnancy_id],
            earlier_births=_before(births[row.pregnancy.woman_id], row),
            earlier_losses=_before(losses[row.pregnancy.woman_id], row),
            today=today,
            acts=acts[row.pregnancy_id],
        )
        for row in versions
    ]


def _before(ends: list[date], version: PregnancyVersion) -> tuple[date, ...]:
    return tuple(sorted(day for day in ends if day < version.first_intake_on))


def _acts(ids: Sequence[int], today: date) -> dict[int, list[ActDone]]:
    """Return what was done in each pregnancy, linked by its source or matched by the rules."""
    newest = Derivation.objects.order_by("-pk").values("pk")[:1]
    matched = dict(
        Disposition.objects.filter(derivation_id__in=newest, pregnancy_id__in=ids).values_list(
            "activity_id", "pregnancy_id"
        )
    )
    linked = dict(
        CareActivity.objects.filter(pregnancy_id__in=ids).values_list("pk", "pregnancy_id")
    )
    of = matched | linked
    disciplines = dict(Organisation.objects.values_list("pk", "discipline"))
    women = Pregnancy.objects.filter(pk__in=ids).values("woman_id")
    rows = CareActivity.objects.filter(
        woman_id__in=women,
        source=SOURCE,
        performed_on__lte=today,
        recorded_on__lte=today,
        withdrawal__isnull=True,
    ).order_by("performed_on", "performed_minute", "pk")
    acts: dict[int, list[ActDone]] = defaultdict(list)
    for row in rows.iterator():
        if row.pk in of:
            acts[of[row.pk]].append(
                ActDone(
                    activity_id=row.pk,
                    reference=row.source_reference,
                    organisation_id=row.organisation_id,
                    discipline=disciplines[row.organisation_id],
                    code=row.code,
                    day=row.performed_on,
                    minute=row.performed_minute,
                    duration=row.duration_minutes,
                    child=row.child_number,
                    recorded_on=row.recorded_on,
                )
            )
    return acts
