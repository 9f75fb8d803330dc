"""The foreign referee: Beancount accepts our books, and comes to the same balances."""

from pathlib import Path

import pytest

from ooievaar.settlement.ledger.commands import close_period, post_transaction
from ooievaar.settlement.ledger.export_beancount import account_name, euros, export_beancount
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.ledger.tests.referee import bean_balances, bean_check


@pytest.fixture
def file(books: Books, tmp_path: Path) -> Path:
    """The books after two months, a refusal, a credit, a closed period and an advance."""
    woman = books.woman()
    books.product(woman, 60_000)
    books.product(books.woman(), 33_333, insurer=1)
    books.close("2026-01")
    first, second = books.sent()
    line = second.batch_lines.get().line.reference
    books.answered(first)
    books.answered(second, {line: (20_000, "0611")})
    books.paid(first)
    close_period(books.network, "2026-01", books.now)
    books.product(woman, 50_001)
    books.close("2026-02")
    (again,) = books.sent()
    books.answered(again)
    books.posted()
    partner = AccountKey("partner_advance", books.partners[0].pk)
    post_transaction(
        books.network, books.today, ("advance_run", 1), {partner: 777, AccountKey("bank"): -777},
        reason="advanced", text='voor "november" \\ december', now=books.now,
    )  # fmt: skip
    path = tmp_path / "boek.beancount"
    path.write_text("\n".join(export_beancount(books.network)) + "\n", "utf-8")
    return path


def test_the_referee_accepts_the_books(file: Path) -> None:
    assert bean_check(file) == ""


def test_the_referee_comes_to_the_same_balances(file: Path, books: Books) -> None:
    ours = {account_name(one.account): one.cents for one in balances(books.network) if one.cents}
    assert bean_balances(file) == ours
    assert len(ours) >= 8


@pytest.mark.parametrize("which", [0, 4, 11, -1])
def test_the_referee_refuses_when_a_cent_moves(file: Path, which: int) -> None:
    lines = file.read_text("utf-8").splitlines()
    amounts = [n for n, line in enumerate(lines) if line.endswith(" EUR") and " open " not in line]
    words = lines[amounts[which]].split(" ")
    at = words.index("~") - 1 if "~" in words else -2
    words[at] = euros(int(words[at].replace(".", "")) + 1)
    lines[amounts[which]] = " ".join(words)
    file.write_text("\n".join(lines) + "\n", "utf-8")
    assert bean_check(file)


def test_an_empty_ledger_is_a_file_too(books: Books, tmp_path: Path) -> None:
    path = tmp_path / "leeg.beancount"
    path.write_text("\n".join(export_beancount(books.network)) + "\n", "utf-8")
    assert bean_check(path) == ""
