"""Whatever comes in whatever order: in the end the books say what is due, and no cent is lost."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.money import split_largest_remainder
from ooievaar.settlement.ledger.rules.accounts import KINDS, AccountKey, read_key
from ooievaar.settlement.ledger.rules.due import (
    Amounts,
    Cause,
    Due,
    Entry,
    Unbalanced,
    balances,
    differences,
    placed,
)
from ooievaar.settlement.ledger.rules.payable import DividedProduct, held_of_product

TODAY = date(2026, 12, 1)
FIRST = date(2026, 1, 1)
ACCOUNTS = [AccountKey("bank"), AccountKey("reserve")] + [
    AccountKey("partner_payable", n) for n in range(1, 5)
]


@st.composite
def one_due(draw: st.DrawFn) -> tuple[date, str, Amounts]:
    parts = draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
    amounts: dict[AccountKey, int] = defaultdict(int)
    for part, account in zip(parts, draw(st.permutations(ACCOUNTS)), strict=False):
        amounts[account] += part
    amounts[AccountKey("undivided", 9)] -= sum(parts)
    day = FIRST + timedelta(days=draw(st.integers(0, 330)))
    return day, "divided", {account: cents for account, cents in amounts.items() if cents}


worlds = st.lists(one_due(), max_size=12)


def due_of(world: list[tuple[date, str, Amounts]]) -> list[Due]:
    return [Due(("x", n), day, why, amounts) for n, (day, why, amounts) in enumerate(world)]


class Ledger:
    """The books in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.closed_until = ""

    def post(self, due: Iterable[Due]) -> list[Entry]:
        new = list(differences(due, self.posted(), self.closed_until, TODAY))
        self.entries += new
        return new

    def posted(self) -> dict[Cause, dict[AccountKey, int]]:
        sums: dict[Cause, dict[AccountKey, int]] = defaultdict(lambda: defaultdict(int))
        for entry in self.entries:
            for account, cents in entry.amounts:
                sums[entry.cause][account] += cents
        return {
            cause: {account: cents for account, cents in amounts.items() if cents}
            for cause, amounts in sums.items()
        }

    def stands(self) -> dict[AccountKey, int]:
        return balances(self.entries)


def wanted(due: Iterable[Due]) -> dict[AccountKey, int]:
    sums: dict[AccountKey, int] = defaultdict(int)
    for one in due:
        for account, cents in one.amounts.items():
            sums[account] += cents
    return {account: cents for account, cents in sums.items() if cents}


@given(worlds)
def test_the_books_say_what_is_due_and_a_second_run_posts_nothing(world: list) -> None:
    due, books = due_of(world), Ledger()
    books.post(due)
    assert books.stands() == wanted(due)
    assert books.post(due) == []
    assert all(sum(cents for _, cents in entry.amounts) == 0 for entry in books.entries)
    assert all(cents for entry in books.entries for _, cents in entry.amounts)


@given(worlds, worlds, st.integers(0, 12))
def test_what_changes_moves_each_account_by_the_difference(a: list, b: list, keep: int) -> None:
    before, after, books = due_of(a), due_of(a[:keep] + b), Ledger()
    books.post(before)
    moved = balances(books.post(after))
    was, now = wanted(before), wanted(after)
    assert moved == {
        account: now.get(account, 0) - was.get(account, 0)
        for account in was.keys() | now.keys()
        if now.get(account, 0) != was.get(account, 0)
    }


@given(worlds)
def test_the_reversal_of_everything_brings_every_account_to_zero(world: list) -> None:
    books = Ledger()
    books.post(due_of(world))
    books.post([])
    assert books.stands() == {}
    assert books.post([]) == []


