"""An official specification to a layout: every row a field, every fault told with its row.

The workbooks of Vektis have a sheet about the standard and a sheet with Dutch headings, one row per
field. `.json` has the same columns under English names (`data/layouts` of the shared facts, or what
`layout show --json` prints). What a known layout of the standard fills in by itself is taken over.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ooievaar.claims.messages.layout import (
    Field,
    Kind,
    Layout,
    Obligation,
    RecordLayout,
    find_standard,
    layout_faults,
)
from ooievaar.claims.messages.layout_files import with_fixed_values
from ooievaar.claims.messages.workbook_cells import Sheet, is_workbook, read_sheets
from ooievaar.kernel.faults import Fault, InputRejected

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "record": ("recordcode", "code record", "kenmerk record"),
    "record_name": ("recordtype", "naam record", "record"),
    "number": ("volgnummer", "volgnr", "rubriek", "rubrieknummer"),
    "name": ("naam gegevenselement", "gegevenselement", "naam"),
    "kind": ("type", "veldtype"),
    "length": ("lengte",),
    "pattern": ("patroon",),
    "end": ("eindpositie",),
    "obligation": ("verplichting", "verplicht"),
    "element": ("code gegeven", "code gegevenselement"),
    "codelist": ("code codelijst",),
    "condition": ("constraints condities", "constraints", "condities", "constraint conditie"),
}
"""What a column is called in the workbooks; letters and single spaces only."""

NEEDED = ("record", "number", "name", "kind", "length", "end", "obligation", "element")
ABOUT: Mapping[str, tuple[str, ...]] = {
    "standard": ("standaardcode",),
    "codes": ("code ei bericht",),
    "version": ("versie",),
    "title": ("standaardnaam bericht", "standaardnaam"),
    "kind": ("type",),
    "traits": ("kenmerken",),
    "edition": ("uitgave", "status"),
}
JSON_KEYS: Mapping[str, tuple[str, ...]] = {
    "number": ("number",),
    "name": ("name",),
    "kind": ("kind", "type"),
    "length": ("length",),
    "pattern": ("pattern",),
    "obligation": ("obligation", "required"),
    "element": ("element", "element_code"),
    "codelist": ("codelist_code", "codelist"),
    "condition": ("condition",),
}

PLACED = (
    ("01", "COD001", 1, 2), ("01", "COD002", 3, 5), ("01", "NUM001", 6, 7),
    ("01", "NUM309", 8, 9), ("02", "NUM040", 3, 14), ("04", "NUM040", 3, 14),
)  # fmt: skip
"""Where every standard has these, since a file is recognised and numbered by them."""

_KINDS = {"N": "N", "AN": "AN", "A": "AN", "NUM": "N"}
_FILE_NAME = re.compile(r"([A-Z]{2}[0-9]{3})V?([0-9]{1,2})[.V_]?([0-9]{1,2})?", re.IGNORECASE)
_VERSION = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?$")
_LENGTH = re.compile(r"recordlengte\D{0,5}([0-9]{2,4})", re.IGNORECASE)
_FIXED = re.compile(r"(?:C[SD]: ?)?Waarde '([0-9A-Z]+)'(?: \([^)]*\))? vullen\.?", re.IGNORECASE)
_DEFAULT = re.compile(r"defaultwaarde(?: is)? '([0-9A-Z]+)'", re.IGNORECASE)
_CAPITALS = re.compile(r"\b(?:btw|bsn|uzovi|agb|dbc|icd|zv)\b")
_FORMS = "een werkboek (.xls, .xlsx) of .json met een berichtspecificatie"


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the specification as text; `row` is None where a file has no rows."""

    row: int | None
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(frozen=True, slots=True)
class _Specification:
    """What a file says: about the standard, and its fields in order."""

    file: str
    about: Mapping[str, str]
    rows: Sequence[_Row]
    provisional: Mapping[str, int]

    def fault(self, row: _Row | None, column: str, found: str, expected: str) -> Fault:
        """A fault with the row and the heading a person looks for."""
        heading = HEADINGS[column][0].capitalize() if column in HEADINGS else column
        return Fault(self.file, row.row if row else None, heading, found or "niets", expected)


