"""The form of an entry, made from the dictionary: what was known is filled in, and says so.

A value outside what is plausible is asked about, once for that value; one that cannot be is
refused at its field. What was typed stays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ooievaar.record.entries import dating, words
from ooievaar.record.entries.commands import Observed
from ooievaar.record.entries.dictionary import Dictionary, Element, Form, Group, load
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.entries.queries import Place
from ooievaar.record.entries.rules.history import disagreements, earlier_pregnancies
from ooievaar.record.entries.rules.values import Good, Impossible, Unlikely, read_value
from ooievaar.record.forms import RecordForm
from ooievaar.ui.templatetags.ooievaar import language

DAY, TIME, COUNT, SURE = "happened_on", "happened_at", "count", "sure"
MOST_BUTTONS = 4
"""More choices than this stand in a list instead of beside each other."""
LONGEST_BUTTONS = 44
MOST_NUMBERED = 15
Known = Mapping[Place, tuple[Observation, Entry]]
NUMBERED = frozenset({"fetus", "child", "earlier"})
HISTORY = ("gravidity", "parity")
TESTS = "diagnostics"
"""The section of forms whose values belong to the day of the test."""
EMPTY = ("", gettext_lazy("leeg"))
NOTHING_CHOSEN = ("", gettext_lazy("–"))


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the form: an element, of the woman (0) or of a numbered child or pregnancy."""

    element: Element
    number: int
    is_required: bool

    @property
    def name(self) -> str:
        """The name of the field."""
        return f"{self.element.key}-{self.number}"

    @property
    def key(self) -> str:
        """The name in a draft."""
        return f"{self.element.key}:{self.number}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A field as the page shows it: with its unit, what was known, and what is asked about it."""

    field: BoundField
    element: Element
    is_required: bool
    is_wide: bool
    known: str
    earlier: str
    asked: str
    sure_value: str


@dataclass(frozen=True, slots=True)
class Part:
    """A group of fields under one heading; groups of that name after each other are together."""

    heading: str
    fields: tuple[Drawn, ...]


