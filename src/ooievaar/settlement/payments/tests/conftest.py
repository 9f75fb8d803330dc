"""A visit to the pages of payments, at the clock of its world."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone, translation

from ooievaar.settlement.payments.tests.visit import Visit
from ooievaar.settlement.payments.tests.world import World


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture
def visit(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    monkeypatch.setenv("OOIEVAAR_BANK_FOLDER", str(tmp_path / "bank"))
    world = World(tmp_path / "bank")
    monkeypatch.setattr(timezone, "now", lambda: world.now)
    return Visit(world)
