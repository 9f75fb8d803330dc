"""What is wrong with a message, as a value: where it stands, what was found, what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ooievaar.kernel.identifiers import mask_bsn

if TYPE_CHECKING:
    from ooievaar.claims.messages.layout import Field

Level = Literal["file", "record"]

MAX_FINDINGS = 1000
"""After this many, findings are counted and the last one tells how many more there are."""

HIDDEN = "(naam of adres)"
"""What is shown in place of a name, an address or a number of a person."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a message.

    `level` says what is refused: the whole file, or this record. `record_no` is the number the
    record has in the message (identificatie detailrecord; 0 for header and trailer), `line_no` its
    line in the file, from 1 (0: the file as a whole). `code` is the return code of list COD954, ""
    where none is known. `value` never carries a whole BSN or a name.
    """

    level: Level
    record_no: int = 0
    line_no: int = 0
    record_code: str = ""
    field_number: str = ""
    field_name: str = ""
    value: str = ""
    expected: str = ""
    code: str = ""
    message: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                f"regel {self.line_no}" if self.line_no else "",
                f"record {self.record_code}" if self.record_code else "",
                f"{self.field_number} {self.field_name}".strip(),
            )
            if part
        )
        text = f"{place}: {self.message}" if place else self.message
        if self.value or self.expected:
            text += f" (gevonden: {self.value or 'niets'}; verwacht: {self.expected})"
        return text


def with_count(findings: Iterable[Finding], more: int) -> tuple[Finding, ...]:
    """Findings, and at the end how many more there are than are kept."""
    if not more:
        return tuple(findings)
    told = Finding("file", message=f"En nog {more} bevindingen van dit bestand, hier niet getoond.")
    return (*findings, told)


def refuses_file(findings: Iterable[Finding]) -> bool:
    """Tell whether the file as a whole is refused."""
    return any(finding.level == "file" for finding in findings)


def shown(field: "Field", value: object) -> str:
    """The value of a field as a finding may tell it: no BSN, no name, no address."""
    text = "" if value is None else str(value)
    if not text.strip():
        return ""
    if field.element == "NUM313":
        return mask_bsn(text) if text != "999999999" else text
    return HIDDEN if field.is_personal else text
