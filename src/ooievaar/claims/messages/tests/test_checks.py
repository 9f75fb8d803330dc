"""What one record says wrong is told with its place, what was expected, and the return code."""

import re
import string
from dataclasses import replace
from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.claims.messages import kz301
from ooievaar.claims.messages.checks import Context, check_message, check_records
from ooievaar.claims.messages.checks_fields import DAY
from ooievaar.claims.messages.codes import load_codes, read_code_lists
from ooievaar.claims.messages.conditions import load_conditions, unchecked_conditions
from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.message import Message, Record
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.rows import ClaimRow

TODAY = date(2026, 11, 22)
CONTEXT = Context(TODAY)
LAYOUT = shipped()["KZ301-3.2"]
ROW = ClaimRow(
    reference="IGO000001",
    bsn="111222333",
    birth_date=date(1992, 2, 29),
    name="Vries",
    initials="A",
    uzovi="9664",
    insured_number="12345",
    product_code="190001",
    starts_on=date(2026, 9, 1),
    ends_on=date(2026, 10, 3),
    units=1,
    tariff_cents=120_000,
    cents=120_000,
    agb="08012345",
    postcode="1234AB",
    house_number=10,
)


def message_of(*rows: ClaimRow) -> Message:
    header = kz301.header_values(
        LAYOUT, agb="53530001", uzovi="9664", starts_on=date(2026, 10, 1),
        ends_on=date(2026, 10, 31), invoice_number="2026-10-0001", dated=date(2026, 11, 3),
        is_test=True,
    )  # fmt: skip
    content = kz301.write_claims(LAYOUT, header, rows)
    assert isinstance(content, bytes), content
    message, _ = read_message(content, shipped())
    assert message is not None
    return message


def changed(message: Message, code: str, element: str, value: str) -> list[Record]:
    """The records of a message with something else in one field of one kind of record."""
    records = []
    for record in message.records():
        text = record.text
        if record.code == code:
            field = record.layout.by_element[element]
            text = text[: field.start - 1] + value.ljust(field.length) + text[field.end :]
        records.append(Record(record.layout, text, record.line_no))
    return records


def told(code: str, element: str, value: str, *rows: ClaimRow) -> list[Finding]:
    records = changed(message_of(*(rows or (ROW,))), code, element, value)
    return list(check_records(LAYOUT, records, CONTEXT))


def test_a_sound_message_has_no_findings():
    nobody = replace(ROW, reference="IGO000002", bsn="999999999", name="Onbekend")
    credit = replace(
        ROW, reference="IGO000003", previous_reference="IGO990001", is_credit=True, cents=90_000,
        calculated_cents=120_000,
    )  # fmt: skip
    assert check_message(message_of(ROW, credit, nobody), CONTEXT) == ()


def test_a_finding_says_where_what_and_which_code():
    (finding,) = told("04", "DAT001", "20260231")
    assert (finding.level, finding.record_no, finding.line_no) == ("record", 2, 3)
    assert (finding.record_code, finding.field_number) == ("04", "0410")
    assert finding.field_name == "Begindatum prestatie"
    assert (finding.value, finding.code) == ("20260231", "8007")
    assert finding.expected == "een bestaande datum als EEJJMMDD"


