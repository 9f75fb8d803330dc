"""Who asks, who answers, and how long a question waits."""

from datetime import timedelta
from pathlib import Path

import pytest

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.tests.books import Books
from ooievaar.settlement.models import Share
from ooievaar.settlement.statements.models import StatementAnswer, StatementQuestion
from ooievaar.settlement.statements.questions import (
    answer,
    ask,
    ask_on,
    asks_of_questions,
    call_clear,
    longest_waiting_first,
    open_questions,
    questions_for,
)

DAY = timedelta(days=1)


@pytest.fixture
def books(db: None, tmp_path: Path) -> Books:
    books = Books(tmp_path)
    books.product(books.woman(), 60_000)
    books.product(books.woman(), 90_000)
    books.close("2026-01")
    return books


def office(books: Books, partner: int = 0):
    return working(Role.PRACTICE_ADMINISTRATOR, organisation=books.partners[partner])


def lines(books: Books, partner: int = 0) -> list[Share]:
    return list(Share.objects.filter(organisation=books.partners[partner]).order_by("pk"))


def asked(books: Books, by, line: Share, at=None, text: str = "Waarom zo weinig?"):
    made = ask(line, text, by=by, at=at or books.now)
    assert isinstance(made, StatementQuestion), made
    return made


def test_a_question_waits_until_it_is_answered_and_again_when_asked_on(books: Books) -> None:
    ours, controller, now = office(books), books.controller, books.now
    question = asked(books, ours, lines(books)[0])
    waiting = open_questions(controller)
    assert (waiting.count, waiting.days(now + 3 * DAY)) == (1, 3)
    assert answer(question, "Het product was niet complex.", by=controller, at=now + 3 * DAY)
    assert open_questions(controller).count == 0
    assert ask_on(question, "Waarom niet?", by=ours, at=now + 5 * DAY)
    assert ask_on(question, "Graag spoed.", by=ours, at=now + 6 * DAY)
    waiting = open_questions(controller)
    assert (waiting.count, waiting.days(now + 9 * DAY)) == (1, 4), "since the first word after it"
    assert answer(question, "Geen verwijzing.", by=controller, at=now + 9 * DAY)
    assert call_clear(question, by=ours, at=now + 9 * DAY)
    assert open_questions(controller).count == 0
    assert not call_clear(question, by=ours, at=now + 9 * DAY), "there is nothing left to settle"


def test_what_waits_longest_comes_first(books: Books) -> None:
    ours, theirs, now = office(books), office(books, 1), books.now
    answered = asked(books, ours, lines(books)[0], now)
    second = asked(books, theirs, lines(books, 1)[0], now + 2 * DAY)
    first = asked(books, ours, lines(books)[1], now + DAY)
    assert answer(answered, "Omdat.", by=books.controller, at=now + 3 * DAY)
    in_order = list(longest_waiting_first(questions_for(books.controller)))
    assert in_order == [first, second, answered]


def test_who_asks_sees_only_its_own_and_asks_only_about_its_own(books: Books) -> None:
    ours, theirs = office(books), office(books, 1)
    question = asked(books, ours, lines(books)[0])
    assert list(questions_for(ours)) == [question]
    assert list(questions_for(theirs)) == []
    assert list(questions_for(working(Role.CONTROLLER, network=Books(books.folder).network))) == []
    for role in (Role.QUALITY_OFFICER, Role.ADMINISTRATOR):
        assert not questions_for(working(role, network=books.network)).exists()
    leader = working(Role.REPRESENTATIVE, network=books.network, discipline="midwives")
    assert not questions_for(leader).exists()
    assert isinstance(ask(lines(books)[0], "?", by=theirs, at=books.now), Rejected)
    assert isinstance(ask_on(question, "?", by=theirs, at=books.now), Rejected)
    assert isinstance(call_clear(question, by=theirs, at=books.now), Rejected)
    assert isinstance(ask(lines(books)[0], "?", by=books.controller, at=books.now), Rejected)


def test_only_the_controller_of_the_network_answers(books: Books) -> None:
    question = asked(books, office(books), lines(books)[0])
    elsewhere = working(Role.CONTROLLER, network=Books(books.folder).network)
    for by in (books.approver, elsewhere, office(books)):
        assert isinstance(answer(question, "Zo is het.", by=by, at=books.now), Rejected)
    assert not StatementAnswer.objects.exists()


def test_one_question_about_a_line_waits_at_a_time(books: Books) -> None:
    ours, line = office(books), lines(books)[0]
    question = asked(books, ours, line)
    again = ask(line, "Nog eens.", by=ours, at=books.now)
    assert isinstance(again, Rejected) and again.field == "text"
    assert answer(question, "Omdat.", by=books.controller, at=books.now)
    assert asked(books, ours, line, text="Iets anders.")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2_001])
def test_a_question_has_words_that_fit(books: Books, text: str) -> None:
    made = ask(lines(books)[0], text, by=office(books), at=books.now)
    assert isinstance(made, Rejected) and made.field == "text"
    assert not StatementQuestion.objects.exists()


def test_the_overview_of_the_books_tells_the_controller(books: Books) -> None:
    assert asks_of_questions(books.controller, books.today) == []
    asked(books, office(books), lines(books)[0])
    [one] = asks_of_questions(books.controller, books.today)
    assert "1 vraag" in one.text and one.since == books.today
    assert asks_of_questions(books.approver, books.today) == []
