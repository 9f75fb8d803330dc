"""What the lines of members' own claims tell of: dated codes of a list to codes of the catalogue.

Shipped data (`data/member_codes.yaml`) is provisional; the newest imported table goes before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ooievaar import rulebook
from ooievaar.kernel.period import FAR_DATE
from ooievaar.rulebook.loading import read_models
from ooievaar.rulebook.schema import Dated, Frozen, Named, Text

FOLDER = Path(__file__).parent / "data"


class ListOfCodes(Named):
    """A code list of Vektis, and the standard in which members claim with it."""

    list_code: Text
    standard: Text


class CodeOfList(Dated):
    """A code of a list, and the act of the catalogue that it tells of."""

    list_code: Text
    code: Text
    activity: Text
    day: Literal["start", "end"] = "start"
    unit_minutes: int = 0


class MemberCodesFile(Frozen):
    """The lists and their codes."""

    lists: tuple[ListOfCodes, ...]
    codes: tuple[CodeOfList, ...]


@dataclass(frozen=True, slots=True)
class MemberCode:
    """In `[valid_from, valid_until)` a code of a list tells of an act of the catalogue.

    The act is on the first or the last day of the line; of an hourly act a unit is `unit_minutes`.
    """

    list_code: str
    code: str
    activity: str
    on_last_day: bool
    unit_minutes: int
    specialism: str
    valid_from: date
    valid_until: date
    verified: bool = False
    is_imported: bool = False


class MemberCodes:
    """The codes in force: those of an imported table, else those that come along."""

    def __init__(self, codes: Iterable[MemberCode], lists: Iterable[ListOfCodes]) -> None:
        self.codes = sorted(codes, key=lambda one: not one.is_imported)
        self.standards = {one.list_code: one.standard for one in lists}
        self._by_code: dict[tuple[str, str], list[MemberCode]] = defaultdict(list)
        self._by_activity: dict[str, list[MemberCode]] = defaultdict(list)
        for one in self.codes:
            self._by_code[one.list_code, one.code].append(one)
            self._by_activity[one.activity].append(one)

    def find(self, list_code: str, code: str, day: date) -> MemberCode | None:
        """Return what a code tells of on a day; None when nothing is known of it."""
        for one in self._by_code.get((list_code, code), ()):
            if one.valid_from <= day < one.valid_until:
                return one
        return None

    def of_activity(self, activity: str, day: date) -> MemberCode | None:
        """Return the code with which an act of the catalogue is claimed on a day, if any."""
        for one in self._by_activity.get(activity, ()):
            if one.valid_from <= day < one.valid_until and not one.on_last_day:
                return one
        return None

    @property
    def is_provisional(self) -> bool:
        """Tell whether any of it was never read in an official source."""
        return not all(one.verified for one in self.codes)


def known_codes() -> MemberCodes:
    """Return the codes in force now."""
    from ooievaar.claims.models import MemberCodeTable

    newest = MemberCodeTable.objects.order_by("-pk").first()
    imported = [_of_table(row) for row in newest.content] if newest else []
    shipped = shipped_codes()
    return MemberCodes([*imported, *shipped.codes], _lists())


@cache
def shipped_codes() -> MemberCodes:
    """Return the codes that come along, checked against the catalogue."""
    file = _file()
    book = rulebook.load()
    found = []
    for one in file.codes:
        period = book.within(one)
        entry = book.catalogue_entry(one.activity, period.start)
        if entry is None:
            raise ValueError(f"member_codes.yaml: {one.activity} is not in the catalogue")
        if entry.hourly and not one.unit_minutes:
            raise ValueError(f"member_codes.yaml: {one.code} needs unit_minutes")
        found.append(
            MemberCode(
                list_code=one.list_code,
                code=one.code,
                activity=one.activity,
                on_last_day=one.day == "end",
                unit_minutes=one.unit_minutes,
                specialism=entry.specialism,
                valid_from=period.start,
                valid_until=period.until,
                verified=one.verified,
            )
        )
    return MemberCodes(found, file.lists)


@cache
def _file() -> MemberCodesFile:
    _, models = read_models(FOLDER, {"member_codes.yaml": MemberCodesFile})
    file: MemberCodesFile = models["member_codes"]
    return file


def _lists() -> tuple[ListOfCodes, ...]:
    return _file().lists


def _of_table(row: dict[str, Any]) -> MemberCode:
    entry = rulebook.load().catalogue_entry(row["activity"], date.fromisoformat(row["valid_from"]))
    return MemberCode(
        list_code=row["list_code"],
        code=row["code"],
        activity=row["activity"],
        on_last_day=row["day"] == "end",
        unit_minutes=row["unit_minutes"],
        specialism=entry.specialism if entry else "",
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"] or FAR_DATE.isoformat()),
        verified=False,
        is_imported=True,
    )
