"""Rows as text that both databases read: the COPY format of PostgreSQL, times in UTC.

PostgreSQL writes and reads it itself. For SQLite each column is converted by the kind of its
field; a kind that is not listed here is refused, never guessed.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from django.db.models import Field

Writer: TypeAlias = Callable[[Any], str]
Reader: TypeAlias = Callable[[str], Any]

NOTHING = "\\N"
ESCAPES = {
    "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v",
}  # fmt: skip
MEANINGS = {escape[1]: sign for sign, escape in ESCAPES.items()}
SIGNS = re.compile(r"[\\\t\n\r\x08\x0c\x0b]")
ESCAPED = re.compile(r"\\(.)")

INTEGERS = {
    "AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "PositiveBigIntegerField",
    "PositiveIntegerField", "PositiveSmallIntegerField", "SmallAutoField", "SmallIntegerField",
}  # fmt: skip
TEXTS = {"CharField", "DateField", "GenericIPAddressField", "JSONField", "SlugField", "TextField"}


def kind_of(field: Field[Any, Any]) -> str:
    """Return the kind of value in a column; of a foreign key: that of what it points to."""
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]
    return field.get_internal_type()


def escaped(text: str) -> str:
    """Return text as it stands in a column."""
    return SIGNS.sub(lambda sign: ESCAPES[sign[0]], text)


def unescaped(text: str) -> str:
    """Return what stands in a column as the text it was."""
    if "\\" not in text:
        return text
    return ESCAPED.sub(lambda found: MEANINGS.get(found[1], found[1]), text)


def _written_moment(value: str) -> str:
    # Rows that came in past Django may carry the zone in words of Python.
    return f"{value.removesuffix('+00:00')}+00"


def _read_moment(text: str) -> str:
    """Return a moment as Django keeps it in SQLite: naive UTC, no fraction or six digits of it."""
    day_and_time, offset = text[:-3], text[-3:]
    if offset != "+00":
        raise ValueError("a moment that is not in UTC")
    whole, dot, fraction = day_and_time.partition(".")
    return f"{whole}.{fraction:0<6}" if dot else whole


def _written_uuid(value: str) -> str:
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def _written_bytes(value: bytes) -> str:
    return f"\\\\x{bytes(value).hex()}"


def _read_bytes(text: str) -> bytes:
    """Return bytes from hexadecimal digits, as PostgreSQL writes them: behind an escaped `x`."""
    if not text.startswith("\\\\x"):
        raise ValueError("bytes that are not in hexadecimal")
    return bytes.fromhex(text[3:])


WRITERS: dict[str, Writer] = {
    **dict.fromkeys(INTEGERS, str),
    **dict.fromkeys(TEXTS, escaped),
    "BinaryField": _written_bytes,
    "BooleanField": lambda value: "t" if value else "f",
    "DateTimeField": _written_moment,
    "UUIDField": _written_uuid,
}
READERS: dict[str, Reader] = {
    **dict.fromkeys(INTEGERS, int),
    **dict.fromkeys(TEXTS, unescaped),
    "BinaryField": _read_bytes,
    "BooleanField": lambda text: int(text == "t"),
    "DateTimeField": _read_moment,
    "UUIDField": lambda text: text.replace("-", ""),
}


def written_row(row: Sequence[Any], writers: Sequence[Writer]) -> str:
    """Return a row of SQLite as a line, without its end."""
    return "\t".join(
        [
            NOTHING if value is None else write(value)
            for value, write in zip(row, writers, strict=True)
        ]
    )


def read_row(line: str, readers: Sequence[Reader]) -> list[Any]:
    """Return a line as a row for SQLite."""
    return [
        None if text == NOTHING else read(text)
        for text, read in zip(line.split("\t"), readers, strict=True)
    ]