def read_layout(name: str, content: bytes, known: Mapping[str, Layout]) -> Layout:
    """Return the layout that a specification describes; InputRejected carries every fault found."""
    if is_workbook(content):
        specification = _from_sheets(name, read_sheets(name, content))
    else:
        specification = _from_json(name, content)
    return _layout(specification, known)


def _from_sheets(name: str, sheets: Sequence[Sheet]) -> _Specification:
    about: dict[str, str] = {}
    for sheet in sheets:
        for at, cells in enumerate(sheet.rows):
            columns = _columns(cells)
            if len([key for key in NEEDED if key in columns]) >= 4:
                missing = [HEADINGS[key][0].capitalize() for key in NEEDED if key not in columns]
                if missing:
                    found = f"geen kolom {', '.join(missing)}"
                    fault = Fault(
                        name, at + 1, "", found, "alle koppen van een berichtspecificatie"
                    )
                    raise InputRejected([fault])
                for other in sheets:
                    until = at if other is sheet else len(other.rows)
                    about = _about(other.rows[:until]) | about
                return _Specification(name, about, _rows(sheet, at + 1, columns), {})
    found = "geen rij met koppen zoals Recordcode, Volgnummer, Lengte en Eindpositie"
    raise InputRejected([Fault(name, None, "", found, _FORMS)])


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each heading stands in a row; the first of its names that is there counts."""
    plain = [_plain(cell) for cell in cells]
    return {
        key: next(plain.index(one) for one in names if one in plain)
        for key, names in HEADINGS.items()
        if any(one in plain for one in names)
    }


def _about(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """What stands beside the labels we know."""
    found: dict[str, str] = {}
    for cells in rows:
        filled = [cell for cell in cells if cell]
        for key, names in ABOUT.items():
            if len(filled) > 1 and _plain(filled[0]) in names:
                found.setdefault(key, filled[1])
    return found


def _rows(sheet: Sheet, first: int, columns: Mapping[str, int]) -> list[_Row]:
    rows = []
    for number, cells in enumerate(sheet.rows[first:], start=first + 1):
        told = {key: cells[at].strip() for key, at in columns.items() if at < len(cells)}
        # A title between records, or an empty line.
        if any(told.get(key) for key in ("number", "length", "end")):
            rows.append(_Row(number, told))
    return rows


def _from_json(name: str, content: bytes) -> _Specification:
    try:
        told = json.loads(content)
        records = told["records"]
        if isinstance(records, Mapping):
            records = [{"code": code, **record} for code, record in records.items()]
        info = told.get("info", {})
        about = _about([[str(key), str(value)] for key, value in info.items()])
        if "standard" in told:
            about |= {
                "standard": str(told["standard"]),
                "version": f"{told['version']}.{told['subversion']}",
                "codes": " ".join(map(str, told["message_codes"])),
                "title": "RETOUR" if told["direction"] == "return" else "",
                "traits": f"Recordlengte = {told['record_length']}",
            }
        rows, provisional = [], {}
        for record in records:
            code = str(record.get("record_code", record.get("code", "")))
            title = str(record.get("record_name", record.get("name", "")))
            if (first := record.get("provisional_from")) is not None:
                provisional[code] = int(first)
            for one in record["fields"]:
                cells = {
                    key: str(next((one[word] for word in words if one.get(word)), ""))
                    for key, words in JSON_KEYS.items()
                }
                # Our own form says these itself; from a workbook they are read in the condition.
                cells |= {key: str(one[key]) for key in ("fixed", "default") if key in one}
                end = one.get("end", int(one["start"]) + int(one["length"]) - 1)
                cells |= {"record": code, "record_name": title, "end": str(end)}
                rows.append(_Row(None, cells))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputRejected([Fault(name, None, "", "iets anders", _FORMS)]) from None
    return _Specification(name, about, rows, provisional)


def _layout(told: _Specification, known: Mapping[str, Layout]) -> Layout:
    faults: list[Fault] = []
    standard, version, subversion = _standard(told, faults)
    earlier = known.get(f"{standard}-{version}.{subversion}") or find_standard(known, standard)
    fields = list(_fields(told, faults))
    length = _record_length(told, fields, earlier)
    if not faults:
        faults += _length_faults(told, fields, length)
    codes = _message_codes(told, fields, earlier, faults)
    if faults:
        raise InputRejected(faults)
    is_return = "RETOUR" in told.about.get("title", "").upper()
    direction = earlier.direction if earlier and not told.about.get("title") else None
    header = {"COD002": codes[0] if len(codes) == 1 else "", "NUM001": f"{version:02d}"}
    header["NUM309"] = f"{subversion:02d}"
    records: dict[str, RecordLayout] = {}
    for row, code, field in fields:
        record = records.get(code) or RecordLayout(
            code, row["record_name"].capitalize(), length, (), told.provisional.get(code)
        )
        records[code] = replace(
            record, fields=(*record.fields, _with_default(field, code, earlier))
        )
    layout = Layout(
        standard=standard,
        version=version,
        subversion=subversion,
        direction=direction or ("return" if is_return else "claim"),
        message_codes=codes,
        record_length=length,
        records={code: with_fixed_values(record, header) for code, record in records.items()},
        source=f"Bron: Vektis C.V.; ingelezen uit {told.file}",
        answers=(earlier.answers if earlier else "") or (_answered(standard) if is_return else ""),
    )
    faults = [_told(told, one.record_code, one.field_number, one.found, one.expected)
              for one in layout_faults(layout)]  # fmt: skip
    faults += _misplaced(told, layout)
    if faults:
        raise InputRejected(faults)
    return layout


def _standard(told: _Specification, faults: list[Fault]) -> tuple[str, int, int]:
    """The standard and its version: as the file says, else as its name says."""
    named = _FILE_NAME.search(told.file)
    standard = told.about.get("standard", "").upper() or (named.group(1).upper() if named else "")
    if not re.fullmatch("[A-Z]{2}[0-9]{3}", standard):
        faults.append(told.fault(None, "Standaardcode", standard, "een standaard zoals KZ301"))
    found = _VERSION.match(told.about.get("version", "").strip())
    if found is None and named and named.group(1).upper() == standard:
        return standard, int(named.group(2)), int(named.group(3) or 0)
    if found is None:
        told_version = told.about.get("version", "")
        faults.append(told.fault(None, "Versie", told_version, "een versie zoals 3.2"))
        return standard, 0, 0
    return standard, int(found.group(1)), int(found.group(2) or 0)


def _fields(told: _Specification, faults: list[Fault]) -> Iterator[tuple[_Row, str, Field]]:
    """Every field with its row; a gap or an overlap is told at the row where it shows."""
    at: dict[str, int] = {}
    for row in told.rows:
        own: list[Fault] = []
        number = _number(row)
        code = row["record"].zfill(2) if row["record"] else number[:2]
        if not re.fullmatch("[0-9]{2}", code):
            own.append(told.fault(row, "record", row["record"], "twee cijfers"))
        if not re.fullmatch("[0-9]{4}", number) or number[:2] != code:
            expected = f"een nummer van record {code}, zoals {code}01"
            own.append(told.fault(row, "number", row["number"], expected))
        kind = _KINDS.get(row["kind"].upper())
        if kind is None:
            own.append(told.fault(row, "kind", row["kind"], "N of AN"))
        obligation = row["obligation"].upper()[:1]
        if obligation not in ("M", "C", "O", "S"):
            own.append(told.fault(row, "obligation", row["obligation"], "M, C, O of S"))
        length, end = _whole(row["length"]), _whole(row["end"])
        if not length:
            own.append(told.fault(row, "length", row["length"], "een getal van ten minste 1"))
        if not end:
            own.append(told.fault(row, "end", row["end"], "een getal van ten minste 1"))
        if not row["name"]:
            own.append(told.fault(row, "name", "", "de naam van het gegeven"))
        if length and end:
            start, wanted = end - length + 1, at.get(code, 1)
            if start > wanted:
                found = f"een gat: positie {wanted} tot en met {start - 1} van record {code}"
                own.append(told.fault(row, "end", found, f"begin op positie {wanted}"))
            elif start < wanted:
                found = f"overlap: begint op positie {start} van record {code}"
                own.append(told.fault(row, "end", found, f"begin op positie {wanted}"))
            at[code] = end + 1
        faults += own
        if own:
            continue
        yield (
            row,
            code,
            Field(
                number=number,
                name=_sentence(row["name"]),
                kind=cast(Kind, kind),
                start=end - length + 1,
                length=length,
                obligation=cast(Obligation, obligation),
                element=row["element"].upper(),
                codelist=row["codelist"].upper(),
                pattern=row["pattern"],
                fixed=row.cells.get("fixed", _quoted(_FIXED.fullmatch(row["condition"]))),
                default=row.cells.get("default", _quoted(_DEFAULT.search(row["condition"]))),
                condition=row["condition"],
            ),
        )


def _sentence(name: str) -> str:
    """A name as people write it; the workbooks have them in capitals."""
    if not name.isupper():
        return name
    return _CAPITALS.sub(lambda found: found.group().upper(), name.capitalize())


def _number(row: _Row) -> str:
    """The number of a field as four digits: a workbook may give 0101, 101 or 1."""
    number = row["number"]
    if not number.isdecimal():
        return number
    return row["record"].zfill(2) + number.zfill(2) if len(number) <= 2 else number.zfill(4)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _quoted(found: re.Match[str] | None) -> str:
    return found.group(1) if found else ""


def _record_length(
    told: _Specification, fields: Sequence[tuple[_Row, str, Field]], earlier: Layout | None
) -> int:
    """The length of every record: as the file says, as it was known, or as most records have it."""
    if found := _LENGTH.search(told.about.get("traits", "")):
        return int(found.group(1))
    if earlier is not None:
        return earlier.record_length
    ends = [field.end for _, field in _last(fields).values()]
    return max(ends, key=ends.count, default=0)


def _last(fields: Sequence[tuple[_Row, str, Field]]) -> dict[str, tuple[_Row, Field]]:
    return {code: (row, field) for row, code, field in fields}


def _length_faults(
    told: _Specification, fields: Sequence[tuple[_Row, str, Field]], length: int
) -> list[Fault]:
    return [
        told.fault(row, "end", f"record {code} eindigt op positie {field.end}", f"positie {length}")
        for code, (row, field) in _last(fields).items()
        if field.end != length
    ]


def _message_codes(
    told: _Specification,
    fields: Sequence[tuple[_Row, str, Field]],
    earlier: Layout | None,
    faults: list[Fault],
) -> tuple[str, ...]:
    codes = tuple(re.findall(r"\b[0-9]{3}\b", told.about.get("codes", "")))
    if not codes:
        codes = tuple(
            field.fixed for _, _, field in fields if field.element == "COD002" and field.fixed
        )
    if not codes and earlier is not None:
        codes = earlier.message_codes
    if not codes:
        faults.append(told.fault(None, "Code EI-bericht", "", "een berichtcode zoals 133"))
    return codes


def _answered(standard: str) -> str:
    """The standard a return answers: the number before it, as everywhere in the chain."""
    return f"{standard[:2]}{int(standard[2:]) - 1:03d}"


def _with_default(field: Field, code: str, earlier: Layout | None) -> Field:
    """The field with what the known layout fills in for this element when nobody says otherwise."""
    record = earlier.records.get(code) if earlier else None
    before = record.by_element.get(field.element) if record and field.element else None
    if field.default or before is None or not before.default:
        return field
    return replace(field, default=before.default) if before.kind == field.kind else field


def _told(told: _Specification, code: str, number: str, found: str, expected: str) -> Fault:
    """A fault of the layout as a whole, at the row of its field if it has one."""
    row = next((one for one in told.rows if number and _number(one) == number), None)
    place = f"record {code}" + (f", {number}" if number else "")
    return Fault(told.file, row.row if row else None, place, found, expected)


def _misplaced(told: _Specification, layout: Layout) -> list[Fault]:
    faults = []
    for code, element, start, end in PLACED:
        record = layout.records.get(code)
        if record is None:
            continue
        field = record.by_element.get(element)
        if field is None or (field.start, field.end) != (start, end):
            found = f"positie {field.start}-{field.end}" if field else f"geen {element}"
            number = field.number if field else ""
            expected = f"{element} op positie {start}-{end}, zoals in elke standaard"
            faults.append(_told(told, code, number, found, expected))
    return faults


def _plain(text: str) -> str:
    """A heading without capitals, signs and line breaks."""
    return " ".join(re.sub("[^a-z0-9]+", " ", text.lower()).split())
