"""What insurers paid, put on the lines that it settles."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import (
    Batch,
    BatchLine,
    LineStanding,
    LineState,
    Payment,
    PaymentLine,
)
from ooievaar.claims.standing import Event, add_events, refresh_paid, writing
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.storage.bulk import insert_rows

TWICE = _("Deze betaling is al verwerkt.")
NOTHING_DUE = _("Op dit bestand is niets (meer) te betalen.")
TOO_MUCH = _("Dit is meer dan er op dit bestand nog te betalen is.")
TOO_MUCH_BACK = _("Er gaat meer terug dan er op dit bestand terug te betalen is.")
NO_CENTS = _("Een betaling van nul cent is geen betaling.")
NO_REFERENCE = _("Een betaling heeft een kenmerk van 1 tot en met 40 tekens.")
NOT_YET = _("De dag van de betaling ligt in de toekomst.")
LONGEST_REFERENCE = 40
NETTED = "verrekend in het bestand"
"""The reference of what settles a file that comes to nothing."""

SETTLES = (LineState.GRANTED, LineState.GRANTED_IN_PART)
"""From which states a line that is paid whole becomes paid; another stays what it is."""


def take_payment(
    batch: Batch,
    *,
    cents: int,
    paid_on: date,
    reference: str,
    now: datetime,
    by: Workplace | None = None,
) -> Payment | Rejected:
    """Put a payment on the lines of a file: first what goes back, then lines in their order.

    Negative cents: the credits of the file weighed more than its debits. A payment of part of what
    is due settles as many lines as it can; more than is due is refused.
    """
    reference = reference.strip()
    if not 1 <= len(reference) <= LONGEST_REFERENCE:
        return Rejected(NO_REFERENCE, "reference")
    if not cents:
        return Rejected(NO_CENTS, "cents")
    if paid_on > timezone.localdate(now):
        return Rejected(NOT_YET, "paid_on")
    with writing():
        if Payment.objects.filter(batch=batch, reference=reference).exists():
            return Rejected(TWICE)
        due = _due_lines(batch)
        if not due:
            return Rejected(NOTHING_DUE)
        parts = _divide(due, cents)
        if parts is None:
            return Rejected(TOO_MUCH if cents > 0 else TOO_MUCH_BACK, "cents")
        return _put_on_lines(batch, parts, paid_on, reference, now, by)


def settle_netted(batch: Batch, now: datetime, by: Workplace | None = None) -> Payment | None:
    """Settle a file whose credits weigh exactly as much as its debits: no money comes of it.

    Its lines then have no day on which an insurer pays them, and would wait for it forever.
    """
    parts = [(line, _due(line)) for line in _due_lines(batch)]
    balance = sum(cents for _, cents in parts)
    if not parts or balance:
        return None
    return _put_on_lines(batch, parts, timezone.localdate(now), NETTED, now, by)


def _put_on_lines(
    batch: Batch,
    parts: list[tuple[LineStanding, int]],
    paid_on: date,
    reference: str,
    now: datetime,
    by: Workplace | None,
) -> Payment:
    payment = Payment.objects.create(
        network_id=batch.network_id,
        insurer_id=batch.insurer_id,
        batch=batch,
        paid_on=paid_on,
        cents=sum(part for _, part in parts),
        reference=reference,
        stored_at=now,
        stored_by_id=by.person_id if by else None,
    )
    insert_rows(
        PaymentLine,
        ("payment_id", "line_id", "cents"),
        ((payment.pk, line.line_id, part) for line, part in parts),
    )
    refresh_paid(payment.pk)
    add_events(_paid(parts), now, person_id=by.person_id if by else None)
    return payment


def due_cents(batch: Batch) -> int:
    """Return what an insurer still has to pay on a file; negative: what it gets back."""
    return sum(_due(line) for line in _due_lines(batch))


def _due_lines(batch: Batch) -> list[LineStanding]:
    """Return the granted lines of a file that are not paid whole, credits first."""
    lines = (
        LineStanding.objects.filter(
            batch=batch,
            line__in=BatchLine.objects.filter(batch=batch).values("line_id"),
            granted_cents__gt=0,
        )
        .select_related("line")
        .order_by("-line__is_credit", "line_id")
    )
    return [line for line in lines if _due(line)]


def _due(standing: LineStanding) -> int:
    sign = -1 if standing.line.is_credit else 1
    return sign * (standing.granted_cents or 0) - standing.paid_cents


def _divide(due: list[LineStanding], cents: int) -> list[tuple[LineStanding, int]] | None:
    """Put cents on lines; None where they do not all fit."""
    if cents < min(0, sum(_due(line) for line in due)):
        return None
    back = [(line, _due(line)) for line in due if _due(line) < 0]
    left = cents - sum(part for _, part in back)
    parts = list(back)
    for line in due:
        part = min(_due(line), left)
        if part > 0:
            parts.append((line, part))
            left -= part
    return parts if left == 0 else None


def _paid(parts: list[tuple[LineStanding, int]]) -> Iterator[Event]:
    for standing, part in parts:
        if part == _due(standing) and standing.state in SETTLES:
            yield Event(
                standing.line_id,
                LineState.PAID,
                "payment",
                standing.batch_id,
                standing.granted_cents,
                tuple(standing.codes),
            )
