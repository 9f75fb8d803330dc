"""A table of codes goes before what comes along, and is refused with the row that is wrong."""

from datetime import UTC, date, datetime

import pytest

from ooievaar.claims.members.codes import known_codes
from ooievaar.claims.members.commands import import_member_codes
from ooievaar.claims.members.table import code_rows
from ooievaar.kernel.faults import InputRejected

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)


def row(number: int = 2, **values: object) -> dict[str, object]:
    given = {"list_code": "032", "code": "12345", "activity": "V-CON", "valid_from": "2026-01-01"}
    return {"_row": number, **given, **values}


@pytest.mark.django_db
def test_an_imported_code_goes_before_what_comes_along() -> None:
    rows = [row(), row(3, code="V-CON", activity="V-TEL", list_code=32)]
    assert import_member_codes("codes.csv", code_rows("codes.csv", rows), NOW, "a" * 64)
    codes = known_codes()
    mine = codes.find("032", "12345", DAY)
    assert mine is not None and mine.activity == "V-CON"
    other = codes.find("032", "V-CON", DAY)
    assert other is not None and other.activity == "V-TEL"
    # Before it holds, and for all other codes, what comes along still stands.
    assert codes.find("032", "V-CON", date(2025, 1, 1)).activity == "V-CON"  # type: ignore[union-attr]
    assert codes.find("011", "KZ-UUR", DAY) is not None
    assert codes.of_activity("V-CON", DAY) == mine


@pytest.mark.django_db
def test_the_same_table_twice_changes_nothing() -> None:
    rows = code_rows("codes.csv", [row()])
    assert import_member_codes("codes.csv", rows, NOW, "a" * 64) is not None
    assert import_member_codes("codes.csv", rows, NOW, "a" * 64) is None


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        ([row(list_code="abc")], "list_code"),
        ([row(code="")], "code"),
        ([row(activity="V-NIE")], "activity"),
        ([row(valid_from="")], "valid_from"),
        ([row(valid_from="1 januari")], "valid_from"),
        ([row(valid_until="2025-01-01")], "valid_until"),
        ([row(day="midden")], "day"),
        ([row(unit_minutes="-5")], "unit_minutes"),
        ([row(activity="KZ-UUR")], "unit_minutes"),
        ([row(naam="x")], "naam"),
        ([row(), row(3, activity="V-TEL")], "valid_from"),
        ([], ""),
    ],
)
def test_what_is_wrong_is_told_with_its_row(rows: list[dict[str, object]], column: str) -> None:
    with pytest.raises(InputRejected) as rejected:
        code_rows("codes.csv", rows)
    (fault,) = rejected.value.faults
    assert fault.column == column
    assert fault.row == (rows[-1]["_row"] if rows else None)