@pytest.mark.parametrize(
    ("code", "element", "value", "return_code"),
    [
        ("02", "NUM313", "111222334", "0435"),
        ("02", "NUM313", "000000000", "0435"),
        ("02", "NUM313", "11122233x", "0435"),
        ("04", "NUM313", "123456782", "0435"),
        ("04", "COD061", "9665", "0018"),
        ("04", "NUM003", "54321", "8101"),
        ("02", "DAT006", "19930229", "8151"),
        ("02", "DAT006", "00000000", "8151"),
        ("02", "DAT006", "20261123", ""),
        ("02", "COD134", "3", ""),
        ("02", "NAM193", " Vries", ""),
        ("02", "NAM193", "", ""),
        ("02", "COD083", "ABCD12", ""),
        ("02", "COD434", "B-1000", ""),
        ("02", "TEC007", "x", "0003"),
        ("02", "COD841", "0", ""),
        ("04", "COD820", "2", "8179"),
        ("04", "COD367", "041", "0581"),
        ("04", "COD367", "06x", "0581"),
        ("04", "COD388", "", "0582"),
        ("04", "DAT003", "20261104", "8178"),
        ("04", "DAT001", "20270101", "8177"),
        ("04", "BED153", "00120001", "0611"),
        ("04", "COD665", "X", "0631"),
        ("04", "NUM362", "", ""),
        ("01", "COD181", "08012345", "0016"),
        ("01", "COD009", "08012345", "0014"),
        ("01", "DAT031", "20261123", "0025"),
        ("01", "DAT043", "20261123", "0020"),
    ],
)
def test_what_is_wrong_is_told_with_its_return_code(code, element, value, return_code):
    findings = told(code, element, value)
    field = LAYOUT.records[code].by_element[element]
    assert [one for one in findings if one.field_number == field.number and one.code == return_code]
    assert all(one.message and one.expected for one in findings)


@pytest.mark.parametrize(
    ("code", "element", "value", "told_at", "return_code"),
    [
        ("02", "COD701", "2", "NAM191", ""),
        ("04", "DAT003", "20260831", "DAT001", "8007"),
        ("04", "COD668", "C", "COD665", "0631"),
        ("01", "COD805", "000123", "NUM284", "8166"),
    ],
)
def test_what_two_fields_say_is_told_at_the_one_that_depends(
    code, element, value, told_at, return_code
):
    (finding,) = told(code, element, value)
    assert finding.field_number == LAYOUT.records[code].by_element[told_at].number
    assert finding.code == return_code


def test_the_dummy_of_nines_asks_the_insured_number():
    assert check_message(message_of(replace(ROW, bsn="999999999")), CONTEXT) == ()
    bare = message_of(replace(ROW, bsn="999999999", insured_number=""))
    (finding,) = check_message(bare, CONTEXT)
    assert (finding.code, finding.field_number) == ("8101", "0205")


def test_a_credit_names_its_debit_and_never_travels_with_it():
    credit = replace(ROW, reference="IGO000002", is_credit=True)
    (finding,) = check_message(message_of(credit), CONTEXT)
    assert finding.field_number == "0425" and "debetregel" in finding.expected
    together = replace(credit, previous_reference=ROW.reference)
    (finding,) = check_message(message_of(together, ROW), CONTEXT)
    assert (finding.code, finding.line_no, finding.value) == ("8062", 3, "IGO000001")


def test_nothing_is_a_debit():
    (finding,) = told("04", "COD665", "C", replace(ROW, cents=0, calculated_cents=0, units=0,
                      previous_reference="IGO990001", is_credit=True))[-1:]  # fmt: skip
    assert finding.code == "0631" and "nul" in finding.expected


def test_a_bsn_or_a_name_is_never_told():
    for element, value in (("NUM313", "111222334"), ("NAM193", " Jansen")):
        (finding, *_) = told("02", element, value)
        assert value.strip() not in str(finding)


def test_a_code_is_read_by_the_day_of_the_care():
    lists = read_code_lists("lijst.yaml", """
lists:
- {list: COD367, title_nl: x, source: x, complete: false, codes: [
   {code: "069", name_nl: x, valid_from: 2026-09-02, verified: true}]}
""")  # fmt: skip
    context = Context(TODAY, load_codes().extended(lists))
    (finding,) = check_message(message_of(ROW), context)
    assert (finding.field_number, finding.value) == ("0408", "069")
    later = replace(ROW, starts_on=date(2026, 9, 2))
    assert check_message(message_of(later), context) == ()


def test_the_day_of_today_is_passed_in():
    assert check_message(message_of(ROW), Context(date(2026, 11, 3))) == ()
    early = check_message(message_of(ROW), Context(date(2026, 11, 2)))
    assert [one.code for one in early] == ["0025"]


