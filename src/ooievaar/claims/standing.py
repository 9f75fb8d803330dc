"""What happened to lines is added here, many at once, and how they stand follows from it.

Every event carries all that is known of the line then (its file, the granted amount, the codes),
so that the newest one tells how it stands.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from ooievaar.claims.models import LineEvent, LineStanding
from ooievaar.storage.bulk import insert_rows, next_id

WRITING = 0x1_0012_0005
"""Key of the advisory lock on PostgreSQL: one at a time writes what is claimed and answered."""

EVENT_FIELDS = (
    *("line_id", "state", "at", "cause", "person_id", "batch_id", "return_file_id"),
    *("granted_cents", "codes", "note"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a line, to be stored."""

    line_id: int
    state: str
    cause: str
    batch_id: int | None = None
    granted_cents: int | None = None
    codes: tuple[str, ...] = ()
    note: str = ""


@contextmanager
def writing() -> Iterator[None]:
    """One transaction, while no other writes claims; who waited sees what the first one wrote."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
        yield


def add_events(
    events: Iterable[Event],
    at: datetime,
    *,
    person_id: int | None = None,
    return_file_id: int | None = None,
) -> None:
    """Add events and bring the standings of their lines up to date; within `writing`."""
    # All first: a query between the rows of a COPY waits for itself.
    told = list(events)
    first, moment = next_id(LineEvent), as_stored(at)
    insert_rows(
        LineEvent,
        EVENT_FIELDS,
        (
            (
                event.line_id,
                event.state,
                moment,
                event.cause,
                person_id,
                event.batch_id,
                return_file_id,
                event.granted_cents,
                json.dumps(event.codes),
                event.note,
            )
            for event in told
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{_UPDATE} WHERE s.line_id = e.line_id", [first])
        cursor.execute(f"{_INSERT} {_NEW}", [first])


def refresh_paid(payment_id: int) -> None:
    """Bring what was paid of the lines of a payment up to date."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE claims_linestanding SET paid_cents = (SELECT sum(p.cents) FROM "
            "claims_paymentline p WHERE p.line_id = claims_linestanding.line_id) "
            "WHERE line_id IN (SELECT line_id FROM claims_paymentline WHERE payment_id = %s)",
            [payment_id],
        )


def rebuild_standings() -> None:
    """Make every standing again from what happened; gives what was there."""
    with writing():
        rows = LineStanding.objects.all()
        rows._raw_delete(rows.db)
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [0])


@lru_cache(maxsize=4096)
def as_stored(value: date | datetime) -> Any:
    """Return a day or a moment as `insert_rows` gives it to either database."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value)


_NEWEST = (
    "(SELECT * FROM claims_lineevent WHERE id IN "
    "(SELECT max(id) FROM claims_lineevent WHERE id >= %s GROUP BY line_id))"
)
_UPDATE = (
    "UPDATE claims_linestanding AS s SET state = e.state, since = e.at, batch_id = e.batch_id, "  # noqa: S608
    f"granted_cents = e.granted_cents, codes = e.codes FROM {_NEWEST} AS e"
)
_INSERT = (
    "INSERT INTO claims_linestanding (line_id, network_id, insurer_id, state, since, batch_id, "  # noqa: S608
    "granted_cents, paid_cents, codes, deadline) "
    "SELECT l.id, l.network_id, l.insurer_id, e.state, e.at, e.batch_id, e.granted_cents, "
    "COALESCE((SELECT sum(p.cents) FROM claims_paymentline p WHERE p.line_id = l.id), 0), "
    f"e.codes, l.deadline FROM {_NEWEST} AS e JOIN claims_claimline l ON l.id = e.line_id"
)
_NEW = "WHERE NOT EXISTS (SELECT 1 FROM claims_linestanding s WHERE s.line_id = l.id)"
