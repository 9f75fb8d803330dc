"""Agreed tasks: whose they are, and what became of them."""

from datetime import timedelta
from typing import Any

import pytest

from ooievaar.network.workplace import workplace
from ooievaar.record.teamwork.models import PlanItem
from ooievaar.record.teamwork.queries import tasks_for
from ooievaar.record.teamwork.tasks import agree, step
from ooievaar.record.teamwork.tests.region import (
    AT,
    LATER,
    SCRIPT,
    SOON,
    TODAY,
    TeamRegion,
    made,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


def agreed(region: TeamRegion, **more: Any) -> Any:
    options = {"owner": region.key("zee"), "until": SOON, "by": region.at("linde"), "at": AT}
    text = more.pop("text", "Bloeddruk meten")
    return agree(region.noor, text, **options | more)


def open_of(region: TeamRegion, name: str) -> list[str]:
    return [one.text for one in tasks_for(region.at(name), LATER)]


def test_a_task_stands_open_with_its_owner_until_it_is_done(region: TeamRegion) -> None:
    task = made(agreed(region))
    assert open_of(region, "zee") == ["Bloeddruk meten"]
    assert open_of(region, "linde") == []
    made(step(task, "done", by=region.at("zee"), at=LATER))
    assert open_of(region, "zee") == []
    assert "was u voor" in str(refused(step(task, "done", by=region.at("linde"), at=LATER)).reason)
    made(step(task, "reopened", by=region.at("linde"), at=LATER))
    assert open_of(region, "zee") == ["Bloeddruk meten"]


def test_a_task_of_a_person_is_theirs_and_falls_to_all_when_they_leave(region: TeamRegion) -> None:
    made(agreed(region, owner=region.person_key("zee")))
    colleague = workplace(region.colleague("zee"))
    assert open_of(region, "zee") == ["Bloeddruk meten"]
    assert tasks_for(colleague, LATER) == []
    held = region.positions["zee"]
    held.valid_until = TODAY
    held.save()
    assert [one.text for one in tasks_for(colleague, LATER)] == ["Bloeddruk meten"]


def test_overdue_tasks_come_first(region: TeamRegion) -> None:
    made(agreed(region, text="later", until=SOON))
    made(agreed(region, text="nu", until=TODAY))
    found = tasks_for(region.at("zee"), AT + timedelta(days=1))
    assert [(one.text, one.is_overdue) for one in found] == [("nu", True), ("later", False)]


@pytest.mark.parametrize("owner", ["duin", "gyn"])
def test_who_does_not_see_her_gets_no_task(region: TeamRegion, owner: str) -> None:
    for key in (region.key(owner), region.person_key(owner)):
        assert refused(agreed(region, owner=key)).field == "owner"


@pytest.mark.parametrize("owner", ["", "o", "p1-x", "o99999", "p1", "r1-midwife"])
def test_an_owner_that_is_none_is_refused(region: TeamRegion, owner: str) -> None:
    assert refused(agreed(region, owner=owner)).field == "owner"


def test_a_task_fits_and_comes(region: TeamRegion) -> None:
    assert refused(agreed(region, text="")).field == "text"
    assert refused(agreed(region, text="x" * 501)).field == "text"
    assert refused(agreed(region, until=TODAY - timedelta(days=1))).field == "until"
    assert refused(agreed(region, until=TODAY + timedelta(days=501))).field == "until"
    assert made(agreed(region, text=SCRIPT)).text == SCRIPT


def test_a_lapsed_task_says_why(region: TeamRegion) -> None:
    task = made(agreed(region))
    assert refused(step(task, "dropped", by=region.at("zee"), at=AT)).field == "note"
    made(step(task, "dropped", by=region.at("zee"), at=AT, note="Zij verhuisde."))
    assert open_of(region, "zee") == []


def test_a_subset_role_settles_only_its_own(region: TeamRegion) -> None:
    other, own = made(agreed(region)), made(agreed(region, owner=region.key("kraam")))
    refused(step(other, "done", by=region.at("kraam"), at=LATER))
    made(step(own, "done", by=region.at("kraam"), at=LATER))


def test_her_objection_hides_the_task_but_not_from_its_owner(region: TeamRegion) -> None:
    from ooievaar.record.teamwork.permissions import tasks_for_pregnancies

    made(agreed(region, owner=region.key("linde")))
    made(agreed(region, owner=region.key("zee"), text="van zee"))
    region.says("linde", "zee", is_given=False)
    seen = tasks_for_pregnancies(region.at("zee"), LATER).values_list("text", flat=True)
    assert list(seen) == ["van zee"]


def test_it_is_one_query(region: TeamRegion, django_assert_num_queries: Any) -> None:
    made(agreed(region))
    with django_assert_num_queries(1):
        assert tasks_for(region.at("zee"), LATER)
    assert PlanItem.objects.count() == 1
