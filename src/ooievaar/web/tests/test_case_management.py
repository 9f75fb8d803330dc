"""Case management: who is at risk, who keeps the threads together; nobody is forgotten."""

from datetime import timedelta

import pytest
from django.test import Client

from ooievaar.network.roles import Role
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.handover.models import Responsibility
from ooievaar.record.models import Consent, TreatmentRelation
from ooievaar.web.tests.inside import (
    dutch,
    inside,
    pregnancy,
    region,
    second_of_november,
    text,
)
from ooievaar.web.tests.planned import follow
from ooievaar.web.tests.small_region import NOW, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

__all__ = ["dutch", "region", "second_of_november"]
ADDRESS = "/casemanagement/"
Z4 = "Z-004"


def at_risk(region: Region, status: str, why: str = "bloeddruk", place: str = "linde") -> Entry:
    made = finish(
        pregnancy(Z4),
        "risk",
        [Observed("vil_status", status), Observed("risk_why", why)],
        organisation=region.organisations[place],
        person=None,
        role="midwife",
        happened_on=NOW.date(),
        at=NOW,
    )
    assert isinstance(made, Entry), made
    return made


@pytest.fixture
def midwife(region: Region) -> Client:
    follow(region)
    return inside(region, Role.MIDWIFE, "linde")


def test_who_has_no_case_manager_is_said_first(region: Region, midwife: Client) -> None:
    assert "Niemand met een verhoogd risico" in text(seen(midwife, ADDRESS))
    at_risk(region, "C")
    words = text(seen(midwife, ADDRESS))
    assert "1 zwangere heeft nog geen casemanager." in words
    assert "VIL C, tweede lijn bloeddruk nog niemand: wijs aan" in words
    assert f"/zwangeren/{pregnancy(Z4).pk}/overdracht/" in seen(midwife, ADDRESS)
    Responsibility.objects.create(
        pregnancy=pregnancy(Z4),
        duty="coordinator",
        organisation=region.organisations["linde"],
        starts_at=NOW - timedelta(hours=1),
        recorded_at=NOW - timedelta(hours=1),
    )
    words = text(seen(midwife, ADDRESS))
    assert "nog geen casemanager" not in words
    assert "Niemand met een verhoogd risico" not in words


def test_a_low_risk_is_no_case_and_the_newest_status_counts(
    region: Region, midwife: Client
) -> None:
    at_risk(region, "C")
    at_risk(region, "A")
    assert "Niemand met een verhoogd risico" in text(seen(midwife, ADDRESS))


def test_what_another_recorded_shows_with_her_consent_only(region: Region, midwife: Client) -> None:
    at_risk(region, "D", place="zee")
    Consent.objects.create(woman=pregnancy(Z4).woman, is_given=False, recorded_at=NOW)
    assert "VIL D" not in text(seen(midwife, ADDRESS))
    Consent.objects.create(
        woman=pregnancy(Z4).woman, is_given=True, recorded_at=NOW + timedelta(seconds=1)
    )
    assert "VIL D" in text(seen(midwife, ADDRESS))


def test_who_does_not_treat_her_does_not_see_her(region: Region, midwife: Client) -> None:
    at_risk(region, "C")
    TreatmentRelation.objects.filter(
        pregnancy=pregnancy(Z4), organisation=region.organisations["linde"]
    ).update(valid_until=NOW.date() - timedelta(days=1))
    assert "bloeddruk" not in text(seen(midwife, ADDRESS))


def test_it_takes_few_queries(region: Region, midwife: Client) -> None:
    at_risk(region, "C")
    midwife.get(ADDRESS)
    assert len(queries_of(midwife, ADDRESS)) <= MOST_QUERIES
