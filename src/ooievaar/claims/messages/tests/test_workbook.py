"""An official workbook becomes a layout, or is refused at the row where it goes wrong."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ooievaar.claims.messages import kz301
from ooievaar.claims.messages.checks import Context, check_message
from ooievaar.claims.messages.layout import Layout, layout_content, shipped
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.messages.tests.specifications import (
    Sheets,
    as_xls,
    as_xlsx,
    made_up_kz301,
    row_number,
    row_of,
    sheets_of,
)
from ooievaar.claims.messages.workbook import read_layout
from ooievaar.claims.messages.workbook_changes import (
    changes_between,
    missing_places,
    unfilled_fields,
)
from ooievaar.kernel.faults import Fault, InputRejected

NAME = "KZ301v3.2_BERu5.xlsx"
OURS = shipped()["KZ301-3.2"]


def read(sheets: Sheets, name: str = NAME) -> Layout:
    return read_layout(name, as_xlsx(sheets), shipped())


def refused(sheets: Sheets, name: str = NAME) -> list[Fault]:
    with pytest.raises(InputRejected) as rejected:
        read(sheets, name)
    return rejected.value.faults


def positions(layout: Layout) -> dict[str, tuple[str, int, int, str, str, str]]:
    return {
        field.number: (field.kind, field.start, field.end, field.obligation, field.element,
                       field.codelist)
        for record in layout.records.values()
        for field in record.fields
    }  # fmt: skip


@pytest.mark.parametrize("as_file", [as_xlsx, as_xls])
def test_the_official_workbook_makes_the_layout_official(as_file):
    official = made_up_kz301()
    layout = read_layout(NAME, as_file(sheets_of(official)), shipped())
    assert OURS.is_provisional and not layout.is_provisional
    assert (layout.key, layout.message_codes, layout.record_length) == ("KZ301-3.2", ("133",), 310)
    assert positions(layout) == positions(official)
    assert layout.records["01"].by_element["NUM001"].fixed == "03"
    assert layout.records["04"].by_element["COD665"].default == "D"


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("ZH308v9.0_BERu2.layout.json", "ZH308-9.0"),
        ("MZ301V0103.layout.json", "MZ301-1.3"),
        ("MZ302V0103.layout.json", "MZ302-1.3"),
    ],
)
def test_the_public_specifications_are_read_as_we_ship_them(
    file: str, key: str, shared_folder: Path
):
    layout = read_layout(file, (shared_folder / "vektis" / file).read_bytes(), {})
    ours = shipped()[key]
    assert positions(layout) == positions(ours)
    about = ("standard", "version", "subversion", "direction", "message_codes", "record_length")
    assert [getattr(layout, name) for name in about] == [getattr(ours, name) for name in about]
    assert layout.answers == ours.answers


def test_what_show_prints_as_json_is_read_back_and_stays_provisional():
    content = json.dumps(layout_content(OURS)).encode()
    layout = read_layout("KZ301.json", content, shipped())
    assert layout.is_provisional and layout.content_hash == OURS.content_hash
    assert positions(layout) == positions(OURS)


def test_a_real_file_can_be_made_with_the_imported_layout_and_read_back():
    layout = read(sheets_of(made_up_kz301()))
    row = ClaimRow(
        reference="IGO000001",
        bsn="111222333",
        birth_date=date(1992, 2, 29),
        name="Vries",
        initials="A",
        uzovi="9664",
        product_code="190001",
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 10, 3),
        units=1,
        tariff_cents=120_000,
        cents=120_000,
        agb="08012345",
    )
    header = kz301.header_values(
        layout,
        agb="53530001",
        uzovi="9664",
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 10, 31),
        invoice_number="2026-10-0001",
        dated=date(2026, 11, 3),
        is_test=False,
    )
    refused = kz301.write_claims(OURS, header, [row])
    assert isinstance(refused, tuple) and "voorlopig" in refused[0].message
    content = kz301.write_claims(layout, header, [row])
    assert isinstance(content, bytes), content
    assert content[9:10] == b"P"
    claim = content.split(b"\r\n")[2].decode("latin-1")
    assert claim[60:76] == "20260901" + "20261003"
    message, findings = read_message(content, {layout.key: layout})
    assert message is not None and findings == ()
    assert check_message(message, Context(date(2026, 11, 22))) == ()
    assert kz301.claim_rows(message) == [replace(row, detail_id=2)]


def test_a_gap_an_overlap_and_a_wrong_end_are_told_with_their_row():
    gap = sheets_of(OURS)
    row_of(gap, "0204")[8] = 28
    assert [(f.row, f.column, f.found) for f in refused(gap)] == [
        (row_number(gap, "0204"), "Eindpositie", "een gat: positie 24 tot en met 24 van record 02"),
        (row_number(gap, "0205"), "Eindpositie", "overlap: begint op positie 28 van record 02"),
    ]
    short = sheets_of(OURS)
    row_of(short, "9980")[6:9] = [264, "", 309]
    assert [(f.row, f.found, f.expected) for f in refused(short)] == [
        (row_number(short, "9980"), "record 99 eindigt op positie 309", "positie 310")
    ]


@pytest.mark.parametrize(
    ("column", "value", "place", "expected"),
    [
        (3, "0x10", "Volgnummer", "een nummer van record 02, zoals 0201"),
        (3, "0410", "Volgnummer", "een nummer van record 02, zoals 0201"),
        (4, None, "Naam gegevenselement", "de naam van het gegeven"),
        (5, "DATUM", "Type", "N of AN"),
        (6, "acht", "Lengte", "een getal van ten minste 1"),
        (6, 0, "Lengte", "een getal van ten minste 1"),
        (8, "?", "Eindpositie", "een getal van ten minste 1"),
        (9, "X", "Verplichting", "M, C, O of S"),
    ],
)
def test_a_wrong_cell_is_told_with_its_row_and_heading(column, value, place, expected):
    sheets = sheets_of(OURS)
    row = row_number(sheets, "0207")
    row_of(sheets, "0207")[column] = value
    assert (row, place, expected) in [(f.row, f.column, f.expected) for f in refused(sheets)]


def test_a_number_twice_and_a_record_that_is_missing_are_refused():
    sheets = sheets_of(OURS)
    row = row_number(sheets, "0206")
    row_of(sheets, "0206")[3] = "0205"
    assert [f.found for f in refused(sheets)] == ["twee keer"]
    assert row > 0
    sheets = sheets_of(OURS)
    sheets["BER"] = [row for row in sheets["BER"] if len(row) < 3 or row[2] != "99"]
    assert [f.found for f in refused(sheets)] == ["dit record ontbreekt"]


def test_what_a_file_is_recognised_by_may_not_move():
    sheets = sheets_of(OURS)
    first, second = row_of(sheets, "0103"), row_of(sheets, "0104")
    first[10], second[10] = second[10], first[10]
    faults = refused(sheets)
    assert {f.row for f in faults} == {row_number(sheets, "0103"), row_number(sheets, "0104")}


def test_the_name_of_the_file_says_what_the_sheet_leaves_out():
    told = {"Standaardcode": None, "Versie": None, "Code EI-bericht": None}
    assert read(sheets_of(OURS, **told)).key == "KZ301-3.2"
    faults = refused(sheets_of(OURS, **told), "specificatie.xlsx")
    assert {f.column for f in faults} >= {"Standaardcode", "Versie"}


def test_missing_headings_are_named():
    sheets = sheets_of(OURS)
    sheets["BER"][10][8] = "Einde"
    (fault,) = refused(sheets)
    assert (fault.row, fault.found) == (11, "geen kolom Eindpositie")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 geen zip",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000),
        as_xls(sheets_of(OURS))[:9000],
        as_xlsx(sheets_of(OURS))[:5000],
        as_xlsx({"Blad1": [["naam", "adres"]]}),
        as_xls({"Blad1": [["naam", "adres"]]}),
        b"{}",
        b"[1]",
        b'{"records": 3}',
        b'{"records": [{"code": "01", "fields": [{"start": "x"}]}]}',
        b"[" * 100_000,
        "wat tekst".encode("utf-16"),
    ],
)
def test_what_is_no_specification_is_refused(content):
    with pytest.raises(InputRejected) as rejected:
        read_layout("bestand", content, shipped())
    assert all(fault.expected for fault in rejected.value.faults)


def test_what_changes_is_told_and_what_was_official_is_marked():
    told = changes_between(OURS, made_up_kz301())
    assert not any(change.is_firm for change in told)
    assert ("0420", "moved") in [(one.field_number, one.what) for one in told]
    assert any("Indicatie ongeval" in one.text and one.what == "gone" for one in told)
    assert any("COD999" in one.text and one.what == "new" for one in told)
    assert changes_between(OURS, OURS) == ()
    record = OURS.records["02"]
    swapped = list(record.fields)
    at = next(i for i, one in enumerate(swapped) if one.element == "NUM003")
    number, patient = swapped[at : at + 2]
    swapped[at : at + 2] = [
        replace(patient, start=number.start),
        replace(number, start=number.start + patient.length),
    ]
    moved = replace(OURS, records={**OURS.records, "02": replace(record, fields=tuple(swapped))})
    assert {one.field_number for one in changes_between(OURS, moved) if one.is_firm} == {
        "0205",
        "0206",
    }


def test_a_layout_without_a_place_for_what_we_claim_says_so():
    layout = made_up_kz301()
    record = layout.records["04"]
    fields = tuple(
        replace(one, element="COD998") if one.element == "NUM363"
        else replace(one, obligation="M") if one.element == "COD999" else one
        for one in record.fields
    )  # fmt: skip
    layout = replace(layout, records={**layout.records, "04": replace(record, fields=fields)})
    assert missing_places(layout) == ("referentienummer voorgaande prestatierecord (NUM363)",)
    assert [one.element for one in unfilled_fields(layout)] == ["COD999"]
    assert missing_places(OURS) == unfilled_fields(OURS) == ()
    assert missing_places(shipped()["KZ302-3.2"]) == ()
