"""What a code means on a day, what a return code asks of us, and what an import lays over it."""

from datetime import date
from typing import get_args

import pytest

from ooievaar.claims.messages.codes import (
    RETURN_CODES,
    Fix,
    load_codes,
    read_code_lists,
)
from ooievaar.claims.messages.tests.specifications import as_xls, as_xlsx
from ooievaar.claims.messages.workbook_codes import read_codes
from ooievaar.kernel.faults import InputRejected

DATED = """
lists:
- list: COD367-VEKT
  title_nl: Prestatiecodelijst
  source: "Bron: een test"
  complete: false
  codes:
  - {code: "069", name_nl: Geboortezorg (proef), verified: true,
     valid_from: 2017-01-01, valid_until: 2023-01-01}
  - {code: "069", name_nl: Geboortezorg (regulier), valid_from: 2023-01-01, verified: true}
  - {code: "088", name_nl: Iets nieuws, verified: true}
"""


def test_every_return_code_says_what_it_means_why_and_what_to_do():
    codes = load_codes().entries[RETURN_CODES]
    assert len(codes) > 40
    for (row,) in codes.values():
        assert len(row.code) == 4 and row.code.isdigit()
        assert row.name_nl and row.name_en and row.cause_nl and row.cause_en
        assert row.fix in get_args(Fix)
    assert codes["0320"][0].fix == "correct_insurer"
    assert not codes["0200"][0].verified


def test_a_code_nobody_knows_is_told_as_unknown():
    codes = load_codes()
    assert codes.text(RETURN_CODES, "7777") == "onbekende code 7777"
    assert codes.text(RETURN_CODES, "7777", language="en") == "unknown code 7777"
    assert codes.text("COD999", "1") == "onbekende code 1"
    assert codes.return_code("7777") is None
    assert codes.text("COD367-VEKT", "069", language="en") == "Integrated birth care"


def test_every_list_is_told_in_both_languages():
    for found in load_codes().lists.values():
        assert found.title_en and found.source
        assert all(row.name_en for row in found.codes)


def test_a_code_holds_in_its_period_only():
    codes = load_codes().extended(read_code_lists("proef.yaml", DATED))
    assert codes.text("COD367", "069", date(2022, 12, 31)) == "Geboortezorg (proef)"
    assert codes.text("COD367", "069", date(2023, 1, 1)) == "Geboortezorg (regulier)"
    assert codes.text("COD367", "069", date(2016, 12, 31)) == (
        "Geboortezorg (regulier) (niet geldig op 31-12-2016)"
    )
    assert codes.refuses("COD367", "069", date(2016, 12, 31))
    assert not codes.refuses("COD367", "069", date(2017, 1, 1))
    # Of a list that was read in part, what is not in it is not refused.
    assert not codes.refuses("COD367", "123", date(2026, 1, 1))
    assert codes.refuses("COD833", "09", date(2026, 1, 1))


def test_an_import_keeps_the_other_codes_and_what_we_wrote_ourselves():
    new = """
lists:
- {list: COD954, title_nl: Retourcodes, source: test, complete: false, codes: [
   {code: "0320", name_nl: Verzekerde niet bekend op de prestatiedatum, verified: true},
   {code: "9777", name_nl: Een nieuwe code, verified: true}]}
"""
    before = load_codes()
    codes = before.extended(read_code_lists("retour.yaml", new))
    assert codes.text("COD954", "0320") == "Verzekerde niet bekend op de prestatiedatum"
    row = codes.return_code("0320")
    assert row is not None and row.fix == "correct_insurer" and row.cause_nl
    assert codes.text("COD954", "9777") == "Een nieuwe code"
    assert codes.text("COD954", "0435") == before.text("COD954", "0435")
    whole = codes.extended(read_code_lists("retour.yaml", new.replace("false", "true")))
    assert whole.return_code("0435") is None
    row = whole.return_code("0320")
    assert row is not None and row.fix == "correct_insurer"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (('"069", name_nl: Geboortezorg (regulier)', '"069", nam: x'), "een onbekende"),
        (("valid_until: 2023-01-01", "valid_until: 2023-01-02"), "069 twee keer op dezelfde dag"),
        (("valid_from: 2017-01-01", "valid_from: 2017-13-01"), "2017-13-01"),
        (("verified: true", "verified: misschien"), "'misschien'"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(change, found):
    with pytest.raises(InputRejected) as rejected:
        read_code_lists("proef.yaml", DATED.replace(*change))
    assert any(found in fault.found and fault.row for fault in rejected.value.faults)


@pytest.mark.parametrize("as_file", [as_xlsx, as_xls])
def test_a_workbook_of_codes_is_read_with_its_days(as_file):
    sheets = {
        "COD954": [
            ["Retourcodes"],
            ["Code", "Omschrijving", "Ingangsdatum", "Expiratiedatum"],
            [435, "BSN onjuist", "20070101", "99991231"],
            ["9001", "Afgeschaft", "2007-01-01", "31-12-2019"],
        ]
    }
    (found,) = read_codes("lijst.xlsx", as_file(sheets))
    assert [(row.code, row.valid_from, row.valid_until) for row in found.codes] == [
        ("0435", date(2007, 1, 1), None),
        ("9001", date(2007, 1, 1), date(2020, 1, 1)),
    ]


def test_a_workbook_of_codes_is_refused_with_its_rows():
    rows = [
        ["Code", "Omschrijving", "Ingangsdatum"],
        ["0001", "", ""],
        ["0002", "x", "gisteren"],
        ["0003", "x", ""],
        ["0003", "y", "20200101"],
    ]
    with pytest.raises(InputRejected) as rejected:
        read_codes("COD954.xlsx", as_xlsx({"Blad1": rows}))
    assert [(fault.row, fault.column) for fault in rejected.value.faults] == [
        (2, "Omschrijving"), (3, "Ingangsdatum"), (5, "Code"),
    ]  # fmt: skip
    with pytest.raises(InputRejected):
        read_codes("lijst.xlsx", as_xlsx({"Blad1": [["Naam", "Adres"]]}))
    with pytest.raises(InputRejected):
        read_codes("lijst.yaml", b"\xff\xfe\x00")
