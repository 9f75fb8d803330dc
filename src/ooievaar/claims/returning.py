"""Reading an answer: it belongs to exactly one file that was sent, or nothing of it is stored."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ooievaar.claims.channel import Channel
from ooievaar.claims.layouts import keep_layouts, known_layouts
from ooievaar.claims.messages.findings import Finding, refuses_file
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import NO_REMARK, read_return
from ooievaar.claims.messages.rows import Returned, ReturnRow
from ooievaar.claims.models import (
    Batch,
    BatchLine,
    BatchStep,
    ClaimFile,
    ClaimLine,
    LineStanding,
    LineState,
    ReturnFile,
)
from ooievaar.claims.paying import settle_netted
from ooievaar.claims.preparing import add_step, events_of_batch
from ooievaar.claims.standing import Event, add_events, writing
from ooievaar.kernel.money import format_euro
from ooievaar.network.workplace import Workplace

State = BatchStep.State
ENCODING = "iso-8859-1"
Findings = tuple[Finding, ...]

KNOWN = "Deze retour is al ingelezen."
UNKNOWN = "Deze retour hoort bij geen bestand dat hier is verzonden."
NOT_SENT = "Het bestand waar deze retour bij hoort, is nog niet verzonden."
OTHER_INSURER = "Deze retour komt van een andere verzekeraar dan waar het bestand naartoe ging."
OTHER_PAYEE = "Deze retour is voor een andere zorgaanbieder."
OTHER_KIND = "Een test- en een echt bericht horen niet bij elkaar."
ANSWERED = "Op dit bestand is al geantwoord."
NO_RETURN = "Dit bericht is geen retour."


def take_return(
    content: bytes, name: str, now: datetime, by: Workplace | None = None
) -> ReturnFile | Findings:
    """Take in an answer, or say what is wrong with it; then nothing of it is stored."""
    message, findings = read_message(content, known_layouts())
    if message is None or refuses_file(findings):
        return findings
    if message.layout.direction != "return":
        return _refused(NO_RETURN, value=message.layout.key, expected="een retourbericht")
    returned = read_return(message)
    if isinstance(returned, tuple):
        return returned
    digest = hashlib.sha256(content).hexdigest()
    with writing():
        if ReturnFile.objects.filter(sha256=digest).exists():
            return _refused(KNOWN)
        batch = (
            Batch.objects.filter(invoice_number=returned.invoice_number)
            .select_related("insurer", "network")
            .first()
        )
        if batch is None or (by is not None and by.network_id != batch.network_id):
            return _refused(UNKNOWN, value=returned.invoice_number, field="factuurnummer")
        if wrong := _not_for(batch, returned):
            return wrong
        matched = _match(batch, returned)
        if isinstance(matched, tuple):
            return matched
        keep_layouts(message.layout)
        file = ReturnFile.objects.create(
            batch=batch,
            name=name,
            content=content.decode(ENCODING),
            sha256=digest,
            layout_hash=message.layout.content_hash,
            answered_by=returned.answered_by,
            insurer_reference=returned.insurer_reference,
            codes=list(returned.codes),
            granted_cents=returned.granted_cents,
            read_at=now,
            read_by_id=by.person_id if by else None,
        )
        if not BatchStep.objects.filter(batch=batch, state=State.SENT).exists():
            # Handed over and answered, but interrupted before that could be noted.
            add_step(batch, State.SENT, None, now)
            add_events(events_of_batch(batch, LineState.SENT, "sent"), now)
        by_portal = returned.answered_by == "portal"
        add_step(batch, State.ANSWERED_BY_PORTAL if by_portal else State.ANSWERED, by, now)
        add_events(
            _events(batch, matched, returned),
            now,
            person_id=by.person_id if by else None,
            return_file_id=file.pk,
        )
        settle_netted(batch, now, by)
    return file


def take_waiting(channel: Channel, now: datetime) -> list[tuple[str, ReturnFile | Findings]]:
    """Take in every answer that lies ready; return what each gave.

    One that was stored just before an interruption is put away as read.
    """
    taken: list[tuple[str, ReturnFile | Findings]] = []
    for name, content in channel.waiting():
        result = take_return(content, name, now)
        refused = isinstance(result, tuple) and not _is_known(result)
        channel.done(name, refused=refused)
        taken.append((name, result))
    return taken


def _is_known(findings: Findings) -> bool:
    return [one.message for one in findings] == [KNOWN]


def _refused(message: str, *, value: str = "", expected: str = "", field: str = "") -> Findings:
    return (Finding("file", field_name=field, value=value, expected=expected, message=message),)


def _not_for(batch: Batch, returned: Returned) -> Findings:
    """Say why an answer cannot be to this batch; nothing when it can."""
    states = set(BatchStep.objects.filter(batch=batch).values_list("state", flat=True))
    if not ClaimFile.objects.filter(batch=batch).exists() or State.SENDING not in states:
        return _refused(NOT_SENT, value=batch.invoice_number)
    if returned.uzovi != batch.insurer.uzovi:
        return _refused(OTHER_INSURER, value=returned.uzovi, expected=batch.insurer.uzovi)
    if returned.payee_agb != batch.network.agb:
        return _refused(OTHER_PAYEE, value=returned.payee_agb, expected=batch.network.agb)
    if returned.is_test != batch.is_test:
        return _refused(OTHER_KIND)
    if states & {State.ANSWERED, State.ANSWERED_BY_PORTAL}:
        return _refused(ANSWERED, value=batch.invoice_number)
    return ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one line, in cents as granted (of a credit: as taken back)."""

    granted_cents: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Matched:
    lines: list[ClaimLine]
    answers: Mapping[int, _Answer]


