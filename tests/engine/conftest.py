"""Every story is told to both engines."""

import pytest

from tests.engine.region import Engine
from tests.oracle.engine import derive


@pytest.fixture(params=["oracle", "ibis"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The plain-Python engine, then the one that the product runs."""
    if request.param == "oracle":
        return derive
    from ooievaar.bundles.engine import derive_tables

    return derive_tables
