"""A care shift over care that was given: which acts go and come, what the engine makes of it."""

import hashlib
from datetime import date, timedelta

import pytest

from ooievaar.kernel.faults import InputRejected
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.pathways.models import CareShift, Enrolment, PathwayVersion
from ooievaar.pathways.rules.shift import Effort, Work, difference
from ooievaar.pathways.tests.texts import activity, days, pathway, text, weeks
from ooievaar.settlement.whatif.commands import Asked, make_scenario, question, run_question
from ooievaar.settlement.whatif.rules.shifting import (
    Act,
    Windows,
    Woman,
    minutes_by_discipline,
    most_alike,
    shift_care,
    steps_of,
)
from ooievaar.settlement.whatif.tests.world import NOW, YEAR, Year

DUE = date(2025, 10, 8)
OLD_CODES, NEW_CODES = ("G-CTG",), ("V-CTG",)


def at(gestation_weeks: int, more: int = 0) -> date:
    return DUE - timedelta(days=280 - gestation_weeks * 7 - more)


def woman(number: int, *acts: tuple[str, str, date], **own: int) -> Woman:
    return Woman(
        pregnancy_id=number,
        woman_id=number,
        due_on=DUE,
        first_on=at(9),
        ended_on=DUE,
        born_on=DUE,
        own={"gynaecologists": 7, **own},
        acts=tuple(
            Act(number * 100 + index, 7 if who == "gynaecologists" else 1, who, code, day)
            for index, (who, code, day) in enumerate(acts)
        ),
    )


def work(
    key: str, who: str, codes: tuple[str, ...], minutes: int = 60, line: str = "primary"
) -> Work:
    efforts = (Effort(who, line, minutes),)
    return Work(key, key, key, who, line, efforts, "window", codes=codes)


WINDOWS = Windows(
    pathway(
        "proef",
        [
            activity("ctg", weeks("28+0", "30+0"), "codes: [V-CTG]"),
            activity("after", "after: {activity: ctg, from: 7, until: 14}", "codes: [V-TEL]"),
            activity("later", days(3, 5), "codes: [V-PP]"),
        ],
    ).activities,
    280,
)
HOSPITAL = work("ctg", "gynaecologists", OLD_CODES, 90, "secondary")
HOME = work("ctg", "midwives", NEW_CODES)
CTG = ("gynaecologists", "G-CTG")


def shifted(women: list[Woman], before: list[Work], after: list[Work], code: str = "V-CTG"):
    steps = steps_of(difference(before, after), lambda _: False)
    return shift_care(women, steps, WINDOWS, WINDOWS, lambda _: code)


def test_what_was_done_moves_to_her_own_midwife_on_the_same_day() -> None:
    her = woman(1, (*CTG, at(28)), (*CTG, at(29)), midwives=3)
    moved = shifted([her], [HOSPITAL], [HOME])
    assert moved.removed == [100], "one, as the pathway asks; the other stays"
    (new,) = moved.added
    assert (new.organisation_id, new.code, new.day) == (3, "V-CTG", at(28))
    assert minutes_by_discipline(moved) == {"gynaecologists": (90, 0), "midwives": (0, 60)}


@pytest.mark.parametrize(
    ("acts", "gone"),
    [
        ([(*CTG, at(28))], 1),
        ([(*CTG, at(27, 6))], 0),
        ([(*CTG, at(29, 6))], 1),
        ([(*CTG, at(30))], 0),
        ([("midwives", "G-CTG", at(28))], 0),
        ([("gynaecologists", "G-CON", at(28))], 0),
        ([], 0),
    ],
)
def test_only_what_is_recognised_by_who_code_and_window_moves(acts, gone) -> None:
    moved = shifted([woman(1, *acts, midwives=3)], [HOSPITAL], [HOME])
    assert (len(moved.removed), len(moved.added)) == (gone, gone)


def test_without_anybody_of_the_discipline_it_stays_and_is_counted() -> None:
    moved = shifted([woman(1, (*CTG, at(28)))], [HOSPITAL], [HOME])
    assert (moved.removed, moved.added, moved.unplaced) == ([], [], 1)


def test_what_has_no_code_counts_in_hours_only() -> None:
    moved = shifted([woman(1, (*CTG, at(28)), midwives=3)], [HOSPITAL], [HOME], code="")
    assert (len(moved.removed), moved.added, moved.unregistered) == (1, [], 1)
    assert minutes_by_discipline(moved)["midwives"] == (0, 60)


def test_what_falls_away_goes_and_what_is_new_comes_once() -> None:
    gone = shifted([woman(1, (*CTG, at(28)), midwives=3)], [HOSPITAL], [])
    assert (gone.removed, gone.added) == ([100], [])
    new = shifted([woman(1, midwives=3)], [], [HOME])
    assert [act.day for act in new.added] == [at(28)]
    had = woman(2, ("midwives", "V-CTG", at(29)), midwives=3)
    assert shifted([had], [], [HOME]).added == []


