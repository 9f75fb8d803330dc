"""Stories of money that stands still, and of the river that shows how far it came."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ooievaar.claims.causes import cause_book
from ooievaar.claims.models import LineStanding
from ooievaar.claims.tests.region import only_line
from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.settlement.ledger.pages.stuck import stuck_lines
from ooievaar.settlement.ledger.queries import payable_of
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.ledger.tests.looking import MOST_QUERIES, queries_of, seen
from ooievaar.settlement.live_river import OPEN, RECEIVED, REFUSED, live_river
from ooievaar.settlement.payments.models import AdvanceRun, AdvanceStep
from ooievaar.settlement.payments.tests.world import SINCE, World
from ooievaar.settlement.stuck import stuck_claims


def told(books: Books) -> dict[str, list[tuple[str, int, int]]]:
    """What is stuck, by kind: with whom, cents and how many."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for line in stuck_lines(books.network, books.now):
        one = line.stuck
        found.setdefault(one.kind, []).append((one.party, one.cents, one.count))
    return found


def later(books: Books, days: int) -> None:
    books.now += timedelta(days=days)
    books.today += timedelta(days=days)


def test_what_is_granted_and_not_paid_in_time_is_stuck_with_its_insurer(books: Books) -> None:
    books.product(books.woman(), 60_000)
    (batch,) = books.sent()
    books.answered(batch)
    since = LineStanding.objects.get().since
    usual = cause_book().causes.unpaid_days
    assert list(stuck_claims(books.network, since + timedelta(days=usual))) == []
    (one,) = stuck_claims(books.network, since + timedelta(days=usual + 2))
    assert (one.kind, one.party, one.cents, one.count) == ("unpaid", "Verzekeraar A", 60_000, 1)
    assert one.since == timezone.localdate(since)
    books.paid(batch, 20_000)
    later(books, usual + 5)
    assert told(books)["unpaid"] == [("Verzekeraar A", 40_000, 1)]


def test_what_is_sent_and_not_answered_is_stuck(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 30_000)
    books.sent()
    assert told(books) == {}
    later(books, cause_book().causes.no_answer_days + 2)
    assert told(books) == {"unanswered": [("Verzekeraar A", 90_000, 2)]}


def test_what_is_divided_and_claimed_from_nobody_is_stuck(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 30_000, insurer=1)
    books.close("2026-01")
    assert told(books)["unclaimed"] == [
        ("Verzekeraar A", 60_000, 1),
        ("Verzekeraar B", 30_000, 1),
    ]
    books.sent()
    assert "unclaimed" not in told(books)


def test_another_insurer_than_was_claimed_from_is_stuck_too(books: Books) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.sent()
    books.product(woman, 60_000, insurer=1)
    books.close("2026-01")
    assert told(books)["unclaimed"] == [("Verzekeraar B", 60_000, 1)]


def test_a_refusal_of_what_was_divided_is_in_dispute_since_that_day(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 20_000)
    books.close("2026-01")
    (batch,) = books.sent()
    day = books.today
    lines = {line.line.reference: (0, "0010") for line in batch.batch_lines.all()}
    books.answered(batch, lines)
    books.posted()
    (one,) = [x for x in stuck_lines(books.network, books.now) if x.stuck.kind == "disputed"]
    assert (one.stuck.cents, one.stuck.count, one.stuck.since) == (80_000, 2, day)
    assert one.address == reverse("claims_work")


def with_bank(books: Books, folder: Path, accounts: int) -> World:
    """Let some of the partners have an account."""
    world = World(folder / "bank", partners=0, network=books.network)
    world.now, world.today = books.now, books.today
    for partner in books.partners:
        Membership.objects.create(
            network=books.network, organisation=partner, kind="voting", valid_from=SINCE
        )
    for partner in books.partners[:accounts]:
        world.account(partner)
    return world


def test_partners_without_an_account_and_negative_ones_are_stuck(
    books: Books, tmp_path: Path
) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    books.posted()
    world = with_bank(books, tmp_path, 2)
    leaves = books.leaves(60_000)
    third = leaves["partner", books.partners[2].pk]
    assert told(books) == {"no_account": [("Praktijk 2", third, 1)]}
    world.sent()
    paid_on = books.today
    books.product(woman, 30_000)
    books.close("2026-02")
    books.posted()
    found = told(books)
    half = books.leaves(30_000)
    owes = {
        (one.name, leaves["partner", one.pk] - half["partner", one.pk], 1)
        for one in books.partners[:2]
    }
    assert set(found["negative"]) == owes
    (first, *_) = [x for x in stuck_lines(books.network, books.now) if x.stuck.kind == "negative"]
    assert first.address == reverse("account", args=[first.stuck.account_id])
    assert first.stuck.since == paid_on, "what is due became less on an earlier day"


