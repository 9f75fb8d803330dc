"""The pages of the books, as the people who keep and audit them open them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ooievaar.claims.models import LineStanding, LineState
from ooievaar.claims.tests.region import only_line
from ooievaar.network.roles import ORGANISATION_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.settlement.ledger.commands import close_period, post_transaction
from ooievaar.settlement.ledger.commands import reverse as take_back
from ooievaar.settlement.ledger.models import Account, Posting, Transaction
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.ledger.slots import ASKS, Ask
from ooievaar.settlement.ledger.tests.books import Books, unguarded
from ooievaar.settlement.ledger.tests.looking import MOST_QUERIES, queries_of, seen
from ooievaar.settlement.models import ClosedProduct
from ooievaar.ui.jobs import run_job
from ooievaar.ui.models import Job

SPACE = "\u00a0"


@pytest.fixture
def paid(books: Books) -> Books:
    """Two products: one paid whole, of the other the insurer refuses everything."""
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 40_000, insurer=1)
    books.close("2026-01")
    good, bad = books.sent()
    books.answered(good)
    books.answered(bad, {only_line(bad).reference: (0, "0010")})
    books.paid(good)
    books.posted()
    return books


def client_of(books: Books, role: Role = Role.CONTROLLER) -> Client:
    return come_in(Client(), position(role, network=books.network))


def account(books: Books, kind: str) -> Account:
    found = Account.objects.filter(network=books.network, kind=kind).order_by("pk").first()
    assert found is not None
    return found


def every_page(books: Books) -> list[str]:
    number = Transaction.objects.filter(network=books.network, reason="divided")[0].number
    return [
        *(reverse(name) for name in ("books", "books_stuck", "books_proof", "books_river")),
        *(reverse(name) for name in ("journal", "journal_beancount", "books_check")),
        reverse("account", args=[account(books, "partner_payable").pk]),
        reverse("transaction", args=[number]),
    ]


def test_an_empty_network_is_told_what_will_come(books: Books) -> None:
    client = client_of(books)
    assert "Nog niets geboekt" in seen(client, reverse("books"))
    assert "Niets zit vast" in seen(client, reverse("books_stuck"))
    assert "Er stroomt nog niets" in seen(client, reverse("books_river"))
    assert "Nog niets geboekt" in seen(client, reverse("journal"))
    assert seen(client, reverse("books_proof")).count("rest 0") == 0


def test_who_sees_all_the_money_reads_everything_and_nobody_else(paid: Books) -> None:
    pages = every_page(paid)
    of_role: dict[Role, dict[str, Any]] = {
        Role.REPRESENTATIVE: {"discipline": "midwives"},
        Role.PURCHASER: {"insurer": paid.insurers[0]},
    }
    for role in Role:
        place = {"network": paid.network} | of_role.get(role, {})
        if role in ORGANISATION_ROLES:
            place = {"organisation": paid.partners[0]}
        client = come_in(Client(), position(role, **place))
        told = {client.get(page).status_code for page in pages}
        assert told == ({200} if role in WHOLE_NETWORK_ROLES else {403}), role


def test_another_network_sees_nothing_of_these_books(paid: Books, books: Books) -> None:
    other = Books(books.folder)
    client = client_of(other)
    pages = every_page(paid)
    assert "Nog niets geboekt" in seen(client, pages[0])
    assert [client.get(page).status_code for page in pages[-2:]] == [403, 403]
    assert "60000" not in seen(client, reverse("journal_beancount"))
    assert "Praktijk" not in seen(client, f"{reverse('journal')}?uitvoer=csv")


@pytest.mark.parametrize("role", sorted(WHOLE_NETWORK_ROLES))
def test_a_page_asks_the_database_little(paid: Books, role: Role) -> None:
    client = client_of(paid, role)
    for page in every_page(paid):
        assert len(queries_of(client, page)) <= MOST_QUERIES, page


def test_the_overview_says_what_every_balance_means(paid: Books) -> None:
    text = seen(client_of(paid), reverse("books"))
    assert f"€{SPACE}600,00" in text and "staat volgens de boeken op de bank" in text
    assert "verdeeld over partners, en door de verzekeraar niet toegekend" in text
    assert "Verzekeraar B" in text and "Praktijk 2" in text
    partner = paid.leaves(60_000)["partner", paid.partners[0].pk]
    partner += paid.leaves(40_000)["partner", paid.partners[0].pk]
    assert f"{partner // 100},{partner % 100:02d}" in text


def test_what_waits_for_somebody_comes_first_and_oldest_first(
    paid: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Ask("Een run wacht", "/run/", date(2026, 2, 20), 123_45)
    monkeypatch.setattr("ooievaar.settlement.ledger.slots.ASKS", ASKS)
    ASKS.append(lambda workplace, today: [later, Ask("Ooit iets", "")])
    try:
        text = seen(client_of(paid), reverse("books"))
        seen_by_auditor = seen(client_of(paid, Role.AUDITOR), reverse("books"))
    finally:
        ASKS.pop()
    closing = text.index("kunnen dicht")
    assert closing < text.index("Een run wacht") < text.index("Ooit iets")
    assert '<a href="/run/">Een run wacht</a>' in text and f"€{SPACE}123,45" in text
    assert "kunnen dicht" not in seen_by_auditor, "an auditor closes nothing"


def test_a_closed_period_is_not_asked_again(paid: Books) -> None:
    close_period(paid.network, "2026-02", paid.now.replace(month=10))
    text = seen(client_of(paid), reverse("books"))
    assert "gesloten tot en met februari 2026" in text
    assert "De boeken van maart 2026 tot en met" in text


def rows_of(books: Books, address: str) -> str:
    """The rows of the table on a page, without the figures above it."""
    return seen(client_of(books), address).split("<tbody>")[-1]


def test_an_account_runs_from_the_first_posting_to_its_balance(paid: Books) -> None:
    paid.product(paid.woman(), 10_000)
    paid.close("2026-02")
    paid.posted()
    found = account(paid, "reserve")
    address = reverse("account", args=[found.pk])
    text = rows_of(paid, address)
    assert text.index(f"€{SPACE}110,00") < text.index(f"€{SPACE}100,00"), "newest first"
    january = rows_of(paid, f"{address}?maand=2026-01")
    assert f"€{SPACE}110,00" not in january and f"€{SPACE}100,00" in january
    february = rows_of(paid, f"{address}?maand=2026-02&reden=divided")
    assert f"€{SPACE}110,00" in february, "the balance counts what the month leaves out"
    assert february.count("<tr>") == 1


def test_a_file_of_an_account_is_noted_as_an_export(paid: Books) -> None:
    found = account(paid, "reserve")
    client = client_of(paid, Role.AUDITOR)
    text = seen(client, f"{reverse('account', args=[found.pk])}?uitvoer=csv")
    rows = text.strip().splitlines()
    assert len(rows) == 1 + Posting.objects.filter(account=found).count()
    assert rows[1].endswith(";100,00") and rows[2].endswith((";60,00", ";40,00"))
    assert exports() == ["account"]


def test_the_journal_is_searched_and_taken_along(paid: Books) -> None:
    client = client_of(paid)
    count = Posting.objects.filter(account__network=paid.network).count()
    rows = seen(client, f"{reverse('journal')}?uitvoer=csv").strip().splitlines()
    assert len(rows) == count + 1
    one = seen(client, f"{reverse('journal')}?zoek=1&soort=reserve")
    assert "1 rij gevonden" in one
    named = seen(client, f"{reverse('journal')}?zoek=nataal&soort=partner_payable")
    assert "6 rijen gevonden" in named, "by the name of a product, as the page shows it"
    sheet: Any = client.get(f"{reverse('journal')}?uitvoer=xlsx")
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    beancount = seen(client, reverse("journal_beancount"))
    assert 'option "operating_currency" "EUR"' in beancount
    assert "Assets:Bank  600.00 EUR" in beancount
    assert exports() == ["journal", "journal", "journal"]


def exports() -> list[str]:
    events = AccessEvent.objects.filter(kind=Kind.EXPORT).order_by("pk")
    return list(events.values_list("object_type", flat=True))


def test_a_transaction_names_its_cause_and_its_place_in_the_chain(paid: Books) -> None:
    divided = Transaction.objects.filter(network=paid.network, reason="divided").latest("number")
    client = client_of(paid)
    text = seen(client, reverse("transaction", args=[divided.number]))
    assert "Verdeling van een product" in text and divided.hash in text
    assert divided.previous_hash in text and "in evenwicht" in text and "klopt niet" not in text
    (event,) = AccessEvent.objects.filter(object_type="transaction")
    assert event.women == [ClosedProduct.objects.get(pk=divided.cause_id).pregnancy.woman_id]
    granted = Transaction.objects.get(network=paid.network, reason="granted")
    text = seen(client, reverse("transaction", args=[granted.number]))
    assert reverse("claim_line", args=[granted.cause_id]) in text
    assert client.get(reverse("transaction", args=[10_000])).status_code == 403


def test_a_transaction_says_what_took_it_back(books: Books) -> None:
    amounts = {AccountKey("bank"): -500, AccountKey("overhead"): 500}
    written = post_transaction(
        books.network, books.today, ("cost", 7), amounts, reason="cost", now=books.now
    )
    back = take_back(written, books.now)
    text = seen(client_of(books), reverse("transaction", args=[written.number]))
    assert "Teruggeboekt door" in text
    assert f'<a href="{reverse("transaction", args=[back.number])}">boeking {back.number}' in text


def test_a_transaction_that_was_changed_says_so(paid: Books) -> None:
    one = Transaction.objects.filter(network=paid.network).earliest("number")
    with unguarded():
        Transaction.objects.filter(pk=one.pk).update(text="iets anders")
    text = seen(client_of(paid), reverse("transaction", args=[one.number]))
    assert "er is iets gewijzigd" in text and "klopt niet" in text


def test_reading_the_books_again_tells_with_numbers(paid: Books) -> None:
    client = client_of(paid, Role.AUDITOR)
    address = reverse("books_check")
    assert "nog niet nagelezen" in seen(client, address)
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    job = Job.objects.get(kind="check_books")
    assert "every 2s" in seen(client, address), "it waits, and is asked for once"
    run_job.call(str(job.pk))
    count = Transaction.objects.filter(network=paid.network).count()
    text = seen(client, address)
    assert f"De boeken kloppen: {count} boekingen gelezen" in text and "every 2s" not in text


def test_reading_broken_books_again_says_where(paid: Books) -> None:
    with unguarded():
        Transaction.objects.filter(network=paid.network, number=2).update(text="iets anders")
    client = client_of(paid)
    client.post(reverse("books_check"))
    run_job.call(str(Job.objects.get(kind="check_books").pk))
    text = seen(client, reverse("books_check"))
    assert "Boeking 2 is gewijzigd nadat zij was geschreven" in text
    assert "De boeken kloppen niet: 1 fouten" in text


def test_nobody_changes_anything_here(paid: Books) -> None:
    before = (Transaction.objects.count(), LineStanding.objects.count())
    client = client_of(paid)
    for page in every_page(paid):
        if page != reverse("books_check"):
            assert client.post(page).status_code == 405, page
    assert before == (Transaction.objects.count(), LineStanding.objects.count())
    assert LineStanding.objects.filter(state=LineState.PAID).count() == 1
