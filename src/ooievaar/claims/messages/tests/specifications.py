"""Official specifications as tests make them up: workbooks (.xlsx, .xls) with Dutch headings."""

import io
import struct
from collections.abc import Sequence
from dataclasses import replace

from openpyxl import Workbook

from ooievaar.claims.messages.layout import Field, Layout, shipped

HEADINGS = (
    "Sleutel", "Recordtype", "Recordcode", "Volgnummer", "Naam gegevenselement", "Type", "Lengte",
    "Patroon", "Eindpositie", "Verplichting", "Code gegeven", "Org.", "Codelijst", "Code codelijst",
    "Constraints/\ncondities",
)  # fmt: skip
Cell = str | int | float | None
Sheets = dict[str, list[list[Cell]]]

MADE_UP = (
    ("0408", "INDICATIESTELLING KRAAMZORG", "AN", 2, "C", "COD999", ""),
    ("0409", "BEGINDATUM PRESTATIE", "N", 8, "M", "DAT001", ""),
    ("0410", "EINDDATUM PRESTATIE", "N", 8, "M", "DAT003", ""),
    ("0411", "AANDUIDING PRESTATIECODELIJST", "N", 3, "M", "COD367", "COD367-VEKT"),
    ("0412", "PRESTATIECODE", "AN", 6, "M", "COD388", ""),
    ("0413", "ZORGVERLENERSCODE BEHANDELAAR/UITVOERDER", "N", 8, "C", "COD089", ""),
    ("0414", "REFERENTIENUMMER DIT PRESTATIERECORD", "AN", 20, "M", "NUM362", ""),
    ("0415", "REFERENTIENUMMER VOORGAANDE PRESTATIERECORD", "AN", 20, "C", "NUM363", ""),
    ("0416", "AANTAL UITGEVOERDE PRESTATIES", "N", 4, "M", "ANT054", ""),
    ("0417", "TARIEF PRESTATIE (INCL. BTW)", "N", 8, "M", "BED160", ""),
    ("0418", "BEREKEND BEDRAG (INCL. BTW)", "N", 8, "M", "BED153", ""),
    ("0419", "INDICATIE DEBET/CREDIT (01)", "AN", 1, "M", "COD668", "COD043-VEKT"),
    ("0420", "DECLARATIEBEDRAG (INCL. BTW)", "N", 8, "M", "BED161", ""),
    ("0421", "INDICATIE DEBET/CREDIT (02)", "AN", 1, "M", "COD665", "COD043-VEKT"),
)
"""A record 04 after the generic part as it might be: nothing stands where our own layout has it."""


def made_up_kz301() -> Layout:
    """Return a KZ301 that could be the official one, with another order in record 04."""
    layout = shipped()["KZ301-3.2"]
    record = layout.records["04"]
    fields, at = [one for one in record.fields if one.start < 59], 59
    for number, name, kind, length, obligation, element, codelist in MADE_UP:
        pattern = "EEJJMMDD" if element.startswith("DAT") else ""
        fields.append(Field(number, name, kind, at, length, obligation, element, codelist, pattern))
        at += length
    fields.append(Field("0480", "RESERVE", "AN", at, 311 - at, "S", "TEC007"))
    official = replace(record, fields=tuple(fields), provisional_from=None)
    return replace(layout, records={**layout.records, "04": official})


def sheets_of(layout: Layout, **about: Cell) -> Sheets:
    """Return the cells of the workbook that describes a layout: one row per field, from row 12."""
    told: dict[str, Cell] = {
        "Standaardnaam/-bericht": "DECLARATIE"
        if layout.direction == "claim"
        else "RETOURINFORMATIE",
        "Standaardcode": layout.standard,
        "Code EI-bericht": layout.message_codes[0],
        "Versie": float(f"{layout.version}.{layout.subversion}"),
        "Kenmerken": f"Recordlengte = {layout.record_length} posities.",
        **about,
    }
    rows: list[list[Cell]] = [[] for _ in range(10)]
    rows.append(list(HEADINGS))
    for code, record in sorted(layout.records.items()):
        for one in record.fields:
            condition = one.condition or (f"CS: Waarde '{one.fixed}' vullen." if one.fixed else "")
            rows.append([
                "T", record.name.upper(), code, one.number, one.name.upper(), one.kind, one.length,
                one.pattern, one.end, one.obligation, one.element, "VEKT", "", one.codelist,
                condition,
            ])  # fmt: skip
    return {"Info": [[key, value] for key, value in told.items() if value is not None], "BER": rows}


def row_of(sheets: Sheets, number: str) -> list[Cell]:
    """Return the row of a field, to be changed in place."""
    return next(row for row in sheets["BER"] if len(row) > 3 and row[3] == number)


def row_number(sheets: Sheets, number: str) -> int:
    """Return where a person finds the row of a field."""
    return sheets["BER"].index(row_of(sheets, number)) + 1


def as_xlsx(sheets: Sheets) -> bytes:
    """Return the workbook as .xlsx."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_xls(sheets: Sheets) -> bytes:
    """Return the workbook as .xls: BIFF8 records in a compound file, as little as it takes."""
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_text(name, "B") for name in sheets]
    bound = sum(4 + 6 + len(name) for name in names)
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0x0600))
    begin += _record(0x0042, struct.pack("<H", 1200))
    place = len(begin) + bound + 4
    globals_ = begin
    for name, body in zip(names, bodies, strict=True):
        globals_ += _record(0x0085, struct.pack("<IBB", place, 0, 0) + name)
        place += len(body)
    return _compound(globals_ + _record(0x000A, b"") + b"".join(bodies))


def _sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0x0600))
    width = max(map(len, rows), default=0)
    body += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            where = struct.pack("<HHH", at, column, 0)
            if isinstance(cell, str):
                body += _record(0x0204, where + _text(cell, "H"))
            else:
                body += _record(0x0203, where + struct.pack("<d", cell))
    return body + _record(0x000A, b"")


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _text(text: str, size: str) -> bytes:
    return struct.pack(f"<{size}B", len(text), 1) + text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """Wrap one stream: header, its sectors, a directory, the table of sectors."""
    stream = stream.ljust(4096, b"\0")
    sectors = [stream[at : at + 512].ljust(512, b"\0") for at in range(0, len(stream), 512)]
    count, end, free = len(sectors), 0xFFFFFFFE, 0xFFFFFFFF
    tables = next(n for n in range(1, 100) if n * 128 >= count + 1 + n)
    chain = [*range(1, count), end, end, *[0xFFFFFFFD] * tables]
    chain += [free] * (tables * 128 - len(chain))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHHHII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0)
    header += struct.pack("<IIIIIIIII", tables, count, 0, 4096, end, 0, end, 0, count + 1)
    header += struct.pack(f"<{tables - 1}I", *range(count + 2, count + 1 + tables))
    header = header.ljust(512, b"\xff")
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 0, len(stream))
    directory += (_entry("", 0, free, 0, 0)) * 2
    return header + b"".join(sectors) + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    none = 0xFFFFFFFF
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
