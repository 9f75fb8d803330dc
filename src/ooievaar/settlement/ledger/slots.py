"""What other parts hang on the overview of the books, without the books knowing of them.

    # in `ready()` of payments, statements or year_end:
    from ooievaar.settlement.ledger.slots import ASKS
    ASKS.append(asks_of_payments)

The overview calls each at every visit: at most ONE query each, and rows only from a permission set
(the workplace may be an auditor's, who sees all and can do nothing: leave out what is not asked of
that role).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ooievaar.network.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that waits for somebody: a sentence for people, and the page where it is done.

    `text` is translated by who makes it ("Betaalrun 2026-11-22 wacht op goedkeuring"); `address`
    empty: nothing can be opened; `since` the day from which it waits, oldest is shown first;
    `cents` what is at stake, None where it is not about an amount.
    """

    text: str
    address: str
    since: date | None = None
    cents: int | None = None


Asking: TypeAlias = Callable[[Workplace, date], list[Ask]]
"""Says what is asked of somebody who works at a workplace, on a day."""
ASKS: list[Asking] = []
"""Filled in `ready()` of the parts; a part that asks nothing returns an empty list."""

CAUSE_PAGES: dict[str, Callable[[int], str]] = {}
"""Where the cause of a posting is shown: its kind, and what makes an address of its id.

    # in `ready()`, beside what it is called in words.CAUSES:
    CAUSE_PAGES["payment_run"] = lambda pk: reverse("payment_run", args=[pk])

At most one query; empty where there is nothing to show.
"""
