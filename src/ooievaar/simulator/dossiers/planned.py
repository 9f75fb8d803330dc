"""Pathways of the region: the shipped examples in force, women on those that fit, care shifts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from ooievaar.network.models import Network, Person
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import commands, shifts
from ooievaar.pathways.models import CareShift, PathwayVersion, ShiftDecision
from ooievaar.pathways.queries import in_force
from ooievaar.record.relations import Rejected
from ooievaar.simulator.dossiers.stories import Story
from ooievaar.simulator.dossiers.traits import Traits

DAY_CURVE = 4
POST_TERM = 41 * 7
MANDATE = "Vakgroep verloskundigen (voorbeeld)"
AGREED = timedelta(days=95)
PROPOSED = timedelta(days=9)


def adopt_pathways(
    network: Network, director: Person, representative: Person, since: date, at: datetime
) -> int:
    """Put the shipped pathways in force from a day, signed by two; return how many versions."""
    added = commands.adopt_shipped(network, director, since, at)
    for version in in_force(network.pk, since).values():
        if version.signatures.count() < 2:
            _done(
                commands.sign(
                    version, person=representative, mandate=MANDATE, sha256=version.sha256, at=at
                )
            )
    return len(added)


def enrol_women(
    network: Network, stories: Sequence[Story], traits: Mapping[int, Traits], at: datetime
) -> int:
    """Put women on the pathways that fit what their records say; return how many times."""
    held = in_force(network.pk, at.date())
    enrolled = 0
    for story in stories:
        for key, day, reason in _fitting(story, traits[story.pregnancy.pk]):
            if key in held and day <= story.today:
                made = commands.enrol(
                    story.pregnancy, held[key], person=None, from_on=day, at=at, reason=reason
                )
                enrolled += not isinstance(made, Rejected)
    return enrolled


def _fitting(story: Story, traits: Traits) -> list[tuple[str, date, str]]:
    found = []
    intake, due = story.version.first_intake_on, story.version.due_on
    if traits.has_diabetes:
        curves = [act.day for act in story.of("L-GLU")]
        first = next(day for day in curves if curves.count(day) >= DAY_CURVE)
        found.append(("zwangerschapsdiabetes", first, "Afwijkende suikertest."))
    if story.children > 1:
        scans = story.of("E-TER", "V-ECT")
        found.append(("tweeling", scans[0].day if scans else intake, "Tweeling op de echo."))
    if traits.has_hypertension:
        found.append(("hypertensie", intake, "Hoge bloeddruk van vóór de zwangerschap."))
    if traits.had_haemorrhage:
        found.append(("fluxus_anamnese", intake, "Veel bloedverlies bij een eerdere bevalling."))
    if traits.is_breech:
        found.append(("uitwendige_versie", due - timedelta(days=30), "Stuitligging."))
    if not story.is_born and story.gestation(story.today) >= POST_TERM:
        found.append(("serotiniteit", story.today, "Over de uitgerekende datum."))
    return found


def shift_care(
    network: Network, proposer: Workplace, decider: Workplace, now: datetime
) -> list[CareShift]:
    """Let one care shift run for some months, and one wait for a decision."""
    agreed_at, proposed_at = now - AGREED, now - PROPOSED
    running = _proposed(
        network,
        proposer,
        "Zwangerschapsdiabetes in de eerste lijn",
        "zwangerschapsdiabetes",
        70,
        "Minder overdrachten; suikers vaker binnen de grenzen doordat de eigen verloskundige belt.",
        "Aandeel vrouwen met diabetes dat bij 36 weken nog in de eerste lijn is.",
        agreed_at - timedelta(days=14),
    )
    _done(
        shifts.decide(
            decider,
            running,
            ShiftDecision.Outcome.AGREED,
            starts_on=(agreed_at + timedelta(days=7)).date(),
            mandate="Besluit van de ledenvergadering (voorbeeld)",
            note="Na een half jaar bekijken we hoe het gaat, met de uren per lijn ernaast.",
            at=agreed_at,
        )
    )
    waiting = _proposed(
        network,
        proposer,
        "Echo's in de eerste lijn",
        "echo",
        600,
        "Een echo dichterbij huis en op de dag van de controle; minder dubbele echo's.",
        "Aandeel echo's in het echocentrum of de praktijk; echo's twee keer binnen twee weken.",
        proposed_at,
    )
    return [running, waiting]


def _proposed(
    network: Network,
    by: Workplace,
    title: str,
    key: str,
    women: int,
    quality: str,
    measure: str,
    at: datetime,
) -> CareShift:
    versions = PathwayVersion.objects.filter(network=network, key=key).order_by("number")
    before, after = versions[0], versions[1]
    made = shifts.propose(
        by,
        title=title,
        from_version=before,
        to_version=after,
        women_a_year=women,
        quality=quality,
        measure=measure,
        at=at,
    )
    assert isinstance(made, CareShift), made
    return made


def _done(made: object) -> None:
    assert not isinstance(made, Rejected), made
