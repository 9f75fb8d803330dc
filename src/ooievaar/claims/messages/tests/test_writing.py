"""What keeps a message from being written, and where."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ooievaar.claims.messages.findings import MAX_FINDINGS, Finding
from ooievaar.claims.messages.kz301 import claim_parts, header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.messages.tests.test_golden import PERIOD, ROW
from ooievaar.claims.messages.writing import Part, write_message

LAYOUT = shipped()["KZ301-3.2"]
HEADER = header_values(LAYOUT, **PERIOD)


def refused(rows: Sequence[ClaimRow], **header: Any) -> Finding:
    made = write_claims(LAYOUT, header_values(LAYOUT, **{**PERIOD, **header}), rows)
    assert not isinstance(made, bytes)
    assert len(made) == 1, [str(one) for one in made]
    return made[0]


def test_a_provisional_layout_only_makes_test_messages() -> None:
    finding = refused([ROW], is_test=False)

    assert (finding.field_number, finding.code) == ("0105", "8028")
    assert "voorlopig" in finding.message
    assert "layout import" in finding.expected


def test_a_known_layout_makes_real_messages() -> None:
    layout = shipped()["ZH308-9.0"]
    header = header_values(layout, **{**PERIOD, "is_test": False})

    made = write_claims(layout, header, [replace(ROW, list_code="041", product_code="15A001")])

    assert isinstance(made, bytes)
    assert made[9:10] == b"P"


@pytest.mark.parametrize(
    ("change", "number", "told"),
    [
        ({"name": "Čapek"}, "0210", "teken 1: U+010C"),
        ({"name": "Jan\tsen"}, "0210", "teken 4: U+0009"),
        ({"reference": "R" * 21}, "0424", "past niet"),
        ({"product_code": "1900211"}, "0409", "past niet"),
        ({"units": 10_000}, "0417", "past niet"),
        ({"cents": 100_000_000, "calculated_cents": 0}, "0422", "past niet"),
        ({"cents": -5, "calculated_cents": 0}, "0422", "cijfers"),
        ({"cents": 5.0, "calculated_cents": 0}, "0422", "cijfers"),
        ({"uzovi": "33x1"}, "0204", "cijfers"),
        ({"starts_on": "20260302"}, "0410", "datum"),
        ({"comments": ("x" * 141,)}, "9804", "past niet"),
        ({"comments": ("naar 5 €",)}, "9804", "teken 8: U+20AC"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_place(
    change: dict[str, Any], number: str, told: str
) -> None:
    row: ClaimRow = replace(ROW, **{"comments": (), **change})
    made = write_claims(LAYOUT, HEADER, [replace(ROW, reference="REF1", comments=()), row])

    assert not isinstance(made, bytes)
    finding = made[0]
    assert (finding.field_number, finding.level) == (number, "record")
    assert told in finding.message
    assert finding.record_no > 1


def test_a_name_in_a_refusal_is_not_told() -> None:
    assert "apek" not in str(refused([replace(ROW, name="Čapek")]))


def test_a_code_that_is_too_short_is_filled_and_never_shifts_what_follows() -> None:
    # One position short and one long would make a line of the right length.
    made = write_claims(LAYOUT, HEADER, [replace(ROW, list_code="69", product_code="1900211")])
    assert not isinstance(made, bytes)
    made = write_claims(LAYOUT, HEADER, [replace(ROW, list_code="69")])
    assert isinstance(made, bytes)
    assert made.split(b"\r\n")[2][58:67] == b"069190021"


def test_the_same_reference_twice_is_refused() -> None:
    finding = refused([ROW, ROW])

    assert (finding.field_number, finding.value) == ("0424", "REF7")


def test_findings_beyond_the_limit_are_counted_not_kept() -> None:
    rows = [replace(ROW, reference=f"R{at}", name="Čapek", comments=()) for at in range(1_200)]
    many = [replace(row, bsn=f"{at + 1:09d}") for at, row in enumerate(rows)]

    made = write_claims(LAYOUT, HEADER, many)

    assert not isinstance(made, bytes)
    assert len(made) == MAX_FINDINGS + 1
    assert "200" in made[-1].message


def test_a_message_without_anybody_is_none() -> None:
    assert refused([]).level == "file"


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"invoice_number": ""}, "0116"),
        ({"invoice_number": " 42"}, "0116"),
        ({"agb": ""}, "0112"),
        ({"uzovi": ""}, "0108"),
        ({"ends_on": date(2026, 4, 3)}, "0117"),
        ({"starts_on": date(2026, 4, 1)}, "0115"),
    ],
)
def test_a_header_that_the_portal_refuses_is_not_written(
    change: dict[str, Any], number: str
) -> None:
    assert refused([ROW], **change).field_number == number


@pytest.mark.parametrize(
    "part",
    [
        Part("04", {}),
        Part("02", {}, [Part("98", {})]),
        Part("02", {}, [Part("06", {})]),
        Part("77", {}),
    ],
)
def test_a_record_out_of_place_is_refused(part: Part) -> None:
    made = write_message(LAYOUT, HEADER, [*claim_parts(LAYOUT, [ROW]), part])

    assert not isinstance(made, bytes)


def test_a_standard_with_more_message_codes_writes_the_first_or_the_one_that_is_asked() -> None:
    record = LAYOUT.records["01"]
    fields = tuple(
        replace(one, fixed="") if one.element == "COD002" else one for one in record.fields
    )
    layout = replace(
        LAYOUT,
        message_codes=("133", "150"),
        records={**LAYOUT.records, "01": replace(record, fields=fields)},
    )

    for asked, told in (({}, b"01133"), ({"0102": "150"}, b"01150"), ({"0102": "9"}, b"01133")):
        made = write_message(layout, {**HEADER, **asked}, claim_parts(layout, [ROW]))
        assert isinstance(made, bytes)
        assert made[:5] == told


def test_a_return_is_not_written_from_rows() -> None:
    layout = shipped()["KZ302-3.2"]

    made = write_message(layout, header_values(layout, **PERIOD), claim_parts(LAYOUT, [ROW]))

    assert not isinstance(made, bytes)
    assert made[0].level == "file"


def test_rows_of_one_woman_share_her_record_and_credits_make_the_total_negative() -> None:
    credit = replace(
        ROW,
        reference="REF8",
        previous_reference="REF1",
        is_credit=True,
        cents=200_000,
        calculated_cents=250_000,
        comments=(),
    )
    made = write_claims(LAYOUT, HEADER, [credit, ROW])
    assert isinstance(made, bytes)

    lines = made.split(b"\r\n")
    message, findings = read_message(made, shipped())

    assert findings == () and message is not None
    assert [line[:2] for line in lines] == [b"01", b"02", b"04", b"04", b"98", b"99", b""]
    assert lines[2][120:142] == b"00250000C000000200000C"
    assert lines[2][162:182].rstrip() == b"REF1"
    assert lines[-2][33:45] == b"00000105000C"
