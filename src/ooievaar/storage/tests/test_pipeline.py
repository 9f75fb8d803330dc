"""Rules compiled to SQL are kept, and made anew as soon as they may no longer be right."""

import json
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ooievaar.storage import pipeline
from ooievaar.storage.pipeline import (
    CompiledStage,
    Stage,
    compile_stages,
    kept_stages,
    run_stages,
)

STAGES = [CompiledStage("doubled", "SELECT day * 2 AS day FROM days", is_view=True)]


class Compiler:
    """Counts how often the rules were compiled."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[CompiledStage]:
        self.times += 1
        return STAGES


@pytest.fixture
def compiler() -> Compiler:
    return Compiler()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "compiled"


def only_file(folder: Path) -> Path:
    (kept,) = folder.iterdir()
    return kept


def test_compiled_once_and_read_after_that(folder: Path, compiler: Compiler) -> None:
    assert kept_stages("rules", compiler) == STAGES
    assert kept_stages("rules", compiler) == STAGES
    assert compiler.times == 1
    assert only_file(folder).suffix == ".json"


def test_two_sets_of_rules_are_kept_apart(folder: Path, compiler: Compiler) -> None:
    kept_stages("rules", compiler)
    kept_stages("closing", compiler)
    assert compiler.times == 2


def test_changed_rules_are_compiled_anew(
    folder: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_stages("rules", compiler)
    monkeypatch.setattr(pipeline, "version_of_the_rules", lambda: "other")
    kept_stages("rules", compiler)
    assert compiler.times == 2


@pytest.mark.parametrize("changed", ["bundles/rules/phase.py", "storage/a.py", "kernel/b.py"])
def test_the_version_follows_every_source_that_the_sql_depends_on(
    tmp_path: Path, changed: str
) -> None:
    for name in ("bundles/rules/phase.py", "storage/a.py", "kernel/b.py", "web/page.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("one")
    before = pipeline.version_of_rules(tmp_path)
    (tmp_path / "web/page.py").write_text("two")
    assert pipeline.version_of_rules(tmp_path) == before
    (tmp_path / changed).write_text("two")
    assert pipeline.version_of_rules(tmp_path) != before


def test_a_new_version_of_a_library_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pipeline.version_of_rules(tmp_path)
    monkeypatch.setattr(pipeline, "version", lambda name: f"{name} next")
    assert pipeline.version_of_rules(tmp_path) != before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'[{"name": "doubled", "sql": "SEL',  # the disk was full
        b"[]",
        b'{"name": "doubled"}',
        b'[{"name": "doubled", "query": "SELECT 1"}]',  # of another version of this program
        b"\xff\xfe",
    ],
)
def test_a_kept_file_that_cannot_be_read_is_made_anew(
    folder: Path, compiler: Compiler, content: bytes
) -> None:
    kept_stages("rules", compiler)
    only_file(folder).write_bytes(content)
    assert kept_stages("rules", compiler) == STAGES
    assert kept_stages("rules", compiler) == STAGES
    assert compiler.times == 2


def test_a_folder_that_cannot_be_written_costs_time_and_no_more(
    folder: Path, compiler: Compiler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "ooievaar")
    folder.write_text("a file where the folder should be")
    assert kept_stages("rules", compiler) == STAGES
    assert "not kept" in caplog.text


def test_what_fails_half_way_is_not_kept(
    folder: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(path: Path, text: str, *_: object) -> None:
        path.write_bytes(text.encode()[:20])
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full_disk)
        assert kept_stages("rules", compiler) == STAGES
    assert list(folder.iterdir()) == []


def test_threads_that_keep_at_once_do_not_write_in_each_others_draft(
    folder: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits with its draft written until the other's is too."""
    both_written = threading.Barrier(2, timeout=10)
    write = Path.write_text
    drafts = []

    def write_and_wait(path: Path, text: str, encoding: str) -> None:
        write(path, text, encoding)
        drafts.append(path)
        both_written.wait()

    monkeypatch.setattr(Path, "write_text", write_and_wait)
    threads = [threading.Thread(target=kept_stages, args=("rules", compiler)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drafts)) == 2
    assert json.loads(only_file(folder).read_text("utf-8"))[0]["name"] == "doubled"


def test_stages_run_in_order_on_tables_and_views() -> None:
    stages = compile_stages(
        {"days": {"day": "int64"}},
        [
            Stage("doubled", lambda t: t["days"].mutate(day=t["days"].day * 2)),
            Stage("total", lambda t: t["doubled"].agg(sum=t["doubled"].day.sum()), is_view=True),
        ],
    )
    connection = duckdb.connect()
    connection.execute("CREATE TABLE days AS SELECT unnest([1, 2, 3]) AS day")
    run_stages(connection, stages)
    assert connection.execute("SELECT sum FROM total").fetchall() == [(12,)]
    connection.execute("INSERT INTO days VALUES (100)")
    assert connection.execute("SELECT count(*) FROM doubled").fetchall() == [(3,)]
    connection.execute("INSERT INTO doubled VALUES (100)")
    assert connection.execute("SELECT sum FROM total").fetchall() == [(112,)]
