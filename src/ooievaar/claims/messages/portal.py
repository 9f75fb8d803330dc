"""What the portal accepts besides the message itself: names of files, and how much in one zip."""

import re
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ooievaar.claims.messages.findings import Finding
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.writing import CRLF

MAX_FILES = 30
MAX_ZIP_BYTES = 20 * 1000 * 1000
MAX_UNPACKED_BYTES = 300 * 1000 * 1000
"""Limits of the portal (vecozo.nl, "Hoe stel ik een declaratie op"); read as decimal megabytes."""

ENDING = ".asc"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def file_name(layout: Layout, uzovi: str, invoice_number: str) -> str:
    """The name of a file: standard, insurer and invoice number, in characters the portal takes."""
    parts = (layout.standard, uzovi, invoice_number)
    return "-".join(_NOT_IN_A_NAME.sub("_", part) for part in parts) + ENDING


def most_records(layout: Layout) -> int:
    """How many records a file may hold so that it fits in a zip, however little packing helps."""
    return MAX_ZIP_BYTES // (layout.record_length + len(CRLF)) - 1


def is_file_name(name: str) -> bool:
    """Whether the portal takes a name: digits, letters, hyphen, underscore and dot; no spaces."""
    return _NAME.fullmatch(name) is not None


def packages(files: Mapping[str, bytes]) -> tuple[bytes, ...] | tuple[Finding, ...]:
    """Pack files into as few zips as the portal's limits ask, in order; or why one cannot go.

    The same files give the same bytes.
    """
    findings = [finding for name, content in files.items() if (finding := _refused(name, content))]
    if findings:
        return tuple(findings)
    zips: list[bytes] = []
    waiting = list(files.items())
    while waiting:
        taken = _first_that_fit(waiting)
        packed = _packed(waiting[:taken])
        while len(packed) > MAX_ZIP_BYTES and taken > 1:
            taken = (taken + 1) // 2
            packed = _packed(waiting[:taken])
        if len(packed) > MAX_ZIP_BYTES:
            return (_too_large(waiting[0][0], len(packed), MAX_ZIP_BYTES, "ingepakt"),)
        zips.append(packed)
        del waiting[:taken]
    return tuple(zips)


def _first_that_fit(files: list[tuple[str, bytes]]) -> int:
    """How many files from the start stay within the number and size of one zip."""
    size = 0
    for at, (_, content) in enumerate(files[:MAX_FILES]):
        size += len(content)
        if size > MAX_UNPACKED_BYTES:
            return at
    return min(len(files), MAX_FILES)


def _packed(files: list[tuple[str, bytes]]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, content in files:
            package.writestr(ZipInfo(name, _FIXED_TIME), content, ZIP_DEFLATED)
    return target.getvalue()


def _refused(name: str, content: bytes) -> Finding | None:
    if not is_file_name(name):
        return Finding(
            "file",
            value=name,
            expected="letters, cijfers, streepje, laag streepje en punt; geen spaties",
            message="Deze naam neemt het portaal niet aan.",
        )
    if len(content) > MAX_UNPACKED_BYTES:
        return _too_large(name, len(content), MAX_UNPACKED_BYTES, "uitgepakt")
    return None


def _too_large(name: str, size: int, limit: int, how: str) -> Finding:
    return Finding(
        "file",
        value=f"{name}: {size} bytes {how}",
        expected=f"ten hoogste {limit} bytes {how}",
        message="Dit bestand is te groot voor het portaal; deel de periode op.",
    )
