"""What refuses a file as a whole: each fault is found, at its place, with its return code."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest

from ooievaar.claims.messages.findings import MAX_FINDINGS, Finding, shown
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.reading import Reading, read_message
from ooievaar.claims.messages.tests.by_hand import (
    HEADER,
    INSURED,
    KZ301,
    KZ302,
    LINE,
    MZ301,
    PROVISIONAL,
    TRAILER,
    Places,
    header,
    line,
    message,
)

KZ = header("133", "0302")
CLAIM = {**LINE, **PROVISIONAL}
SOUND = (KZ, INSURED, CLAIM, TRAILER)


def findings_of(content: bytes) -> tuple[Finding, ...]:
    return read_message(content, shipped())[1]


def one_finding(content: bytes) -> Finding:
    findings = findings_of(content)
    assert len(findings) == 1, [str(one) for one in findings]
    (finding,) = findings
    assert finding.level == "file"
    assert finding.message
    return finding


def changed(record: int, places: Places) -> bytes:
    records = [dict(one) for one in SOUND]
    records[record].update(places)
    return message(310, *records)


@pytest.mark.parametrize(
    ("places", "number", "code"),
    [
        ({3: "999"}, "0102", "0010"),
        ({6: "0402"}, "0103", "0011"),
        ({6: "XX02"}, "0103", "0011"),
        ({1: "02"}, "0101", "0002"),
        ({10: "X"}, "0105", ""),
        ({10: "P"}, "0105", "8028"),
        ({27: "0000"}, "0108", "0018"),
        ({55: "00000000"}, "0112", "0017"),
        ({63: "03"}, "0111", "0016"),
        ({63: "02"}, "0110", "0014"),
        ({63: "01"}, "0109", "0013"),
        ({63: "09"}, "0113", ""),
        ({65: "20260231"}, "0114", "0020"),
        ({65: "00000000"}, "0114", "0020"),
        ({73: "20261301"}, "0115", "0021"),
        ({65: "20260401", 93: "20260501"}, "0115", "8175"),
        ({93: "20260330"}, "0117", "0025"),
        ({93: "99999999"}, "0117", "0025"),
        ({81: " " * 12}, "0116", "0030"),
        ({81: " IGO0000042 "}, "0116", "0030"),
        ({115: "USD"}, "0119", ""),
    ],
)
def test_a_header_that_cannot_be_right(places: Places, number: str, code: str) -> None:
    finding = one_finding(changed(0, places))

    assert (finding.field_number, finding.code) == (number, code)
    assert (finding.line_no, finding.record_code) == (1, "01")
    assert finding.expected


@pytest.mark.parametrize(
    ("places", "number", "expected"),
    [
        ({3: "000002"}, "9902", "1"),
        ({9: "000001"}, "9903", "0"),
        ({15: "000000"}, "9904", "1"),
        ({21: "000001"}, "9905", "0"),
        ({27: "0000004"}, "9906", "2"),
        ({34: "00000095001"}, "9907", "95000 D"),
        ({45: "C"}, "9907", "95000 D"),
        ({45: " "}, "9907", "95000 D"),
        ({34: "0000009500X"}, "9907", "95000 D"),
    ],
)
def test_a_trailer_that_does_not_add_up(places: Places, number: str, expected: str) -> None:
    finding = one_finding(changed(3, places))

    assert (finding.field_number, finding.expected) == (number, expected)
    assert finding.line_no == 4
    assert finding.code == ("0150" if number == "9907" else "")


@pytest.mark.parametrize(
    ("places", "number", "code"),
    [({134: "0009500X"}, "0422", ""), ({142: "X"}, "0423", "0631")],
)
def test_an_amount_that_cannot_be_added_up(places: Places, number: str, code: str) -> None:
    finding = one_finding(changed(2, places))

    assert (finding.field_number, finding.code) == (number, code)
    assert (finding.line_no, finding.record_no) == (3, 2)


def test_a_credit_counts_against_the_total() -> None:
    credit = {**CLAIM, 3: "000000000003", 134: "00100000", 142: "C", 143: "REF8"}
    trailer = {**TRAILER, 15: "000002", 27: "0000003", 34: "00000005000", 45: "C"}

    assert findings_of(message(310, KZ, INSURED, CLAIM, credit, trailer)) == ()
    trailer[45] = "D"
    wrong = one_finding(message(310, KZ, INSURED, CLAIM, credit, trailer))
    assert wrong.expected == "5000 C"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda file: file.replace(b"\r\n04", b"\r\n05"), "0002"),
        (lambda file: file.replace(b"\r\n04", b"\r\n  "), "0002"),
        (lambda file: file[: file.rindex(b"\r\n99") + 2], "0002"),
        (lambda file: file + file.split(b"\r\n")[2] + b"\r\n", "0002"),
        (lambda file: file[:-2], "8095"),
        (lambda file: file + b"\r\n", "8095"),
        (lambda file: file + b"\x1a", "8095"),
        (lambda file: file.replace(b"REF7 ", b"REF7"), "0804"),
        (lambda file: file.replace(b"REF7", b"REF7 "), "0804"),
    ],
)
def test_a_file_that_is_not_whole(change: Callable[[bytes], bytes], code: str) -> None:
    content, findings = read_message(change(message(310, *SOUND)), shipped())

    assert content is None
    assert findings[0].code == code
    assert findings[0].level == "file"


def test_lines_that_end_otherwise_are_no_records() -> None:
    finding = one_finding(KZ301.replace(b"\r\n", b"\n"))

    assert finding.code == "8095"


def test_a_claim_without_an_insured_person_above_it() -> None:
    claim = {**CLAIM, 3: "000000000001"}
    trailer = {**TRAILER, 3: "000000", 27: "0000001"}

    found = findings_of(message(310, KZ, claim, trailer))

    assert (found[0].code, found[0].line_no) == ("0002", 2)


def test_an_insured_person_without_a_claim() -> None:
    other = {**INSURED, 3: "000000000003", 15: "111222333"}
    trailer = {**TRAILER, 3: "000002", 27: "0000003"}

    finding = one_finding(message(310, KZ, INSURED, CLAIM, other, trailer))

    assert (finding.code, finding.line_no, finding.record_no) == ("0002", 4, 3)


def test_a_debtor_stands_before_the_claims() -> None:
    mz = header("176", "0103")
    dental = MZ301.split(b"\r\n")[2] + b"\r\n"
    debtor = {1: "03", 3: "000000000002", 26: "00000000", 34: "0", 35: "1", 36: "Jansen", 71: "0"}
    debtor |= {113: "1", 114: "00", 116: "Dorpsstraat", 140: "00001", 166: "Ons Dorp", 207: "000"}
    debtor |= {280: "0" * 16, 296: "00"}
    trailer = {**TRAILER, 9: "000001", 27: "0000003"}

    def file(*middle: bytes) -> bytes:
        return b"".join([line(310, mz), line(310, INSURED), *middle, line(310, trailer)])

    before = file(line(310, debtor), dental.replace(b"04000000000002", b"04000000000003"))
    after = file(dental, line(310, {**debtor, 3: "000000000003"}))

    content, findings = read_message(before, shipped())
    assert findings == ()
    assert content is not None
    assert content.insured[0].debtor is not None
    assert content.insured[0].debtor.values["0307"] == "Jansen"
    assert findings_of(after)[0].code == "0002"


def test_a_number_that_does_not_follow() -> None:
    finding = one_finding(changed(2, {3: "000000000003"}))

    assert (finding.code, finding.field_number) == ("0801", "0402")
    assert (finding.value, finding.expected) == ("000000000003", "000000000002")


def test_a_comment_carries_the_number_of_what_it_explains() -> None:
    content = KZ301.replace(b"98000000000002", b"98000000000001")

    assert one_finding(content).code == "0801"


def test_the_same_reference_twice() -> None:
    other = {**CLAIM, 3: "000000000003"}
    trailer = {**TRAILER, 15: "000002", 27: "0000003", 34: "00000190000"}

    finding = one_finding(message(310, KZ, INSURED, CLAIM, other, trailer))

    assert (finding.line_no, finding.value) == (4, "REF7")


@pytest.mark.parametrize(
    ("byte", "told"), [(0x80, "80"), (0x9F, "9F"), (0x00, "00"), (0x09, "09"), (0x0D, "0D")]
)
def test_a_foreign_character_is_refused_with_its_place(byte: int, told: str) -> None:
    at = KZ301.index(b"Jans") + 2
    content = KZ301[:at] + bytes([byte]) + KZ301[at + 1 :]

    finding = one_finding(content)

    assert finding.line_no == 2
    assert finding.value == f"byte {told} op positie 66"


def test_a_file_in_utf8_is_told_so() -> None:
    content = KZ301.decode("latin-1").encode("utf-8")

    # Its second byte, A9, is a character of the set: the length tells.
    finding = findings_of(content)[0]

    assert (finding.code, finding.line_no) == ("0804", 2)
    assert "UTF-8" in finding.message


def test_a_test_message_can_be_refused() -> None:
    _, findings = read_message(KZ301, shipped(), allow_test=False)

    assert [one.code for one in findings] == ["8028"]


def test_a_real_message_of_a_provisional_layout_is_refused_until_the_official_one_is_there() -> (
    None
):
    content = KZ301.replace(b"T", b"P", 1)
    finding = one_finding(content)

    assert "layout import" in finding.expected
    official = shipped()["KZ301-3.2"]
    official = replace(
        official,
        records={
            code: replace(record, provisional_from=None)
            for code, record in official.records.items()
        },
    )
    known = {**shipped(), "KZ301-3.2": official}
    assert read_message(content, known)[1] == ()
    assert read_message(content, known, allow_test=False)[1] == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((b"00000050000D" + b" " * 313, b"00000050001D" + b" " * 313), "50000 D"),
        ((b"00050000D0611", b"00050001D0611"), "50001 D"),
        ((b"00050000D0611", b"00050000C0611"), "50000 C"),
    ],
)
def test_a_return_that_does_not_add_up(change: tuple[bytes, bytes], expected: str) -> None:
    assert findings_of(KZ302) == ()
    assert change[0] in KZ302

    finding = one_finding(KZ302.replace(*change))

    assert (finding.field_number, finding.code) == ("9909", "0150")
    assert finding.expected == expected


def test_findings_beyond_the_limit_are_counted_not_kept() -> None:
    lines = message(310, KZ, INSURED, CLAIM) + b"x\r\n" * 3_000 + message(310, TRAILER)

    findings = findings_of(lines)

    assert len(findings) == MAX_FINDINGS + 1
    assert "2000" in findings[-1].message


def test_a_file_passes_a_person_at_a_time() -> None:
    reading = Reading(BytesIO(KZ301), shipped())

    (person,) = reading.insured()

    assert person.record.values["0210"] == "Jansén"
    assert [child.code for child in person.claims[0].record.children] == ["98"]
    assert person.claims[0].comments[0].values["9804"] == "Zie brief"
    assert reading.trailer is not None and reading.findings == ()


def test_a_finding_tells_no_name_and_no_whole_bsn() -> None:
    fields = shipped()["KZ301-3.2"].records["02"].by_element

    assert shown(fields["NUM313"], "123456782") == "******782"
    assert shown(fields["NUM313"], "999999999") == "999999999"
    assert "Jansén" not in shown(fields["NAM193"], "Jansén")
    assert shown(fields["COD061"], "3311") == "3311"
    content, _ = read_message(KZ301, shipped())
    assert content is not None
    assert "Jans" not in repr(content.insured[0].record)


def test_the_header_says_where_the_places_are() -> None:
    # The fixture itself: a wrong position in `by_hand` would make the tests above say little.
    assert HEADER[81] == "IGO000000042" and len(line(310, KZ)) == 312
