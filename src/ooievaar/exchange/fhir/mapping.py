"""Which code of FHIR is which element of the record: the dictionary, and `mapping.yaml` beside it.

The dictionary knows the published code of an element. The mapping adds what it leaves open: other
codes for the same thing, a moment that is a day and a time here, a code that is an answer, and on
which form a thing lands. Checked when it is read; Dutch faults.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from ooievaar.exchange.fhir.resource import LOINC, SNOMED, Json, codings, has_code
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record.entries.dictionary import Dictionary, load
from ooievaar.record.entries.rules.parts import Element
from ooievaar.rulebook.loading import read_models
from ooievaar.rulebook.schema import Frozen, Text

FILE = "mapping.yaml"
SYSTEMS = {"sct": SNOMED, "loinc": LOINC}
System = Literal["sct", "loinc", "any"]


class CodeRow(Frozen):
    """A code that is one element here, or several: a moment is a day and a time.

    `answer` when the code itself says the value (a finding, a procedure); `form` when it lands on
    another form than its element does by itself.
    """

    system: System = "sct"
    code: Text
    elements: tuple[Text, ...]
    answer: str = ""
    form: str = ""
    says: Text


class ChoiceRow(Frozen):
    """A code that is a choice of an element here."""

    element: Text
    system: System = "sct"
    code: Text
    choice: Text
    keeps_words: bool = False
    says: Text


class ProblemRow(Frozen):
    """Elements of which a problem may be a choice; with a category, `other` when it is none."""

    category: str = ""
    elements: tuple[Text, ...]
    says: Text


class WordsRow(Frozen):
    """Where words go that fit no element of a form."""

    form: Text
    element: Text


class UnitRow(Frozen):
    """The unit of an element where its profile fixes it and files leave it out."""

    element: Text
    unit: Text
    why: Text


class ContactRow(Frozen):
    """The form of a kind of contact; the first that fits. `specialty` of who was seen."""

    code: str = ""
    specialty: str = ""
    after_birth: bool | None = None
    form: Text
    says: Text


class ElsewhereRow(Frozen):
    """A code that is known here and has its place elsewhere, or nowhere; told so."""

    system: System = "sct"
    code: Text
    why: Text


class ImpliedRow(Frozen):
    """A way of finding out that an entry of this form says by itself."""

    form: Text
    code: Text
    says: Text


class MappingFile(Frozen):
    """What `mapping.yaml` holds."""

    codes: tuple[CodeRow, ...]
    choices: tuple[ChoiceRow, ...]
    problems: tuple[ProblemRow, ...]
    units: tuple[UnitRow, ...]
    contacts: tuple[ContactRow, ...]
    own_day: tuple[Text, ...]
    used_in_period: tuple[Text, ...]
    implied: tuple[ImpliedRow, ...]
    forms: tuple[Text, ...]
    words: tuple[WordsRow, ...]
    elsewhere: tuple[ElsewhereRow, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Elements that a code is here; `answer` and `form` as `mapping.yaml` says."""

    elements: tuple[Element, ...]
    answer: str = ""
    form: str = ""


