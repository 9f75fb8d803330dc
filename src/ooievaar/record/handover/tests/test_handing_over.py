"""Asking, answering and taking over, as the people of a small region do it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ooievaar.network.models import Membership, Position
from ooievaar.network.tests.people import position
from ooievaar.network.workplace import Workplace, workplace
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.handover import commands
from ooievaar.record.handover.models import Referral, ReferralStep, Responsibility
from ooievaar.record.handover.queries import (
    Duties,
    duties_for,
    duties_of,
    leaders,
    news_for,
    open_for,
)
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.permissions import access_to, activities_for
from ooievaar.record.relations import Rejected, end_relation
from ooievaar.record.tests.care_region import AT, DISCIPLINES, ROLES, CareRegion

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Story(CareRegion):
    """The region, with somebody at work in each organisation."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[str, Position] = {
            name: position(ROLES[discipline], organisation=self.organisations[name])
            for name, discipline in DISCIPLINES.items()
        }
        self.at_work: dict[str, Workplace] = {
            name: workplace(held) for name, held in self.positions.items()
        }

    def ask(self, name: str, kind: str = "transfer", by: str = "linde", **more: Any) -> Any:
        known = {"question": "Neemt u haar over?", "urgency": "day", "at": AT} | more
        return commands.ask(
            self.at_work[by],
            self.noor,
            kind,
            to_organisation=self.organisations[name],
            **known,
        )

    def asked(self, name: str, kind: str = "transfer", by: str = "linde", **more: Any) -> Referral:
        made = self.ask(name, kind, by, **more)
        assert isinstance(made, Referral), made
        return made

    def take_over(self, referral: Referral, by: str, at: datetime = AT + HOUR) -> ReferralStep:
        made = commands.take_over(self.at_work[by], referral, at=at, starts_at=at)
        assert isinstance(made, ReferralStep), made
        return made

    def leads(self, at: datetime, phase: int | None = None) -> str:
        return self.duties(at).responsible(at, phase).organisation.lower()

    def duties(self, at: datetime) -> Duties:
        found = duties_of(self.noor.pk, at)
        assert found is not None
        return found

    def sees(self, name: str, at: datetime = AT) -> str:
        access = access_to(self.at_work[name], self.noor.pk, at)
        return access.basis if access else ""

    def states(self, referral: Referral) -> list[str]:
        return [step.state for step in referral.steps.order_by("at", "pk")]


@pytest.fixture
def story() -> Story:
    return Story()


def test_before_anybody_took_over_it_is_where_she_came_in(story: Story) -> None:
    found = story.duties(AT).responsible(AT)
    assert (found.organisation, found.is_first_intake, found.since) == ("Linde", True, None)
    assert story.duties(AT).coordinator(AT) is None
    assert duties_of(999_999, AT) is None
    assert [(part.label, part.value, part.note) for part in leaders(story.noor.pk, AT)] == [
        ("Verantwoordelijk", "Linde", "eerste intake"),
        ("Coördinerend", "nog niemand", ""),
    ]


def test_asking_changes_nothing_and_taking_over_does(story: Story) -> None:
    referral = story.asked("gyn")
    assert story.leads(AT + 3 * HOUR) == "linde"
    story.take_over(referral, "gyn")
    assert story.leads(AT + HOUR - timedelta(microseconds=1)) == "linde"
    assert story.leads(AT + HOUR) == "gyn"
    assert story.states(referral) == ["taken_over"]


def test_who_is_asked_sees_her_and_treats_her_once_she_is_theirs(story: Story) -> None:
    assert story.sees("gyn") == ""
    referral = story.asked("gyn")
    assert story.sees("gyn") == "consult"
    story.take_over(referral, "gyn")
    assert story.sees("gyn", AT + HOUR) == "care"
    by_consult = TreatmentRelation.objects.get(basis="consult")
    assert by_consult.valid_until == AT.date()


def test_advice_gives_access_until_its_answer(story: Story) -> None:
    referral = story.asked("gyn", "advice")
    assert story.sees("gyn") == "consult"
    done = commands.answer(
        story.at_work["gyn"],
        referral,
        text="Wacht af tot 36 weken.",
        lead="primary",
        lead_when="tot 36 weken",
        is_done=False,
        at=AT + HOUR,
    )
    assert isinstance(done, ReferralStep)
    assert (done.lead, done.lead_when, done.text) == (
        "primary", "tot 36 weken", "Wacht af tot 36 weken.",
    )  # fmt: skip
    assert story.sees("gyn", AT + HOUR) == ""
    assert story.leads(AT + 2 * HOUR) == "linde"


