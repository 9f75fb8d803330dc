"""Reads the list of reasons to refer: dated data, held against its schema once per process.

The national list (VIL) is not public here: what comes with the code are short items of our own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.rulebook.schema import Frozen, Named, Sourced, Text
from ooievaar.rulebook.yaml_source import YamlFile, read_yaml

FILE = Path(__file__).parent / "data" / "indications.yaml"
Category = Literal["A", "B", "C", "D"]


class Group(Named):
    """A heading of the list."""

    group: Text


class LeadCategory(Named):
    """Who should lead by the list."""

    category: Category
    sentence_nl: Text
    sentence_en: Text


class Indication(Named, Sourced):
    """A reason to refer, in force in `[valid_from, valid_until)`, with who should lead then."""

    code: Text
    group: Text
    category: Category
    valid_from: date
    valid_until: date = FAR_DATE


class IndicationFile(Frozen):
    """What stands in the file."""

    categories: tuple[LeadCategory, ...]
    groups: tuple[Group, ...]
    indications: tuple[Indication, ...]


@dataclass(frozen=True)
class Indications:
    """The list, by day."""

    file: IndicationFile

    def on(self, day: date) -> list[Indication]:
        """Return the reasons in force on a day, in the order of the list."""
        return [one for one in self.file.indications if one.valid_from <= day < one.valid_until]

    def indication(self, code: str, day: date) -> Indication | None:
        """Return a reason as it stood on a day; None where the list did not have it."""
        return next((one for one in self.on(day) if one.code == code), None)

    def by_group(self, day: date) -> list[tuple[Group, list[Indication]]]:
        """Return the reasons in force on a day under their headings."""
        there = self.on(day)
        found = [
            (one, [row for row in there if row.group == one.group]) for one in self.file.groups
        ]
        return [(group, rows) for group, rows in found if rows]

    def category(self, name: str) -> LeadCategory:
        """Return what a category means."""
        return next(one for one in self.file.categories if one.category == name)


@cache
def load(path: Path = FILE) -> Indications:
    """Return the list, checked whole; InputRejected carries every fault that was found."""
    file = read_yaml(path)
    try:
        found = IndicationFile.model_validate(file.content)
    except ValidationError as error:
        raise InputRejected(
            file.fault(detail["loc"], repr(detail["input"]), "een waarde die de lijst kent")
            for detail in error.errors()
        ) from None
    faults = list(_faults_between(found, file))
    if faults:
        raise InputRejected(faults)
    return Indications(found)


def _faults_between(found: IndicationFile, file: YamlFile) -> Iterator[Fault]:
    groups = {one.group for one in found.groups}
    seen: dict[str, Indication] = {}
    for place, row in enumerate(found.indications):
        path = ("indications", place)
        if row.group not in groups:
            yield file.fault((*path, "group"), row.group, f"een van: {', '.join(sorted(groups))}")
        if row.valid_until <= row.valid_from:
            yield file.fault((*path, "valid_until"), str(row.valid_until), "een dag na valid_from")
        before = seen.get(row.code)
        if before and row.valid_from < before.valid_until:
            yield file.fault((*path, "code"), row.code, "elke code één keer per dag")
        seen[row.code] = row