class Mapping:
    """The dictionary and the mapping together, as they stand on a day."""

    def __init__(self, dictionary: Dictionary, rows: MappingFile, day: date) -> None:
        self.dictionary, self.rows, self.day = dictionary, rows, day
        self._own: dict[str, list[CodeRow]] = defaultdict(list)
        for row in rows.codes:
            self._own[row.code].append(row)
        self._by_code: dict[str, list[Element]] = defaultdict(list)
        for element in dictionary.elements(day):
            if element.system_code:
                self._by_code[element.system_code].append(element)
        self._elsewhere = {row.code: row.why for row in rows.elsewhere}
        self._units = {row.element: row.unit for row in rows.units}
        self.words = {row.form: row.element for row in rows.words}

    def targets(self, concept: Json) -> list[Target]:
        """Return what a coded thing may be here, what the mapping says first."""
        found: list[Target] = []
        for system, code in codings(concept):
            for row in self._own[code]:
                if _fits(row.system, system):
                    elements = [self.dictionary.element(key, self.day) for key in row.elements]
                    known = tuple(one for one in elements if one is not None)
                    if known:
                        found.append(Target(known, row.answer, row.form))
        for system, code in codings(concept):
            found += [
                Target((element,))
                for element in self._by_code[code]
                if system == element.system and not any(element in one.elements for one in found)
            ]
        return found

    def why_not(self, concept: Json) -> str:
        """Return why a coded thing has no element here, where the mapping says so."""
        known = (self._elsewhere.get(code) for _system, code in codings(concept))
        return next((why for why in known if why), "")

    def choice(self, element: Element, system: str, code: str) -> str:
        """Return the choice of an element that a code is; empty when it has none."""
        for row in self.rows.choices:
            if row.element == element.key and row.code == code and _fits(row.system, system):
                return row.choice
        for choice in element.choices:
            if choice.system_code == code and choice.system == system:
                return choice.code
        return ""

    def keeps_words(self, element: Element, concept: Json) -> bool:
        """Tell whether a code says more than the choice that it is here."""
        return any(
            row.keeps_words and row.element == element.key and row.code == code
            for row in self.rows.choices
            for _system, code in codings(concept)
        )

    def problem(
        self, concept: Json, categories: Iterable[Json]
    ) -> tuple[Element, str, bool] | None:
        """Return the element and the choice that a problem is; and whether that says it all."""
        named = {code for category in categories for _system, code in codings(category)}
        rows = [row for row in self.rows.problems if not row.category or row.category in named]
        for row in rows:
            for key in row.elements:
                element = self.dictionary.element(key, self.day)
                for system, code in codings(concept):
                    if element is not None and (choice := self.choice(element, system, code)):
                        return element, choice, True
        for row in rows:
            element = self.dictionary.element(row.elements[0], self.day)
            if row.category and element is not None and element.choice("other"):
                return element, "other", False
        return None

    def is_implied(self, form: str, method: Json) -> bool:
        """Tell whether a form says by itself how something on it was found out."""
        return any(row.form == form and has_code(method, row.code) for row in self.rows.implied)

    def yes_no(self, element: Element, system: str, code: str) -> str:
        """Return the answer that a code is to a yes-or-no element; empty when it is none."""
        return self.choice(element, system, code)

    def unit_without_words(self, element: Element) -> str:
        """Return the unit of an element whose profile fixes it; empty when none does."""
        return self._units.get(element.key, "")

    def contact_form(self, concept: Json, specialty: str, *, is_after_birth: bool) -> str:
        """Return the form of a contact; empty when no row fits."""
        codes = {code for _system, code in codings(concept)}
        for row in self.rows.contacts:
            if row.code and row.code not in codes:
                continue
            if row.specialty and row.specialty != specialty:
                continue
            if row.after_birth is not None and row.after_birth is not is_after_birth:
                continue
            return row.form
        return ""


def _fits(wanted: System, system: str) -> bool:
    return wanted == "any" or SYSTEMS[wanted] == system


@cache
def _rows() -> MappingFile:
    _files, models = read_models(Path(__file__).parent, {FILE: MappingFile})
    rows: MappingFile = models["mapping"]
    return rows


def mapping_on(day: date) -> Mapping:
    """Return the mapping as it stands on a day.

    Raises InputRejected when the mapping names what the dictionary does not have.
    """
    found = Mapping(load(), _rows(), day)
    faults = list(faults_of(found))
    if faults:
        raise InputRejected(faults)
    return found


def faults_of(mapping: Mapping) -> Iterable[Fault]:
    """Yield every name in the mapping that the dictionary does not know on its day."""

    def fault(place: str, found: str, expected: str) -> Fault:
        return Fault(FILE, None, place, f'"{found}"', expected)

    day, dictionary = mapping.day, mapping.dictionary
    for row in mapping.rows.codes:
        for key in row.elements:
            element = dictionary.element(key, day)
            if element is None:
                yield fault(f"codes[{row.code}]", key, "een onderdeel van het dossier")
            elif row.answer and element.choices and element.choice(row.answer) is None:
                yield fault(f"codes[{row.code}]", row.answer, f"een keuze van {key}")
        if row.form and dictionary.form(row.form, day) is None:
            yield fault(f"codes[{row.code}]", row.form, "een formulier van het dossier")
    for choice in mapping.rows.choices:
        element = dictionary.element(choice.element, day)
        if element is None:
            yield fault(f"choices[{choice.code}]", choice.element, "een onderdeel van het dossier")
        elif element.kind in ("code", "codes") and element.choice(choice.choice) is None:
            yield fault(f"choices[{choice.code}]", choice.choice, f"een keuze van {choice.element}")
    for unit in mapping.rows.units:
        if dictionary.element(unit.element, day) is None:
            yield fault("units", unit.element, "een onderdeel van het dossier")
    for words in mapping.rows.words:
        form = dictionary.form(words.form, day)
        if form is None or words.element not in form.element_keys:
            yield fault(f"words[{words.form}]", words.element, "een onderdeel van dit formulier")
    for problem in mapping.rows.problems:
        for key in problem.elements:
            if dictionary.element(key, day) is None:
                yield fault(f"problems[{problem.category}]", key, "een onderdeel van het dossier")
    for name in (*mapping.rows.forms, *(row.form for row in mapping.rows.contacts)):
        if dictionary.form(name, day) is None:
            yield fault("forms", name, "een formulier van het dossier")
