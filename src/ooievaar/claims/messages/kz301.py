"""Claim rows to a message and back: KZ301 and its siblings."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import attrgetter

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.headers import PAYEES
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.message import Message, Value
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.messages.spots import PERSON, find_spots
from ooievaar.claims.messages.writing import Part, write_message

INSTITUTION = "04"
"""COD833: paid to an institution; a collaboration is filled in as one (ZH308, 0112)."""

_person_of = attrgetter(*PERSON)


def header_values(
    layout: Layout,
    *,
    agb: str,
    uzovi: str,
    starts_on: date,
    ends_on: date,
    invoice_number: str,
    dated: date,
    is_test: bool,
    payee: str = INSTITUTION,
    software_code: str = "",
    software_version: str = "",
) -> dict[str, Value]:
    """The header of a claim message; `agb` is who is paid, in the role `payee` (COD833) says.

    The version of the software is only told with its code (condition of 0107).
    """
    values: dict[str, Value] = {
        "COD856": "T" if is_test else "P",
        "COD805": software_code,
        "NUM284": software_version if software_code else "",
        "COD061": uzovi,
        PAYEES[payee][0]: agb,
        "COD833": payee,
        "DAT043": starts_on,
        "DAT044": ends_on,
        "NUM029": invoice_number,
        "DAT031": dated,
    }
    fields = layout.records["01"].by_element
    return {fields[element].number: value for element, value in values.items() if element in fields}


def write_claims(
    layout: Layout, header: Mapping[str, Value], rows: Iterable[ClaimRow]
) -> bytes | tuple[Finding, ...]:
    """A file of these rows in their order, or why it cannot be made."""
    return write_message(layout, header, claim_parts(layout, rows))


def claim_parts(layout: Layout, rows: Iterable[ClaimRow]) -> Iterator[Part]:
    """The rows as parts of a message; rows of one woman that follow each other share her record."""
    spots = find_spots(layout)
    for _, group in groupby(rows, key=_person_of):
        lines = list(group)
        yield Part("02", spots.person_values(lines[0]), [spots.line_part(row) for row in lines])


def claim_rows(message: Message) -> list[ClaimRow]:
    """The rows of a sound message; a date or amount that cannot be read raises ValueError."""
    spots = find_spots(message.layout)
    return [ClaimRow(**spots.read(insured, claim.record)) for insured, claim in message.claims()]
