"""The hash that ties a transaction to the one before it; pure, so that anybody can check it.

SHA-256 of one line of JSON, written as in the access log (`record.access_log.chain`): every field
of the transaction but its id and the hash itself, the hash of the one before among them, and
`postings`: the accounts by key and their cents, in the order of the keys.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ooievaar.record.access_log.chain import canonical_hash

FIELDS = (
    *("network_id", "number", "period", "names_period", "cause_kind", "cause_id", "reason"),
    *("text", "lines", "created_at", "by_id", "previous_hash"),
)


def transaction_hash(row: Mapping[str, Any], postings: Iterable[tuple[str, int]]) -> str:
    """Return the hash of a transaction with its postings; ValueError where it cannot be."""
    day: date = row["day"]
    values = {name: row[name] for name in FIELDS}
    lines = [[key, cents] for key, cents in sorted(postings)]
    return canonical_hash({**values, "day": day.isoformat(), "postings": lines})
