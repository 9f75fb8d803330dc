"""Who gets a handover letter, and which part of the record is theirs: dated data, checked."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from ooievaar.record.entries.dictionary import Element, load
from ooievaar.record.models import ReceiverKind
from ooievaar.rulebook.loading import read_models
from ooievaar.rulebook.schema import Dated, Frozen, Named, Text

FOLDER = Path(__file__).with_name("data")


class TakesRow(Frozen):
    """These elements, in one of these sets, entered on one of these forms; empty is any."""

    sets: tuple[Literal["obstetrics", "kraam", "echo", "kernset"], ...] = ()
    forms: tuple[Text, ...] = ()
    elements: tuple[Text, ...] = ()

    def has(self, element: Element, form: str) -> bool:
        """Tell whether an element that was entered on a form is meant."""
        return (
            (not self.sets or not element.sets.isdisjoint(self.sets))
            and (not self.forms or form in self.forms)
            and (not self.elements or element.key in self.elements)
        )


class ReceiverRow(Named, Dated):
    """A kind of receiver of a letter."""

    key: Text
    receiver_nl: Text
    receiver_en: Text
    part_nl: Text
    part_en: Text
    consent_kind: Text
    disciplines: tuple[Text, ...]
    takes: tuple[TakesRow, ...]


class ReceiversFile(Frozen):
    """All kinds of receivers."""

    receivers: tuple[ReceiverRow, ...]


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A letter to one kind of receiver, as its rules stand on a day."""

    row: ReceiverRow

    @property
    def key(self) -> str:
        """What it is called in its address."""
        return self.row.key

    @property
    def consent_kind(self) -> str:
        """The kind of receiver that she may object to."""
        return self.row.consent_kind

    @property
    def takes_everything(self) -> bool:
        """Tell whether this receiver guides the pregnancy: then no part of it is left out."""
        return any(rule == TakesRow() for rule in self.row.takes)

    def takes(self, element: Element, form: str) -> bool:
        """Tell whether an element that was entered on a form is of this receiver's part."""
        return any(rule.has(element, form) for rule in self.row.takes)


def letter_kinds(day: date) -> tuple[LetterKind, ...]:
    """Return the letters that can be made on a day, in the order of the file."""
    return tuple(LetterKind(row) for row in _rows() if day in row.period)


def letter_kind(key: str, day: date) -> LetterKind | None:
    """Return one of them; None when there is none of that name."""
    return next((kind for kind in letter_kinds(day) if kind.key == key), None)


@cache
def _rows() -> tuple[ReceiverRow, ...]:
    _files, models = read_models(FOLDER, {"receivers.yaml": ReceiversFile})
    rows: tuple[ReceiverRow, ...] = models["receivers"].receivers
    return rows


def unknown_words() -> list[str]:
    """Return what the file names and nothing else knows: elements, forms, kinds of receivers."""
    found: list[str] = []
    for row in _rows():
        forms = {form.key for form in load().forms(row.valid_from)}
        elements = {element.key for element in load().elements(row.valid_from)}
        for rule in row.takes:
            found += sorted(({*rule.forms} - forms) | ({*rule.elements} - elements))
        found += [row.consent_kind] if row.consent_kind not in ReceiverKind.values else []
    return found
