"""The measure of burden: which products came from registration to paid without a hand on them."""

from pathlib import Path

import pytest

from ooievaar.claims import fixing
from ooievaar.claims.paying import take_payment
from ooievaar.claims.problems import open_problems
from ooievaar.claims.tests.lived import Lived, lived
from ooievaar.claims.tests.region import Claims
from ooievaar.claims.touches import Burden, burden_by_month, summed, touch
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working

pytestmark = pytest.mark.django_db


def test_a_product_that_nobody_touched_counts_as_such(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    keys = [claims.product(claims.woman(), cents=60_000 + n) for n in range(1)]
    [batch] = claims.sent()
    claims.answered(batch)
    assert burden_by_month(claims.network.pk, claims.now) == []
    assert take_payment(batch, cents=60_000, paid_on=claims.today, reference="B9", now=claims.now)
    assert burden_by_month(claims.network.pk, claims.now) == [Burden("2026-03", 1, 1, 0)]
    touch(claims.controller, "comment", [(keys[0], None)], claims.now)
    [month] = burden_by_month(claims.network.pk, claims.now)
    assert (month.paid, month.untouched, month.touches) == (1, 0, 1)
    assert (month.untouched_ppm, month.per_hundred) == (0, 100)
    assert summed([month, month]) == Burden("", 2, 0, 2)


def test_an_action_on_a_problem_touches_each_of_its_products_once(tmp_path: Path) -> None:
    world = lived(tmp_path)
    by, at = world.claims.controller, world.claims.now
    [problem] = [one for one in open_problems(by, at) if one.cause == "tariff"]
    made = fixing.comment(by, problem, "Gebeld.", at=at)
    assert isinstance(made, fixing.Fixed) and made.products == len(problem.lines) == 1


def test_nobody_but_the_controller_of_the_network_fixes(tmp_path: Path) -> None:
    world = lived(tmp_path)
    at = world.claims.now
    problem = open_problems(world.claims.controller, at)[0]
    for role in (Role.APPROVER, Role.DIRECTOR, Role.AUDITOR):
        held = working(role, network=world.claims.network)
        for made in (
            fixing.wait(held, problem, "ja", at=at),
            fixing.release(held, problem, "ja", at=at),
            fixing.write_off(held, problem, "ja", at=at),
        ):
            assert not made, "een Rejected is onwaar"
    assert burden_by_month(world.claims.network.pk, world.claims.now)[0].touches == 0


def test_a_problem_of_another_network_is_not_found(tmp_path: Path) -> None:
    world: Lived = lived(tmp_path)
    key = open_problems(world.claims.controller, world.claims.now)[0].key
    stranger = Claims(tmp_path / "elders").controller
    assert key not in [one.key for one in open_problems(stranger, world.claims.now)]


def test_one_part_that_cannot_be_done_undoes_the_whole_fix(tmp_path: Path) -> None:
    """Two women in one problem; the second is insured there already: nothing is written."""
    world = lived(tmp_path)
    by, at = world.claims.controller, world.claims.now
    [problem] = [one for one in open_problems(by, at) if one.cause == "not_insured"]
    right = world.claims.insurers[0]
    made = fixing.correct_insurer(
        by, problem, right, world.claims.today, source="check", checked_on=world.claims.today, at=at
    )
    assert not made and burden_by_month(world.claims.network.pk, world.claims.now)[0].touches == 0
