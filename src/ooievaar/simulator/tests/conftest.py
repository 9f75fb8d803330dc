from datetime import date

import pyarrow as pa
import pytest

from ooievaar.simulator.commands import simulate_tables

START, END = date(2025, 1, 1), date(2027, 1, 1)


@pytest.fixture(scope="session")
def regional() -> dict[str, pa.Table]:
    return simulate_tables("regional", seed=1, births=700, years=2, start=START)


@pytest.fixture(scope="session")
def urban() -> dict[str, pa.Table]:
    return simulate_tables("urban", seed=1, births=700, years=2, start=START)
