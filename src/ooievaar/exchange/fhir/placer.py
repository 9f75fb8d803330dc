"""Where one observation of a pregnancy goes: on which entry, which element, of whom. Pure.

A value lands on an element that means the same, or its words are kept, or it is told as not placed.
What is derived (a day that stands elsewhere) is told too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ooievaar.exchange.fhir.data import Ledger
from ooievaar.exchange.fhir.dossiers import (
    BIRTH,
    Dossier,
    Graph,
    author_of,
    subject_of,
)
from ooievaar.exchange.fhir.mapping import Mapping, Target
from ooievaar.exchange.fhir.resource import (
    Json,
    Resource,
    extension,
    focus_of,
    happened,
    has_code,
    moment,
    words_of,
)
from ooievaar.exchange.fhir.values import (
    NotPlaced,
    Value,
    checked,
    value_element,
    value_of,
    written,
)
from ooievaar.exchange.kernset_moments import Moment
from ooievaar.exchange.planned_entries import Author, Entries, PlannedEntry
from ooievaar.record.entries.rules.parts import Element, Form

EVENT_DATE = "439771001"
"""A component that says when something happened that is itself only yes or no."""
MOST_WORDS = 400
NO_WORDS = "er staat niets dat te bewaren is"


@dataclass
class PlacedDossier:
    """One pregnancy with its entries; `author` keeps the dossier, `derived` says what follows."""

    dossier: Dossier
    woman: Resource | None
    author: Author
    entries: Entries = field(default_factory=Entries)
    derived: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What names the pregnancy in the files."""
        return self.dossier.key


