"""Nothing about a woman can reach the log: what is not declared is not written."""

import ast
import json
import logging
import sys
from pathlib import Path

import pytest

from ooievaar.storage import logs

ROOMS = Path(logs.__file__).resolve().parent.parent
BSN = "123456782"
NAMES = {"tell", "logs.tell"}


def written(event: str | None = None, *, message: str = "", **fields: object) -> dict[str, object]:
    """Return the line that a record becomes."""
    extra = {} if event is None else {"event": event, "fields": fields}
    record = logging.getLogger("een.bibliotheek").makeRecord(
        "een.bibliotheek", logging.INFO, __file__, 12, message, (), None, extra=extra
    )
    return dict(json.loads(logs.JsonLines().format(record)))


def test_a_declared_event_is_written_with_its_fields() -> None:
    line = written("backup", tables=3, rows=120, kilobytes=5, ms=17)
    assert line["event"] == "backup"
    assert (line["tables"], line["rows"], line["kilobytes"], line["ms"]) == (3, 120, 5, 17)
    assert "dropped" not in line


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("backup", {"tables": "Fatima de Vries"}),
        ("backup", {"woman": "Fatima de Vries"}),
        ("backup", {"rows": int(BSN)}),
        ("backup", {"rows": BSN}),
        ("backup", {"rows": True}),
        ("request", {"view": "/zwangeren/?zoek=Fatima"}),
        ("request", {"view": "fatima"}),
        ("request", {"method": "FATIMA"}),
        ("job", {"kind": "Fatima de Vries"}),
        ("job", {"kind": BSN}),
        ("started", {"version": BSN}),
    ],
)
def test_what_is_not_declared_or_has_another_shape_is_counted_not_written(
    event: str, fields: dict[str, object]
) -> None:
    line = written(event, **fields)
    assert line["dropped"] == 1
    assert not set(fields) & set(line)
    assert not {"Fatima", "fatima", BSN} & set(json.dumps(line).replace('"', " ").split())


def test_an_event_that_nobody_declared_tells_only_where_it_came_from() -> None:
    line = written("fatima_de_vries", woman=BSN)
    assert line["event"] == "undeclared"
    assert set(line) == {"at", "level", "event", "place"}


def test_a_library_is_told_by_place_never_by_what_it_said() -> None:
    line = written(message=f"Not Found: /zwangeren/?zoek={BSN}")
    assert set(line) == {"at", "level", "event", "logger", "place"}
    assert line["place"] == "ooievaar/storage/tests/test_logs.py:12"


def test_a_crash_is_told_by_kind_and_place_never_by_message_or_value() -> None:
    def fall(bsn: str) -> None:
        raise ValueError(f"{bsn} van Fatima de Vries")

    try:
        fall(BSN)
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, __file__, 1, "kapot: %s", (BSN,), sys.exc_info()
        )
    told = logs.JsonLines().format(record)
    line = json.loads(told)
    assert line["error"] == "ValueError"
    assert len(line["places"]) == 2
    assert all("test_logs.py:" in place for place in line["places"])
    assert BSN not in told and "Fatima" not in told


def test_every_event_that_our_code_tells_is_declared_with_those_fields() -> None:
    told = 0
    for file in ROOMS.rglob("*.py"):
        if "tests" in file.parts or file.name == "logs.py":
            continue
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in NAMES:
                continue
            if not (call.args and isinstance(call.args[0], ast.Constant)):
                continue
            told += 1
            fields = {word.arg for word in call.keywords} - {"crash"}
            assert fields <= set(logs.CATALOGUE[str(call.args[0].value)]), file
    assert told >= 5


def test_no_code_of_ours_prints_around_the_catalogue() -> None:
    """Commands speak through typer and rich; `print` would reach the journal unseen."""
    for file in ROOMS.rglob("*.py"):
        if "tests" not in file.parts:
            calls = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)]
            assert not any(ast.unparse(call.func) == "print" for call in calls), file
