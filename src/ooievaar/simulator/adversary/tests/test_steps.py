"""A life is a list of steps, the same every time, in which every kind of trouble comes up."""

from collections import Counter

from ooievaar.simulator.adversary.living import DOING
from ooievaar.simulator.adversary.steps import (
    AFTER_MONTHS,
    MONTHS,
    PROFILES,
    RHYTHM,
    START,
    Kind,
    steps_of,
)


def test_the_same_seed_is_the_same_life() -> None:
    assert steps_of(7, "urban") == steps_of(7, "urban")
    assert steps_of(7, "urban") != steps_of(8, "urban")
    assert steps_of(7, "urban") != steps_of(7, "regional")


def test_steps_are_numbered_in_the_order_of_their_days() -> None:
    steps = steps_of(3, "regional")
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [step.day for step in steps] == sorted(step.day for step in steps)
    assert steps[0].day > START
    counted = Counter(step.kind for step in steps)
    for kind in {kind for _, kind in RHYTHM}:
        assert counted[kind] >= MONTHS + AFTER_MONTHS, kind


def test_every_kind_comes_up_and_is_known_how_to_do() -> None:
    met = {step.kind for seed in range(40) for step in steps_of(seed, PROFILES[seed % 2])}
    assert met == set(Kind) == set(DOING)


def test_the_clock_is_wrong_now_and_then_and_right_again() -> None:
    steps = [step for seed in range(20) for step in steps_of(seed, "regional")]
    wrong = [step for step in steps if step.off]
    assert {step.off > 0 for step in wrong} == {True, False}
    assert 20 < len(wrong) < len(steps) / 20
    assert all((step.today - step.day).days == step.off for step in steps)
