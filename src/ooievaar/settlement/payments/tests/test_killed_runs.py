"""Killed at every step of a run and started again, nobody is paid twice, and nobody is forgotten.

Each round is a process of its own that is killed one step later than the one before: before and
after every statement, every commit, and everything that is done to a file. The bank fetches what
lies there at any moment, once.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.payments.deciding import approve_run, run_state
from ooievaar.settlement.payments.models import PaymentRun
from ooievaar.settlement.payments.proposing import open_runs, propose_run
from ooievaar.settlement.payments.sending import resume_sending, send_run
from ooievaar.settlement.payments.statements_in import take_statements
from ooievaar.settlement.payments.tests.world import World
from ooievaar.ui.tests.killed import killed_at
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db

LEAST_STEPS_OF_A_RUN, LEAST_STEPS_OF_A_STATEMENT = 200, 60
"""As far as the kills must have come before the work ends, else they tried nothing."""
STEPS_APART = int(os.environ.get("OOIEVAAR_KILL_STEPS_APART", "7"))
"""Each kill comes so many steps after the one before, odd: before and after in turn; 1: every."""


def whole_run(world: World) -> None:
    """Do what people do, from where it stands: propose, approve, send, read the statement."""
    made = open_runs(world.network).first()
    if made is None:
        made = propose_run(world.controller, world.network, pay_on=world.pay_day(), now=world.now)
    if isinstance(made, PaymentRun):
        if run_state(made) == "prepared":
            approve_run(world.approver, made, world.now)
        send_run(made, world.channel, world.now)
    resume_sending(world.channel, world.now)


def rounds() -> Iterator[int]:
    step = 1
    while True:
        yield step
        step += STEPS_APART


def test_a_run_that_is_killed_at_any_step_pays_each_partner_once(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    world = World(tmp_path / "bank")
    north, south = world.partners
    step = tried = owed_north = owed_south = 0
    for step in rounds():
        tried += 1
        owed_north += 1_000 + tried
        owed_south += tried
        world.earns(north, 1_000 + tried)
        world.earns(south, tried)
        died = killed_at(step, lambda: whole_run(world))
        world.bank.collect()

        whole_run(world)
        world.bank.collect()
        whole_run(world)
        world.bank.collect()

        assert (world.on_account(north), world.on_account(south)) == (owed_north, owed_south)
        assert world.stands("bank") == -(owed_north + owed_south)
        assert world.stands("partner_payable", north) == 0
        assert verify_chain(world.network).holds
        world.next_day()
        if not died:
            break
    assert step > LEAST_STEPS_OF_A_RUN
    assert PaymentRun.objects.filter(network=world.network).count() == tried


def test_a_statement_that_is_killed_half_way_is_read_whole_or_not(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    world = World(tmp_path / "bank")
    north, south = world.partners
    step = tried = 0
    for tried, step in enumerate(rounds(), 1):
        for partner in (north, south):
            if tried > 1:
                world.account(partner, valid_from=world.today)
            world.earns(partner, 500)
        run = world.sent()
        world.bank.comes_back(world.line(run, south).statement_number)
        content = world.bank.statement()

        def read(content: bytes = content) -> None:
            take_statements(world.network, "s.xml", content, world.now)

        died = killed_at(step, read)
        read()
        read()
        assert world.stands("partner_payable", north) == 0
        assert world.stands("partner_payable", south) == -500 * tried
        assert world.stands("bank") == -500 * tried == world.bank.balance
        assert run_state(run) == "confirmed"
        world.next_day()
        if not died:
            break
    assert step > LEAST_STEPS_OF_A_STATEMENT
