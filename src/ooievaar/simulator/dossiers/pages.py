"""A record as it is written: pages, each a form with who filled it in and what it counts as."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from ooievaar.network.roles import Role
from ooievaar.record.entries.bulk import Written
from ooievaar.record.entries.commands import Observed
from ooievaar.record.entries.dictionary import load
from ooievaar.simulator.dossiers.draws import Draw
from ooievaar.simulator.dossiers.stories import ActDone, Story

ROLE_OF = {
    "midwives": Role.MIDWIFE,
    "gynaecologists": Role.GYNAECOLOGIST,
    "hospital": Role.CLINICAL_CARER,
    "kraamzorg": Role.KRAAM_CARER,
    "ultrasound": Role.SONOGRAPHER,
    "other": Role.CLINICAL_CARER,
}
WRITTEN_BY_DEMO = 0.7
"""Of what an organisation wrote, the share that its person of the demo did."""
RATES = ("fetal_heart_rate", "ctg_baseline")
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation in which something is written, with its discipline."""

    organisation_id: int
    discipline: str


class Pages:
    """The pages of one record, taken in as they are made."""

    def __init__(self, story: Story, people: Mapping[int, int], now: datetime, draw: Draw) -> None:
        self.story = story
        self.people = people
        self.now = now
        self.draw = draw
        self.written: list[Written] = []
        self._names: set[str] = set()

    def add(
        self,
        form: str,
        place: Place | ActDone,
        day: date,
        values: Values,
        *,
        numbered: Mapping[int, Values] | None = None,
        acts: Iterable[ActDone] = (),
        name: str = "",
    ) -> None:
        """Add a page about the woman (`values`), and by number about each child or pregnancy.

        Of `values` what is about the fetus is written of each of them.
        `acts` are what it counts as; without any, `name` tells it from others of the same form.
        """
        done = sorted(acts, key=lambda act: act.activity_id)
        observed = [
            Observed(key, said, number)
            for key, value in values.items()
            if value is not None
            for number, said in self._of_each(form, day, key, str(value))
        ]
        for number, theirs in (numbered or {}).items():
            observed += [
                Observed(key, str(value), number)
                for key, value in theirs.items()
                if value is not None
            ]
        minutes = [act.minute for act in done if act.minute is not None]
        minute = min(minutes) if minutes else None
        reference = done[0].reference if done else f"{self.story.reference}-{form}{name}"
        if done and (form != "laboratory" and reference in self._names):
            reference = f"{reference}-{form}"
        assert reference not in self._names, reference
        self._names.add(reference)
        recorded_on = max([day, *(act.recorded_on for act in done)])
        self.written.append(
            Written(
                woman_id=self.story.pregnancy.woman_id,
                pregnancy_id=self.story.pregnancy.pk,
                form=form,
                organisation_id=place.organisation_id,
                person_id=self._person(place.organisation_id),
                role=ROLE_OF[place.discipline],
                happened_on=day,
                happened_minute=minute,
                recorded_at=self._moment(recorded_on, minute),
                source_reference=reference,
                observed=tuple(observed),
                activity_ids=tuple(act.activity_id for act in done),
            )
        )

    def _of_each(self, form: str, day: date, key: str, value: str) -> Iterator[tuple[int, str]]:
        """Yield a value with whose it is; no two hearts beat at the same rate."""
        known = load().form(form, day)
        if known is None or known.about_of(key) != "fetus":
            yield 0, value
            return
        for number in range(1, self.story.children + 1):
            is_rate = number > 1 and key in RATES
            yield number, str(int(value) - 5 * number + 5) if is_rate else value

    def _person(self, organisation_id: int) -> int | None:
        person_id = self.people.get(organisation_id)
        if person_id is None or not self.draw.happens(WRITTEN_BY_DEMO):
            return None
        return person_id

    def _moment(self, day: date, minute: int | None) -> datetime:
        """Return when it was written down: the day itself at its hour, never later than now."""
        clock = (
            time(*divmod(minute, 60)) if minute is not None else time(11, len(self.written) % 60)
        )
        at = timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)
        return min(at + timedelta(minutes=5), self.now)


def place_of(story: Story) -> Place:
    """Return who took her into care."""
    taken_by = story.version.first_intake_organisation
    return Place(taken_by.pk, taken_by.discipline)
