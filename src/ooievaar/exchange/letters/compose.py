"""Writes the letter of one pregnancy: only the receiver's part, of what the sender may see.

Of what others wrote only what she lets this receiver see. The letter is Dutch, whatever language
the sender's pages are in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from ooievaar.exchange.letters.parts import Contacts, Fact, Letter, Part, Section
from ooievaar.exchange.letters.receivers import LetterKind
from ooievaar.kernel.gestation import format_gestation
from ooievaar.network.models import Organisation
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.banner import gestation_on
from ooievaar.record.entries import words
from ooievaar.record.entries.dictionary import Dictionary, Element, Form, load
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.entries.queries import Written, known_values, written_of
from ooievaar.record.handover.queries import Duties, duties_of
from ooievaar.record.models import PregnancyVersion, TreatmentRelation
from ooievaar.record.permissions import said_by
from ooievaar.record.relations import Rejected
from ooievaar.record.rules.consent import Said
from ooievaar.record.rules.sharing import (
    AGREED,
    OBJECTED,
    UNASKED,
    Receiver,
    reason_for,
)
from ooievaar.record.versions import newest_first
from ooievaar.record.women.who import Identity, identity_columns, identity_of

COPY = "Kopie"
MOST_CONTACTS = 12
"""Rows of a table of contacts: the last ones; the rest stays in the record."""
MOST_COLUMNS = 7
SHORT_KINDS = ("number", "code", "yes_no", "time")
"""Kinds of values that fit a column."""
NOTHING = ("no", "none")
ALERTS = ("allergies", "alerts")
UPPER, LOWER = "blood_pressure_systolic", "blood_pressure_diastolic"
"""Read as one: `120/80`."""

Values = Mapping[tuple[str, int], tuple[Observation, Entry]]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether the sender's own entries may go to a receiver, and of which others they may."""

    reason: str
    said: Sequence[Said]
    receiver: Receiver

    @property
    def is_refused(self) -> bool:
        """Tell whether she objected to this letter."""
        return self.reason == OBJECTED

    @property
    def is_unasked(self) -> bool:
        """Tell whether it is not known what she wants, and is not presumed either."""
        return self.reason == UNASKED

    def lets_through(self, source_id: int, sender_id: int) -> bool:
        """Tell whether what a source wrote may stand in a letter of this sender."""
        if source_id == sender_id:
            return not self.is_refused
        return reason_for(self.said, source_id, self.receiver) not in (OBJECTED, UNASKED)


def sharing_with(
    said: Sequence[Said], sender_id: int, kind: LetterKind, to: Organisation | None = None
) -> Sharing:
    """Return what she said, or what is presumed, of a letter by this sender to such a receiver."""
    receiver = (
        Receiver(to.pk, to.discipline) if to is not None else Receiver(None, kind.consent_kind)
    )
    return Sharing(reason_for(said, sender_id, receiver), said, receiver)


def letter_for(
    workplace: Workplace,
    pregnancy_id: int,
    kind: LetterKind,
    at: datetime,
    to: Organisation | None = None,
) -> Letter | Rejected:
    """Return the letter that somebody with access to a pregnancy sends.

    Rejected on her objection; and, with the field `consent`, where she must be asked first and
    nobody wrote down her answer. `to` is an organisation of the kind that she is handed over to,
    when it is known which.
    """
    today = timezone.localdate(at)
    version = (
        newest_first(today)
        .filter(pregnancy_id=pregnancy_id)
        .select_related("pregnancy", "first_intake_organisation")
        .annotate(**identity_columns("pregnancy__woman"))
        .first()
    )
    assert version is not None, "who has access to a pregnancy knows something of it"
    sender = workplace.organisation
    assert sender is not None, "only who gives care, in an organisation, sends letters"
    said = said_by(version.pregnancy.woman_id)
    sharing = sharing_with(said, sender.pk, kind, to)
    if sharing.is_refused:
        return Rejected(
            _("Zij heeft bezwaar tegen deze brief. Zegt zij nu iets anders, leg dat eerst vast.")
        )
    if sharing.is_unasked:
        return Rejected(_("Vraag haar eerst of deze ontvanger een brief mag krijgen."), "consent")
    written = list(_of_receiver(written_of(workplace, pregnancy_id, at), kind, sharing, sender))
    asked = _asked(pregnancy_id, today)
    duties = duties_of(pregnancy_id, at)
    with translation.override("nl"):
        return _Composer(workplace, sender, version, kind, to, sharing, written, at).letter(
            duties, asked
        )


