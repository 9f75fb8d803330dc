"""The layouts that come with the code: whole, hashed, and read back from JSON; broken ones told."""

from dataclasses import replace
from pathlib import Path

import pytest

from ooievaar.claims.messages.layout import (
    Layout,
    find_layout,
    find_standard,
    layout_content,
    layout_faults,
    layout_of,
    return_of,
    shipped,
)
from ooievaar.claims.messages.layout_files import FOLDER, load_folder
from ooievaar.kernel.faults import InputRejected

LENGTHS = {
    "KZ301-3.2": 310,
    "KZ302-3.2": 370,
    "VK301-3.2": 310,
    "VK302-3.2": 370,
    "MZ301-1.3": 310,
    "MZ302-1.3": 370,
    "ZH308-9.0": 610,
    "ZH309-9.0": 670,
}
OFFICIAL = {"MZ301-1.3", "MZ302-1.3", "ZH308-9.0"}


def test_every_standard_is_there_and_whole() -> None:
    assert {key: layout.record_length for key, layout in shipped().items()} == LENGTHS
    for layout in shipped().values():
        assert layout_faults(layout) == ()
        assert "Vektis" in layout.source
        assert layout.is_provisional == (layout.key not in OFFICIAL)


def test_what_is_provisional_says_from_which_position() -> None:
    kz301, kz302 = shipped()["KZ301-3.2"], shipped()["KZ302-3.2"]

    for layout in (kz301, kz302):
        found = {code: record.provisional_from for code, record in layout.records.items()}
        assert found == {"01": None, "02": None, "04": 59, "98": None, "99": None}
        assert layout.notes


@pytest.mark.parametrize(
    ("key", "record", "number", "name", "start", "end"),
    [
        ("KZ301-3.2", "01", "0116", "Factuurnummer declarant", 81, 92),
        ("KZ301-3.2", "02", "0203", "Burgerservicenummer (BSN) verzekerde", 15, 23),
        ("KZ301-3.2", "02", "0223", "Indicatie client overleden", 181, 181),
        ("KZ301-3.2", "04", "0407", "Doorsturen toegestaan", 58, 58),
        ("KZ301-3.2", "98", "9804", "Vrije tekst", 19, 158),
        ("KZ301-3.2", "99", "9907", "Totaal declaratiebedrag", 34, 44),
        ("KZ302-3.2", "01", "0181", "Referentienummer zorgverzekeraar", 311, 334),
        ("KZ302-3.2", "01", "0196", "Retourcode (1)", 343, 346),
        ("KZ302-3.2", "02", "0298", "Retourcode (3)", 319, 322),
        ("KZ302-3.2", "99", "9909", "Totaal toegekend bedrag", 46, 56),
        ("MZ301-1.3", "04", "0430", "Declaratiebedrag (incl. BTW)", 156, 163),
        ("MZ301-1.3", "03", "0326", "Soort relatie debiteur", 296, 297),
        ("MZ302-1.3", "04", "0483", "Toegekend bedrag", 320, 327),
        ("ZH308-9.0", "04", "0441", "Hashtotaal ZV", 250, 449),
        ("ZH308-9.0", "04", "0458", "Referentienummer dit prestatierecord", 556, 575),
        ("ZH308-9.0", "06", "0620", "Declaratiebedrag (incl. BTW)", 107, 114),
        ("ZH308-9.0", "16", "1619", "Indicatie debet/credit", 129, 129),
        ("ZH308-9.0", "99", "9909", "Totaal declaratiebedrag", 46, 56),
    ],
)  # fmt: skip
def test_a_field_stands_where_the_specification_prints_it(
    key: str, record: str, number: str, name: str, start: int, end: int
) -> None:
    field = shipped()[key].records[record].by_number[number]

    assert (field.name, field.start, field.end) == (name, start, end)


def test_a_layout_is_found_by_what_a_header_says() -> None:
    known = shipped()

    assert find_layout(known, "133", 3, 2) is known["KZ301-3.2"]
    assert find_layout(known, "133", 3, 1) is None
    assert find_standard(known, "ZH308") is known["ZH308-9.0"]
    assert return_of(known, known["KZ301-3.2"]) is known["KZ302-3.2"]
    assert return_of(known, known["KZ302-3.2"]) is None


@pytest.mark.parametrize("layout", shipped().values(), ids=lambda layout: layout.key)
def test_a_layout_is_the_same_after_json(layout: Layout) -> None:
    again = layout_of(layout_content(layout))

    assert again == layout
    assert again.content_hash == layout.content_hash
    assert replace(layout, source="elsewhere").content_hash == layout.content_hash


def test_another_position_is_another_hash() -> None:
    layout = shipped()["KZ301-3.2"]
    record = layout.records["04"]
    fields = (*record.fields[:-1], replace(record.fields[-1], start=190))

    changed = replace(layout, records={**layout.records, "04": replace(record, fields=fields)})

    assert changed.content_hash != layout.content_hash


def test_gaps_overlaps_and_lengths_are_told() -> None:
    layout = shipped()["KZ301-3.2"]
    record = layout.records["98"]
    one, two, three, text, reserve = record.fields
    gap = replace(text, start=21)
    twice = replace(three, number=two.number)
    fields = (one, two, twice, gap, replace(reserve, length=10))
    broken = replace(layout, records={**layout.records, "98": replace(record, fields=fields)})
    del broken.records["99"]

    told = [str(fault) for fault in layout_faults(broken)]

    assert len(told) == 5
    assert "99" in told[0]
    assert "9802: gevonden twee keer" in told[1]
    assert "een gat: positie 19 tot en met 20" in told[2]
    assert "overlap: begint op positie 159" in told[3]
    assert "velden tot positie 168; verwacht tot positie 310" in told[4]


def test_what_a_message_cannot_do_without_is_told() -> None:
    layout = shipped()["KZ301-3.2"]
    record = layout.records["04"]
    fields = tuple(
        replace(one, element="") if one.element in ("NUM362", "BED161") else one
        for one in record.fields
    )
    broken = replace(layout, records={**layout.records, "04": replace(record, fields=fields)})

    told = [str(fault) for fault in layout_faults(broken)]

    assert len(told) == 2
    assert "NUM362" in told[0]
    assert "BED161" in told[1]


def test_a_broken_file_is_refused_with_its_name(tmp_path: Path) -> None:
    good = (FOLDER / "KZ301-3.2.yaml").read_text("utf-8")
    (tmp_path / "KZ301-3.2.yaml").write_text(good, "utf-8")

    with pytest.raises(InputRejected) as refused:
        load_folder(tmp_path)
    assert "generic-310" in str(refused.value.faults[0])

    (tmp_path / "parts").mkdir()
    base = (FOLDER / "parts" / "generic-310.yaml").read_text("utf-8")
    (tmp_path / "parts" / "generic-310.yaml").write_text(base, "utf-8")
    assert set(load_folder(tmp_path)) == {"KZ301-3.2"}

    (tmp_path / "KZ301-3.2.yaml").write_text(good.replace("0409 62-67", "0409 63-67"), "utf-8")
    with pytest.raises(InputRejected) as refused:
        load_folder(tmp_path)
    (fault,) = refused.value.faults
    assert (fault.file, fault.column) == ("KZ301-3.2.yaml", "04 0409")

    (tmp_path / "KZ301-3.2.yaml").write_text(good.replace("0409 62-67 AN", "0409 AN"), "utf-8")
    with pytest.raises(InputRejected) as refused:
        load_folder(tmp_path)
    assert "nummer posities" in refused.value.faults[0].expected
