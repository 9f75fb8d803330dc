"""The lines of a batch as rows of a message, and the file that they make."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from ooievaar import __version__, rulebook
from ooievaar.claims.layouts import known_layouts, layouts_with
from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.kz301 import claim_rows, header_values, write_claims
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.portal import file_name
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.claims.models import Batch, BatchLine, BatchStep, ClaimFile, ClaimLine
from ooievaar.claims.owed import Insured, insured_of, is_writable, writable_name
from ooievaar.record.relations import Rejected

POSTCODE_POSITIONS = 6
ENCODING = "iso-8859-1"

OTHER_LAYOUT = _(
    "De indeling van het bericht is veranderd sinds dit bestand is klaargezet. Trek het in en zet "
    "het opnieuw klaar."
)
CHANGED = _(
    "Gegevens van een verzekerde zijn veranderd sinds dit bestand is klaargezet. Trek het in en "
    "zet het opnieuw klaar."
)
UNWRITABLE = _("Van dit bestand is geen bericht te maken: %(why)s")

NO_CODE = _(
    "Een product in dit bestand heeft geen prestatiecode meer. Trek het in en zet het opnieuw "
    "klaar."
)

PERSON = ("bsn", "birth_date", "name", "postcode")
AS_SENT = (*PERSON, "product_code", "list_code", "agb")
"""What a credit says as its debit did, whatever became of her and of the codes since."""


def claim_file(batch: Batch, dated: date) -> tuple[str, bytes] | Rejected:
    """Return name and content of the file of a batch, as it goes out on a day."""
    layout = known_layouts()[batch.standard]
    if layout.content_hash != batch.layout_hash:
        return Rejected(OTHER_LAYOUT)
    numbered = list(
        BatchLine.objects.filter(batch=batch).select_related("line").order_by("detail_number")
    )
    lines = [one.line for one in numbered]
    wrong = _no_longer_so(lines)
    if wrong is not None:
        return wrong
    rows = rows_of(lines, batch.insurer.uzovi, batch.network.agb)
    if detail_numbers(rows) != [one.detail_number for one in numbered]:
        return Rejected(CHANGED)
    content = written(batch, rows, layout, dated)
    if isinstance(content, tuple):
        return Rejected(UNWRITABLE % {"why": str(content[0])})
    return file_name(layout, batch.insurer.uzovi, batch.invoice_number), content


def written(
    batch: Batch, rows: Iterable[ClaimRow], layout: Layout, dated: date
) -> bytes | tuple[Finding, ...]:
    """Return the message of these rows under the header of a batch."""
    header = header_values(
        layout,
        agb=batch.network.agb,
        uzovi=batch.insurer.uzovi,
        starts_on=batch.starts_on,
        ends_on=batch.until - timedelta(days=1),
        invoice_number=batch.invoice_number,
        dated=max(dated, batch.until - timedelta(days=1)),
        is_test=batch.is_test,
        software_version=__version__[:10],
    )
    return write_claims(layout, header, rows)


def rows_of(lines: Sequence[ClaimLine], uzovi: str, agb: str) -> list[ClaimRow]:
    """Return lines as rows of a message, in their order.

    Who a debit is about stands there as she is known now; a credit says it as its debit did.
    """
    book = rulebook.load()
    people = insured_of({line.pregnancy_id for line in lines if not line.is_credit})
    now = {pregnancy: _person(who) for pregnancy, who in people.items()}
    then = _as_sent([line.credits_id for line in lines if line.credits_id])
    debits = _debits(line.credits_id for line in lines if line.credits_id)
    rows = []
    for line in lines:
        if line.credits_id:
            said = then[line.credits_id]
        else:
            code = book.claim_code(line.product, line.starts_on)
            assert code is not None, "what has no code is held back"
            said = {"product_code": code.code, "list_code": code.code_list, "agb": agb}
            said |= now[line.pregnancy_id]
        previous, claimed = debits.get(line.credits_id or 0, ("", None))
        rows.append(
            ClaimRow(
                reference=line.reference,
                previous_reference=previous,
                is_credit=line.is_credit,
                uzovi=uzovi,
                starts_on=line.starts_on,
                ends_on=line.ends_on,
                units=line.units,
                tariff_cents=line.tariff_cents,
                cents=line.cents,
                calculated_cents=claimed,
                **said,
            )
        )
    return rows


def detail_numbers(rows: Iterable[ClaimRow]) -> list[int]:
    """Return the number of each line in its file, where every insured person is a record too."""
    numbers, number = [], 0
    last: tuple[object, ...] | None = None
    for row in rows:
        person = (row.bsn, row.birth_date, row.name, row.postcode)
        number += 1 + (person != last)
        last = person
        numbers.append(number)
    return numbers


def _no_longer_so(lines: Iterable[ClaimLine]) -> Rejected | None:
    """Say why lines cannot go out as they were prepared; None where they can."""
    book = rulebook.load()
    debits = [line for line in lines if not line.is_credit]
    people = insured_of({line.pregnancy_id for line in debits})
    for line in debits:
        who = people[line.pregnancy_id]
        if who.person_hash != line.person_hash or who.hindrance:
            return Rejected(CHANGED)
        if book.claim_code(line.product, line.starts_on) is None:
            return Rejected(NO_CODE)
    return None


def _person(who: Insured) -> dict[str, Any]:
    postcode = who.postcode.replace(" ", "")[:POSTCODE_POSITIONS]
    return {
        "bsn": who.bsn,
        "birth_date": who.birth_date,
        "name": writable_name(who.name),
        "postcode": postcode if is_writable(postcode) else "",
    }


def _debits(ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Return reference and claimed cents of the debits that are taken back."""
    wanted = list(ids)
    found: dict[int, tuple[str, int]] = {}
    for start in range(0, len(wanted), 5_000):
        rows = ClaimLine.objects.filter(pk__in=wanted[start : start + 5_000])
        for pk, reference, units, tariff in rows.values_list(
            "pk", "reference", "units", "tariff_cents"
        ):
            found[pk] = (reference, units * tariff)
    return found


def _as_sent(debits: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return who these debits were about in the file that they last went out in."""
    if not debits:
        return {}
    sent = BatchLine.objects.filter(
        line_id__in=debits, batch__steps__state=BatchStep.State.SENDING
    ).order_by("pk")
    last = dict(sent.values_list("line_id", "batch_id"))
    references = dict(ClaimLine.objects.filter(pk__in=debits).values_list("pk", "reference"))
    found: dict[int, dict[str, Any]] = {}
    files = ClaimFile.objects.filter(batch_id__in=set(last.values())).select_related("batch")
    for file in files:
        layouts = layouts_with(file.batch.layout_hash)
        message, _findings = read_message(file.content.encode(ENCODING), layouts)
        if message is None:
            raise ValueError(f"bestand {file.name} is niet meer te lezen")
        rows = {row.reference: row for row in claim_rows(message)}
        for debit, batch in last.items():
            row = rows.get(references[debit])
            if batch == file.batch_id and row is not None:
                found[debit] = {name: getattr(row, name) for name in AS_SENT}
    return found
