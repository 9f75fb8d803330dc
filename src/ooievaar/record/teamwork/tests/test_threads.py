"""Threads: who may write and read, to whom a question goes, and what stands unread."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE
from ooievaar.network.workplace import workplace
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.relations import add_to_team
from ooievaar.record.teamwork.commands import announce
from ooievaar.record.teamwork.models import BuddyPair, Mention, Thread, ThreadMessage
from ooievaar.record.teamwork.permissions import messages_for
from ooievaar.record.teamwork.queries import questions_for, unread_for
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
from ooievaar.record.teamwork.threads import (
    addressees,
    mark_read,
    start_thread,
    write_message,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


def read(region: TeamRegion, name: str) -> list[str]:
    return list(messages_for(region.at(name), LATER).order_by("pk").values_list("text", flat=True))


def asked(region: TeamRegion, name: str) -> list[str]:
    return [one.text for one in questions_for(region.at(name), LATER)]


def unread(region: TeamRegion, name: str) -> list[tuple[str, int]]:
    return [(one.text, one.count) for one in unread_for(region.at(name), LATER)]


def test_who_treats_her_reads_what_was_written(region: TeamRegion) -> None:
    region.says_in_thread("linde", "Zij slaapt slecht.")
    assert read(region, "linde") == read(region, "zee") == ["Zij slaapt slecht."]
    assert read(region, "duin") == read(region, "gyn") == []


def test_a_subset_role_reads_only_where_it_has_a_part(region: TeamRegion) -> None:
    region.says_in_thread("linde", "Onder ons: zij is bang.")
    asked = region.says_in_thread("linde", "Ziet u groei?", to=[region.key("echo")])
    region.replies(asked, "zee", "Wij willen dat ook weten.")
    assert read(region, "echo") == ["Ziet u groei?", "Wij willen dat ook weten."]
    assert read(region, "kraam") == []
    own = region.says_in_thread("kraam", "Wij zijn te laat begonnen.")
    region.replies(own, "linde", "Dank u.")
    assert read(region, "kraam") == ["Wij zijn te laat begonnen.", "Dank u."]


def test_her_objection_hides_the_messages_of_one_from_the_other(region: TeamRegion) -> None:
    thread = region.says_in_thread("linde", "Zij rookt weer.")
    region.replies(thread, "zee", "Dat zagen wij ook.")
    region.says("linde", "zee", is_given=False)
    assert read(region, "zee") == ["Dat zagen wij ook."]
    assert read(region, "linde") == ["Zij rookt weer.", "Dat zagen wij ook."]


def test_her_objection_to_a_kind_hides_what_was_addressed_to_it(region: TeamRegion) -> None:
    region.says_in_thread("linde", "Ziet u groei?", to=[region.key("echo")])
    assert read(region, "echo") == ["Ziet u groei?"]
    region.says("", "echo", is_given=False)
    assert read(region, "echo") == []
    assert asked(region, "echo") == []


def test_nobody_is_addressed_who_may_not_see_her(region: TeamRegion) -> None:
    for to, name in (
        (region.key("duin"), "Duin"),
        (region.person_key("duin"), "Test Duin"),
        ("x9999", "Wie u koos"),
        ("p1-", "Wie u koos"),
    ):
        why = refused(
            start_thread(region.noor, "Groei", "Ja?", by=region.at("linde"), at=AT, to=[to])
        )
        assert why.field == "to"
        assert "behandelt haar niet" in str(why.reason)
        if name != "Wie u koos":
            assert name in str(why.reason)
    assert not Thread.objects.exists()


def test_nobody_is_addressed_to_whom_she_objects(region: TeamRegion) -> None:
    region.says("linde", "zee", is_given=False)
    to = [region.key("zee")]
    why = refused(start_thread(region.noor, "Groei", "Ja?", by=region.at("linde"), at=AT, to=to))
    assert why.field == "to" and "bezwaar" in str(why.reason)


def test_a_question_is_asked_of_a_person_a_role_or_all(region: TeamRegion) -> None:
    nurse = region.colleague("zee")
    region.says_in_thread("linde", "Aan u?", to=[region.person_key("zee")], answer_by=SOON)
    role = [region.role_key("zee", Role.CLINICAL_CARER)]
    region.says_in_thread("linde", "Aan de rol?", to=role, answer_by=SOON)
    region.says_in_thread("linde", "Aan allen?", to=[region.key("zee")], answer_by=SOON)
    region.says_in_thread("linde", "Ter kennisname.", to=[region.key("zee")])
    assert sorted(asked(region, "zee")) == ["Aan allen?", "Aan de rol?", "Aan u?"]
    found = [one.text for one in questions_for(workplace(nurse), LATER)]
    assert sorted(found) == ["Aan allen?", "Aan de rol?"]
    assert asked(region, "linde") == []


def test_overdue_questions_come_first(region: TeamRegion) -> None:
    for days in (5, 0, 2):
        region.says_in_thread(
            "linde", f"{days}", to=[region.key("zee")], answer_by=TODAY + timedelta(days=days)
        )
    found = questions_for(region.at("zee"), AT + timedelta(days=1))
    assert [(one.text, one.is_overdue) for one in found] == [
        ("0", True), ("2", False), ("5", False),
    ]  # fmt: skip


def test_an_answer_settles_a_question_for_everybody(region: TeamRegion) -> None:
    thread = region.says_in_thread("linde", to=[region.key("zee")], answer_by=SOON)
    question = ThreadMessage.objects.get()
    region.replies(thread, "zee", "Ik kijk nog even.")
    assert asked(region, "zee") == ["Kijkt u mee?"]
    region.replies(thread, "zee", "Het is goed.", answers=question)
    assert asked(region, "zee") == []


def test_an_answer_belongs_to_a_question_of_its_own_thread(region: TeamRegion) -> None:
    one = region.says_in_thread("linde", to=[region.key("zee")], answer_by=SOON)
    other = region.says_in_thread("linde", "Los bericht.")
    question = one.messages.get()
    for thread, answers in ((other, question), (other, other.messages.get())):
        why = refused(write_message(thread, "Ja.", by=region.at("zee"), at=AT, answers=answers))
        assert why.field == "answers"


def test_what_one_wrote_oneself_is_never_unread(region: TeamRegion) -> None:
    thread = region.says_in_thread("linde", to=[region.key("zee")])
    assert unread(region, "linde") == []
    assert unread(region, "zee") == [("Kijkt u mee?", 1)]
    region.replies(thread, "zee", "Ja.")
    region.replies(thread, "zee", "En nog iets.", at=LATER)
    assert unread(region, "zee") == [("Kijkt u mee?", 1)]
    assert unread(region, "linde") == [("En nog iets.", 2)]


def test_what_was_read_is_unread_again_only_by_something_new(region: TeamRegion) -> None:
    thread = region.says_in_thread("linde", to=[region.key("zee")])
    first = thread.messages.get()
    reader = region.person("zee").pk
    mark_read(thread.pk, first.pk, reader)
    assert unread(region, "zee") == []
    region.replies(thread, "linde", "Toch nog iets.")
    assert unread(region, "zee") == [("Toch nog iets.", 1)]
    last = thread.messages.latest("pk")
    mark_read(thread.pk, last.pk, reader)
    mark_read(thread.pk, last.pk, reader)
    assert unread(region, "zee") == []


def test_unread_is_for_whom_it_concerns(region: TeamRegion) -> None:
    """The hospital's nurse need not hear what the practice told the kraamzorg."""
    region.says_in_thread("linde", "Voor u.", to=[region.key("kraam")])
    assert unread(region, "zee") == []
    assert unread(region, "kraam") == [("Voor u.", 1)]
    colleague = workplace(region.colleague("linde"))
    assert [one.text for one in unread_for(colleague, LATER)] == ["Voor u."]


