from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ooievaar.kernel.faults import InputRejected
from ooievaar.simulator.commands import simulate_region, simulate_tables, write_parquet

START = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("profile", "seed", "births", "years", "start", "column"),
    [
        ("dorps", 1, 10, 1, START, "profile"),
        ("regional", -1, 10, 1, START, "seed"),
        ("regional", 1, 0, 1, START, "births"),
        ("regional", 1, 10, 0, START, "years"),
        ("regional", 1, 10, 9, START, "from"),
        ("regional", 1, 10, 1, date(2017, 1, 1), "from"),
        ("regional", 1, 10, 1, date(2024, 2, 29), "from"),
        ("regional", 1, 10, 9000, START, "from"),
    ],
)
def test_parameters_that_cannot_be_are_told(
    profile: str, seed: int, births: int, years: int, start: date, column: str
) -> None:
    with pytest.raises(InputRejected) as rejected:
        simulate_tables(profile, seed, births, years, start)
    assert [fault.column for fault in rejected.value.faults] == [column]


def test_parquet_files_hold_the_tables(regional: dict[str, pa.Table], tmp_path: Path) -> None:
    written = write_parquet(regional, tmp_path / "region")
    assert {path.stem for path in written} == set(regional)
    assert pq.read_table(tmp_path / "region" / "activities.parquet") == regional["activities"]


def test_a_folder_that_is_a_file_is_told(regional: dict[str, pa.Table], tmp_path: Path) -> None:
    (tmp_path / "region").write_text("bezet")
    with pytest.raises(InputRejected) as rejected:
        write_parquet(regional, tmp_path / "region")
    assert rejected.value.faults[0].column == "folder"


@pytest.mark.django_db
@pytest.mark.parametrize("profile", ["regional", "urban"])
def test_a_region_is_stored_once(profile: str) -> None:
    from ooievaar.record.models import CareActivity, Pregnancy

    told: list[str] = []
    rows = simulate_region(profile, seed=4, births=60, years=1, report=told.append)
    assert told
    assert CareActivity.objects.count() == rows["activities"]
    assert 60 < Pregnancy.objects.count() < rows["pregnancies"]
    with pytest.raises(InputRejected) as rejected:
        simulate_region(profile, seed=4, births=60, years=1, report=told.append)
    assert "lege databank" in str(rejected.value.faults[0])
    assert CareActivity.objects.count() == rows["activities"]


@pytest.mark.django_db
def test_a_region_of_before_a_rule_changed_is_stored_too() -> None:
    """Its last contract stays open, and has its tariff for an early end as long as that exists."""
    rows = simulate_region(births=10, years=1, start=date(2019, 1, 1), report=lambda _: None)
    assert rows["activities"]
