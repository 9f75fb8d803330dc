"""Code lists of the messages by date: what a code means, and what a return code asks of us.

The lists lie in `data/codes/`, in part where the source was read in part. A code that stands in no
list is told as unknown; its meaning is never guessed. What is imported is laid over it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import ValidationError

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.rulebook.loading import schema_fault
from ooievaar.rulebook.schema import Frozen, Text
from ooievaar.rulebook.yaml_source import YamlFile, read_yaml, read_yaml_text

FOLDER = Path(__file__).parent / "data" / "codes"
RETURN_CODES = "COD954"

Fix = Literal[
    "none", "technical", "correct_identity", "correct_insurer", "correct_contract", "ask_partner",
    "bill_outside", "credit", "release", "wait", "write_off",
]  # fmt: skip
"""What a person can do about a return code; `none`: it is no refusal."""

_UNKNOWN = {"nl": "onbekende code {code}", "en": "unknown code {code}"}
_NOT_THEN = {"nl": "{text} (niet geldig op {day:%d-%m-%Y})", "en": "{text} (not valid on {day})"}


class Code(Frozen):
    """One code in one half-open period; without days the source names none."""

    code: Text
    name_nl: Text
    name_en: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    verified: bool
    fix: Fix | None = None
    cause_nl: str = ""
    cause_en: str = ""

    def holds_on(self, day: date) -> bool:
        """Tell whether the code may be used on a day."""
        return (self.valid_from or date.min) <= day < (self.valid_until or FAR_DATE)

    def name(self, language: str) -> str:
        """Return the meaning; in Dutch where nobody translated it."""
        return (language == "en" and self.name_en) or self.name_nl

    def cause(self, language: str) -> str:
        """Return what probably caused a return code; empty where nobody wrote it down."""
        return (language == "en" and self.cause_en) or self.cause_nl


class CodeList(Frozen):
    """A list with its source; only of a complete list is a code that is not in it wrong."""

    list: Text
    title_nl: Text
    title_en: str = ""
    source: Text
    complete: bool
    codes: tuple[Code, ...]


class CodeListFile(Frozen):
    """What one file holds."""

    lists: tuple[CodeList, ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """All lists by their short name (`COD367`), each with the periods of every code."""

    lists: Mapping[str, CodeList]
    entries: Mapping[str, Mapping[str, tuple[Code, ...]]]

    def entry(self, name: str, code: str, day: date | None = None) -> Code | None:
        """Return a code as it holds on a day (without a day: its newest period), if it is known."""
        periods = self.entries.get(short_name(name), {}).get(code, ())
        if day is not None:
            return next((row for row in periods if row.holds_on(day)), None)
        return periods[-1] if periods else None

    def text(self, name: str, code: str, day: date | None = None, language: str = "nl") -> str:
        """Say what a code means; that it is unknown, or did not hold then, is said as well."""
        if (found := self.entry(name, code, day)) is not None:
            return found.name(language)
        if day is not None and (found := self.entry(name, code)) is not None:
            return _NOT_THEN[language].format(text=found.name(language), day=day)
        return _UNKNOWN[language].format(code=code)

    def return_code(self, code: str) -> Code | None:
        """Return a return code with its probable cause and the fix that belongs to it."""
        return self.entry(RETURN_CODES, code)

    def is_complete(self, name: str) -> bool:
        """Tell whether a list is known whole."""
        found = self.lists.get(short_name(name))
        return found is not None and found.complete

    def refuses(self, name: str, code: str, day: date) -> bool:
        """Tell whether a code may not be used on a day; of a list read in part only by its days."""
        found = self.lists.get(short_name(name))
        if found is None or self.entry(name, code, day) is not None:
            return False
        return found.complete or self.entry(name, code) is not None

    def extended(self, imported: Iterable[CodeList]) -> "Codes":
        """Lay imported lists over these: their codes replace ours, a complete list the whole.

        What we wrote ourselves (English, cause, fix) stays with a code that brings none.
        """
        lists = dict(self.lists)
        for new in imported:
            key = short_name(new.list)
            lists[key] = merged(lists[key], new) if key in lists else new
        return _indexed(lists.values())


def merged(old: CodeList, new: CodeList) -> CodeList:
    """Lay a list over an earlier one; a complete list leaves nothing of it but our own words."""
    known: dict[str, Code] = {row.code: row for row in old.codes}
    codes = [_completed(row, known.get(row.code)) for row in new.codes]
    if not new.complete:
        replaced = {row.code for row in codes}
        codes = [row for row in old.codes if row.code not in replaced] + codes
    told = {"codes": tuple(codes), "complete": new.complete or old.complete}
    return new.model_copy(update=told)


def short_name(name: str) -> str:
    """Return the name a list has here: `COD367` for `COD367-VEKT`."""
    return name.partition("-")[0].strip().upper()


@cache
def load_codes() -> Codes:
    """Return the shipped lists; InputRejected when one does not hold."""
    return _indexed(
        row for path in sorted(FOLDER.glob("*.yaml")) for row in _lists(read_yaml(path))
    )


def read_code_lists(name: str, text: str) -> tuple[CodeList, ...]:
    """Read lists in our own form (YAML, or JSON, which is YAML too); InputRejected with lines."""
    return _lists(read_yaml_text(name, text))


def _lists(file: YamlFile) -> tuple[CodeList, ...]:
    try:
        lists = CodeListFile.model_validate(_dated(file.content)).lists
    except ValidationError as error:
        raise InputRejected(schema_fault(file, detail) for detail in error.errors()) from None
    faults = [
        file.fault(("lists", i, "codes", place), f"{row.code} twee keer op dezelfde dag",
                   "perioden die elkaar niet raken")
        for i, found in enumerate(lists)
        for place, row in _doubled(found)
    ]  # fmt: skip
    if faults:
        raise InputRejected(faults)
    return lists


def _dated(content: object) -> object:
    """Turn days that JSON could only write as text into days; the schema judges the rest."""
    if isinstance(content, Mapping):
        return {
            key: _day(value) if key in {"valid_from", "valid_until"} else _dated(value)
            for key, value in content.items()
        }
    return tuple(map(_dated, content)) if isinstance(content, tuple | list) else content


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _doubled(found: CodeList) -> list[tuple[int, Code]]:
    """Return the codes, with their place, that begin before an earlier period of them ended."""
    ordered = sorted(
        enumerate(found.codes), key=lambda row: (row[1].code, row[1].valid_from or date.min)
    )
    return [
        (place, row)
        for (_, before), (place, row) in pairwise(ordered)
        if before.code == row.code
        and (before.valid_until or FAR_DATE) > (row.valid_from or date.min)
    ]


def _completed(row: Code, known: Code | None) -> Code:
    if known is None:
        return row
    ours = {
        field: getattr(row, field) or getattr(known, field)
        for field in ("name_en", "cause_nl", "cause_en", "fix")
    }
    return row.model_copy(update=ours)


def _indexed(lists: Iterable[CodeList]) -> Codes:
    by_name: dict[str, CodeList] = {}
    for found in lists:
        key = short_name(found.list)
        if key in by_name:
            fault = Fault("codes", None, found.list, "deze lijst twee keer", "elke lijst één keer")
            raise InputRejected([fault])
        by_name[key] = found
    entries = {}
    for key, found in by_name.items():
        periods: dict[str, tuple[Code, ...]] = {}
        for row in sorted(found.codes, key=lambda row: row.valid_from or date.min):
            periods[row.code] = (*periods.get(row.code, ()), row)
        entries[key] = MappingProxyType(periods)
    return Codes(MappingProxyType(by_name), MappingProxyType(entries))
