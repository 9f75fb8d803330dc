"""Code lists as they are delivered: in our own form, or as a workbook with a row per code."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from ooievaar.claims.messages.codes import Code, CodeList, read_code_lists
from ooievaar.claims.messages.workbook_cells import Sheet, is_workbook, read_sheets
from ooievaar.kernel.faults import Fault, InputRejected

HEADINGS = {
    "list": ("code codelijst", "codelijst"),
    "code": ("code", "waarde", "retourcode"),
    "name": ("omschrijving", "betekenis", "omschrijving code", "omschrijving retourcode"),
    "from": ("ingangsdatum", "datum ingang"),
    "last": ("expiratiedatum", "einddatum", "datum einde"),
}
_LIST = re.compile(r"COD[0-9]{3}", re.IGNORECASE)
LONGEST_CODE = 20


def read_codes(name: str, content: bytes) -> tuple[CodeList, ...]:
    """Return the lists in a file; InputRejected carries every fault, with its row or line."""
    if is_workbook(content):
        return _from_sheets(name, read_sheets(name, content))
    try:
        return read_code_lists(name, content.decode("utf-8"))
    except UnicodeDecodeError:
        expected = "een werkboek (.xls, .xlsx), of YAML of JSON in UTF-8"
        raise InputRejected([Fault(name, None, "", "onleesbare tekens", expected)]) from None


def _from_sheets(name: str, sheets: Sequence[Sheet]) -> tuple[CodeList, ...]:
    rows: dict[str, list[Code]] = {}
    faults: list[Fault] = []
    read = False
    for sheet in sheets:
        at, columns = _headings(sheet)
        if columns:
            read = True
            _read_rows(name, sheet, at, columns, rows, faults)
    if not read:
        found = "geen rij met de koppen Code en Omschrijving"
        faults.append(Fault(name, None, "", found, "een werkboek met een codelijst"))
    if faults:
        raise InputRejected(faults)
    return tuple(
        CodeList(
            list=key,
            title_nl=key,
            source=f"Bron: Vektis C.V.; ingelezen uit {name}",
            complete=False,
            codes=tuple(codes),
        )
        for key, codes in rows.items()
    )


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]]:
    for at, cells in enumerate(sheet.rows):
        plain = [" ".join(cell.lower().split()) for cell in cells]
        columns = {
            key: next(plain.index(one) for one in names if one in plain)
            for key, names in HEADINGS.items()
            if any(one in plain for one in names)
        }
        if {"code", "name"} <= columns.keys():
            return at, columns
    return 0, {}


def _read_rows(
    name: str,
    sheet: Sheet,
    at: int,
    columns: dict[str, int],
    rows: dict[str, list[Code]],
    faults: list[Fault],
) -> None:
    for number, cells in enumerate(sheet.rows[at + 1 :], start=at + 2):
        told = {key: cells[one].strip() for key, one in columns.items() if one < len(cells)}
        if not any(told.values()):
            continue
        key = _list_of(told.get("list", "")) or _list_of(sheet.name) or _list_of(name)
        code, meaning = told.get("code", ""), told.get("name", "")
        if key == "COD954" and code.isdecimal():
            code = code.zfill(4)
        begins, ends = told.get("from", ""), told.get("last", "")
        first, last = _day(begins), _day(ends)
        own = [
            Fault(name, number, column, found or "niets", expected)
            for column, wrong, found, expected in (
                ("Code codelijst", not key, told.get("list", ""), "een codelijst zoals COD954"),
                ("Code", not 0 < len(code) <= LONGEST_CODE, code[:LONGEST_CODE], "een code"),
                ("Omschrijving", not meaning, "", "wat de code betekent"),
                ("Ingangsdatum", begins and not first, begins, "een datum zoals 2026-01-31"),
                ("Expiratiedatum", ends and not last, ends, "een datum zoals 2026-01-31"),
            )
            if wrong
        ]
        faults += own
        if own:
            continue
        # The workbook names the last day; our periods end on the day after, or never.
        until = last + timedelta(days=1) if last and last.year < date.max.year else None
        before = [one for one in rows.get(key, []) if one.code == code]
        if any((one.valid_until or date.max) > (first or date.min) for one in before):
            found = f"{code} twee keer op dezelfde dag"
            faults.append(Fault(name, number, "Code", found, "perioden die elkaar niet raken"))
            continue
        rows.setdefault(key, []).append(
            Code(code=code, name_nl=meaning, valid_from=first, valid_until=until, verified=True)
        )


def _list_of(text: str) -> str:
    found = _LIST.search(text)
    return found.group().upper() if found else ""


def _day(text: str) -> date | None:
    """A day as workbooks write it; None when it is none."""
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", text)
    parts = found.groups() if found else None
    if parts is None and (found := re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})", text)):
        parts = found.groups()[::-1]
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2])) if parts else None
    except ValueError:
        return None
