"""Kernset dossiers as entries of the record, beside the activities they give.

Every value in a dossier lands on an element that means the same, or its words are kept, or it is
told as not placed. What is false of a list of complications is not written: silence says the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from lxml import etree

from ooievaar.exchange.imported_entries import ImportedEntries, digest
from ooievaar.exchange.kernset import NULL_FLAVORS, Dossier
from ooievaar.exchange.kernset_moments import Moment, read_moment
from ooievaar.exchange.planned_entries import Author, Entries, PlannedEntry
from ooievaar.network.models import Organisation
from ooievaar.record.entries.dictionary import Dictionary
from ooievaar.record.entries.rules.parts import Element
from ooievaar.record.entries.rules.values import Impossible, read_value
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import Rejected
from ooievaar.rulebook.loading import read_models
from ooievaar.rulebook.schema import Frozen, Text

SOURCE = "kernset"
FILE = "kernset_entries.yaml"
ABSENT = NULL_FLAVORS | {"NP", "NA"}
ASSISTED = "3311000146109"
UNPLACED = "het dossier heeft hier geen onderdeel voor"


class Row(Frozen):
    """An element of the kernset and where it goes.

    `is_present`: a code says yes, and its words are kept. `otherwise`: the choice of a code that
    has none, with its words. `both`: the choice when two choices are given. `is_answered_by`: when
    it is true another row says which. `is_silent`: the code itself is no words to keep.
    """

    path: Text
    form: Text
    elements: tuple[Text, ...]
    choices: dict[str, Text] | None = None
    otherwise: str = ""
    both: str = ""
    as_words: bool = False
    is_present: bool = False
    is_answered_by: bool = False
    is_silent: bool = False


class NotKept(Frozen):
    """An element that is known here and has no place, with why."""

    path: Text
    why: Text


class Words(Frozen):
    """Where the words of a part go."""

    form: Text
    element: Text


class Part(Frozen):
    """A group of the kernset, on its day, of its child or earlier pregnancy."""

    path: str
    day: Text
    words: Words
    makes: str = ""
    is_earlier: bool = False
    is_child: bool = False
    rows: tuple[Row, ...]


class PartsFile(Frozen):
    """What `kernset_entries.yaml` holds."""

    parts: tuple[Part, ...]
    elsewhere: tuple[Text, ...]
    not_kept: tuple[NotKept, ...]


Fate = Literal["placed", "words", "unplaced"]


@dataclass
class KernsetEntries:
    """The entries of one dossier, and what became of every value in it."""

    entries: Entries = field(default_factory=Entries)
    placed: int = 0
    words: int = 0
    unplaced: list[tuple[str, str]] = field(default_factory=list)


def entries_of(
    content: bytes, dossier: Dossier, dictionary: Dictionary, reference_on: date, today: date
) -> KernsetEntries:
    """Return the entries that a dossier (that was read before) comes to."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True,
                                                     remove_comments=True))  # fmt: skip
    return _Reader(root, dossier, dictionary, reference_on, today).read()


@dataclass
class KernsetReport:
    """What the entries of dossiers came to: stored, and how many values have a place."""

    new: int = 0
    changed: int = 0
    known: int = 0
    placed: int = 0
    words: int = 0
    unplaced: list[tuple[str, str, str]] = field(default_factory=list)


def store_entries(
    found: KernsetEntries, dossier: Dossier, pregnancy: Pregnancy, organisation: Organisation,
    at: datetime, report: KernsetReport,
) -> None:  # fmt: skip
    """Store the entries of a dossier, on the name of who wrote it, and count what they came to."""
    imported = ImportedEntries(SOURCE, digest(dossier.number, 16), at)
    _keep_what_is_known(found.entries, pregnancy)
    for entry in found.entries:
        fate = imported.store(pregnancy, entry, organisation)
        if isinstance(fate, Rejected):
            for leaf, _path_of_value in entry.told_by:
                report.unplaced.append((dossier.file, leaf.key, str(fate.reason)))
        elif fate == "new":
            report.new += 1
        elif fate == "changed":
            report.changed += 1
        else:
            report.known += 1
    report.placed += found.placed
    report.words += found.words
    report.unplaced += [(dossier.file, path, why) for path, why in found.unplaced]


