"""What a careless or hostile world does to claims: told in words, and nothing else stands still."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ooievaar import rulebook
from ooievaar.claims.layouts import layouts_with
from ooievaar.claims.messages.kz301 import claim_rows
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.models import Batch, ClaimLine, LineStanding, ReturnFile
from ooievaar.claims.preparing import approve, prepare, withdraw
from ooievaar.claims.returning import take_return
from ooievaar.claims.sending import send
from ooievaar.claims.tests.region import MONTH, Claims, only_line
from ooievaar.network.models import Insurer
from ooievaar.record.models import Woman
from ooievaar.record.relations import Rejected

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(tmp_path)


def rows(batch: Batch) -> list[ClaimRow]:
    content = batch.file.content.encode("iso-8859-1")
    message, findings = read_message(content, layouts_with(batch.layout_hash))
    assert message is not None and not findings
    return claim_rows(message)


@pytest.mark.parametrize(
    "known",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "De\tVries"},
        {"name": "Ωμεγα"},
        {"postcode": "Ω234 AB"},
        {"postcode": ""},
        {"postcode": "SW1A1AA"},
        {"bsn": "999999990"},
        {"bsn": ""},
        {"birth_date": None},
    ],
)
def test_one_strange_woman_keeps_nobody_elses_claims_back(
    claims: Claims, known: dict[str, Any]
) -> None:
    claims.product(claims.woman(**known))
    good = claims.woman()
    claims.product(good)
    [batch] = claims.sent()
    assert good.woman.bsn in {row.bsn for row in rows(batch)}


@pytest.mark.parametrize("uzovi", ["", "12", "ABCD", "Ω"])
def test_an_insurer_without_a_number_keeps_nobody_elses_claims_back(
    claims: Claims, uzovi: str
) -> None:
    claims.product(claims.woman(), insurer=0)
    claims.product(claims.woman(), insurer=1)
    Insurer.objects.filter(pk=claims.insurers[0].pk).update(uzovi=uzovi)
    [batch] = claims.sent()
    assert batch.insurer_id == claims.insurers[1].pk
    assert ("hold", 60_000, "no_uzovi") in claims.told()


@pytest.mark.parametrize("agb", ["", "53", "ABCDEFGH", "00000000"])
def test_a_network_without_a_good_number_prepares_nothing(claims: Claims, agb: str) -> None:
    claims.product(claims.woman())
    claims.network.agb = agb
    claims.network.save()
    claims.reconcile()
    made = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until=MONTH
    )
    assert isinstance(made, Rejected) and "AGB" in str(made.reason)


def test_so_many_units_that_they_do_not_fit_are_claimed_as_one_or_held(claims: Claims) -> None:
    key = claims.product(claims.woman(), cents=20_000)
    claims.owed[key]["units"] = 20_000
    claims.product(claims.woman())
    [batch] = claims.sent()
    assert sorted(row.cents for row in rows(batch)) == [20_000, 60_000]


def test_a_month_that_has_not_begun_is_not_prepared(claims: Claims) -> None:
    claims.product(claims.woman())
    claims.reconcile()
    made = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until="2026-04"
    )
    assert isinstance(made, Rejected) and not Batch.objects.exists()


def test_who_she_is_changes_between_comparing_and_preparing(claims: Claims) -> None:
    woman, gone = claims.woman(), claims.woman()
    claims.product(woman)
    claims.product(gone)
    claims.reconcile()
    Woman.objects.filter(pk=woman.woman_id).update(bsn="111222333")
    Woman.objects.filter(pk=gone.woman_id).update(bsn="")
    made = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until=MONTH
    )
    assert isinstance(made, tuple)
    [line] = ClaimLine.objects.all()
    assert line.pregnancy_id == woman.pk
    # Refused with the number that was sent, it waits for another one.
    [batch] = made
    assert approve(batch, claims.approver, claims.now)
    assert send(batch, claims.channel, claims.now)
    claims.next_day()
    claims.answered(batch, {line.reference: (0, "0435")})
    assert ("hold", 60_000, "refused_by_insurer") in claims.told()


def test_who_she_is_changes_between_preparing_and_sending(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman)
    [batch] = claims.prepared()
    assert approve(batch, claims.approver, claims.now)
    Woman.objects.filter(pk=woman.woman_id).update(bsn="111222333")
    file = send(batch, claims.channel, claims.now)
    assert isinstance(file, Rejected) and "Trek het in" in str(file.reason)
    assert withdraw(batch, claims.controller, claims.now)
    [again] = claims.sent()
    assert [row.bsn for row in rows(again)] == ["111222333"]


def test_a_code_that_is_gone_is_told_and_a_credit_keeps_the_code_of_its_debit(
    claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = claims.product(claims.woman(), phase=1)
    [batch] = claims.sent()
    claims.answered(batch)
    [before] = rows(batch)
    later = claims.product(claims.woman(), phase=2)
    [prepared] = claims.prepared()
    assert approve(prepared, claims.approver, claims.now)

    monkeypatch.setattr(type(rulebook.load()), "claim_code", lambda *_: None)
    assert isinstance(send(prepared, claims.channel, claims.now), Rejected)
    assert withdraw(prepared, claims.controller, claims.now)
    assert ("hold", 60_000, "no_claim_code") in claims.told()

    del claims.owed[key], claims.owed[later]
    [back] = claims.sent()
    [credit] = rows(back)
    assert credit.is_credit
    assert (credit.product_code, credit.list_code) == (before.product_code, before.list_code)


def test_a_credit_of_a_woman_whose_name_cannot_be_written_any_more(claims: Claims) -> None:
    woman = claims.woman()
    key = claims.product(woman)
    [batch] = claims.sent()
    claims.answered(batch)
    Woman.objects.filter(pk=woman.woman_id).update(name="Ωμεγα", bsn="", birth_date=None)
    del claims.owed[key]
    [back] = claims.sent()
    [then], [credit] = rows(batch), rows(back)
    assert (credit.name, credit.bsn, credit.birth_date) == (then.name, then.bsn, then.birth_date)


def test_a_clock_that_goes_back_does_not_claim_again_and_again(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    [first] = claims.sent()
    claims.answered(first, {only_line(first).reference: (0, "8001")})
    claims.now -= timedelta(days=30)
    claims.product(woman, cents=50_000)
    [second] = claims.sent()
    claims.answered(second, {only_line(second).reference: (0, "8001")})
    assert claims.told() == [("hold", 50_000, "refused_by_insurer")]


def test_an_answer_in_which_a_byte_was_changed_grants_what_it_says_or_nothing(
    claims: Claims,
) -> None:
    gone = claims.product(claims.woman())
    [earlier] = claims.sent()
    claims.answered(earlier)
    del claims.owed[gone]
    for _ in range(2):
        claims.product(claims.woman())
    [batch] = claims.sent()
    credit, first, second = (one.line for one in batch.batch_lines.order_by("pk"))
    assert credit.is_credit
    verdicts = {first.reference: (0, "8001"), second.reference: (20_000, "0611")}
    content = claims.answer(batch, verdicts)

    def taken(changed: bytes) -> set[tuple[str, int | None]] | None:
        """What the lines came to with this answer, which is taken back at once."""
        with transaction.atomic():
            result = take_return(changed, "r", claims.now)
            standings = LineStanding.objects.filter(batch=batch).order_by("line_id")
            found = set(standings.values_list("state", "granted_cents"))
            transaction.set_rollback(True)
        return found if isinstance(result, ReturnFile) else None

    good = taken(content)
    assert good == {("granted", 60_000), ("refused_by_insurer", 0), ("granted_in_part", 20_000)}
    accepted = 0
    for at in range(0, len(content), 7):
        for byte in (b"7", b"C") if at % 2 else (b"0", b"D"):
            changed = content[:at] + byte + content[at + 1 :]
            if changed != content:
                found = taken(changed)
                accepted += found is not None
                assert found in (None, good), (at, byte)
    assert 0 < accepted < len(content), "what means nothing, such as another return code"


def test_the_first_day_of_a_month_belongs_to_that_month(claims: Claims) -> None:
    key = claims.product(claims.woman())
    claims.owed[key]["claimable_on"] = date(2026, 3, 2)
    claims.reconcile()
    made = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until=MONTH
    )
    assert isinstance(made, Rejected), "ends on the first of March"
    claims.owed[key]["claimable_on"] = date(2026, 3, 1)
    [batch] = claims.prepared()
    assert batch.until == date(2026, 3, 1)
