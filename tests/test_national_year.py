"""Stories of the national year: regions beside each other that never meet, and add up."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ooievaar.bundles.engine import new_connection, run_on, run_rules
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.kernel.faults import InputRejected
from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.facts import engine_facts
from ooievaar.simulator.national import EVERYWHERE, ROOM, Part, national_year

KEYS = {
    "activities": "activity_id",
    "pregnancies": "pregnancy_id",
    "organisations": "organisation_id",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("national") / "year"
    national_year(place, 90, tell=lambda _: None, regions=3, workers=1)
    return place


def only(sql: str) -> tuple:
    """The one row of an answer."""
    (row,) = duckdb.sql(sql).fetchall()
    return row


def query(folder: Path, name: str, region: str = "*") -> str:
    """What reads a table of one region or of all."""
    return f"read_parquet('{folder}/{name}/region={region}/**/*.parquet', hive_partitioning=false)"


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_no_two_regions_share_a_number(folder, name, key):
    rows, numbers = only(f"SELECT count(*), count(DISTINCT {key}) FROM {query(folder, name)}")
    assert rows == numbers > 0


def test_the_folder_tells_what_lies_in_it(folder):
    about = json.loads((folder / "about.json").read_text("utf-8"))
    (rows,) = only(f"SELECT count(*) FROM {query(folder, 'activities')}")
    assert (about["births"], about["regions"], about["activities"]) == (90, 3, rows)


def test_an_act_lies_in_its_year_and_beside_the_others_of_the_woman(folder):
    for path in (folder / "activities").glob("region=*/year=*/part.parquet"):
        acts = pq.ParquetFile(path).read(columns=["performed_on", "woman_id"]).to_pydict()
        years = {day.year for day in acts["performed_on"]}
        assert years == {int(path.parent.name.removeprefix("year="))}
        assert acts["woman_id"] == sorted(acts["woman_id"])


def test_a_region_of_the_country_is_the_region_of_its_own_seed(folder):
    """The same rules give the same, but for the room that its numbers lie in."""
    part = Part(folder, 2, 1_002, 30, 1, date(2025, 1, 1))
    tables = simulate_tables(part.profile, part.seed, part.births, 1, part.start)
    alone = run_rules(engine_facts(tables, date(2026, 1, 1), date(2026, 1, 1)))
    beside = new_connection()
    for name in INPUTS:
        source = f"'{folder}/{name}.parquet'" if name in EVERYWHERE else query(folder, name, "02")
        beside.register(name, beside.sql(f"FROM {source}").to_arrow_table())
    run_on(beside)
    acts, women = 2 * ROOM["activity_id"], 2 * ROOM["pregnancy_id"]
    moved = f"activity_id - {acts}, pregnancy_id - {women}, product_no - {100 * women}"
    rest = "phase, disposition, reason, rule FROM dispositions ORDER BY ALL"
    told = alone.sql(f"SELECT activity_id, pregnancy_id, product_no, {rest}").fetchall()
    assert beside.sql(f"SELECT {moved}, {rest}").fetchall() == told
    assert len({row[-3] for row in told}) > 2


def test_a_folder_that_holds_something_is_left_alone(folder):
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputRejected):
        national_year(folder, 30, tell=lambda _: None, regions=1)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("regions", [0, 100, 31])
def test_a_country_has_as_many_regions_as_its_births_and_the_numbers_allow(tmp_path, regions):
    with pytest.raises(InputRejected):
        national_year(tmp_path / "year", 30, tell=lambda _: None, regions=regions)
    assert not (tmp_path / "year").exists()