def test_a_payment_that_came_back_is_stuck_until_it_is_paid_again(
    books: Books, tmp_path: Path
) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    books.posted()
    world = with_bank(books, tmp_path, 3)
    run = world.sent()
    world.told()
    line = run.lines.get(organisation=books.partners[0])
    world.bank.comes_back(line.statement_number)
    world.told()
    assert told(books)["returned"] == [("Praktijk 0", line.cents, 1)]
    world.next_day()
    world.account(books.partners[0], valid_from=world.today)
    world.sent()
    assert "returned" not in told(books)


def test_advances_beyond_what_was_agreed_are_stuck(books: Books, tmp_path: Path) -> None:
    world = with_bank(books, tmp_path, 3)
    world.has_ahead(books.partners[0], 70_000)
    run = AdvanceRun.objects.create(
        network=books.network, month="2026-03", limit_cents=50_000, share_ppm=500_000, cents=0,
        prepared_by_id=world.controller.person_id, prepared_as_id=world.controller.position_id,
        prepared_at=books.now,
    )  # fmt: skip
    assert "over_limit" not in told(books), "nobody approved it"
    AdvanceStep.objects.create(
        run=run, state="approved", person_id=world.approver.person_id,
        position_id=world.approver.position_id, at=books.now,
    )  # fmt: skip
    assert told(books)["over_limit"] == [("", 20_000, 1)]
    client = come_in(Client(), position(Role.CONTROLLER, network=books.network))
    assert len(queries_of(client, reverse("books_stuck"))) <= MOST_QUERIES
    assert "Voorschotten boven de grens" in seen(client, reverse("books_stuck"))


def test_the_oldest_comes_first_and_the_overview_takes_kinds_together(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    books.posted()
    lines = stuck_lines(books.network, books.now)
    days = [line.days for line in lines]
    assert days == sorted(days, key=lambda one: -(one or 0)) and len(lines) == 4
    client = come_in(Client(), position(Role.AUDITOR, network=books.network))
    part = client.get(reverse("books_stuck"), headers={"HX-Request": "true"}).content.decode()
    assert "3 partijen" in part and "Praktijk 1" not in part and "<html" not in part
    assert "Praktijk 1" in seen(client, reverse("books_stuck"))


# --- The river ---


@pytest.fixture
def flowing(books: Books) -> Books:
    """One product paid whole, one in part, one refused, one nobody answered."""
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 40_001, insurer=1)
    books.close("2026-01")
    good, part = books.sent()
    books.answered(good)
    books.paid(good)
    books.answered(part, {only_line(part).reference: (10_000, "0010")})
    books.paid(part)
    books.product(books.woman(), 7_777)
    books.close("2026-02")
    books.posted()
    return books


def test_the_river_loses_no_cent_and_holds_what_payments_hold(flowing: Books) -> None:
    river, years = live_river(flowing.network, flowing.today)
    assert years == (2026,)
    assert river.cents == 60_000 + 40_001 + 7_777 == sum(river.to_ends.values())
    assert (river.at(RECEIVED), river.at(REFUSED), river.at(OPEN)) == (70_000, 30_001, 7_777)
    for state in (RECEIVED, OPEN, REFUSED):
        assert river.at(state) == sum(
            cents for (of, _), cents in river.to_ends.items() if of == state
        )
    held = {
        end.organisation_id: sum(
            cents for (state, of), cents in river.to_ends.items() if of == end and state != RECEIVED
        )
        for (_, end) in river.to_ends
        if end.kind == "partner"
    }
    payable = payable_of(flowing.network, flowing.today)
    assert held == {one.organisation_id: one.held_cents for one in payable}


def test_a_year_without_care_is_empty_and_all_years_are_together(flowing: Books) -> None:
    assert live_river(flowing.network, flowing.today, 2025)[0].cents == 0
    assert live_river(flowing.network, flowing.today, 2026)[0].cents == 107_778


def test_the_river_is_drawn_with_a_table_beside_it(flowing: Books) -> None:
    client = come_in(Client(), position(Role.DIRECTOR, network=flowing.network))
    text = seen(client, reverse("books_river"))
    assert "Ontvangen" in text and 'data-river-block="sreceived"' in text
    assert "€\u00a01.077,78" in text and "Praktijk 2" in text and "aangehouden" in text
    nothing = seen(client, f"{reverse('books_river')}?jaar=2025")
    assert "Er stroomt nog niets" in nothing and "?jaar=2026" in nothing
    assert seen(client, f"{reverse('books_river')}?jaar=niets&partners=alle")