def _keep_what_is_known(entries: Entries, pregnancy: Pregnancy) -> None:
    """What the record knows of a pregnancy stays: another due date is kept in words."""
    newest = pregnancy.versions.last()
    for entry in list(entries):
        due_on = entry.values.get(("due_date", 0))
        if newest is None or due_on is None or due_on == newest.due_on.isoformat():
            continue
        del entry.values["due_date", 0]
        note = entries.make(f"note/{entry.anchor}", "note", entry.day, None, entry.author)
        note.values["note_text", 0] = f"definitieve a terme datum volgens de bron: {due_on}"
        note.told_by += entry.told_by
        if not entry.values:
            entries.drop(entry)


@cache
def _parts() -> PartsFile:
    _files, models = read_models(Path(__file__).parent, {FILE: PartsFile})
    parts: PartsFile = models["kernset_entries"]
    return parts


class _Reader:
    """Reads one dossier part by part."""

    def __init__(
        self, root: etree._Element, dossier: Dossier, dictionary: Dictionary,
        reference_on: date, today: date,
    ) -> None:  # fmt: skip
        self.root, self.dossier, self.dictionary = root, dossier, dictionary
        self.reference_on, self.today = reference_on, today
        self.found = KernsetEntries()
        self.fates: dict[etree._Element, tuple[Fate, str]] = {}

    def read(self) -> KernsetEntries:
        """Read every part, then tell what is left."""
        for part in _parts().parts:
            bases = self.root.findall(part.path) if part.path else [self.root]
            for place, base in enumerate(bases, start=1):
                self._part(part, base, place)
        for path in _parts().elsewhere:
            for leaf in self.root.findall(path):
                self.fates[leaf] = ("placed", "")
        for known in _parts().not_kept:
            for leaf in self.root.findall(known.path):
                self.fates[leaf] = ("unplaced", known.why)
        for leaf in self._leaves():
            fate, why = self.fates.get(leaf, ("unplaced", UNPLACED))
            if fate == "placed":
                self.found.placed += 1
            elif fate == "words":
                self.found.words += 1
            else:
                self.found.unplaced.append((_path(leaf), why))
        return self.found

    def _leaves(self) -> Iterator[etree._Element]:
        """Yield every element with a value that says something."""
        for element in self.root.iter():
            if not len(element) and _code(element) not in ABSENT:
                yield element

    def _part(self, part: Part, base: etree._Element, place: int) -> None:
        at = self._day(part, base)
        leaves = [(row, leaf) for row in part.rows for leaf in base.findall(row.path)
                  if _code(leaf) not in ABSENT]  # fmt: skip
        if at is None or at.day > self.today:
            why = "zonder dag" if at is None else f"ligt na vandaag ({at.day})"
            for _row, leaf in leaves:
                self.fates[leaf] = ("unplaced", why)
            return
        number = self._number(part, base, place)
        if part.makes:
            self._entry(part.makes, part, at, place)
        for row, leaf in leaves:
            self._row(part, row, leaf, at, number, place)

    def _day(self, part: Part, base: etree._Element) -> Moment | None:
        dossier = self.dossier
        if part.day == "start":
            return Moment(dossier.started_on)
        births = [child.born for child in dossier.children if child.born]
        if part.day == "birth":
            own = base.find("demografische_gegevens/geboortedatum")
            born = None if own is None else read_moment(_code(own), self.reference_on)
            last = max(births, key=lambda one: one.day, default=None)
            return born or (Moment(last.day) if last else None)
        if part.day == "end":
            last_day = max((one.day for one in births), default=dossier.ended_on)
            return None if last_day is None else Moment(last_day)
        element = base.find(part.day)
        day = None if element is None else read_moment(_code(element), self.reference_on)
        return day or (Moment(dossier.started_on) if part.day == "datum" else None)

    def _number(self, part: Part, base: etree._Element, place: int) -> int:
        if part.is_earlier:
            return place
        if not part.is_child:
            return 0
        for path in ("demografische_gegevens/rangnummer_kind", "../rangnummer_kind"):
            rank = base.find(path)
            if rank is not None and _code(rank).isdecimal() and 0 < int(_code(rank)) < 10:
                return int(_code(rank))
        return place

    def _row(
        self, part: Part, row: Row, leaf: etree._Element, at: Moment, number: int, place: int
    ) -> None:
        code = _code(leaf)
        for key in row.elements:
            element = self.dictionary.element(key, at.day)
            if element is None:
                continue
            value, keeps_words = self._value(row, leaf, element)
            if value == "":
                continue
            if self._put(part, row, element, value, leaf, at, number, place):
                self.fates[leaf] = ("placed", "")
                if keeps_words:
                    self._keep_words(part, leaf, at, number, place)
                    self.fates[leaf] = ("placed", "")
        if leaf in self.fates:
            return
        if row.is_answered_by and code == "true":
            self.fates[leaf] = ("placed", "")  # which it was stands in a row of its own
        elif code == "false" and row.choices is not None:
            self.fates[leaf] = ("placed", "")  # what did not happen is not on the list
        else:
            self._keep_words(part, leaf, at, number, place)

    def _value(self, row: Row, leaf: etree._Element, element: Element) -> tuple[str, bool]:
        """Return the value that an element of the kernset is, and whether it says more."""
        code, words = _code(leaf), _words(leaf)
        if row.as_words:
            return f"{_title(leaf)}: {words}" if code in ("true", "false") else words, False
        if row.is_present:
            return "yes", code not in ("true", "OTH")
        if row.choices is not None:
            choice = row.choices.get(code, "")
            if not choice and row.otherwise and code not in ("true", "false"):
                return row.otherwise, not row.is_silent
            return choice if not self._is_doubtful(leaf, choice) else "", False
        if element.kind in ("date", "time"):
            moment = read_moment(code, self.reference_on)
            if moment is None:
                return "", False
            if element.kind == "date":
                return moment.day.isoformat(), False
            if moment.minute is None:
                return "", False
            return f"{moment.minute // 60:02d}:{moment.minute % 60:02d}", False
        if element.kind == "yes_no":
            return {"true": "yes", "false": "no"}.get(code, ""), False
        return (words if element.kind == "text" else code), False

    def _is_doubtful(self, leaf: etree._Element, choice: str) -> bool:
        """A day to come or an assisted birth that failed is decided by what stands beside it."""
        return not choice or (leaf.tag == "type_partus" and _code(leaf) == ASSISTED)

    def _put(
        self, part: Part, row: Row, element: Element, value: str, leaf: etree._Element, at: Moment,
        number: int, place: int,
    ) -> bool:  # fmt: skip
        form = self.dictionary.form(row.form, at.day)
        if form is None or element.key not in form.element_keys:
            return False
        if isinstance(read := read_value(element, value), Impossible):
            self.fates[leaf] = ("unplaced", f"het dossier weigert deze waarde: {read.message}")
            return False
        # What is told of no child in particular at a check is of the only, or the first, one.
        whose = 0 if form.about_of(element.key) == "woman" else number or 1
        entry = self._entry(row.form, part, at, place)
        said = entry.values.get((element.key, whose))
        if row.both and said not in (None, read.value):
            entry.values[element.key, whose] = row.both
            return True
        self.found.entries.put(entry, element, whose, read.value, _Leaf(leaf), "value")
        return True

    def _entry(self, form: str, part: Part, at: Moment, place: int) -> PlannedEntry:
        """Return the entry of a form: of this child, this earlier pregnancy, this day."""
        per_place = part.is_earlier or (part.is_child and form in ("birth_child", "kraam_child"))
        anchor = f"{form}/{place}/{at.day}" if per_place else f"{form}/{at.day}"
        minute = at.minute if form == "birth_child" else None
        return self.found.entries.make(anchor, form, at.day, minute, Author())

    def _keep_words(
        self, part: Part, leaf: etree._Element, at: Moment, number: int, place: int
    ) -> None:
        element = self.dictionary.element(part.words.element, at.day)
        form = self.dictionary.form(part.words.form, at.day)
        if element is None or form is None:
            self.fates[leaf] = ("unplaced", "op die dag is er geen formulier")
            return
        whose = 0 if form.about_of(element.key) == "woman" else number or 1
        read = read_value(element, f"{_title(leaf)}: {_words(leaf)}")
        if isinstance(read, Impossible):
            self.fates[leaf] = ("unplaced", read.message)
            return
        entry = self._entry(part.words.form, part, at, place)
        self.found.entries.put(entry, element, whose, read.value, _Leaf(leaf), "words")
        self.fates[leaf] = ("words", "")


@dataclass(frozen=True)
class _Leaf:
    """What gave a value, named by its line: an entry beside another one is called after it."""

    element: etree._Element

    @property
    def key(self) -> str:
        return f"{self.element.tag}"


def _code(element: etree._Element) -> str:
    return (element.get("code") or element.get("value") or "").strip()


def _words(element: etree._Element) -> str:
    code = _code(element)
    answers = {"true": "ja", "false": "nee"}
    return (element.get("displayName") or answers.get(code, code)).strip()


def _title(element: etree._Element) -> str:
    return str(element.tag).removesuffix("q").replace("_", " ")


def _path(element: etree._Element) -> str:
    steps = [str(element.tag)]
    for parent in element.iterancestors():
        steps.append(str(parent.tag))
    return "/".join(reversed(steps[:-1]))
