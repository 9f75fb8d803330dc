"""A file that is not what it should be gets a message with its place."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from ooievaar.exchange import reading
from ooievaar.exchange.reading import read_content, read_table

HEADER = "reference;postcode\n"


def texts(name: str, content: bytes) -> list[dict[str, object]]:
    read = read_content(name, content)
    assert isinstance(read, pa.Table), read
    return read.to_pylist()


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_csv_gives_texts_with_the_row_they_stand_in() -> None:
    content = '\ufeffreference;postcode\r\nV-1;1234 AB\r\n\r\n"V;2";\r\n'.encode()
    assert texts("women.csv", content) == [
        {"_row": 2, "reference": "V-1", "postcode": "1234 AB"},
        {"_row": 4, "reference": "V;2", "postcode": ""},
    ]


BAD: list[tuple[str, str, Callable[[], bytes], int | None, str, str]] = [
    ("empty file", "w.csv", lambda: b"", None, "een leeg bestand", "kopregel"),
    ("Latin-1", "w.csv", lambda: (HEADER + "V-1;caf\xe9\n").encode("latin-1"), 2,
     "byte 0xe9 op plaats 8 (lijkt Latin-1", "UTF-8"),
    ("UTF-16", "w.csv", lambda: HEADER.encode("utf-16"), None, "UTF-16", "UTF-8"),
    ("comma between columns", "w.csv", lambda: b"reference,postcode\n", 1, '"," tussen', '";"'),
    ("tab between columns", "w.csv", lambda: b"reference\tpostcode\n", 1, "een tab", '";"'),
    ("a row too short", "w.csv", lambda: (HEADER + "V-1;1\nV-2\n").encode(), 3, "1 velden",
     "2 velden"),
    ("a quote that stays open", "w.csv", lambda: (HEADER + 'V-1;"12\n').encode(), 2,
     "een aanhalingsteken", "velden"),
    ("a field without end", "w.csv", lambda: (HEADER + "V-1;" + "x" * 20_000).encode(), 2,
     "een veld van meer dan 10.000 tekens", "kortere"),
    ("parquet called csv", "w.csv", lambda: parquet(pa.table({"a": [1]})), None, "ingepakt",
     "UTF-8"),
    ("truncated parquet", "w.parquet", lambda: parquet(pa.table({"a": [1]}))[:-20], None,
     "afgekapt", "heel Parquetbestand"),
    ("no parquet", "w.parquet", lambda: b"hello", None, "geen Parquet", "Parquet"),
    ("nested parquet", "w.parquet", lambda: parquet(pa.table({"a": [[1, 2]]})), 1,
     "type list", "tekst"),
    ("truncated Excel", "w.xlsx", lambda: workbook(["a"], ["b"])[:-100], None, "afgekapt", "Excel"),
    ("no Excel", "w.xlsx", lambda: b"hello", None, "geen Excelbestand", "Excel"),
    ("Excel without header", "w.xlsx", lambda: workbook([None], [None]), 1, "geen kolomnamen",
     "kopregel"),
    ("Excel with a stray value", "w.xlsx", lambda: workbook(["a"], ["b", "c"]), 2,
     "rechts van de laatste", "ten hoogste 1 velden"),
    ("another kind of file", "w.pdf", lambda: b"%PDF", None, '".pdf"', ".csv, .parquet, .xlsx"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "row", "found", "expected"),
    [case[1:] for case in BAD],
    ids=[case[0] for case in BAD],
)
def test_a_bad_file_is_told_with_its_place(
    name: str, content: Callable[[], bytes], row: int | None, found: str, expected: str
) -> None:
    read = read_content(name, content())
    assert isinstance(read, list)
    [fault] = read
    assert (fault.file, fault.row) == (name, row)
    assert found in fault.found
    assert expected in fault.expected


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_UNPACKED_BYTES", 800_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 1_000_000)
    assert len(out.getvalue()) < 10_000
    [fault] = read_content("w.xlsx", out.getvalue())
    assert "1000000 bytes uitgepakt" in str(fault)
    content = parquet(pa.table({"a": ["x" * 1000 + str(i) for i in range(1000)]}))
    [fault] = read_content("w.parquet", content)
    assert "bytes uitgepakt" in str(fault)


def test_a_file_that_is_too_large_or_absent_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [fault] = read_table(tmp_path / "weg.csv")
    assert str(fault) == "weg.csv: gevonden geen bestand; verwacht een bestand dat bestaat"
    monkeypatch.setattr(reading, "LARGEST_FILE_BYTES", 10)
    (tmp_path / "groot.csv").write_text("0123456789;")
    [fault] = read_table(tmp_path / "groot.csv")
    assert "11 bytes" in fault.found


def test_parquet_keeps_days_and_numbers() -> None:
    table = pa.table({"d": pa.array([date(2025, 1, 1)], pa.date64()), "n": [7],
                      "s": pa.array(["a"]).dictionary_encode()})  # fmt: skip
    assert texts("w.parquet", parquet(table)) == [
        {"_row": 2, "d": date(2025, 1, 1), "n": 7, "s": "a"}
    ]


def test_excel_gives_days_numbers_and_yes_as_a_person_would_write_them() -> None:
    content = workbook(["d", "n", "b", "t"], [datetime(2025, 1, 31), 3.0, True, "x"], [None] * 4)
    assert texts("w.xlsx", content) == [
        {"_row": 2, "d": "2025-01-31", "n": "3", "b": "ja", "t": "x"}
    ]


def test_parquet_of_a_data_frame_gives_days_and_whole_numbers_back() -> None:
    noon = datetime(2025, 1, 1, 12)
    table = pa.table({"d": [datetime(2025, 1, 1)], "n": [2.0], "x": [1.5], "t": [noon]})
    [row] = texts("w.parquet", parquet(table))
    assert row == {"_row": 2, "d": date(2025, 1, 1), "n": 2, "x": 1.5, "t": noon}