class Placer:
    """Places what is told of one pregnancy."""

    def __init__(
        self, graph: Graph, ledger: Ledger, dossier: Dossier, mapping: Mapping, today: date
    ) -> None:
        self.graph, self.ledger, self.dossier = graph, ledger, dossier
        self.mapping, self.today = mapping, today
        self.placed = PlacedDossier(dossier, graph.get(dossier.woman), self._keeper())
        self.entries = self.placed.entries
        self.born: dict[int, Moment] = {}
        self.delivery: Resource | None = None
        self.reports: dict[str, Resource] = {}

    def members(self, kind: str) -> Iterator[Resource]:
        """Yield what is told of one kind, in the order in which it happened."""
        found = [one for one in self.dossier.members if one.kind == kind]
        yield from sorted(found, key=lambda one: (str(happened(one) or "~"), one.key))

    def author(self, resource: Resource) -> Author:
        """Return who wrote a resource."""
        return author_of(resource, self.graph, self.dossier)

    def derive(self, text: str) -> None:
        """Tell, once, what follows from something else."""
        if text not in self.placed.derived:
            self.placed.derived.append(text)

    def when(self, resource: Resource) -> Moment | None:
        """Return when something happened: as it says, or as its contact, birth or dossier says."""
        found = happened(resource)
        is_period_of_use = has_code(resource.one("code"), *self.mapping.rows.used_in_period)
        if found is not None and not (is_period_of_use and found[0].endswith("Period")):
            self.ledger.place(resource, found[0])
            return found[1]
        for number, component in enumerate(resource.many("component"), start=1):
            day = moment(component.get("valueDateTime"))
            if day is not None and has_code(component.get("code"), EVENT_DATE):
                self.ledger.place(resource, f"component[{number}]")
                return day
        own = moment(resource.content.get("valueDateTime"))
        if own is not None and has_code(resource.one("code"), *self.mapping.rows.own_day):
            return own
        report = self.reports.get(resource.key)
        for giver in (report, self.contact_of(resource)):
            if giver is not None and (found := happened(giver)):
                return found[1]
        number = self.whose(resource)[1] if self.whose(resource)[0] == "child" else 0
        about_birth = number or focus_of(resource) == (self.delivery.key if self.delivery else None)
        if about_birth and self.born:
            self.derive(f"{resource.key}: zonder datum, dus op de dag van de geboorte")
            return Moment(self.born.get(number, max(self.born.values(), key=str)).day)
        starts = [found[1].day for one in self.dossier.episodes if (found := happened(one))]
        if not starts:
            return None
        self.derive(f"{resource.key}: zonder datum, dus op de eerste dag van het dossier")
        return Moment(min(starts))

    def contact_of(self, resource: Resource) -> Resource | None:
        """Return the contact during which something was found."""
        link = resource.one("context") or resource.one("encounter")
        found = self.graph.get(self.graph.name(link, resource), resource)
        return found if found is not None and found.kind == "Encounter" else None

    def whose(self, resource: Resource) -> tuple[str, int]:
        """Return whom something is about: the woman, a fetus or a child, by number."""
        subject = subject_of(resource, self.graph)
        if subject in self.dossier.children:
            return "child", self.dossier.children[subject]
        body = extension(resource.one("bodySite"), "body-site-instance").get("valueReference")
        focus = self.graph.get(focus_of(resource) or self.graph.name(body, resource), resource)
        if focus is not None and focus.key in self.dossier.births:
            return "child", self.dossier.births[focus.key]
        if focus is not None and focus.key in self.dossier.fetuses:
            return "fetus", self.dossier.fetuses[focus.key]
        return "woman", 0

    def observe(self, resource: Resource) -> None:
        """Place an observation: its value, its components, its remark."""
        at = self.when(resource)
        if at is None:
            self.ledger.refuse(
                resource, "zonder datum, en geen contact of dossier dat er een geeft"
            )
            return
        if at.day > self.today:
            self.ledger.refuse(resource, f"ligt na vandaag ({at.day})")
            return
        concept = resource.one("code")
        name = value_element(resource.content)
        parts = list(enumerate(resource.many("component"), start=1))
        entry: PlannedEntry | None = None
        if name or not parts:
            entry = self.put_part(resource, name or "code", resource.content, concept, at)
        for number, component in parts:
            path = f"component[{number}]"
            code = component.get("code") or {}
            if not has_code(code, EVENT_DATE):
                entry = self.put_part(resource, path, component, code, at) or entry
            for one in component.get("extension") or ():
                ending = str(one.get("url", "")).rsplit("/", 1)[-1]
                named = {"coding": [{"code": ending}]}
                self.put_part(resource, f"{path}.extension[{ending}]", one, named, at)
        value = resource.one("valueCodeableConcept")
        for one in value.get("extension") or ():
            if display := (one.get("valueReference") or {}).get("display"):
                ending = str(one.get("url", "")).rsplit("/", 1)[-1]
                named = {"coding": [{"code": ending}]}
                self.put_part(resource, f"{name}.extension", {"valueString": display}, named, at)
        period = resource.one("effectivePeriod")
        if period and has_code(concept, *self.mapping.rows.used_in_period):
            words = written({"valuePeriod": period}, "valuePeriod")
            self.put_words(resource, "effectivePeriod", f"{words_of(concept)}, periode", words, at,
                           entry)  # fmt: skip
        if comment := resource.word("comment"):
            self.put_words(resource, "comment", words_of(concept), comment, at, entry)
        if method := resource.one("method"):
            self._put_method(resource, method, at, entry)

    def put_part(
        self, resource: Resource, path: str, part: Json, concept: Json, at: Moment
    ) -> PlannedEntry | None:
        """Place one value on the first element that can hold it, else keep its words."""
        about, _number = self.whose(resource)
        why = self.mapping.why_not(concept)
        if why:
            self.ledger.refuse(resource, why, path)
            return None
        for target in self._in_order(self.mapping.targets(concept), about):
            entry = self._put_target(resource, path, part, concept, target, at)
            if isinstance(entry, PlannedEntry):
                return entry
            why = why or entry.reason
        name = value_element(part)
        text = written(part, name) if name else words_of(concept)
        if not text:
            self.ledger.refuse(resource, why or "geen waarde en geen naam van de code", path)
            return None
        title = words_of(concept) if name else ""
        return self.put_words(resource, path, title, text, at, None)

    def _in_order(self, targets: Iterable[Target], about: str) -> list[Target]:
        """First the targets that speak of the same one: a child's weight before its mother's."""

        def speaks_of(target: Target) -> bool:
            return any(about == form.about_of(target.elements[0].key)
                       for form in self._forms_with(target.elements[0]))  # fmt: skip

        fitting = [target for target in targets if speaks_of(target)]
        others = [
            target
            for target in targets
            if target not in fitting
            and (about != "child" or "birth_mother" in self._form_keys(target.elements[0]))
        ]
        return [*fitting, *others]

    def _put_target(
        self, resource: Resource, path: str, part: Json, concept: Json, target: Target, at: Moment
    ) -> PlannedEntry | NotPlaced:
        first: PlannedEntry | None = None
        reason = NotPlaced("geen van de onderdelen past")
        for element in target.elements:
            read = (
                checked(Value(target.answer), element)
                if target.answer and _affirms(part)
                else value_of(part, element, self.mapping)
            )
            if isinstance(read, NotPlaced) and not value_element(part) and element.kind == "text":
                read = checked(Value(words_of(concept)), element)
            if isinstance(read, NotPlaced):
                reason = read if first is None else reason
                continue
            where = self.place_of(element, resource, at, target.form)
            if where is None:
                reason = NotPlaced(f'geen formulier heeft "{element.name_nl}"')
                continue
            entry, number = where
            put = self.entries.put(entry, element, number, read.text, resource, path, at.minute)
            self.ledger.place(resource, path)
            first = first or put
            concept_of_value = part.get("valueCodeableConcept") or {}
            if self.mapping.keeps_words(element, concept_of_value):
                self.put_words(
                    resource, path, words_of(concept), words_of(concept_of_value), at, put
                )
                self.ledger.place(resource, path)
            if element.kind == "text":
                break
        return first or reason

    def _put_method(
        self, resource: Resource, method: Json, at: Moment, entry: PlannedEntry | None
    ) -> None:
        """How a due date was determined is kept; how anything else was seen, only in words."""
        if entry is not None and ("due_date", 0) in entry.values:
            element = self.mapping.dictionary.element("due_date_method", at.day)
            concept = {"valueCodeableConcept": method}
            read = value_of(concept, element, self.mapping) if element else NotPlaced("")
            if element is not None and isinstance(read, Value):
                self.entries.put(entry, element, 0, read.text, resource, "method")
                self.ledger.place(resource, "method")
                return
            title = "Uitgerekende datum bepaald met"
            self.put_words(resource, "method", title, words_of(method), at, entry)
            return
        if entry is not None and self.mapping.is_implied(entry.form, method):
            self.ledger.place(resource, "method")
            return
        title = f"{words_of(resource.one('code'))}, hoe"
        self.put_words(resource, "method", title, words_of(method), at, entry)

    def place_of(
        self, element: Element, resource: Resource, at: Moment, form: str = ""
    ) -> tuple[PlannedEntry, int] | None:
        """Return the entry and the number of whom an element of a resource goes with."""
        about, number = self.whose(resource)
        forms = {one.key: one for one in self._forms_with(element)}
        if form and form in forms:
            forms = {form: forms[form]}
        for entry in self._near(resource, at):
            near = forms.get(entry.form)
            whose = self._number_in(near, element, about, number) if near else None
            if whose is not None:
                return entry, whose
        is_later = about == "child" and at.day != getattr(self.born.get(number), "day", at.day)
        order = self.mapping.rows.forms
        if is_later:
            # What was seen of a child after the day of its birth is no part of its birth.
            order = (*(key for key in order if key != "birth_child"), "birth_child")
        for key in order:
            if key in forms:
                whose = self._number_in(forms[key], element, about, number)
                if whose is not None:
                    return self.of_day(key, resource, at), whose
        return None

    def _number_in(self, form: Form, element: Element, about: str, number: int) -> int | None:
        """Return the number that a value gets on a form; None when it is of somebody else."""
        said = form.about_of(element.key)
        if said == about:
            return number
        if said == "woman" and about != "child":
            return 0
        if said == "woman" and element.scope == "moment" and form.key == "birth_mother":
            return 0
        if said == "child" and about == "woman" and len(self.dossier.children) == 1:
            return 1
        if said == "fetus" and about == "woman" and len(self.dossier.fetuses) <= 1:
            return 1
        return None

    def _near(self, resource: Resource, at: Moment) -> Iterator[PlannedEntry]:
        """Yield the entries that something belongs to: of its report, birth, contact, day."""
        report = self.reports.get(resource.key)
        if report is not None and (entry := self.entries.get(report.key)):
            yield entry
        about, number = self.whose(resource)
        if about == "child":
            for key, child in self.dossier.births.items():
                entry = self.entries.get(key)
                if child == number and entry is not None and entry.day == at.day:
                    yield entry
        parts = {focus_of(resource), *(self.graph.name(one) for one in resource.many("partOf"))}
        births = {self.delivery.key if self.delivery else "", *self.dossier.births} - {""}
        delivered = self.entries.get(self.delivery.key) if self.delivery else None
        if delivered is not None and parts & births:
            yield delivered
        contact = self.contact_of(resource)
        if contact is not None and (entry := self.entries.get(contact.key)):
            yield entry
        for entry in self.entries:
            is_own = entry.anchor.startswith(("Encounter/", "DiagnosticReport/"))
            if is_own and entry.day == at.day and entry.author == self.author(resource):
                yield entry

    def of_day(self, form: str, resource: Resource, at: Moment) -> PlannedEntry:
        """Return the entry of a form on a day, by the author of a resource."""
        author = self.author(resource)
        anchor = f"{form}/{at.day}"
        before = self.entries.get(anchor)
        if before is not None and before.author != author:
            anchor = f"{anchor}/{resource.key}"
        return self.entries.make(anchor, form, at.day, None, author)

    def put_words(
        self,
        resource: Resource,
        path: str,
        title: str,
        text: str,
        at: Moment,
        entry: PlannedEntry | None,
    ) -> PlannedEntry | None:
        """Keep the words of something in the text of its entry, else in a note of the day."""
        title, text = title.strip(), text.strip()
        line = f"{title}: {text}" if title and title != text else text
        if len(line) > MOST_WORDS:
            line = f"{line[:MOST_WORDS]}…"
        note_text = self._words_element("note", at.day)
        read = checked(Value(line), note_text) if text and note_text else NotPlaced(NO_WORDS)
        if isinstance(read, NotPlaced):
            self.ledger.refuse(resource, read.reason, path)
            return None
        line = read.text
        about, number = self.whose(resource)
        near = [entry] if entry is not None else list(self._near(resource, at))
        if entry is None and about == "fetus" and (scan := self.entries.on("ultrasound", at.day)):
            near.append(scan)
        for one in near:
            element = self._words_element(one.form, at.day)
            form = self.mapping.dictionary.form(one.form, at.day)
            if element is None or form is None:
                continue
            whose = self._number_in(form, element, about, number)
            if whose is None and form.about_of(element.key) == "woman":
                whose = 0
            if whose is not None:
                put = self.entries.put(one, element, whose, line, resource, path)
                self.ledger.keep_words(resource, path)
                return put
        form_key = "kraam_child" if about == "child" else "note"
        element = self._words_element(form_key, at.day)
        if element is None:
            self.ledger.refuse(resource, "geen formulier bewaart deze woorden", path)
            return None
        note = self.of_day(form_key, resource, at)
        put = self.entries.put(
            note, element, number if about == "child" else 0, line, resource, path
        )
        self.ledger.keep_words(resource, path)
        return put

    def _words_element(self, form: str, day: date) -> Element | None:
        key = self.mapping.words.get(form)
        return self.mapping.dictionary.element(key, day) if key else None

    def form_of(self, element: Element) -> str:
        """Return the form where an element goes when nothing else says so; empty for none."""
        keys = self._form_keys(element)
        return next((key for key in self.mapping.rows.forms if key in keys), "")

    def _form_keys(self, element: Element) -> set[str]:
        return {form.key for form in self._forms_with(element)}

    def _forms_with(self, element: Element) -> list[Form]:
        forms = self.mapping.dictionary.forms(self.mapping.day)
        return [form for form in forms if element.key in form.element_keys]

    def _keeper(self) -> Author:
        """Who keeps the dossier: the coordinating provider's organisation."""
        for episode in self.dossier.episodes:
            if (author := author_of(episode, self.graph, self.dossier)).name:
                return author
        return Author()


def is_birth(resource: Resource) -> bool:
    """Tell whether a procedure is the birth of one child."""
    return has_code(resource.one("code"), BIRTH)


def _affirms(part: Json) -> bool:
    """Tell whether a part says that what it names is so."""
    name = value_element(part)
    return not name or part[name] is True