@given(worlds, st.randoms(use_true_random=False), st.integers(1, 4), st.booleans())
def test_order_batches_and_closed_months_do_not_matter(
    world: list, chance: random.Random, size: int, closes: bool
) -> None:
    due, together, apart = due_of(world), Ledger(), Ledger()
    together.post(due)
    shuffled = list(due)
    chance.shuffle(shuffled)
    for until in range(0, len(shuffled) + size, size):
        apart.post(shuffled[:until])
        if closes:
            apart.closed_until = max(apart.closed_until, f"2026-{chance.randint(1, 11):02d}")
    assert apart.stands() == together.stands()
    assert apart.posted() == together.posted()


@given(worlds, st.integers(1, 12))
def test_nothing_is_posted_in_a_closed_month(world: list, month: int) -> None:
    books = Ledger()
    books.closed_until = f"2026-{month:02d}"
    for entry in books.post(due_of(world)):
        assert entry.period > books.closed_until
        assert f"{entry.day:%Y-%m}" == entry.period
        assert entry.names_period < entry.period


@pytest.mark.parametrize(
    ("day", "about", "closed", "expected"),
    [
        (date(2026, 3, 5), "", "", (date(2026, 3, 5), "2026-03", "")),
        (date(2026, 3, 5), "2026-01", "", (date(2026, 3, 5), "2026-03", "2026-01")),
        (date(2026, 3, 5), "2026-03", "", (date(2026, 3, 5), "2026-03", "")),
        (date(2026, 3, 5), "", "2026-03", (date(2026, 4, 1), "2026-04", "2026-03")),
        (date(2026, 3, 5), "2026-01", "2026-12", (date(2027, 1, 1), "2027-01", "2026-01")),
    ],
)
def test_where_something_is_posted(
    day: date, about: str, closed: str, expected: tuple[date, str, str]
) -> None:
    assert placed(day, about, closed) == expected


def test_what_does_not_add_up_or_comes_twice_is_a_fault() -> None:
    bank = AccountKey("bank")
    with pytest.raises(Unbalanced, match="bank"):
        list(differences([Due(("x", 1), FIRST, "x", {bank: 1})], {}, "", TODAY))
    with pytest.raises(Unbalanced, match="twice"):
        list(differences([Due(("x", 1), FIRST, "x", {})] * 2, {}, "", TODAY))


def test_an_account_has_a_party_or_none() -> None:
    for kind, what in KINDS.items():
        key = AccountKey(kind, 7 if what.party else 0)
        assert read_key(str(key)) == key
        with pytest.raises(ValueError, match=kind):
            AccountKey(kind, 0 if what.party else 7)
    with pytest.raises(KeyError):
        read_key("piggy_bank")


amount = st.integers(0, 10**7)


@given(st.lists(amount, min_size=1, max_size=7), st.integers(-(10**7), 10**8))
def test_what_is_held_is_what_was_not_paid_to_the_cent(leaves: list[int], paid: int) -> None:
    total = sum(leaves)
    product = DividedProduct(
        "1:1", 1, {("partner", n): cents for n, cents in enumerate(leaves)}, paid, "refused"
    )
    held = held_of_product(product)
    assert sum(held.values()) == total - min(max(paid, 0), total)
    assert all(0 < cents <= leaves[n] for (_, n), cents in held.items())


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(1, 10**6))
def test_what_a_correction_takes_counts_at_once(gives: int, paid: int, takes: int) -> None:
    leaves = {("partner", 1): gives, ("partner", 2): -takes}
    held = held_of_product(DividedProduct("1:1", 1, leaves, paid, "refused"))
    assert set(held) <= {("partner", 1)}
    assert sum(held.values()) == max(gives - paid - takes, 0)


def test_one_cent_over_seven_is_held_where_it_would_go() -> None:
    leaves = {("partner", n): cents for n, cents in enumerate(split_largest_remainder(1, [1] * 7))}
    assert held_of_product(DividedProduct("1:1", 1, leaves, 0, "x")) == {("partner", 0): 1}
    assert held_of_product(DividedProduct("1:1", 1, leaves, 1, "x")) == {}
