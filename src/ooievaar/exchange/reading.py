"""A table from a file (CSV, Parquet, Excel) as Arrow text columns with row numbers, or its faults.

Prevents a file in another encoding, with another delimiter, cut short or blown up from reaching
the checks as if it were good. Row 1 is the header; sizes are limited before anything is unpacked.
"""

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from ooievaar.kernel.faults import Fault, refusal

DELIMITER = ";"
LARGEST_FILE_BYTES = 1_000_000_000
LARGEST_UNPACKED_BYTES = 2_000_000_000
LARGEST_FIELD_CHARS = 10_000
LARGEST_RATIO = 200
"""A workbook of real care unpacks to ten to fifty times its size."""
RATIO_COUNTS_FROM_BYTES = 10_000_000
SUFFIXES = (".csv", ".parquet", ".xlsx")

Read: TypeAlias = "pa.Table | list[Fault]"


def read_table(path: Path) -> Read:
    """Return the table in a file, every value as it stands there plus `_row`, or what is wrong.

    CSV and Excel give text; Parquet keeps dates, numbers and booleans as they are.
    """
    name = path.name
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            return _whole(name, f"{size} bytes", f"ten hoogste {LARGEST_FILE_BYTES} bytes")
        content = path.read_bytes()
    except FileNotFoundError:
        return _whole(name, "geen bestand", "een bestand dat bestaat")
    except OSError as error:
        return _whole(name, refusal(error), "een leesbaar bestand")
    return read_content(name, content)


def read_content(name: str, content: bytes) -> Read:
    """Return the table in the bytes of a file called `name`, or what is wrong with it."""
    suffix = Path(name).suffix.lower()
    if not content:
        return _whole(name, "een leeg bestand", "een kopregel met kolomnamen")
    if suffix == ".csv":
        return _read_csv(name, content)
    if suffix == ".parquet":
        return _read_parquet(name, content)
    if suffix == ".xlsx":
        return _read_xlsx(name, content)
    return _whole(name, f'een bestand dat eindigt op "{suffix}"', "een van: " + ", ".join(SUFFIXES))


def _whole(name: str, found: str, expected: str) -> list[Fault]:
    return [Fault(name, None, "", found, expected)]


