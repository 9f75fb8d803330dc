"""Files of what a table shows: CSV as a Dutch spreadsheet reads it, and XLSX.

Text that a spreadsheet would take for a formula is marked as text; figures and days stay what
they are.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from ooievaar.kernel.gestation import format_gestation
from ooievaar.kernel.period import FAR_DATE
from ooievaar.ui.columns import Column, Kind, local

SHEET_ROWS = 1_048_576
"""Rows of one sheet; Excel opens no longer one."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file, and how many rows it can hold."""

    key: str
    label: str
    content_type: str
    most_rows: int


FORMATS = {
    "csv": Format("csv", "CSV", "text/csv; charset=utf-8", 2**62),
    "xlsx": Format(
        "xlsx",
        "Excel (XLSX)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        SHEET_ROWS - 1,
    ),
}
DANGEROUS = "=+-@＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NUMBER_FORMATS: dict[Kind, str] = {
    "euro": '€ #,##0.00;[Red]"€ "-#,##0.00',
    "number": "#,##0",
    "day": "dd-mm-yyyy",
    "moment": "dd-mm-yyyy hh:mm",
}


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet runs: an apostrophe before what could begin a formula.

    Also when white space stands before it, for spreadsheets trim; a tab or a return at the start
    splits a cell in some of them.
    """
    text = UNPRINTABLE.sub(" ", text)
    if text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(tuple(DANGEROUS)):
        return f"'{text}"
    return text


def csv_cell(kind: Kind, value: Any) -> str:
    """Write a value for CSV: `1234,56`, `2026-11-21`, and text that is safe."""
    value = cell_value(kind, value)
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:.2f}".replace(".", ",")
        case float():
            return repr(value).replace(".", ",")
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case bool() | int():
            return str(int(value))
    return safe_cell(str(value))


def cell_value(kind: Kind, value: Any) -> Any:
    """Return a value as a spreadsheet keeps it: euros as an exact number, no time zone."""
    if value is None or value == FAR_DATE:
        return None
    if kind == "euro" and isinstance(value, int):
        return Decimal(value) / 100
    if kind == "gestation" and isinstance(value, int):
        return format_gestation(value)
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    if isinstance(value, int | float | Decimal | date):
        return value
    return str(value)


def file_name(name: str, extension: str) -> str:
    """Return a name that is safe in a header and on any disk, with the day it was made."""
    return f"{slugify(name)[:60] or 'ooievaar'}-{timezone.localdate().isoformat()}.{extension}"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """Yield the file line by line: a byte order mark, the heads, the rows."""
    # Lines are written after the view has answered: in the language it was asked in.
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([safe_cell(str(c.label)) for c in columns])
    for row in rows:
        yield writer.writerow([csv_cell(c.kind, c.value(row)) for c in columns])


def _in_language(lines: Iterator[str], language: str | None) -> Iterator[str]:
    """Yield lines that are each made in a language."""
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def export_rows(
    name: str, format: str, columns: Sequence[Column], rows: Iterable[Any], count: int
) -> HttpResponseBase:
    """Answer with a file of all rows; a format that cannot hold them is refused, never cut off."""
    kind = FORMATS[format]
    if count > kind.most_rows:
        raise BadRequest(f"{kind.label} holds at most {kind.most_rows} rows")
    if format == "xlsx":
        return _workbook(name, columns, rows)
    lines = _in_language(csv_lines(columns, rows), get_language())
    response = StreamingHttpResponse(lines, content_type=kind.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name, format)}"'
    return response


def add_sheet(book: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """Add a sheet with bold heads that stay in sight, and the rows."""
    sheet = book.create_sheet(title=title)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(
            12, len(str(column.label)) + 4
        )
    heads = []
    for column in columns:
        head = WriteOnlyCell(sheet, safe_cell(str(column.label)))
        head.font = Font(bold=True)
        heads.append(head)
    sheet.append(heads)
    for row in rows:
        sheet.append([_sheet_cell(sheet, c.kind, c.value(row)) for c in columns])


def _workbook(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponseBase:
    book = Workbook(write_only=True)
    add_sheet(book, slugify(name)[:31] or "ooievaar", columns, rows)
    # On disk from a few megabytes on; gone when the answer is.
    file = tempfile.SpooledTemporaryFile(max_size=4_000_000)  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=file_name(name, "xlsx"),
        content_type=FORMATS["xlsx"].content_type,
    )


def _sheet_cell(sheet: Any, kind: Kind, value: Any) -> Any:
    value = cell_value(kind, value)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, safe_cell(value))
        cell.data_type = "s"
        return cell
    cell = WriteOnlyCell(sheet, value)
    if kind in NUMBER_FORMATS:
        cell.number_format = NUMBER_FORMATS[kind]
    return cell
