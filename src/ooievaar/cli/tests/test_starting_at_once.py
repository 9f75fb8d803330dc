"""Several processes that start at the same moment all bring the tables up to date, by turns."""

from pathlib import Path

import pytest

from ooievaar.ui.tests.real_database import IS_SQLITE, RealDatabase


def test_three_that_start_at_once_all_come_up(real_database: RealDatabase) -> None:
    started = [real_database.start("migrate") for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]


@pytest.mark.skipif(not IS_SQLITE, reason="een lege map is bij een server geen geval")
def test_three_that_start_in_an_empty_folder_all_come_up(tmp_path: Path) -> None:
    empty = RealDatabase(tmp_path / "new", f"sqlite:///{tmp_path / 'new' / 'ooievaar.sqlite3'}")
    started = [empty.start("migrate") for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]