def _of_receiver(
    written: Iterable[Written], kind: LetterKind, sharing: Sharing, sender: Organisation
) -> Iterable[Written]:
    """Yield the present entries with only what this receiver gets of them."""
    dictionary = load()
    for one in written:
        entry = one.entry
        if not one.is_current or not sharing.lets_through(entry.organisation_id, sender.pk):
            continue
        kept = []
        for observation in one.observations:
            element = dictionary.element(observation.element, entry.happened_on)
            if element is not None and kind.takes(element, entry.form):
                kept.append(observation)
        if kept:
            yield replace(one, observations=tuple(kept))


def _asked(pregnancy_id: int, today: date) -> list[TreatmentRelation]:
    """Return the consults that run: asked, and not answered or ended yet."""
    return list(
        TreatmentRelation.objects.filter(
            pregnancy_id=pregnancy_id,
            basis=TreatmentRelation.Basis.CONSULT,
            valid_from__lte=today,
            valid_until__gt=today,
        )
        .select_related("organisation", "asked_by")
        .order_by("valid_from", "pk")
    )


class _Composer:
    """Everything one letter is written from."""

    def __init__(
        self,
        workplace: Workplace,
        sender: Organisation,
        version: PregnancyVersion,
        kind: LetterKind,
        to: Organisation | None,
        sharing: Sharing,
        written: Sequence[Written],
        at: datetime,
    ) -> None:
        self.workplace, self.sender, self.version = workplace, sender, version
        self.kind, self.to, self.sharing, self.at = kind, to, sharing, at
        self.today = timezone.localdate(at)
        self.who = identity_of(version)
        self.dictionary: Dictionary = load()
        self.written = written
        self.values: Values = known_values(written)
        self.shown: set[tuple[str, int]] = set()

    def letter(self, duties: Duties | None, asked: Sequence[TreatmentRelation]) -> Letter:
        woman, row = self.who, self.kind.row
        reference = self.version.pregnancy.reference
        born = f", geboren {_day(woman.birth_date)}" if woman.birth_date else ""
        # What stands on top stands nowhere else: these come first.
        summary, identity = tuple(self._summary()), tuple(self._identity(woman))
        return Letter(
            reference=reference,
            title=row.name_nl,
            about=f"Zwangerschap {reference}, uitgerekend {_day(self.version.due_on)}",
            copy=COPY,
            sender=self._sender(),
            receiver=self.to.name if self.to else row.receiver_nl,
            made=f"gemaakt {timezone.localtime(self.at):%d-%m-%Y %H:%M}",
            footer=f"{woman.name or reference}{born}",
            name=woman.name or reference,
            identity=identity,
            summary=summary,
            sections=(*self._care(duties, asked), *self._sections()),
            colophon=tuple(self._colophon()),
        )

    def _sender(self) -> tuple[str, ...]:
        sender = self.sender
        where = [str(sender.get_discipline_display()), f"AGB {sender.agb}", sender.city]
        role = str(Role(self.workplace.role).label).lower()
        return (
            sender.name,
            " · ".join(part for part in where if part),
            f"{self.workplace.person_name}, {role}",
        )

    def _identity(self, woman: Identity) -> Iterable[Fact]:
        yield Fact("Geboren", _day(woman.birth_date) or "onbekend")
        yield Fact("BSN", woman.bsn or "nog niet bekend")
        street = ("street", "house_number", "house_number_addition")
        town = ("postcode", "city")
        address = [" ".join(filter(None, map(self._take, part))) for part in (street, town)]
        if any(address):
            yield Fact("Adres", ", ".join(filter(None, address)))
        elif woman.postcode:
            yield Fact("Postcode", woman.postcode)
        if phone := self._take("phone"):
            yield Fact("Telefoon", phone)

    def _summary(self) -> Iterable[Fact]:
        version = self.version
        ended_on = version.ended_on if version.ended_on and version.ended_on <= self.today else None
        days = gestation_on(version.due_on, ended_on, self.today)
        ended = str(version.get_end_kind_display()).lower() if ended_on else ""
        yield Fact(
            "Zwangerschapsduur",
            format_gestation(days) if days is not None else "niet vast te stellen",
            f"{ended} op {_day(ended_on)}" if ended_on else f"op {_day(self.today)}",
        )
        method = self._take("due_date_method")
        self.shown |= {("due_date", 0), ("due_date_precision_days", 0)}
        yield Fact(
            "Uitgerekend",
            _day(version.due_on),
            ", ".join(
                part
                for part in (
                    f"± {version.due_precision_days} dagen",
                    method,
                    f"vastgelegd {_day(version.recorded_on)}",
                )
                if part
            ),
        )
        if version.children > 1:
            yield Fact("Meerling", f"{version.children} kinderen", is_alarm=True)
        counts = [
            f"{letter}{self.values[key, 0][0].value}"
            for letter, key in (("G", "gravidity"), ("P", "parity"))
            if (key, 0) in self.values
        ]
        self.shown |= {("gravidity", 0), ("parity", 0)}
        if counts:
            yield Fact("Zwangerschap", " ".join(counts), "aantal zwangerschappen en geboorten")
        if risk := self._take("vil_status"):
            yield Fact("Risico", risk, self._note("vil_status"))
        for key in ALERTS:
            place = (key, 0)
            if place in self.values and self.values[place][0].value not in NOTHING:
                name = "Let op" if key == "alerts" else words.element_name(key, self.today)
                yield Fact(name, self._take(key), self._note(key), is_alarm=True)

    def _care(self, duties: Duties | None, asked: Sequence[TreatmentRelation]) -> Iterable[Section]:
        facts = []
        if duties is not None:
            leads, coordinates = duties.responsible(self.at), duties.coordinator(self.at)
            facts.append(Fact("Verantwoordelijk", leads.name, _since(leads.since)))
            facts += [
                Fact(f"Afgesproken: {phase.label.lower()}", who.name)
                for phase, who in duties.agreed(self.at)
            ]
            facts.append(
                Fact("Coördinerend", coordinates.name, _since(coordinates.since))
                if coordinates
                else Fact("Coördinerend", "nog niemand")
            )
        intake = self.version.first_intake_organisation.name
        facts.append(Fact("Eerste intake", intake, _day(self.version.first_intake_on)))
        questions = [
            Fact(
                str(one.organisation),
                # A question tells more than its receiver alone may need.
                (one.question if self.kind.takes_everything else "") or "om raad gevraagd",
                f"{_day(one.valid_from)} · {one.asked_by or 'gevraagd'}",
            )
            for one in asked
        ]
        parts = [Part("", tuple(facts))]
        if questions:
            parts.append(Part("Open vragen", tuple(questions)))
        yield Section("Wie is verantwoordelijk", tuple(parts))

    def _sections(self) -> Iterable[Section]:
        """Yield what was found, by the headings of the record; per heading by form."""
        forms = {form.key: form for form in self.dictionary.forms(self.today)}
        by_section: dict[str, list[Part]] = defaultdict(list)
        for form in forms.values():
            by_section[form.section] += self._parts(form)
        for heading in self.dictionary.sections:
            if parts := by_section.get(heading.key):
                yield Section(heading.name_nl, tuple(parts))

    def _parts(self, form: Form) -> Iterable[Part]:
        """Yield what stands in a form: its contacts as a table, and the newest of the rest."""
        table, tabled = self._contacts(form)
        places = [
            place
            for place, (_observation, entry) in self.values.items()
            if entry.form == form.key and place not in self.shown and place[0] not in tabled
        ]
        order = [field.key for group in form.groups for field in group.elements]
        about = {field.key: group.about for group in form.groups for field in group.elements}
        count = max((number for _key, number in places), default=0)
        by_whom: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
        if table is not None:
            by_whom[0, ""] = []
        for key, number in places:
            name = words.number_name(about.get(key, "woman"), number, count)
            by_whom[number, name].append((key, number))
        for (_number, name), own in sorted(by_whom.items()):
            heading = f"{form.name_nl}: {name[:1].lower()}{name[1:]}" if name else form.name_nl
            yield _part(heading, tuple(self._facts(own, order)), table if not name else None)

    def _facts(self, places: Iterable[tuple[str, int]], order: Sequence[str]) -> Iterable[Fact]:
        """Yield what was found, in the order of the form; what is not so, in one line after it."""
        ordered = sorted(
            places, key=lambda place: order.index(place[0]) if place[0] in order else len(order)
        )
        denied: list[tuple[str, str]] = []
        for place in ordered:
            observation, entry = self.values[place]
            element = self.dictionary.element(observation.element, entry.happened_on)
            label = element.name_nl if element else observation.element
            note = f"{_day(entry.happened_on)} · {entry.organisation.name}"
            if element is not None and element.kind == "yes_no" and observation.value == "no":
                denied.append((label, note))
                continue
            yield Fact(label, words.said_value(element, observation.value), note)
        if denied:
            notes = {note for _label, note in denied}
            named = "; ".join(label for label, _note in denied)
            yield Fact("Nee", named, notes.pop() if len(notes) == 1 else "")

    def _contacts(self, form: Form) -> tuple[Contacts | None, set[str]]:
        """Return the last times a form was filled in as a table, and which elements it holds."""
        times = [one for one in self.written if one.entry.form == form.key]
        if not form.is_contact or len(times) < 2:
            return None, set()
        columns = [
            element
            for field in (field for group in form.groups for field in group.elements)
            if (element := self.dictionary.element(field.key, self.today)) is not None
            and element.kind in SHORT_KINDS
            and element.scope == "moment"
            and any(one.each(element.key) for one in times)
        ][:MOST_COLUMNS]
        if not columns:
            return None, set()
        rows = tuple(self._row(one, columns) for one in times[:MOST_CONTACTS])
        keys = {element.key for element in columns}
        shown = [element for element in columns if element.key != LOWER or UPPER not in keys]
        headings = ("Datum", "Duur", *map(_heading, shown), "Door")
        return Contacts(headings, rows), keys

    def _row(self, one: Written, columns: Sequence[Element]) -> tuple[str, ...]:
        entry, ended_on = one.entry, self.version.ended_on
        days = gestation_on(self.version.due_on, None, entry.happened_on)
        is_pregnant = days is not None and (ended_on is None or entry.happened_on <= ended_on)
        found = {
            element.key: words.said_of_each(one.each(element.key), partial(_in_column, element))
            for element in columns
        }
        if UPPER in found and (lower := found.pop(LOWER, "")):
            found[UPPER] += f"/{lower}"
        duration = format_gestation(days) if days is not None and is_pregnant else ""
        return (_day(entry.happened_on), duration, *found.values(), entry.organisation.name)

    def _value(self, key: str) -> str:
        if (key, 0) not in self.values:
            return ""
        observation, entry = self.values[key, 0]
        element = self.dictionary.element(key, entry.happened_on)
        return words.said_value(element, observation.value)

    def _take(self, key: str) -> str:
        """Return a value that needs to stand nowhere else any more."""
        self.shown.add((key, 0))
        return self._value(key)

    def _note(self, key: str) -> str:
        entry = self.values[key, 0][1]
        return f"{_day(entry.happened_on)} · {entry.organisation.name}"

    def _colophon(self) -> Iterable[str]:
        sender, part = self.sender.name, self.kind.row.part_nl
        yield (
            f"Deze brief is een kopie uit het dossier, gemaakt door {self.workplace.person_name} "
            f"namens {sender} op {timezone.localtime(self.at):%d-%m-%Y om %H:%M}. Wat daarna is "
            "vastgelegd of verbeterd, staat er niet in."
        )
        yield (
            f"Deel van de dataset: {part}. Van anderen staat erin wat {sender} mag zien en wat "
            "zij met u laat delen. Bij iedere bevinding staat de dag en wie haar vastlegde; "
            "van wat vaker is gevonden de laatste."
        )
        yield self._consent()

    def _consent(self) -> str:
        if self.sharing.reason == AGREED:
            return "Toestemming: zij stemde in met delen met deze ontvanger."
        return (
            "Toestemming: verondersteld, omdat u haar behandelt of haar naar u is verwezen; zij "
            "maakte geen bezwaar."
        )


def _part(heading: str, facts: tuple[Fact, ...], contacts: Contacts | None = None) -> Part:
    """Return a part that says once when and by whom, where that is the same for all of it."""
    notes = {fact.note for fact in facts}
    if len(notes) != 1 or contacts is not None:
        return Part(heading, facts, contacts)
    return Part(heading, tuple(replace(fact, note="") for fact in facts), None, notes.pop())


def _heading(element: Element) -> str:
    """Name a column, with the unit that its figures leave out."""
    name = "Bloeddruk" if element.key == UPPER else element.name_nl
    return f"{name} ({element.unit})" if element.unit else name


def _in_column(element: Element, value: str) -> str:
    """Write a value without its unit, which stands in the heading."""
    return words.said_value(replace(element, unit=""), value)


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _since(moment: datetime | None) -> str:
    return f"sinds {timezone.localtime(moment):%d-%m-%Y %H:%M}" if moment else "eerste intake"
