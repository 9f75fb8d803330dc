"""`ooievaar region`: the form that a newcomer fills in, and reading it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ooievaar.exchange.commands import import_region
from ooievaar.exchange.tables import TABLES
from ooievaar.exchange.template import write_template
from ooievaar.exchange.tests.region_rows import TODAY, as_arrow, tiny_region, write_csvs
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Organisation
from ooievaar.record.models import CareActivity


def test_the_form_documents_every_column_in_dutch_and_english(tmp_path: Path) -> None:
    write_template(tmp_path / "regio")
    read_me = (tmp_path / "regio" / "LEESMIJ.md").read_text(encoding="utf-8")
    dutch, english = read_me.split("# Your own region (English)")
    for table in TABLES:
        for column in table.columns:
            assert f"| {column.name} |" in dutch
            assert column.nl in dutch
            assert column.en in english


def test_the_form_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "women.csv").write_text("mijn eigen vrouwen")
    with pytest.raises(InputRejected) as rejected:
        write_template(tmp_path)
    assert [fault.file for fault in rejected.value.faults] == ["women.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["women.csv"]


@pytest.mark.django_db
def test_the_form_as_written_can_be_read(tmp_path: Path) -> None:
    write_template(tmp_path)
    result = import_region(tmp_path, today=TODAY)
    assert set(result.stored) == {table.name for table in TABLES}
    assert import_region(tmp_path, today=TODAY).stored == {}


@pytest.mark.django_db
def test_a_parquet_and_a_csv_may_stand_side_by_side(tmp_path: Path) -> None:
    region = tiny_region()
    activities = as_arrow(region)["activities"]
    del region["activities"]
    write_csvs(region, tmp_path)
    pq.write_table(activities, tmp_path / "activities.parquet")
    assert import_region(tmp_path, today=TODAY).stored["activities"] == 2


@pytest.mark.django_db
def test_missing_and_strange_and_double_files_are_told_together_with_bad_rows(
    tmp_path: Path,
) -> None:
    region = tiny_region()
    region["tariffs"][0]["cents"] = "12,50"
    write_csvs(region, tmp_path)
    (tmp_path / "women.csv").unlink()
    (tmp_path / "wommen.csv").write_text("reference\nV-1\n")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "insurers.parquet")
    with pytest.raises(InputRejected) as rejected:
        import_region(tmp_path, today=TODAY)
    told = {(f.file, f.row, f.column) for f in rejected.value.faults}
    assert {("women.csv", None, ""), ("wommen.csv", None, ""), ("insurers.csv", None, ""),
            ("tariffs.csv", 2, "cents")} <= told  # fmt: skip
    assert not any("uit de tabel women" in f.expected for f in rejected.value.faults)
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_the_row_told_is_the_row_of_the_file(tmp_path: Path) -> None:
    region = tiny_region()
    write_csvs(region, tmp_path)
    file = tmp_path / "activities.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\n".join([*lines[:2], "", lines[2].replace("V-CON", "V-NIET")]) + "\n")
    with pytest.raises(InputRejected) as rejected:
        import_region(tmp_path, today=TODAY)
    [fault] = rejected.value.faults
    assert str(fault).startswith(
        'activities.csv, regel 4, code: gevonden "V-NIET"; verwacht een code'
    )
    assert not CareActivity.objects.exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as rejected:
        import_region(tmp_path / "weg", today=TODAY)
    assert str(rejected.value.faults[0]).startswith("weg: gevonden geen map")


@pytest.mark.django_db
def test_a_truncated_parquet_is_told_once_and_nothing_of_the_others_is_stored(
    tmp_path: Path,
) -> None:
    region = tiny_region()
    activities = as_arrow(region)["activities"]
    del region["activities"]
    write_csvs(region, tmp_path)
    file = tmp_path / "activities.parquet"
    pq.write_table(activities, file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(InputRejected) as rejected:
        import_region(tmp_path, today=TODAY)
    assert [(fault.file, fault.row) for fault in rejected.value.faults] == [(file.name, None)]
    assert not Organisation.objects.exists()
