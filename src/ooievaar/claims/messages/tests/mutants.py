"""Broken files, and a second opinion on whether one adds up: by fixed positions, not layouts."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ooievaar.claims.messages.findings import refuses_file
from ooievaar.claims.messages.kz301 import header_values, write_claims
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.mono import mono_rows, unread_lines
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import Verdict, Verdicts, read_return, write_return
from ooievaar.claims.messages.rows import ClaimRow, Returned
from ooievaar.claims.messages.writing import rewrite

BYTE_CLASSES = (
    b"0123456789",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    b" ",
    b"CD",
    b"PT",
    b"-+.,_",
    bytes(range(0xA0, 0x100)),
    bytes(range(0x80, 0xA0)),
    bytes(range(0x20)),
    b"\r\n",
)

AMOUNTS = {
    "133": {b"04": 134},
    "134": {b"04": 134},
    "141": {b"04": 134},
    "142": {b"04": 134},
    "176": {b"04": 156},
    "177": {b"04": 156},
    "101": {b"06": 107},
    "102": {b"06": 107},
}
"""Where a record has its amount of eight positions, with D or C behind it, by message code."""

GRANTED = {"134": (b"04", 320), "142": (b"04", 320), "177": (b"04", 320), "102": (b"06", 620)}
COUNTS: Mapping[str, Mapping[bytes, tuple[int, int]]] = {
    "": {b"02": (3, 6), b"03": (9, 6), b"04": (15, 6), b"98": (21, 6)},
    "hospital": {
        b"02": (3, 6),
        b"03": (9, 6),
        b"04": (15, 6),
        b"06": (21, 6),
        b"16": (27, 6),
        b"98": (33, 6),
    },
}


def valid_files() -> tuple[bytes, ...]:
    """A few claims, with credits and comments, and answers of all kinds to them."""
    files = []
    for key in ("KZ301-3.2", "VK301-3.2", "MZ301-1.3", "ZH308-9.0"):
        layout = shipped()[key]
        header = header_values(
            layout,
            agb="53140001",
            uzovi="3311",
            starts_on=date(2026, 3, 1),
            ends_on=date(2026, 3, 31),
            invoice_number="IGO000000042",
            dated=date(2026, 4, 2),
            is_test=True,
        )
        claim = write_claims(layout, header, _rows())
        assert isinstance(claim, bytes), claim
        files.append(claim)
        part = {"REF1": Verdict(300, ("0611",)), "REF4": Verdict(0, ("0582",))}
        day = date(2026, 4, 9)
        for verdicts in (
            Verdicts(day, "INS1"),
            Verdicts(day, "INS1", lines=part),
            Verdicts(day, lines=part),
            Verdicts(day, codes=("0001",), refuses_file=True),
        ):
            answer = write_return(claim, verdicts)
            assert isinstance(answer, bytes), answer
            files.append(answer)
    return tuple(files)


def _rows() -> list[ClaimRow]:
    women = (("123456782", "Jansén"), ("111222333", "de Vries"), ("600000291", "Öztürk"))
    rows = []
    for at in range(6):
        bsn, name = women[at // 2]
        rows.append(
            ClaimRow(
                reference=f"REF{at}",
                previous_reference="OLD4" if at == 4 else "",
                is_credit=at == 4,
                bsn=bsn,
                birth_date=date(1990, 1, 1 + at // 2),
                name=name,
                initials="A",
                house_number=1 + at // 2,
                uzovi="3311",
                product_code=f"19002{at}",
                starts_on=date(2026, 3, 2),
                ends_on=date(2026, 3, 2 + at),
                units=1,
                tariff_cents=1000 * (at + 1),
                cents=1000 * (at + 1),
                agb="53140001",
                comments=("Zie brief", "Tweede regel") if at == 1 else (),
            )
        )
    return rows


def mutants_of(files: Sequence[bytes], chance: random.Random, count: int) -> Iterator[bytes]:
    """So many broken files: each kind of mutation, on each kind of file."""
    kinds = (
        _other_byte, _other_byte, _other_byte, _more_bytes, _fewer_bytes, _cut, _dropped, _doubled,
        _swapped, _moved, _other_sign, _other_amount, _other_ending, _with_utf8, _swapped_parts,
    )  # fmt: skip
    for at in range(count):
        file = files[at % len(files)]
        mutant = chance.choice(kinds)(file, chance)
        if chance.random() < 0.1:
            mutant = chance.choice(kinds)(mutant, chance)
        yield mutant


def silent_faults(content: bytes) -> str:
    """What was taken in although it is wrong; "" when the file was refused or really adds up."""
    message, findings = read_message(content, shipped())
    for finding in findings:
        str(finding)
    if message is None:
        return "" if findings else "neither a message nor a finding"
    if refuses_file(findings):
        return ""
    if findings:
        return "a finding that does not refuse the file"
    return _does_not_add_up(content) or _reads_otherwise(message, content)


def _does_not_add_up(content: bytes) -> str:
    """Counts and totals by position, from the bytes."""
    *lines, last = content.split(b"\r\n")
    if last:
        return "something behind the last CR/LF"
    code = lines[0][2:5].decode()
    trailer, is_hospital = lines[-1], code in ("101", "102")
    body = lines[1:-1]
    for kind, (start, length) in COUNTS["hospital" if is_hospital else ""].items():
        if int(trailer[start - 1 : start - 1 + length]) != sum(line[:2] == kind for line in body):
            return f"count of {kind!r}"
    everything = 39 if is_hospital else 27
    if int(trailer[everything - 1 : everything + 6]) != len(body):
        return "count of all"
    claimed = sum(
        _amount(line, start)
        for line in body
        for kind, start in AMOUNTS[code].items()
        if line[:2] == kind
    )
    total = 46 if is_hospital else 34
    told = _amount(trailer, total, 11)
    if code not in GRANTED:
        return "" if told == claimed else "total"
    kind, start = GRANTED[code]
    granted = sum(_amount(line, start) for line in body if line[:2] == kind)
    answer = _amount(trailer, total + 12, 11)
    fitting = {told - claimed + granted} if body else {told, 0}
    return "" if answer in fitting else "total granted"


def _amount(line: bytes, start: int, length: int = 8) -> int:
    cents = int(line[start - 1 : start - 1 + length])
    sign = line[start - 1 + length : start + length]
    if sign not in (b"D", b"C"):
        raise ValueError(sign)
    return -cents if sign == b"C" else cents


def _reads_otherwise(message: Message, content: bytes) -> str:
    """What was read, added up once more, and written again where every field can be read."""
    if message.layout.direction == "return":
        returned = read_return(message)
        if isinstance(returned, Returned) and returned.answered_by == "insurer":
            back = sum(-row.cents if row.is_credit else row.cents for row in returned.rows)
            granted = sum(
                -(row.granted_cents or 0) if row.granted_is_credit else row.granted_cents or 0
                for row in returned.rows
            )
            if returned.rows and returned.submitted_cents - back + granted != (
                returned.granted_cents
            ):
                return "rows of the return"
    else:
        rows, unread = mono_rows(message), unread_lines(message)
        cents = sum(-row.cents if row.is_credit else row.cents for row in rows)
        if not unread and cents != _claimed(message):
            return "rows of the claim"
    if all(record.layout.plan.fits(record.text) for record in message.records()):
        again = rewrite(message)
        if isinstance(again, bytes) and again != content:
            return "written otherwise than it was read"
    return ""


def _claimed(message: Message) -> int:
    layout = message.trailer.layout
    total = layout.by_element["BED025"]
    sign = layout.sign_of(total)
    assert sign is not None
    cents = message.trailer.values[total.number]
    assert isinstance(cents, int)
    return -cents if message.trailer.values[sign.number] == "C" else cents


def _records(file: bytes) -> list[bytes]:
    return file.split(b"\r\n")


def _at(file: bytes, chance: random.Random) -> int:
    return chance.randrange(len(file)) if file else 0


def _other_byte(file: bytes, chance: random.Random) -> bytes:
    at = _at(file, chance)
    return file[:at] + bytes([chance.choice(chance.choice(BYTE_CLASSES))]) + file[at + 1 :]


def _more_bytes(file: bytes, chance: random.Random) -> bytes:
    at = _at(file, chance)
    more = bytes(chance.choice(chance.choice(BYTE_CLASSES)) for _ in range(chance.randint(1, 5)))
    return file[:at] + more + file[at:]


def _fewer_bytes(file: bytes, chance: random.Random) -> bytes:
    at = _at(file, chance)
    return file[:at] + file[at + chance.randint(1, 5) :]


def _cut(file: bytes, chance: random.Random) -> bytes:
    return file[: _at(file, chance)]


def _dropped(file: bytes, chance: random.Random) -> bytes:
    records = _records(file)
    del records[chance.randrange(len(records))]
    return b"\r\n".join(records)


def _doubled(file: bytes, chance: random.Random) -> bytes:
    records = _records(file)
    at = chance.randrange(len(records))
    return b"\r\n".join([*records[: at + 1], *records[at:]])


def _swapped(file: bytes, chance: random.Random) -> bytes:
    records = _records(file)
    one, other = (chance.randrange(len(records)) for _ in range(2))
    records[one], records[other] = records[other], records[one]
    return b"\r\n".join(records)


def _moved(file: bytes, chance: random.Random) -> bytes:
    records = _records(file)
    record = records.pop(chance.randrange(len(records)))
    records.insert(chance.randint(0, len(records)), record)
    return b"\r\n".join(records)


def _other_sign(file: bytes, chance: random.Random) -> bytes:
    found = [at for at in range(len(file)) if file[at : at + 1] in (b"D", b"C")]
    if not found:
        return file[:-1]
    at = chance.choice(found)
    return file[:at] + (b"C" if file[at : at + 1] == b"D" else b"D") + file[at + 1 :]


def _other_amount(file: bytes, chance: random.Random) -> bytes:
    """A digit more or less in a digit before a D or C, as a tired typist does."""
    found = [at for at in range(1, len(file)) if file[at : at + 1] in (b"D", b"C")]
    found = [
        at - 1 - back
        for at in found
        for back in range(8)
        if file[at - 1 - back : at - back].isdigit()
    ]
    if not found:
        return file + b"\r\n"
    at = chance.choice(found)
    digit = (int(file[at : at + 1]) + chance.randint(1, 9)) % 10
    return file[:at] + str(digit).encode() + file[at + 1 :]


def _other_ending(file: bytes, chance: random.Random) -> bytes:
    ending = chance.choice((b"\n", b"\r", b"", b"\r\n\r\n", b"\n\r", b"\x1a"))
    if chance.random() < 0.5:
        return file.replace(b"\r\n", ending)
    return file[:-2] + ending


def _with_utf8(file: bytes, chance: random.Random) -> bytes:
    at = _at(file, chance)
    return file[:at] + chance.choice("éëöœ€").encode() + file[at + 1 :]


def _swapped_parts(file: bytes, chance: random.Random) -> bytes:
    one, other = sorted(_at(file, chance) for _ in range(2))
    size = chance.randint(1, 12)
    return (
        file[:one] + file[other : other + size] + file[one + size : other]
        + file[one : one + size] + file[other + size :]
    )  # fmt: skip
