"""What does not belong to exactly one sent file is refused, and nothing of it is stored."""

from pathlib import Path

import pytest

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.models import BatchStep, LineEvent, ReturnFile
from ooievaar.claims.returning import take_return, take_waiting
from ooievaar.claims.tests.region import Claims, only_line, state
from ooievaar.network.models import Insurer, Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(tmp_path)


def refused(claims: Claims, content: bytes) -> str:
    """Take an answer that is refused; what was said, while nothing changed."""
    before = (ReturnFile.objects.count(), LineEvent.objects.count(), BatchStep.objects.count())
    found = take_return(content, "r", claims.now)
    assert isinstance(found, tuple) and found and isinstance(found[0], Finding)
    after = (ReturnFile.objects.count(), LineEvent.objects.count(), BatchStep.objects.count())
    assert before == after
    return "; ".join(one.message for one in found)


def test_an_answer_that_comes_twice(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    content = claims.answer(batch)
    assert isinstance(take_return(content, "r", claims.now), ReturnFile)
    assert "al ingelezen" in refused(claims, content)
    claims.next_day()
    other = claims.answer(batch, {only_line(batch).reference: (0, "8001")})
    assert "al geantwoord" in refused(claims, other)
    assert state(only_line(batch)) == "granted"


def test_the_portal_after_the_insurer(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    claims.answered(batch)
    late = claims.answer(batch, by_portal=True, codes=("0010",), refuses_file=True)
    assert "al geantwoord" in refused(claims, late)


def test_an_answer_to_nothing_we_sent(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    content = claims.answer(batch).replace(batch.invoice_number.encode(), b"260399999999")
    assert "geen bestand" in refused(claims, content)


def test_an_answer_to_another_network_is_unknown_to_who_reads_it(
    claims: Claims, tmp_path: Path
) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    elsewhere = Claims(tmp_path / "elders").controller
    found = take_return(claims.answer(batch), "r", claims.now, elsewhere)
    assert isinstance(found, tuple) and "geen bestand" in found[0].message
    assert not ReturnFile.objects.exists()


def test_an_answer_of_another_insurer_or_for_another_payee(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    content = claims.answer(batch)
    uzovi = batch.insurer.uzovi
    Insurer.objects.filter(pk=batch.insurer_id).update(uzovi="7999")
    assert "andere verzekeraar" in refused(claims, content)
    Insurer.objects.filter(pk=batch.insurer_id).update(uzovi=uzovi)
    Network.objects.filter(pk=claims.network.pk).update(agb="53999999")
    assert "andere zorgaanbieder" in refused(claims, content)


@pytest.mark.parametrize("cents", [b"00000059999D", b"00000060000C", b"00000000001D"])
def test_an_answer_that_does_not_add_up(claims: Claims, cents: bytes) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    content = claims.answer(batch)
    granted = content.rindex(b"00000060000D")
    wrong = content[:granted] + cents + content[granted + len(cents) :]
    refused(claims, wrong)
    submitted = content.index(b"00000060000D")
    refused(claims, content[:submitted] + cents + content[submitted + len(cents) :])


def test_a_line_that_came_back_otherwise_than_it_went(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    content = claims.answer(batch, {line.reference: (0, "8001")})
    other = line.reference[:-1] + ("1" if line.reference[-1] != "1" else "2")
    assert "niet verzonden" in refused(
        claims, content.replace(line.reference.encode(), other.encode())
    )


def test_a_claim_file_is_no_answer(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    assert "geen retour" in refused(claims, batch.file.content.encode("iso-8859-1"))


def test_an_answer_before_it_was_sent(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    content = claims.answer(batch)
    claims.product(claims.woman())
    [waiting] = claims.prepared()
    assert "nog niet verzonden" in refused(
        claims, content.replace(batch.invoice_number.encode(), waiting.invoice_number.encode())
    )


def test_a_credit_is_granted_whole_or_not(claims: Claims) -> None:
    key = claims.product(claims.woman())
    [batch] = claims.sent()
    claims.answered(batch)
    del claims.owed[key]
    [back] = claims.sent()
    content = claims.answer(back, {only_line(back).reference: (30_000, "8001")})
    assert "geheel aangenomen" in refused(claims, content)


def test_a_file_that_is_refused_as_a_whole_refuses_every_line(claims: Claims) -> None:
    for _ in range(3):
        claims.product(claims.woman())
    [batch] = claims.sent()
    claims.answered(batch, refuses_file=True, codes=("0018",))
    assert {state(one.line) for one in batch.batch_lines.all()} == {"refused_by_insurer"}


def test_what_lies_ready_is_taken_in_once_and_put_away(claims: Claims) -> None:
    claims.product(claims.woman())
    claims.product(claims.woman(), insurer=1)
    first, second = claims.sent()
    claims.channel.answer("a.txt", claims.answer(first))
    claims.channel.answer("b.txt", b"geen bericht\r\n")
    claims.channel.answer("c.txt", claims.answer(second))
    taken = take_waiting(claims.channel, claims.now)
    assert [isinstance(result, ReturnFile) for _, result in taken] == [True, False, True]
    assert {path.name for path in claims.channel.read.iterdir()} == {"a.txt", "c.txt"}
    assert {path.name for path in claims.channel.refused.iterdir()} == {"b.txt"}

    # Stored just before an interruption, so it lies there still: known, and put away as read.
    claims.channel.answer("d.txt", claims.channel.read.joinpath("a.txt").read_bytes())
    take_waiting(claims.channel, claims.now)
    assert (claims.channel.read / "d.txt").exists()
    assert ReturnFile.objects.count() == 2
