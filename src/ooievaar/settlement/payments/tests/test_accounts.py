"""On which account somebody is paid: an IBAN that can exist, two people, and since a day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.settlement.payments import accounts
from ooievaar.settlement.payments.accounts import (
    accounts_on,
    approve_account,
    end_account,
    propose_account,
    proposed_accounts,
    read_iban,
    refuse_account,
)
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.deciding import approve_run
from ooievaar.settlement.payments.models import BankAccount, BankAccountStep
from ooievaar.settlement.payments.queries import (
    accounts_for,
    check_of,
    last_line,
    lines_for,
    paid_to,
    runs_for,
)
from ooievaar.settlement.payments.sending import send_run
from ooievaar.settlement.payments.tests.world import World, iban

pytestmark = pytest.mark.django_db
GOOD = "NL91ABNA0417164300"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "bank")


def propose(world: World, by: object = None, **more: object) -> object:
    given = {"iban": GOOD, "name": "Praktijk", "valid_from": world.today, "now": world.now}
    organisation = more.pop("organisation", world.partners[0])
    made = propose_account(
        by or world.controller, more.pop("network", world.network), organisation, **(given | more)
    )
    return getattr(made, "reason", made)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nl91 abna 0417 1643 00", GOOD),
        ("NL92ABNA0417164300", accounts.NO_IBAN),
        ("NL91ABNA041716430", accounts.NO_IBAN),
        ("", accounts.NO_IBAN),
        ("NL91ABNA0417164300; DROP TABLE", accounts.NO_IBAN),
        ("BE71096123456769", "BE71096123456769"),
        ("TR330006100519786457841326", accounts.NO_SEPA),
    ],
)
def test_an_iban_is_checked_to_the_digit(typed: str, told: object) -> None:
    read = read_iban(typed)
    assert getattr(read, "reason", str(read)) == told


def test_a_change_takes_two_people_and_the_database_sees_to_it(world: World) -> None:
    account = propose(world)
    assert isinstance(account, BankAccount)
    assert accounts_on(world.network, world.today)[world.partners[0].pk].iban != GOOD
    assert list(proposed_accounts(world.network)) == [account]
    assert not approve_account(world.controller, account, world.now)
    for person in (world.controller.person_id, None):
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            BankAccountStep.objects.create(
                account=account, state="approved", person_id=person, at=world.now
            )
    assert approve_account(world.approver, account, world.now)
    assert not refuse_account(world.approver, account, "toch niet", world.now)
    assert accounts_on(world.network, world.today)[world.partners[0].pk].iban == GOOD


def test_an_account_holds_from_its_day_until_the_next_or_its_end(world: World) -> None:
    north = world.partners[0]
    first = accounts_on(world.network, world.today)[north.pk]
    second = world.account(north, valid_from=date(2026, 4, 1))
    third = world.account(north, valid_from=date(2026, 5, 1))
    end_account(world.approver, third, date(2026, 6, 1), "opgeheven", world.now)
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31), date(2026, 6, 1)]
    held = [accounts_on(world.network, day).get(north.pk) for day in days]
    assert held == [first, second, third, None]
    assert not end_account(world.approver, third, date(2026, 7, 1), "nog eens", world.now)


def test_a_practice_gives_its_own_account_and_no_other(world: World) -> None:
    north, south = world.partners
    clerk = working(Role.PRACTICE_ADMINISTRATOR, organisation=north)
    assert isinstance(propose(world, clerk), BankAccount)
    assert propose(world, clerk) == accounts.SAME
    assert propose(world, clerk, organisation=south) == accounts.NOT_YOURS
    assert propose(world, clerk, organisation=None) == accounts.NOT_YOURS
    assert propose(world, working(Role.MIDWIFE, organisation=north)) == accounts.NOT_YOURS


def test_what_is_no_account_of_this_network_is_refused(world: World) -> None:
    stranger = Organisation.objects.create(agb="99999999", name="Vreemd", discipline="midwives")
    other = working(Role.CONTROLLER, network=Network.objects.create(kind="igo", name="Ander"))
    assert propose(world, organisation=stranger) == accounts.NOT_HERE
    assert propose(world, other) == accounts.NOT_YOURS
    assert propose(world, name=" ") == accounts.NO_NAME
    assert propose(world, name="x" * 71) == accounts.NO_NAME
    assert propose(world, organisation=None, iban=iban(1, "ZZZZ")) == accounts.NO_BIC


def test_a_partner_sees_its_own_lines_once_they_went_to_the_bank(world: World) -> None:
    north, south = world.partners
    for partner in world.partners:
        world.earns(partner, 500)
    clerk = working(Role.PRACTICE_ADMINISTRATOR, organisation=north)
    stranger = working(Role.CONTROLLER, network=Network.objects.create(kind="igo", name="Ander"))
    run = world.proposed()
    assert not lines_for(clerk).exists() and last_line(world.network, north) is None
    assert lines_for(world.controller).count() == 2 and not lines_for(stranger).exists()
    assert list(runs_for(world.approver)) == [run]
    assert not runs_for(clerk).exists() and not runs_for(stranger).exists()
    assert {one.organisation for one in accounts_for(clerk)} == {north}
    assert not accounts_for(stranger).exists()
    approve_run(world.approver, run, world.now)
    send_run(run, world.channel, world.now)
    assert [line.organisation for line in lines_for(clerk)] == [north]
    assert [line.cents for line in paid_to(world.network, north)] == [500]
    assert last_line(world.network, south) == world.line(run, south)


def test_who_approves_reads_sums_flags_and_the_account_before(
    world: World, django_assert_max_num_queries: object
) -> None:
    north, south = world.partners
    before = accounts_on(world.network, world.today)[north.pk].iban
    world.account(north, valid_from=world.today)
    world.earns(north, 500)
    world.has_ahead(north, 100)
    world.earns(south, -30)
    run = world.proposed()
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        check = check_of(run)
    assert (check.paid, check.paid_cents, check.offset_cents) == (1, 400, 100)
    assert (check.carried_cents, check.state, check.previous) == (30, "prepared", None)
    [flagged] = check.flagged
    assert flagged.previous_iban == before and "iban_changed" in flagged.line.flags


def test_the_books_are_held_against_the_bank_to_the_cent(world: World) -> None:
    world.earns(world.partners[0], 500)
    world.bank.balance = 1_000
    run = world.approved()
    send_run(run, world.channel, world.now)
    world.told()
    proof = bank_proof(world.network)
    assert (proof.bank_cents, proof.ledger_cents, proof.on_the_way_cents) == (1_000, -500, 500)
    assert proof.remainder_cents == 1_000, "the books never heard of what stood there before"
    world.bank.tell(-3)
    world.bank.collect()
    world.told()
    proof = bank_proof(world.network)
    assert proof.on_the_way_cents == 0 and (proof.others, proof.others_cents) == (1, -3)
    assert proof.remainder_cents == 997


def test_a_day_before_the_first_has_no_account(world: World) -> None:
    assert accounts_on(world.network, date(2025, 1, 1) - timedelta(days=1)) == {}
