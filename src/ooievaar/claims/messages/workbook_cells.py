"""A specification as it was delivered (.xls, .xlsx or .json) to rows of text, with their numbers.

Whatever the bytes, the answer is sheets or a fault: an official workbook is opened by hand, mailed
and saved again before it comes here.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

from ooievaar.kernel.faults import Fault, InputRejected

LARGEST_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 200_000_000
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 30, 10_000, 200

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text; `rows[0]` is row 1 of the sheet."""

    name: str
    rows: Sequence[Sequence[str]]


def is_workbook(content: bytes) -> bool:
    """Tell whether a file is a workbook, by how it begins."""
    return content.startswith((XLSX, XLS))


def read_sheets(name: str, content: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook; InputRejected when it is none or is damaged."""
    if len(content) > LARGEST_BYTES:
        expected = f"ten hoogste {LARGEST_BYTES} bytes"
        raise InputRejected([Fault(name, None, "", f"{len(content)} bytes", expected)])
    sheets = _read_xlsx(name, content) if content.startswith(XLSX) else _read_xls(name, content)
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS:
            found = f"meer dan {MOST_ROWS} rijen op het blad {sheet.name}"
            raise InputRejected([Fault(name, None, "", found, f"ten hoogste {MOST_ROWS}")])
    return sheets


def _read_xlsx(name: str, content: bytes) -> tuple[Sheet, ...]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked <= LARGEST_UNPACKED_BYTES:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            found = []
            for sheet in book.worksheets[:MOST_SHEETS]:
                # What the file says about its own size may be wrong.
                sheet.reset_dimensions()
                found.append(Sheet(sheet.title, _texts(sheet.iter_rows(values_only=True))))
            return tuple(found)
    except Exception:
        # openpyxl and its parsers raise a dozen kinds of errors on a damaged file.
        raise _damaged(name) from None
    expected = f"ten hoogste {LARGEST_UNPACKED_BYTES} bytes"
    raise InputRejected([Fault(name, None, "", f"{unpacked} bytes uitgepakt", expected)])


def _read_xls(name: str, content: bytes) -> tuple[Sheet, ...]:
    from xlrd import XL_CELL_DATE, XL_CELL_ERROR, open_workbook, xldate_as_datetime

    def value(cell: Any, mode: Literal[0, 1]) -> Any:
        if cell.ctype == XL_CELL_DATE:
            return xldate_as_datetime(cell.value, mode)
        return None if cell.ctype == XL_CELL_ERROR else cell.value

    try:
        # What xlrd has to say about a strange file, it would print.
        book = open_workbook(file_contents=content, ragged_rows=True, logfile=io.StringIO())
        return tuple(
            Sheet(
                sheet.name,
                _texts([value(cell, book.datemode) for cell in row] for row in sheet.get_rows()),
            )
            for sheet in book.sheets()[:MOST_SHEETS]
        )
    except Exception:
        # xlrd raises whatever its arithmetic meets in a damaged file.
        raise _damaged(name) from None


def _damaged(name: str) -> InputRejected:
    found = "een bestand dat beschadigd is of geen werkboek"
    return InputRejected([Fault(name, None, "", found, "een heel werkboek (.xls of .xlsx)")])


def _texts(rows: Iterable[Sequence[Any]]) -> list[list[str]]:
    """Return the cells as text, one row more than may be so that too many is seen."""
    return [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in islice(rows, MOST_ROWS + 1)]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())
