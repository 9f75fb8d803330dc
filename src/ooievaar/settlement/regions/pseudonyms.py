"""Numbers that stand for women, pregnancies and acts outside: nobody finds them back without a key.

A pseudonym is a keyed hash (HMAC-SHA256, cut off) of the number in the database, so that it stays
the same in a later snapshot with the same key. The acts of a woman are numbered in the order they
have here: which of two equal acts survives, follows that order.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ooievaar.kernel.faults import Fault, InputRejected, refusal

KEY_BYTES = 32
WOMAN_BITS, PREGNANCY_BITS = 62, 56
"""The number of a product is a hundred times that of its pregnancy, and fits in 63 bits."""
REGION_ROOM = 1 << 32
MOST_REGIONS = 511
"""An act's number stands beside its day in 63 bits: it has 41 of them, of which 9 for regions."""


def make_key(place: Path) -> None:
    """Write a new key that only its owner can read; an old one is never replaced."""
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputRejected(
            [_fault(place, "een bestand dat er al is", "een nieuwe naam")]
        ) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(KEY_BYTES) + "\n")


def read_key(place: Path) -> bytes:
    """Read a key; InputRejected when there is none or it is too short to keep anything secret."""
    expected = f"een sleutel van ten minste {2 * KEY_BYTES} tekens 0-9a-f (--new-key maakt er een)"
    try:
        key = bytes.fromhex(place.read_text("ascii").strip())
    except OSError as error:
        raise InputRejected([_fault(place, refusal(error), expected)]) from None
    except ValueError:
        raise InputRejected([_fault(place, "iets anders", expected)]) from None
    if len(key) < KEY_BYTES:
        raise InputRejected([_fault(place, f"{2 * len(key)} tekens", expected)])
    return key


def pseudonyms(key: bytes, kind: str, region: int, ids: Iterable[int]) -> dict[int, int]:
    """Return the pseudonym of each number; the same number in another region has another one."""
    bits = PREGNANCY_BITS if kind == "pregnancy" else WOMAN_BITS
    found = {}
    for number in ids:
        digest = hmac.digest(key, f"{kind}:{region}:{number}".encode(), hashlib.sha256)
        found[number] = int.from_bytes(digest[:8], "big") >> (64 - bits)
    if len(set(found.values())) < len(found):
        told = f"twee van de soort {kind} met één pseudoniem"
        raise InputRejected([Fault("--key-file", None, "", told, "een andere sleutel")])
    return found


def in_place_of(column: pa.ChunkedArray, by: dict[int, int]) -> pa.ChunkedArray:
    """Put for each number what stands for it; what is null stays so, an unknown one is a bug."""
    known = pa.array(list(by), pa.int64())
    numbers = pa.array(list(by.values()), pa.int64())
    replaced = numbers.take(pc.index_in(column.combine_chunks(), value_set=known))
    assert replaced.null_count == column.null_count, "a number without one that stands for it"
    return pa.chunked_array([replaced])


def numbered(region: int, ids: Iterable[int]) -> dict[int, int]:
    """Number in the order given, in the room of a region; 0 keeps its meaning of everybody."""
    return {0: 0} | {one: region * REGION_ROOM + nth for nth, one in enumerate(ids, 1)}


def _fault(place: Path, found: str, expected: str) -> Fault:
    return Fault(place.name, None, "", found, expected)
