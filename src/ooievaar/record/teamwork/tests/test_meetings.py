"""Meetings: who sees whom because of an agenda, for how long, and what is decided."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.entries.models import CountedActivity, Entry
from ooievaar.record.models import CareActivity, TreatmentRelation
from ooievaar.record.permissions import access_to
from ooievaar.record.relations import ask_consult
from ooievaar.record.teamwork.meetings import (
    close_meeting,
    conclude,
    move_meeting,
    plan_meeting,
    put_on_agenda,
    write_minutes,
)
from ooievaar.record.teamwork.models import AgendaItem, MeetingDecision, TeamMeeting
from ooievaar.record.teamwork.permissions import items_for, meetings_for
from ooievaar.record.teamwork.queries import coming_items
from ooievaar.record.teamwork.tasks import agree
from ooievaar.record.teamwork.tests.region import (
    AT,
    SOON,
    TODAY,
    TeamRegion,
    made,
    refused,
)

pytestmark = pytest.mark.django_db
DURING = datetime(2026, 10, 5, 7, 30, tzinfo=UTC)
AFTER = DURING + timedelta(days=1)


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


def put(region: TeamRegion, meeting: TeamMeeting, *names: str, **more: Any) -> Any:
    options = {"question": "Wie leidt de baring?", "preparation": "", "by": region.at("linde")}
    organisations = [region.organisations[name] for name in names]
    return put_on_agenda(
        meeting, region.noor, **options | {"organisations": organisations, "at": AT} | more
    )


def sees(region: TeamRegion, here: str | Workplace, at: datetime = DURING) -> bool:
    workplace = region.at(here) if isinstance(here, str) else here
    return access_to(workplace, region.noor.pk, at) is not None


def test_who_speaks_of_her_sees_her_until_the_meeting_is_closed(region: TeamRegion) -> None:
    meeting = region.meeting("gyn", "duin")
    assert not sees(region, "gyn")
    made(put(region, meeting, "gyn"))
    assert sees(region, "gyn") and not sees(region, "duin")
    relation = TreatmentRelation.objects.get(basis="consult")
    assert (relation.question, relation.asked_by) == (
        "Wie leidt de baring?", region.organisations["linde"],
    )  # fmt: skip
    made(close_meeting(meeting, by=region.at("linde"), at=DURING))
    assert not sees(region, "gyn")
    assert sees(region, "zee"), "who treated her before goes on"


def test_who_does_not_speak_of_her_does_not_read_the_item(region: TeamRegion) -> None:
    meeting = region.meeting("gyn", "duin", "zee", "kraam")
    made(put(region, meeting, "gyn"))

    def reads(name: str) -> bool:
        return items_for(region.at(name), DURING).filter(meeting=meeting).exists()

    assert [name for name in region.organisations if reads(name)] == ["linde", "gyn"]
    of_her = [
        name
        for name in region.organisations
        if items_for(region.at(name), DURING, region.noor.pk).exists()
    ]
    assert of_her == ["linde", "zee", "gyn"], "on her own page also who sees her whole record"


def test_her_objection_keeps_her_from_the_agenda(region: TeamRegion) -> None:
    meeting = region.meeting("gyn", "kraam")
    region.says("", "gyn", is_given=False)
    why = refused(put(region, meeting, "gyn"))
    assert why.field == "organisations" and "Gyn" in str(why.reason)
    assert not TreatmentRelation.objects.filter(basis="consult").exists()
    made(put(region, meeting, "kraam"))


def test_an_objection_afterwards_hides_the_item(region: TeamRegion) -> None:
    meeting = region.meeting("gyn")
    made(put(region, meeting, "gyn"))
    region.says("linde", "gyn", is_given=False)
    assert not items_for(region.at("gyn"), DURING).exists()


def test_a_consult_that_another_agenda_needs_stays(region: TeamRegion) -> None:
    first, second = region.meeting("gyn"), region.meeting("gyn")
    made(put(region, first, "gyn"))
    made(put(region, second, "gyn"))
    made(close_meeting(first, by=region.at("linde"), at=DURING))
    assert sees(region, "gyn")
    made(close_meeting(second, by=region.at("linde"), at=DURING))
    assert not sees(region, "gyn")


def test_a_consult_that_was_asked_apart_stays(region: TeamRegion) -> None:
    made(ask_consult(region.noor, region.organisations["gyn"], "Groei?", TODAY))
    meeting = region.meeting("gyn")
    made(put(region, meeting, "gyn"))
    made(close_meeting(meeting, by=region.at("linde"), at=DURING))
    assert sees(region, "gyn")


def test_who_took_on_a_task_goes_on_seeing_her(region: TeamRegion) -> None:
    meeting = region.meeting("gyn")
    item = made(put(region, meeting, "gyn"))
    decision = made(
        conclude(item, "discussed", "Echo bij 32 weken.", by=region.at("linde"), at=DURING)
    )
    made(
        agree(
            region.noor, "Echo", owner=region.key("gyn"), until=SOON + timedelta(days=9),
            by=region.at("linde"), at=DURING, decision=decision,
        )
    )  # fmt: skip
    made(close_meeting(meeting, by=region.at("linde"), at=DURING))
    assert sees(region, "gyn", AFTER)


@pytest.mark.parametrize("kind", ["withdrawn", "postponed"])
def test_what_is_taken_off_the_agenda_is_shared_no_longer(region: TeamRegion, kind: str) -> None:
    meeting = region.meeting("gyn")
    item = made(put(region, meeting, "gyn"))
    made(conclude(item, kind, "", by=region.at("linde"), at=AT))
    assert not sees(region, "gyn")
    assert not Entry.objects.exists()


def test_the_hospital_concludes_and_it_counts_as_a_meeting(region: TeamRegion) -> None:
    meeting = region.meeting("zee")
    item = made(put(region, meeting, "zee"))
    made(conclude(item, "discussed", "Baring in Zee.", by=region.at("zee"), at=DURING))
    entry = Entry.objects.get()
    assert (entry.form, entry.organisation, str(entry.happened_on)) == (
        "mdo", region.organisations["zee"], "2026-10-05",
    )  # fmt: skip
    found = dict(entry.observations.values_list("element", "value"))
    assert found["mdo_decision"] == "Baring in Zee."
    assert found["mdo_reason"] == "Wie leidt de baring?"
    assert found["mdo_participants"] == "Linde, Zee"
    assert CareActivity.objects.filter(code="G-MDO").count() == 1


def test_the_practice_concludes_and_it_counts_as_nothing(region: TeamRegion) -> None:
    meeting = region.meeting("zee")
    item = made(put(region, meeting, "zee"))
    made(conclude(item, "discussed", "Baring thuis.", by=region.at("linde"), at=DURING))
    assert Entry.objects.get().form == "mdo"
    assert not CountedActivity.objects.exists()


def test_a_conclusion_is_corrected_by_a_new_one_even_after_the_closing(region: TeamRegion) -> None:
    meeting = region.meeting("zee")
    item = made(put(region, meeting, "zee"))
    first = made(conclude(item, "discussed", "Thuis.", by=region.at("zee"), at=DURING))
    why = refused(conclude(item, "discussed", "Iets anders.", by=region.at("linde"), at=DURING))
    assert "Iemand anders" in str(why.reason)
    made(close_meeting(meeting, by=region.at("linde"), at=DURING))
    second = made(
        conclude(item, "discussed", "In Zee.", by=region.at("zee"), at=AFTER, replaces=first)
    )
    assert second.replaces == first and first.conclusion == "Thuis."
    assert second.entry.replaces == first.entry
    assert CareActivity.objects.filter(code="G-MDO", withdrawal__isnull=True).count() == 1
    refused(conclude(item, "postponed", "", by=region.at("zee"), at=AFTER, replaces=second))
    refused(conclude(item, "discussed", "x", by=region.at("zee"), at=AFTER, replaces=first))


def test_a_closed_meeting_is_read_only(region: TeamRegion) -> None:
    meeting = region.meeting("zee")
    item = made(put(region, meeting, "zee"))
    refused(close_meeting(meeting, by=region.at("linde"), at=AT))
    made(close_meeting(meeting, by=region.at("linde"), at=DURING))
    refused(close_meeting(meeting, by=region.at("linde"), at=DURING))
    refused(conclude(item, "discussed", "Toch nog.", by=region.at("zee"), at=AFTER))
    refused(put_on_agenda(
        meeting, region.saskia, question="Zij ook?", preparation="", at=AFTER,
        organisations=[region.organisations["zee"]], by=region.at("linde"),
    ))  # fmt: skip
    moved = {"starts_at": AFTER, "minutes": 30, "place": "", "chair": region.person("linde")}
    refused(move_meeting(meeting, **moved, by=region.at("linde"), at=DURING))
    made(write_minutes(meeting, "Verbetering: ook Zee was er.", by=region.at("zee"), at=AFTER))


def test_only_the_chair_or_who_planned_it_leads(region: TeamRegion) -> None:
    meeting = region.meeting("zee", "kraam", chair=region.person("zee"))
    for name in ("kraam", "duin"):
        refused(close_meeting(meeting, by=region.at(name), at=DURING))
    made(close_meeting(meeting, by=region.at("zee"), at=DURING))


def test_nothing_is_concluded_before_it_begins(region: TeamRegion) -> None:
    item = made(put(region, region.meeting("zee"), "zee"))
    assert refused(conclude(item, "discussed", "Ja.", by=region.at("zee"), at=AT)).field == "kind"


def test_a_subset_role_takes_part_and_does_not_write_the_conclusion(region: TeamRegion) -> None:
    meeting = region.meeting("kraam")
    item = made(put(region, meeting, "kraam"))
    assert items_for(region.at("kraam"), DURING).get() == item
    refused(conclude(item, "discussed", "Ja.", by=region.at("kraam"), at=DURING))
    refused(plan_meeting(
        kind="mdo", starts_at=DURING, minutes=60, place="", chair=region.person("kraam"),
        organisations=[region.organisations["linde"]], by=region.at("kraam"), at=AT,
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"minutes": 4}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"starts_at": AT - timedelta(days=1)}, "day"),
        ({"kind": "borrel"}, "kind"),
        ({"organisations": []}, "organisations"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(
    region: TeamRegion, changed: dict[str, Any], field: str
) -> None:
    options: dict[str, Any] = {
        "kind": "mdo", "starts_at": DURING, "minutes": 60, "place": "",
        "chair": region.person("linde"), "organisations": [region.organisations["zee"]],
    }  # fmt: skip
    why = refused(plan_meeting(**options | changed, by=region.at("linde"), at=AT))
    assert why.field == field
    assert not TeamMeeting.objects.exists()


def test_the_chair_works_with_who_takes_part_and_all_are_of_one_network(region: TeamRegion) -> None:
    from ooievaar.network.models import Network

    away = Network.objects.create(kind="vsv", name="VSV Ver")
    stranger = region.organisation("ver", "hospital", away)
    options: dict[str, Any] = {"kind": "mdo", "starts_at": DURING, "minutes": 60, "place": ""}
    here = {"by": region.at("linde"), "at": AT}
    zee = region.organisations["zee"]
    why = refused(plan_meeting(**options, **here, chair=region.person("gyn"), organisations=[zee]))
    assert why.field == "chair"
    why = refused(
        plan_meeting(**options, **here, chair=region.person("linde"), organisations=[stranger])
    )
    assert why.field == "organisations"


def test_a_meeting_over_midnight_and_over_the_change_of_the_clock(region: TeamRegion) -> None:
    """From 23:30 on 24 October for four hours: the clock goes back, and it ends at 02:30."""
    from zoneinfo import ZoneInfo

    from ooievaar.record.teamwork.wording import ends

    zone = ZoneInfo("Europe/Amsterdam")
    begins = datetime(2026, 10, 24, 23, 30, tzinfo=zone)
    meeting = region.meeting("zee", starts_at=begins, minutes=240)
    over = ends(meeting.starts_at, meeting.minutes).astimezone(zone)
    assert (over.strftime("%d %H:%M"), over.fold) == ("25 02:30", 1)
    item = made(put(region, meeting, "zee"))
    past_midnight = begins + timedelta(hours=1)
    made(conclude(item, "discussed", "Besloten.", by=region.at("zee"), at=past_midnight))
    entry = Entry.objects.get()
    assert (str(entry.happened_on), entry.happened_minute) == ("2026-10-24", 23 * 60 + 30)


def test_she_stands_once_on_an_agenda(region: TeamRegion) -> None:
    meeting = region.meeting("zee", "gyn")
    made(put(region, meeting, "zee"))
    assert refused(put(region, meeting, "gyn")).field == "meeting"
    assert not sees(region, "gyn")


def test_who_does_not_take_part_puts_nobody_on_the_agenda(region: TeamRegion) -> None:
    meeting = region.meeting("gyn")
    assert refused(put(region, meeting, "gyn", by=region.at("zee"))).field == "organisations"
    assert refused(put(region, meeting, "duin")).field == "organisations"
    assert refused(put(region, meeting)).field == "organisations"
    assert refused(put(region, meeting, "linde")).field == "organisations"


def test_coming_items_are_those_one_speaks_of(
    region: TeamRegion, django_assert_num_queries: Any
) -> None:
    meeting = region.meeting("gyn")
    far = region.meeting("gyn", starts_at=AT + timedelta(days=20))
    made(put(region, meeting, "gyn"))
    made(put(region, far, "gyn"))
    with django_assert_num_queries(1):
        (found,) = coming_items(region.at("gyn"), AT)
    assert (found.meeting_id, found.question) == (meeting.pk, "Wie leidt de baring?")
    assert coming_items(region.at("duin"), AT) == []
    item = AgendaItem.objects.get(meeting=meeting)
    made(conclude(item, "withdrawn", "", by=region.at("linde"), at=AT))
    assert coming_items(region.at("linde"), AT) == []


def test_who_changes_organisation_leaves_the_meeting_behind(region: TeamRegion) -> None:
    from ooievaar.network.models import Position
    from ooievaar.network.roles import Role
    from ooievaar.network.tests.people import SINCE

    made(put(region, region.meeting("gyn"), "gyn"))
    moved = Position.objects.create(
        person=region.person("gyn"), role=Role.GYNAECOLOGIST, valid_from=SINCE,
        organisation=region.organisation("ver", "hospital"),
    )  # fmt: skip
    assert not meetings_for(workplace(moved)).exists()
    assert not sees(region, workplace(moved))


def test_the_database_keeps_what_was_decided(region: TeamRegion) -> None:
    item = made(put(region, region.meeting("zee"), "zee"))
    made(conclude(item, "discussed", "Ja.", by=region.at("zee"), at=DURING))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MeetingDecision.objects.update(conclusion="Nee.")