def test_who_answers_a_consult_may_look_on_until_it_is_ended(story: Story) -> None:
    referral = story.asked("gyn", "consult")
    commands.answer(story.at_work["gyn"], referral, text="Echo is goed.", is_done=False, at=AT)
    assert story.sees("gyn") == "consult"
    # An advice that is asked and answered in between takes nothing from the consult.
    advice = story.asked("gyn", "advice")
    commands.answer(story.at_work["gyn"], advice, text="Ja.", at=AT)
    assert story.sees("gyn") == "consult"
    assert isinstance(commands.end(story.at_work["linde"], referral, at=AT), ReferralStep)
    assert story.sees("gyn") == ""
    assert not commands.end(story.at_work["linde"], referral, at=AT)


def test_a_consult_that_is_answered_and_done_ends(story: Story) -> None:
    referral = story.asked("gyn", "consult")
    commands.answer(story.at_work["gyn"], referral, text="Echo is goed.", at=AT)
    assert (story.sees("gyn"), story.states(referral)) == ("", ["answered", "ended"])


@pytest.mark.parametrize("way", ["decline", "withdraw"])
def test_no_and_never_mind_end_the_access_too(story: Story, way: str) -> None:
    referral = story.asked("gyn")
    by = story.at_work["gyn" if way == "decline" else "linde"]
    assert isinstance(getattr(commands, way)(by, referral, reason="Vol.", at=AT), ReferralStep)
    assert story.sees("gyn") == ""
    assert not commands.take_over(story.at_work["gyn"], referral, at=AT, starts_at=AT)


def test_whoever_treated_her_already_keeps_that(story: Story) -> None:
    referral = story.asked("zee")
    commands.decline(story.at_work["zee"], referral, reason="Vol.", at=AT)
    assert story.sees("zee") == "care"


def test_a_question_to_who_treats_her_already_opens_what_the_asker_wrote(story: Story) -> None:
    """A scan asked of the ultrasound centre that made one before; what the hospital asks is apart.

    And it ends with the answer, whatever the other asked.
    """

    def writers() -> set[str]:
        rows = activities_for(story.at_work["echo"], AT, story.noor.pk)
        return {row.organisation.name for row in rows}

    story.act(story.noor, "linde", "V-ECS")
    assert writers() == {"Echo"}
    referral = story.asked("echo", "consult")
    other = story.asked("echo", "advice", by="zee")
    assert writers() == {"Echo", "Linde", "Zee"}
    second = story.asked("echo", "advice")
    assert second.relation is None, "the first question of Linde gave it"
    for one in (referral, second):
        answered = commands.answer(story.at_work["echo"], one, text="Groeit goed.", at=AT + HOUR)
        assert isinstance(answered, ReferralStep)
    assert writers() == {"Echo", "Zee"}
    commands.answer(story.at_work["echo"], other, text="Hoofdligging.", at=AT + HOUR)
    assert writers() == {"Echo"}
    assert story.sees("echo") == "care"


def test_of_two_transfers_the_first_to_take_over_has_her_and_the_other_is_told(
    story: Story,
) -> None:
    to_gyn, to_duin = story.asked("gyn"), story.asked("duin")
    story.take_over(to_duin, "duin")
    too_late = commands.take_over(
        story.at_work["gyn"], to_gyn, at=AT + 2 * HOUR, starts_at=AT + 2 * HOUR
    )
    assert isinstance(too_late, Rejected)
    assert "Duin nam haar op 01-10-2026 15:00 over" in str(too_late.reason)
    assert story.leads(AT + 3 * HOUR) == "duin"
    assert Responsibility.objects.count() == 1
    (news,) = news_for(story.at_work["gyn"], AT + 2 * HOUR)
    assert (news.state, news.reference, news.name, news.question) == ("lapsed", "Z-Noor", "", "")
    assert open_for(story.at_work["gyn"], AT + 2 * HOUR) == []
    assert story.sees("gyn", AT + 2 * HOUR) == ""


def test_transfers_of_other_phases_stand_beside_each_other(story: Story) -> None:
    birth, after = story.asked("zee", phase=2), story.asked("duin", phase=3)
    story.take_over(birth, "zee")
    assert story.states(after) == []
    assert [story.leads(AT + 2 * HOUR, phase) for phase in (1, 2, 3)] == ["linde", "zee", "linde"]
    story.take_over(after, "duin", AT + 2 * HOUR)
    duties = duties_of(story.noor.pk, AT + 3 * HOUR)
    assert duties is not None
    assert [(phase.value, who.organisation) for phase, who in duties.agreed(AT + 3 * HOUR)] == [
        (2, "Zee"), (3, "Duin"),
    ]  # fmt: skip
    assert leaders(story.noor.pk, AT + 3 * HOUR)[0].value == "Linde"


