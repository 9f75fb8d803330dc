"""The conditions between fields as data: which rules hold for a record, and what is not checked."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ooievaar.claims.messages.codes import Codes
from ooievaar.claims.messages.layout import BSN_ELEMENT, Field, Layout, RecordLayout
from ooievaar.kernel.faults import InputRejected
from ooievaar.rulebook.loading import schema_fault
from ooievaar.rulebook.schema import Frozen, Text
from ooievaar.rulebook.yaml_source import read_yaml

FILE = Path(__file__).parent / "data" / "conditions.yaml"

Kind = Literal[
    "one_of", "filled_if_filled", "empty_if_filled", "filled_if_value", "value_if_filled",
    "equals_parent", "equals", "not_after", "not_after_header", "not_after_today", "product",
]  # fmt: skip

OTHERWISE = "hangt af van de soort zorg, of is te ruim gesteld om na te kijken"


class Rule(Frozen):
    """One condition on an element, in the kinds of record and the standards it holds for."""

    key: Text
    records: tuple[Text, ...]
    standards: tuple[Text, ...] = ()
    kind: Kind
    field: Text
    others: tuple[Text, ...] = ()
    values: tuple[Text, ...] = ()
    only: bool = False
    code: str
    expected_nl: Text
    verified: bool


class NotChecked(Frozen):
    """Elements whose condition cannot be held against what stands in a file, and why."""

    fields: tuple[Text, ...]
    records: tuple[Text, ...] = ()
    reason_nl: Text


class Conditions(Frozen):
    """All rules, and what is not checked."""

    rules: tuple[Rule, ...]
    read_with_the_file: tuple[Text, ...]
    zero_is_a_value: tuple[Text, ...]
    codes: dict[str, Text]
    not_checked: tuple[NotChecked, ...]

    def rules_for(self, layout: Layout, record: RecordLayout) -> tuple[Rule, ...]:
        """Return the rules that hold for a record and whose elements it has."""
        return tuple(
            rule
            for rule in self.rules
            if record.code in rule.records
            and (not rule.standards or layout.standard in rule.standards)
            and rule.field in record.by_element
        )


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A field with a condition in the specification that no rule stands for, and why."""

    field: Field
    reason_nl: str


@cache
def load_conditions() -> Conditions:
    """Return the shipped conditions; InputRejected when the file does not hold."""
    file = read_yaml(FILE)
    try:
        return Conditions.model_validate(file.content)
    except ValidationError as error:
        raise InputRejected(schema_fault(file, detail) for detail in error.errors()) from None


def unchecked_conditions(layout: Layout, codes: Codes) -> tuple[Unchecked, ...]:
    """Return every condition of a layout that is only text to us, in the order of the records."""
    conditions, found = load_conditions(), []
    for code, record in sorted(layout.records.items()):
        known = {rule.field for rule in conditions.rules_for(layout, record)}
        known.update(conditions.read_with_the_file, [BSN_ELEMENT])
        found += [
            Unchecked(field, _reason(conditions, code, field))
            for field in record.fields
            if field.condition
            and not (field.fixed or field.is_reserve or field.element in known)
            and not (field.codelist and codes.is_complete(field.codelist))
        ]
    return tuple(found)


def _reason(conditions: Conditions, code: str, field: Field) -> str:
    return next(
        (
            row.reason_nl
            for row in conditions.not_checked
            if field.element in row.fields and (not row.records or code in row.records)
        ),
        OTHERWISE,
    )
