"""Many regions at once: Spark and DuckDB say the same, and a snapshot tells nobody who she is."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import in_ci
from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.bundles.rules.facts import columns
from ooievaar.kernel.faults import InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity, Woman
from ooievaar.settlement.regions.comparing import differences
from ooievaar.settlement.regions.derive import Summary, derive_folder
from ooievaar.settlement.regions.description import MEANINGS, TABLE_MEANINGS, described
from ooievaar.settlement.regions.engines import DuckDBEngine
from ooievaar.settlement.regions.folder import CODES, RESULTS, TABLES
from ooievaar.settlement.regions.prices import own_prices
from ooievaar.settlement.regions.pseudonyms import make_key, pseudonyms, read_key
from ooievaar.settlement.regions.snapshot import write_snapshot
from ooievaar.simulator.national import national_year
from ooievaar.storage.spark import why_no_spark
from proof.spark import SMALL
from tests.conftest import UNTIL, SimulatedRegion

REGION = 7
QUIET = """
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
"""


def derive_here(source: Path, target: Path) -> Summary:
    return derive_folder(source, target, DuckDBEngine("1g", target / ".work"), lambda _: None)


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / name, schema=None).to_pylist()


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A regional and an urban region that live two years."""
    folder = tmp_path_factory.mktemp("regions") / "facts"
    national_year(folder, 40, tell=lambda _: None, regions=2, years=2, workers=1)
    return folder


@pytest.fixture
def spark_settings(tmp_path: Path) -> dict[str, str]:
    if (why := why_no_spark()) is not None:
        if in_ci():
            pytest.fail(f"{why}; in CI moet Spark lopen")
        pytest.skip(f"{why}: niet uitgevoerd")
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "spark-defaults.conf").write_text(SMALL)
    (settings / "log4j2.properties").write_text(QUIET)
    return {**os.environ, "SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1"}


