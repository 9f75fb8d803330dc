"""A month told to its partners: once, from what stands, and nobody's but their own."""

import json
from datetime import date

import pytest
from django.db import Error, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from ooievaar.kernel.money import split_largest_remainder
from ooievaar.network.models import Membership, Organisation
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import close_period, post_transaction
from ooievaar.settlement.ledger.queries import payable_of, statement_of
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.statements.commands import (
    LATER_MADE,
    NOT_CLOSED,
    NOT_POSTED,
    Made,
    is_whole,
    make_statements,
    months_to_make,
)
from ooievaar.settlement.statements.held import held_on
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.queries import of_itself, position_of

pytestmark = pytest.mark.django_db


def made(books: Books, month: str) -> dict[str, Statement]:
    books.posted()
    outcome = make_statements(books.network, month, books.now)
    assert isinstance(outcome, Made), outcome
    found = Statement.objects.filter(network=books.network, month=month)
    return {one.organisation.name: one for one in found.select_related("organisation")}


def refused(books: Books, month: str) -> object:
    outcome = make_statements(books.network, month, books.now)
    assert isinstance(outcome, Rejected)
    return outcome.reason


def held_as_the_books_say(books: Books, day: date) -> dict[int, dict[str, int]]:
    return {one.organisation_id: dict(one.why) for one in payable_of(books.network, day) if one.why}


def test_a_statement_says_what_the_books_say(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 30_001, phase=2)
    books.close("2026-01")
    found = made(books, "2026-01")
    assert len(found) == 3
    for partner in books.partners:
        statement = found[partner.name]
        figures = statement.figures
        lines = statement_of(books.network, partner)
        assert figures["income_cents"] == sum(line.cents for line in lines)
        account = figures["accounts"]["partner_payable"]
        assert account["closing"] == lines[-1].balance_cents
        assert dict(map(tuple, figures["held"])) == {"not_claimed": figures["income_cents"]}
        assert figures["payable_cents"] == 0
        assert (statement.day, is_whole(statement)) == (date(2026, 1, 31), True)
    income = sum(one.figures["income_cents"] for one in found.values())
    shares = Share.objects.filter(kind="partner").aggregate(sum=Sum("cents"))
    assert income == shares["sum"]


def test_statements_are_made_once_after_closing_and_posting_in_order(books: Books) -> None:
    books.product(books.woman(), 60_000)
    assert refused(books, "2026-01") == NOT_CLOSED
    books.close("2026-01")
    assert refused(books, "2026-01") == NOT_POSTED
    books.posted()
    first = make_statements(books.network, "2026-01", books.now)
    assert first == Made("2026-01", 3, True)
    told = list(Statement.objects.order_by("pk").values())
    assert make_statements(books.network, "2026-01", books.now) == Made("2026-01", 3, False)
    assert list(Statement.objects.order_by("pk").values()) == told
    pk = books.network.pk
    assert [row["number"] for row in told] == [f"A{pk}-2026-{n:04d}" for n in (1, 2, 3)]
    books.product(books.woman(), 100)
    books.close("2026-02")
    books.product(books.woman(), 100)
    books.close("2026-03")
    assert months_to_make(books.network) == ["2026-02", "2026-03"]
    made(books, "2026-03")
    assert refused(books, "2026-02") == LATER_MADE
    assert months_to_make(books.network) == []


