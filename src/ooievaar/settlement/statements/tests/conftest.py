"""Books of a network in which nothing happened yet."""

from pathlib import Path

import pytest

from ooievaar.settlement.ledger.tests.books import Books


@pytest.fixture
def books(db: None, tmp_path: Path) -> Books:
    return Books(tmp_path / "kanaal")
