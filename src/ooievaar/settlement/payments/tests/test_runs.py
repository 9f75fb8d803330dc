"""A run from the books to the bank and back: who is paid what, and what nobody can do alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from sepaxml.validation import try_valid_xml

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.payments import deciding
from ooievaar.settlement.payments.accounts import end_account
from ooievaar.settlement.payments.deciding import (
    approve_run,
    fail_run,
    refuse_run,
    report_failure,
    run_state,
    withdraw_run,
)
from ooievaar.settlement.payments.models import PaymentLine, PaymentRun, RunStep
from ooievaar.settlement.payments.proposing import BUSY, NO_OWN_ACCOUNT, NOTHING, propose_run
from ooievaar.settlement.payments.sending import resume_sending, send_run
from ooievaar.settlement.payments.tests.world import World, iban

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "bank")


def test_partners_are_paid_what_the_books_owe_them_and_the_books_know(world: World) -> None:
    north, south = world.partners
    world.earns(north, 120_000)
    world.earns(south, 5)
    run = world.sent()
    assert (world.on_account(north), world.on_account(south)) == (120_000, 5)
    assert world.stands("partner_payable", north) == 0 and world.stands("bank") == -120_005
    world.told()
    assert run_state(run) == "confirmed"
    again = propose_run(world.controller, world.network, pay_on=world.pay_day(), now=world.now)
    assert not again and again.reason == NOTHING


def test_the_file_is_valid_says_which_statement_and_is_the_same_when_made_again(
    world: World,
) -> None:
    north, _ = world.partners
    world.earns(north, 1)
    run = world.sent()
    line = world.line(run, north)
    content = run.file.content
    try_valid_xml(content.encode(), "pain.001.001.09")
    assert f"<EndToEndId>{line.statement_number}</EndToEndId>" in content
    assert f"<Ustrd>Afrekening {line.statement_number} t/m 02-03-2026" in content
    assert ">0.01</InstdAmt>" in content and f"<MsgId>OOIEVAAR-{run.number}</MsgId>" in content
    assert "<Dt>2026-03-03</Dt>" in content and "2026-03-02T10:00:00" in content


def test_who_prepared_does_not_approve_in_another_function_either(world: World) -> None:
    world.earns(world.partners[0], 100)
    run = world.proposed()
    both = working(Role.APPROVER, network=world.network)
    assert approve_run(world.controller, run, world.now).reason == deciding.NOT_YOURS
    other = type(both)(
        **{name: getattr(both, name) for name in both.__slots__}
        | {"person_id": world.controller.person_id}
    )
    assert approve_run(other, run, world.now).reason == deciding.OWN
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        RunStep.objects.create(
            run=run, state="approved", person_id=world.controller.person_id, at=world.now
        )
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        RunStep.objects.create(run=run, state="approved", at=world.now)


def test_the_database_sends_nothing_that_was_not_approved_or_was_stopped(world: World) -> None:
    world.earns(world.partners[0], 100)
    run = world.proposed()
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        RunStep.objects.create(run=run, state="sending", at=world.now)
    assert not send_run(run, world.channel, world.now)
    assert approve_run(world.approver, run, world.now)
    assert withdraw_run(world.controller, run, world.now)
    with pytest.raises(DatabaseError, match="gestopt"), transaction.atomic():
        RunStep.objects.create(run=run, state="sending", at=world.now)
    assert not send_run(run, world.channel, world.now)
    world.bank.collect()
    assert not world.bank.paid


def test_nothing_is_added_to_a_run_that_was_prepared(world: World) -> None:
    north, south = world.partners
    world.earns(north, 100)
    run = world.proposed()
    line = world.line(run, north)
    with pytest.raises(DatabaseError, match="niets meer bij"), transaction.atomic():
        PaymentLine.objects.create(
            run=run, number=9, organisation=south, outcome="nothing", statement_number="x",
            due_cents=0, held_cents=0, advance_cents=0, carried_cents=0, cents=0,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="niets meer bij"), transaction.atomic():
        line.parts.create(kind="overhead", cents=5)


def test_a_run_whose_lines_do_not_add_up_is_not_prepared(world: World) -> None:
    run = PaymentRun.objects.create(
        network=world.network, number="x", day=world.today, pay_on=world.today, rule="paid",
        account=world.own, lines_count=1, cents=1, content_hash="x", prepared_at=world.now,
        prepared_by_id=world.controller.person_id, prepared_as_id=world.controller.position_id,
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="tellen niet op"), transaction.atomic():
        RunStep.objects.create(run=run, state="prepared", at=world.now)


def test_one_run_at_a_time(world: World) -> None:
    north, _ = world.partners
    world.earns(north, 100)
    run = world.proposed()
    second = propose_run(world.controller, world.network, pay_on=world.pay_day(), now=world.now)
    assert not second and second.reason == BUSY
    with pytest.raises(DatabaseError, match="nog een run"), transaction.atomic():
        PaymentRun.objects.create(
            network=world.network, number="x", day=world.today, pay_on=world.today, rule="paid",
            account=world.own, lines_count=0, cents=0, content_hash="x", prepared_at=world.now,
            prepared_by_id=world.controller.person_id,
            prepared_as_id=world.controller.position_id,
        )  # fmt: skip
    assert refuse_run(world.approver, run, "nog niet", world.now)
    assert world.sent().cents == 100


def test_a_negative_balance_is_carried_forward_and_shown(world: World) -> None:
    north, south = world.partners
    world.earns(north, -30_000)
    world.earns(south, 100)
    run = world.sent()
    line = world.line(run, north)
    assert (line.outcome, line.cents, line.carried_cents) == ("carried", 0, 30_000)
    world.earns(north, 50_000)
    world.next_day()
    assert world.line(world.sent(), north).cents == 20_000
    assert world.on_account(north) == 20_000


def test_a_run_in_which_less_is_due_now_is_not_approved_and_not_sent(world: World) -> None:
    north, _ = world.partners
    world.earns(north, 100)
    run = world.proposed()
    world.earns(north, -1)
    assert approve_run(world.approver, run, world.now).reason == deciding.LESS_DUE
    world.earns(north, 500)
    assert approve_run(world.approver, run, world.now)
    world.earns(north, -500)
    assert send_run(run, world.channel, world.now).reason == deciding.LESS_DUE
    assert withdraw_run(world.controller, run, world.now)
    assert world.sent().cents == 99


def test_a_closed_firm_is_not_paid_and_an_older_account_does_not_come_back(world: World) -> None:
    north, south = world.partners
    world.account(north, valid_from=date(2026, 2, 1))
    newest = world.account(north, valid_from=date(2026, 3, 1))
    world.earns(north, 100)
    world.earns(south, 100)
    run = world.approved()
    assert end_account(world.controller, newest, world.today, "opgeheven", world.now)
    assert send_run(run, world.channel, world.now).reason == deciding.ACCOUNT_CHANGED
    withdraw_run(world.controller, run, world.now)
    run = world.sent()
    line = world.line(run, north)
    assert (line.outcome, line.cents) == ("no_account", 0)
    assert world.stands("partner_payable", north) == -100 and world.on_account(south) == 100
    world.account(north, valid_from=world.today)
    world.next_day()
    assert world.line(world.sent(), north).cents == 100


def test_a_changed_account_shortly_before_a_run_is_flagged(world: World) -> None:
    north, south = world.partners
    for partner in (north, south):
        world.earns(partner, 100)
    assert world.line(world.sent(), south).flags == ["first_payment"]
    world.next_day(60)
    world.account(north, valid_from=world.today)
    for partner in (north, south):
        world.earns(partner, 100)
    run = world.sent()
    assert world.line(run, north).flags == ["iban_changed", "first_payment"]
    assert world.line(run, south).flags == []
    world.next_day(60)
    world.earns(north, 100)
    assert world.line(world.sent(), north).flags == []


def test_two_partners_on_one_account_are_flagged(world: World) -> None:
    one, other = (world.partner(name, account=False) for name in ("Een", "Ander"))
    number = iban(777_777)
    for partner in (one, other):
        world.account(partner, number=number)
        world.earns(partner, 100)
    run = world.sent()
    assert {"iban_shared"} <= set(world.line(run, one).flags) & set(world.line(run, other).flags)


def test_without_an_own_account_nothing_is_proposed(world: World) -> None:
    world.earns(world.partners[0], 100)
    assert end_account(world.approver, world.own, world.today, "andere bank", world.now)
    refused = propose_run(world.controller, world.network, pay_on=world.pay_day(), now=world.now)
    assert refused.reason == NO_OWN_ACCOUNT


def test_the_day_of_payment_is_a_working_day_that_did_not_pass(world: World) -> None:
    world.earns(world.partners[0], 100)
    for day in (world.today - timedelta(days=1), date(2026, 3, 7), date(2026, 5, 1)):
        assert not propose_run(world.controller, world.network, pay_on=day, now=world.now)
    run = world.approved()
    world.next_day(4)
    assert send_run(run, world.channel, world.now).reason == deciding.DAY_PASSED


def test_a_file_that_the_bank_refused_is_booked_back_by_another_and_paid_again(
    world: World,
) -> None:
    north, _ = world.partners
    world.earns(north, 100)
    run = world.approved()
    send_run(run, world.channel, world.now)
    assert not fail_run(world.approver, run, world.now)
    assert report_failure(world.controller, run, "bestand geweigerd", world.now)
    assert not fail_run(world.controller, run, world.now)
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        RunStep.objects.create(
            run=run, state="failed", person_id=world.controller.person_id, at=world.now
        )
    assert fail_run(world.approver, run, world.now)
    assert world.stands("partner_payable", north) == -100 and world.stands("bank") == 0
    again = world.proposed()
    assert world.line(again, north).cents == 100 and run_state(run) == "failed"


def test_what_the_bank_executed_is_not_booked_back_as_refused(world: World) -> None:
    world.earns(world.partners[0], 100)
    run = world.sent()
    report_failure(world.controller, run, "?", world.now)
    world.told()
    assert fail_run(world.approver, run, world.now).reason == deciding.EXECUTED


def test_sending_again_sends_nothing_again(world: World) -> None:
    north, _ = world.partners
    world.earns(north, 100)
    run = world.sent()
    file = send_run(run, world.channel, world.now)
    assert file and resume_sending(world.channel, world.now) == ()
    world.bank.collect()
    assert world.on_account(north) == 100 and world.stands("bank") == -100


def test_suppliers_and_guarantees_are_paid_and_a_debt_of_a_guarantee_is_taken(
    world: World,
) -> None:
    north, south = world.partners
    world.earns(south, 1_000)
    world.books(
        {
            AccountKey("supplier_payable", north.pk): -300,
            AccountKey("partner_guarantee", north.pk): -200,
            AccountKey("partner_guarantee", south.pk): 400,
            AccountKey("reserve"): 100,
        }
    )
    run = world.sent()
    assert (world.line(run, north).cents, world.line(run, south).cents) == (500, 600)
    for kind in ("supplier_payable", "partner_guarantee", "partner_payable"):
        assert world.stands(kind, north) == world.stands(kind, south) == 0
