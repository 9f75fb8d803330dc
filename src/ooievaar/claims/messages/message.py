"""A message as it was read: a header, insured persons with their claims, a trailer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ooievaar.claims.messages.fixed import read_record
from ooievaar.claims.messages.layout import Layout, RecordLayout

Value = str | int | date | None
"""A number is an int, a date a date, a code or a text a str; None is a code or date left empty.

What stands in a number or date field and cannot be read as one stays the text that stands there.
"""


class Record:
    """One line of a message; its values are read when they are first asked for."""

    __slots__ = ("_values", "children", "layout", "line_no", "text")

    def __init__(self, layout: RecordLayout, text: str, line_no: int) -> None:
        self.layout = layout
        self.text = text
        self.line_no = line_no
        self.children: tuple[Record, ...] = ()
        """What stands under it in the file: its comments, and 06 and 16 under a 04."""
        self._values: Mapping[str, Value] | None = None

    @property
    def code(self) -> str:
        """The kind of record: 01, 02, 03, 04, 06, 16, 98 or 99."""
        return self.layout.code

    @property
    def values(self) -> Mapping[str, Value]:
        """What stands in it, by field number; a reserve only when it is not empty."""
        if self._values is None:
            self._values = read_record(self.layout, self.text)
        return self._values

    @property
    def number(self) -> int:
        """Its number in the message (identificatie detailrecord); 0 for header and trailer."""
        field = self.layout.by_element.get("NUM040")
        value = self.values.get(field.number) if field else 0
        return value if isinstance(value, int) else 0

    def by_element(self, element: str) -> Value:
        """The value of the field with this element code; None when the record has none."""
        field = self.layout.by_element.get(element)
        return self.values.get(field.number) if field else None

    def __repr__(self) -> str:
        # Nothing of its content: a record has a name and a BSN in it.
        return f"Record({self.code}, line {self.line_no})"


class Claim(NamedTuple):
    """One claimed line: record 04 (what hangs under it in `record.children`) and its comments."""

    record: Record
    comments: tuple[Record, ...] = ()


class Insured(NamedTuple):
    """One insured person: record 02, her claims, comments about her, a debtor if there is one."""

    record: Record
    claims: tuple[Claim, ...] = ()
    comments: tuple[Record, ...] = ()
    debtor: Record | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A whole file. It is sound only when reading it gave no finding of level "file"."""

    layout: Layout
    header: Record
    insured: tuple[Insured, ...]
    trailer: Record

    def claims(self) -> Iterator[tuple[Insured, Claim]]:
        """Every claim with the person it is about, in the order of the file."""
        for person in self.insured:
            for claim in person.claims:
                yield person, claim

    def records(self) -> Iterator[Record]:
        """Every record in the order of the file."""
        yield self.header
        for person in self.insured:
            yield from _with_children(person.record)
        yield self.trailer


def _with_children(record: Record) -> Iterator[Record]:
    yield record
    for child in record.children:
        yield from _with_children(child)
