"""The five cases with real files: what goes out, how it is answered, and what goes out then."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from ooievaar.claims.late import allow_late
from ooievaar.claims.layouts import known_layouts
from ooievaar.claims.messages.kz301 import claim_rows
from ooievaar.claims.messages.portal import is_file_name
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.models import (
    Batch,
    BatchLine,
    BatchStep,
    ClaimLine,
    LineEvent,
    LineStanding,
    Proposal,
    Release,
)
from ooievaar.claims.paying import NETTED, due_cents, take_payment
from ooievaar.claims.preparing import approve, batch_state, prepare, withdraw
from ooievaar.claims.queries import balance_of, deadlines, funnel
from ooievaar.claims.sending import send
from ooievaar.claims.standing import rebuild_standings
from ooievaar.claims.tests.region import MONTH, Claims, only_line, state
from ooievaar.claims.writing_off import write_off_lines
from ooievaar.record.relations import Rejected

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(tmp_path)


def rows_in(batch: Batch) -> list[tuple[bool, int, str, str]]:
    """What stands in a file: credit or not, cents, reference, the reference before."""
    message, findings = read_message(batch.file.content.encode("iso-8859-1"), known_layouts())
    assert message is not None and not findings
    return [
        (row.is_credit, row.cents, row.reference, row.previous_reference)
        for row in claim_rows(message)
    ]


def holds(claims: Claims) -> bool:
    return all(one.holds for one in balance_of(claims.network))


def test_refused_by_the_insurer_then_corrected(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman, insurer=0)
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (0, "8001")})
    assert state(line) == "refused_by_insurer"
    assert claims.told() == [("hold", 60_000, "refused_by_insurer")]

    claims.product(woman, insurer=1)
    [again] = claims.sent()
    assert again.insurer == claims.insurers[1]
    assert only_line(again).reference != line.reference
    claims.answered(again)
    assert claims.told() == []
    assert holds(claims)


def test_full_reversal_takes_back_what_was_granted_under_a_new_reference(claims: Claims) -> None:
    key = claims.product(claims.woman(), cents=60_000)
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (45_000, "8011")})
    assert state(line) == "granted_in_part"

    del claims.owed[key]
    [back] = claims.sent()
    credit = only_line(back)
    assert rows_in(back) == [(True, 45_000, credit.reference, line.reference)]
    claims.answered(back)
    assert (state(line), state(credit)) == ("credited", "granted")
    assert claims.told() == []
    assert due_cents(batch) + due_cents(back) == 0
    assert holds(claims)


def test_of_several_lines_of_one_woman_only_one_changes(claims: Claims) -> None:
    woman = claims.woman()
    for phase in (1, 2, 3):
        claims.product(woman, cents=10_000 * phase, phase=phase)
    [batch] = claims.sent()
    claims.answered(batch)
    claims.product(woman, cents=25_000, phase=2)
    [again] = claims.sent()
    assert [(credit, cents) for credit, cents, *_ in rows_in(again)] == [
        (True, 20_000),
        (False, 25_000),
    ]
    claims.answered(again)
    assert claims.told() == []
    assert holds(claims)


def test_a_late_change_after_payment(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    [batch] = claims.sent()
    claims.answered(batch)
    paid = {"paid_on": claims.today, "now": claims.now}
    assert take_payment(batch, cents=60_000, reference="B1", **paid)
    claims.product(woman, cents=50_000)
    [again] = claims.sent()
    claims.answered(again)
    assert due_cents(again) == -10_000
    assert take_payment(again, cents=-10_000, reference="B2", **paid)
    assert due_cents(again) == 0
    states = {line.is_credit: state(line) for line in ClaimLine.objects.filter(
        batch_lines__batch=again)}  # fmt: skip
    assert states == {True: "paid", False: "paid"}
    assert holds(claims)


def test_a_file_that_comes_to_nothing_is_settled_by_its_answer(claims: Claims) -> None:
    """Credited and claimed anew for the same amount: no insurer transfers zero euros for it."""
    claims.product(claims.woman())
    key = claims.product(claims.woman())
    [batch] = claims.sent()
    claims.answered(batch)
    assert take_payment(batch, cents=120_000, paid_on=claims.today, reference="B1", now=claims.now)
    claims.owed[key]["starts_on"] += timedelta(days=1)
    [again] = claims.sent()
    assert [(credit, cents) for credit, cents, *_ in rows_in(again)] == [
        (True, 60_000),
        (False, 60_000),
    ]
    claims.answered(again)
    assert due_cents(again) == 0
    assert {state(one.line) for one in again.batch_lines.all()} == {"paid"}
    [settled] = again.payments.all()
    assert (settled.cents, settled.reference) == (0, NETTED)
    assert sorted(row.cents for row in settled.payment_lines.all()) == [-60_000, 60_000]
    assert isinstance(
        take_payment(again, cents=1, paid_on=claims.today, reference="B2", now=claims.now), Rejected
    )
    assert holds(claims)


def test_a_file_of_which_the_credit_alone_is_granted_still_waits_for_its_money(
    claims: Claims,
) -> None:
    key = claims.product(claims.woman())
    [batch] = claims.sent()
    claims.answered(batch)
    claims.owed[key]["starts_on"] += timedelta(days=1)
    [again] = claims.sent()
    new = again.batch_lines.get(line__is_credit=False).line
    claims.answered(again, {new.reference: (0, "8001")})
    assert due_cents(again) == -60_000
    assert not again.payments.exists()
    assert holds(claims)


def test_the_portal_refuses_and_the_same_line_goes_again(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, by_portal=True, codes=("0010",), refuses_file=True)
    assert (state(line), batch_state(batch)) == ("refused_by_portal", "answered_by_portal")
    assert LineStanding.objects.get(line=line).codes == ["0010"]
    [again] = claims.sent()
    assert only_line(again) == line
    assert again.invoice_number != batch.invoice_number
    claims.answered(again)
    assert state(line) == "granted"
    assert holds(claims)


def test_the_portal_refuses_and_other_content_goes_under_the_same_reference(
    claims: Claims,
) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (0, "8001")}, by_portal=True)
    claims.product(woman, cents=55_000)
    [again] = claims.sent()
    later = only_line(again)
    assert (later.reference, later.attempt) == (line.reference, 2)
    assert (state(line), state(later)) == ("withdrawn", "sent")
    claims.answered(again)
    assert claims.told() == []
    assert holds(claims)


def test_a_credit_names_her_as_its_debit_did(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    [batch] = claims.sent()
    claims.answered(batch)
    then = woman.woman.bsn
    woman.woman.bsn = "111222333"
    woman.woman.save()
    claims.product(woman, cents=50_000)
    [again] = claims.sent()
    message, _ = read_message(again.file.content.encode("iso-8859-1"), known_layouts())
    assert message is not None
    assert [(row.is_credit, row.bsn) for row in claim_rows(message)] == [
        (True, then),
        (False, "111222333"),
    ]
    numbers = list(BatchLine.objects.filter(batch=again).order_by("pk").values_list(
        "detail_number", flat=True))  # fmt: skip
    assert numbers == [row.detail_id for row in claim_rows(message)] == [2, 4]


def test_a_person_lets_a_refused_line_go(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (0, "8001")})
    Release.objects.create(
        line=line, person_id=claims.controller.person_id, at=claims.now, reason="gebeld"
    )
    assert claims.told() == [("new", 60_000, "released")]


def test_a_release_does_not_outlive_the_next_answer_but_outlives_a_payment(
    claims: Claims,
) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (40_000, "8001")})
    Release.objects.create(
        line=line, person_id=claims.controller.person_id, at=claims.now, reason="gebeld"
    )
    claims.next_day()
    assert take_payment(batch, cents=40_000, paid_on=claims.today, reference="B1", now=claims.now)
    assert claims.told() == [("credit", 40_000, "released"), ("new", 60_000, "released")]


def test_who_prepares_does_not_approve(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.prepared()
    assert isinstance(send(batch, claims.channel, claims.now), Rejected)
    assert isinstance(approve(batch, claims.controller, claims.now), Rejected)
    assert batch_state(batch) == "prepared"
    assert list(claims.channel.collect()) == []


def test_the_database_itself_asks_for_four_eyes(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.prepared()
    for state_of, person in (
        ("approved", claims.controller.person_id),
        ("approved", None),
        ("sending", claims.approver.person_id),
    ):
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            BatchStep.objects.create(batch=batch, state=state_of, person_id=person, at=claims.now)
    BatchStep.objects.create(
        batch=batch, state="approved", person_id=claims.approver.person_id, at=claims.now
    )


def test_a_withdrawn_file_leaves_its_lines_to_be_claimed(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.prepared()
    assert claims.told() == [("wait", 60_000, "awaiting_approval")]
    assert withdraw(batch, claims.controller, claims.now, "te vroeg")
    assert isinstance(approve(batch, claims.approver, claims.now), Rejected)
    assert claims.told() == [("new", 60_000, "first")]
    [again] = claims.sent()
    assert only_line(again) != only_line(batch)


def test_withdrawing_what_went_again_leaves_it_refused_by_the_portal(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, by_portal=True, codes=("0010",), refuses_file=True)
    [again] = claims.prepared()
    assert withdraw(again, claims.controller, claims.now)
    assert state(line) == "refused_by_portal"
    assert claims.told() == [("resend", 60_000, "refused_by_portal")]
    assert holds(claims)


def test_care_of_a_later_month_waits_for_that_month(claims: Claims) -> None:
    claims.product(claims.woman())
    claims.reconcile()
    made = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until="2025-12"
    )
    assert isinstance(made, Rejected)


def test_two_insurers_are_two_files_and_a_woman_without_bsn_is_held_back(claims: Claims) -> None:
    claims.product(claims.woman(), insurer=0)
    claims.product(claims.woman(), insurer=1)
    claims.product(claims.woman(bsn=None))
    batches = claims.sent()
    assert [batch.insurer for batch in batches] == claims.insurers
    assert ("hold", 60_000, "no_bsn") in claims.told()


def test_a_name_with_strange_marks_goes_without_them(claims: Claims) -> None:
    claims.product(claims.woman(name="Şahin"))
    claims.product(claims.woman(name="Müller"))
    claims.product(claims.woman(name="Ωμεγα"))
    [batch] = claims.sent()
    assert "Sahin " in batch.file.content and "Müller " in batch.file.content
    assert ("hold", 60_000, "name_not_writable") in claims.told()


def test_what_is_too_late_goes_only_on_a_persons_word(claims: Claims) -> None:
    key = claims.product(claims.woman())
    claims.today = claims.today.replace(year=2027)
    assert claims.told() == [("expired", 60_000, "deadline_passed")]
    [late] = deadlines(claims.controller, claims.now, claims.today)
    assert (late.key, late.nearness) == (key, 0)
    person = claims.controller.person_id
    assert allow_late(claims.network.pk, [key], "afgesproken", person_id=person, at=claims.now)
    assert claims.told() == [("new", 60_000, "first")]
    claims.now = claims.now.replace(year=2027)
    [batch] = claims.sent()
    claims.answered(batch)
    assert claims.told() == []


def test_what_was_refused_and_is_too_late_by_now_is_told_so(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (0, "0320")})
    assert claims.told() == [("hold", 60_000, "refused_by_insurer")]
    claims.today = claims.today.replace(year=2027)
    assert claims.told() == [("expired", 60_000, "deadline_passed")]
    [late] = deadlines(claims.controller, claims.now, claims.today)
    assert late.nearness == 0
    person = claims.controller.person_id
    assert write_off_lines(claims.network.pk, [line.pk], [], "te laat", person_id=person,
                           at=claims.now)  # fmt: skip
    assert (state(line), claims.told()) == ("written_off", [])
    [books] = [one.books for one in balance_of(claims.network)]
    assert (books.sent, books.refused_by_insurer, books.written_off) == (60_000, 0, 60_000)
    assert holds(claims)


@pytest.mark.parametrize("granted", [60_000, 0])
def test_a_change_that_came_too_late_is_let_go_and_what_was_granted_stays(
    claims: Claims, granted: int
) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, {line.reference: (0, "0320")} if not granted else None)
    claims.product(woman, cents=70_000)
    claims.today = claims.today.replace(year=2027)
    assert claims.told() == [("expired", 70_000, "deadline_passed")]
    person = claims.controller.person_id
    assert write_off_lines(claims.network.pk, [line.pk], [], "te laat", person_id=person,
                           at=claims.now)  # fmt: skip
    assert claims.told() == []
    assert state(line) == ("granted" if granted else "written_off")
    assert holds(claims)
    claims.product(woman, cents=65_000)
    assert claims.told() == [("expired", 65_000, "deadline_passed")]


def test_a_refusal_by_the_portal_that_is_given_up_is_written_off(claims: Claims) -> None:
    claims.product(claims.woman())
    [batch] = claims.sent()
    line = only_line(batch)
    claims.answered(batch, by_portal=True, codes=("0010",), refuses_file=True)
    person = claims.controller.person_id
    assert write_off_lines(claims.network.pk, [line.pk], [], "dubbel", person_id=person,
                           at=claims.now)  # fmt: skip
    [books] = [one.books for one in balance_of(claims.network)]
    assert (books.refused_by_portal, books.written_off) == (0, 60_000)
    assert holds(claims)


def test_what_is_too_much_for_one_file_goes_in_more_and_a_woman_stays_in_one(
    claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        woman = claims.woman()
        for phase in (1, 2):
            claims.product(woman, phase=phase)
    monkeypatch.setattr("ooievaar.claims.messages.portal.MAX_ZIP_BYTES", 11 * 312)
    batches = claims.sent()
    assert [batch.lines for batch in batches] == [4, 4, 2]
    women = [set(batch.batch_lines.values_list("line__pregnancy", flat=True)) for batch in batches]
    assert len(set.union(*women)) == sum(len(some) for some in women) == 5
    for batch in batches:
        assert len(batch.file.content) <= 11 * 312
        assert is_file_name(batch.file.name)
        claims.answered(batch)
    assert holds(claims) and claims.told() == []


def test_payments_settle_lines_and_no_more_than_is_due(claims: Claims) -> None:
    for _ in range(2):
        claims.product(claims.woman(), cents=10_000)
    [batch] = claims.sent()
    claims.answered(batch)
    paid = {"paid_on": claims.today, "now": claims.now}
    assert isinstance(take_payment(batch, cents=20_001, reference="B0", **paid), Rejected)
    assert take_payment(batch, cents=15_000, reference="B1", **paid)
    assert isinstance(take_payment(batch, cents=5_000, reference="B1", **paid), Rejected)
    assert due_cents(batch) == 5_000
    assert take_payment(batch, cents=5_000, reference="B2", **paid)
    assert {state(one.line) for one in batch.batch_lines.all()} == {"paid"}
    assert isinstance(take_payment(batch, cents=1, reference="B3", **paid), Rejected)
    assert holds(claims)


def test_standings_are_what_happened(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman)
    claims.product(claims.woman(), insurer=1)
    first, second = claims.sent()
    claims.answered(first)
    claims.answered(second, {only_line(second).reference: (100, "8001")})
    assert take_payment(first, cents=60_000, paid_on=claims.today, reference="B1", now=claims.now)
    claims.product(woman, cents=1_000)
    claims.prepared()
    fields = ("line_id", "network_id", "insurer_id", "state", "since", "batch_id",
              "granted_cents", "paid_cents", "codes", "deadline")  # fmt: skip
    kept = list(LineStanding.objects.order_by("line_id").values_list(*fields))
    rebuild_standings()
    assert list(LineStanding.objects.order_by("line_id").values_list(*fields)) == kept
    assert len(kept) == 4


def test_the_funnel_and_the_life_of_a_line(claims: Claims) -> None:
    woman = claims.woman()
    claims.product(woman, cents=60_000)
    claims.product(claims.woman(), insurer=1)
    first, _second = claims.sent()
    claims.answered(first)
    claims.product(woman, cents=50_000)
    claims.reconcile()
    stages = {(one.state, one.count, one.cents) for one in funnel(claims.controller, claims.now)}
    assert stages == {
        ("granted", 1, 60_000),
        ("sent", 1, 60_000),
        ("desired", 1, 50_000),
        ("to_be_credited", 1, -60_000),
    }
    life = list(LineEvent.objects.filter(line=only_line(first)).order_by("at", "pk"))
    assert [event.state for event in life] == ["prepared", "approved", "sent", "granted"]
    assert [bool(event.person) for event in life] == [True, True, False, False]


def test_what_was_prepared_is_no_longer_proposed(claims: Claims) -> None:
    claims.product(claims.woman())
    claims.prepared()
    assert set(Proposal.objects.values_list("action", "reason")) == {("wait", "awaiting_approval")}
    again = prepare(
        claims.network, by=claims.controller, now=claims.now, today=claims.today, until=MONTH
    )
    assert isinstance(again, Rejected)