def test_new_work_after_another_or_after_the_birth_follows_its_day() -> None:
    after, later = work("after", "midwives", ("V-TEL",)), work("later", "midwives", ("V-PP",))
    moved = shifted([woman(1, midwives=3)], [], [after, later])
    assert [act.day for act in moved.added] == [at(29), DUE + timedelta(days=3)]


def test_the_same_people_for_longer_changes_hours_and_no_act() -> None:
    longer = work("ctg", "gynaecologists", OLD_CODES, 120, "secondary")
    moved = shifted([woman(1, (*CTG, at(28)))], [HOSPITAL], [longer])
    assert (moved.removed, moved.added) == ([], [])
    assert minutes_by_discipline(moved) == {"gynaecologists": (90, 120)}


def test_the_women_most_like_it_come_first_and_ties_by_number() -> None:
    steps = steps_of(difference([HOSPITAL], [HOME]), lambda _: False)
    women = [woman(3, (*CTG, at(28))), woman(2), woman(1, (*CTG, at(29)))]
    found = most_alike(women, steps, WINDOWS, 5)
    assert [one.pregnancy_id for one in found] == [1, 3]
    assert [one.pregnancy_id for one in most_alike(women, steps, WINDOWS, 1)] == [1]


class Shift:
    """A region in which a CTG at 30 weeks goes from the gynaecologists to the midwives."""

    def __init__(self) -> None:
        self.region = Year("IGO Verschuift")
        self.region.care(
            self.region.first, self.region.doctors, "G-CTG", date(2025, 4, 16), specialism="0307"
        )
        self.region.closed()
        self.director = position(Role.DIRECTOR, network=self.region.network)
        window = weeks("28+0", "32+0")
        theirs = {"who": "gynaecologists", "line": "secondary"}
        old = ("codes: [G-CTG]", *effort("gynaecologists", "secondary", 90))
        new = ("codes: [V-CTG]", *effort("midwives", "primary", 60))
        self.old = self.version(1, activity("ctg", window, *old, **theirs))
        self.new = self.version(2, activity("ctg", window, *new))
        self.shift = CareShift.objects.create(
            network=self.region.network,
            title="CTG thuis",
            from_version=self.old,
            to_version=self.new,
            women_a_year=4,
            quality="",
            measure="",
            proposed_by=self.director.person,
            proposed_as=self.director,
            proposed_at=NOW,
        )

    def version(self, number: int, *activities: str) -> PathwayVersion:
        content = text("ctg_thuis", activities, kind="addition")
        return PathwayVersion.objects.create(
            network=self.region.network,
            key="ctg_thuis",
            number=number,
            kind="addition",
            title="CTG",
            content=content,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            made_by=self.director.person,
            made_at=NOW,
        )

    def run(self):
        asked = question(self.region.network, Asked(YEAR, shift_id=self.shift.pk))
        return asked, run_question(asked)


def effort(who: str, line: str, minutes: int) -> tuple[str, str]:
    return "effort:", f"  - {{discipline: {who}, line: {line}, minutes: {minutes}}}"


@pytest.mark.django_db
def test_a_phase_that_is_no_longer_complex_brings_in_less_and_the_engine_says_so() -> None:
    here = Shift()
    asked, result = here.run()
    told = result["shift"]
    assert (told["how"], told["women"], told["removed"], told["added"]) == ("resembling", 1, 1, 1)
    assert told["acts"] == [["gynaecologists", "G-CTG", 1, 0], ["midwives", "V-CTG", 0, 1]]
    assert told["minutes"] == [["gynaecologists", 90, 0], ["midwives", 0, 60]]
    assert told["partner_minutes"] == [
        [here.region.north.pk, "midwives", 0, 60],
        [here.region.doctors.pk, "gynaecologists", 90, 0],
    ]
    assert result["cents"][1] - result["cents"][0] == 60_000 - 101_200
    changed = [row[1:4] for row in result["sold"] if row[2] != row[3]]
    assert changed == [["prenatal", 1, 2], ["prenatal_complex", 1, 0]]
    for side in (0, 1):
        assert sum(pair[side] for pair in result["kinds"].values()) == result["cents"][side]
    assert result["bridge"]["moved"] == []
    made = make_scenario(asked, "CTG", person=None, at=NOW)
    assert (made.kind, made.care_shift) == ("shift", here.shift)


@pytest.mark.django_db
def test_who_was_on_the_pathway_by_the_record_is_taken_before_who_looks_like_it() -> None:
    here = Shift()
    Enrolment.objects.create(
        pregnancy=here.region.second,
        version=here.old,
        kind="start",
        from_on=date(2025, 6, 1),
        at=NOW,
    )
    _, result = here.run()
    told = result["shift"]
    assert (told["how"], told["women"], told["removed"]) == ("enrolled", 1, 0)
    assert result["cents"][0] == result["cents"][1]


@pytest.mark.django_db
def test_a_shift_of_elsewhere_or_beside_another_agreement_is_refused() -> None:
    here = Shift()
    for asked in (Asked(YEAR, shift_id=here.shift.pk, text="x"), Asked(YEAR, shift_id=999_999)):
        with pytest.raises(InputRejected) as rejected:
            question(here.region.network, asked)
        assert "zorgverschuiving" in str(rejected.value.faults[0])
