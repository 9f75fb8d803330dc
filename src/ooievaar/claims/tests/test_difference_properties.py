"""Whatever insurers answer and whatever changes: in the end what is owed is what was granted."""

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.claims.rules.difference import Claimed
from ooievaar.claims.tests.world import Books, owed

ANSWERS = st.sampled_from(
    ["granted", "paid", "part", "nothing", "refused_by_insurer", "refused_by_portal", "none"]
)
DUE = st.one_of(
    st.none(),
    st.builds(
        owed,
        cents=st.sampled_from([0, 5_000, 10_000]),
        insurer=st.integers(1, 2),
        person_hash=st.sampled_from(["a", "b"]),
    ),
)
ROUNDS = st.lists(
    st.tuples(DUE, st.lists(ANSWERS, min_size=3, max_size=3), st.booleans()), max_size=8
)


def answer(books: Books, line: Claimed, how: str) -> None:
    """Answer as an insurer may; a credit is taken whole or not at all."""
    if how == "none":
        return
    if how in ("part", "nothing") and line.is_credit:
        how = "refused_by_insurer"
    if how == "part":
        books.answer(line, "granted_in_part", line.cents // 2)
    elif how == "nothing":
        books.answer(line, "granted_in_part", 0)
    elif how.startswith("refused"):
        books.answer(line, how, None if how == "refused_by_portal" else 0)
    elif how == "paid" and not line.is_credit:
        books.answer(line, "paid", line.cents)
    else:
        books.grant(line)


def live(books: Books, rounds: list) -> None:
    """Claim, answer and release in turn; after each round nothing forbidden was sent."""
    for due, answers, release in rounds:
        file = books.claim(*([due] if due else []))
        check(file)
        under_way = [line for line in books.lines if line.state == "sent"]
        for line, how in zip(under_way, answers, strict=False):
            answer(books, books.now(line), how)
        if release:
            for line in books.lines:
                if line.state in ("refused_by_insurer", "granted_in_part"):
                    books.release(line)


def check(file: list[Claimed]) -> None:
    first_debits = {line.line_id for line in file if not line.is_credit}
    assert not any(line.credits_id in first_debits for line in file), "debit and its own credit"
    kinds = [line.is_credit for line in file]
    assert kinds == sorted(kinds, reverse=True), "credits first"
    references = [line.reference for line in file]
    assert len(references) == len(set(references))


@given(ROUNDS, DUE)
def test_when_all_is_accepted_what_is_owed_is_what_was_granted(rounds, due) -> None:
    books = Books()
    live(books, rounds)
    wanted = [due] if due else []
    for _ in range(4):
        for line in list(books.lines):
            if line.state == "sent":
                books.grant(line)
        for step in books.steps(*wanted):
            if step.action == "hold" and step.line is not None:
                books.release(books.now(step.line))
        check(books.claim(*wanted))
    assert books.steps(*wanted) == []
    assert books.balance("7:1") == (due.cents if due else 0)


@given(ROUNDS)
def test_a_debit_is_taken_back_at_most_once(rounds) -> None:
    books = Books()
    live(books, rounds)
    taken = [line.credits_id for line in books.lines if line.is_credit and line.state == "granted"]
    assert len(taken) == len(set(taken))


@given(ROUNDS, DUE)
def test_comparing_again_without_a_change_says_the_same(rounds, due) -> None:
    books = Books()
    live(books, rounds)
    wanted = [due] if due else []
    assert books.steps(*wanted) == books.steps(*wanted)
    file = books.claim(*wanted)
    assert all(step.action in ("wait", "hold", "expired") for step in books.steps(*wanted)), file
