"""The calendar: appointments that leave their trace, and the joint hours of the buddy."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE
from ooievaar.network.workplace import workplace
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.permissions import access_to
from ooievaar.record.teamwork.appointments import (
    cancel,
    history,
    make_appointment,
    make_joint_hour,
    move,
    plan_in,
)
from ooievaar.record.teamwork.models import Appointment, BuddyPair
from ooievaar.record.teamwork.queries import appointments_on
from ooievaar.record.teamwork.tests.region import AT, TODAY, TeamRegion, made, refused
from ooievaar.record.teamwork.wording import moment

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 6)
NINE = datetime(2026, 10, 6, 7, 0, tzinfo=UTC)


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


@pytest.fixture
def pair(region: TeamRegion) -> BuddyPair:
    return BuddyPair.objects.create(
        gynaecologist=region.person("gyn"),
        organisation=region.organisations["gyn"],
        practice=region.organisations["linde"],
        valid_from=SINCE,
        made_by=region.person("linde"),
    )


def visit(region: TeamRegion, **more: Any) -> Any:
    options = {
        "person": region.person("linde"), "starts_at": NINE, "minutes": 20, "note": "Controle",
        "by": region.at("linde"), "at": AT,
    }  # fmt: skip
    return make_appointment(region.noor, **options | more)


def test_a_day_shows_who_comes_and_how_far_along(
    region: TeamRegion, django_assert_num_queries: Any
) -> None:
    made(visit(region, starts_at=NINE + timedelta(hours=1), person=None))
    made(visit(region))
    with django_assert_num_queries(1):
        first, second = appointments_on(region.at("linde"), DAY)
    assert (first.name, first.with_whom, first.is_mine) == ("Noor", "Test Linde", True)
    assert (second.with_whom, second.is_mine) == ("", False)
    assert first.gestation_days == 280 - (date(2026, 11, 9) - DAY).days
    assert appointments_on(region.at("zee"), DAY) == []
    assert appointments_on(region.at("linde"), DAY + timedelta(days=1)) == []


def test_who_may_not_see_her_sees_that_the_time_is_taken(region: TeamRegion) -> None:
    made(visit(region))
    TreatmentRelation.objects.filter(organisation=region.organisations["linde"]).update(
        valid_until=TODAY
    )
    (slot,) = appointments_on(region.at("linde"), DAY)
    assert (slot.name, slot.reference, slot.note, slot.is_seen) == ("", "", "", False)
    assert slot.pregnancy_id is None and slot.gestation_days is None


def test_moving_and_cancelling_leave_their_trace(region: TeamRegion) -> None:
    first = made(visit(region))
    tomorrow = NINE + timedelta(days=1)
    second = made(move(first, starts_at=tomorrow, minutes=30, by=region.at("linde"), at=AT))
    assert appointments_on(region.at("linde"), DAY) == []
    (slot,) = appointments_on(region.at("linde"), DAY + timedelta(days=1))
    assert (slot.minutes, slot.note) == (30, "Controle")
    assert refused(cancel(second, " ", by=region.at("linde"), at=AT)).field == "reason"
    third = made(cancel(second, "Zij is ziek", by=region.at("linde"), at=AT))
    assert appointments_on(region.at("linde"), DAY + timedelta(days=1)) == []
    assert [one.pk for one in history(third)] == [first.pk, second.pk, third.pk]
    for old in (first, second, third):
        refused(move(old, starts_at=NINE, minutes=20, by=region.at("linde"), at=AT))


def test_another_organisation_changes_nothing(region: TeamRegion) -> None:
    one = made(visit(region))
    refused(move(one, starts_at=NINE, minutes=30, by=region.at("zee"), at=AT))
    refused(cancel(one, "Zomaar", by=region.at("duin"), at=AT))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"minutes": 4}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"starts_at": AT - timedelta(days=1)}, "day"),
        ({"starts_at": AT + timedelta(days=501)}, "day"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(
    region: TeamRegion, changed: dict[str, Any], field: str
) -> None:
    assert refused(visit(region, **changed)).field == field


def test_with_somebody_who_works_there_then(region: TeamRegion) -> None:
    assert refused(visit(region, person=region.person("zee"))).field == "person"
    Position.objects.filter(pk=region.positions["linde"].pk).update(valid_until=DAY)
    assert refused(visit(region)).field == "person"


def test_the_night_of_the_clock(region: TeamRegion) -> None:
    """At 02:30 there is no time in spring; in autumn it is the first of the two."""
    assert refused(moment(date(2027, 3, 28), time(2, 30), "clock")).field == "clock"
    assert moment(date(2027, 3, 28), time(3, 0), "clock") == datetime(2027, 3, 28, 1, tzinfo=UTC)
    autumn = moment(date(2026, 10, 25), time(2, 30), "clock")
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    late = made(visit(region, starts_at=datetime(2026, 10, 25, 22, 50, tzinfo=UTC), minutes=30))
    (slot,) = appointments_on(region.at("linde"), date(2026, 10, 25))
    assert slot.appointment_id == late.pk, "it belongs to the day on which it begins"
    assert appointments_on(region.at("linde"), date(2026, 10, 26)) == []


def hour(region: TeamRegion, pair: BuddyPair, **more: Any) -> Any:
    options = {"day": DAY, "clock": time(13, 0), "places": 3, "minutes": 20}
    return make_joint_hour(pair, **options | {"by": region.at("linde"), "at": AT} | more)


def test_a_joint_hour_stands_in_both_calendars(region: TeamRegion, pair: BuddyPair) -> None:
    made(hour(region, pair))
    for name in ("linde", "gyn"):
        slots = appointments_on(region.at(name), DAY)
        assert [f"{one.starts_at:%H:%M}" for one in slots] == ["11:00", "11:20", "11:40"]
        assert all(one.is_free and one.place == "Linde" for one in slots)
    assert appointments_on(workplace(region.colleague("gyn")), DAY) == []
    refused(hour(region, pair, by=region.at("zee")))
    assert refused(hour(region, pair, places=25)).field == "places"


def test_a_place_is_given_to_a_woman_and_the_buddy_sees_her(
    region: TeamRegion, pair: BuddyPair
) -> None:
    place, other, _third = made(hour(region, pair))
    assert access_to(region.at("gyn"), region.noor.pk, AT) is None
    made(plan_in(place, region.noor, note="Groei", by=region.at("linde"), at=AT))
    assert access_to(region.at("gyn"), region.noor.pk, AT) is not None
    assert [one.name for one in appointments_on(region.at("gyn"), DAY)] == ["Noor", "", ""]
    refused(plan_in(place, region.noor, note="", by=region.at("linde"), at=AT))
    refused(plan_in(other, region.noor, note="", by=region.at("gyn"), at=AT))
    made(plan_in(other, region.noor, note="", by=region.at("linde"), at=AT))


def test_a_buddy_who_left_gets_nobody_any_more(region: TeamRegion, pair: BuddyPair) -> None:
    place, *_rest = made(hour(region, pair))
    Position.objects.filter(pk=region.positions["gyn"].pk).update(valid_until=TODAY)
    refused(plan_in(place, region.noor, note="", by=region.at("linde"), at=AT))
    assert Appointment.objects.filter(pregnancy__isnull=False).count() == 0
    assert refused(hour(region, pair)).field == "day"


def test_a_buddy_who_works_elsewhere_has_the_hours_there_no_more(
    region: TeamRegion, pair: BuddyPair
) -> None:
    made(hour(region, pair))
    moved = Position.objects.create(
        person=region.person("gyn"), role=Role.GYNAECOLOGIST, valid_from=SINCE,
        organisation=region.organisation("ver", "hospital"),
    )  # fmt: skip
    assert appointments_on(workplace(moved), DAY) == []


def test_the_database_keeps_every_version(region: TeamRegion) -> None:
    made(visit(region))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Appointment.objects.update(minutes=5)