def _match(batch: Batch, returned: Returned) -> _Matched | Findings:
    """Set the answer beside what was sent, line by line; it adds up to the cent or is refused."""
    lines = [
        row.line
        for row in BatchLine.objects.filter(batch=batch)
        .select_related("line")
        .order_by("detail_number")
    ]
    sent_cents = batch.debit_cents - batch.credit_cents
    if returned.submitted_cents != sent_cents:
        return _refused(
            "Het ingediende bedrag is niet wat er verzonden is.",
            value=format_euro(returned.submitted_cents),
            expected=format_euro(sent_cents),
        )
    by_reference = {line.reference: line for line in lines}
    doubled = [ref for ref, n in Counter(row.reference for row in returned.rows).items() if n > 1]
    if doubled:
        return _refused("Een regel komt twee keer terug.", value=doubled[0], field="referentie")
    rows: dict[int, ReturnRow] = {}
    for row in returned.rows:
        line = by_reference.get(row.reference)
        if line is None:
            return _refused(
                "Een regel in deze retour is niet verzonden.",
                value=row.reference,
                field="referentie",
            )
        if (row.cents, row.is_credit) != (line.cents, line.is_credit):
            return _refused(
                "Een regel komt anders terug dan zij verzonden is.",
                value=f"{row.reference}: {format_euro(row.cents)}",
                expected=format_euro(line.cents),
            )
        rows[line.pk] = row
    if returned.answered_by == "portal":
        return _by_portal(lines, rows, returned)
    answers = _by_insurer(lines, rows, returned)
    if isinstance(answers, tuple):
        return answers
    granted = sum(answers[line.pk].granted_cents * (-1 if line.is_credit else 1) for line in lines)
    if granted != returned.granted_cents:
        return _refused(
            "Het toegekende bedrag is niet de som van de regels.",
            value=format_euro(returned.granted_cents),
            expected=format_euro(granted),
        )
    return _Matched(lines, answers)


def _by_portal(
    lines: list[ClaimLine], rows: Mapping[int, ReturnRow], returned: Returned
) -> _Matched | Findings:
    """The portal answers only to refuse the whole file; all its lines come back, or none."""
    if returned.granted_cents:
        return _refused("Het portaal kent geen bedragen toe.", expected=format_euro(0))
    if rows and len(rows) != len(lines):
        return _refused(
            "Het portaal stuurt een bestand geheel terug.",
            value=f"{len(rows)} regels",
            expected=f"{len(lines)} regels",
        )
    answers = {
        line.pk: _Answer(0, _codes(rows[line.pk]) if line.pk in rows else _telling(returned.codes))
        for line in lines
    }
    return _Matched(lines, answers)


def _by_insurer(
    lines: list[ClaimLine], rows: Mapping[int, ReturnRow], returned: Returned
) -> dict[int, _Answer] | Findings:
    """Lines that do not come back were granted whole, unless the file was refused as a whole."""
    codes = _telling(returned.codes)
    if returned.refuses_file or (not rows and codes and returned.granted_cents == 0):
        return {line.pk: _Answer(0, codes) for line in lines}
    answers = {}
    for line in lines:
        row = rows.get(line.pk)
        if row is None:
            answers[line.pk] = _Answer(line.cents, ())
            continue
        granted = row.granted_cents or 0
        if not 0 <= granted <= line.cents:
            return _refused(
                "Er is meer toegekend dan gevraagd.",
                value=f"{row.reference}: {format_euro(granted)}",
                expected=f"ten hoogste {format_euro(line.cents)}",
            )
        if granted and row.granted_is_credit != line.is_credit:
            return _refused("Het teken (D of C) van een regel klopt niet.", value=row.reference)
        if line.is_credit and 0 < granted < line.cents:
            return _refused(
                "Een creditregel wordt geheel aangenomen of geheel geweigerd.",
                value=f"{row.reference}: {format_euro(granted)}",
                expected=format_euro(line.cents),
            )
        answers[line.pk] = _Answer(granted, _codes(row))
    return answers


def _codes(row: ReturnRow) -> tuple[str, ...]:
    return _telling((*row.codes, *row.insured_codes))


def _telling(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that say something, each once."""
    return tuple(code for code in dict.fromkeys(codes) if code != NO_REMARK)


def _events(batch: Batch, matched: _Matched, returned: Returned) -> Iterator[Event]:
    """What the answer means for every line, and for the debits whose credits were taken."""
    taken_back = []
    for line in matched.lines:
        answer = matched.answers[line.pk]
        granted = answer.granted_cents
        if returned.answered_by == "portal":
            state = LineState.REFUSED_BY_PORTAL
            yield Event(line.pk, state, "return", batch.pk, None, answer.codes)
            continue
        state = LineState.REFUSED_BY_INSURER
        if granted:
            whole = granted == line.cents
            state = LineState.GRANTED if whole else LineState.GRANTED_IN_PART
        yield Event(line.pk, state, "return", batch.pk, granted, answer.codes)
        if line.is_credit and granted and line.credits_id:
            taken_back.append(line.credits_id)
    standings = LineStanding.objects.filter(line_id__in=taken_back)
    for debit, own_batch, cents, codes in standings.values_list(
        "line_id", "batch_id", "granted_cents", "codes"
    ):
        yield Event(debit, LineState.CREDITED, "credit_taken", own_batch, cents, tuple(codes))
