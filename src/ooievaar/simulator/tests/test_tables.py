"""What every synthetic region keeps to, whatever its profile."""

import hashlib
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ooievaar import rulebook
from ooievaar.exchange.tables import BY_NAME, TABLES
from ooievaar.kernel.identifiers import is_agb, is_bsn, is_uzovi
from ooievaar.kernel.period import FAR_DATE, Period, first_hole, first_overlap
from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.tables import arrow_schema, synthetic_bsns

START, END = date(2025, 1, 1), date(2027, 1, 1)
Tables = dict[str, pa.Table]


@pytest.fixture(params=["regional", "urban"])
def tables(request: pytest.FixtureRequest) -> Tables:
    return request.getfixturevalue(request.param)


def content_hash(tables: Tables) -> str:
    digest = hashlib.sha256()
    for name in sorted(tables):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, tables[name].schema) as stream:
            stream.write_table(tables[name].combine_chunks())
        digest.update(name.encode() + sink.getvalue().to_pybytes())
    return digest.hexdigest()


def rows(tables: Tables, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(query).fetchall()


def test_same_seed_gives_the_same_bytes(regional: Tables) -> None:
    again = simulate_tables("regional", seed=1, births=700, years=2, start=START)
    assert content_hash(again) == content_hash(regional)


def test_another_seed_gives_another_region(regional: Tables) -> None:
    other = simulate_tables("regional", seed=2, births=700, years=2, start=START)
    assert content_hash(other) != content_hash(regional)


def test_every_table_has_the_declared_columns(tables: Tables) -> None:
    assert set(tables) == {table.name for table in TABLES}
    for name, table in tables.items():
        assert table.schema == arrow_schema(BY_NAME[name]), name
        for column in BY_NAME[name].columns:
            if column.required:
                assert table.column(column.name).null_count == 0, f"{name}.{column.name}"


def test_keys_name_one_row(tables: Tables) -> None:
    for table in TABLES:
        given = tables[table.name].select(list(table.key))
        assert given.group_by(list(table.key)).aggregate([]).num_rows == given.num_rows, table.name


def test_nothing_has_happened_on_or_after_the_end(tables: Tables) -> None:
    for name, column in (
        ("activities", "performed_on"), ("activities", "recorded_on"),
        ("withdrawals", "recorded_on"), ("coverages", "valid_from"), ("pregnancies", "recorded_on"),
        ("pregnancies", "first_intake_on"), ("pregnancies", "ended_on"),
        ("pregnancies", "birth_on"), ("pregnancies", "labour_on"), ("pregnancies", "placenta_on"),
        ("pregnancies", "entered_on"),
    ):  # fmt: skip
        assert pc.max(tables[name].column(column)).as_py() < END, f"{name}.{column}"


def test_nothing_is_known_before_it_happened(tables: Tables) -> None:
    assert not rows(tables, "SELECT * FROM activities WHERE recorded_on < performed_on")
    assert not rows(
        tables,
        "SELECT * FROM pregnancies WHERE recorded_on < greatest(first_intake_on, ended_on, "
        "birth_on, entered_on)",
    )
    assert not rows(
        tables,
        "SELECT * FROM withdrawals w JOIN activities a USING (source, reference) "
        "WHERE w.recorded_on < a.recorded_on",
    )


def test_births_occur_from_the_first_month_to_the_last(tables: Tables) -> None:
    months = rows(
        tables,
        "SELECT strftime(birth_on, '%Y-%m') AS month, count(*) FROM pregnancies "
        "WHERE birth_on IS NOT NULL GROUP BY ALL ORDER BY ALL",
    )
    assert len(months) == 24
    # The last days of the last month are not all known yet.
    assert all(count > 700 / 12 / 2 for _, count in months)


def test_some_pregnancies_run_on_at_the_end(tables: Tables) -> None:
    ongoing = rows(
        tables,
        "SELECT count(*) FROM (SELECT reference FROM pregnancies GROUP BY reference "
        "HAVING bool_and(end_kind = 'ongoing'))",
    )
    assert ongoing[0][0] > 300


def test_periods_of_one_thing_do_not_overlap(tables: Tables) -> None:
    for table in TABLES:
        if not table.no_overlap:
            continue
        periods: dict[tuple[Any, ...], list[Period]] = {}
        for row in tables[table.name].to_pylist():
            key = tuple(row[column] for column in table.no_overlap)
            period = Period(row["valid_from"], row["valid_until"] or FAR_DATE)
            periods.setdefault(key, []).append(period)
        for key, found in periods.items():
            assert first_overlap(found) is None, (table.name, key)


def test_every_contract_has_a_tariff_for_every_product_on_every_day(tables: Tables) -> None:
    products = rulebook.load().engine_tables()["products_in_force"]
    for contract in tables["contracts"].to_pylist():
        whole = Period(contract["valid_from"], contract["valid_until"] or FAR_DATE)
        for product in {row["product"] for row in products}:
            exists = [
                Period(max(row["valid_from"], whole.start), min(row["valid_until"], whole.until))
                for row in products
                if row["product"] == product
                and row["valid_from"] < whole.until
                and whole.start < row["valid_until"]
            ]
            priced = [
                Period(row["valid_from"], row["valid_until"] or FAR_DATE)
                for row in tables["tariffs"].to_pylist()
                if row["contract"] == contract["reference"] and row["product"] == product
            ]
            for period in exists:
                assert first_hole(period, priced) is None, (contract["reference"], product)


def test_shares_add_up_to_one_million(tables: Tables) -> None:
    sums = rows(tables, "SELECT agreement, product, sum(ppm) FROM agreement_shares GROUP BY ALL")
    assert sums and all(ppm == 1_000_000 for *_, ppm in sums)
    sums = rows(
        tables,
        "SELECT agreement, discipline, sum(ppm) FROM agreement_members "
        "JOIN organisations ON agb = organisation_agb GROUP BY ALL",
    )
    assert {discipline for _, discipline, _ in sums} == {"hospital", "gynaecologists"}
    assert all(ppm == 1_000_000 for *_, ppm in sums)


def test_every_act_has_a_code_of_the_catalogue_on_its_day(tables: Tables) -> None:
    book = rulebook.load()
    query = "SELECT code, min(performed_on), max(performed_on) FROM activities GROUP BY 1"
    spans = rows(tables, query)
    for code, first, last in spans:
        assert book.catalogue_entry(code, first), code
        assert book.catalogue_entry(code, last), code
    assert len(spans) > 60


def test_acts_name_pregnancies_of_their_own_woman(tables: Tables) -> None:
    assert not rows(
        tables,
        "SELECT * FROM activities a "
        "LEFT JOIN (SELECT DISTINCT reference, woman FROM pregnancies) p "
        "ON p.reference = a.pregnancy WHERE a.pregnancy IS NOT NULL "
        "AND (p.woman IS NULL OR p.woman <> a.woman)",
    )


def test_pregnancies_of_one_woman_follow_each_other(tables: Tables) -> None:
    assert not rows(
        tables,
        "WITH p AS (SELECT reference, any_value(woman) AS woman, min(first_intake_on) AS intake, "
        "max(ended_on) AS ended FROM pregnancies GROUP BY reference) "
        "SELECT * FROM p x JOIN p y ON x.woman = y.woman AND x.reference < y.reference "
        "WHERE coalesce(x.ended, DATE '9999-12-31') >= y.intake",
    )
    short = rows(
        tables,
        "SELECT count(*) FROM pregnancies x JOIN pregnancies y ON x.woman = y.woman "
        "AND x.end_kind = 'miscarriage' AND y.first_intake_on - x.ended_on BETWEEN 1 AND 80",
    )
    assert short[0][0] > 0, "no miscarriage with a new pregnancy soon after"


def test_identifiers_are_valid_and_from_an_invented_range(tables: Tables) -> None:
    bsns = tables["women"].column("bsn").to_pylist()
    assert len(set(bsns)) == len(bsns)
    assert all(is_bsn(bsn) and bsn.startswith("999") for bsn in bsns)
    agbs = tables["organisations"].column("agb").to_pylist()
    assert all(is_agb(agb) and agb[2:6] == "9990" for agb in agbs)
    assert all(is_uzovi(row["uzovi"]) for row in tables["insurers"].to_pylist())


def test_more_women_than_the_small_range_holds_take_the_large_one() -> None:
    bsns = synthetic_bsns(100_000).to_pylist()
    assert len(set(bsns)) == 100_000
    assert all(is_bsn(bsn) and bsn.startswith("99") for bsn in bsns)


def test_the_regional_profile_is_one_hospital_with_everyone_around_it(regional: Tables) -> None:
    inside = dict(
        rows(
            regional,
            "SELECT discipline, count(DISTINCT agb) FROM organisations JOIN memberships "
            "ON organisation_agb = agb WHERE kind = 'voting' GROUP BY 1",
        )
    )
    assert inside == {
        "midwives": 14, "hospital": 1, "gynaecologists": 1, "kraamzorg": 6, "ultrasound": 1,
        "other": 1,
    }  # fmt: skip
    insurers = regional["insurers"].to_pylist()
    assert len(insurers) == 5
    assert sum(row["follows_uzovi"] is not None for row in insurers) == 2
    assert {row["regime"] for row in regional["contracts"].to_pylist()} == {
        "parallel_ban", "correction", "none",
    }  # fmt: skip


def test_the_urban_profile_has_half_of_the_practices_in_and_ties_to_more_networks(
    urban: Tables,
) -> None:
    hospitals = rows(urban, "SELECT count(*) FROM organisations WHERE discipline = 'hospital'")
    assert hospitals[0][0] == 3
    networks = rows(
        urban,
        "SELECT agb, count(DISTINCT network), bool_or(network LIKE 'IGO%' AND kind = 'voting') "
        "FROM organisations JOIN memberships ON organisation_agb = agb "
        "WHERE discipline = 'midwives' GROUP BY 1",
    )
    assert {count for _, count, _ in networks} == {2, 3}
    assert sum(inside for *_, inside in networks) * 2 == len(networks) == 14
    assert all(row["follows_uzovi"] is None for row in urban["insurers"].to_pylist())


@pytest.mark.parametrize("profile", ["regional", "urban"])
def test_one_birth_a_year_is_a_region_too(profile: str) -> None:
    for seed in range(5):
        tables = simulate_tables(profile, seed=seed, births=1, years=1, start=START)
        for name, table in tables.items():
            assert table.schema == arrow_schema(BY_NAME[name])


def test_a_region_of_the_experiment_years_has_its_ninth_product() -> None:
    tables = simulate_tables("regional", seed=1, births=50, years=2, start=date(2022, 1, 1))
    until = rows(tables, "SELECT max(valid_until) FROM tariffs WHERE product = 'early_end'")
    assert until[0][0] == date(2023, 1, 1)
    assert pc.max(tables["activities"].column("performed_on")).as_py() < date(2024, 1, 1)


def test_late_and_withdrawn_acts_occur(tables: Tables) -> None:
    days = rows(
        tables, "SELECT max(recorded_on - performed_on) FROM activities WHERE source = 'record'"
    )
    assert timedelta(days=30).days < days[0][0]
    assert tables["withdrawals"].num_rows > 10
