"""Nothing remains down to the bank; and whoever tampers with anything is seen, whatever it was."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from ooievaar.claims.models import LineEvent
from ooievaar.claims.models import PaymentLine as SettledLine
from ooievaar.claims.tests.region import only_line
from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.tests.books import Books, unguarded
from ooievaar.settlement.ledger.tests.looking import seen
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.payments.bank import bank_proof
from ooievaar.settlement.payments.models import BankStatement, PaymentLine, PaymentPart, PaymentRun
from ooievaar.settlement.payments.tests.world import SINCE, World
from ooievaar.settlement.proofs import prove_money


@dataclass
class Paid:
    """Books in which partners were paid, and the bank that did so."""

    books: Books
    bank: World
    run: PaymentRun

    def remainders(self) -> dict[str, int]:
        told = prove_money(self.books.network)
        return {one.name: one.remainder for one in told.proof.balances if one.remainder}

    def comes_in_later(self) -> None:
        """The next day another product is claimed, granted and paid: 10,000 cents in the books."""
        self.bank.next_day()
        books = self.books
        books.now, books.today = self.bank.now, self.bank.today
        books.product(books.woman(), 10_000)
        books.close("2026-02")
        (batch,) = books.sent()
        books.answered(batch)
        books.paid(batch)
        books.posted()
        self.bank.now, self.bank.today = books.now, books.today


@pytest.fixture
def paid(books: Books, tmp_path: Path) -> Paid:
    """Two products, one granted and paid, the other refused; partners get their part of the one."""
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 40_000, insurer=1)
    books.close("2026-01")
    good, bad = books.sent()
    books.answered(good)
    books.answered(bad, {only_line(bad).reference: (0, "0010")})
    books.paid(good)
    books.posted()
    bank = World(tmp_path / "bank", partners=0, network=books.network)
    bank.now, bank.today = books.now, books.today
    for partner in books.partners:
        Membership.objects.create(
            network=books.network, organisation=partner, kind="voting", valid_from=SINCE
        )
        bank.account(partner)
    bank.bank.tell(60_000)
    run = bank.sent()
    bank.told()
    return Paid(books, bank, run)


def test_every_cent_is_followed_from_granted_to_the_bank(paid: Paid) -> None:
    told = prove_money(paid.books.network)
    assert paid.remainders() == {} and told.proof.holds
    found = {one.name: (one.whole, dict(one.parts)) for one in told.proof.balances}
    partners = 60_000 - 3_000 - 6_000
    assert found["bank"] == (60_000 - partners, {"booked": 60_000 - partners, "on_the_way": 0})
    assert found["paid_out"] == (partners, {"booked": partners})
    assert found["receivable"] == (60_000, {"paid": 60_000, "to_receive": 0, "elsewhere": 0})
    assert found["awaited"] == (
        100_000,
        {"granted": 60_000, "disputed": 40_000, "awaiting_answer": 0, "elsewhere": 0},
    )
    assert found["partner_payable"] == (
        partners + 34_000,
        {"paid_out": partners, "credit": 34_000, "elsewhere": 0},
    )
    assert (told.bank.others, told.bank.others_cents) == (1, 60_000), "the insurer's receipt"


def test_what_is_on_its_way_to_the_bank_explains_the_difference(paid: Paid) -> None:
    paid.comes_in_later()
    paid.bank.bank.tell(10_000)
    paid.bank.told()
    paid.bank.sent()
    told = prove_money(paid.books.network)
    (bank,) = [one for one in told.proof.balances if one.name == "bank"]
    assert dict(bank.parts)["on_the_way"] == 8_500 and bank.remainder == 0


def test_money_that_came_after_the_newest_statement_leaves_nothing_over(paid: Paid) -> None:
    """The books know more than the bank told: that is said, and is no alarm."""
    paid.comes_in_later()
    told = prove_money(paid.books.network)
    (bank,) = [one for one in told.proof.balances if one.name == "bank"]
    assert dict(bank.parts)["since"] == -10_000 and bank.remainder == 0 and told.proof.holds
    client = come_in(Client(), position(Role.CONTROLLER, network=paid.books.network))
    text = seen(client, reverse("books_proof"))
    assert "geboekt na het afschrift" in text and "alles sluit" in text

    paid.bank.bank.tell(10_000)
    paid.bank.told()
    assert bank_proof(paid.books.network).since_cents == 0 and paid.remainders() == {}


def test_money_that_came_before_the_statement_and_is_not_on_it_stays_over(paid: Paid) -> None:
    paid.comes_in_later()
    paid.bank.told()
    assert bank_proof(paid.books.network).since_cents == 0
    assert paid.remainders() == {"bank": -10_000}


def test_a_payment_that_came_back_is_owed_again_and_nothing_remains(paid: Paid) -> None:
    line = paid.run.lines.get(organisation=paid.books.partners[0])
    paid.bank.bank.comes_back(line.statement_number)
    paid.bank.told()
    assert paid.remainders() == {}
    told = {one.name: dict(one.parts) for one in prove_money(paid.books.network).proof.balances}
    assert told["partner_payable"]["credit"] == 34_000 + line.cents


Tamper = Callable[[Paid], object]
TAMPERED: dict[str, tuple[str, Tamper, set[str]]] = {
    "a posting grew": (
        "ledger_%",
        lambda p: Posting.objects.filter(pk=_posting("bank").pk).update(cents=F("cents") + 1),
        {"all_accounts", "bank"},
    ),
    "a payment was booked for less": (
        "ledger_%",
        lambda p: Posting.objects.filter(pk=_posting("insurer_receivable").pk).update(cents=-1),
        {"all_accounts", "paid", "receivable"},
    ),
    "a transaction is gone": (
        "ledger_%",
        lambda p: _remove(Transaction.objects.filter(reason="divided").latest("number")),
        {"divided", "shares partner_payable", "shares overhead", "shares reserve"},
    ),
    "an answer says more": (
        "claims_%",
        lambda p: LineEvent.objects.filter(granted_cents=60_000).update(granted_cents=60_001),
        {"granted", "receivable", "awaited"},
    ),
    "a payment settled less": (
        "claims_%",
        lambda p: SettledLine.objects.update(cents=59_999),
        {"paid", "receivable"},
    ),
    "a closed product grew": (
        "settlement_%",
        lambda p: ClosedProduct.objects.filter(cents=60_000).update(cents=60_001),
        {"divided", "awaited"},
    ),
    "a share moved to the reserve": (
        "settlement_%",
        lambda p: Share.objects.filter(pk=_share().pk).update(kind="reserve", organisation=None),
        {"shares partner_payable", "shares reserve", "partner_payable"},
    ),
    "shares of a kind are gone": (
        "settlement_%",
        lambda p: Share.objects.filter(kind="reserve").delete(),
        {"shares reserve"},
    ),
    "a run moved more": (
        "payments_%",
        lambda p: PaymentPart.objects.filter(pk=_part().pk).update(cents=F("cents") + 1),
        {"partner_payable"},
    ),
    "a run told the bank less": (
        "payments_%",
        lambda p: PaymentLine.objects.filter(pk=_line().pk).update(cents=F("cents") - 1),
        {"paid_out"},
    ),
    "a statement closes higher": (
        "payments_%",
        lambda p: BankStatement.objects.update(closing_cents=F("closing_cents") + 1),
        {"bank"},
    ),
}


def _posting(kind: str) -> Posting:
    return Posting.objects.filter(account__kind=kind, transaction__reason="paid").earliest("pk")


def _share() -> Share:
    return Share.objects.filter(kind="partner").earliest("pk")


def _part() -> PaymentPart:
    return PaymentPart.objects.earliest("pk")


def _line() -> PaymentLine:
    return PaymentLine.objects.filter(cents__gt=0).earliest("pk")


def _remove(gone: Transaction) -> None:
    gone.postings.all().delete()
    gone.delete()


@pytest.mark.parametrize("what", TAMPERED)
def test_whoever_tampers_is_seen(paid: Paid, what: str) -> None:
    tables, tamper, broken = TAMPERED[what]
    with unguarded(tables):
        tamper(paid)
    assert broken <= paid.remainders().keys()
    client = come_in(Client(), position(Role.CONTROLLER, network=paid.books.network))
    text = seen(client, reverse("books_proof"))
    assert "Er blijft iets over." in text and "sluit niet" in text
    assert text.count("remainder-alarm") == 1 + len(paid.remainders()), "the head and each of them"


def test_without_a_statement_nothing_is_proved_of_the_bank(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    books.posted()
    told = prove_money(books.network)
    assert told.proof.holds and "bank" not in {one.name for one in told.proof.balances}
    client = come_in(Client(), position(Role.DIRECTOR, network=books.network))
    assert "nog geen afschrift gelezen" in seen(client, reverse("books_proof"))


def test_what_is_not_posted_yet_shows_as_a_remainder(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    remainders = {one.name: one.remainder for one in prove_money(books.network).proof.balances}
    assert remainders["divided"] == 60_000 and remainders["awaited"] == 60_000
