"""One line from the division to the bank, told in stories of a product."""

from pathlib import Path

import pytest

from ooievaar.claims.tests.region import only_line
from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.settlement.ledger.queries import Borne
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.tests.world import SINCE, World
from ooievaar.settlement.statements.lines import Line, line_for


@pytest.fixture
def books(db: None, tmp_path: Path) -> Books:
    return Books(tmp_path / "kanaal")


class Payer:
    """Pays the first partner of some books, by the clock of the books."""

    def __init__(self, books: Books, folder: Path) -> None:
        self.books = books
        self.world = World(folder, partners=0, network=books.network)
        for partner in books.partners:
            Membership.objects.create(
                network=books.network, organisation=partner, kind="voting", valid_from=SINCE
            )
            self.world.account(partner)

    def pays(self) -> str:
        self.books.posted()
        self.world.now, self.world.today = self.books.now, self.books.today
        run = self.world.sent()
        self.world.told()
        self.books.next_day()
        return run.number


@pytest.fixture
def payer(books: Books, tmp_path: Path) -> Payer:
    return Payer(books, tmp_path / "bank")


def line(books: Books, month: str = "2026-01", partner: int = 0) -> Line:
    """Return the line of a partner in a month, as its own administration reads it."""
    organisation = books.partners[partner]
    reader = working(Role.PRACTICE_ADMINISTRATOR, organisation=organisation)
    [share] = Share.objects.filter(organisation=organisation, product__closing__month=month)
    found = line_for(reader, share.pk, books.now)
    assert found is not None
    return found


def paid_out(found: Line) -> list[tuple[str, int]]:
    return [(one.run_number, one.cents) for one in found.paid_out]


def test_what_is_divided_is_held_until_the_insurer_paid(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    books.posted()
    waiting = line(books)
    assert (waiting.share.cents, waiting.held_cents, waiting.all_cents) == (28_050,) * 3
    assert (waiting.claimed, waiting.paid_out) == ((), ())
    assert [(one.kind, one.cents) for one in waiting.taken_first] == [("overhead", 3_000)]
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    (told,) = line(books).claimed
    assert (told.state, told.cents, told.granted_cents, told.paid_cents) == (
        "paid", 60_000, 60_000, 60_000,
    )  # fmt: skip
    assert line(books).held_cents == 0


def test_a_product_paid_for_a_third_goes_out_for_a_third(books: Books, payer: Payer) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch, 20_000)
    first = payer.pays()
    assert paid_out(line(books)) == [(first, 9_350)]
    assert line(books).held_cents == 18_700
    books.paid(batch, 40_000)
    second = payer.pays()
    assert paid_out(line(books)) == [(first, 9_350), (second, 18_700)]
    assert line(books).held_cents == 0


def test_a_product_credited_after_payment_is_taken_back_with_the_next_run(
    books: Books, payer: Payer
) -> None:
    """Its neighbour brings in enough to take it from."""
    key = books.product(books.woman(), 60_000)
    books.product(books.woman(), 90_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch)
    books.paid(batch)
    first = payer.pays()
    del books.owed[key]
    books.product(books.woman(), 120_000)
    books.close("2026-02")
    (again,) = books.sent()
    books.answered(again)
    books.paid(again)
    second = payer.pays()
    organisation = books.partners[0]
    reader = working(Role.PRACTICE_ADMINISTRATOR, organisation=organisation)
    back = Share.objects.get(
        organisation=organisation, product__key=key, product__closing__month="2026-02"
    )
    found = line_for(reader, back.pk, books.now)
    assert found is not None
    assert (back.cents, found.all_cents, found.before_cents) == (-28_050, 0, 28_050)
    assert paid_out(found) == [(first, 28_050), (second, -28_050)]
    assert [one.state for one in found.claimed] == ["credited", "paid"]
    assert found.changed is not None and found.changed.cause == "corrected_vanished"


def test_what_people_decided_to_bear_is_not_held_any_more(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    (batch,) = books.sent()
    books.answered(batch, {only_line(batch).reference: (45_000, "0611")})
    books.paid(batch)
    waiting = line(books)
    assert (waiting.held_cents, waiting.borne_cents) == (7_012, 0)
    product = waiting.share.product
    first, *others = books.partners
    loss = Borne({("partner", first.pk): 7_012, **{("partner", o.pk): 0 for o in others}}, 7_988)
    decided = [lambda network, day: {(product.key, product.insurer_id): loss}]
    monkeypatch.setattr("ooievaar.settlement.statements.lines.BORNE", decided)
    borne = line(books)
    assert (borne.held_cents, borne.borne_cents, borne.covered_cents) == (0, 7_012, 7_988)


def test_a_line_of_another_partner_is_not_there(books: Books) -> None:
    books.product(books.woman(), 60_000)
    books.close("2026-01")
    other = Share.objects.get(organisation=books.partners[1])
    reader = working(Role.PRACTICE_ADMINISTRATOR, organisation=books.partners[0])
    assert line_for(reader, other.pk, books.now) is None
    assert line_for(reader, other.pk + 1_000, books.now) is None
    assert line_for(books.controller, other.pk, books.now) is not None
    elsewhere = working(Role.CONTROLLER, network=Books(books.folder).network)
    assert line_for(elsewhere, other.pk, books.now) is None
