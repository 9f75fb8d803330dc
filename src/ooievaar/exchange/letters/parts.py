"""What a letter is made of, before it is drawn: words only, in Dutch, in the order of reading."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """What something is, what was found, and in small when and by whom."""

    label: str
    value: str
    note: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Contacts:
    """Findings that come back each time, a row for every time."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Facts under a heading of their own; an empty heading is none.

    `note` says when and by whom they were found, where that is the same for all of them.
    """

    heading: str
    facts: tuple[Fact, ...] = ()
    contacts: Contacts | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the letter."""

    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about one pregnancy; `copy` is the mark on every page."""

    reference: str
    title: str
    about: str
    copy: str
    sender: tuple[str, ...]
    receiver: str
    made: str
    footer: str
    name: str
    identity: tuple[Fact, ...]
    summary: tuple[Fact, ...]
    sections: tuple[Section, ...]
    colophon: tuple[str, ...]
