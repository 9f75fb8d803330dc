"""What was in the bank when the books began, and months that close with four eyes."""

import pytest

from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import PeriodClosing, Transaction
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.year_end.deciding import approve, prepare, withdraw
from ooievaar.settlement.year_end.kinds import NOT_FIRST, OPENED_BEFORE
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.tests.year import Year

OPENING = {"cents": 250_000, "day": "2026-02-01"}


def test_the_books_begin_with_what_the_bank_has(year: Year) -> None:
    year.bank.tell(250_000)
    year.settled("opening", data=OPENING)
    assert year.standing() == {"bank": 250_000, "opening": -250_000}
    year.told()
    assert bank_proof(year.network).remainder_cents == 0
    again = prepare(year.controller, year.network, "opening", OPENING, year.now)
    assert isinstance(again, Rejected) and again.reason == OPENED_BEFORE
    year.holds()


def test_what_was_withdrawn_may_be_prepared_again(year: Year) -> None:
    made = year.prepared("opening", data=OPENING)
    assert withdraw(year.controller, made, year.now)
    assert year.settled("opening", data={**OPENING, "cents": -1_000})
    assert year.standing() == {"bank": -1_000, "opening": 1_000}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"cents": 1, "day": "2026-03-03"}, "day"),
        ({"cents": 1, "day": "vandaag"}, "day"),
        ({"cents": 0, "day": "2026-02-01"}, "cents"),
    ],
)
def test_an_opening_has_a_day_that_was_and_an_amount(year: Year, data: dict, field: str) -> None:
    refused = prepare(year.controller, year.network, "opening", data, year.now)
    assert isinstance(refused, Rejected) and refused.field == field


def test_the_opening_lies_before_all_else_on_the_bank(year: Year) -> None:
    year.books({AccountKey("bank"): 5, AccountKey("overhead"): -5})  # on 2 March
    late = {"cents": 1, "day": "2026-03-02"}
    assert year.settled("opening", data=late), "on the same day it stood there first"


def test_a_balance_of_later_is_no_opening(year: Year) -> None:
    year.books({AccountKey("bank"): 5, AccountKey("overhead"): -5})
    year.next_day()
    late = {"cents": 1, "day": "2026-03-03"}
    refused = prepare(year.controller, year.network, "opening", late, year.now)
    assert isinstance(refused, Rejected) and refused.reason == NOT_FIRST


def test_a_month_closes_when_another_approves(year: Year) -> None:
    year.product({year.partners[0]: 100})
    made = year.prepared("period", data={"period": "2026-01"})
    assert not PeriodClosing.objects.exists()
    assert not approve(year.controller, made, year.now)
    assert approve(year.approver, made, year.now)
    closed = PeriodClosing.objects.get()
    assert closed.by_id == year.approver.person_id
    assert closed.last_hash == Transaction.objects.latest("number").hash, "what was due is in it"


@pytest.mark.parametrize("period", ["2026-03", "februari", ""])
def test_a_month_that_cannot_close_is_not_prepared(year: Year, period: str) -> None:
    refused = prepare(year.controller, year.network, "period", {"period": period}, year.now)
    assert isinstance(refused, Rejected) and refused.field == "period"
    assert not Proposal.objects.exists()
