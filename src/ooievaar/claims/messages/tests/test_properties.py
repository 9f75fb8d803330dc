"""What always holds: what is written is read, and what is read is written."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.fixed import read_record, write_record
from ooievaar.claims.messages.kz301 import claim_rows, header_values, write_claims
from ooievaar.claims.messages.layout import Field, RecordLayout, shipped
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import Verdict, Verdicts, read_return, write_return
from ooievaar.claims.messages.rows import ClaimRow, Returned
from ooievaar.claims.messages.writing import parts_of, rewrite, write_message

LETTERS = st.characters(
    min_codepoint=0x20, max_codepoint=0xFF, exclude_characters=[chr(c) for c in range(0x7F, 0xA0)]
)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
STANDARDS = ("KZ301-3.2", "VK301-3.2", "ZH308-9.0")


def texts(most: int, least: int = 0) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=least, max_size=most).map(lambda text: text.rstrip(" "))


def codes(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def value_of(field: Field) -> st.SearchStrategy[Any]:
    if field.content == "date":
        return st.none() | DAYS
    if field.content == "number":
        return st.integers(0, 10**field.length - 1)
    if field.content == "code":
        return st.none() | codes(field.length).filter(lambda code: code.strip("0") != "")
    return texts(field.length)


RECORDS = [record for layout in shipped().values() for record in layout.records.values()]


@st.composite
def records(draw: st.DrawFn) -> tuple[RecordLayout, dict[str, Any]]:
    record = draw(st.sampled_from(RECORDS))
    fields = [one for one in record.fields if one.content != "reserve"]
    return record, {one.number: draw(value_of(one)) for one in fields}


@given(records())
@settings(max_examples=100)
def test_every_record_says_what_was_written(made: tuple[RecordLayout, dict[str, Any]]) -> None:
    record, values = made

    text = write_record(record, values)

    assert isinstance(text, str), text
    assert len(text) == record.length
    assert text.encode("latin-1")
    assert read_record(record, text) == values


@given(st.sampled_from(RECORDS), st.text(max_size=700))
def test_any_text_is_read_and_never_raises(record: RecordLayout, text: str) -> None:
    values = read_record(record, text)

    assert {one.number for one in record.fields if one.content != "reserve"} <= values.keys()


@given(records(), st.data())
def test_what_does_not_fit_is_a_finding_of_that_field(
    made: tuple[RecordLayout, dict[str, Any]], data: st.DataObject
) -> None:
    record, values = made
    field = data.draw(st.sampled_from([one for one in record.fields if one.content != "reserve"]))
    wrong: list[Any] = [1.5, b"x", True, "€", "x" * (field.length + 1), "a\nb"]
    if field.content in ("number", "code"):
        wrong += [-1, 10**field.length, "1" * (field.length + 1), "-1", "²"]
    if field.content == "number":
        wrong += ["1", date(2026, 1, 1)]
    values[field.number] = data.draw(st.sampled_from(wrong))

    findings = write_record(record, values)

    assert not isinstance(findings, str)
    assert [one.field_number for one in findings] == [field.number]
    assert all(isinstance(one, Finding) and one.expected for one in findings)


@st.composite
def files_of_rows(draw: st.DrawFn) -> tuple[str, list[ClaimRow]]:
    women = draw(
        st.lists(
            st.tuples(codes(9).filter(lambda bsn: bsn.strip("0")), DAYS), min_size=1, max_size=4
        )
    )
    rows = []
    for at in range(draw(st.integers(1, 8))):
        bsn, born = draw(st.sampled_from(women))
        cents = draw(st.integers(0, 99_999_999))
        calculated = draw(st.none() | st.integers(0, 99_999_999))
        start, end = sorted((draw(DAYS), draw(DAYS)))
        rows.append(
            ClaimRow(
                reference=f"R{at}" + draw(texts(18)),
                previous_reference=draw(texts(20)),
                is_credit=draw(st.booleans()),
                bsn=bsn,
                birth_date=born,
                name=draw(texts(25)),
                initials=draw(texts(6)),
                house_number=draw(st.integers(0, 99_999)),
                uzovi="3311",
                insured_number=draw(texts(15)),
                product_code=draw(texts(6)),
                list_code=draw(st.sampled_from(["069", "011", "041"])),
                starts_on=start,
                ends_on=end,
                units=draw(st.integers(0, 9999)),
                tariff_cents=draw(st.integers(0, 99_999_999)),
                cents=cents,
                calculated_cents=None if calculated == cents else calculated,
                agb=draw(st.sampled_from(["", "53140001"])),
                comments=tuple(draw(st.lists(texts(140), max_size=2))),
            )
        )
    return draw(st.sampled_from(STANDARDS)), rows


def written(key: str, rows: list[ClaimRow]) -> bytes:
    layout = shipped()[key]
    header = header_values(
        layout,
        agb="53140001",
        uzovi="3311",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        invoice_number="IGO000000042",
        dated=date(2026, 4, 2),
        is_test=True,
    )
    content = write_claims(layout, header, rows)
    assert isinstance(content, bytes), content
    return content


@given(files_of_rows())
@settings(max_examples=50)
def test_rows_written_are_the_rows_read(made: tuple[str, list[ClaimRow]]) -> None:
    key, rows = made

    content = written(key, rows)
    message, findings = read_message(content, shipped())

    assert findings == ()
    assert message is not None
    assert [replace(row, detail_id=0) for row in claim_rows(message)] == rows
    assert rewrite(message) == content
    assert write_message(message.layout, message.header.values, parts_of(message)) == content


@given(files_of_rows(), st.data())
@settings(max_examples=50)
def test_what_an_insurer_says_is_what_is_read(
    made: tuple[str, list[ClaimRow]], data: st.DataObject
) -> None:
    key, rows = made
    content = written(key, rows)
    chosen = data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: row.reference))
    lines = {
        row.reference: Verdict(
            data.draw(st.integers(0, row.cents)),
            tuple(data.draw(st.lists(st.sampled_from(["0611", "0582", "0320"]), max_size=3))),
        )
        for row in chosen
    }

    answer = write_return(content, Verdicts(date(2026, 4, 9), "INS1", lines=lines))
    assert isinstance(answer, bytes), answer
    message, findings = read_message(answer, shipped())
    assert findings == ()
    assert message is not None
    returned = read_return(message)

    assert isinstance(returned, Returned)
    assert {row.reference: Verdict(row.granted_cents or 0, row.codes) for row in returned.rows} == (
        lines
    )
    signs = {row.reference: -1 if row.is_credit else 1 for row in rows}
    submitted = sum(signs[row.reference] * row.cents for row in rows)
    granted = sum(
        signs[row.reference]
        * (lines[row.reference].granted_cents if row.reference in lines else row.cents)
        for row in rows
    )
    assert (returned.submitted_cents, returned.granted_cents) == (submitted, granted)
    assert rewrite(message) == answer


@given(st.binary(max_size=2_000))
def test_any_bytes_are_refused_and_never_raise(content: bytes) -> None:
    message, findings = read_message(content, shipped())

    assert message is None
    assert findings
