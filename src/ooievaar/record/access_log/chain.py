r"""The hash that ties an event to the one before it; pure, so that anybody can check it.

The hash of an event is the SHA-256 of one line of JSON: every field of the event but the hash
itself, the hash of the event before among them; keys in order, no white space, everything beyond
ASCII as `\uXXXX`, moments as `2026-11-22T06:42:00.000000+00:00`.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""Stands where the first event has no event before it."""
CURRENT_FORMAT = 1
FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        "number",
        "format",
        "at",
        "kind",
        "action",
        "is_success",
        "person_id",
        "person_name",
        "responsible_id",
        "responsible_name",
        "organisation_id",
        "network_id",
        "place_name",
        "role",
        "purpose",
        "object_type",
        "object_id",
        "controls",
        "address",
        "source",
        "women",
        "detail",
        "previous_hash",
    ),
}
"""What the hash covers, by format; a format is never changed, only followed by another."""


def event_hash(event: Mapping[str, Any]) -> str:
    """Return the hash of an event; raises ValueError when it is of no known format or type."""
    fields = FIELDS.get(event["format"])
    if fields is None:
        raise ValueError(f"unknown format {event['format']!r}")
    return canonical_hash({name: event[name] for name in fields})


def canonical_hash(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of values as one line of JSON, the same on every machine."""
    try:
        line = json.dumps(
            values, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_moment
        )
    except TypeError as error:
        raise ValueError(str(error)) from error
    return hashlib.sha256(line.encode("ascii")).hexdigest()


def _moment(value: Any) -> str:
    """Write an aware moment in UTC with its microseconds; nothing else goes into a chain."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"no place in a chain for {type(value).__name__}")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
