"""Each message beside one that was made by hand, position by position."""

from dataclasses import replace
from datetime import date

import pytest

from ooievaar.claims.messages.kz301 import claim_rows, header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.mono import MonoFile, mono_rows, write_mono
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import Verdict, Verdicts, read_return, write_return
from ooievaar.claims.messages.rows import ClaimRow, MonoRow, Returned
from ooievaar.claims.messages.tests.by_hand import CLAIMS, KZ301, RETURNS, VK301, ZH308
from ooievaar.claims.messages.writing import parts_of, rewrite, write_message

ROW = ClaimRow(
    reference="REF7",
    bsn="123456782",
    birth_date=date(1993, 4, 12),
    name="Jansén",
    initials="A",
    house_number=12,
    uzovi="3311",
    product_code="190021",
    starts_on=date(2026, 3, 2),
    ends_on=date(2026, 3, 5),
    units=1,
    tariff_cents=95_000,
    cents=95_000,
    agb="53140001",
    comments=("Zie brief",),
    detail_id=2,
)
MONO_ROW = MonoRow(
    reference="REF7",
    agb="53140001",
    bsn="123456782",
    birth_date=date(1993, 4, 12),
    name="Jansén",
    initials="A",
    house_number=12,
    uzovi="3311",
    list_code="032",
    code="190021",
    performed_on=date(2026, 3, 2),
    ends_on=date(2026, 3, 5),
    quantity=1,
    tariff_cents=95_000,
    cents=95_000,
    practitioner_agb="53140001",
)
PERIOD = {
    "agb": "53140001",
    "uzovi": "3311",
    "starts_on": date(2026, 3, 1),
    "ends_on": date(2026, 3, 31),
    "invoice_number": "IGO000000042",
    "dated": date(2026, 4, 2),
    "is_test": True,
}
PART = Verdict(50_000, ("0611",))


def sound(content: bytes) -> Message:
    message, findings = read_message(content, shipped())
    assert [str(one) for one in findings] == []
    assert message is not None
    return message


def as_lines(content: object) -> list[bytes]:
    """Shown by pytest record for record, where two files differ."""
    assert isinstance(content, bytes), content
    return content.split(b"\r\n")


def test_an_integral_claim_is_written_where_the_specification_says() -> None:
    layout = shipped()["KZ301-3.2"]

    made = write_claims(layout, header_values(layout, **PERIOD), [ROW])

    assert as_lines(made) == as_lines(KZ301)


def test_an_integral_claim_is_read_from_where_the_specification_says() -> None:
    message = sound(KZ301)

    assert message.layout.key == "KZ301-3.2"
    assert claim_rows(message) == [ROW]
    values = message.insured[0].claims[0].record.values
    assert values["0403"] == "123456782"
    assert values["0408"] == "069"
    assert values["0410"] == date(2026, 3, 2)
    assert values["0422"] == 95_000
    assert values["0414"] is None, "a code of zeros is none"


def test_a_midwifes_claim_is_written_and_read() -> None:
    made = write_mono(shipped()["VK301-3.2"], MonoFile(**PERIOD), [MONO_ROW])

    assert as_lines(made) == as_lines(VK301)
    assert mono_rows(sound(VK301)) == [replace(MONO_ROW, line_no=3, detail_id=2)]


def test_a_hospital_claim_has_its_amount_on_the_tariff_record() -> None:
    row = replace(MONO_ROW, list_code="041", code="15A001", specialism="0307")

    made = write_mono(shipped()["ZH308-9.0"], MonoFile(**PERIOD), [row])

    assert as_lines(made) == as_lines(ZH308)
    assert mono_rows(sound(ZH308)) == [replace(row, line_no=3, detail_id=2)]


@pytest.mark.parametrize(("key", "content"), CLAIMS.items())
def test_read_and_written_again_a_claim_is_the_same_file(key: str, content: bytes) -> None:
    message = sound(content)

    assert message.layout.key == key
    again = write_message(message.layout, message.header.values, parts_of(message))
    assert as_lines(again) == as_lines(content)
    assert as_lines(rewrite(message)) == as_lines(content)


@pytest.mark.parametrize(("key", "sent", "answer"), [(k, *both) for k, both in RETURNS.items()])
def test_an_answer_stands_behind_what_was_sent(key: str, sent: bytes, answer: bytes) -> None:
    verdicts = Verdicts(date(2026, 4, 10), "INS-2026-1", lines={"REF7": PART})

    assert as_lines(write_return(sent, verdicts)) == as_lines(answer)


@pytest.mark.parametrize(("key", "sent", "answer"), [(k, *both) for k, both in RETURNS.items()])
def test_an_answer_is_read(key: str, sent: bytes, answer: bytes) -> None:
    message = sound(answer)
    returned = read_return(message)

    assert message.layout.key == key
    assert as_lines(rewrite(message)) == as_lines(answer)
    assert isinstance(returned, Returned)
    assert (returned.answered_by, returned.insurer_reference) == ("insurer", "INS-2026-1")
    assert (returned.invoice_number, returned.uzovi) == ("IGO000000042", "3311")
    assert (returned.submitted_cents, returned.granted_cents) == (95_000, 50_000)
    assert returned.answered_on == date(2026, 4, 10)
    (row,) = returned.rows
    assert (row.reference, row.cents, row.granted_cents) == ("REF7", 95_000, 50_000)
    assert row.codes == ("0611",)
    assert not returned.refuses_file
