"""What an insurer refuses is borne by whom people decide, and comes back by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ooievaar.claims.models import ClaimLine
from ooievaar.claims.tests.region import only_line
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import payable_of
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.year_end.deciding import SAY_WHY, approve, prepare
from ooievaar.settlement.year_end.losses import NOTHING, disputed_lines
from ooievaar.settlement.year_end.models import LossLine, Proposal
from ooievaar.settlement.year_end.queries import page_of_loss
from ooievaar.settlement.year_end.tests.test_pages import approved, browser, offered, said


@pytest.fixture
def books(db: None, tmp_path: Path) -> Iterator[Books]:
    """A product of 600.00, divided, refused whole: 30 overhead, 60 reserve, 280.50/76.50/153."""
    found = Books(tmp_path / "kanaal")
    found.product(found.woman(), 60_000)
    found.close("2026-01")
    (batch,) = found.sent()
    found.answered(batch, {only_line(batch).reference: (0, "0320")})
    found.posted()
    assert found.standing()["disputed A"] == 60_000
    yield found
    assert [one for one in prove_books(found.network) if one.remainder] == []
    assert verify_chain(found.network).holds


def decided(books: Books, bearer: str, **more: object) -> Proposal:
    data = {"insurer": books.insurers[0].pk, "bearer": bearer, **more}
    made = prepare(books.controller, books.network, "loss", data, books.now, note="beroep verloren")
    assert isinstance(made, Proposal), made.reason
    assert approve(books.approver, made, books.now)
    return made


def held(books: Books) -> list[tuple[int, int]]:
    return [(one.cents, one.held_cents) for one in payable_of(books.network, books.today)]


def test_on_the_shares_everybody_loses_what_it_got(books: Books) -> None:
    made = decided(books, "shares")
    assert [row[3] for row in made.figures["bears"]] == [3_000, 28_050, 7_650, 15_300, 6_000]
    assert books.standing() == {}
    assert held(books) == [(0, 0), (0, 0), (0, 0)], "nothing is held of what is no more"
    written = Transaction.objects.latest("number")
    assert (written.reason, written.names_period) == ("loss_on_shares", "2026-01")


def test_on_the_reserve_the_partners_are_paid(books: Books) -> None:
    decided(books, "reserve")
    assert books.standing() == {
        "overhead": -3_000,
        "reserve": 54_000,
        "partner_payable 0": -28_050,
        "partner_payable 1": -7_650,
        "partner_payable 2": -15_300,
    }
    assert held(books) == [(28_050, 0), (7_650, 0), (15_300, 0)]


def test_granted_after_all_the_loss_comes_back_by_itself(books: Books) -> None:
    decided(books, "shares")
    woman = next(iter(books.owed))
    books.owed[woman]["cents"] = 59_000  # other content: claimed anew
    books.close("2026-02")
    (again,) = books.sent()
    books.answered(again)
    books.posted()
    leaves = books.leaves(59_000)
    assert books.standing()["partner_payable 0"] == -leaves["partner", books.partners[0].pk]
    assert "disputed A" not in books.standing()
    assert books.standing()["insurer_receivable A"] == 59_000
    assert LossLine.objects.exists(), "what was decided stays to be read"


def test_a_decided_line_is_not_decided_again(books: Books) -> None:
    decided(books, "reserve")
    assert disputed_lines(books.network) == []
    data = {"insurer": books.insurers[0].pk, "bearer": "shares"}
    again = prepare(books.controller, books.network, "loss", data, books.now, note="nog eens")
    assert isinstance(again, Rejected) and again.reason == NOTHING


def test_one_line_of_several_can_be_chosen(books: Books) -> None:
    books.product(books.woman(), 10_000)
    books.close("2026-02")
    (batch,) = books.sent()
    books.answered(batch, {only_line(batch).reference: (0, "0320")})
    books.posted()
    assert [one.cents for one in disputed_lines(books.network)] == [60_000, 10_000]
    decided(books, "shares", lines=[only_line(batch).pk])
    assert books.standing()["disputed A"] == 60_000


def test_lines_of_another_insurer_are_refused_not_passed_over(books: Books) -> None:
    books.product(books.woman(), 10_000, insurer=1)
    books.close("2026-02")
    (batch,) = books.sent()
    books.answered(batch, {only_line(batch).reference: (0, "0320")})
    books.posted()
    lines = [one.line.pk for one in disputed_lines(books.network)]
    data = {"insurer": books.insurers[0].pk, "bearer": "reserve", "lines": lines}
    refused = prepare(books.controller, books.network, "loss", data, books.now, note="samen")
    assert isinstance(refused, Rejected) and refused.field == "lines"


def test_a_loss_is_decided_with_a_reason(books: Books) -> None:
    data = {"insurer": books.insurers[0].pk, "bearer": "reserve"}
    plain = prepare(books.controller, books.network, "loss", data, books.now)
    assert isinstance(plain, Rejected) and plain.reason == SAY_WHY


def test_through_the_pages_all_lines_of_an_insurer_are_decided(books: Books) -> None:
    for number in range(30):
        books.product(books.woman(), 1_000 + number)
    books.close("2026-02")
    (batch,) = books.sent()
    refused = {
        line.reference: (0, "0320") for line in ClaimLine.objects.filter(batch_lines__batch=batch)
    }
    books.answered(batch, refused)
    books.posted()
    controller = browser(position(Role.CONTROLLER, network=books.network))
    approver = browser(position(Role.APPROVER, network=books.network))
    page = said(controller, "/boekhouding/verliezen/")
    assert "€ 904,35" in page and "31" in page
    typed = {"insurer": str(books.insurers[0].pk), "bearer": "shares", "note": ""}
    assert controller.post("/boekhouding/verliezen/", typed).status_code == 422
    made = offered(controller, "loss", "/boekhouding/verliezen/", typed | {"note": "beroep op"})
    approved(approver, made)
    assert books.standing() == {}
    assert page_of_loss(LossLine.objects.latest("pk").pk) == f"/boekhouding/besluiten/{made.pk}/"
    assert "Niets:" in said(controller, "/boekhouding/verliezen/")
