"""The bench: what it tells of a run, and that what it measures beside us does the same."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bench import __main__ as bench
from bench import explanation, region, with_pandas
from bench.comparing import differences
from bench.derivation import sample
from bench.jobs import Failed, apart
from ooievaar.bundles.engine import run_on
from ooievaar.settlement.rules.stages import compiled_division
from ooievaar.simulator.national import national_year
from ooievaar.storage.pipeline import run_stages

MACHINE = "2 CPU, x86_64"


def line(ratio: float = 2.0, **more: Any) -> dict[str, Any]:
    """A line of a table, of something that takes a second."""
    found = {"part": "ledger", "name": "ledger: post", "count": 10, "wall": 1.0, "cpu": 1.0}
    return {**found, "beside": "Beancount", "ratio": ratio, **more}


def figures(*lines: dict[str, Any], quick: bool = True, machine: str = MACHINE) -> dict[str, Any]:
    """The figures of a run."""
    about = {"date": "2026-11-23", "machine": machine, "python": "3.11.7", "quick": quick}
    load = {"before": 0.1, "after": 1.2}
    return {**about, "load": load, "versions": {"duckdb": "2.0.0"}, "lines": list(lines)}


def test_a_ratio_that_is_more_than_a_quarter_worse_is_told() -> None:
    ((slower, before),) = bench.worsened(figures(line(2.51)), [figures(line())])
    assert (slower["ratio"], before) == (2.51, 2.0)
    assert bench.told((slower, before)) == "- ledger: post: 2.51 times Beancount, was 2.00"


@pytest.mark.parametrize(
    ("now", "earlier"),
    [
        (figures(line(2.49)), [figures(line())]),
        (figures(line(9)), []),
        (figures(line(9)), [figures(line(), quick=False)]),
        (figures(line(9)), [figures(line(), machine="64 CPU, x86_64")]),
        (figures(line(9)), [figures(line(beside="copy"))]),
        (figures(line(9, cpu=0.2)), [figures(line())]),
        (figures(line(9, cpu=None)), [figures(line())]),
        (figures(line(9, beside=bench.NOT_OURS)), [figures(line(beside=bench.NOT_OURS))]),
        (figures(line(9)), [figures(line()), figures(line(8))]),
    ],
)
def test_only_what_is_like_it_is_compared_with_the_last_run(now, earlier) -> None:
    assert bench.worsened(now, earlier) == []


def ran(monkeypatch, tmp_path: Path, runs: list[tuple[dict[str, Any], list[str]]], *words: str):
    """Let the bench find these figures, on a history of its own."""
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{bench.BEGIN}\n{bench.END}\nafter\n", "utf-8")
    monkeypatch.setattr(bench, "PAGE", page)
    monkeypatch.setattr(bench, "HISTORY", tmp_path / "history.jsonl")
    monkeypatch.setattr(bench, "run", lambda quick, parts: runs.pop(0))
    monkeypatch.setattr(sys, "argv", ["bench", *words])
    bench.main()


def test_a_run_is_kept_as_json_and_in_the_table_on_the_page(monkeypatch, tmp_path) -> None:
    made = figures(line(name="ledger: post transactions"), line(name="of no other use"))
    ran(monkeypatch, tmp_path, [(made, [])], "--quick", "--record")
    ran(monkeypatch, tmp_path, [(made, [])], "--quick", "--record")
    kept = [json.loads(text) for text in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert kept == [made, made]
    page = (tmp_path / "performance.md").read_text("utf-8")
    row = "| 2026-11-23 | quick | 0.1 | ledger: post transactions | 1.0 | 2.00 | Beancount |"
    assert page.splitlines().count(row) == 2
    assert page.startswith("# Before") and page.endswith("after\n")


def test_what_stays_slower_ends_with_an_error(monkeypatch, tmp_path) -> None:
    (tmp_path / "history.jsonl").write_text(json.dumps(figures(line())) + "\n", "utf-8")
    runs = [(figures(line(4)), []), (figures(line(3)), [])]
    with pytest.raises(SystemExit, match=r"ledger: post: 3\.00 times Beancount, was 2\.00"):
        ran(monkeypatch, tmp_path, runs, "--quick")
    assert runs == []


def test_what_was_slower_once_is_measured_again(monkeypatch, tmp_path, capsys) -> None:
    (tmp_path / "history.jsonl").write_text(json.dumps(figures(line())) + "\n", "utf-8")
    runs = [(figures(line(4), line(1, name="other")), []), (figures(line(2.1)), [])]
    ran(monkeypatch, tmp_path, runs, "--quick")
    told = capsys.readouterr().out
    assert "| ledger: post | 10 | 1.0 | 1.00 |  | 2.10 | Beancount |" in told
    assert "| other |" in told


def test_what_failed_is_told_after_what_was_measured_and_nothing_is_kept(
    monkeypatch, tmp_path, capsys
) -> None:
    runs = [(figures(line()), ["- national: pandas and Ooievaar do not agree"])]
    with pytest.raises(SystemExit, match="pandas and Ooievaar do not agree"):
        ran(monkeypatch, tmp_path, runs, "--record")
    assert "ledger: post" in capsys.readouterr().out
    assert not (tmp_path / "history.jsonl").exists()


def test_a_part_that_ends_with_an_error_says_what_it_said() -> None:
    with pytest.raises(Failed, match=r"No module named bench\.nothing"):
        apart("bench.nothing")


@pytest.mark.django_db
def test_what_is_asked_of_a_region_stands_beside_its_limit(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(explanation, "PREGNANCIES", 4)
    lines = region.snapshot_and_close(25, tmp_path)
    lines += explanation.measure(region.UNTIL)
    names = [one["name"].split(",")[0] for one in lines]
    assert names == ["snapshot", "close a month", "explain one after another", *["explain one"] * 2]
    assert all(one["count"] > 0 and one["ratio"] > 0 and one["beside"] for one in lines)
    assert list(tmp_path.glob("snapshot/activities/region=01/year=*/part.parquet"))


@pytest.fixture(scope="module")
def year(tmp_path_factory) -> Any:
    """A region of a national year, derived and divided by Ooievaar and by pandas."""
    place = tmp_path_factory.mktemp("bench") / "year"
    national_year(place, 250, tell=lambda _: None, regions=1, workers=1)
    connection = sample(place, 1)
    made = with_pandas.derive(connection)
    run_on(connection)
    run_stages(connection, compiled_division())
    yield connection, made
    connection.close()


def test_pandas_makes_the_same_rows_to_the_cent(year) -> None:
    connection, made = year
    assert differences("pandas", connection, made) == []
    assert all(len(table) > 10 for table in made.values())
    assert len(set(made["dispositions"]["reason"])) > 12
    assert set(made["breakers"]["kind"]) > {"outside_provider", "member_billed"}


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("routes", "reason", "contract"),
        ("phases", "contract_id", 1),
        ("dispositions", "reason", "double"),
        ("products", "cents", 1),
        ("products", "evidence", [1]),
        ("breakers", "loss_cents", 1),
        ("mono_values", "cents", 1),
        ("shares", "cents", 1),
    ],
)
def test_one_cell_that_differs_is_told(year, table, column, other) -> None:
    connection, made = year
    rows = pa.Table.from_pandas(made[table], preserve_index=False).to_pylist()
    place = next(n for n, row in enumerate(rows) if row[column] != other)
    rows[place] = {**rows[place], column: other}
    changed = pa.Table.from_pylist(rows)
    told = differences("pandas", connection, {table: changed})
    assert [text.partition(":")[0] for text in told] == [table, table]
    assert "only Ooievaar has" in told[0]
    assert "only pandas has" in told[1]


def test_a_row_too_many_or_too_few_is_told(year) -> None:
    connection, made = year
    twice = made["shares"].iloc[[*range(len(made["shares"])), 0]]
    (told,) = differences("pandas", connection, {"shares": twice})
    assert "one of 1 rows that only pandas has" in told
    (told,) = differences("pandas", connection, {"shares": made["shares"].iloc[1:]})
    assert "one of 1 rows that only Ooievaar has" in told


def test_pandas_refuses_a_year_with_what_it_does_not_know(year) -> None:
    connection, _ = year
    facts = with_pandas.read(connection)
    with_pandas.refuse_others(facts)
    facts["agreements"]["reserve_ppm"] = 20_000
    with pytest.raises(NotImplementedError):
        with_pandas.refuse_others(facts)
