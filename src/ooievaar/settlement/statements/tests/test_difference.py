"""Whatever two months were, the parts of their difference add up to it, to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.settlement.statements.rules.difference import (
    HOURLY,
    Corrected,
    Month,
    Part,
    Sums,
    difference,
)

CENTS = st.integers(-(10**7), 10**9)
INSURERS = st.dictionaries(
    st.integers(1, 4), st.tuples(st.integers(1, 400), st.integers(0, 10**9)), min_size=1, max_size=4
)


@st.composite
def some_sums(draw: st.DrawFn) -> Sums:
    by_insurer = draw(INSURERS)
    return Sums(
        count=sum(count for count, _ in by_insurer.values()),
        minutes=draw(st.integers(0, 50_000)),
        gross_cents=sum(gross for _, gross in by_insurer.values()),
        total_cents=draw(CENTS),
        parent_cents=draw(CENTS),
        cents=draw(CENTS),
        agreements=draw(st.frozensets(st.integers(1, 3), max_size=2)),
        is_weighed=draw(st.booleans()),
        is_weighed_above=draw(st.booleans()),
        by_insurer=by_insurer,
    )


NAMES = st.sampled_from(("prenatal", "natal", "natal_complex", HOURLY))
CORRECTED = st.builds(
    Corrected, st.sampled_from(("late", "class", "vanished")), NAMES, NAMES, CENTS
)
MONTHS = st.builds(
    Month,
    st.dictionaries(NAMES, some_sums(), max_size=4),
    st.lists(CORRECTED, max_size=5).map(tuple),
)


@given(MONTHS, MONTHS)
def test_the_parts_add_up_to_the_cent(before: Month, now: Month) -> None:
    parts = difference(before, now)
    assert sum(part.cents for part in parts) == now.cents - before.cents


@given(MONTHS, MONTHS)
def test_seen_from_the_other_month_every_sum_turns_around(before: Month, now: Month) -> None:
    there = sum(part.cents for part in difference(before, now))
    back = sum(part.cents for part in difference(now, before))
    assert there == -back


@given(MONTHS)
def test_the_same_month_again_has_no_difference_but_its_corrections(month: Month) -> None:
    parts = difference(Month(month.products), Month(month.products))
    assert parts == ()


def sums(count: int, cents: int, **more: object) -> Sums:
    """Products of € 600 each, of which half is this partner's."""
    whole = 60_000 * count
    known: dict[str, object] = {
        "minutes": 0,
        "gross_cents": whole,
        "total_cents": whole,
        "parent_cents": whole,
        "agreements": frozenset({1}),
        "by_insurer": {1: (count, whole)},
    }
    return Sums(count=count, cents=cents, **(known | more))  # type: ignore[arg-type]


def told(before: Sums, now: Sums, product: str = "natal") -> list[tuple[str, int, int]]:
    parts = difference(Month({product: before}), Month({product: now}))
    return [(part.cause, part.count, part.cents) for part in parts]


def test_more_products_for_the_same_amount_each_are_nothing_but_more() -> None:
    assert told(sums(2, 60_000), sums(5, 150_000)) == [("number", 3, 90_000)]


def test_another_tariff_is_told_apart_from_the_number() -> None:
    now = sums(4, 132_000, gross_cents=264_000, total_cents=264_000, parent_cents=264_000,
               by_insurer={1: (4, 264_000)})  # fmt: skip
    assert told(sums(2, 60_000), now) == [("number", 2, 60_000), ("tariff", 0, 12_000)]


def test_the_same_tariffs_with_other_insurers_are_no_other_tariff() -> None:
    before = sums(2, 55_000, gross_cents=110_000, total_cents=110_000, parent_cents=110_000,
                  by_insurer={1: (1, 60_000), 2: (1, 50_000)})  # fmt: skip
    assert told(before, sums(2, 60_000, by_insurer={1: (2, 120_000)})) == [("insurers", 0, 5_000)]


def test_what_breakers_took_is_told() -> None:
    now = sums(2, 54_000, total_cents=108_000, parent_cents=108_000)
    assert told(sums(2, 60_000), now) == [("deduction", 0, -6_000)]


def test_another_agreement_is_told_by_name_and_others_work_too() -> None:
    now = sums(2, 48_000, agreements=frozenset({2}))
    assert told(sums(2, 60_000), now) == [("agreement", 0, -12_000)]
    weighed = sums(2, 48_000, is_weighed=True)
    assert told(sums(2, 60_000, is_weighed=True), weighed) == [("performed", 0, -12_000)]
    assert told(sums(2, 60_000), sums(2, 48_000)) == [("parties", 0, -12_000)]
    assert told(sums(2, 60_000), sums(2, 60_001)) == [("rounding", 0, 1)]


def test_kraamzorg_is_told_in_minutes() -> None:
    before = sums(2, 60_000, minutes=600, by_insurer={1: (600, 120_000)})
    now = sums(3, 90_000, minutes=900, by_insurer={1: (900, 180_000)})
    assert told(before, now, HOURLY) == [("hours", 300, 30_000)]


def test_what_was_not_there_before_and_what_is_no_more() -> None:
    parts = difference(Month({"natal": sums(2, 60_000)}), Month({"prenatal": sums(1, 30_000)}))
    assert parts == (
        Part("vanished", -60_000, "natal", count=2),
        Part("appeared", 30_000, "prenatal", count=1),
    )


def test_corrections_count_whole_and_those_of_last_month_fall_away() -> None:
    now = Month(corrections=(Corrected("class", "natal_complex", "natal", 7_000),) * 3)
    before = Month(corrections=(Corrected("late", "natal", "", 500),))
    assert difference(before, now) == (
        Part("corrected_class", 21_000, "natal_complex", "natal", 3),
        Part("corrections_before", -500, count=1),
    )
