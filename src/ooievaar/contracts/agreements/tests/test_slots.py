"""Who may see which rows of an effect: losers first, and no sum from which one can be read."""

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.contracts.agreements.slots import (
    FEWEST_IN_A_SUM,
    Effect,
    EffectRow,
    OldWay,
    rows_for,
)
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace

DISCIPLINES = ("midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound")


def working(role: Role, *, organisation: int | None = None, discipline: str = "") -> Workplace:
    return Workplace(1, 1, "N", role, organisation, 1, None, discipline, "plaats")


def rows_of(*amounts: tuple[str, int, int]) -> Effect:
    rows = tuple(
        EffectRow(number, f"p{number}", discipline, before, after)
        for number, (discipline, before, after) in enumerate(amounts, start=1)
    )
    return Effect(2025, rows)


def test_a_loss_is_told_in_parts_of_what_one_got() -> None:
    row = EffectRow(1, "a", "midwives", 30_000, 29_999, 1)
    assert (row.difference_cents, row.difference_ppm, row.kept_cents) == (-1, -33, 30_000)
    assert EffectRow(1, "a", "midwives", 0, 500).shown_ppm is None
    assert EffectRow(1, "a", "midwives", 10_000, 9_249).shown_ppm == -75_000


def test_who_loses_most_of_its_income_stands_first() -> None:
    effect = rows_of(("midwives", 1_000, 900), ("hospital", 90_000, 89_000), ("kraamzorg", 10, 20))
    shown = rows_for(working(Role.AUDITOR), effect)
    assert [row.name for row in shown] == ["p1", "p2", "p3"]


def test_nobody_is_read_from_a_sum() -> None:
    """One hospital alone goes together with the smallest sum that there is."""
    effect = rows_of(
        ("midwives", 10, 11), ("midwives", 20, 21), ("midwives", 30, 31), ("kraamzorg", 5, 5),
        ("kraamzorg", 6, 6), ("hospital", 100, 90),
    )  # fmt: skip
    shown = rows_for(working(Role.PRACTICE_ADMINISTRATOR, organisation=1), effect)
    assert [(row.discipline, row.partners, row.before_cents) for row in shown[:1]] == [
        ("midwives", 1, 10)
    ]
    assert {(row.discipline, row.partners, row.before_cents) for row in shown[1:]} == {
        ("midwives", 2, 50), ("", 3, 111),
    }  # fmt: skip


def test_of_two_partners_the_other_one_is_not_shown() -> None:
    effect = rows_of(("midwives", 10, 11), ("hospital", 20, 21))
    (own,) = rows_for(working(Role.PRACTICE_ADMINISTRATOR, organisation=1), effect)
    assert own.organisation_id == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(DISCIPLINES), st.integers(1, 9), st.integers(0, 9)), min_size=1
    ),
    st.sampled_from([Role.PRACTICE_ADMINISTRATOR, Role.REPRESENTATIVE]),
)
def test_what_is_shown_adds_up_and_hides_everybody_else(amounts, role) -> None:
    effect = rows_of(*amounts)
    own = 1 if role == Role.PRACTICE_ADMINISTRATOR else None
    shown = rows_for(working(role, organisation=own, discipline="midwives"), effect)
    named = [row for row in shown if row.organisation_id is not None]
    if own:
        assert [row.organisation_id for row in named] == [own]
    else:
        assert {row.discipline for row in named} <= {"midwives"}
    sums = [row for row in shown if row.organisation_id is None]
    assert all(row.partners >= FEWEST_IN_A_SUM for row in sums)
    counted = len(named) + sum(row.partners for row in sums)
    if counted == len(amounts):
        assert sum(row.after_cents for row in shown) == sum(after for _, _, after in amounts)
    else:
        # A single other partner is shown nowhere, rather than alone.
        assert counted == len(amounts) - 1 and not sums


def test_a_part_below_zero_is_no_part() -> None:
    assert OldWay(("2026-01",), 25, 100).part_ppm == 250_000
    assert OldWay(("2026-01",), -5, 100).part_ppm is None
    assert OldWay(("2026-01",), 0, 0).part_ppm is None