class EntryForm(RecordForm):
    """The fields of one form of the dictionary, for as many children as it is about."""

    def __init__(
        self,
        dictionary: Dictionary,
        form: Form,
        *,
        count: int,
        known: Known,
        typed: Mapping[str, str] | None = None,
        data: Any = None,
        now: tuple[date, time | None],
        focuses: bool = True,
    ) -> None:
        """Take `typed` (a draft, or an earlier version) as what stands in it; else what is known.

        `count` is the number of children, or of earlier pregnancies, that the form has room for.
        """
        super().__init__(data)
        self.definition, self.known = form, known
        self.count = max(1, min(count, MOST_NUMBERED))
        self.day = _day_of(data, now[0])
        self.slots = list(_slots(dictionary, form, self.day, self.count))
        self.asked: dict[str, str] = {}
        self.observed: list[Observed] = []
        self.meanwhile: Sequence[Any] = ()
        self.rejected = ""
        kept = typed or {}
        self.fields[DAY] = forms.DateField(
            label=_("Datum"),
            initial=kept.get(DAY) or now[0],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "max": f"{now[0]}"}),
        )
        self.fields[TIME] = forms.TimeField(
            label=_("Tijd"),
            required=False,
            initial=kept.get(TIME, now[1]),
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        )
        for slot in self.slots:
            field = _field(slot.element)
            field.initial = self._initial(slot, typed)
            self.fields[slot.name] = field
        if focuses and data is None:
            self._focus_first_empty()

    def _initial(self, slot: Slot, typed: Mapping[str, str] | None) -> Any:
        if typed is not None:
            value = typed.get(slot.key, "")
        else:
            found = self._known(slot)
            value = words.typed_value(slot.element, found[0].value) if found else ""
        return value.split() if slot.element.kind == "codes" else value

    def _known(self, slot: Slot) -> tuple[Observation, Entry] | None:
        """Return what is filled in because it was known: not what is measured every time.

        Nor the result of a test: finishing the form would say that it was made again; nor how exact
        a due date was, which follows from how the new one is determined.
        """
        if slot.element.scope == "moment" or self.definition.section == TESTS:
            return None
        if slot.element.key == dating.PRECISION:
            return None
        return self.known.get((slot.element.key, slot.number))

    def _focus_first_empty(self) -> None:
        for slot in self.slots:
            if not self.fields[slot.name].initial:
                self.fields[slot.name].widget.attrs["autofocus"] = True
                return

    def clean(self) -> dict[str, Any]:
        """Read every value by the rules of its element; ask about what is unlikely."""
        cleaned: dict[str, Any] = super().clean() or {}
        sure = set(self.data.getlist(SURE)) if hasattr(self.data, "getlist") else set()
        used = {slot.number for slot in self.slots if self.typed(slot)} | {0}
        if self.definition.about != "earlier":
            used.add(1)
        for slot in self.slots:
            typed = self.typed(slot)
            if not typed:
                if slot.is_required and slot.number in used and slot.name not in self.errors:
                    self.add_error(slot.name, _("Vul dit in."))
                continue
            read = read_value(slot.element, typed, language())
            if isinstance(read, Impossible):
                self.add_error(slot.name, str(read.message))
            elif isinstance(read, Unlikely) and f"{slot.name}={typed}" not in sure:
                self.asked[slot.name] = str(read.message)
                self.add_error(slot.name, str(read.message))
            else:
                self.observed.append(Observed(slot.element.key, read.value, slot.number))
        self._ask_about_history(sure)
        if self.definition.key == dating.FORM:
            self._tell_due_date(sure)
        return cleaned

    def _tell_due_date(self, sure: set[str]) -> None:
        """Say how exact the date is, and ask about one that takes the place of a better one."""
        values = dating.in_values(self.observed)
        precision = dating.precision_that_follows(values, self.known, self.day)
        if precision is not None:
            kept = [one for one in self.observed if one.element != dating.PRECISION]
            self.observed = [*kept, Observed(dating.PRECISION, precision)]
        question = dating.better_that_was_known(values, self.known, self.day)
        name = f"{dating.DUE_ON}-0"
        if question and f"{name}={self.data.get(name, '')}" not in sure:
            self.asked[name] = question
            self.add_error(name, question)

    def _ask_about_history(self, sure: set[str]) -> None:
        """Ask when gravidity or parity does not agree with the earlier pregnancies on record."""
        here = {(one.element, one.number): one.value for one in self.observed}
        known = {place: found[0].value for place, found in self.known.items()} | here
        numbers = {key: int(known[key, 0]) if (key, 0) in known else None for key in HISTORY}
        earlier = earlier_pregnancies((key, no, value) for (key, no), value in known.items())
        from_days = load().choices["parity_from_days"]
        for one in disagreements(numbers["gravidity"], numbers["parity"], earlier, from_days):
            slot = next((slot for slot in self.slots if slot.element.key == one.element), None)
            if slot is None or slot.name in self.errors:
                continue
            if f"{slot.name}={self.typed(slot)}" not in sure:
                message = one.message_en if language() == "en" else one.message_nl
                self.asked[slot.name] = message
                self.add_error(slot.name, message)

    def typed(self, slot: Slot) -> str:
        """Return what was typed in a place, as one text."""
        if not self.is_bound:
            value = self.fields[slot.name].initial or ""
        elif slot.element.kind == "codes" and hasattr(self.data, "getlist"):
            value = self.data.getlist(slot.name)
        else:
            value = self.data.get(slot.name, "")
        return " ".join(sorted(value)) if isinstance(value, list) else str(value).strip()

    def all_typed(self) -> dict[str, str]:
        """Return everything that was typed, as a draft keeps it."""
        kept = {slot.key: self.typed(slot) for slot in self.slots}
        for name in (DAY, TIME):
            kept[name] = str(self.data.get(name, ""))
        kept[COUNT] = str(self.count)
        return kept

    def readable(self) -> list[tuple[str, int, str]]:
        """Return what can be read of it so far, before anybody said that it is finished."""
        found = []
        for slot in self.slots:
            read = (
                read_value(slot.element, self.typed(slot), language()) if self.typed(slot) else None
            )
            if isinstance(read, Good | Unlikely):
                found.append((slot.element.key, slot.number, read.value))
        return found

    @property
    def minute(self) -> int | None:
        """The minutes after midnight that were typed, if any."""
        at = self.cleaned_data.get(TIME)
        return at.hour * 60 + at.minute if at else None

    @property
    def moment_fields(self) -> tuple[BoundField, BoundField]:
        """The day and the time, that stand on top."""
        return self[DAY], self[TIME]

    def parts(self) -> list[Part]:
        """Return the groups of the form in its order; those of a child after each other."""
        by_place = {(slot.element.key, slot.number): slot for slot in self.slots}
        parts: list[Part] = []
        for group, number in _in_order(self.definition, self.count):
            drawn = [
                self._drawn(by_place[key, number])
                for key, _is_required in group.elements
                if (key, number) in by_place
            ]
            if not drawn:
                continue
            whose = words.number_name(group.about, number, self.count)
            heading = " · ".join(part for part in (whose, words.named(group)) if part)
            if parts and parts[-1].heading == heading:
                parts[-1] = Part(heading, parts[-1].fields + tuple(drawn))
                continue
            if heading in (part.heading for part in parts):
                heading = _("%(heading)s, verder") % {"heading": heading}
            parts.append(Part(heading, tuple(drawn)))
        return parts

    def problems(self) -> list[tuple[BoundField, str]]:
        """Return what is wrong or asked at which field; the rules name the element themselves."""
        return [
            (field, said if said.startswith(str(field.label)) else f"{field.label}: {said}")
            for field in self.visible_fields()
            for said in map(str, field.errors)
        ]

    @property
    def may_have_more(self) -> bool:
        """Tell whether there can be one more child or earlier pregnancy than there is room for."""
        return self.definition.can_have_more and self.count < MOST_NUMBERED

    @property
    def only_asks(self) -> bool:
        """Tell whether nothing is wrong but that something is unusual."""
        return bool(self.errors) and set(self.errors) == set(self.asked)

    def _drawn(self, slot: Slot) -> Drawn:
        typed, found = self.typed(slot), self.known.get((slot.element.key, slot.number))
        is_kept = self._known(slot) is not None and self._is_as_known(slot)
        said = ""
        if found:
            said = _("%(value)s, %(day)s") % {
                "value": words.said_value(slot.element, found[0].value),
                "day": f"{found[1].happened_on:%d-%m-%Y}",
            }
        return Drawn(
            field=self[slot.name],
            element=slot.element,
            is_required=slot.is_required,
            is_wide=_is_wide(slot.element),
            known=_since(found[1]) if found and is_kept and not self.is_bound else "",
            earlier=said if found and not is_kept else "",
            asked=self.asked.get(slot.name, ""),
            sure_value=f"{slot.name}={typed}",
        )

    def _is_as_known(self, slot: Slot) -> bool:
        found = self.known.get((slot.element.key, slot.number))
        return found is not None and words.typed_value(slot.element, found[0].value) == (
            self.typed(slot)
        )

    def name_of(self, element: str) -> str:
        """Return the field at which a rejection of an element is shown."""
        return next((slot.name for slot in self.slots if slot.element.key == element), element)


