"""Several processes that start at the same moment all bring the tables up to date, by turns."""

from ooievaar.ui.tests.real_database import RealDatabase, migrated, real_database

__all__ = ["migrated", "real_database"]


def test_three_that_start_at_once_all_come_up(real_database: RealDatabase) -> None:
    started = [real_database.start("migrate") for _ in range(3)]
    assert [process.wait(120) for process in started] == [0, 0, 0]