def test_a_statement_is_never_changed(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    statement = next(iter(made(books, "2026-01").values()))
    for change in (
        lambda: Statement.objects.filter(pk=statement.pk).update(month="2026-02"),
        lambda: Statement.objects.filter(pk=statement.pk).delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()
    statement.figures["income_cents"] += 1
    assert not is_whole(statement)


def test_what_changes_afterwards_stands_in_the_next_with_its_cause(books: Books) -> None:
    women = [books.woman() for _ in range(3)]
    for woman in women:
        books.product(woman, 60_000, phase=2)
    books.close("2026-01")
    before = made(books, "2026-01")["Praktijk 0"].figures
    for woman in women:
        books.product(woman, 90_000, phase=2)
    closing = books.close("2026-02")
    with_class(closing, "natal_complex")
    after = made(books, "2026-02")["Praktijk 0"].figures
    (part,) = [one for one in after["difference"]["parts"] if one["was"]]
    assert (part["cause"], part["was"], part["product"]) == (
        "corrected_class", "natal", "natal_complex"
    )  # fmt: skip
    new, old = books.leaves(90_000), books.leaves(60_000)
    leaf = ("partner", books.partners[0].pk)
    assert (part["count"], part["cents"]) == (3, 3 * (new[leaf] - old[leaf]))
    opening = after["accounts"]["partner_payable"]["opening"]
    assert opening == before["accounts"]["partner_payable"]["closing"]


def with_class(closing, product: str) -> None:
    """Let the products of a closing be of another class, as only a test can."""
    table = ClosedProduct._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [table],
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
        ClosedProduct.objects.filter(closing=closing).update(product=product)
        if connection.vendor == "sqlite":
            for _, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_credit_after_payment_is_a_debt_that_is_carried(books: Books) -> None:
    key = books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    books.posted()
    practice = books.partners[0]
    got = books.leaves(60_000)["partner", practice.pk]
    post_transaction(
        books.network, books.today, ("payment_line", 1),
        {AccountKey("partner_payable", practice.pk): got, AccountKey("bank"): -got},
        reason="paid_out", now=books.now,
    )  # fmt: skip
    del books.owed[key]
    books.close("2026-03")
    figures = made(books, "2026-03")["Praktijk 0"].figures
    assert figures["income_cents"] == -got
    assert figures["payable_cents"] == -got, "what it owes goes along"
    moved = dict(map(tuple, figures["accounts"]["partner_payable"]["movements"]))
    assert moved == {"no_longer_owed": -got, "paid_out": -got}
    parts = {one["cause"]: one["cents"] for one in figures["difference"]["parts"]}
    assert parts == {"vanished": -got, "corrected_vanished": -got}


def test_a_product_of_nothing_is_no_income_and_no_fault(books: Books) -> None:
    books.product(books.woman(), 0)
    books.product(books.woman(), 600)
    books.close("2026-01")
    found = made(books, "2026-01")
    assert found["Praktijk 0"].figures["products"][0]["count"] == 1


def test_one_cent_over_seven_partners_is_told_to_one(books: Books) -> None:
    more = [
        Organisation.objects.create(agb=f"66{n:06d}", name=f"Zevende {n}", discipline="midwives")
        for n in range(4)
    ]
    books.partners += more
    weights = (1,) * 7
    books.leaves = lambda cents: {  # type: ignore[method-assign]
        ("partner", one.pk): part
        for one, part in zip(books.partners, split_largest_remainder(cents, weights), strict=True)
    }
    for one in more:
        Membership.objects.create(
            network=books.network, organisation=one, kind="voting", valid_from=date(2025, 1, 1)
        )
    books.product(books.woman(), 1)
    books.close("2026-01")
    found = made(books, "2026-01")
    assert sorted(one.figures["income_cents"] for one in found.values()) == [0, 0, 0, 0, 1]
    assert set(found) == {"Praktijk 0", *(one.name for one in more)}, "who takes part, and who got"


def test_a_partner_that_left_is_told_as_long_as_something_stands(books: Books) -> None:
    practice = books.partners[2]
    Membership.objects.create(
        network=books.network, organisation=practice, kind="voting",
        valid_from=date(2025, 1, 1), valid_until=date(2026, 2, 1),
    )  # fmt: skip
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    made(books, "2026-01")
    books.product(books.woman(), 100)
    books.leaves = lambda cents: {("partner", books.partners[0].pk): cents}  # type: ignore[method-assign]
    books.close("2026-02")
    figures = made(books, "2026-02")[practice.name].figures
    assert figures["income_cents"] == 0
    stands = figures["accounts"]["partner_payable"]["closing"]
    assert stands == sum(cents for _, cents in figures["held"])
    (part,) = figures["difference"]["parts"]
    assert part["cause"] == "vanished"


def test_what_is_booked_later_on_a_day_that_was_told_is_a_movement_of_its_own(books: Books) -> None:
    practice = books.partners[0]
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    first = made(books, "2026-01")["Praktijk 0"].figures["accounts"]["partner_payable"]
    amounts = {AccountKey("partner_payable", practice.pk): -500, AccountKey("overhead"): 500}
    post_transaction(
        books.network, date(2026, 1, 20), ("test", 1), amounts, reason="divided", now=books.now
    )
    books.product(books.woman(), 100)
    books.close("2026-02")
    second = made(books, "2026-02")["Praktijk 0"].figures["accounts"]["partner_payable"]
    assert second["opening"] == first["closing"]
    assert dict(map(tuple, second["movements"]))["booked_late"] == 500
    assert second["closing"] == statement_of(books.network, practice)[-1].balance_cents


def test_a_division_posted_after_its_month_was_closed_is_told_with_the_day(books: Books) -> None:
    books.product(books.woman(), 60_000)
    closed = close_period(books.network, "2026-01", books.now)
    assert not isinstance(closed, Rejected)
    books.close("2026-01")
    statement = made(books, "2026-01")["Praktijk 0"]
    assert statement.day > date(2026, 1, 31)
    account = statement.figures["accounts"]["partner_payable"]
    assert account["closing"] == statement.figures["income_cents"]


def test_what_is_held_is_what_the_books_hold(books: Books) -> None:
    for insurer in (0, 0, 1):
        books.product(books.woman(), 60_001, insurer=insurer)
    books.product(books.woman(), 7, insurer=1)
    books.close("2026-01")
    books.posted()

    def same() -> dict[int, dict[str, int]]:
        found = held_on(books.network, books.today)
        assert found == held_as_the_books_say(books, books.today)
        return found

    same()
    first, second = books.sent()
    same()
    books.answered(first)
    books.answered(second)
    books.paid(first, 20_000)
    books.posted()
    assert {why for one in same().values() for why in one} == {"awaiting_payment"}
    books.paid(first)
    books.paid(second)
    books.posted()
    assert same() == {}


def test_how_it_stands_adds_up_as_claims_are_granted_and_paid(books: Books) -> None:
    practice = books.partners[0]
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 60_000, insurer=1)
    books.close("2026-01")
    books.posted()
    own = of_itself(books.network, practice)
    part = books.leaves(60_000)["partner", practice.pk]

    def stands() -> tuple[int, int, int]:
        one = position_of(own, books.today)
        assert one.payable_cents + one.held_cents == 2 * part
        return one.approved_cents, one.payable_cents, one.held_cents

    assert stands() == (0, 0, 2 * part)
    first, _second = books.sent()
    books.answered(first)
    books.posted()
    assert stands() == (part, 0, 2 * part), "granted is not paid"
    books.paid(first)
    books.posted()
    assert stands() == (part, part, part)
    with CaptureQueriesContext(connection) as queries:
        position_of(own, books.today)
    assert len(queries) <= 6


def test_many_partners_take_no_more_queries(books: Books) -> None:
    def counted(month: str, partners: int) -> int:
        books.partners += [
            Organisation.objects.create(
                agb=f"5{len(books.partners) + n:07d}", name=f"P{n}", discipline="midwives"
            )
            for n in range(partners)
        ]
        weights = (1,) * len(books.partners)
        books.leaves = lambda cents: {  # type: ignore[method-assign]
            ("partner", one.pk): part
            for one, part in zip(
                books.partners, split_largest_remainder(cents, weights), strict=False
            )
        }
        books.product(books.woman(), 100_000 + partners)
        books.close(month)
        books.posted()
        with CaptureQueriesContext(connection) as queries:
            make_statements(books.network, month, books.now)
        return len(queries)

    counted("2026-01", 0)
    few = counted("2026-02", 0)
    many = counted("2026-03", 60)
    assert many == few
    assert Statement.objects.filter(month="2026-03").count() == 63


def test_the_figures_hold_no_name_of_anybody(books: Books) -> None:
    woman = books.woman()
    books.product(woman, 60_000)
    books.close("2026-01")
    for one in made(books, "2026-01").values():
        text = json.dumps(one.figures)
        assert woman.reference not in text and woman.woman.name not in text