@pytest.mark.once
def test_spark_says_what_duckdb_says(
    two_regions: Path, tmp_path: Path, spark_settings: dict[str, str]
) -> None:
    """Row for row and cent for cent, in every result, of two regions and two years."""
    here = derive_here(two_regions, tmp_path / "duckdb")
    how = ["--engine", "spark", "--master", "local[2]", "--memory", "1g"]
    places = ["--input", str(two_regions), "--output", str(tmp_path / "spark")]
    done = subprocess.run(
        [sys.executable, "-m", "ooievaar.cli", "derive", *how, *places],
        env=spark_settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = differences(tmp_path / "duckdb", tmp_path / "spark", tmp_path / "spill")
    assert found == dict.fromkeys(RESULTS, 0)
    about = json.loads((tmp_path / "spark" / "about.json").read_text())
    assert (about["engine"], about["failures"]) == ("spark", [])
    assert about["rows"] == here.rows
    assert about["cents"] == here.cents
    assert all(here.rows[name] > 0 for name in RESULTS)
    assert here.cents["divided"] > 0


def test_each_region_divides_by_its_own_agreement(two_regions: Path, tmp_path: Path) -> None:
    """Agreements are asked by day: another region's must never answer."""
    derive_here(two_regions, tmp_path / "out")
    for region in ("01", "02"):
        own = pq.read_table(two_regions / f"agreements/region={region}/part.parquet")
        used = {
            row["agreement_id"]
            for row in rows_of(tmp_path / "out", f"money/region={region}")
            if row["agreement_id"]
        }
        assert used == set(own["agreement_id"].to_pylist())


def test_regions_alone_are_as_regions_together(two_regions: Path, tmp_path: Path) -> None:
    derive_here(two_regions, tmp_path / "together")
    alone = tmp_path / "one"
    for path in two_regions.rglob("*.parquet"):
        if "region=02" not in path.parts:
            place = alone / path.relative_to(two_regions)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    derive_here(alone, tmp_path / "alone")
    for name in RESULTS:
        mine = rows_of(tmp_path / "alone", f"{name}/region=01")
        theirs = rows_of(tmp_path / "together", f"{name}/region=01")
        assert sorted(map(repr, mine)) == sorted(map(repr, theirs))


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [("clock", "until", "clock"), ("activities", "activity_id", "activity_id")],
)
def test_regions_that_do_not_fit_together_are_refused(
    two_regions: Path, tmp_path: Path, table: str, column: str, told: str
) -> None:
    """Another last day, or the numbers of another region: nothing is derived from it."""
    both = tmp_path / "both"
    for path in two_regions.rglob("*.parquet"):
        place = both / path.relative_to(two_regions)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    if table == "clock":
        days = pa.table({"until": pa.array([date(2027, 1, 1), date(2026, 1, 1)], pa.date32())})
        pq.write_table(days, both / "clock.parquet")
    else:
        first = next((both / "activities/region=01/year=2025").iterdir())
        copy = both / "activities/region=02/year=2025/again.parquet"
        copy.write_bytes(first.read_bytes())
    with pytest.raises(InputRejected) as refused:
        derive_here(both, tmp_path / "out")
    assert told in str(refused.value.faults[0])
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_nothing_is_written_over(two_regions: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("hier staat iets")
    with pytest.raises(InputRejected):
        derive_here(two_regions, tmp_path / "out")
    with pytest.raises(InputRejected):
        derive_here(tmp_path / "nowhere", tmp_path / "other")


# --- the snapshot


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    make_key(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def snapshot(simulated_region: SimulatedRegion, tmp_path: Path, key_file: Path) -> Path:
    """A snapshot of the simulated region, as it was derived in the database."""
    write(tmp_path / "snapshot", read_key(key_file))
    return tmp_path / "snapshot"


def write(folder: Path, key: bytes, region: int = REGION) -> None:
    write_snapshot(
        Network.objects.get(),
        folder,
        key,
        region=region,
        until=UNTIL,
        known_until=UNTIL,
        tell=lambda _: None,
    )


def everything_in(folder: Path) -> Iterator[tuple[str, str, list[Any]]]:
    """Give every column of every file: which file, which column, which values."""
    for path in sorted(folder.rglob("*.parquet")):
        table = pq.read_table(path, partitioning=None)
        for name in table.column_names:
            yield str(path.relative_to(folder)), name, table[name].unique().to_pylist()


@pytest.mark.django_db
def test_nothing_of_a_woman_is_in_a_snapshot(snapshot: Path, key_file: Path) -> None:
    """Every value of every column, and every file as bytes."""
    women = Woman.objects.all()
    assert women.count() > 50
    texts = {
        text
        for woman in women
        for text in (woman.name, woman.bsn, woman.postcode, woman.reference)
        if text
    }
    born = {woman.birth_date for woman in women} - {None}
    acts = CareActivity.objects
    texts |= set(acts.values_list("source_reference", flat=True))
    texts |= {
        str(reference) for reference in women.values_list("pregnancies__reference", flat=True)
    }
    inside = {
        "woman_id": set(women.values_list("id", flat=True)),
        "pregnancy_id": set(women.values_list("pregnancies__id", flat=True)),
        "activity_id": set(acts.values_list("id", flat=True)),
    }
    numbers = {int(woman.bsn) for woman in women if woman.bsn}
    seen = set()
    for place, column, values in everything_in(snapshot):
        seen.add(column)
        found = set(values)
        assert not found & (texts | born | numbers), (place, column)
        assert not found & inside.get(column, set()), (place, column)
    assert seen == {
        name for schema in {**TABLES, "codes": CODES}.values() for name in columns(schema)
    }
    key = read_key(key_file)
    for path in snapshot.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert key not in content and key.hex().encode() not in content
            if path.suffix in {".md", ".json"}:
                assert not any(text in path.read_text("utf-8") for text in texts)


@pytest.mark.django_db
def test_a_pseudonym_stays_with_a_key_and_goes_with_another(
    simulated_region: SimulatedRegion, tmp_path: Path
) -> None:
    one, other = bytes(32), bytes([1]) * 32
    folders = {}
    for name, key, region in (("a", one, 7), ("b", one, 7), ("c", other, 7), ("d", one, 8)):
        write(tmp_path / name, key, region)
        folders[name] = {row["woman_id"] for row in rows_of(tmp_path / name, "pregnancies")}
    assert folders["a"] == folders["b"]
    assert not folders["a"] & folders["c"]
    assert not folders["a"] & folders["d"]


@pytest.mark.django_db
def test_a_snapshot_derives_to_what_the_database_derived(
    simulated_region: SimulatedRegion, snapshot: Path, key_file: Path, tmp_path: Path
) -> None:
    """The same products, breakers and dispositions, evidence included."""
    summary = derive_here(snapshot, tmp_path / "out")
    assert summary.failures == []
    key = read_key(key_file)
    women = dict(CareActivity.objects.values_list("id", "woman_id"))
    her_number = pseudonyms(key, "woman", REGION, set(women.values()))
    outside = {row["activity_id"] for row in rows_of(snapshot, "activities")}
    inside = Disposition.objects.filter(derivation_id=simulated_region.derivation_id)
    known = sorted(
        inside.values_list("activity_id", flat=True), key=lambda one: (her_number[women[one]], one)
    )
    act = dict(zip(known, sorted(outside), strict=True))
    ids = inside.values_list("pregnancy_id", flat=True)
    every = set(ids) | set(Product.objects.values_list("pregnancy_id", flat=True))
    pregnancy = pseudonyms(key, "pregnancy", REGION, every - {None}) | {None: None}
    assert {
        (
            act[row.activity_id],
            pregnancy[row.pregnancy_id],
            row.phase,
            row.disposition,
            row.reason,
            row.rule,
            act.get(row.twin_id),
        )
        for row in inside
    } == {
        tuple(
            row[name]
            for name in (
                *("activity_id", "pregnancy_id", "phase", "disposition", "reason", "rule"),
                "twin_id",
            )
        )
        for row in rows_of(tmp_path / "out", "dispositions")
    }
    products = Product.objects.filter(derivation_id=simulated_region.derivation_id)
    assert products.count() > 100
    assert sorted(
        (
            pregnancy[row.pregnancy_id],
            row.phase,
            row.product,
            row.starts_on,
            row.claimable_on,
            row.is_open,
            row.minutes,
            row.cents,
            row.tariff_cents,
            row.deduction_cents,
            [act[one] for one in row.evidence],
        )
        for row in products
    ) == sorted(
        tuple(
            row[name]
            for name in (
                *("pregnancy_id", "phase", "product", "starts_on", "claimable_on", "is_open"),
                *("minutes", "cents", "tariff_cents", "deduction_cents", "evidence"),
            )
        )
        for row in rows_of(tmp_path / "out", "products")
    )
    breakers = Breaker.objects.filter(derivation_id=simulated_region.derivation_id)
    assert sorted(
        (pregnancy[row.pregnancy_id], row.phase, row.kind, row.happened_on, str(row.loss_cents))
        for row in breakers
    ) == sorted(
        (row["pregnancy_id"], row["phase"], row["kind"], row["happened_on"], str(row["loss_cents"]))
        for row in rows_of(tmp_path / "out", "breakers")
    )


@pytest.mark.django_db
def test_a_region_stands_in_a_folder_once_and_beside_another(
    snapshot: Path, key_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputRejected):
        write(snapshot, read_key(key_file))
    write(snapshot, read_key(key_file), 8)
    summary = derive_here(snapshot, tmp_path / "out")
    assert list(summary.regions) == ["07", "08"]
    assert summary.failures == []
    seven, eight = (
        [row["cents"] for row in rows_of(tmp_path / "out", f"products/region=0{one}")]
        for one in (7, 8)
    )
    assert sorted(seven) == sorted(eight)


@pytest.mark.django_db
def test_a_snapshot_says_what_every_column_is(snapshot: Path) -> None:
    about = json.loads((snapshot / f"description/region=0{REGION}/snapshot.json").read_text())
    assert (about["region"], about["until"]) == ("07", str(UNTIL))
    for name, table in about["tables"].items():
        files = list((snapshot / name).rglob("*.parquet"))
        assert files, name
        written = pq.read_schema(files[0]).names
        assert written == list(table["columns"])
    told = (snapshot / f"description/region=0{REGION}/snapshot.md").read_text()
    assert all(f"## {name}" in told for name in about["tables"])
    used = {column for table in described().values() for column in table["columns"]}
    assert used == set(MEANINGS)
    assert set(about["tables"]) == set(TABLE_MEANINGS)


def test_a_key_is_long_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "short").write_text("ab" * 8)
    (tmp_path / "words").write_text("geheim")
    for name in ("short", "words", "absent"):
        with pytest.raises(InputRejected):
            read_key(tmp_path / name)
    make_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert len(read_key(tmp_path / "key")) == 32
    with pytest.raises(InputRejected):
        make_key(tmp_path / "key")


def test_the_price_for_everybody_fills_the_days_without_an_own_price() -> None:
    start, spring, summer = date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1)

    def price(organisation: int, cents: int, since: date, until: date) -> dict[str, Any]:
        who = {"organisation_id": organisation, "code": "C", "cents": cents}
        return {**who, "valid_from": since, "valid_until": until}

    listed = own_prices([price(0, 10, start, FAR_DATE), price(1, 12, spring, summer)], [1, 2])
    assert sorted(listed, key=lambda row: (row["organisation_id"], row["valid_from"])) == [
        price(1, 10, start, spring),
        price(1, 12, spring, summer),
        price(1, 10, summer, FAR_DATE),
        price(2, 10, start, FAR_DATE),
    ]
