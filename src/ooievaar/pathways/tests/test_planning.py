"""Stories of one plan: due, done, overdue, skipped; a due date that moves, an end, twins."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.gestation import date_at_gestation
from ooievaar.pathways.rules.composition import compose
from ooievaar.pathways.rules.planning import (
    BEGAN_LATER,
    CAME_LATER,
    CHILD_DIED,
    ENDED,
    FOLLOWS_SKIPPED,
    NOT_CHOSEN,
    NOT_RECORDED,
    OVERTAKEN,
    Act,
    Facts,
    PlanItem,
    plan_items,
)
from ooievaar.pathways.rules.prepared import for_role, prepare
from ooievaar.pathways.shipped import newest
from ooievaar.pathways.tests.texts import activity, days, pathway, weeks

DUE = date(2026, 11, 9)
INTAKE = date_at_gestation(DUE, 9 * 7)
CHECK = ("codes: [V-CON]", "form: prenatal_contact", "is_contact: true")
BASE = pathway(
    "basis",
    [
        activity("intake", weeks("8+0", "10+0"), "codes: [V-INT]", "is_first_contact: true"),
        activity("blood", weeks("8+0", "13+0"), "codes: [L-HIV]", "when_late: catch_up"),
        activity("choice", weeks("10+0", "15+0"), "form: screening", "is_choice: true"),
        activity("check_16", weeks("15+0", "17+0"), *CHECK),
        activity("check_20", weeks("19+0", "21+0"), *CHECK),
        activity("check_24", weeks("23+0", "25+0"), *CHECK),
        activity("ogtt", weeks("24+0", "28+0"), "codes: [L-OGT]"),
        activity("talk", "after: {activity: ogtt, from: 7, until: 14}", "form: consult"),
        activity("birth", days(0, 2), "codes: [V-PAR]"),
        activity("prick", days(3, 8), "elements: [heel_prick=yes]", "for_each_child: true"),
        activity("six", days(38, 50), "codes: [V-ZES]"),
    ],
)
PREPARED = prepare(compose([BASE]))


def at(gestation: int, extra: int = 0) -> date:
    return date_at_gestation(DUE, gestation * 7 + extra)


def act(mark: str, day: date, **more: Any) -> Act:
    return Act(day, mark, "De Linde", f"activity:{mark}{day:%m%d}", **more)


def facts(today: date, *acts: Act, **more: Any) -> Facts:
    return Facts(
        today=today,
        first_intake_on=more.pop("intake", INTAKE),
        due_dates=more.pop("due_dates", ((INTAKE, DUE),)),
        acts=tuple(sorted(acts)),
        **more,
    )


def plan(known: Facts) -> dict[str, PlanItem]:
    return {
        item.key + (f":{item.occurrence}" if item.occurrence else ""): item
        for item in plan_items(PREPARED, known)
    }


def status(known: Facts) -> dict[str, str]:
    return {key: item.status for key, item in plan(known).items()}


def test_an_item_comes_is_due_and_gets_overdue() -> None:
    seen = [status(facts(at(*when)))["check_16"] for when in ((14, 6), (15, 0), (16, 6), (17, 0))]
    assert seen == ["upcoming", "due", "due", "overdue"]


def test_what_was_done_says_by_whom_and_when() -> None:
    item = plan(facts(at(18), act("V-CON", at(16))))["check_16"]
    assert (item.status, item.done_on, item.done_by) == ("done", at(16), "De Linde")
    assert item.act == f"activity:V-CON{at(16):%m%d}"


def test_the_first_intake_is_known_without_an_act() -> None:
    item = plan(facts(at(9)))["intake"]
    assert (item.status, item.done_on) == ("done", INTAKE)


def test_a_missed_check_lapses_when_a_later_one_took_place() -> None:
    known = plan(facts(at(22), act("V-CON", at(20))))
    assert (known["check_16"].status, known["check_16"].reason) == ("skipped", OVERTAKEN)
    assert known["check_20"].status == "done"


def test_what_she_may_choose_is_never_overdue() -> None:
    item = plan(facts(at(16)))["choice"]
    assert (item.status, item.reason) == ("skipped", NOT_CHOSEN)


def test_who_comes_late_catches_up_with_some_and_misses_the_rest() -> None:
    came = at(18)
    known = plan(facts(came, intake=came))
    assert (known["check_16"].status, known["check_16"].reason) == ("skipped", CAME_LATER)
    assert (known["blood"].status, known["blood"].due_from) == ("due", came)
    assert plan(facts(came + timedelta(days=14), intake=came))["blood"].status == "overdue"


def test_who_begins_with_a_pathway_later_misses_what_was_before() -> None:
    known = plan(facts(at(26), since={"basis": at(25)}))
    assert known["check_24"].reason == BEGAN_LATER


def test_what_follows_waits_and_then_counts_from_what_was_done() -> None:
    assert plan(facts(at(27)))["talk"].status == "upcoming"
    done = act("L-OGT", at(25))
    item = plan(facts(at(26, 3), done))["talk"]
    assert (item.due_from, item.status) == (at(26), "due")
    talked = Act(at(26, 2), "form:consult", "Zee", "entry:1")
    assert plan(facts(at(26, 3), done, talked))["talk"].status == "done"


def test_what_follows_on_something_skipped_is_skipped() -> None:
    known = plan(facts(at(26), skips={("ogtt", 0): "al bekend"}))
    assert (known["ogtt"].status, known["ogtt"].reason) == ("skipped", "al bekend")
    assert known["talk"].reason == FOLLOWS_SKIPPED


def test_what_is_done_wins_from_skipped() -> None:
    known = facts(at(26), act("L-OGT", at(25)), skips={("ogtt", 0): "wil niet"})
    assert plan(known)["ogtt"].status == "done"


def test_an_entry_counts_once_by_its_activities() -> None:
    """A check that counted as V-CON is one check; one from elsewhere counts by its form."""
    counted = Act(at(16), "form:prenatal_contact", "x", "entry:1", is_counted=True)
    known = plan(facts(at(21), act("V-CON", at(16)), counted))
    assert known["check_20"].status == "overdue"
    elsewhere = Act(at(20), "form:prenatal_contact", "x", "entry:2")
    assert status(facts(at(21), act("V-CON", at(16)), elsewhere))["check_20"] == "done"


def test_the_due_date_moves_three_weeks_and_what_is_done_stays_done() -> None:
    done = (act("V-CON", at(16)), act("V-CON", at(20)))
    moved_on = at(21)
    before = plan(facts(moved_on, *done))
    for shift in (-21, 21):
        later = DUE + timedelta(days=shift)
        known = facts(moved_on, *done, due_dates=((INTAKE, DUE), (moved_on, later)))
        after = plan(known)
        for key in ("check_16", "check_20", "intake"):
            assert after[key].done_on == before[key].done_on
        assert after["check_24"].due_from == before["check_24"].due_from + timedelta(days=shift)
        assert after["check_24"].status == ("due" if shift < 0 else "upcoming")


def test_the_end_stops_what_was_to_be_done_before_it() -> None:
    born = at(24)
    known = plan(facts(born, act("V-CON", at(16)), birth_on=born, ended_on=born))
    assert known["check_16"].status == "done"
    assert (known["check_24"].status, known["check_24"].reason) == ("skipped", ENDED)
    assert known["birth"].status == "due"
    assert known["six"].due_from == born + timedelta(days=38)


def test_after_a_miscarriage_nothing_after_birth_is_planned() -> None:
    known = plan(facts(at(12), ended_on=at(11)))
    assert "prick:1" not in known
    assert "six" not in known
    assert known["check_16"].reason == ENDED


def test_an_end_that_nobody_wrote_down_is_not_overdue_for_ever() -> None:
    known = plan(facts(at(44, 1)))
    assert {item.reason for item in known.values() if item.status == "skipped"} == {NOT_RECORDED}
    assert "overdue" not in status(facts(at(44, 1))).values()


def test_each_child_has_its_own() -> None:
    born = at(38)
    prick = Act(born + timedelta(days=4), "element:heel_prick=yes", "Kraam", "entry:1", child=2)
    known = status(facts(born + timedelta(days=9), prick, birth_on=born, ended_on=born, children=2))
    assert known["prick:1"] == "overdue"
    assert known["prick:2"] == "done"


def test_for_a_child_that_died_nothing_more_is_planned() -> None:
    born = at(38)
    known = plan(
        facts(born, birth_on=born, ended_on=born, children=2, lost_children=frozenset({2}))
    )
    assert known["prick:2"].reason == CHILD_DIED
    assert known["prick:1"].status == "upcoming"


def test_a_birth_before_the_intake() -> None:
    """She gave birth at home before anybody knew her: only what follows on it is planned."""
    born = at(39)
    came = born + timedelta(days=2)
    known = plan(facts(came, intake=came, birth_on=born, ended_on=born))
    assert known["intake"].done_on == came
    assert known["blood"].reason == ENDED
    assert known["birth"].status == "skipped"
    assert known["prick:1"].status == "upcoming"


def test_born_on_29_february() -> None:
    born = date(2028, 2, 29)
    known = plan(facts(born, due_dates=((INTAKE, born),), birth_on=born, ended_on=born))
    assert known["six"].due_from == date(2028, 4, 7)
    assert known["birth"].due_until == date(2028, 3, 2)


def test_what_only_a_form_tells_is_not_overdue_where_nobody_writes() -> None:
    """Her care is known as codes from elsewhere: whether they talked, nobody can see."""
    prepared = prepare(
        compose([pathway("basis", [activity("talk", weeks("12+0", "14+0"), "form: risk")])])
    )
    entry = Act(at(16), "form:note", "De Linde", "entry:1")
    for acts, status in (((), "skipped"), ((entry,), "overdue")):
        (item,) = plan_items(prepared, facts(at(20), *acts))
        assert item.status == status
    assert not plan_items(prepared, facts(at(20)), only=("overdue",))


def test_an_act_is_one_item_whichever_would_take_it() -> None:
    """Who asks for this code only comes first; the other waits for something of its own."""
    wide = activity("wide", weeks("20+0", "22+0"), "codes: [G-HER, V-CON]")
    narrow = activity("narrow", weeks("20+0", "22+0"), "codes: [V-CON]")
    prepared = prepare(compose([pathway("basis", [wide, narrow])]))
    items = plan_items(prepared, facts(at(21), act("V-CON", at(20))))
    assert {item.key: item.status for item in items} == {"narrow": "done", "wide": "due"}


def test_what_is_asked_for_only_is_given_only() -> None:
    items = plan_items(PREPARED, facts(at(18)), only=("overdue",))
    assert {item.status for item in items} == {"overdue"}
    assert [item.key for item in items] == [
        key for key, item in plan(facts(at(18))).items() if item.status == "overdue"
    ]


SHIPPED = [newest(key) for key in ("basis", "zwangerschapsdiabetes", "tweeling", "intake_mdo")]
WHOLE = prepare(compose(row.definition for row in SHIPPED if row is not None))
MARKS = (
    "V-CON",
    "V-INT",
    "G-HER",
    "G-ECH",
    "L-OGT",
    "G-MDO",
    "L-HB",
    "E-STR",
    "E-TER",
    "V-CNS",
    "form:psychosocial",
    "V-PP",
)


@given(
    st.lists(st.tuples(st.sampled_from(MARKS), st.integers(-20, 300))),
    st.integers(-30, 30),
    st.integers(0, 300),
)
def test_moving_the_due_date_undoes_nothing(
    done: list[tuple[str, int]], shift: int, since_intake: int
) -> None:
    today = INTAKE + timedelta(days=since_intake)
    acts = [act(mark, INTAKE + timedelta(days=day)) for mark, day in done]
    known = facts(today, *acts)
    moved = replace(known, due_dates=((INTAKE, DUE), (today, DUE + timedelta(days=shift))))
    # What was done today is held against the new date already: it is known since today.
    known = replace(known, acts=tuple(row for row in known.acts if row.day < today))
    moved = replace(moved, acts=known.acts)

    def seen(one: Facts) -> dict[str, date | None]:
        return {item.key: item.done_on for item in plan_items(WHOLE, one) if item.status == "done"}

    assert seen(moved) == seen(known)


@given(
    st.lists(st.tuples(st.sampled_from(MARKS), st.integers(-20, 300))),
    st.sampled_from(["midwife", "sonographer", "kraam_carer", "gynaecologist", "clinical_carer"]),
    st.integers(0, 330),
)
def test_one_role_alone_is_planned_as_among_all(
    done: list[tuple[str, int]], role: str, since_intake: int
) -> None:
    acts = [act(mark, INTAKE + timedelta(days=day)) for mark, day in done]
    known = facts(INTAKE + timedelta(days=since_intake), *acts)
    among_all = [item for item in plan_items(WHOLE, known) if item.role == role]
    alone = [item for item in plan_items(for_role(WHOLE, role), known) if item.role == role]
    assert alone == among_all


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.integers(-20, 300))))
def test_more_on_record_never_undoes(done: list[tuple[str, int]]) -> None:
    """Each act is one item at most, and what is on record later takes nothing away."""
    acts = sorted(act(mark, INTAKE + timedelta(days=day)) for mark, day in done)
    today = INTAKE + timedelta(days=310)
    counts = []
    for known in range(len(acts) + 1):
        items = plan_items(WHOLE, facts(today, *acts[:known]))
        refs = [item.act for item in items if item.act]
        assert len(refs) <= known
        counts.append(sum(item.status == "done" for item in items))
    assert counts == sorted(counts)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_day_that_the_clock_moves_is_a_day(day: date) -> None:
    """Days are counted as dates: an hour more or less moves nothing."""
    due = day + timedelta(days=280 - 16 * 7)
    known = facts(day, intake=day - timedelta(days=50), due_dates=((day, due),))
    assert plan(known)["check_16"].status == "due"
