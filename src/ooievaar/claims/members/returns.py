"""Answers to members' own claim files: what went through to the insurer was billed the old way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ooievaar.claims.layouts import known_layouts
from ooievaar.claims.members.commands import mark_file_billed
from ooievaar.claims.members.reading import (
    STANDARDS,
    fault_of,
    organisation_of,
    sound_message,
    whole,
)
from ooievaar.claims.messages.returns import read_return
from ooievaar.claims.models import MemberFile, MemberFileLine, MemberReturn
from ooievaar.kernel.faults import Fault, InputRejected

if TYPE_CHECKING:
    from ooievaar.claims.messages.rows import Returned
    from ooievaar.network.models import Organisation


@dataclass(frozen=True)
class MemberAnswer:
    """What an answer did: how many lines count as billed the old way from now on."""

    answer: MemberReturn
    billed: int
    read_before: bool = False


def is_return(content: bytes) -> bool:
    """Tell whether the first record of a file is that of an answer."""
    code = content[2:5].decode("ascii", "replace")
    return any(
        one.direction == "return" and code in one.message_codes for one in known_layouts().values()
    )


def take_member_return(
    name: str, content: bytes, *, now: datetime, allow_test: bool = False
) -> MemberAnswer:
    """Match an answer with the one member's file it belongs to, and mark what went through.

    An insurer took in every line that it did not send back without a grant; a portal that answers
    let nothing through. Raises InputRejected when it belongs to no file, was answered before, or
    does not add up; then nothing is stored.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    before = MemberReturn.objects.filter(sha256=sha256).select_related("file").first()
    if before is not None:
        return MemberAnswer(before, 0, read_before=True)
    message = sound_message(name, content, allow_test=allow_test)
    if message.layout.answers.partition("-")[0] not in STANDARDS:
        raise InputRejected(
            [whole(name, f"een bericht {message.layout.standard}",
                   f"een antwoord op een van: {', '.join(STANDARDS)}")]
        )  # fmt: skip
    returned = read_return(message)
    if isinstance(returned, tuple):
        raise InputRejected([fault_of(name, finding) for finding in returned])
    organisation = organisation_of(name, message.header.values)
    with transaction.atomic():
        file = _file_of(name, organisation, returned.invoice_number)
        faults = _faults(name, returned, file)
        if faults:
            raise InputRejected(faults)
        billed = 0
        if returned.answered_by == MemberReturn.AnsweredBy.INSURER and not returned.refuses_file:
            on = timezone.localdate(now)
            how = f"Antwoord van de verzekeraar op factuur {file.invoice_number}, {on:%d-%m-%Y}"
            billed = mark_file_billed(file, now, _went_through(returned, file), how)
        answer = MemberReturn.objects.create(
            file=file,
            name=name[:255],
            sha256=sha256,
            answered_by=returned.answered_by,
            insurer_reference=returned.insurer_reference[:24],
            granted_cents=returned.granted_cents,
            billed=billed,
            read_at=now,
        )
    return MemberAnswer(answer, billed)


def _file_of(name: str, organisation: Organisation, invoice_number: str) -> MemberFile:
    file = MemberFile.objects.filter(
        organisation=organisation, invoice_number=invoice_number
    ).first()
    if file is None:
        raise InputRejected(
            [
                Fault(
                    name,
                    1,
                    "factuurnummer",
                    f'"{invoice_number}" van {organisation.agb}',
                    "een factuur die is ingelezen met ooievaar import claims",
                )
            ]
        )
    return file


def _faults(name: str, returned: Returned, file: MemberFile) -> list[Fault]:
    """Return why an answer is not the one to this file."""
    found = []

    def refuse(column: str, what: str, expected: str) -> None:
        found.append(Fault(name, 1, column, what, expected))

    if MemberReturn.objects.filter(file=file, answered_by=returned.answered_by).exists():
        refuse("factuurnummer", f'"{file.invoice_number}", dat al is beantwoord', "een antwoord")
    if returned.claim_standard != file.standard.partition("-")[0]:
        refuse("standaard", returned.claim_standard, file.standard)
    if returned.is_test != file.is_test:
        refuse("soort bericht", "T" if returned.is_test else "P", "T" if file.is_test else "P")
    if returned.uzovi != file.uzovi:
        refuse("UZOVI", f'"{returned.uzovi}"', file.uzovi)
    if returned.submitted_cents != file.cents:
        refuse("ingediend bedrag", f"{returned.submitted_cents} cent", f"{file.cents} cent")
    known = set(MemberFileLine.objects.filter(file=file).values_list("reference", flat=True))
    strange = [row.reference for row in returned.rows if row.reference not in known]
    if strange and not file.refused:
        refuse("referentienummer", f'"{strange[0]}"', "een regel van deze factuur")
    return found


def _went_through(returned: Returned, file: MemberFile) -> list[int]:
    """Return the numbers of the lines that the insurer took in, in full or in part.

    With a course of a hospital goes what stands under it.
    """
    sent_back = {row.reference for row in returned.rows if not row.granted_cents}
    lines = MemberFileLine.objects.filter(file=file, is_credit=False)
    rows = list(lines.values_list("detail_number", "reference", "course"))
    refused = {number for number, reference, _ in rows if reference in sent_back}
    return [number for number, _, course in rows if not refused & {number, course}]
