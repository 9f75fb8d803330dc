"""Answers of portal and insurer: what comes back, and what it says."""

from dataclasses import replace
from datetime import date

import pytest

from ooievaar.claims.messages.kz301 import header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import (
    NO_REMARK,
    Verdict,
    Verdicts,
    read_return,
    write_return,
)
from ooievaar.claims.messages.rows import Returned
from ooievaar.claims.messages.tests.by_hand import KZ301, KZ302
from ooievaar.claims.messages.tests.test_golden import PERIOD, ROW

DAY = date(2026, 4, 9)
LAYOUT = shipped()["KZ301-3.2"]
ONE = replace(ROW, reference="REF1", cents=1_000, tariff_cents=1_000, comments=())
TWO = replace(ONE, reference="REF2", cents=2_000)
CREDIT = replace(
    ONE, reference="REF3", previous_reference="OLD", is_credit=True, cents=500, bsn="111222333"
)
SENT = write_claims(LAYOUT, header_values(LAYOUT, **PERIOD), [ONE, TWO, CREDIT])


def answered(verdicts: Verdicts, sent: object = SENT) -> tuple[Returned, Message, bytes]:
    assert isinstance(sent, bytes), sent
    content = write_return(sent, verdicts)
    assert isinstance(content, bytes), content
    message, findings = read_message(content, shipped())
    assert [str(one) for one in findings] == []
    assert message is not None
    returned = read_return(message)
    assert isinstance(returned, Returned), returned
    return returned, message, content


def test_approved_in_full_is_a_header_and_a_trailer() -> None:
    returned, message, _ = answered(Verdicts(DAY, "INS1"))

    assert [record.code for record in message.records()] == ["01", "99"]
    assert returned.rows == ()
    assert (returned.submitted_cents, returned.granted_cents) == (2_500, 2_500)
    assert not returned.refuses_file
    assert returned.codes == (NO_REMARK,)


def test_approved_in_part_has_only_what_was_not_granted_in_full() -> None:
    lines = {"REF2": Verdict(1_500, ("0611", "0613")), "REF3": Verdict(0, ("0582",))}

    returned, message, _ = answered(Verdicts(DAY, "INS1", lines=lines))

    assert [record.code for record in message.records()] == ["01", "02", "04", "02", "04", "99"]
    two, credit = returned.rows
    assert (two.reference, two.granted_cents, two.codes) == ("REF2", 1_500, ("0611", "0613"))
    assert (credit.granted_cents, credit.is_credit) == (0, True)
    assert two.detail_id == 3, "it keeps the number it was sent with"
    # The credit was refused: what it took back is still granted.
    assert (returned.submitted_cents, returned.granted_cents) == (2_500, 2_500)
    assert (returned.insured_count, returned.claim_count) == (2, 2)


def test_a_credit_granted_in_part_takes_back_so_much() -> None:
    returned, _, _ = answered(Verdicts(DAY, "INS1", lines={"REF3": Verdict(200, ("0613",))}))

    (row,) = returned.rows
    assert (row.granted_cents, row.granted_is_credit) == (200, True)
    assert returned.granted_cents == 3_000 - 200


@pytest.mark.parametrize("granted", [b"00000002499D", b"00000000007D", b"00000002500C"])
def test_without_records_all_or_nothing_is_granted(granted: bytes) -> None:
    _, _, content = answered(Verdicts(DAY, "INS1"))
    at = content.index(b"\r\n99") + 2 + 45
    assert content[at : at + 12] == b"00000002500D"

    _, findings = read_message(content[:at] + granted + content[at + 12 :], shipped())

    assert [one.field_number for one in findings] == ["9909"]


def test_an_insured_person_refused_takes_her_lines_along() -> None:
    returned, _, _ = answered(Verdicts(DAY, "INS1", insured_codes={"123456782": ("0320",)}))

    assert [(row.reference, row.granted_cents) for row in returned.rows] == [
        ("REF1", 0),
        ("REF2", 0),
    ]
    assert all(row.insured_codes == ("0320",) for row in returned.rows)
    assert returned.granted_cents == -500


def test_the_portal_sends_everything_back_for_one_wrong_record() -> None:
    returned, message, _ = answered(Verdicts(DAY, lines={"REF2": Verdict(0, ("0435",))}))

    assert returned.answered_by == "portal"
    assert returned.refuses_file
    assert [row.codes for row in returned.rows] == [(NO_REMARK,), ("0435",), (NO_REMARK,)]
    assert [row.granted_cents for row in returned.rows] == [None, None, None]
    assert (returned.submitted_cents, returned.granted_cents) == (2_500, 0)
    assert len(message.insured) == 2


@pytest.mark.parametrize("reference", ["", "INS1"])
def test_a_whole_file_refused(reference: str) -> None:
    verdicts = Verdicts(DAY, reference, codes=("0001", "0030"), refuses_file=True)

    returned, message, _ = answered(verdicts)

    assert [record.code for record in message.records()] == ["01", "99"]
    assert returned.refuses_file
    assert returned.codes == ("0001", "0030")
    assert (returned.submitted_cents, returned.granted_cents) == (2_500, 0)


def test_what_was_sent_comes_back_position_for_position() -> None:
    _, _, content = answered(Verdicts(DAY, lines={"REF7": Verdict(0, ("0435",))}), KZ301)

    sent, back = KZ301.split(b"\r\n")[:-1], content.split(b"\r\n")[:-1]
    assert [line[:310] for line in back[1:-1]] == sent[1:-1]
    assert back[0][:2] + back[0][5:310] == sent[0][:2] + sent[0][5:], "but for the message code"
    assert {len(line) for line in back} == {370}


def test_only_a_sound_claim_is_answered() -> None:
    assert not isinstance(write_return(KZ301[:-400], Verdicts(DAY)), bytes)
    assert not isinstance(write_return(KZ302, Verdicts(DAY)), bytes)


def test_a_claim_is_no_return() -> None:
    message, _ = read_message(KZ301, shipped())
    assert message is not None

    assert not isinstance(read_return(message), Returned)


def test_a_line_that_cannot_be_read_is_told() -> None:
    message, findings = read_message(KZ302.replace(b"20260302", b"20260231"), shipped())
    assert message is not None and findings == ()

    told = read_return(message)

    assert not isinstance(told, Returned)
    assert [(one.field_number, one.code, one.line_no) for one in told] == [("0410", "8007", 3)]
