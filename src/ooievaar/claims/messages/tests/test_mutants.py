"""Broken files: never an exception, never a wrong total taken in silently."""

import random

import pytest

from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.tests.mutants import mutants_of, silent_faults, valid_files

MUTANTS = 2_000
FILES = valid_files()


def test_the_files_that_are_broken_are_sound_to_begin_with() -> None:
    for file in FILES:
        message, findings = read_message(file, shipped())
        assert message is not None
        assert [str(one) for one in findings] == []
        assert silent_faults(file) == ""


def test_two_thousand_mutants() -> None:
    refused = 0
    for mutant in mutants_of(FILES, random.Random(2026), MUTANTS):
        assert silent_faults(mutant) == ""
        refused += bool(read_message(mutant, shipped())[1])
    # What is not refused differs in a place that a file may have otherwise: a name, a code.
    assert refused > MUTANTS * 0.7


@pytest.mark.parametrize("file", FILES[::5], ids=lambda file: file[2:5].decode())
def test_each_record_dropped_doubled_or_swapped_is_refused(file: bytes) -> None:
    records = file.split(b"\r\n")[:-1]

    def is_refused(changed: list[bytes]) -> bool:
        return bool(read_message(b"\r\n".join([*changed, b""]), shipped())[1])

    for at in range(len(records)):
        assert is_refused([*records[:at], *records[at + 1 :]]), f"dropped {at}"
        assert is_refused([*records[: at + 1], *records[at:]]), f"doubled {at}"
        for other in range(at + 1, len(records)):
            swapped = list(records)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            assert is_refused(swapped), f"swapped {at} and {other}"


@pytest.mark.parametrize("file", FILES[::5], ids=lambda file: file[2:5].decode())
def test_every_digit_of_an_amount_counts(file: bytes) -> None:
    # Each digit of the trailer and each of the amounts of the claims, raised by one.
    code = file[2:5].decode()
    lines = file.split(b"\r\n")
    starts = {"101": (b"06", 107), "176": (b"04", 156)}.get(code, (b"04", 134))
    for number, line in enumerate(lines):
        if line[:2] not in (starts[0], b"99"):
            continue
        first, length = (starts[1], 8) if line[:2] == starts[0] else (3, 42)
        for at in range(first - 1, first - 1 + length):
            digit = (line[at] - ord("0") + 1) % 10 + ord("0")
            changed = line[:at] + bytes([digit]) + line[at + 1 :]
            content = b"\r\n".join([*lines[:number], changed, *lines[number + 1 :]])
            assert read_message(content, shipped())[1], (number, at)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"\n" * 100,
        b"01",
        b"\x00" * 1000,
        b"A" * 200_000,
        b"\r" * 200_000,
        b"\r\n" * 5_000,
        b"01133030299" * 100,
        bytes(range(256)) * 50,
        "01133é".encode(),
        b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3",
        b"PK\x03\x04" + b"\x00" * 400,
    ],
)
def test_what_is_no_message_at_all(content: bytes) -> None:
    message, findings = read_message(content, shipped())

    assert message is None
    assert findings
    assert all(one.level == "file" and str(one) for one in findings)
    assert len(findings) <= 1001
