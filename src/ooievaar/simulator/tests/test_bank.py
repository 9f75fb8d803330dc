"""The bank of an invented region: real enough to be read, and never taken for a real one."""

from datetime import date
from pathlib import Path

import pytest

from ooievaar.claims.channel import FolderChannel
from ooievaar.network.models import Network
from ooievaar.settlement.payments.accounts import read_iban
from ooievaar.settlement.payments.camt053 import read_camt053
from ooievaar.settlement.payments.pain001 import Account, Transfer, write_pain001
from ooievaar.simulator.bank import CLOSED_ACCOUNT, OWN_BANK, Bank, made_up_iban
from ooievaar.simulator.boards import moment
from ooievaar.simulator.settled import next_working_day

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
OWN, PARTNER, CLOSED = made_up_iban(1, OWN_BANK), made_up_iban(2), made_up_iban(3)


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    network = Network.objects.create(kind="igo", name="IGO Bank")
    return Bank(network, OWN, FolderChannel(tmp_path))


def asked(bank: Bank, number: str, references: dict[str, str]) -> None:
    transfers = [
        Transfer(Account("Praktijk", iban), 12_34, reference, "afrekening")
        for reference, iban in references.items()
    ]
    content = write_pain001(number, Account("IGO", OWN, "BCDMNL22"), DAY, moment(DAY), transfers)
    bank.channel.put(f"{number}.xml", content)


def test_made_up_accounts_are_valid_and_of_no_bank() -> None:
    numbers = [made_up_iban(number) for number in range(200)]
    assert len(set(numbers)) == 200
    for number in numbers:
        read = read_iban(number)
        assert read and read.bic is None
    own = read_iban(OWN)
    assert own and own.bic, "the network's own needs one"


def test_what_was_asked_stands_on_the_statement_and_what_came_back_a_day_later(bank: Bank) -> None:
    asked(bank, "1-2026-0001", {"A-001": PARTNER, "A-002": CLOSED})
    bank.collect(frozenset({CLOSED}))
    content = bank.statement(DAY)
    assert content is not None
    (first,) = read_camt053("een.xml", content)
    assert [(one.end_to_end, one.cents) for one in first.movements] == [
        ("A-001", -12_34),
        ("A-002", -12_34),
    ]
    later = bank.statement(date(2026, 3, 3))
    assert later is not None
    (second,) = read_camt053("twee.xml", later)
    (back,) = second.movements
    assert (back.cents, back.is_return, back.return_code) == (12_34, True, CLOSED_ACCOUNT)
    assert second.opening_cents == first.closing_cents
    assert bank.statement(date(2026, 3, 4)) is None, "nothing moved"


def test_the_bank_sees_that_somebody_is_paid_twice(bank: Bank) -> None:
    asked(bank, "1-2026-0001", {"A-001": PARTNER})
    asked(bank, "1-2026-0002", {"A-001": PARTNER})
    with pytest.raises(ValueError, match="A-001"):
        bank.collect()


@pytest.mark.parametrize(
    ("day", "pays"),
    [
        (date(2025, 12, 31), date(2026, 1, 2)),
        (date(2026, 4, 30), date(2026, 5, 4)),
        (date(2026, 5, 31), date(2026, 6, 1)),
    ],
)
def test_no_payment_on_a_day_without_banks(day: date, pays: date) -> None:
    assert next_working_day(day) == pays
