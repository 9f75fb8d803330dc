"""A fix changes a fact, and everything else follows: derived anew, compared, credited, claimed."""

from datetime import date

import pytest

from ooievaar.bundles.commands import derive_network
from ooievaar.claims import fixing
from ooievaar.claims.fixing import Fixed
from ooievaar.claims.models import ClaimLine, Proposal
from ooievaar.claims.pages import words
from ooievaar.claims.problems import open_problems
from ooievaar.claims.reconciling import reconcile
from ooievaar.claims.rules.problems import Problem
from ooievaar.cli.claims import REASONS
from ooievaar.network.roles import Role
from ooievaar.network.workplace import workplace
from ooievaar.settlement.queries import made_products
from ooievaar.web.tests.small_region import NOW, UNTIL
from tests.access.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Johanna's lines went to the first insurer, who says that she is not insured there."""
    return make_world()


def problem_of(world: World) -> Problem:
    by = workplace(world.own[Role.CONTROLLER])
    [found] = [one for one in open_problems(by, NOW) if one.key == world.problem_key]
    return found


def derived_and_compared(world: World) -> dict[str, list[Proposal]]:
    """Derive the network anew and compare; return what is proposed for Johanna, per action."""
    network = world.region.network
    derive_network(
        network, until=UNTIL, known_until=UNTIL, now=NOW, made_products=made_products(network)
    )
    reconcile(network, UNTIL, now=NOW)
    found: dict[str, list[Proposal]] = {}
    for one in Proposal.objects.filter(pregnancy=world.pregnancy):
        found.setdefault(one.action, []).append(one)
    return found


def test_another_insurer_is_credited_and_claimed_anew_by_itself(world: World) -> None:
    problem, right = problem_of(world), world.region.insurers[1]
    assert problem.cause == "not_insured"
    made = fixing.correct_insurer(
        workplace(world.own[Role.CONTROLLER]),
        problem,
        right,
        date(2026, 1, 1),
        source="check",
        checked_on=date(2026, 11, 1),
        at=NOW,
    )
    assert isinstance(made, Fixed) and made.women == (world.pregnancy.woman_id,)
    proposed = derived_and_compared(world)
    assert {one.insurer for one in proposed["new"]} == {right}
    refused = world.claimed
    assert refused.key in {one.key for one in proposed["new"]}
    assert refused.key not in {one.key for one in proposed.get("credit", [])}, (
        "er is niets te nemen"
    )
    granted = ClaimLine.objects.filter(pregnancy=world.pregnancy).exclude(pk=refused.pk)
    assert {one.line_id for one in proposed["credit"]} == {line.pk for line in granted}
    assert "hold" not in proposed


def test_billing_outside_the_bundle_takes_back_what_was_granted(world: World) -> None:
    made = fixing.bill_outside(
        workplace(world.own[Role.CONTROLLER]), problem_of(world), "Al elders gedeclareerd", at=NOW
    )
    assert isinstance(made, Fixed)
    assert world.pregnancy.versions.last().exempt_reason == "Al elders gedeclareerd"
    network = world.region.network
    derive_network(
        network,
        until=date(2026, 11, 3),
        known_until=date(2026, 11, 3),
        now=NOW,
        made_products=made_products(network),
    )
    reconcile(network, UNTIL, now=NOW)
    actions = set(
        Proposal.objects.filter(pregnancy=world.pregnancy).values_list("action", "reason")
    )
    assert actions == {("credit", "no_longer_owed")}


def test_the_pages_name_every_reason_that_the_commands_name() -> None:
    assert set(REASONS) - set(words.REASONS) == set()
