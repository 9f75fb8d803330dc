"""The line: what stands where, told in days and rows."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest

from ooievaar.bundles.queries import (
    ActivityMark,
    BreakerSpot,
    PhaseSpan,
    PregnancyPicture,
    ProductSpan,
)
from ooievaar.web.planned_line import Planned, Transfer
from ooievaar.web.pregnancy_line import MARK_SPACE, PregnancyLine, pregnancy_line

MONTHS = [str(number) for number in range(1, 13)]
DUE = date(2026, 8, 3)
BIRTH = date(2026, 7, 30)
TODAY = date(2026, 6, 1)


def act(number: int, day: date, organisation: int = 1, **more: object) -> ActivityMark:
    known = {"disposition": "in_product", "reason": "member"} | more
    return ActivityMark(
        activity_id=number,
        performed_on=day,
        performed_minute=None,
        organisation_id=organisation,
        organisation=f"Organisatie {organisation}",
        discipline="midwives" if organisation == 1 else "kraamzorg",
        code="V-CON",
        quantity=1,
        duration_minutes=0,
        child_number=0,
        source="record",
        phase=1,
        product_no=101,
        twin_id=None,
        **known,  # type: ignore[arg-type]
    )


def product(number: int, starts_on: date, claimable_on: date) -> ProductSpan:
    return ProductSpan(
        number,
        str(number),
        1,
        "prenatal",
        "Verzekeraar",
        starts_on,
        claimable_on,
        False,
        0,
        100,
        0,
        100,
    )


def picture(**known: object) -> PregnancyPicture:
    empty = PregnancyPicture(
        pregnancy_id=1,
        reference="Z-1",
        woman_reference="W-1",
        woman_name="",
        birth_date=None,
        bsn="",
        network="IGO",
        until=date(2026, 11, 1),
        edition="",
        due_on=DUE,
        due_precision_days=3,
        first_intake_on=date(2025, 12, 30),
        first_intake_organisation="Organisatie 1",
        end_kind="birth",
        ended_on=BIRTH,
        birth_on=BIRTH,
        children=1,
        entered_on=None,
        exempt_reason="",
        route="integral",
        route_reason="contract",
        contract="",
        insurer="",
        phases=(
            PhaseSpan(1, date(2025, 12, 30), BIRTH, False, "", ""),
            PhaseSpan(2, BIRTH, date(2026, 7, 31), False, "", ""),
            PhaseSpan(3, date(2026, 7, 31), date(2026, 9, 11), False, "", ""),
        ),
        products=(),
        breakers=(),
        activities=(act(1, date(2025, 12, 30)),),
    )
    return replace(empty, **known)  # type: ignore[arg-type]


def laid_out(drawn: PregnancyPicture) -> PregnancyLine:
    texts = {item.product_no: ("Geboortezorg", "€ 1,00") for item in drawn.products}
    names = {item.breaker_id: "Zorg van buiten" for item in drawn.breakers}
    return pregnancy_line(drawn, texts, names, MONTHS)


def test_a_later_day_stands_further_to_the_right() -> None:
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 7, 1)]
    line = laid_out(picture(activities=tuple(act(n, day) for n, day in enumerate(days))))
    places = [mark.x for mark in line.marks]
    assert places == sorted(places)
    assert len(set(places)) == 3
    assert (places[1] - places[0]) / 59 == pytest.approx((places[2] - places[1]) / 122, rel=0.02)


def test_marks_of_one_day_never_cover_each_other() -> None:
    day = date(2026, 8, 2)
    acts = tuple(act(n, day + timedelta(days=n // 2), 2) for n in range(10))
    line = laid_out(picture(activities=acts))
    for one, other in combinations(line.marks, 2):
        assert one.y != other.y or abs(one.x - other.x) >= MARK_SPACE


def test_every_organisation_has_a_lane_of_its_own_and_midwives_stand_on_top() -> None:
    line = laid_out(picture(activities=(act(1, date(2026, 1, 2), 2), act(2, date(2026, 5, 1), 1))))
    assert [lane.organisation for lane in line.lanes] == ["Organisatie 1", "Organisatie 2"]
    for mark in line.marks:
        lane = line.lanes[mark.lane]
        assert lane.top < mark.y < lane.bottom


def test_phases_meet_without_a_gap_and_the_natal_one_can_be_seen() -> None:
    prenatal, natal, postnatal = laid_out(picture()).bands
    assert prenatal.right == pytest.approx(natal.x)
    assert natal.width >= 5
    assert postnatal.x <= natal.right


def test_brackets_with_their_texts_never_meet() -> None:
    products = (
        product(1, date(2025, 12, 30), BIRTH),
        product(2, BIRTH, date(2026, 7, 31)),
        product(3, date(2026, 7, 31), date(2026, 9, 11)),
        product(4, date(2026, 7, 31), date(2026, 8, 1)),
        product(5, date(2026, 8, 1), date(2026, 9, 1)),
    )
    line = laid_out(picture(products=products))
    for one, other in combinations(line.brackets, 2):
        if one.y == other.y:
            assert one.right < other.left or other.right < one.left
    assert all(bracket.hit_x + 4 >= 0 and bracket.right <= line.width for bracket in line.brackets)


def test_a_breaker_at_the_edge_says_its_name_to_the_left() -> None:
    breaker = BreakerSpot(7, 3, "outside_provider", date(2026, 9, 10), "correction", True, None)
    (flag,) = laid_out(picture(breakers=(breaker,), activities=())).flags
    assert flag.anchor in {"start", "end"}
    far = replace(breaker, happened_on=date(2026, 12, 20))
    late = act(3, date(2026, 12, 20))
    (flag,) = laid_out(picture(breakers=(far,), activities=(late,))).flags
    assert flag.anchor == "end"


def test_today_is_drawn_only_where_the_line_reaches() -> None:
    assert laid_out(picture()).today_x is None
    ongoing = picture(
        end_kind="ongoing", ended_on=None, birth_on=None, until=date(2026, 6, 1), phases=()
    )
    assert laid_out(ongoing).today_x is not None


def test_weeks_are_gestation_until_the_end_and_counted_from_it_after() -> None:
    labels = [tick.label for tick in laid_out(picture()).weeks]
    assert "12" in labels and "38" in labels and "+2" in labels and "+6" in labels
    assert "40" not in labels


def test_an_open_product_has_a_mark_of_its_own_shape() -> None:
    acts = (act(1, date(2026, 1, 2)), act(2, date(2026, 2, 2), reason="open"))
    line = laid_out(picture(activities=acts))
    assert line.disposition_styles == ("in_product", "in_product-open")


def plan(status: str, first: date, until: date, discipline: str = "midwives") -> Planned:
    return Planned("Controle", discipline, "Verloskundigen", status, first, until, "gepland", "/x/")


def ongoing(**known: object) -> PregnancyPicture:
    return picture(
        **{
            "end_kind": "ongoing",
            "ended_on": None,
            "birth_on": None,
            "until": TODAY,
            "phases": (),
            **known,
        }
    )


def drawn(shown: PregnancyPicture, *planned: Planned, transfers: object = ()) -> PregnancyLine:
    return pregnancy_line(
        shown,
        {},
        {},
        MONTHS,
        planned=planned,
        transfers=transfers,  # type: ignore[arg-type]
        today=TODAY,
    )


def test_what_is_planned_stands_in_the_lane_of_who_acted_last_of_the_discipline() -> None:
    acts = (act(1, date(2026, 1, 2)), act(2, date(2026, 5, 1), 2))
    week = (date(2026, 6, 20), date(2026, 7, 4))
    line = drawn(
        ongoing(activities=acts),
        plan("upcoming", *week),
        plan("upcoming", *week, "kraamzorg"),
        plan("upcoming", *week, "hospital"),
    )
    names = {mark.planned.discipline: line.lanes[mark.lane].organisation for mark in line.plans}
    assert names == {"midwives": "Organisatie 1", "kraamzorg": "Organisatie 2", "hospital": ""}
    assert {mark.walk for mark in line.plans} == {0.5, 1.5, 2.5}, "under what was done there"
    for mark in line.plans:
        lane = line.lanes[mark.lane]
        assert lane.top < mark.y < lane.bottom
        assert all(done.y < mark.y for done in line.marks if done.lane == mark.lane)


def test_the_bar_of_a_plan_is_its_window_and_its_mark_says_how_urgent_it_is() -> None:
    late = plan("overdue", date(2026, 5, 1), date(2026, 5, 15))
    now = plan("due", date(2026, 5, 25), date(2026, 6, 8))
    later = plan("upcoming", date(2026, 6, 20), date(2026, 7, 4))
    line = drawn(ongoing(), late, now, later)
    by_status = {mark.planned.status: mark for mark in line.plans}
    assert by_status["overdue"].x == by_status["overdue"].right
    assert by_status["due"].x == line.today_x
    assert by_status["upcoming"].left < by_status["upcoming"].x < by_status["upcoming"].right
    assert line.plan_styles == ["overdue", "due", "upcoming"]
    assert {mark.style for mark in line.plans} == {"plan-overdue", "plan-due", "plan-upcoming"}


def test_planned_marks_never_cover_each_other() -> None:
    planned = [plan("due", date(2026, 5, 25), date(2026, 6, 8)) for _number in range(4)]
    line = drawn(ongoing(), *planned)
    assert len({mark.y for mark in line.plans}) == 4


def test_a_plan_alone_still_makes_a_line() -> None:
    line = drawn(ongoing(activities=()), plan("due", date(2026, 5, 25), date(2026, 6, 8)))
    assert [(lane.organisation, lane.discipline) for lane in line.lanes] == [("", "midwives")]
    assert not line.marks and line.today_x is not None


def test_a_transfer_is_an_arrow_from_lane_to_lane() -> None:
    shown = ongoing(activities=(act(1, date(2026, 1, 2)), act(2, date(2026, 5, 1), 2)))
    on = date(2026, 5, 1)
    down = Transfer(on, "Organisatie 1", "Organisatie 2", "overdracht")
    up = Transfer(on, "Organisatie 2", "Organisatie 1", "terug")
    first, second = drawn(shown, transfers=(down, up)).arrows
    assert first.points_down and not second.points_down
    assert first.x == next(mark.x for mark in drawn(shown).marks if mark.lane == 1)


def test_who_took_the_lead_and_did_nothing_yet_has_a_lane() -> None:
    away = Transfer(date(2026, 5, 1), "Organisatie 1", "Elders", "weg")
    line = drawn(ongoing(), transfers=(away,))
    assert [lane.organisation for lane in line.lanes] == ["Organisatie 1", "Elders"]
    assert len(line.arrows) == 1
    before = Transfer(date(2024, 5, 1), "Organisatie 1", "Elders", "lang geleden")
    assert not drawn(ongoing(), transfers=(before,)).arrows
