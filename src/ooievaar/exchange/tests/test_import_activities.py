"""`ooievaar import activities`: all or nothing, unless the good rows are asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from ooievaar.exchange.commands import LoadResult, import_activities, load_region
from ooievaar.exchange.tests.region_rows import TODAY, as_arrow, tiny_region
from ooievaar.kernel.faults import InputRejected
from ooievaar.record.models import CareActivity, ImportedFile

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "reference;woman;organisation_agb;code;performed_on\n"
GOOD = "N-1;V-1;08000001;V-CON;2025-05-01\n"
BAD = "N-2;V-1;08000001;V-NIET;2025-05-02\n"


@pytest.fixture(autouse=True)
def region() -> None:
    load_region(as_arrow(tiny_region()), recorded_on=TODAY, today=TODAY)


def read(path: Path, **options: bool) -> LoadResult | None:
    return import_activities(path, now=NOW, **options)


def written(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def new_activities() -> list[str]:
    stored = CareActivity.objects.filter(source="activities")
    return list(stored.order_by("id").values_list("source_reference", flat=True))


def test_a_file_is_stored_and_remembered(tmp_path: Path) -> None:
    result = read(written(tmp_path / "a.csv", GOOD))
    assert result is not None and result.stored == {"activities": 1}
    activity = CareActivity.objects.get(source="activities")
    assert (activity.source_reference, activity.recorded_on, activity.quantity) == ("N-1", TODAY, 1)
    remembered = ImportedFile.objects.get()
    assert (remembered.name, remembered.rows_stored, remembered.rows_refused) == ("a.csv", 1, 0)


def test_the_same_file_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", GOOD)
    read(path)
    assert read(path) is None
    assert new_activities() == ["N-1"]


def test_one_bad_row_keeps_everything_out(tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as rejected:
        read(written(tmp_path / "a.csv", GOOD, BAD))
    [fault] = rejected.value.faults
    assert (fault.file, fault.row, fault.column) == ("a.csv", 3, "code")
    assert new_activities() == []
    assert not ImportedFile.objects.exists()


def test_the_good_rows_of_a_bad_file_are_stored_when_asked(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", GOOD, BAD, GOOD, "N-3;V-9;08000001;V-CON;2025-13-02\n")
    result = read(path, accept_good_rows=True)
    assert result is not None
    assert new_activities() == ["N-1"]
    assert {fault.row for fault in result.refused} == {3, 4, 5}
    assert result.rows_refused == 3
    assert ImportedFile.objects.get().rows_refused == 3


def test_a_refused_row_may_come_again_when_what_it_needs_is_there(tmp_path: Path) -> None:
    row = "N-4;V-2;08000001;V-CON;2025-05-01\n"
    path = written(tmp_path / "a.csv", GOOD, row)
    read(path, accept_good_rows=True)
    women = pa.table({"reference": ["V-2"]})
    load_region({"women": women}, recorded_on=TODAY)
    result = read(path)
    assert result is not None and result.stored == {"activities": 1}
    assert result.skipped == {"activities": 1}
    assert new_activities() == ["N-1", "N-4"]


def test_a_known_reference_with_other_content_is_refused(tmp_path: Path) -> None:
    read(written(tmp_path / "a.csv", GOOD))
    with pytest.raises(InputRejected) as rejected:
        read(written(tmp_path / "b.csv", GOOD.replace("V-CON", "V-TEL")))
    [fault] = rejected.value.faults
    assert (fault.column, fault.found, fault.expected) == (
        "code", '"V-TEL"', "wat er al is opgeslagen: V-CON")  # fmt: skip


def test_excel_and_parquet_are_read_too(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.strip().split(";"))
    book.active.append(["N-5", "V-1", "08000001", "V-CON", datetime(2025, 5, 1)])
    book.save(tmp_path / "a.xlsx")
    read(tmp_path / "a.xlsx")
    columns = dict(zip(HEADER.strip().split(";"), [["N-6"], ["V-1"], ["08000001"], ["V-CON"],
                                                   ["2025-05-02"]], strict=True))  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    read(tmp_path / "a.parquet")
    assert new_activities() == ["N-5", "N-6"]


def test_a_wrong_column_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("referentie;woman;organisation_agb;code;performed_on\n" + GOOD)
    with pytest.raises(InputRejected) as rejected:
        read(path, accept_good_rows=True)
    assert {(f.row, f.column) for f in rejected.value.faults} == {
        (1, "referentie"),
        (1, "reference"),
    }