def test_back_again(story: Story) -> None:
    story.take_over(story.asked("gyn"), "gyn")
    back = story.asked("linde", by="gyn", at=AT + 2 * HOUR, indication="recovered")
    story.take_over(back, "linde", AT + 3 * HOUR)
    moments = [AT, AT + HOUR, AT + 2 * HOUR, AT + 3 * HOUR]
    assert [story.leads(at) for at in moments] == ["linde", "gyn", "gyn", "linde"]
    later = AT + 3 * HOUR
    assert not story.duties(later).responsible(later).is_first_intake


def test_at_midnight_the_day_begins_with_the_new_one(story: Story) -> None:
    midnight = datetime(2026, 10, 1, 22, 0, tzinfo=UTC)
    referral = story.asked("gyn", at=midnight - HOUR)
    made = commands.take_over(
        story.at_work["gyn"], referral, at=midnight + HOUR, starts_at=midnight
    )
    assert isinstance(made, ReferralStep)
    assert story.leads(midnight - timedelta(microseconds=1)) == "linde"
    assert story.leads(midnight) == "gyn"
    by_care = TreatmentRelation.objects.get(organisation=story.organisations["gyn"], basis="care")
    assert by_care.valid_from == date(2026, 10, 2)


def test_in_the_night_that_the_clock_goes_back_the_order_holds(story: Story) -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    to_gyn = story.asked("gyn", at=first)
    story.take_over(to_gyn, "gyn", first)
    back = story.asked("linde", by="gyn", at=second)
    story.take_over(back, "linde", second)
    # Both are half past two on the wall.
    assert [story.leads(at) for at in (first, second - timedelta(minutes=1), second)] == [
        "gyn", "gyn", "linde",
    ]  # fmt: skip


@pytest.mark.parametrize("starts_at", [AT - timedelta(minutes=1), AT + 2 * HOUR])
def test_nobody_takes_over_before_the_question_or_later_than_now(
    story: Story, starts_at: datetime
) -> None:
    referral = story.asked("gyn")
    made = commands.take_over(story.at_work["gyn"], referral, at=AT + HOUR, starts_at=starts_at)
    assert isinstance(made, Rejected)
    assert made.field == "starts_on"
    assert not ReferralStep.objects.exists()


def test_born_at_home_before_she_arrives_it_stays_with_the_midwife(story: Story) -> None:
    labour = datetime(2026, 10, 1, 10, 0, tzinfo=UTC)
    add_pregnancy_version(story.noor, AT.date(), labour_on=AT.date(), labour_minute=12 * 60)
    referral = story.asked("zee", at=labour, urgency="emergency", phase=2)
    accepted = commands.accept(
        story.at_work["zee"], referral, at=labour + timedelta(minutes=5), starts_at=None
    )
    assert isinstance(accepted, ReferralStep)
    # 12:20 on the wall: born on the way.
    born = labour + timedelta(minutes=20)
    add_pregnancy_version(
        story.noor, AT.date(), birth_on=AT.date(), ended_on=AT.date(), end_kind="birth",
        placenta_on=AT.date(), placenta_minute=12 * 60 + 30,
    )  # fmt: skip
    assert story.leads(born) == "linde"
    story.take_over(referral, "zee", labour + HOUR)
    assert [story.leads(at) for at in (born, labour + HOUR)] == ["linde", "zee"]
    # The birth was handed over, what comes after it was not.
    assert story.leads(AT + 12 * HOUR) == "linde"
    assert story.states(referral) == ["accepted", "taken_over"]


def test_who_accepted_and_never_saw_her_can_still_say_no(story: Story) -> None:
    referral = story.asked("gyn")
    commands.accept(story.at_work["gyn"], referral, at=AT, starts_at=None)
    commands.decline(story.at_work["gyn"], referral, reason="Thuis bevallen.", at=AT + HOUR)
    assert story.leads(AT + 2 * HOUR) == "linde"
    assert story.sees("gyn", AT + HOUR) == ""


def test_handing_over_to_who_left_the_network_is_not_hindered(story: Story) -> None:
    Membership.objects.filter(organisation=story.organisations["duin"]).update(
        valid_until=AT.date()
    )
    story.take_over(story.asked("duin"), "duin")
    assert story.leads(AT + HOUR) == "duin"


def test_where_nobody_works_with_this_record_who_asked_writes_the_answer_down(
    story: Story,
) -> None:
    far = story.organisation("ver", "hospital")
    Membership.objects.filter(organisation=far).delete()
    story.organisations["ver"] = far
    referral = story.asked("ver", urgency="emergency")
    story.take_over(referral, "linde")
    assert story.leads(AT + HOUR) == "ver"
    # With somebody at work there it is theirs to say.
    again = story.asked("gyn", at=AT + HOUR)
    made = commands.take_over(
        story.at_work["linde"], again, at=AT + 2 * HOUR, starts_at=AT + 2 * HOUR
    )
    assert isinstance(made, Rejected)


