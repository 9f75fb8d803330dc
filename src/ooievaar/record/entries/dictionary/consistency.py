"""What the files of the dictionary must say together: names that exist, dates, answers that fit."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from ooievaar import rulebook
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import FAR_DATE
from ooievaar.record.entries.dictionary import schema
from ooievaar.rulebook.schema import Dated
from ooievaar.rulebook.yaml_source import KeyPath, YamlFile

WITH_CHOICES = ("code", "codes")
RANGED = "number"
QUESTIONS = ("one_of", "none_of", "at_least", "fewer_than", "example")
"""What a condition asks; each asks one."""

Placed = tuple[str, KeyPath, Any]
"""A file, a place in it, and what stands there."""


def faults_between(models: Mapping[str, Any], files: Mapping[str, YamlFile]) -> Iterator[Fault]:
    """Yield everything that is wrong between rows that are each well formed."""
    yield from _Checks(models, files).faults()


class _Checks:
    """Every row with its place, and the elements and forms that others may name."""

    def __init__(self, models: Mapping[str, Any], files: Mapping[str, YamlFile]) -> None:
        self.models = models
        self.files = files
        self.elements: dict[str, schema.ElementRow] = {}
        self.places: dict[str, list[Placed]] = defaultdict(list)
        for name in schema.ELEMENT_FILES:
            self._place("elements", name, models[name.removesuffix(".yaml")].elements, "elements")
        self._place("ranges", "ranges.yaml", models["ranges"].ranges, "ranges")
        self._place("forms", "forms.yaml", models["forms"].forms, "forms")
        self._place("counts_as", "counts_as.yaml", models["counts_as"].counts_as, "counts_as")
        self._place("repeats", "repeats.yaml", models["repeats"].repeats, "repeats")
        self._place("methods", "due_dates.yaml", models["due_dates"].methods, "methods")
        self._place("dating", "due_dates.yaml", models["due_dates"].dating, "dating")
        self._place("growth", "growth.yaml", models["growth"].growth, "growth")
        self._place("choices", "choices.yaml", models["choices"].choices, "choices")
        for _name, _path, row in self.places["elements"]:
            self.elements[row.key] = row

    def faults(self) -> Iterator[Fault]:
        """Yield every fault, file by file."""
        yield from self._sources()
        yield from self._periods()
        yield from self._elements()
        yield from self._ranges()
        yield from self._forms()
        for name in ("counts_as", "repeats"):
            yield from self._conditions(name)
        yield from self._acts()
        yield from self._methods()

    def fault(self, name: str, path: KeyPath, found: str, expected: str) -> Fault:
        """Return a fault at a place of a file."""
        return self.files[name].fault(path, found, expected)

    def _place(self, kind: str, name: str, rows: Iterable[Any], key: str) -> None:
        self.places[kind].extend((name, (key, at), row) for at, row in enumerate(rows))

    def _sources(self) -> Iterator[Fault]:
        known = {source.short: source for source in self.models["sources"].sources}
        for rows in self.places.values():
            for name, path, row in rows:
                for place, short in self._named_sources(path, row):
                    if short not in known:
                        yield self.fault(name, place, short, "een korte naam uit sources.yaml")
                source = known.get(row.source)
                if source is not None and row.verified and source.kind == "own":
                    expected = f"false: niemand las dit in een bron ({row.source})"
                    yield self.fault(name, (*path, "verified"), "true", expected)

    @staticmethod
    def _named_sources(path: KeyPath, row: Dated) -> Iterator[tuple[KeyPath, str]]:
        yield (*path, "source"), row.source
        for at, other in enumerate(row.other_sources):
            yield (*path, "other_sources", at), other

    def _periods(self) -> Iterator[Fault]:
        for kind, rows in self.places.items():
            by_name: dict[Any, list[Placed]] = defaultdict(list)
            for name, path, row in rows:
                if _until(row) <= row.valid_from:
                    expected = f"een periode die na {row.valid_from} eindigt"
                    yield self.fault(name, (*path, "valid_until"), str(_until(row)), expected)
                by_name[getattr(row, _NAME_OF[kind])].append((name, path, row))
            for own in by_name.values():
                own.sort(key=lambda placed: placed[2].valid_from)
                for (_file, _path, earlier), (name, path, later) in pairwise(own):
                    if later.valid_from < _until(earlier):
                        found = f"{later.valid_from}, overlapt wat op {earlier.valid_from} begint"
                        expected = f"een begin vanaf {_until(earlier)}, of een andere naam"
                        yield self.fault(name, (*path, "valid_from"), found, expected)

    def _elements(self) -> Iterator[Fault]:
        for name, path, row in self.places["elements"]:
            if (row.kind in WITH_CHOICES) != bool(row.choices):
                expected = (
                    "keuzes" if row.kind in WITH_CHOICES else f"geen, want kind is {row.kind}"
                )
                yield self.fault(name, (*path, "choices"), f"{len(row.choices)} keuzes", expected)
            codes = [choice.code for choice in row.choices]
            for at, code in enumerate(codes):
                if code in codes[:at]:
                    yield self.fault(name, (*path, "choices", at), code, "elke keuze één keer")
                if code.split() != [code]:
                    place = (*path, "choices", at, "code")
                    yield self.fault(name, place, repr(code), "een code zonder spaties")
            if bool(row.system) != bool(row.system_code):
                yield self.fault(
                    name, path, "een half", "system met system_code, of geen van beide"
                )
            if row.kind != RANGED and (row.unit or row.decimals):
                yield self.fault(name, path, f"kind {row.kind}", "een eenheid alleen bij een getal")
            if row.verified and row.pwd is None and row.kernset is None:
                expected = "false: er staat geen nummer dat gelezen kan zijn"
                yield self.fault(name, (*path, "verified"), "true", expected)

    def _ranges(self) -> Iterator[Fault]:
        ranged = set()
        for name, path, row in self.places["ranges"]:
            element = self.elements.get(row.element)
            ranged.add(row.element)
            if element is None or element.kind != RANGED:
                yield self.fault(name, (*path, "element"), row.element, "een element met een getal")
                continue
            (low, high), (least, most) = row.plausible, row.possible
            if not least <= low < high <= most:
                found = f"{low} tot {high} binnen {least} tot {most}"
                yield self.fault(name, path, found, "een gewone reeks binnen wat kan")
        for name, path, row in self.places["elements"]:
            if row.kind == RANGED and row.key not in ranged:
                yield self.fault(name, path, "geen reeks", "een reeks in ranges.yaml")

    def _forms(self) -> Iterator[Fault]:
        sections = {row.section for row in self.models["forms"].sections}
        used = set()
        for name, path, form in self.places["forms"]:
            if form.section not in sections:
                yield self.fault(
                    name, (*path, "section"), form.section, "een kop die bovenaan staat"
                )
            seen: set[str] = set()
            abouts = {group.about for group in form.groups} - {"woman"}
            if len(abouts) > 1 or (form.can_have_more and not abouts):
                found = ", ".join(sorted(abouts)) or "alleen over de vrouw"
                expected = "groepen over één soort naast de vrouw"
                yield self.fault(name, (*path, "groups"), found, expected)
            for at, group in enumerate(form.groups):
                place = (*path, "groups", at)
                for key in group.elements:
                    used.add(key)
                    if key not in self.elements:
                        yield self.fault(name, (*place, "elements"), key, "een element")
                    if key in seen:
                        expected = "elk element één keer op een formulier"
                        yield self.fault(name, (*place, "elements"), key, expected)
                    seen.add(key)
                for key in group.required:
                    if key not in group.elements:
                        expected = "een element van deze groep"
                        yield self.fault(name, (*place, "required"), key, expected)
        for name, path, row in self.places["elements"]:
            if row.key not in used:
                yield self.fault(name, path, "op geen formulier", "ten minste één formulier")

    def _conditions(self, kind: str) -> Iterator[Fault]:
        for name, path, row in self.places[kind]:
            on_form = self._of_the_woman(row.form)
            if not on_form:
                yield self.fault(name, (*path, "form"), row.form, "een formulier")
                continue
            for at, condition in enumerate(row.when):
                place = (*path, "when", at)
                asked = [
                    bool(condition.one_of),
                    bool(condition.none_of),
                    condition.at_least is not None,
                    condition.fewer_than is not None,
                    bool(condition.example),
                ]
                if sum(asked) != 1:
                    expected = f"één van: {', '.join(QUESTIONS)}"
                    yield self.fault(name, place, f"{sum(asked)} vragen", expected)
                strangers = [key for key in condition.elements if key not in on_form]
                for key in strangers:
                    expected = f"een element van {row.form} dat over de vrouw gaat"
                    yield self.fault(name, (*place, "elements"), key, expected)
                if not strangers and (wrong := self._no_answer(condition)):
                    expected = f"een antwoord op {', '.join(condition.elements)}"
                    yield self.fault(name, place, wrong, expected)

    def _of_the_woman(self, form: str) -> set[str]:
        return {
            key
            for _name, _path, row in self.places["forms"]
            if row.key == form
            for group in row.groups
            if group.about == "woman"
            for key in group.elements
        }

    def _no_answer(self, condition: schema.ConditionRow) -> str:
        """Return an answer that none of the elements can have; empty when all are sound."""
        elements = [self.elements[key] for key in condition.elements]
        if condition.at_least is not None or condition.fewer_than is not None:
            return next((row.key for row in elements if row.kind != RANGED), "")
        if condition.example:
            # Only the first gives the example; the others may be of another kind.
            return "" if _is_answer(elements[0], condition.example) else condition.example
        answers = (*condition.one_of, *condition.none_of)
        return next(
            (
                answer
                for answer in answers
                if not any(_is_answer(element, answer) for element in elements)
            ),
            "",
        )

    def _acts(self) -> Iterator[Fault]:
        book = rulebook.load()
        for name, path, row in self.places["counts_as"]:
            if book.catalogue_entry(row.act, row.valid_from) is None:
                expected = f"een code uit de catalogus van {row.valid_from}"
                yield self.fault(name, (*path, "act"), row.act, expected)
            on_form = self._of_the_woman(row.form)
            for field in ("quantity_from", "duration_from", "child_from"):
                key = getattr(row, field)
                if key and (key not in on_form or self.elements[key].kind != RANGED):
                    expected = f"een getal op {row.form}"
                    yield self.fault(name, (*path, field), key, expected)

    def _methods(self) -> Iterator[Fault]:
        element = self.elements.get("due_date_method")
        codes = {choice.code for choice in element.choices} if element else set()
        named = set()
        for name, path, row in self.places["methods"]:
            named.add(row.method)
            if row.method not in codes:
                expected = "een keuze van due_date_method"
                yield self.fault(name, (*path, "method"), row.method, expected)
        for code in sorted(codes - named):
            expected = "elke keuze van due_date_method"
            yield self.fault("due_dates.yaml", ("methods",), f"geen {code}", expected)


_NAME_OF = {
    "elements": "key",
    "ranges": "element",
    "forms": "key",
    "counts_as": "key",
    "repeats": "key",
    "methods": "method",
    "dating": "measure",
    "growth": "measure",
    "choices": "choice",
}


def _is_answer(element: schema.ElementRow, answer: str) -> bool:
    if element.kind in WITH_CHOICES:
        return answer in {choice.code for choice in element.choices}
    if element.kind == "yes_no":
        return answer in ("yes", "no")
    return element.kind == RANGED and answer.replace(".", "", 1).isdecimal()


def _until(row: Dated) -> date:
    return row.valid_until or FAR_DATE
