"""A network that had a year."""

from pathlib import Path

import pytest

from ooievaar.settlement.year_end.tests.year import Year


@pytest.fixture
def year(db: None, tmp_path: Path) -> Year:
    return Year(tmp_path / "bank")
