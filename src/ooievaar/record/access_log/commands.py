"""The only code that writes the log: events are appended, one after the other, never changed."""

import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ooievaar.network.roles import Purpose
from ooievaar.record.access_log.actors import Actor
from ooievaar.record.access_log.chain import CURRENT_FORMAT, GENESIS, event_hash
from ooievaar.record.access_log.models import AccessEvent, AccessSubject
from ooievaar.record.access_log.noting import ACTIONS, Look

LOCK = 0x1_7513_0001
"""Key of the advisory lock on PostgreSQL; beyond 32 bits, where no hash of a table name comes."""
SOURCE = f"ooievaar@{socket.gethostname()}"[:80]
EVENTS = AccessEvent._meta.db_table
SUBJECTS = AccessSubject._meta.db_table
COLUMNS = AccessEvent._meta.concrete_fields


def append(
    looks: Sequence[Look],
    actor: Actor,
    at: datetime | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Append events of one actor to the chain, in one transaction.

    In a transaction of the caller it must come last: from here to the commit nobody else can
    append. `at` is when the events began; now, when it is not given.
    """
    if not looks:
        return
    began = at or timezone.now()
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        number, previous = _last(connection.vendor, cursor)
        events = []
        for look in looks:
            number += 1
            event = _values(look, actor, began, number, previous)
            event["hash"] = previous = event_hash(event)
            events.append(event)
        _insert(connection, cursor, events)


# Every page pays for what follows, so it is SQL with as few ways to the server as can be.
# ruff: noqa: S608 - the names in the statements are our own, the values are parameters


def _last(vendor: str, cursor: Any) -> tuple[int, str]:
    """Return number and hash of the last event, which stays the last until the commit."""
    last = f'SELECT number, hash FROM "{EVENTS}" ORDER BY number DESC LIMIT 1'
    if vendor == "postgresql":
        # Two statements on one way: the second sees what whoever held the lock committed.
        cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK}); {last}")
        cursor.nextset()
    else:
        cursor.execute(last)
    return cursor.fetchone() or (0, GENESIS)


def _insert(connection: BaseDatabaseWrapper, cursor: Any, events: list[dict[str, Any]]) -> None:
    """Insert events, and behind them their subjects in the same order."""
    names = ", ".join(f'"{field.column}"' for field in COLUMNS)
    marks = f"({', '.join(['%s'] * len(COLUMNS))})"
    rows = [
        [field.get_db_prep_save(event[field.attname], connection) for field in COLUMNS]
        for event in events
    ]
    subjects = [(event["number"], woman) for event in events for woman in event["women"]]
    into_events = f'INSERT INTO "{EVENTS}" ({names}) VALUES'
    into_subjects = f'INSERT INTO "{SUBJECTS}" (event_id, woman_id)'
    if connection.vendor == "postgresql":
        cursor.execute(
            f"{into_events} {', '.join([marks] * len(rows))}; "
            f"{into_subjects} SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            [
                *(value for row in rows for value in row),
                [number for number, _woman in subjects],
                [woman for _number, woman in subjects],
            ],
        )
    else:
        cursor.executemany(f"{into_events} {marks}", rows)
        cursor.executemany(f"{into_subjects} VALUES (%s, %s)", subjects)


def _values(
    look: Look, actor: Actor, began: datetime, number: int, previous: str
) -> dict[str, Any]:
    """Return every field of an event but its hash."""
    is_emergency = look.controls.endswith("T")
    purpose = look.purpose or (Purpose.EMERGENCY if is_emergency else actor.purpose)
    return {
        "number": number,
        "format": CURRENT_FORMAT,
        "at": began,
        "kind": str(look.kind),
        "action": str(look.action or ACTIONS[look.kind]),
        "is_success": look.is_success,
        "person_id": actor.person_id,
        "person_name": actor.person_name,
        "responsible_id": actor.responsible_id,
        "responsible_name": actor.responsible_name,
        "organisation_id": actor.organisation_id,
        "network_id": actor.network_id,
        "place_name": actor.place_name,
        "role": actor.role,
        "purpose": str(purpose),
        "object_type": look.object_type,
        "object_id": _clean(look.object_id),
        "controls": look.controls,
        "address": actor.address[:45],
        "source": SOURCE,
        "women": list(look.women),
        "detail": dict(look.detail),
        "previous_hash": previous,
    }


def _clean(text: str) -> str:
    """Return an id from an address as a database keeps it: no control characters, not too long."""
    return "".join(c if c.isprintable() else "?" for c in text)[:64]