def test_somebody_else_answers_nothing(story: Story) -> None:
    referral = story.asked("gyn")
    for by in ("zee", "duin", "kraam", "linde"):
        assert not commands.accept(story.at_work[by], referral, at=AT, starts_at=None)
        assert not commands.decline(story.at_work[by], referral, reason="Nee.", at=AT)
    assert not ReferralStep.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"question": "  "}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"indication": "iets"}, "indication"),
        ({"name": "linde"}, "to_organisation"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    story: Story, changed: dict[str, str], field: str
) -> None:
    made = story.ask(changed.pop("name", "gyn"), **changed)
    assert isinstance(made, Rejected)
    assert made.field == field
    assert not Referral.objects.exists()
    assert story.sees("gyn") == ""


def test_the_same_question_twice_and_who_leads_already_are_refused(story: Story) -> None:
    story.asked("gyn")
    assert story.ask("gyn").field == "to_organisation"
    assert isinstance(story.ask("gyn", "consult"), Referral)
    story.take_over(Referral.objects.get(kind="transfer"), "gyn")
    assert story.ask("gyn", at=AT + 2 * HOUR).field == "to_organisation"


def test_a_person_is_asked_only_where_they_give_care(story: Story) -> None:
    elsewhere = story.positions["zee"].person
    assert story.ask("gyn", "advice", to_person=elsewhere).field == "to_person"
    named = story.positions["gyn"].person
    assert story.asked("gyn", "advice", to_person=named).to_person == named


def test_what_waits_stands_with_the_most_urgent_first(story: Story) -> None:
    gyn = story.positions["gyn"].person
    story.asked("gyn", "consult", urgency="week", at=AT)
    story.asked("gyn", "advice", urgency="day", at=AT + HOUR, to_person=gyn)
    story.asked("gyn", "transfer", urgency="emergency", at=AT + 2 * HOUR)
    lines = open_for(story.at_work["gyn"], AT + 3 * HOUR)
    assert [line.urgency for line in lines] == ["emergency", "day", "week"]
    assert [line.is_late for line in lines] == [True, False, False]
    assert [line.to_person_id for line in lines] == [None, gyn.pk, None]
    assert (lines[0].name, lines[0].other, lines[0].state_label) == ("Noor", "Linde", "Open")
    assert open_for(story.at_work["zee"], AT + 3 * HOUR) == []


def test_what_nobody_may_see_any_more_is_not_in_the_list(story: Story) -> None:
    referral = story.asked("gyn", "consult")
    assert referral.relation is not None
    end_relation(referral.relation, AT.date())
    assert open_for(story.at_work["gyn"], AT) == []


def test_an_answer_is_news_for_who_asked(story: Story) -> None:
    referral = story.asked("gyn", "advice")
    assert news_for(story.at_work["linde"], AT + HOUR) == []
    commands.answer(story.at_work["gyn"], referral, text="Ja.", at=AT + HOUR)
    (line,) = news_for(story.at_work["linde"], AT + HOUR)
    assert (line.state, line.name, line.other) == ("answered", "Noor", "Gyn")
    assert news_for(story.at_work["linde"], AT + timedelta(days=8)) == []
    # What one takes back oneself is no news.
    withdrawn = story.asked("duin", "consult", at=AT + timedelta(days=8))
    commands.withdraw(story.at_work["linde"], withdrawn, at=AT + timedelta(days=8))
    assert news_for(story.at_work["linde"], AT + timedelta(days=8, hours=1)) == []


def test_somebody_who_treats_her_coordinates_from_now_on(story: Story) -> None:
    linde, by = story.positions["linde"], story.at_work["linde"]
    made = commands.name_coordinator(by, story.noor, linde, at=AT)
    assert isinstance(made, Responsibility)
    found = story.duties(AT).coordinator(AT)
    assert found is not None
    assert (found.person_id, found.since) == (linde.person_id, AT)
    assert story.duties(AT).coordinator(AT - HOUR) is None
    assert not commands.name_coordinator(by, story.noor, linde, at=AT + HOUR)
    stranger = commands.name_coordinator(by, story.noor, story.positions["duin"], at=AT)
    assert isinstance(stranger, Rejected)
    assert isinstance(
        commands.name_coordinator(by, story.noor, story.positions["zee"], at=AT + HOUR),
        Responsibility,
    )
    # Who leads is not who coordinates.
    assert story.leads(AT + 2 * HOUR) == "linde"


def test_duties_of_many_take_one_query(story: Story, django_assert_num_queries: Any) -> None:
    story.take_over(story.asked("gyn"), "gyn")
    with django_assert_num_queries(1):
        found = duties_for([story.noor.pk, story.saskia.pk], AT + 2 * HOUR)
    names = {pk: one.responsible(AT + 2 * HOUR).organisation for pk, one in found.items()}
    assert names == {story.noor.pk: "Gyn", story.saskia.pk: "Duin"}
    with django_assert_num_queries(1):
        leaders(story.noor.pk, AT)
