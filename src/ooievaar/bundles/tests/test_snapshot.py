"""Facts that are the same have the same hash, however they lie in memory."""

from datetime import date

import pyarrow as pa
import pytest

from ooievaar.bundles.snapshot import _content_hash

WHOLE = pa.table(
    {
        "number": pa.array([1, None, 3], pa.int32()),
        "day": pa.array([date(2025, 1, 1), None, None]),
        "word": pa.array(["a", None, ""]),
        "sure": pa.array([True, None, False]),
    }
)


def digest(table: pa.Table) -> str:
    return _content_hash({"facts": table})


def test_what_lies_under_a_null_does_not_matter() -> None:
    """DuckDB leaves there what it happened to have computed."""
    clean = WHOLE.column("number").combine_chunks()
    bytes_with_77 = b"".join(number.to_bytes(4, "little") for number in (1, 77, 3))
    dirty = pa.Array.from_buffers(pa.int32(), 3, [clean.buffers()[0], pa.py_buffer(bytes_with_77)])
    assert dirty.equals(clean)
    other = WHOLE.set_column(0, "number", dirty)
    assert digest(other) == digest(WHOLE)


def test_chunks_and_offsets_do_not_matter() -> None:
    pieces = pa.concat_tables([WHOLE.slice(0, 1), WHOLE.slice(1, 0), WHOLE.slice(1)])
    longer = pa.concat_tables([WHOLE, WHOLE]).combine_chunks().slice(3)
    assert {digest(pieces), digest(longer)} == {digest(WHOLE)}


def test_a_table_without_rows_is_the_same_in_no_chunk_and_in_one() -> None:
    none = pa.Table.from_batches([], schema=WHOLE.schema)
    assert digest(none) == digest(WHOLE.schema.empty_table())


@pytest.mark.parametrize(
    "other",
    [
        WHOLE.set_column(0, "number", pa.array([1, 0, 3], pa.int32())),
        WHOLE.set_column(1, "day", pa.array([date(2025, 1, 1), date.min, None])),
        WHOLE.set_column(2, "word", pa.array(["a", "", ""])),
        WHOLE.set_column(2, "word", pa.array(["a", "", None])),
        WHOLE.set_column(3, "sure", pa.array([True, False, False])),
        WHOLE.take([1, 0, 2]),
    ],
)
def test_a_null_is_no_zero_and_no_empty_word(other: pa.Table) -> None:
    assert digest(other) != digest(WHOLE)


def test_a_row_belongs_to_its_table() -> None:
    empty = WHOLE.schema.empty_table()
    assert _content_hash({"a": WHOLE, "b": empty}) != _content_hash({"a": empty, "b": WHOLE})
