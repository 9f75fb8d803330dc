"""What a pathway says, as readable dated text: for whom, what, when, by whom, instead of what.

The text is YAML. It is read strictly: an unknown key, a double one or a window that ends before it
starts is refused with the line, in Dutch. Windows are half-open: `until` does not belong to it.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ooievaar.rulebook.schema import Frozen, Named, Sourced, Text

Kind = Literal["base", "addition", "replacement"]
Line = Literal["community", "primary", "secondary", "tertiary"]
DisciplineName = Literal[
    "midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound", "other"
]
RoleName = Literal["midwife", "gynaecologist", "clinical_carer", "kraam_carer", "sonographer"]

LINES: tuple[Line, ...] = ("community", "primary", "secondary", "tertiary")
"""From least to most specialised: where two pathways disagree, the later one gives the care."""

LONGEST_DAYS = 45 * 7
LONGEST_AFTER_DAYS = 366


def _gestation(typed: str) -> str:
    weeks, days = typed.split("+")
    if int(weeks) * 7 + int(days) > LONGEST_DAYS:
        raise PydanticCustomError("gestation", "een duur tot 45+0")
    return typed


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""A name for the machine: small letters, digits and _; it never changes between versions."""
Gestation = Annotated[
    str, StringConstraints(pattern=r"^\d{1,2}\+[0-6]$"), AfterValidator(_gestation)
]
"""Weeks and days of pregnancy as the field writes them: `27+0`."""
Mark = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,47}(=[A-Za-z0-9_]{1,47})?$")]
"""An element of the record, with `=` and the value that it must have: `heel_prick=yes`."""
Days = Annotated[int, Field(ge=0, le=LONGEST_AFTER_DAYS)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Percent = Annotated[int, Field(ge=1, le=100)]


class Written(Frozen):
    """A part of the text; `from` is a word of Python, so in code it is `start`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class GestationWindow(Written):
    """Counted from the due date: from so many weeks and days, until so many."""

    start: Gestation = Field(alias="from")
    until: Gestation

    @model_validator(mode="after")
    def _ends_later(self) -> "GestationWindow":
        return _ordered(self, days_of(self.start), days_of(self.until))


class DaysWindow(Written):
    """Counted from the day of birth, which is day 0."""

    start: Days = Field(alias="from")
    until: Days

    @model_validator(mode="after")
    def _ends_later(self) -> "DaysWindow":
        return _ordered(self, self.start, self.until)


class AfterWindow(Written):
    """Counted from the day on which another activity was done.

    What comes on top of a base may name one of that base too; where there is none, the first
    intake counts.
    """

    activity: Key
    start: Days = Field(alias="from")
    until: Days

    @model_validator(mode="after")
    def _ends_later(self) -> "AfterWindow":
        return _ordered(self, self.start, self.until)


class Step(Written):
    """From a contact at this gestation the next one follows after so many weeks.

    `first_contact_from`: only for who came into care at this gestation or later. Names: what the
    contact is called to which this step leads, where it differs.
    """

    start: Gestation = Field(alias="from")
    until: Gestation
    weeks: Annotated[int, Field(ge=1, le=20)]
    first_contact_from: Gestation = "0+0"
    name_nl: Text | None = None
    name_en: Text | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> "Step":
        return _ordered(self, days_of(self.start), days_of(self.until))


class Series(Written):
    """Contacts of which each follows from the one before, from the first contact on.

    The first step that fits counts. A contact never passes a gestation in `not_past`: it falls on
    it. Each is open for `open_days`.
    """

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    not_past: tuple[Gestation, ...] = ()
    open_days: Annotated[int, Field(ge=1, le=28)]


class Effort(Written):
    """What it takes of one discipline, in a line, for this many of a hundred women."""

    discipline: DisciplineName
    line: Line
    minutes: Minutes
    percent: Percent = 100


class Need(Named, Written):
    """What who does it must be able and allowed to do, or have at hand."""


class Alternative(Named, Written):
    """Who else may do it, or where else."""

    discipline: DisciplineName
    line: Line
    role: RoleName


class Activity(Named, Written):
    """Something that should happen once in its window, by somebody; seen as done by its marks.

    Exactly one of `gestation`, `after_birth`, `after` and `series` says when. It was done when one
    of `codes` was registered or one of `elements` written down; without `elements` also when
    `form` was filled in (where that counted as no code). `form` is where it is entered.
    """

    key: Key
    gestation: GestationWindow | None = None
    after_birth: DaysWindow | None = None
    after: AfterWindow | None = None
    series: Series | None = None
    discipline: DisciplineName
    line: Line
    role: RoleName
    alternatives: tuple[Alternative, ...] = ()
    form: Key | None = None
    codes: tuple[Text, ...] = ()
    elements: tuple[Mark, ...] = ()
    effort: tuple[Effort, ...] = ()
    needs: tuple[Need, ...] = ()
    replaces: tuple[Key, ...] = ()
    is_first_contact: bool = False
    """The first intake itself: done on the day that the pregnancy says."""
    is_contact: bool = False
    """A visit, that may be combined with a visit of another pathway in the same days."""
    is_choice: bool = False
    """She chooses: not done in its window is not overdue."""
    for_each_child: bool = False
    when_late: Literal["lapse", "catch_up"] = "lapse"
    """What who comes into care after the window does: nothing, or still this."""
    source: Text

    @property
    def timing(self) -> "GestationWindow | DaysWindow | AfterWindow | Series":
        """When it is due, by whichever of the four ways of counting."""
        found = self.gestation or self.after_birth or self.after or self.series
        assert found is not None
        return found

    @property
    def minutes(self) -> int:
        """The minutes of everybody together for a hundred women, by woman, rounded."""
        return round(sum(row.minutes * row.percent for row in self.effort) / 100)

    @model_validator(mode="after")
    def _is_whole(self) -> "Activity":
        ways = (self.gestation, self.after_birth, self.after, self.series)
        if sum(way is not None for way in ways) != 1:
            raise PydanticCustomError(
                "timing", "precies één van gestation, after_birth, after en series"
            )
        if not (self.form or self.codes or self.elements or self.is_first_contact):
            raise PydanticCustomError(
                "marks", "form, codes of elements: anders is nooit te zien dat het gedaan is"
            )
        if self.for_each_child and self.after_birth is None:
            raise PydanticCustomError("per_child", "for_each_child alleen bij after_birth")
        return self


class Condition(Written):
    """What the record says of one element; exactly one of the four comparisons.

    `is` and `one_of` also fit one of several codes.
    """

    element: Key
    equals: Text | None = Field(default=None, alias="is")
    one_of: tuple[Text, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Condition":
        given = (self.equals, self.one_of or None, self.at_least, self.at_most)
        if sum(value is not None for value in given) != 1:
            raise PydanticCustomError(
                "condition", "precies één van is, one_of, at_least en at_most"
            )
        return self

    def holds(self, value: str) -> bool:
        """Tell whether a value of the record (its canonical text) fits."""
        if self.equals is not None or self.one_of:
            wanted = set(self.one_of) | ({self.equals} if self.equals is not None else set())
            return value in wanted or bool(wanted & set(value.split()))
        try:
            number = Decimal(value)
        except ArithmeticError:
            return False
        if self.at_least is not None:
            return number >= self.at_least
        return self.at_most is not None and number <= self.at_most


class Group(Written):
    """Conditions that hold together."""

    together: Annotated[tuple[Condition, ...], Field(alias="all", min_length=1)]


class ForWhom(Written):
    """Whom it is meant for: a sentence, and what in the record points to it.

    Without `any_of` it is chosen by hand; with it, it is proposed. Nobody is put on it unasked.
    """

    sentence_nl: Text
    sentence_en: Text
    any_of: tuple[Group, ...] = ()


class Evidence(Written):
    """A source by the short name that activities refer to."""

    short: Text
    title: Text
    url: str = ""


class Definition(Sourced, Written):
    """One version of a pathway.

    `base`: what every woman begins with. `addition`: on top of a base. `replacement`: on top too,
    and the pathways named in `replaces` fall away.
    """

    key: Key
    kind: Kind
    title_nl: Text
    title_en: Text
    summary_nl: Text
    summary_en: Text
    is_example: bool
    """Content to be agreed by the region before anybody works by it."""
    for_whom: ForWhom
    replaces: tuple[Key, ...] = ()
    merge_within_days: Annotated[int, Field(ge=0, le=28)] = 7
    """Of a base: visits of one discipline this near each other become one."""
    sources: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    activities: Annotated[tuple[Activity, ...], Field(min_length=1)]

    def activity(self, key: str) -> Activity | None:
        """Return an activity by its key."""
        return next((found for found in self.activities if found.key == key), None)


def days_of(gestation: str) -> int:
    """Return `27+3` as days."""
    weeks, days = gestation.split("+")
    return int(weeks) * 7 + int(days)


def describe_window(activity: Activity, language: str = "nl") -> str:
    """Say when an activity is due, as people read it: `27+0 tot 30+0`."""
    dutch = language == "nl"
    to = "tot" if dutch else "to"
    timing = activity.timing
    match timing:
        case GestationWindow():
            return f"{timing.start} {to} {timing.until}"
        case DaysWindow():
            words = "dag {} tot {} na de geboorte" if dutch else "day {} to {} after birth"
            return words.format(timing.start, timing.until)
        case AfterWindow():
            words = "dag {} tot {} na {}" if dutch else "day {} to {} after {}"
            return words.format(timing.start, timing.until, timing.activity)
        case Series():
            return "volgt op het vorige contact" if dutch else "follows the contact before"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a pathway, for editors that check while somebody types."""
    return Definition.model_json_schema(by_alias=True)


Place = tuple[str | int, ...]
Finding = tuple[Place, str, str]
"""Where in the file, what was found, what was expected."""


def findings_within(definition: Definition) -> list[Finding]:
    """Return what the parts of a pathway say against each other."""
    found: list[Finding] = []
    keys = [activity.key for activity in definition.activities]
    shorts = {source.short for source in definition.sources}
    for index, activity in enumerate(definition.activities):
        at: Place = ("activities", index)
        if activity.key in keys[:index]:
            found.append(((*at, "key"), f"{activity.key} twee keer", "elke sleutel één keer"))
        if activity.source not in shorts:
            found.append(((*at, "source"), activity.source, "een bron uit sources"))
        is_base = definition.kind == "base"
        if is_base and activity.after is not None and activity.after.activity not in keys:
            expected = "een activiteit van dit zorgpad"
            found.append(((*at, "after", "activity"), activity.after.activity, expected))
    found.extend(_circles(definition))
    if definition.kind == "replacement" and not definition.replaces:
        found.append((("kind",), "replacement", "ook replaces: welk zorgpad vervalt"))
    if definition.kind != "replacement" and definition.replaces:
        found.append((("replaces",), "zorgpaden", "alleen bij kind: replacement"))
    if definition.kind != "base":
        found.extend(
            (("activities", index, "series"), "een reeks", "alleen in een basiszorgpad")
            for index, activity in enumerate(definition.activities)
            if activity.series is not None
        )
    return found


def findings_against(
    definition: Definition,
    *,
    codes: Iterable[str],
    forms: Iterable[str],
    elements: Iterable[str],
) -> list[Finding]:
    """Return what a pathway names that the catalogue or the dictionary does not know."""
    known_codes, known_forms = frozenset(codes), frozenset(forms)
    found: list[Finding] = []
    for index, activity in enumerate(definition.activities):
        at: Place = ("activities", index)
        found.extend(
            ((*at, "codes", position), code, "een code van de catalogus")
            for position, code in enumerate(activity.codes)
            if code not in known_codes
        )
        if activity.form is not None and activity.form not in known_forms:
            found.append(((*at, "form"), activity.form, "een formulier van het dossier"))
    known_elements = frozenset(elements)
    found.extend(
        (("activities", index, "elements", position), element, "een element van het dossier")
        for index, activity in enumerate(definition.activities)
        for position, element in enumerate(activity.elements)
        if element.partition("=")[0] not in known_elements
    )
    for group_index, group in enumerate(definition.for_whom.any_of):
        found.extend(
            (
                ("for_whom", "any_of", group_index, "all", index, "element"),
                condition.element,
                "een element van het dossier",
            )
            for index, condition in enumerate(group.together)
            if condition.element not in known_elements
        )
    return found


def fits(definition: Definition, values_of: Callable[[str], Iterable[str]]) -> Group | None:
    """Return the first group of conditions that holds, by the values of each element; else None."""
    for group in definition.for_whom.any_of:
        if all(any(map(row.holds, values_of(row.element))) for row in group.together):
            return group
    return None


def _circles(definition: Definition) -> list[Finding]:
    """Return the activities that wait for themselves."""
    waits = {row.key: row.after.activity for row in definition.activities if row.after is not None}
    found: list[Finding] = []
    for index, activity in enumerate(definition.activities):
        seen, key = {activity.key}, waits.get(activity.key)
        while key is not None and key not in seen:
            seen.add(key)
            key = waits.get(key)
        if key == activity.key:
            place: Place = ("activities", index, "after", "activity")
            found.append((place, "een kring", "een activiteit die niet op deze wacht"))
    return found


def _ordered(window: Any, start: int, until: int) -> Any:
    if until <= start:
        shown = f"{window.start} tot {window.until}"
        raise PydanticCustomError(
            "window", "een einde na het begin, niet {shown}", {"shown": shown}
        )
    return window