def test_old_messages_are_not_unread_for_who_begins_today(region: TeamRegion) -> None:
    region.says_in_thread("linde", to=[region.key("zee")])
    new = region.colleague("zee")
    Position.objects.filter(pk=new.pk).update(valid_from=TODAY + timedelta(days=1))
    assert unread_for(workplace(new), AT + timedelta(days=1)) == []
    assert unread_for(region.at("zee"), AT + timedelta(days=91)) == []


def test_the_system_tells_those_it_concerns(region: TeamRegion) -> None:
    announce(region.noor, "De bekostiging is veranderd.", at=AT)
    announce(region.noor, "Nog een melding.", [region.organisations["linde"]], at=LATER)
    thread = Thread.objects.get()
    assert thread.organisation is None
    refused(write_message(thread, "Waarom?", by=region.at("linde"), at=LATER))
    (line,) = unread_for(region.at("linde"), LATER)
    assert (line.by, line.count) == ("Ooievaar", 2)
    assert [one.count for one in unread_for(region.at("zee"), LATER)] == [2]
    assert unread(region, "duin") == []
    region.says("", "zee", is_given=False)
    assert len(read(region, "zee")) == 2, "what the system says, nobody recorded"


def test_who_left_is_no_longer_asked_but_the_organisation_is(region: TeamRegion) -> None:
    """Somebody goes to work elsewhere: their question stays where she is treated."""
    region.says_in_thread("linde", to=[region.person_key("zee")], answer_by=SOON)
    colleague = workplace(region.colleague("zee"))
    assert questions_for(colleague, LATER) == []
    held = region.positions["zee"]
    held.valid_until = TODAY
    held.save()
    moved = Position.objects.create(
        person=held.person,
        role=Role.CLINICAL_CARER,
        organisation=region.organisation("ver", "hospital"),
        valid_from=SINCE,
    )
    assert [one.text for one in questions_for(colleague, LATER)] == ["Kijkt u mee?"]
    assert questions_for(workplace(moved), LATER) == []
    assert unread_for(workplace(moved), LATER) == []