def _decoded(name: str, content: bytes) -> str | list[Fault]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _whole(name, "tekst in UTF-16", "tekst in UTF-8")
    if content.startswith((b"PK\x03\x04", b"PAR1")):
        return _whole(name, "een ingepakt bestand met de naam van een CSV", "tekst in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        row = before.count(b"\n") + 1
        at = error.start - (before.rfind(b"\n") + 1) + 1
        found = f"byte 0x{content[error.start]:02x} op plaats {at} (lijkt Latin-1 of Windows-1252)"
        return [Fault(name, row, "", found, "tekst in UTF-8 (bewaar als CSV UTF-8)")]


def _read_csv(name: str, content: bytes) -> Read:
    text = _decoded(name, content)
    if isinstance(text, list):
        return text
    csv.field_size_limit(LARGEST_FIELD_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITER, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    number = 0
    try:
        header = [column.strip() for column in next(reader, [])]
        wrong = _header_faults(name, header)
        if wrong:
            return wrong
        number = 1
        for row in reader:
            number += 1
            if len(row) == len(header):
                rows.append(row)
                numbers.append(number)
            elif any(row):
                faults.append(
                    Fault(name, number, "", f"{len(row)} velden",
                          f"{len(header)} velden, met {DELIMITER} ertussen")
                )  # fmt: skip
    except csv.Error as error:
        return [*faults, _csv_fault(name, number + 1, error)]
    return faults or _text_table(header, rows, numbers)


def _csv_fault(name: str, row: int, error: csv.Error) -> Fault:
    if "field larger" in str(error):
        return Fault(name, row, "",
        "een veld van meer dan 10.000 tekens (of een aanhalingsteken dat "
                     "niet sluit)", "kortere velden")  # fmt: skip
    return Fault(name, row, "", "een aanhalingsteken dat niet sluit of los in een veld staat",
                 'velden zonder ", of het hele veld tussen " en "')  # fmt: skip


def _header_faults(name: str, header: list[str]) -> list[Fault]:
    if not any(header):
        return [Fault(name, 1, "", "geen kolomnamen", "een kopregel met kolomnamen")]
    if len(header) == 1:
        for other in (",", "\t", "|"):
            if other in header[0]:
                seen = "een tab" if other == "\t" else f'"{other}"'
                return [Fault(name, 1, "", f"{seen} tussen de kolomnamen", f'"{DELIMITER}"')]
    return []


def _text_table(header: list[str], rows: list[list[str]], numbers: list[int]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    arrays = [pa.array(numbers, pa.int64())]
    arrays += [pa.array(values, pa.string()) for values in columns]
    return pa.Table.from_arrays(arrays, names=["_row", *header])


def _read_parquet(name: str, content: bytes) -> Read:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        unpacked = sum(group.total_byte_size for group in groups)
        if unpacked > LARGEST_UNPACKED_BYTES:
            return _whole(name, f"{unpacked} bytes uitgepakt",
                          f"ten hoogste {LARGEST_UNPACKED_BYTES} bytes")  # fmt: skip
        table = file.read()
    except (pa.ArrowException, OSError, ValueError):
        return _whole(
            name, "een bestand dat afgekapt is of geen Parquet", "een heel Parquetbestand"
        )
    faults = [
        Fault(name, 1, field.name, f"een kolom van het type {field.type}",
              "tekst, een geheel getal, een datum of ja/nee")
        for field in table.schema
        if not _is_plain(field.type)
    ]  # fmt: skip
    if faults:
        return faults
    columns = [_simplified(table.column(i)) for i in range(table.num_columns)]
    numbers = pa.array(range(2, table.num_rows + 2), pa.int64())
    names = ["_row", *table.column_names]
    return pa.Table.from_arrays([numbers, *columns], names=names)


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_date,
        pa.types.is_boolean, pa.types.is_null, pa.types.is_floating, pa.types.is_decimal,
        pa.types.is_timestamp, pa.types.is_string_view,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _simplified(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give days and whole numbers that were written as something wider their own type back."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    wanted = None
    if pa.types.is_date64(kind) or pa.types.is_timestamp(kind):
        wanted = pa.date32()
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        wanted = pa.int64()
    if wanted is None:
        return column
    try:
        simple = column.cast(wanted)
        # A time of day would be cut off without a word; the column check tells where it stands.
        return simple if simple.cast(kind).equals(column) else column
    except pa.ArrowInvalid:
        return column


def _read_xlsx(name: str, content: bytes) -> Read:
    from openpyxl import load_workbook

    expected = "een heel Excelbestand (.xlsx)"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > max(RATIO_COUNTS_FROM_BYTES, LARGEST_RATIO * len(content)):
            return _whole(name, f"{unpacked} bytes uitgepakt uit {len(content)}",
                          f"ten hoogste {LARGEST_RATIO} keer zo groot")  # fmt: skip
        if unpacked > LARGEST_UNPACKED_BYTES // 8:
            return _whole(name, f"{unpacked} bytes uitgepakt",
                          f"ten hoogste {LARGEST_UNPACKED_BYTES // 8} bytes")  # fmt: skip
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        values = [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except Exception:
        # openpyxl and its parsers raise a dozen kinds of errors on a damaged or hostile file.
        return _whole(name, "een bestand dat afgekapt is of geen Excelbestand", expected)
    if not values or not any(values[0]):
        return [Fault(name, 1, "", "geen kolomnamen", "een kopregel met kolomnamen")]
    header = [text.strip() for text in values[0]]
    while header and not header[-1]:
        header.pop()
    rows, numbers, faults = [], [], []
    for number, row in enumerate(values[1:], start=2):
        if any(row[len(header) :]):
            faults.append(Fault(name, number, "", "een waarde rechts van de laatste kolomnaam",
                                f"ten hoogste {len(header)} velden"))  # fmt: skip
        elif any(row):
            rows.append((row + [""] * len(header))[: len(header)])
            numbers.append(number)
    return faults or _text_table(header, rows, numbers)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
