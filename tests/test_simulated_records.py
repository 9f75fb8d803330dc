"""The records of a made-up region: they fit their acts, change no money, and everybody can work."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.bundles.commands import derive_network
from ooievaar.cli.demo_people import add_demo_people
from ooievaar.network.models import Network, Person
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.pathways.models import CareShift, Enrolment
from ooievaar.pathways.queries import plans_for
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import CountedActivity, Entry, Observation
from ooievaar.record.entries.queries import known_values, written_of
from ooievaar.record.entries.rules.counts_as import counts_as
from ooievaar.record.entries.rules.history import disagreements, earlier_pregnancies
from ooievaar.record.entries.rules.told import Found, told
from ooievaar.record.entries.rules.values import Unlikely, read_value
from ooievaar.record.handover.wards import full_wards
from ooievaar.record.models import CareActivity, PregnancyVersion
from ooievaar.record.teamwork.models import AgendaItem, Appointment, Mention
from ooievaar.record.versions import newest_versions
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.dossiers.commands import SOURCE, record_of, simulate_dossiers
from ooievaar.simulator.dossiers.stories import chosen_versions, stories_of
from ooievaar.simulator.dossiers.traits import traits_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 14, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
START = date(2025, 1, 1)
CARERS = ("verloskundige", "gynaecoloog", "ziekenhuis", "kraam", "echo")


@dataclass(frozen=True)
class Live:
    """A region with records, and what was on record before they were written."""

    network: Network
    pregnancies: tuple[int, ...]
    acts_before: int
    told: tuple[str, ...]

    def works(self, username: str) -> Workplace:
        return workplaces_of(Person.objects.get(username=username), TODAY)[0]


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Live]:
    with django_db_blocker.unblock(), transaction.atomic():
        simulate_region(births=120, report=lambda _: None)
        network = Network.objects.get()
        until = TODAY + timedelta(days=1)
        derive_network(network, until=until, known_until=until, now=NOW)
        acts = CareActivity.objects.count()
        people = [row.person for row in add_demo_people(network, START, TODAY)]
        told: list[str] = []
        done = simulate_dossiers(
            network, people, since=START, seed=1, now=NOW, most=80, report=told.append
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the keeper of PostgreSQL does; here all is uncommitted
        ids = tuple(story.pregnancy.pk for story in done.stories)
        yield Live(network, ids, acts, tuple(told))
        transaction.set_rollback(True)


@pytest.fixture
def written(live: Live) -> dict[int, list[Observation]]:
    found: dict[int, list[Observation]] = defaultdict(list)
    for row in Observation.objects.filter(entry__source=SOURCE).order_by("pk"):
        found[row.entry_id].append(row)
    return found


def test_no_act_is_counted_twice(live: Live) -> None:
    assert CareActivity.objects.count() == live.acts_before
    linked = CountedActivity.objects.filter(entry__source=SOURCE)
    assert linked.count() == linked.values("activity_id").distinct().count() > 1000


def test_every_act_stands_on_a_page_that_would_count_as_it(
    live: Live, written: dict[int, list[Observation]]
) -> None:
    """What the form says is what the act is: a correction keeps or replaces it rightly."""
    acts: dict[int, list[str]] = defaultdict(list)
    for entry, code in CountedActivity.objects.values_list("entry_id", "activity__code"):
        acts[entry].append(code)
    seen = Counter()  # type: Counter[str]
    for entry in Entry.objects.filter(source=SOURCE).select_related("organisation"):
        found = counts_as(
            load().counts(entry.happened_on),
            entry.form,
            entry.organisation.discipline,
            [(row.element, row.number, row.value) for row in written[entry.pk]],
            entry.happened_minute,
        )
        # Blocks of kraamzorg and a day curve are several acts of files, one act of the record.
        assert {one.code for one in found} == set(acts[entry.pk]), entry.form
        seen[entry.form] += 1
    assert len(seen) > 24


def test_values_are_what_is_seldom_asked_about(
    live: Live, written: dict[int, list[Observation]]
) -> None:
    days = dict(Entry.objects.values_list("pk", "happened_on"))
    rows = [row for rows in written.values() for row in rows]
    unlikely = 0
    for row in rows:
        element = load().element(row.element, days[row.entry_id])
        assert element is not None
        unlikely += isinstance(read_value(element, row.value), Unlikely)
    assert 0 < unlikely < len(rows) / 100


def test_the_record_tells_of_a_pregnancy_what_its_newest_version_says(live: Live) -> None:
    newest = {
        row.pregnancy_id: row
        for row in newest_versions(TODAY).filter(pregnancy_id__in=live.pregnancies)
    }
    rows: dict[int, list[Found]] = defaultdict(list)
    for of, order, element, number, value in Observation.objects.filter(
        entry__pregnancy_id__in=live.pregnancies
    ).values_list("entry__pregnancy_id", "entry_id", "element", "number", "value"):
        rows[of].append(Found(order, element, number, value))
    births = 0
    for of, version in newest.items():
        facts = told(rows[of])
        assert facts, of
        same = {name: getattr(version, name) for name in facts}
        assert facts == same, of
        births += version.end_kind == PregnancyVersion.EndKind.BIRTH
    assert 5 < births < len(newest)


def test_history_agrees_with_gravidity_and_parity(live: Live) -> None:
    doctor, asked = live.works("gynaecoloog"), 0
    for of in live.pregnancies[:25]:
        known = known_values(written_of(doctor, of, NOW))
        if ("gravidity", 0) not in known:
            continue
        asked += 1
        earlier = earlier_pregnancies((key, n, row.value) for (key, n), (row, _) in known.items())
        gravidity, parity = (int(known[key, 0][0].value) for key in ("gravidity", "parity"))
        found = disagreements(gravidity, parity, earlier, load().choices["parity_from_days"])
        assert not found, of
    assert asked > 10


def test_every_woman_has_a_plan_with_things_done_and_things_to_come(live: Live) -> None:
    plans = plans_for(live.pregnancies, NOW)
    states = Counter(item.status for plan in plans.values() for item in plan.items)
    assert sum(bool(plan.items) for plan in plans.values()) > len(plans) * 0.9
    assert states["done"] > 300 and states["upcoming"] > 100
    assert {row.version.key for row in Enrolment.objects.select_related("version")}
    assert CareShift.objects.count() == 2


@pytest.mark.parametrize("username", CARERS)
def test_each_carer_has_a_day_of_work(live: Live, username: str) -> None:
    here = live.works(username)
    day = Appointment.objects.filter(person_id=here.person_id, starts_at__date=TODAY)
    assert day.count() >= 4
    of = day.exclude(pregnancy=None).values_list("pregnancy_id", flat=True)
    assert any(written_of(here, pregnancy, NOW) for pregnancy in of)
    if username != "kraam":  # so small a region may have nobody in her week of kraamzorg
        assert Mention.objects.filter(organisation_id=here.organisation_id, role=here.role)


def test_they_meet_and_know_of_the_full_ward(live: Live) -> None:
    assert len(full_wards(NOW)) == 1
    assert AgendaItem.objects.filter(meeting__starts_at__gt=NOW).count() == 4
    decided = AgendaItem.objects.filter(meeting__starts_at__lt=NOW, decisions__isnull=False)
    assert decided.count() >= 2
    assert any(line.startswith("dossiers: ") for line in live.told)


def test_equal_seeds_write_equal_records(live: Live) -> None:
    """Each record alone, whatever stands beside it; who writes for the demo is left aside."""
    here = [live.works(name).organisation_id or 0 for name in CARERS]
    stored = set(Entry.objects.filter(source=SOURCE).values_list("source_reference", flat=True))
    first, second = (
        [
            record_of(story, traits_of(story, 1), {}, 1, NOW)
            for story in stories_of(chosen_versions(TODAY, here, 3), TODAY)
        ]
        for _ in range(2)
    )
    assert first == second and all(first)
    assert {page.source_reference for record in first for page in record} <= stored
    story = stories_of(chosen_versions(TODAY, here, 1), TODAY)[0]
    assert record_of(story, traits_of(story, 2), {}, 2, NOW) != first[0]