def test_of_a_return_only_the_answer_is_checked():
    layout = shipped()["KZ302-3.2"]
    line = LAYOUT.records["04"]
    sent = message_of(replace(ROW, bsn="123456782"))
    claim = next(record for record in sent.records() if record.code == "04")
    wrong = claim.text.replace("20260901", "20261301").ljust(310)
    answer = "00000000D00000000D" + "0435".ljust(12) + " " * 30
    record = Record(layout.records["04"], wrong + answer, 3)
    assert len(wrong) == line.length and len(record.text) == 370
    assert list(check_records(layout, [record], CONTEXT)) == []
    bad = Record(layout.records["04"], wrong + answer.replace("0435", "04x5"), 3)
    (finding,) = check_records(layout, [bad], CONTEXT)
    assert finding.field_number == "0496"


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_rule_finds_its_elements_somewhere(key):
    layout = shipped()[key]
    for record in layout.records.values():
        for rule in load_conditions().rules_for(layout, record):
            assert rule.expected_nl
    assert all(row.reason_nl for row in unchecked_conditions(layout, load_codes()))


def test_every_rule_holds_for_some_layout_and_its_others_are_there():
    claims = [one for one in shipped().values() if one.direction == "claim"]
    for rule in load_conditions().rules:
        found = [
            (layout, record)
            for layout in claims
            for record in layout.records.values()
            if rule in load_conditions().rules_for(layout, record)
        ]
        assert found, rule.key
        for layout, record in found:
            where = layout.records["01"] if rule.kind == "not_after_header" else record
            if rule.others:
                assert any(one in where.by_element for one in rule.others), rule.key


def test_what_is_not_checked_is_listed_with_why():
    rows = unchecked_conditions(LAYOUT, load_codes())
    numbers = [row.field.number for row in rows]
    assert "0217" in numbers and "0406" in numbers
    assert "0403" not in numbers and "0208" not in numbers and "0203" not in numbers
    assert len(unchecked_conditions(shipped()["ZH308-9.0"], load_codes())) > 40


@given(
    st.sampled_from(["01", "02", "04", "98", "99"]),
    st.text(st.sampled_from(string.printable[:95] + "éÿ\x01"), min_size=310, max_size=310),
)
def test_whatever_stands_in_a_record_nothing_is_raised(code, text):
    header, insured, *_ = message_of(ROW).records()
    records = [header, insured, Record(LAYOUT.records[code], code + text[2:], 3)]
    for finding in check_records(LAYOUT, records, CONTEXT):
        assert finding.level == "record" and finding.expected


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 99_999_999))
def test_a_day_exists_or_does_not(day, number):
    pattern = re.compile(DAY)
    assert pattern.fullmatch(f"{day:%Y%m%d}")
    text = f"{number:08d}"
    try:
        exists = 1900 <= date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}").year <= 2099
    except ValueError:
        exists = False
    assert bool(pattern.fullmatch(text)) == exists


def test_all_days_of_two_centuries_exist_and_no_others():
    pattern = re.compile(DAY)
    first = date(1900, 1, 1)
    days = {f"{first + timedelta(days=n):%Y%m%d}" for n in range(73_049)}
    assert max(days) == "20991231"
    every = {f"{y}{m:02d}{d:02d}" for y in range(1900, 2100) for m in range(14) for d in range(33)}
    assert {text for text in every if pattern.fullmatch(text)} == days


def test_a_sound_record_costs_little():
    message = message_of(ROW, replace(ROW, reference="IGO000002"))
    header, insured, *lines, trailer = message.records()
    count = 30_000
    records = [header, *[insured, *lines] * (count // 3), trailer]
    start = process_time()
    assert not list(check_records(LAYOUT, records, CONTEXT))
    # A million in 20 seconds together with reading; here with room for a slow machine.
    assert process_time() - start < 15 * count / 1_000_000