def test_a_person_of_the_team_is_addressed_alone(region: TeamRegion) -> None:
    made(add_to_team(region.noor, region.person("duin"), region.organisations["duin"], TODAY))
    here = region.at("linde")
    keys = {one.key for one in addressees(region.noor.pk, here, TODAY, brings_in=False)}
    assert region.person_key("duin") in keys
    assert region.key("duin") not in keys
    assert region.person_key("linde") not in keys, "nobody writes to themselves"


def buddy(region: TeamRegion) -> BuddyPair:
    return BuddyPair.objects.create(
        gynaecologist=region.person("gyn"),
        organisation=region.organisations["gyn"],
        practice=region.organisations["linde"],
        valid_from=SINCE,
        made_by=region.person("linde"),
    )


def test_the_buddy_is_offered_first_and_sees_her_from_the_question_on(region: TeamRegion) -> None:
    buddy(region)
    first = addressees(region.noor.pk, region.at("linde"), TODAY, brings_in=True)[0]
    assert (first.key, first.is_buddy, first.is_brought_in) == (
        region.person_key("gyn"), True, True,
    )  # fmt: skip
    assert read(region, "gyn") == []
    region.says_in_thread("linde", to=[first.key], answer_by=SOON, brings_in=True)
    assert asked(region, "gyn") == ["Kijkt u mee?"]
    member = TreatmentRelation.objects.get(basis="team")
    assert member.person == region.person("gyn")
    colleague = workplace(region.colleague("gyn"))
    assert not messages_for(colleague, LATER).exists(), "the buddy alone, not her whole group"


def test_who_may_not_involve_others_does_not_bring_the_buddy_in(region: TeamRegion) -> None:
    buddy(region)
    to = [region.person_key("gyn")]
    why = refused(start_thread(region.noor, "Groei", "Ja?", by=region.at("linde"), at=AT, to=to))
    assert why.field == "to"
    assert not TreatmentRelation.objects.filter(basis="team").exists()


def test_a_buddy_who_left_is_not_offered(region: TeamRegion) -> None:
    buddy(region)
    held = region.positions["gyn"]
    held.valid_until = TODAY
    held.save()
    offered = addressees(region.noor.pk, region.at("linde"), TODAY, brings_in=True)
    assert not any(one.is_buddy for one in offered)


def test_the_emergency_button_opens_the_conversation_too(region: TeamRegion) -> None:
    region.says_in_thread("linde", "Let op haar bloeddruk.")
    region.says("linde", "duin", is_given=False)
    made(open_in_emergency(region.at("duin"), region.noor, "Zij belde met bloedverlies", AT))
    assert read(region, "duin") == ["Let op haar bloeddruk."]


@pytest.mark.parametrize(
    ("subject", "text", "field"),
    [
        ("", "Ja.", "subject"),
        ("x" * 121, "Ja.", "subject"),
        ("Groei", "", "text"),
        ("Groei", "  \n ", "text"),
        ("Groei", "x" * 5001, "text"),
    ],
)
def test_a_message_fits(region: TeamRegion, subject: str, text: str, field: str) -> None:
    why = refused(start_thread(region.noor, subject, text, by=region.at("linde"), at=AT))
    assert why.field == field
    assert not Thread.objects.exists()


def test_a_text_of_five_thousand_and_what_looks_like_a_script_are_kept(region: TeamRegion) -> None:
    long = "é" * 5000
    region.says_in_thread("linde", long)
    region.says_in_thread("linde", f"{SCRIPT}\x00\r\nregel twee")
    assert read(region, "zee") == [long, f"{SCRIPT}\nregel twee"]


def test_a_question_has_somebody_to_answer_it_and_a_day_to_come(region: TeamRegion) -> None:
    here, key = region.at("linde"), region.key("zee")
    nobody = start_thread(region.noor, "Groei", "Ja?", by=here, at=AT, answer_by=SOON)
    assert refused(nobody).field == "to"
    past = start_thread(
        region.noor, "Groei", "Ja?", by=here, at=AT, to=[key], answer_by=TODAY - timedelta(days=1)
    )
    assert refused(past).field == "answer_by"


def test_an_entry_of_another_woman_is_no_subject(region: TeamRegion) -> None:
    from ooievaar.record.entries.models import Entry

    entry = Entry.objects.create(
        woman=region.saskia.woman,
        pregnancy=region.saskia,
        form="note",
        organisation=region.organisations["duin"],
        happened_on=TODAY,
        recorded_at=AT,
    )
    refused(start_thread(region.noor, "Groei", "Ja?", by=region.at("linde"), at=AT, entry=entry))


def test_the_database_keeps_what_was_said(region: TeamRegion) -> None:
    region.says_in_thread("linde", to=[region.key("zee")])
    changes = ((Thread, "subject"), (ThreadMessage, "text"), (Mention, "role"))
    for model, field in changes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.update(**{field: "anders"})  # type: ignore[attr-defined]


def test_each_list_of_the_home_page_is_one_query(
    region: TeamRegion, django_assert_num_queries: object
) -> None:
    region.says_in_thread("linde", to=[region.key("zee")], answer_by=SOON)
    announce(region.noor, "Melding", at=AT)
    for ask in (unread_for, questions_for):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert ask(region.at("zee"), LATER)
