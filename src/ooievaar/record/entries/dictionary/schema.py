"""What may stand in the files of the dictionary: strict, frozen, dated, with a source."""

from typing import Literal

from ooievaar.rulebook.schema import Dated, Frozen, Named, SourcesFile, Text

Kind = Literal["number", "code", "codes", "text", "date", "time", "yes_no"]
Scope = Literal["woman", "pregnancy", "moment"]
SetName = Literal["obstetrics", "kraam", "echo", "kernset"]
About = Literal["woman", "earlier", "fetus", "child"]
RoleName = Literal["midwife", "gynaecologist", "clinical_carer", "kraam_carer", "sonographer"]
DisciplineName = Literal[
    "midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound", "other"
]
System = Literal[
    "",
    "http://snomed.info/sct",
    "http://loinc.org",
    "urn:oid:2.16.840.1.113883.2.4.3.22.1.4.8",
    "urn:oid:2.16.840.1.113883.2.4.4.13.26",
    "urn:oid:2.16.840.1.113883.2.4.4.13.46",
]
Number = int | float


class ChoiceRow(Named):
    """One answer to an element, with the published code where one was read."""

    code: Text
    system: System = ""
    system_code: str = ""


class ElementRow(Named, Dated):
    """One element in one period; its ranges stand in ranges.yaml."""

    key: Text
    kind: Kind
    scope: Scope
    unit: str = ""
    decimals: int = 0
    choices: tuple[ChoiceRow, ...] = ()
    pwd: int | None = None
    kernset: int | None = None
    system: System = ""
    system_code: str = ""
    sets: tuple[SetName, ...]


class ElementsFile(Frozen):
    """Elements of one part of the record."""

    elements: tuple[ElementRow, ...]


class RangeRow(Dated):
    """What a number may be: outside `plausible` it is asked about, outside `possible` refused."""

    element: Text
    plausible: tuple[Number, Number]
    possible: tuple[Number, Number]


class RangesFile(Frozen):
    """All ranges."""

    ranges: tuple[RangeRow, ...]


class SectionRow(Named):
    """A heading under which forms are listed."""

    section: Text


class GroupRow(Named):
    """A heading of a form: elements in order, `required` those that it needs."""

    about: About = "woman"
    elements: tuple[Text, ...]
    required: tuple[Text, ...] = ()


class FormRow(Named, Dated):
    """What is filled in at once, by which roles."""

    key: Text
    section: Text
    roles: tuple[RoleName, ...]
    is_contact: bool = False
    can_have_more: bool = False
    groups: tuple[GroupRow, ...]


class FormsFile(Frozen):
    """All headings and forms."""

    sections: tuple[SectionRow, ...]
    forms: tuple[FormRow, ...]


class ConditionRow(Frozen):
    """Asks something of what was recorded; any of the elements may answer."""

    elements: tuple[Text, ...]
    one_of: tuple[Text, ...] = ()
    none_of: tuple[Text, ...] = ()
    at_least: int | None = None
    fewer_than: int | None = None
    example: str = ""


class CountsAsRow(Dated):
    """A finished form with these values counts as an act of the catalogue."""

    key: Text
    form: Text
    disciplines: tuple[DisciplineName, ...]
    when: tuple[ConditionRow, ...] = ()
    act: Text
    specialism: str = ""
    quantity_from: str = ""
    duration_from: str = ""
    child_from: str = ""
    sentence_nl: Text
    sentence_en: Text


class CountsAsFile(Frozen):
    """The mapping from forms to acts."""

    counts_as: tuple[CountsAsRow, ...]


class RepeatRow(Named, Dated):
    """How long a diagnostic need not be made again."""

    key: Text
    form: Text
    when: tuple[ConditionRow, ...] = ()
    window_days: int


class RepeatsFile(Frozen):
    """All windows."""

    repeats: tuple[RepeatRow, ...]


class TermRow(Frozen):
    """One term of a formula: coefficient times (x / scale) to a power, times its logarithm."""

    coefficient: Number
    power: Number = 0
    log_power: int = 0
    scale: int = 1


class DueMethodRow(Dated):
    """A way to determine the due date; of several the lowest rank counts."""

    method: Text
    rank: int
    precision_days: int


class DatingRow(Dated):
    """Days of gestation by a measure of the fetus."""

    measure: Text
    from_mm: int
    until_mm: int
    days: tuple[TermRow, ...]


class DueDatesFile(Frozen):
    """Ways to determine the due date, and formulas to date a pregnancy with."""

    methods: tuple[DueMethodRow, ...]
    dating: tuple[DatingRow, ...]


class GrowthRow(Named, Dated):
    """The spread of a measure of the fetus by exact weeks of gestation."""

    measure: Text
    unit: Text
    from_days: int
    until_days: int
    mean: tuple[TermRow, ...]
    sd: tuple[TermRow, ...]
    sd_is_log: bool = False
    skew: tuple[TermRow, ...] = ()


class GrowthFile(Frozen):
    """All measures."""

    growth: tuple[GrowthRow, ...]


class ChoiceOfOurs(Named, Dated):
    """A number that a rule needs where no public text gives it."""

    choice: Text
    value: int
    unit: Literal["days"]


class ChoicesFile(Frozen):
    """All such numbers."""

    choices: tuple[ChoiceOfOurs, ...]


ELEMENT_FILES = (
    "elements_woman.yaml",
    "elements_history.yaml",
    "elements_pregnancy.yaml",
    "elements_diagnostics.yaml",
    "elements_birth.yaml",
    "elements_lying_in.yaml",
    "elements_agreements.yaml",
)

FILES: dict[str, type[Frozen]] = {
    "sources.yaml": SourcesFile,
    **dict.fromkeys(ELEMENT_FILES, ElementsFile),
    "ranges.yaml": RangesFile,
    "forms.yaml": FormsFile,
    "counts_as.yaml": CountsAsFile,
    "repeats.yaml": RepeatsFile,
    "due_dates.yaml": DueDatesFile,
    "growth.yaml": GrowthFile,
    "choices.yaml": ChoicesFile,
}
"""Every file of the dictionary, in reading order, with its model."""
