"""Until when care may be claimed."""

from datetime import date

import pytest

from ooievaar.claims.rules.balance import InsurerBooks, balances
from ooievaar.claims.rules.deadlines import last_day_to_claim, nearness
from ooievaar.claims.rules.states import NEXT, UNDER_WAY, may_follow


@pytest.mark.parametrize(
    ("ends_on", "months", "last"),
    [
        (date(2025, 3, 15), 12, date(2026, 3, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
    ],
)
def test_the_last_day_is_as_many_months_later(ends_on: date, months: int, last: date) -> None:
    assert last_day_to_claim(ends_on, months) == last


def test_how_near_a_deadline_is() -> None:
    day = date(2026, 6, 1)
    told = [nearness(day, on) for on in (date(2026, 6, 2), day, date(2026, 5, 2), date(2026, 4, 2),
                                          date(2026, 4, 1))]  # fmt: skip
    assert told == [0, 30, 30, 60, None]


def test_every_state_leads_only_to_states_that_exist() -> None:
    assert all(following <= NEXT.keys() for following in NEXT.values())
    assert all(may_follow("", state) for state in ("prepared", "written_off"))
    assert not may_follow("sent", "prepared"), "what is under way waits for its answer"
    assert NEXT.keys() >= UNDER_WAY


def test_a_cent_that_nothing_explains_is_a_remainder() -> None:
    books = InsurerBooks(
        sent=100, granted_in_returns=60, paid_in_payments=50, granted=60, refused_by_insurer=20,
        refused_by_portal=10, open=4, written_off=5, paid=50, due=10,
    )  # fmt: skip
    left = {balance.name: balance.remainder for balance in balances(books)}
    assert left == {"claimed": 1, "answered": 0, "granted": 0, "received": 0}
