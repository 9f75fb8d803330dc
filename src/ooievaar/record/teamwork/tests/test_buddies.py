"""Buddies: who fixes them, and that a practice never has two at once."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.teamwork.buddies import buddy_of, fix_buddy, loosen_buddy, pairs_for
from ooievaar.record.teamwork.models import BuddyPair
from ooievaar.record.teamwork.tests.region import TODAY, TeamRegion, made, refused

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


def fix(region: TeamRegion, by: Workplace, valid_from: date = TODAY, name: str = "gyn") -> object:
    return fix_buddy(
        region.organisations["linde"],
        region.person(name),
        region.organisations[name],
        valid_from=valid_from,
        by=by,
        today=TODAY,
    )


@pytest.mark.parametrize("name", ["linde", "gyn"])
def test_either_side_fixes_and_loosens(region: TeamRegion, name: str) -> None:
    made(fix(region, region.at(name)))
    pair = buddy_of(region.organisations["linde"].pk, TODAY)
    assert pair is not None and pair.gynaecologist == region.person("gyn")
    other = "gyn" if name == "linde" else "linde"
    made(loosen_buddy(pair, by=region.at(other), today=TODAY))
    assert buddy_of(region.organisations["linde"].pk, TODAY) is None


def test_the_office_fixes_too_and_others_do_not(region: TeamRegion) -> None:
    office = region.colleague("linde", Role.PRACTICE_ADMINISTRATOR)
    made(fix(region, workplace(office)))
    pair = BuddyPair.objects.get()
    for name in ("duin", "kraam", "echo", "zee"):
        refused(fix(region, region.at(name)))
        refused(loosen_buddy(pair, by=region.at(name), today=TODAY))


def test_a_new_buddy_follows_the_former(region: TeamRegion) -> None:
    made(fix(region, region.at("linde")))
    second = region.colleague("gyn")
    made(
        fix_buddy(
            region.organisations["linde"],
            second.person,
            region.organisations["gyn"],
            valid_from=TOMORROW,
            by=region.at("linde"),
            today=TODAY,
        )
    )
    practice = region.organisations["linde"].pk
    names = [buddy_of(practice, day) for day in (TODAY, TOMORROW)]
    assert [pair and pair.gynaecologist_id for pair in names] == [
        region.person("gyn").pk, second.person_id,
    ]  # fmt: skip
    assert "al een latere" in str(refused(fix(region, region.at("linde"))).reason)


def test_the_same_buddy_twice_is_said(region: TeamRegion) -> None:
    made(fix(region, region.at("linde")))
    assert refused(fix(region, region.at("gyn"))).field == "gynaecologist"


def test_only_a_gynaecologist_who_works_there(region: TeamRegion) -> None:
    for name in ("zee", "duin"):
        assert refused(fix(region, region.at("linde"), name=name)).field == "gynaecologist"


def test_not_in_the_past(region: TeamRegion) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert refused(fix(region, region.at("linde"), yesterday)).field == "valid_from"


def test_a_buddy_who_goes_to_work_elsewhere_is_none(region: TeamRegion) -> None:
    made(fix(region, region.at("linde")))
    held = region.positions["gyn"]
    held.valid_until = TOMORROW
    held.save()
    practice = region.organisations["linde"].pk
    assert buddy_of(practice, TODAY) is not None
    assert buddy_of(practice, TOMORROW) is None
    (pair,) = pairs_for(region.at("linde"), TOMORROW)
    assert not pair.works_there


def test_the_database_refuses_two_at_once(region: TeamRegion) -> None:
    made(fix(region, region.at("linde")))
    pair = BuddyPair.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        BuddyPair.objects.create(
            gynaecologist=pair.gynaecologist,
            organisation=pair.organisation,
            practice=pair.practice,
            valid_from=TOMORROW,
            made_by=pair.made_by,
        )


def test_another_network_is_not_shown(region: TeamRegion) -> None:
    from ooievaar.network.models import Network

    made(fix(region, region.at("linde")))
    away = Network.objects.create(kind="vsv", name="VSV Ver")
    stranger = region.organisation("ver", "midwives", away)
    from ooievaar.network.tests.people import working

    assert list(pairs_for(working(Role.MIDWIFE, organisation=stranger), TODAY)) == []