def _day_of(data: Any, today: date) -> date:
    """Return the day that was typed, by which the dictionary is read; else today."""
    try:
        typed = parse_date(data.get(DAY, "")) if data else None
    except ValueError:
        typed = None
    return typed if typed and typed <= today else today


def _since(entry: Entry) -> str:
    return _("was bekend sinds %(day)s (%(where)s); klopt dit nog?") % {
        "day": f"{entry.happened_on:%d-%m-%Y}",
        "where": entry.organisation.name,
    }


def _slots(dictionary: Dictionary, form: Form, day: date, count: int) -> Iterable[Slot]:
    for group, number in _in_order(form, count):
        for key, is_required in group.elements:
            element = dictionary.element(key, day)
            if element is not None:
                yield Slot(element, number, is_required)


def _in_order(form: Form, count: int) -> Iterable[tuple[Group, int]]:
    """Yield the groups with whose they are: of a child all its groups, then the next child."""
    for about, together in groupby(form.groups, key=lambda group: group.about):
        groups = list(together)
        for number in range(1, count + 1) if about in NUMBERED else (0,):
            yield from ((group, number) for group in groups)


def _is_wide(element: Element) -> bool:
    return element.kind in ("text", "codes")


def _is_buttons(element: Element) -> bool:
    names = [words.named(choice) for choice in element.choices]
    return len(names) <= MOST_BUTTONS and sum(map(len, names)) <= LONGEST_BUTTONS


def _field(element: Element) -> forms.Field:
    """Make the field of an element; its rules read the text, so that nothing is refused twice."""
    make: dict[str, Callable[[Element], forms.Field]] = {
        "number": _number,
        "code": _code,
        "codes": _codes,
        "yes_no": _yes_no,
        "date": lambda one: _text(one, forms.DateInput(attrs={"type": "date"})),
        "time": lambda one: _text(one, forms.TimeInput(attrs={"type": "time"})),
        "text": lambda one: _text(one, forms.Textarea(attrs={"rows": 2})),
    }
    return make[element.kind](element)


def _text(element: Element, widget: forms.Widget) -> forms.Field:
    return forms.CharField(label=words.named(element), required=False, widget=widget)


def _number(element: Element) -> forms.Field:
    mode = "decimal" if element.decimals else "numeric"
    return _text(element, forms.TextInput(attrs={"inputmode": mode, "class": "entry-number"}))


def _code(element: Element) -> forms.Field:
    choices: Sequence[tuple[str, Any]] = [(one.code, words.named(one)) for one in element.choices]
    is_buttons = _is_buttons(element)
    return forms.ChoiceField(
        label=words.named(element),
        required=False,
        choices=[*choices, EMPTY] if is_buttons else [NOTHING_CHOSEN, *choices],
        widget=forms.RadioSelect() if is_buttons else forms.Select(),
    )


def _codes(element: Element) -> forms.Field:
    return forms.MultipleChoiceField(
        label=words.named(element),
        required=False,
        choices=[(one.code, words.named(one)) for one in element.choices],
        widget=forms.CheckboxSelectMultiple(),
    )


def _yes_no(element: Element) -> forms.Field:
    return forms.ChoiceField(
        label=words.named(element),
        required=False,
        choices=[("yes", _("ja")), ("no", _("nee")), EMPTY],
        widget=forms.RadioSelect(),
    )
