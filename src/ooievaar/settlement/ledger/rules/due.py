"""What is due, cause by cause, and what must be posted to get from what was posted to there.

A cause is one thing that happened: a claim line with its answer, a payment, a closed product. What
is due of it may change (a granted line is refused after all) and it may vanish; the difference is
posted either way, and nothing that was posted is touched.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ooievaar.kernel.period import month_of, month_period
from ooievaar.settlement.ledger.rules.accounts import AccountKey

Cause: TypeAlias = tuple[str, int]
"""The kind of what caused it, and its id."""
Amounts: TypeAlias = Mapping[AccountKey, int]
"""Cents by account: debit positive, credit negative."""
VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Due:
    """What should stand on the accounts because of one cause, since `day`.

    `about` is the month that it is about when that is an earlier one; `reason` is a word.
    """

    cause: Cause
    day: date
    reason: str
    amounts: Amounts
    about: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction to be written; its amounts are not zero and add up to zero."""

    cause: Cause
    day: date
    period: str
    names_period: str
    reason: str
    amounts: tuple[tuple[AccountKey, int], ...]
    text: str = ""


class Unbalanced(ValueError):
    """What is due does not add up to zero: a fault in who says it is due."""


def differences(
    due: Iterable[Due],
    posted: Mapping[Cause, Amounts],
    closed_until: str,
    today: date,
) -> Iterator[Entry]:
    """Yield what must be posted, in the order in which it is due, vanished causes last.

    `due` must be all that is due of the kinds of cause in `posted`. What falls in a month that was
    closed (`closed_until` is the newest; empty: none) goes to the first open one, and names it.
    """
    met: set[Cause] = set()
    for one in due:
        if one.cause in met:
            raise Unbalanced(f"{one.cause} is due twice")
        met.add(one.cause)
        yield from _entry(one, posted.get(one.cause, {}), closed_until)
    for cause in sorted(posted.keys() - met):
        nothing = Due(cause, today, VANISHED, {})
        yield from _entry(nothing, posted[cause], closed_until)


def _entry(one: Due, before: Amounts, closed_until: str) -> Iterator[Entry]:
    if one.amounts == before:
        return
    changed = {
        account: one.amounts.get(account, 0) - before.get(account, 0)
        for account in one.amounts.keys() | before.keys()
    }
    amounts = tuple(sorted((account, cents) for account, cents in changed.items() if cents))
    if not amounts:
        return
    if sum(cents for _, cents in amounts):
        raise Unbalanced(f"{one.cause}: {amounts}")
    day, period, names = placed(one.day, one.about, closed_until)
    yield Entry(one.cause, day, period, names, one.reason, amounts, one.text)


def placed(day: date, about: str, closed_until: str) -> tuple[date, str, str]:
    """Return the day and the open month in which something is posted, and the month it names."""
    month = month_of(day)
    names = about if about < month else ""
    if month <= closed_until:
        first = month_period(closed_until).until
        return first, month_of(first), names or month
    return day, month, names


def balances(entries: Iterable[Entry]) -> dict[AccountKey, int]:
    """Return the sum of each account over entries, without those that are zero."""
    sums: dict[AccountKey, int] = defaultdict(int)
    for entry in entries:
        for account, cents in entry.amounts:
            sums[account] += cents
    return {account: cents for account, cents in sums.items() if cents}
