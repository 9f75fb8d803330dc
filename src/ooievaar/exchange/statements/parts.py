"""What a statement is made of, before it is drawn: words only, in the order of reading."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One amount on top, with what it is."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; a sum stands under a line."""

    cells: tuple[str, ...]
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; of `columns` the first `words` are words, the others figures."""

    columns: tuple[str, ...]
    words: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: what it says in a sentence, its table, and what is to be known beside it."""

    heading: str
    intro: str = ""
    table: Table | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement of one organisation of one month."""

    language: str
    title: str
    number: str
    number_label: str
    sender: str
    receiver: tuple[str, ...]
    made: str
    footer: str
    page: tuple[str, str]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    colophon: tuple[str, ...]
