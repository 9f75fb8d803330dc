"""Care shifts as a region meets them: who gets the work, who loses it, what is decided."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.pathways.rules.shift import (
    Effort,
    Flag,
    Hours,
    Reason,
    Threshold,
    Work,
    difference,
    flags,
    hours_per_discipline,
    hours_per_line,
    needs,
    planned_a_month,
    planned_against_real,
    reasons_for_decision,
)

THRESHOLD = Threshold(line_hours=200, women=200, removed_ppm=250_000)


def work(
    key: str, discipline: str, line: str, minutes: int | None = 30, times: int = 1, **more: object
) -> Work:
    efforts = (Effort(discipline, line, minutes),) if minutes is not None else ()
    base = Work(key, key, key, discipline, line, efforts, "36+0 tot 40+0", times, (("ctg", "ctg"),))
    return replace(base, **more)  # type: ignore[arg-type]


def lasting(one: Work, minutes: int) -> Work:
    return replace(one, efforts=(Effort(one.discipline, one.line, minutes),))


CTG_IN_HOSPITAL = work("ctg", "hospital", "secondary", 45, 2, codes=("G-CTG",))
CTG_BY_MIDWIFE = work("ctg", "midwives", "primary", 40, 2, codes=("V-CTG",))
CHECK = work("check", "midwives", "primary", 20, 4)


def judged(
    before: list[Work], after: list[Work], women: int
) -> tuple[tuple[Flag, ...], tuple[Reason, ...]]:
    changed = difference(before, after)
    hours = hours_per_line(before, after, women)
    raised = flags(changed, hours, women, THRESHOLD)
    return raised, reasons_for_decision(changed, hours, raised, women, THRESHOLD)


def test_an_activity_that_another_does_has_moved() -> None:
    changed = difference([CHECK, CTG_IN_HOSPITAL], [CHECK, CTG_BY_MIDWIFE])
    assert [(one.before[0].who, one.after.who) for one in changed.moved] == [
        (("hospital", "secondary"), ("midwives", "primary"))
    ]
    assert not (changed.added or changed.dropped or changed.rescheduled or changed.resized)


def test_what_comes_instead_of_another_activity_has_moved_too() -> None:
    """An addition names what it replaces in the base; elsewhere both keep their own key."""
    replacing = replace(CTG_BY_MIDWIFE, key="ctg_primary", replaces=("ctg", "unknown"))
    changed = difference([CHECK, CTG_IN_HOSPITAL], [CHECK, replacing])
    ((moved,),) = [changed.moved]
    assert (moved.before, moved.after) == ((CTG_IN_HOSPITAL,), replacing)
    assert not (changed.added or changed.dropped)


def test_what_is_replaced_in_name_but_stays_is_added_work() -> None:
    replacing = replace(CTG_BY_MIDWIFE, key="ctg_primary", replaces=("ctg",))
    changed = difference([CTG_IN_HOSPITAL], [CTG_IN_HOSPITAL, replacing])
    assert [one.key for one in changed.added] == ["ctg_primary"]


def test_a_part_of_the_women_asks_a_part_of_the_hours() -> None:
    both = replace(
        CTG_BY_MIDWIFE,
        times=1,
        efforts=(Effort("midwives", "primary", 40), Effort("hospital", "secondary", 30, 20)),
    )
    assert hours_per_line([], [both], women=10) == (
        Hours("primary", "", 0, 400),
        Hours("secondary", "", 0, 60),
    )


def test_every_other_change_is_named_once() -> None:
    before = [CHECK, work("old", "hospital", "secondary"), work("later", "midwives", "primary")]
    after = [
        replace(CHECK, times=5),
        work("new", "midwives", "primary"),
        replace(before[2], window="37+0 tot 41+0"),
    ]
    changed = difference(before, after)
    assert [one.key for one in changed.added] == ["new"]
    assert [one.key for one in changed.dropped] == ["old"]
    assert [one.after.key for one in changed.rescheduled] == ["later"]
    assert [one.after.key for one in changed.resized] == ["check"]
    assert difference(before, before).is_empty


def test_the_hours_follow_the_work_to_the_other_line() -> None:
    before, after = [CHECK, CTG_IN_HOSPITAL], [CHECK, CTG_BY_MIDWIFE]
    assert hours_per_line(before, after, women=60) == (
        Hours("primary", "", 80 * 60, 160 * 60),
        Hours("secondary", "", 90 * 60, 0),
    )
    assert [one.discipline for one in hours_per_discipline(before, after, 60)] == [
        "midwives", "hospital",
    ]  # fmt: skip


def test_a_small_shift_that_takes_as_much_away_may_start_at_once() -> None:
    assert judged([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE], women=60) == ((), ())


def test_the_shift_that_failed_in_the_hague_is_flagged_and_asks_a_decision() -> None:
    """Meconium: the midwife stays with the birth, and the hospital does all it did before."""
    hospital = work("watch", "hospital", "secondary", 240)
    midwife = work("birth", "midwives", "primary", 360)
    raised, reasons = judged([hospital], [hospital, midwife], women=20)
    assert raised == (Flag.NOTHING_REMOVED,)
    assert reasons == (Reason.UNBALANCED,)


def test_a_token_removal_elsewhere_does_not_hide_that_work_is_added() -> None:
    hospital = work("watch", "hospital", "secondary", 240)
    midwife = work("birth", "midwives", "primary", 360)
    raised, reasons = judged([hospital], [lasting(hospital, 220), midwife], women=20)
    assert raised == (Flag.LITTLE_REMOVED,)
    assert reasons == (Reason.UNBALANCED,)


def test_work_that_only_goes_away_is_no_alarm() -> None:
    raised, _ = judged([CTG_IN_HOSPITAL], [], women=60)
    assert raised == ()


def test_large_shifts_ask_a_decision() -> None:
    _, reasons = judged([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE], women=200)
    assert reasons == (Reason.HOURS, Reason.WOMEN)
    assert judged([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE], women=133) == ((), ())
    assert judged([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE], women=134)[1] == (Reason.HOURS,)


def test_what_is_not_known_is_said_and_counts_as_large() -> None:
    unknown = replace(CTG_BY_MIDWIFE, efforts=(), needs=())
    raised, reasons = judged([CTG_IN_HOSPITAL], [unknown], women=60)
    assert raised == (Flag.EFFORT_UNKNOWN, Flag.ABILITY_UNKNOWN)
    assert reasons == (Reason.UNKNOWN,)
    assert judged([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE], women=0) == (
        (Flag.NO_WOMEN,), (Reason.UNKNOWN,),
    )  # fmt: skip


def test_who_gets_work_must_be_able_and_allowed() -> None:
    version = work(
        "version", "midwives", "primary", needs=(("versie", "version"), ("echo", "scan"))
    )
    changed = difference([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE, version])
    assert [(one.discipline, one.competence_nl, len(one.activities)) for one in needs(changed)] == [
        ("midwives", "ctg", 1),
        ("midwives", "echo", 1),
        ("midwives", "versie", 1),
    ]


def test_after_the_start_what_was_promised_stands_beside_what_is_done() -> None:
    changed = difference([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE])
    done = {
        ("2026-10", "midwives", "V-CTG"): 7,
        ("2026-10", "hospital", "V-CTG"): 9,  # the hospital's own, under the new code: not new
        ("2026-11", "midwives", "V-CTG"): 11,
    }
    october, november = planned_against_real(
        changed, [CTG_BY_MIDWIFE], 60, ["2026-10", "2026-11"], done
    )
    assert (october.planned, october.done, october.old_done) == (10, 7, 9)
    assert (november.planned, november.done, november.old_done) == (10, 11, 0)


def test_the_old_line_is_counted_by_its_own_codes_too() -> None:
    changed = difference([CTG_IN_HOSPITAL], [CTG_BY_MIDWIFE])
    done = {("2026-10", "hospital", "G-CTG"): 4}
    (month,) = planned_against_real(changed, [CTG_BY_MIDWIFE], 60, ["2026-10"], done)
    assert (month.done, month.old_done) == (0, 4)


def test_work_that_is_registered_alike_is_counted_once_and_expected_whole() -> None:
    """Two checks come to the midwife, who keeps the four she did: six are expected, all V-CON."""
    own = replace(CHECK, codes=("V-CON",))
    first, second = (work(key, "midwives", "primary", codes=("V-CON",)) for key in ("a", "b"))
    changed = difference([own], [own, first, second])
    done = {("2026-10", "midwives", "V-CON"): 31}
    (month,) = planned_against_real(changed, [own, first, second], 60, ["2026-10"], done)
    assert [one.key for one in month.works] == ["a", "b"]
    assert (month.planned, month.done, month.old_planned) == (30, 31, None)


def test_what_the_old_line_keeps_is_expected_of_it() -> None:
    kept = replace(CTG_IN_HOSPITAL, key="ctg_at_night", times=1)
    after = [CTG_BY_MIDWIFE, kept]
    changed = difference([CTG_IN_HOSPITAL, kept], after)
    done = {("2026-10", "hospital", "G-CTG"): 5}
    (month,) = planned_against_real(changed, after, 60, ["2026-10"], done)
    assert (month.old_planned, month.old_done) == (5, 5)


def test_only_who_never_did_it_is_asked_whether_they_can() -> None:
    changed = difference(
        [CTG_IN_HOSPITAL], [replace(CTG_BY_MIDWIFE, needs=()), replace(CHECK, needs=())]
    )
    assert [(one.competence_nl, [w.key for w in one.activities]) for one in needs(changed)] == [
        ("", ["ctg"])
    ]


@given(women=st.integers(0, 5000), times=st.integers(0, 20))
def test_twelve_months_come_near_the_year(women: int, times: int) -> None:
    assert abs(planned_a_month(women, times) * 12 - women * times) <= 6


@given(
    minutes=st.lists(st.tuples(st.integers(0, 500), st.booleans()), max_size=6),
    women=st.integers(0, 400),
)
def test_no_minute_is_lost_between_lines_and_disciplines(
    minutes: list[tuple[int, bool]], women: int
) -> None:
    works = [
        work(str(n), *(("midwives", "primary") if first else ("hospital", "secondary")), many)
        for n, (many, first) in enumerate(minutes)
    ]
    lines, parts = hours_per_line([], works, women), hours_per_discipline([], works, women)
    total = sum(many for many, _ in minutes) * women
    assert sum(one.after_minutes for one in lines) == total
    assert sum(one.after_minutes for one in parts) == total
