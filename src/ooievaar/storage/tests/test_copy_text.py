"""What SQLite keeps reads as PostgreSQL writes it, and comes back the same."""

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.storage.backup import LEFT_OUT, table_shapes
from ooievaar.storage.copy_text import READERS, WRITERS, read_row, written_row


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    line = written_row([text, None, text], [WRITERS["TextField"]] * 3)
    assert "\n" not in line and line.count("\t") == 2
    assert read_row(line, [READERS["TextField"]] * 3) == [text, None, text]


@pytest.mark.parametrize(
    ("kind", "kept", "written"),
    [
        ("BooleanField", 1, "t"),
        ("BooleanField", 0, "f"),
        ("BigIntegerField", -9_000_000_000, "-9000000000"),
        ("DateField", "2026-10-05", "2026-10-05"),
        ("DateTimeField", "2026-10-05 07:08:09", "2026-10-05 07:08:09+00"),
        ("DateTimeField", "2026-10-05 07:08:09.120000", "2026-10-05 07:08:09.120000+00"),
        ("UUIDField", "0f" * 16, "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"),
        ("JSONField", '{"a": "b\\nc"}', '{"a": "b\\\\nc"}'),
        ("CharField", "\\N", "\\\\N"),
        ("BinaryField", b"\x00<\xe9>", "\\\\x003ce93e"),
    ],
)
def test_each_kind_is_written_as_the_server_does(kind: str, kept: object, written: str) -> None:
    assert written_row([kept], [WRITERS[kind]]) == written
    assert read_row(written, [READERS[kind]]) == [kept]


def test_the_server_leaves_out_zeros_that_sqlite_keeps() -> None:
    assert read_row("2026-10-05 07:08:09.12+00", [READERS["DateTimeField"]]) == [
        "2026-10-05 07:08:09.120000"
    ]


def test_a_moment_in_another_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="UTC"):
        read_row("2026-10-05 07:08:09+02", [READERS["DateTimeField"]])


def test_every_column_of_every_table_has_a_kind_we_know() -> None:
    kinds = {kind for shape in table_shapes() for kind in shape.kinds}
    assert kinds <= set(WRITERS) & set(READERS)


def test_no_table_is_forgotten() -> None:
    known = {shape.name for shape in table_shapes()} | LEFT_OUT
    assert {model._meta.db_table for model in apps.get_models(include_auto_created=True)} <= known


def test_a_moment_that_python_wrote_is_the_same_moment() -> None:
    write = WRITERS["DateTimeField"]
    assert write("2024-05-12 09:00:00+00:00") == write("2024-05-12 09:00:00")
