"""A table of codes as people fill it in, checked row by row."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ooievaar import rulebook
from ooievaar.kernel.faults import Fault, InputRejected

REQUIRED = ("list_code", "code", "activity", "valid_from")
COLUMNS = (*REQUIRED, "valid_until", "day", "unit_minutes")
DAYS = ("start", "end")
MOST_MINUTES = 24 * 60


def code_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a table as they are kept; InputRejected carries every fault."""
    faults: list[Fault] = []
    found: list[dict[str, Any]] = []
    starts: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for row in rows:
        number = int(row["_row"])
        reader = _Row(name, number, row)
        one = reader.read()
        if not reader.faults:
            key = (one["list_code"], one["code"])
            since = date.fromisoformat(one["valid_from"])
            until = date.fromisoformat(one["valid_until"]) if one["valid_until"] else date.max
            for other_since, other_until, other_row in starts.get(key, []):
                if since < other_until and other_since < until:
                    expected = f"een periode die niet overlapt met die van regel {other_row}"
                    reader.refuse("valid_from", one["valid_from"], expected)
            starts.setdefault(key, []).append((since, until, number))
        faults += reader.faults
        found.append(one)
    if not found and not faults:
        faults.append(Fault(name, None, "", "geen rijen", f"kolommen: {', '.join(COLUMNS)}"))
    if faults:
        raise InputRejected(faults)
    return found


class _Row:
    """One row of the table, and what is wrong with it."""

    def __init__(self, name: str, number: int, row: Mapping[str, Any]) -> None:
        self._name, self._number = name, number
        self._row = row
        self.faults: list[Fault] = []

    def refuse(self, column: str, found: str, expected: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(self._name, self._number, column, found or "niets", expected))

    def read(self) -> dict[str, Any]:
        """Return the row as it is kept."""
        for column in self._row:
            if column != "_row" and column not in COLUMNS:
                self.refuse(column, "een onbekende kolom", f"een van: {', '.join(COLUMNS)}")
        list_code = self._text("list_code").zfill(3)
        if not (list_code.isascii() and list_code.isdigit() and len(list_code) == 3):
            self.refuse("list_code", list_code, "drie cijfers, zoals 032")
        code = self._text("code")
        if not 1 <= len(code) <= 10:
            self.refuse("code", code, "een code van ten hoogste 10 tekens")
        since, until = self._day("valid_from"), self._day("valid_until")
        if since is None and self._text("valid_from") == "":
            self.refuse("valid_from", "", "een dag, zoals 2026-01-01")
        if since and until and until <= since:
            self.refuse("valid_until", f"{until}", f"een dag na {since}")
        day = self._text("day") or "start"
        if day not in DAYS:
            self.refuse("day", day, "start of end")
        minutes = self._minutes()
        activity = self._text("activity")
        entry = rulebook.load().catalogue_entry(activity, since) if since else None
        if since and entry is None:
            self.refuse("activity", activity, f"een code uit de catalogus op {since}")
        if entry is not None and entry.hourly and not minutes:
            self.refuse("unit_minutes", "", "het aantal minuten van een eenheid: dit gaat per uur")
        return {
            "list_code": list_code,
            "code": code,
            "activity": activity,
            "valid_from": since.isoformat() if since else "",
            "valid_until": until.isoformat() if until else "",
            "day": day,
            "unit_minutes": minutes,
        }

    def _text(self, column: str) -> str:
        value = self._row.get(column)
        return "" if value is None else str(value).strip()

    def _day(self, column: str) -> date | None:
        text = self._text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(column, text, "een dag, zoals 2026-01-01")
            return None

    def _minutes(self) -> int:
        text = self._text("unit_minutes") or "0"
        if not (text.isascii() and text.isdigit() and int(text) <= MOST_MINUTES):
            self.refuse("unit_minutes", text, f"een heel getal van 0 tot {MOST_MINUTES}")
            return 0
        return int(text)
