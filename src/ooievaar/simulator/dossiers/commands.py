"""Write the records of a region that is in the database: what its acts say, as forms filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from ooievaar.network.models import Network, Person
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.record.entries.bulk import Written, add_written
from ooievaar.simulator.dossiers import births, diagnostics, planned, pregnant
from ooievaar.simulator.dossiers.beginning import add_beginning
from ooievaar.simulator.dossiers.draws import Draw
from ooievaar.simulator.dossiers.pages import Pages
from ooievaar.simulator.dossiers.stories import ActDone, Story, chosen_versions, stories_of
from ooievaar.simulator.dossiers.together import live_together
from ooievaar.simulator.dossiers.traits import Traits, traits_of
from ooievaar.storage.bulk import analyse_tables

SOURCE = "region"
MOST = 150
"""Pregnancies with a written record, unless another number is asked."""

AddOne = Callable[[Pages, Story, Traits, ActDone, Draw], None]
AddSome = Callable[[Pages, Story, Traits, Sequence[ActDone], Draw], None]

ONE_BY_ONE: dict[str, AddOne] = {
    **dict.fromkeys(("V-INT", "V-PRE"), pregnant.add_intake),
    "V-CON": pregnant.add_check,
    "V-TEL": pregnant.add_phone,
    "V-VER": pregnant.add_referral_note,
    **dict.fromkeys(("G-CON", "G-HER", "K-CON"), pregnant.add_consult),
    **dict.fromkeys(("G-DAG", "G-OPN", "G-HCO", "G-KBD"), pregnant.add_admission),
    **dict.fromkeys(("V-UIT", "037610", "G-IND", "V-ACP"), pregnant.add_procedure),
    "G-MDO": pregnant.add_meeting,
    **dict.fromkeys(("V-CNS", "377881C"), diagnostics.add_screening),
    **dict.fromkeys((*diagnostics.SCAN_KINDS, "E-STR"), diagnostics.add_scan),
    **dict.fromkeys(("V-CTG", "G-CTG"), diagnostics.add_ctg),
    **dict.fromkeys(("KZ-INS", "KZ-INT", "KZ-INTT"), births.add_kraam_intake),
    **dict.fromkeys(("V-PP", "V-NAZ", "V-ACV"), births.add_visit),
}
"""Acts that each fill a page of their own."""
BIRTHS = ("V-PAR", "G-KVM", *births.LED_BY_GYNAECOLOGIST, "037590", "039683", "199803", "190036",
          "190037")  # fmt: skip
LABORATORY = "L-"


@dataclass(frozen=True, slots=True)
class Dossiers:
    """What was written: of how many pregnancies, how many entries, and which they are."""

    stories: tuple[Story, ...]
    traits: dict[int, Traits]
    entries: int


def write_dossiers(
    people: Sequence[Person], *, seed: int, now: datetime, most: int = MOST
) -> Dossiers:
    """Write the record of pregnancies that run or just ended, by what was done and known by now.

    Those that the organisations of these people treat together come first; the people write for
    their organisations. Nothing counts twice: an entry names the acts that are on record already.
    """
    today = timezone.localdate(now)
    places = places_of(people, today)
    stories = stories_of(chosen_versions(today, list(places), most), today)
    authors = {place: one.person_id for place, one in places.items()}
    traits = {story.pregnancy.pk: traits_of(story, seed) for story in stories}
    written: list[Written] = []
    for story in stories:
        written += record_of(story, traits[story.pregnancy.pk], authors, seed, now)
    written.sort(key=lambda row: row.recorded_at)
    return Dossiers(tuple(stories), traits, add_written(written, SOURCE))


def simulate_dossiers(
    network: Network, people: Sequence[Person], *, since: date, seed: int, now: datetime,
    most: int = MOST, report: Callable[[str], None] = print,
) -> Dossiers:  # fmt: skip
    """Let a region that is in the database live: pathways, records, and what people do together.

    `people` hold the roles of the network: the pathways hold from `since` on when a director and a
    representative are among them.
    """
    today = timezone.localdate(now)
    roles = {one.role: one for person in reversed(people) for one in workplaces_of(person, today)}
    director, representative = roles.get(Role.DIRECTOR), roles.get(Role.REPRESENTATIVE)
    proposer = roles.get(Role.MIDWIFE)
    with transaction.atomic():
        if director is not None and representative is not None:
            signers = Person.objects.in_bulk([director.person_id, representative.person_id])
            began = timezone.make_aware(datetime.combine(since, time(9)))
            versions = planned.adopt_pathways(
                network, signers[director.person_id], signers[representative.person_id], since,
                began,
            )  # fmt: skip
            report(f"zorgpaden: {versions} versies")
        done = write_dossiers(people, seed=seed, now=now, most=most)
        report(f"dossiers: {len(done.stories)} zwangerschappen, {done.entries} vermeldingen")
        enrolled = planned.enrol_women(network, done.stories, done.traits, now)
        report(f"op een aanvullend zorgpad: {enrolled}")
        if director is not None and proposer is not None and representative is not None:
            planned.shift_care(network, proposer, director, now)
            report("zorgverschuivingen: 2")
        made = live_together(workplaces_in(people, today), done.stories, done.traits, seed, now)
        report(", ".join(f"{name}: {n}" for name, n in made.items()) or "niemand werkt samen")
        transaction.on_commit(analyse_tables, robust=True)
    return done


def places_of(people: Sequence[Person], today: date) -> dict[int, Workplace]:
    """Return where people give care, by organisation; the first who works there."""
    found: dict[int, Workplace] = {}
    for person in people:
        for one in workplaces_of(person, today):
            if one.role in CARE_ROLES and one.organisation_id is not None:
                found.setdefault(one.organisation_id, one)
    return found


def record_of(
    story: Story, traits: Traits, authors: Mapping[int, int], seed: int, now: datetime
) -> list[Written]:
    """Return everything that is written about one pregnancy."""
    draw = Draw(seed, story.reference)
    pages = Pages(story, authors, now, draw)
    add_beginning(pages, story, traits, draw)
    kraam_days = [act for act in story.acts if act.code in ("KZ-UUR", "KZ-PUUR", "196204")]
    checked = [act for act in story.acts if act.code in ("V-ZES", "G-NAC")]
    at_six_weeks = {(act.organisation_id, act.day) for act in checked}
    talked = [
        act
        for act in story.of("V-ACV")
        if (act.organisation_id, act.day) in at_six_weeks and act.discipline == "midwives"
    ]
    together: list[tuple[AddSome, list[ActDone]]] = [
        (diagnostics.add_laboratory, [a for a in story.acts if a.code.startswith(LABORATORY)]),
        (births.add_birth, [act for act in story.acts if act.code in BIRTHS]),
        (births.add_kraam_day, kraam_days),
        (births.add_six_weeks, [*checked, *talked]),
    ]
    done = {act.activity_id for _add, acts in together for act in acts}
    for add_some, acts in together:
        for page in diagnostics.by_page(acts).values():
            add_some(pages, story, traits, page, draw)
    taken_in = False
    for act in story.acts:
        if act.activity_id in done:
            continue
        add = ONE_BY_ONE[act.code]
        if act.code == "G-CON" and not taken_in and is_intake(story, act):
            add, taken_in = pregnant.add_intake, True
        add(pages, story, traits, act, draw)
    births.add_children(pages, story, traits, draw)
    births.add_agreements(pages, story, traits, draw)
    return pages.written


def is_intake(story: Story, act: ActDone) -> bool:
    """Tell whether a first consult is how the second line took her into care."""
    version = story.version
    is_there = act.organisation_id == version.first_intake_organisation_id
    return is_there and act.day == version.first_intake_on


def workplaces_in(people: Sequence[Person], today: date) -> list[Workplace]:
    """Return every place where these people give care, in their order."""
    held = (one for person in people for one in workplaces_of(person, today))
    return [one for one in held if one.role in CARE_ROLES]
